/*
 * status.c
 *		The status of a resource over some hours, in one word.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/policy.h"
#include "core/spi.h"
#include "sla/burn.h"
#include "sla/status.h"

PG_FUNCTION_INFO_V1(gov_sla_status);
PG_FUNCTION_INFO_V1(gov_sql_check_hours);

#define DEFAULT_HOURS 24

/* Open and closed violations each have an index of their own. */
#define COUNTED \
	"v.resource_type = $1 AND v.resource_id = $2 AND v.opened_at < $4" \
	" AND ($5 OR v.source <> 'measurement')" \
	" AND ($6 OR NOT EXISTS (SELECT FROM governance.maintenance_windows AS w" \
	" WHERE w.resource_type = $1 AND w.resource_id = $2" \
	" AND w.ends_at > v.opened_at AND w.starts_at <= v.opened_at))"

GOV_SQL(count_violations,
		(TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, BOOLOID, BOOLOID,
		 INT8OID),
		"SELECT pg_catalog.count(*) FROM ("
		"(SELECT 1 FROM governance.sla_violations AS v"
		" WHERE v.status = 'open' AND " COUNTED " LIMIT $7)"
		" UNION ALL"
		" (SELECT 1 FROM governance.sla_violations AS v"
		" WHERE v.closed_at >= $3 AND " COUNTED " LIMIT $7)) AS counted",
		.isolated = true, .generic = true);

GOV_SQL(find_measurement, (TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID),
		"SELECT 1 FROM governance.sla_measurements AS m"
		" WHERE m.resource_type = $1 AND m.resource_id = $2"
		" AND m.measured_at >= $3 AND m.measured_at < $4 LIMIT 1",
		.isolated = true, .generic = true);

int64
gov_count_violations(const char *type, const char *id, TimestampTz from,
					 TimestampTz until, bool has_observations,
					 bool in_maintenance, int64 limit)
{
	(void) gov_run(&count_violations, gov_text(type), gov_text(id),
				   gov_time(from), gov_time(until),
				   gov_bool(!has_observations), gov_bool(in_maintenance),
				   gov_int8(limit));
	return gov_row_int8(0, 1);
}

bool
gov_has_measurement(const char *type, const char *id, TimestampTz from,
					TimestampTz until)
{
	return gov_run(&find_measurement, gov_text(type), gov_text(id),
				   gov_time(from), gov_time(until)) > 0;
}

const char *
gov_standing_word(const GovStanding *standing)
{
	if (!standing->has_data)
		return "unknown";
	if (!gov_period_is_met(&standing->period) ||
		standing->violations >= gov_policy_int("sla.violated_after"))
		return "violated";
	if (standing->violations > 0 || standing->burns)
		return "at_risk";
	return "compliant";
}

int32
gov_arg_hours(FunctionCallInfo fcinfo, int n)
{
	if (PG_ARGISNULL(n))
		return DEFAULT_HOURS;
	return gov_arg_int4(fcinfo, n, "hours", 1, GOV_HOURS_MAX);
}

/*
 * governance.check_hours(hours), NULL meaning the default
 */
Datum
gov_sql_check_hours(PG_FUNCTION_ARGS)
{
	(void) gov_arg_hours(fcinfo, 0);
	PG_RETURN_VOID();
}

/*
 * burns
 *		Does a burn-rate rule's condition hold at this moment?
 */
static bool
burns(const char *type, const char *id, TimestampTz at)
{
	GovBurn    *measured = palloc(sizeof(GovBurn) * GOV_BURN_RULES);
	int			count = gov_burn_measure(type, id, at, NULL, false, measured);
	bool		found = false;
	int			i;

	for (i = 0; i < count && !found; i++)
		found = measured[i].holds;
	pfree(measured);
	return found;
}

/*
 * gov_sla_status(resource_type, resource_id, hours) → text
 *
 * The cheapest check comes first: if a target is missed no violations are
 * counted, and if there are some no burn rate is measured.
 */
Datum
gov_sla_status(PG_FUNCTION_ARGS)
{
	const char *type = gov_arg_word(fcinfo, 0, "resource_type",
									gov_sla_types, NULL);
	const char *id = gov_arg_id(fcinfo, 1, "resource_id");
	int32		hours = gov_arg_hours(fcinfo, 2);
	TimestampTz now = GetCurrentTimestamp();
	GovStanding standing = {0};
	TimestampTz from;
	TimestampTz until;

	(void) gov_require_actor();
	if (!gov_sla_target_exists(type, id))
		PG_RETURN_TEXT_P(cstring_to_text("unknown"));

	gov_sla_minutes(now, hours * USECS_PER_HOUR, &from, &until);
	gov_sla_period(type, id, from, until, &standing.period, NULL);
	standing.has_data = standing.period.count > 0;
	if (standing.has_data && !gov_period_is_met(&standing.period))
		PG_RETURN_TEXT_P(cstring_to_text("violated"));

	gov_spi_begin();
	if (!standing.has_data)
		standing.has_data = gov_has_measurement(type, id, from, until);
	if (standing.has_data)
	{
		standing.violations =
			gov_count_violations(type, id, from, until,
								 standing.period.count > 0, true,
								 gov_policy_int("sla.violated_after"));
		if (standing.violations == 0)
			standing.burns = burns(type, id, now);
	}
	gov_spi_end();
	PG_RETURN_TEXT_P(cstring_to_text(gov_standing_word(&standing)));
}
