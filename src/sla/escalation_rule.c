/*
 * escalation_rule.c
 *		gov_set_escalation_rule(), gov_drop_escalation_rule().
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/spi.h"
#include "sla/target.h"
#include "sla/violation.h"

PG_FUNCTION_INFO_V1(gov_set_escalation_rule);
PG_FUNCTION_INFO_V1(gov_drop_escalation_rule);

#define LEVEL_LEN 128			/* characters */
#define THRESHOLD_MAX 10000
#define DELAY_DAYS 30

GOV_SQL(set_rule,
		(TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID, TEXTARRAYOID,
		 TEXTARRAYOID, BOOLOID, INTERVALOID, TEXTOID),
		"INSERT INTO governance.escalation_rules AS r (resource_type,"
		" resource_id, violation_type, threshold, escalation_level,"
		" notify_users, notify_teams, create_incident, delay, created_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
		" ON CONFLICT ON CONSTRAINT escalation_rules_level_key DO UPDATE"
		" SET threshold = excluded.threshold,"
		" notify_users = excluded.notify_users,"
		" notify_teams = excluded.notify_teams,"
		" create_incident = excluded.create_incident,"
		" delay = excluded.delay RETURNING r");

GOV_SQL(lock_rule, (INT8OID),
		"SELECT 1 FROM governance.escalation_rules WHERE rule_id = $1"
		" FOR UPDATE");

/* A delay of up to a month; NULL is none. */
static Datum
arg_delay(FunctionCallInfo fcinfo, int n)
{
	Interval   *zero = palloc0(sizeof(Interval));
	Interval   *most = palloc0(sizeof(Interval));

	if (PG_ARGISNULL(n))
		return IntervalPGetDatum(zero);
	most->day = DELAY_DAYS;
	if (DatumGetBool(DirectFunctionCall2(interval_lt, PG_GETARG_DATUM(n),
										 IntervalPGetDatum(zero))) ||
		DatumGetBool(DirectFunctionCall2(interval_gt, PG_GETARG_DATUM(n),
										 IntervalPGetDatum(most))))
		gov_bad_value("delay",
					  psprintf("It is not between 0 and %d days.", DELAY_DAYS),
					  NULL);
	return PG_GETARG_DATUM(n);
}

static const char *
arg_level(FunctionCallInfo fcinfo, int n)
{
	const char *level = gov_arg_reason(fcinfo, n, "escalation_level");

	if (pg_mbstrlen(level) > LEVEL_LEN)
		gov_bad_value("escalation_level",
					  psprintf("\"%s\" is longer than %d characters.",
							   gov_excerpt(level, strlen(level)), LEVEL_LEN),
					  NULL);
	return level;
}

static Datum
text_array(const char **elements, int count)
{
	Datum	   *datums = palloc(sizeof(Datum) * Max(count, 1));
	int			i;

	for (i = 0; i < count; i++)
		datums[i] = CStringGetTextDatum(elements[i]);
	return PointerGetDatum(construct_array(datums, Max(count, 0), TEXTOID, -1,
										   false, TYPALIGN_INT));
}

/* The users to be notified must exist. */
static void
check_users(const char **users, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		bool		is_active;

		if (!gov_user_exists(users[i], &is_active))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("user \"%s\" does not exist", users[i]),
					 errhint("gov_create_user() makes one; people who are no users can be reached as a team.")));
	}
}

/*
 * gov_set_escalation_rule(resource_type, resource_id, violation_type,
 * threshold, escalation_level, notify_users, notify_teams, create_incident,
 * delay) → escalation_rules
 */
Datum
gov_set_escalation_rule(PG_FUNCTION_ARGS)
{
	const char *type = gov_arg_word(fcinfo, 0, "resource_type",
									gov_sla_types, NULL);
	const char *id = gov_arg_id(fcinfo, 1, "resource_id");
	const char *violation_type = gov_arg_word(fcinfo, 2, "violation_type",
											  gov_violation_types, NULL);
	int32		threshold = gov_arg_int4(fcinfo, 3, "threshold", 1,
										 THRESHOLD_MAX);
	const char *level = arg_level(fcinfo, 4);
	int			user_count;
	const char **users = gov_arg_id_array(fcinfo, 5, "notify_users",
										  &user_count);
	int			team_count;
	const char **teams = gov_arg_text_array(fcinfo, 6, "notify_teams",
											&team_count);
	bool		create_incident = PG_ARGISNULL(7) ? false :
		PG_GETARG_BOOL(7);
	Datum		delay = arg_delay(fcinfo, 8);
	GovActor	actor;

	gov_refuse_read_only("gov_set_escalation_rule()");
	actor = gov_require(GOV_PERM_SLA_MANAGE,
						psprintf("sla_target/%s:%s", type, id));
	if (!gov_sla_target_exists(type, id))
		gov_sla_no_resource(type, id);
	check_users(users, user_count);

	gov_spi_begin();
	(void) gov_run_as("set", NULL, &set_rule, gov_text(type), gov_text(id),
					  gov_text(violation_type), gov_int4(threshold),
					  gov_text(level), gov_datum(text_array(users, user_count),
												 false),
					  gov_datum(text_array(teams, team_count), false),
					  gov_bool(create_incident), gov_datum(delay, false),
					  gov_text(actor.user_id));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_escalation_rule(rule_id) → boolean: was there such a rule?
 */
Datum
gov_drop_escalation_rule(PG_FUNCTION_ARGS)
{
	int64		rule_id = gov_arg_int8(fcinfo, 0, "rule_id", PG_INT64_MIN,
									   PG_INT64_MAX);
	bool		dropped;

	gov_refuse_read_only("gov_drop_escalation_rule()");
	(void) gov_require_locking(GOV_PERM_SLA_MANAGE,
							   psprintf("escalation_rule/%lld",
										(long long) rule_id),
							   dropped = gov_run(&lock_rule,
												 gov_int8(rule_id)) > 0);
	if (dropped)
	{
		gov_operation_begin("drop", NULL);
		(void) gov_run(gov_sql("UPDATE governance.sla_escalations"
							   " SET ended_at = greatest(crossed_at,"
							   " pg_catalog.clock_timestamp())"
							   " WHERE rule_id = $1 AND ended_at IS NULL"),
					   gov_int8(rule_id));
		(void) gov_run(gov_sql("DELETE FROM governance.escalation_rules"
							   " WHERE rule_id = $1"), gov_int8(rule_id));
		gov_operation_end();
	}
	gov_spi_end();
	if (!dropped)
		ereport(NOTICE,
				(errmsg("escalation rule %lld does not exist, skipping",
						(long long) rule_id)));
	PG_RETURN_BOOL(dropped);
}
