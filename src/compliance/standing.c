/*
 * standing.c
 *		The service level of a resource over a report's period.
 *
 * gov_sla_report() is about the hours up to now.  A report is about a period,
 * which may be long past, so the same counts are judged by the same targets
 * here.  Burn rates are about now and are left out.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/row_json.h"
#include "core/spi.h"
#include "sla/period.h"
#include "sla/status.h"
#include "sla/totals.h"

PG_FUNCTION_INFO_V1(gov_sla_standing);

static void
push_float(JsonbParseState **state, const char *key, double value, bool isnull)
{
	gov_json_put(state, key, Float8GetDatum(value), isnull, FLOAT8OID);
}

/* The figures that both the whole period and its steps have. */
static void
push_period(JsonbParseState **state, const GovPeriod *period,
			const GovSketch *sketch)
{
	bool		none = period->count == 0;

	gov_json_put_int8(state, "count", period->count);
	push_float(state, "p95", none ? 0 : gov_sketch_quantile(sketch, 0.95),
			   none);
	push_float(state, "availability_percent",
			   none ? 0 : gov_availability(period), none);
}

/* The targets that the whole period misses, by the words of violations. */
static void
push_missed(JsonbParseState **state, const GovPeriod *period)
{
	const struct
	{
		const char *type;
		bool		is_met;
	}			targets[] = {
		{"response_time_p95", gov_p95_is_met(period)},
		{"response_time_p99", gov_p99_is_met(period)},
		{"availability", gov_availability_is_met(period)},
		{"error_rate", gov_error_rate_is_met(period)}
	};
	int			i;

	gov_json_push_key(state, "missed");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < lengthof(targets); i++)
	{
		if (!targets[i].is_met)
			gov_json_push(state, WJB_ELEM,
						  CStringGetTextDatum(targets[i].type), false,
						  TEXTOID);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* One point for each step; steps that meet share no minute. */
static void
push_series(JsonbParseState **state, const char *type, const char *id,
			TimestampTz since, TimestampTz until, int64 step,
			GovSketch *sketch)
{
	TimestampTz at;

	gov_json_push_key(state, "series");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (at = since; at < until; at += step)
	{
		GovPeriod	period = {0};
		TimestampTz next = at + step;

		CHECK_FOR_INTERRUPTS();
		gov_sketch_init(sketch);
		gov_sla_period(type, id, gov_sla_minute(at),
					   next < until ? gov_sla_minute(next) :
					   gov_sla_minute(until) + USECS_PER_MINUTE,
					   &period, sketch);
		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		gov_json_put(state, "start", TimestampTzGetDatum(at), false,
					 TIMESTAMPTZOID);
		push_period(state, &period, sketch);
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * governance.sla_standing(resource_type, resource_id, since, until, step)
 *		→ jsonb
 *
 * It counts whole minutes, including those in which the period begins and
 * ends.
 */
Datum
gov_sla_standing(PG_FUNCTION_ARGS)
{
	char	   *type = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *id = text_to_cstring(PG_GETARG_TEXT_PP(1));
	TimestampTz since = PG_GETARG_TIMESTAMPTZ(2);
	TimestampTz until = PG_GETARG_TIMESTAMPTZ(3);
	Interval   *step = PG_GETARG_INTERVAL_P(4);
	TimestampTz from = gov_sla_minute(since);
	TimestampTz to = gov_sla_minute(until) + USECS_PER_MINUTE;
	GovSketch  *sketch = palloc(sizeof(GovSketch));
	GovStanding standing = {0};
	JsonbParseState *state = NULL;
	bool		none;

	gov_sketch_init(sketch);
	gov_sla_period(type, id, from, to, &standing.period, sketch);
	none = standing.period.count == 0;
	gov_spi_begin();
	standing.has_data = !none || gov_has_measurement(type, id, from, to);
	standing.violations = gov_count_violations(type, id, from, to, !none,
											   true, PG_INT64_MAX);
	gov_spi_end();

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "status", gov_standing_word(&standing));
	push_period(&state, &standing.period, sketch);
	push_float(&state, "p50", none ? 0 : gov_sketch_quantile(sketch, 0.5),
			   none);
	push_float(&state, "p99", none ? 0 : gov_sketch_quantile(sketch, 0.99),
			   none);
	push_float(&state, "error_rate",
			   none ? 0 : gov_error_rate(&standing.period), none);
	gov_json_put_int8(&state, "failed", standing.period.failed);
	gov_json_put_int8(&state, "over_p95_target", standing.period.over_p95);
	gov_json_put_int8(&state, "over_p99_target", standing.period.over_p99);
	gov_json_put_int8(&state, "violations", standing.violations);
	push_missed(&state, &standing.period);
	push_series(&state, type, id, since, until,
				step->day * USECS_PER_DAY + step->time, sketch);
	PG_RETURN_JSONB_P(gov_json_end(&state));
}
