/*
 * report.c
 *		gov_sla_report(): the status and the figures behind it.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "sla/budget.h"
#include "sla/burn.h"
#include "sla/status.h"
#include "sla/totals.h"

PG_FUNCTION_INFO_V1(gov_sla_report);
PG_FUNCTION_INFO_V1(gov_sql_sla_report);

#define ALL_VIOLATIONS INT64CONST(1000000)

typedef struct Report
{
	const char *type;
	const char *id;
	int32		hours;
	TimestampTz now;
	TimestampTz from;
	TimestampTz until;
	GovSlaTarget target;		/* in force now */
	GovStanding standing;
	GovStanding outside;		/* without maintenance */
	GovSketch	sketch;
	GovBudget	rolling;
	GovBudget	calendar;
	bool		is_calendar;
	GovBurn		burns[GOV_BURN_RULES];
	int			burn_count;
} Report;

static void
put_float8(JsonbParseState **state, const char *key, double value,
		   bool isnull)
{
	gov_json_put(state, key, Float8GetDatum(value), isnull, FLOAT8OID);
}

static void
put_target(JsonbParseState **state, const char *key, double target)
{
	put_float8(state, key, target, isnan(target));
}

static void
put_time(JsonbParseState **state, const char *key, TimestampTz value)
{
	gov_json_put(state, key, TimestampTzGetDatum(value), value == DT_NOEND,
				 TIMESTAMPTZOID);
}

static void
put_bool(JsonbParseState **state, const char *key, bool value, bool isnull)
{
	gov_json_put(state, key, BoolGetDatum(value), isnull, BOOLOID);
}

/*
 * leave_maintenance_out
 *		Add the figures without the minutes that any window touches.
 */
static void
leave_maintenance_out(Report *report)
{
	GovStanding *outside = &report->outside;
	GovBurn    *burns = palloc(sizeof(GovBurn) * GOV_BURN_RULES);
	const GovMaintenance *windows;
	int			count;
	int			i;

	/* No rule looks back farther than 30 days. */
	windows = gov_maintenance_load(report->type, report->id,
								   Min(report->from,
									   report->now - 31 * USECS_PER_DAY),
								   true);
	gov_maintenance_without(windows, report->type, report->id, report->from,
							report->until, &outside->period, NULL);
	outside->has_data = report->standing.period.count > 0 ?
		outside->period.count > 0 : report->standing.has_data;
	outside->violations =
		gov_count_violations(report->type, report->id, report->from,
							 report->until, report->standing.period.count > 0,
							 false, ALL_VIOLATIONS);
	count = gov_burn_measure(report->type, report->id, report->now, windows,
							 false, burns);
	for (i = 0; i < count; i++)
		outside->burns |= burns[i].holds;
	pfree(burns);
}

static void
find_standing(Report *report)
{
	GovStanding *standing = &report->standing;
	int			i;

	gov_sla_period(report->type, report->id, report->from, report->until,
				   &standing->period, &report->sketch);
	standing->has_data = standing->period.count > 0 ||
		gov_has_measurement(report->type, report->id, report->from,
							report->until);
	standing->violations =
		gov_count_violations(report->type, report->id, report->from,
							 report->until, standing->period.count > 0, true,
							 ALL_VIOLATIONS);
	report->burn_count = gov_burn_measure(report->type, report->id,
										  report->now, NULL, true,
										  report->burns);
	for (i = 0; i < report->burn_count; i++)
		standing->burns |= report->burns[i].holds;

	leave_maintenance_out(report);
}

static void
put_budget(JsonbParseState **state, const char *key, const GovBudget *budget)
{
	const GovPeriod *period = &budget->period;
	bool		empty = period->count == 0;

	gov_json_push_key(state, key);
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(state, "window", budget->window);
	put_time(state, "from", budget->from);
	put_time(state, "until", budget->until);
	gov_json_put_int8(state, "count", period->count);
	gov_json_put_int8(state, "failed", period->failed);
	put_float8(state, "availability_percent", gov_availability(period),
			   empty);
	put_float8(state, "budget_left", gov_budget_left(period),
			   budget->allows_nothing);
	put_bool(state, "exhausted", gov_budget_is_exhausted(period), false);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

static void
put_burn_rate(JsonbParseState **state, const char *key,
			  const GovPeriod *period, const GovSlaTarget *target)
{
	put_float8(state, key, gov_burn_rate(period),
			   gov_allows_nothing(period, target));
}

static void
put_burns(JsonbParseState **state, const Report *report)
{
	int			i;

	gov_json_push_key(state, "burn_rates");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < report->burn_count; i++)
	{
		const GovBurn *burn = &report->burns[i];

		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		gov_json_put_text(state, "rule", burn->rule.name);
		gov_json_put_text(state, "severity",
						  burn->rule.is_page ? "page" : "ticket");
		put_float8(state, "factor", burn->rule.factor_milli / 1000.0, false);
		put_burn_rate(state, "long", &burn->long_period, &report->target);
		put_burn_rate(state, "short", &burn->short_period, &report->target);
		gov_json_put_int8(state, "count", burn->long_period.count);
		gov_json_put_int8(state, "minimum_count", burn->rule.minimum_count);
		put_bool(state, "alert", burn->holds, false);
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * exhausted_at
 *		When the budget will be used up at the burn rate of the report's
 *		period; DT_NOEND for never.  For an exhausted budget it is now.
 */
static TimestampTz
exhausted_at(const Report *report, const GovBudget *budget)
{
	double		rate = gov_burn_rate(&report->standing.period);
	double		left = gov_budget_left(&budget->period) / 100;
	double		usecs;

	if (gov_budget_is_exhausted(&budget->period))
		return report->now;
	if (rate <= 0 || isnan(report->target.availability_target))
		return DT_NOEND;
	usecs = left * report->target.window_days * USECS_PER_DAY / rate;
	if (usecs > 100.0 * 366 * USECS_PER_DAY)
		return DT_NOEND;
	return report->now + (int64) usecs;
}

static void
put_percentiles(JsonbParseState **state, const Report *report)
{
	static const struct
	{
		const char *name;
		double		q;
	}			percentiles[] = {{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}};
	bool		empty = report->standing.period.count == 0;
	int			i;

	for (i = 0; i < lengthof(percentiles); i++)
		put_float8(state, percentiles[i].name,
				   empty ? 0 : gov_sketch_quantile(&report->sketch,
												   percentiles[i].q), empty);
}

static void
put_targets(JsonbParseState **state, const Report *report)
{
	const GovSlaTarget *target = &report->target;

	gov_json_push_key(state, "target");
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	put_target(state, "response_time_p95", target->response_time_p95);
	put_target(state, "response_time_p99", target->response_time_p99);
	put_target(state, "availability_target", target->availability_target);
	put_target(state, "error_rate_target", target->error_rate_target);
	gov_json_put_int8(state, "window_days", target->window_days);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Add which of the targets in force the observations of the period meet. */
static void
put_verdicts(JsonbParseState **state, const GovPeriod *period,
			 const GovSlaTarget *target)
{
	gov_json_push_key(state, "met");
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	put_bool(state, "response_time_p95", gov_p95_is_met(period),
			 isnan(target->response_time_p95));
	put_bool(state, "response_time_p99", gov_p99_is_met(period),
			 isnan(target->response_time_p99));
	put_bool(state, "availability", gov_availability_is_met(period),
			 isnan(target->availability_target));
	put_bool(state, "error_rate", gov_error_rate_is_met(period),
			 isnan(target->error_rate_target));
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

static Jsonb *
write_report(const Report *report)
{
	JsonbParseState *state = NULL;
	const GovPeriod *period = &report->standing.period;
	const GovBudget *budget = report->is_calendar ? &report->calendar :
		&report->rolling;
	bool		empty = period->count == 0;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "resource_type", report->type);
	gov_json_put_text(&state, "resource_id", report->id);
	gov_json_put_int8(&state, "hours", report->hours);
	put_time(&state, "from", report->from);
	put_time(&state, "until", report->until);
	gov_json_put_text(&state, "status", gov_standing_word(&report->standing));
	gov_json_put_text(&state, "status_without_maintenance",
					  gov_standing_word(&report->outside));
	gov_json_put_int8(&state, "revision", report->target.revision);
	put_targets(&state, report);
	gov_json_put_int8(&state, "count", period->count);
	gov_json_put_int8(&state, "failed", period->failed);
	put_percentiles(&state, report);
	gov_json_put_int8(&state, "over_p95_target", period->over_p95);
	gov_json_put_int8(&state, "over_p99_target", period->over_p99);
	put_float8(&state, "availability_percent", gov_availability(period),
			   empty);
	put_float8(&state, "error_rate", gov_error_rate(period), empty);
	put_verdicts(&state, period, &report->target);
	gov_json_put_int8(&state, "violations", report->standing.violations);
	put_float8(&state, "budget_left", gov_budget_left(&budget->period),
			   budget->allows_nothing);
	put_burn_rate(&state, "burn_rate", period, &report->target);
	put_time(&state, "exhausted_at", exhausted_at(report, budget));
	gov_json_push_key(&state, "budget");
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put_budget(&state, "rolling", &report->rolling);
	put_budget(&state, "calendar", &report->calendar);
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	put_burns(&state, report);
	return gov_json_end(&state);
}

/* Without a service level there is nothing to report. */
static Jsonb *
write_unknown(const Report *report)
{
	static const char *const nothing[] = {
		"revision", "p50", "p95", "p99", "availability_percent", "error_rate",
		"budget_left", "exhausted_at"
	};
	static const char *const zero[] = {
		"count", "failed", "over_p95_target", "over_p99_target", "violations"
	};
	JsonbParseState *state = NULL;
	int			i;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "resource_type", report->type);
	gov_json_put_text(&state, "resource_id", report->id);
	gov_json_put_int8(&state, "hours", report->hours);
	gov_json_put_text(&state, "status", "unknown");
	gov_json_put_text(&state, "status_without_maintenance", "unknown");
	for (i = 0; i < lengthof(nothing); i++)
		gov_json_put(&state, nothing[i], (Datum) 0, true, TEXTOID);
	for (i = 0; i < lengthof(zero); i++)
		gov_json_put_int8(&state, zero[i], 0);
	gov_json_push_key(&state, "burn_rates");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return gov_json_end(&state);
}

static Jsonb *
make_report(FunctionCallInfo fcinfo, bool ask)
{
	Report	   *report = palloc0(sizeof(Report));

	report->type = gov_arg_word(fcinfo, 0, "resource_type", gov_sla_types,
								NULL);
	report->id = gov_arg_id(fcinfo, 1, "resource_id");
	report->hours = gov_arg_hours(fcinfo, 2);
	if (ask)
		(void) gov_require_actor();

	report->now = GetCurrentTimestamp();
	gov_sla_minutes(report->now, report->hours * USECS_PER_HOUR,
					&report->from, &report->until);
	if (!gov_sla_target_at(report->type, report->id, report->now,
						   &report->target))
		return write_unknown(report);

	gov_spi_begin();
	find_standing(report);
	report->is_calendar = gov_budget_is_calendar(&report->target);
	gov_budget_rolling(&report->target, report->now, NULL, &report->rolling);
	gov_budget_calendar(&report->target, report->now, NULL,
						&report->calendar);
	gov_spi_end();
	return write_report(report);
}

/*
 * gov_sla_report(resource_type, resource_id, hours) → jsonb
 */
Datum
gov_sla_report(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(make_report(fcinfo, true));
}

/*
 * governance.sla_report(): the same for gov_metrics(), which has checked the
 * right.
 */
Datum
gov_sql_sla_report(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(make_report(fcinfo, false));
}
