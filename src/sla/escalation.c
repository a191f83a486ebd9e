/*
 * escalation.c
 *		Who is told when violations pile up.
 *
 * A crossing begins when the violations of a type within 24 hours reach a
 * rule's threshold, and ends when they are fewer again.  It fires once, when
 * the rule's delay has passed, unless every one of them has been acknowledged
 * by then.  In maintenance nothing begins or fires.  What fired is an event in
 * the outbox, which others deliver to people.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "core/operation.h"
#include "core/outbox.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "incident/incident.h"
#include "sla/escalation.h"
#include "sla/maintenance.h"
#include "sla/violation.h"

/* A row of escalation_rules. */
typedef struct Rule
{
	int64		id;
	char	   *violation_type;
	int32		threshold;
	char	   *level;
	Datum		users;
	Datum		teams;
	bool		create_incident;
	Datum		delay;
} Rule;

/* The violations that count for a rule. */
typedef struct Crossing
{
	int64		count;
	int64		latest;			/* id */
	bool		is_acknowledged;	/* every one */
	bool		is_of_incident; /* they are clocks of incidents */
	char	   *severity;		/* the worst */
} Crossing;

GOV_SQL(find_rules, (TEXTOID, TEXTOID),
		"SELECT r.rule_id, r.violation_type, r.threshold,"
		" r.escalation_level, r.notify_users, r.notify_teams,"
		" r.create_incident, r.delay"
		" FROM governance.escalation_rules AS r"
		" WHERE r.resource_type = $1 AND r.resource_id = $2"
		" ORDER BY r.rule_id FOR NO KEY UPDATE");

/*
 * Closed ones are found by when they were closed, which is never before they
 * opened.
 */
#define COUNTED \
	" v.resource_type = $1 AND v.resource_id = $2" \
	" AND v.violation_type = $3 AND v.notified_at IS NOT NULL" \
	" AND v.opened_at <= $4 AND (v.status = 'open'" \
	" OR (v.opened_at > $4 - pg_catalog.make_interval(hours => 24)" \
	" AND v.closed_at > $4 - pg_catalog.make_interval(hours => 24)))"

GOV_SQL(count_violations, (TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID),
		"SELECT pg_catalog.count(*), (pg_catalog.array_agg("
		"v.violation_id ORDER BY v.opened_at DESC,"
		" v.violation_id DESC))[1],"
		" pg_catalog.bool_and(v.acknowledged_at IS NOT NULL),"
		" pg_catalog.bool_and(v.source = 'incident'),"
		" CASE WHEN pg_catalog.bool_or(v.severity = 'critical')"
		" THEN 'critical'"
		" WHEN pg_catalog.bool_or(v.severity = 'error') THEN 'error'"
		" ELSE 'warning' END"
		" FROM governance.sla_violations AS v WHERE" COUNTED);

GOV_SQL(insert_crossing,
		(INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, INT4OID,
		 TIMESTAMPTZOID, INTERVALOID),
		"INSERT INTO governance.sla_escalations (rule_id, resource_type,"
		" resource_id, violation_type, escalation_level, violation_id,"
		" violations, crossed_at, due_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8 + $9)"
		" RETURNING escalation_id, due_at");

GOV_SQL(set_fired, (INT8OID, TIMESTAMPTZOID, INT8OID),
		"UPDATE governance.sla_escalations AS e"
		" SET fired_at = $2, incident_id = $3 WHERE e.escalation_id = $1"
		" RETURNING e.*");

GOV_SQL(link_incident, (TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, INT8OID),
		"UPDATE governance.sla_violations AS v SET incident_id = $5"
		" WHERE v.incident_id IS NULL AND" COUNTED);

/* An id or a count; 0 becomes NULL. */
static void
put_int8(JsonbParseState **state, const char *key, int64 value)
{
	gov_json_put(state, key, Int64GetDatum(value), value == 0, INT8OID);
}

/*
 * open_incident
 *		Open an incident for what the rule saw, or find the unresolved one that
 *		it opened before; for overdue incidents it is the incident of the
 *		latest violation.
 */
static int64
open_incident(const char *type, const char *id, const Rule *rule,
			  const Crossing *crossing, TimestampTz at)
{
	JsonbParseState *state = NULL;
	bool		is_slow;
	int64		incident_id;

	if (crossing->is_of_incident)
	{
		(void) gov_run(gov_sql("SELECT v.incident_id"
							   " FROM governance.sla_violations AS v"
							   " WHERE v.violation_id = $1"),
					   gov_int8(crossing->latest));
		return gov_row_int8(0, 1);
	}

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "resource_type", type);
	gov_json_put_text(&state, "resource_id", id);
	gov_json_put_text(&state, "violation_type", rule->violation_type);
	gov_json_put_text(&state, "escalation_level", rule->level);
	put_int8(&state, "rule_id", rule->id);
	put_int8(&state, "violation_id", crossing->latest);
	is_slow = strncmp(rule->violation_type, "response_time",
					  strlen("response_time")) == 0;
	incident_id =
		gov_incident_open(is_slow ? "performance" : "reliability",
						  crossing->severity,
						  psprintf("SLA of %s \"%s\": %s", type, id,
								   rule->violation_type),
						  psprintf("%lld violations within 24 hours, level \"%s\".",
								   (long long) crossing->count, rule->level),
						  id, 0,
						  psprintf("sla/%s/%s/%s", type, id,
								   rule->violation_type),
						  gov_json_end(&state));
	(void) gov_run_as("escalate", NULL, &link_incident, gov_text(type),
					  gov_text(id), gov_text(rule->violation_type),
					  gov_time(at), gov_int8(incident_id));
	return incident_id;
}

static void
fire(const char *type, const char *id, const Rule *rule,
	 const Crossing *crossing, int64 escalation_id, TimestampTz at)
{
	JsonbParseState *state = NULL;
	GovParam	incident = gov_datum(0, true);
	int64		incident_id = 0;

	if (rule->create_incident)
	{
		incident_id = open_incident(type, id, rule, crossing, at);
		incident = gov_int8(incident_id);
	}
	(void) gov_run_as("fire", NULL, &set_fired, gov_int8(escalation_id),
					  gov_time(at), incident);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put_int8(&state, "escalation_id", escalation_id);
	put_int8(&state, "rule_id", rule->id);
	gov_json_put_text(&state, "resource_type", type);
	gov_json_put_text(&state, "resource_id", id);
	gov_json_put_text(&state, "violation_type", rule->violation_type);
	gov_json_put_text(&state, "escalation_level", rule->level);
	gov_json_put_text(&state, "severity", crossing->severity);
	put_int8(&state, "violations", crossing->count);
	put_int8(&state, "violation_id", crossing->latest);
	put_int8(&state, "incident_id", incident_id);
	gov_json_put(&state, "notify_users", rule->users, false, TEXTARRAYOID);
	gov_json_put(&state, "notify_teams", rule->teams, false, TEXTARRAYOID);
	gov_outbox_add("governance.sla_escalation.fire",
				   psprintf("sla_escalation/%lld", (long long) escalation_id),
				   gov_json_end(&state));
}

static void
count_for(const char *type, const char *id, const Rule *rule, TimestampTz at,
		  Crossing *crossing)
{
	(void) gov_run(&count_violations, gov_text(type), gov_text(id),
				   gov_text(rule->violation_type), gov_time(at));
	crossing->count = gov_row_int8(0, 1);
	crossing->latest = gov_row_int8(0, 2);
	crossing->is_acknowledged = gov_row_bool(0, 3);
	crossing->is_of_incident = gov_row_bool(0, 4);
	crossing->severity = gov_row_text(0, 5);
}

static bool
run_rule(const char *type, const char *id, const Rule *rule, TimestampTz at,
		 bool is_silent)
{
	Crossing	crossing;
	TimestampTz due_at;
	bool		is_fired = false;
	int64		escalation_id;

	count_for(type, id, rule, at, &crossing);
	if (gov_run(gov_sql("SELECT escalation_id, crossed_at, due_at, fired_at"
						" FROM governance.sla_escalations WHERE rule_id = $1"
						" AND ended_at IS NULL"), gov_int8(rule->id)) > 0)
	{
		escalation_id = gov_row_int8(0, 1);
		due_at = gov_row_time(0, 3);
		is_fired = !gov_row_null(0, 4);
		if (gov_row_time(0, 2) > at)
			return false;
		if (crossing.count < rule->threshold)
		{
			(void) gov_run_as("end", NULL,
							  gov_sql("UPDATE governance.sla_escalations"
									  " SET ended_at = $2"
									  " WHERE escalation_id = $1"),
							  gov_int8(escalation_id), gov_time(at));
			return false;
		}
	}
	else
	{
		if (crossing.count < rule->threshold || is_silent)
			return false;
		(void) gov_run_as("cross", NULL, &insert_crossing, gov_int8(rule->id),
						  gov_text(type), gov_text(id),
						  gov_text(rule->violation_type),
						  gov_text(rule->level), gov_int8(crossing.latest),
						  gov_int4((int32) crossing.count), gov_time(at),
						  gov_datum(rule->delay, false));
		escalation_id = gov_row_int8(0, 1);
		due_at = gov_row_time(0, 2);
	}
	if (is_fired || is_silent || due_at > at || crossing.is_acknowledged)
		return false;
	fire(type, id, rule, &crossing, escalation_id, at);
	return true;
}

int64
gov_escalate(const char *resource_type, const char *resource_id,
			 TimestampTz at)
{
	uint64		count = gov_run(&find_rules, gov_text(resource_type),
								gov_text(resource_id));
	Rule	   *rules;
	bool		is_silent;
	bool		isnull;
	int64		fired = 0;
	uint64		i;

	if (count == 0)
		return 0;
	rules = palloc0(sizeof(Rule) * count);
	for (i = 0; i < count; i++)
	{
		rules[i].id = gov_row_int8(i, 1);
		rules[i].violation_type = gov_row_text(i, 2);
		rules[i].threshold = gov_row_int4(i, 3);
		rules[i].level = gov_row_text(i, 4);
		rules[i].users = gov_row_datum(i, 5, &isnull);
		rules[i].teams = gov_row_datum(i, 6, &isnull);
		rules[i].create_incident = gov_row_bool(i, 7);
		rules[i].delay = gov_row_datum(i, 8, &isnull);
	}
	is_silent = gov_in_maintenance(resource_type, resource_id, at);
	for (i = 0; i < count; i++)
	{
		if (run_rule(resource_type, resource_id, &rules[i], at, is_silent))
			fired++;
	}
	return fired;
}
