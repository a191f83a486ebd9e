/*
 * series.c
 *		gov_sla_series(): observations step by step, and in total.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "access/require.h"
#include "sla/target.h"
#include "sla/totals.h"

PG_FUNCTION_INFO_V1(gov_sla_series);
PG_FUNCTION_INFO_V1(gov_sql_sla_totals);

#define MAX_STEPS 10000
#define COLUMNS 7

/* Whole minutes, in microseconds; months have no length. */
static int64
arg_step(FunctionCallInfo fcinfo, int n)
{
	const Interval *step;
	int64		usecs;

	if (PG_ARGISNULL(n))
		return 5 * USECS_PER_MINUTE;
	step = PG_GETARG_INTERVAL_P(n);
	if (step->month != 0)
		gov_bad_value("step", "Months are not of one length.",
					  "Give days, hours or minutes.");
	if (step->day < 0 || step->day > 3650 || step->time < 0 ||
		step->time > 3650 * USECS_PER_DAY)
		gov_bad_value("step", "It is not between a minute and ten years.",
					  NULL);
	usecs = step->day * USECS_PER_DAY + step->time;
	if (usecs < USECS_PER_MINUTE || usecs % USECS_PER_MINUTE != 0)
		gov_bad_value("step", "It is not a number of whole minutes.",
					  "Give something like '5 min'.");
	return usecs;
}

static void
put_step(ReturnSetInfo *rsinfo, TimestampTz at, const GovSlaTotals *totals,
		 const GovSketch *sketch)
{
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false, false, true, true, true, true, true};

	values[0] = TimestampTzGetDatum(at);
	values[1] = Int64GetDatum(totals->count);
	if (totals->count > 0)
	{
		double		failed = 100.0 * totals->failed / totals->count;

		memset(nulls, 0, sizeof(nulls));
		values[2] = Float8GetDatum(gov_sketch_quantile(sketch, 0.5));
		values[3] = Float8GetDatum(gov_sketch_quantile(sketch, 0.95));
		values[4] = Float8GetDatum(gov_sketch_quantile(sketch, 0.99));
		values[5] = Float8GetDatum(100.0 *
								   (totals->count - totals->failed) /
								   totals->count);
		values[6] = Float8GetDatum(failed);
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * first_minute
 *		The minute of the first observation before "until", found by bisection;
 *		"until" where there is none.
 */
static TimestampTz
first_minute(const char *type, const char *id, TimestampTz until)
{
	TimestampTz from = SetEpochTimestamp();
	TimestampTz middle;
	GovSlaTotals totals;

	gov_sla_totals(type, id, from, until, &totals, NULL);
	if (totals.count == 0)
		return until;
	while (until - from > USECS_PER_MINUTE)
	{
		middle = gov_sla_minute(from + (until - from) / 2);
		gov_sla_totals(type, id, SetEpochTimestamp(), middle, &totals, NULL);
		if (totals.count > 0)
			until = middle;
		else
			from = middle;
	}
	return from;
}

/*
 * first_step
 *		The beginning of the step that "since" is in.
 *
 * A step begins at a multiple of its length from Monday, 2001-01-01 UTC.
 */
static TimestampTz
first_step(TimestampTz since, TimestampTz until, int64 step)
{
	const TimestampTz origin = 366 * USECS_PER_DAY;
	int64		phase = (since - origin) % step;
	TimestampTz at = since - (phase < 0 ? phase + step : phase);

	if ((until - at) / step >= MAX_STEPS)
		gov_bad_value("step",
					  psprintf("The period has more than %d steps.",
							   MAX_STEPS),
					  "Ask for longer steps or a shorter period.");
	return at;
}

/*
 * gov_sla_series(resource_type, resource_id, since, until, step)
 *		→ SETOF (bucket, count, p50, p95, p99, availability_percent,
 *		error_rate)
 */
Datum
gov_sla_series(PG_FUNCTION_ARGS)
{
	const char *type = gov_arg_word(fcinfo, 0, "resource_type",
									gov_sla_types, NULL);
	const char *id = gov_arg_id(fcinfo, 1, "resource_id");
	TimestampTz since = gov_arg_bound(fcinfo, 2, "since", DT_NOBEGIN);
	TimestampTz until = PG_ARGISNULL(3) ?
		GetCurrentTransactionStartTimestamp() :
		gov_arg_bound(fcinfo, 3, "until",
					  GetCurrentTimestamp() + GOV_MAX_AHEAD);
	int64		step = arg_step(fcinfo, 4);
	GovSketch  *sketch;
	TimestampTz at = since;

	if (PG_ARGISNULL(2))
		gov_missing_value("since");
	if (since > until)
		gov_bad_value("until", "It is before \"since\".", NULL);
	until = gov_sla_minute(until + USECS_PER_MINUTE - 1);
	if (since != DT_NOBEGIN)
	{
		since = gov_sla_minute(since);
		at = first_step(since, until, step);
	}
	(void) gov_require_actor();

	InitMaterializedSRF(fcinfo, 0);
	if (!gov_sla_target_exists(type, id))
		return (Datum) 0;
	if (since == DT_NOBEGIN)
	{
		since = first_minute(type, id, until);
		if (since == until)
			return (Datum) 0;
		at = first_step(since, until, step);
	}
	sketch = palloc(sizeof(GovSketch));
	for (; at < until; at += step)
	{
		GovSlaTotals totals;

		CHECK_FOR_INTERRUPTS();
		gov_sla_totals(type, id, Max(at, since), Min(at + step, until),
					   &totals, sketch);
		put_step((ReturnSetInfo *) fcinfo->resultinfo, at, &totals, sketch);
	}
	return (Datum) 0;
}

/*
 * governance.sla_totals(resource_type, resource_id, since, until)
 *		→ (observations, failed, over_p95, over_p99)
 *
 * For SQL of the extension itself, which has checked the right.
 */
Datum
gov_sql_sla_totals(PG_FUNCTION_ARGS)
{
	char	   *type = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *id = text_to_cstring(PG_GETARG_TEXT_PP(1));
	GovSlaTotals totals;
	TupleDesc	desc;
	Datum		values[4];
	bool		nulls[4] = {0};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "sla_totals() returns a row");
	gov_sla_totals(type, id, PG_GETARG_TIMESTAMPTZ(2),
				   PG_GETARG_TIMESTAMPTZ(3), &totals, NULL);
	values[0] = Int64GetDatum(totals.count);
	values[1] = Int64GetDatum(totals.failed);
	values[2] = Int64GetDatum(totals.over_p95);
	values[3] = Int64GetDatum(totals.over_p99);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}
