/*
 * measurement.c
 *		Summaries measured elsewhere, which are recorded and judged at once.
 *
 * A summary is judged by the target that was in force when it was measured.
 * Where it gives numbers from which a share follows (requests, seconds), the
 * share is compared exactly; a share that it gives directly decides alone.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "sla/burn.h"
#include "sla/escalation.h"
#include "sla/summary.h"
#include "sla/target.h"
#include "sla/verdict.h"
#include "sla/violation.h"

PG_FUNCTION_INFO_V1(gov_record_measurement);

GOV_SQL(insert_measurement,
		(TEXTOID, TEXTOID, TIMESTAMPTZOID, JSONBOID, TEXTOID),
		"INSERT INTO governance.sla_measurements (resource_type,"
		" resource_id, measured_at, metrics, recorded_by)"
		" VALUES ($1, $2, $3, $4, $5) RETURNING measurement_id");

static void
check_lateness(TimestampTz at)
{
	if (at < GetCurrentTimestamp() - gov_policy_usecs("sla.max_lateness"))
		gov_bad_value("measured_at",
					  psprintf("%s is longer ago than is accepted.",
							   timestamptz_to_str(at)),
					  "The policy \"sla.max_lateness\" says how late a measurement may come.");
}

/* Where no share is given, the counts decide. */
static bool
error_rate_is_met(const GovSummary *summary, double target, double *actual)
{
	double		total = summary->value[GOV_METRIC_REQUESTS];
	double		failed = summary->value[GOV_METRIC_FAILED];

	if (summary->given[GOV_METRIC_ERROR_RATE])
	{
		*actual = summary->value[GOV_METRIC_ERROR_RATE];
		return *actual <= target;
	}
	if (!summary->given[GOV_METRIC_REQUESTS] ||
		!summary->given[GOV_METRIC_FAILED] || total == 0)
		return true;
	*actual = 100 * failed / total;
	return gov_share_is_met((int64) failed, (int64) total, target);
}

static bool
availability_is_met(const GovSummary *summary, double target, double *actual)
{
	double		up = summary->value[GOV_METRIC_UP];
	double		down = summary->value[GOV_METRIC_DOWN];

	if (summary->given[GOV_METRIC_AVAILABILITY])
		*actual = summary->value[GOV_METRIC_AVAILABILITY];
	else if (summary->given[GOV_METRIC_UP] &&
			 summary->given[GOV_METRIC_DOWN] && up + down > 0)
		*actual = 100 * up / (up + down);
	else
		return true;
	return *actual >= target;
}

/* Add a missed target; returns how many there are now. */
static int
judge_one(GovMiss *miss, GovViolationType type, bool is_met, bool quiet,
		  double target, double actual, TimestampTz at, int64 measurement_id)
{
	if (is_met || isnan(target))
		return 0;
	miss->type = type;
	miss->target = target;
	miss->actual = actual;
	miss->severity = gov_miss_severity(gov_miss_times(miss));
	(void) gov_violation_record(miss, at, measurement_id, quiet);
	return 1;
}

/*
 * judge
 *		Judge a summary by each target; returns how many it misses.
 *
 * A miss by too few requests is recorded like any other, but not announced.
 * Downtime by the clock needs no requests.
 */
static int
judge(const GovSummary *summary, const GovSlaTarget *target, TimestampTz at,
	  int64 measurement_id)
{
	GovMiss		miss = {0};
	bool		too_few = summary->given[GOV_METRIC_REQUESTS] &&
		summary->value[GOV_METRIC_REQUESTS] < gov_minimum_count(target);
	bool		by_clock = summary->given[GOV_METRIC_UP] &&
		summary->given[GOV_METRIC_DOWN];
	double		actual = 0;
	int			missed = 0;
	bool		is_met;

	miss.resource_type = target->resource_type;
	miss.resource_id = target->resource_id;
	actual = summary->value[GOV_METRIC_P95];
	is_met = !summary->given[GOV_METRIC_P95] ||
		actual <= target->response_time_p95;
	missed += judge_one(&miss, GOV_VIOLATION_RESPONSE_TIME_P95, is_met, false,
						target->response_time_p95, actual, at,
						measurement_id);
	actual = summary->value[GOV_METRIC_P99];
	is_met = !summary->given[GOV_METRIC_P99] ||
		actual <= target->response_time_p99;
	missed += judge_one(&miss, GOV_VIOLATION_RESPONSE_TIME_P99, is_met, false,
						target->response_time_p99, actual, at,
						measurement_id);
	is_met = availability_is_met(summary, target->availability_target,
								 &actual);
	missed += judge_one(&miss, GOV_VIOLATION_AVAILABILITY, is_met,
						too_few && !by_clock, target->availability_target,
						actual, at, measurement_id);
	is_met = error_rate_is_met(summary, target->error_rate_target, &actual);
	missed += judge_one(&miss, GOV_VIOLATION_ERROR_RATE, is_met, too_few,
						target->error_rate_target, actual, at,
						measurement_id);
	return missed;
}

/*
 * gov_record_measurement(resource_type, resource_id, metrics, measured_at)
 * → sla_measurements
 */
Datum
gov_record_measurement(PG_FUNCTION_ARGS)
{
	const char *type = gov_arg_word(fcinfo, 0, "resource_type",
									gov_sla_types, NULL);
	const char *id = gov_arg_id(fcinfo, 1, "resource_id");
	GovSummary	summary;
	Jsonb	   *metrics = gov_arg_object(fcinfo, 2, "metrics", true);
	TimestampTz at = gov_arg_past(fcinfo, 3, "measured_at");
	GovSlaTarget target;
	GovActor	actor;
	int64		measurement_id;

	gov_summary_read(metrics, false, &summary);
	if (at == DT_NOEND)
		at = GetCurrentTimestamp();
	gov_refuse_read_only("gov_record_measurement()");
	actor = gov_require(GOV_PERM_SLA_RECORD,
						psprintf("sla_target/%s:%s", type, id));
	check_lateness(at);
	if (!gov_sla_target_at(type, id, at, &target))
		gov_sla_no_resource(type, id);

	gov_spi_begin();
	(void) gov_run_as("record", NULL, &insert_measurement, gov_text(type),
					  gov_text(id), gov_time(at), gov_json(metrics),
					  gov_text(actor.user_id));
	measurement_id = gov_row_int8(0, 1);
	if (judge(&summary, &target, at, measurement_id) > 0)
		gov_escalate(type, id, GetCurrentTimestamp());
	(void) gov_run(gov_sql("SELECT m FROM governance.sla_measurements AS m"
						   " WHERE measurement_id = $1"),
				   gov_int8(measurement_id));
	return gov_spi_end_row(fcinfo);
}
