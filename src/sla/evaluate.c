/*
 * evaluate.c
 *		Evaluating observations: which violations open, change and close.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "access/require.h"
#include "core/guc.h"
#include "core/policy.h"
#include "core/spi.h"
#include "sla/burn.h"
#include "sla/clock.h"
#include "sla/escalation.h"
#include "sla/evaluate.h"
#include "sla/period.h"
#include "sla/violation.h"
#include "sla/violation.h"

PG_FUNCTION_INFO_V1(gov_evaluate_sla);

#define LONGEST (2 * 366 * USECS_PER_DAY)	/* that an evaluation looks back */

typedef struct Resource
{
	char	   *type;
	char	   *id;
} Resource;

GOV_SQL(find_all, (),
		"SELECT t.resource_type, t.resource_id"
		" FROM governance.sla_targets AS t WHERE t.valid_to IS NULL"
		" ORDER BY t.resource_type, t.resource_id");

/* A resource that was never seen is noted now, and is due later. */
GOV_SQL(see_new, (TIMESTAMPTZOID),
		"INSERT INTO governance.sla_evaluations (resource_type,"
		" resource_id, evaluated_at, first_at)"
		" SELECT t.resource_type, t.resource_id, $1, $1"
		" FROM governance.sla_targets AS t WHERE t.valid_to IS NULL"
		" AND NOT EXISTS (SELECT FROM governance.sla_evaluations AS e"
		" WHERE e.resource_type = t.resource_type"
		" AND e.resource_id = t.resource_id)"
		" ON CONFLICT DO NOTHING");

GOV_SQL(lock_due, (TIMESTAMPTZOID, INT4OID),
		"SELECT e.resource_type, e.resource_id"
		" FROM governance.sla_evaluations AS e"
		" WHERE e.evaluated_at <= $1"
		" ORDER BY e.evaluated_at, e.resource_type, e.resource_id"
		" LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED");

/* How many minutes of silence are a violation, where the target says so. */
GOV_SQL(find_silence, (TEXTOID, TEXTOID),
		"SELECT least(greatest((t.metadata -> 'no_data_minutes')::numeric,"
		" 0), 525600)::int, e.first_at"
		" FROM governance.sla_targets AS t"
		" JOIN governance.sla_evaluations AS e"
		" ON e.resource_type = t.resource_type"
		" AND e.resource_id = t.resource_id"
		" WHERE t.resource_type = $1 AND t.resource_id = $2"
		" AND t.valid_to IS NULL"
		" AND pg_catalog.jsonb_typeof(t.metadata -> 'no_data_minutes')"
		" = 'number'");

GOV_SQL(find_alert, (TEXTOID, TEXTOID, TEXTOID),
		"SELECT pending_since, firing_since, held_at"
		" FROM governance.burn_rate_alerts WHERE resource_type = $1"
		" AND resource_id = $2 AND rule = $3");

GOV_SQL(set_alert,
		(TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
		 TIMESTAMPTZOID),
		"INSERT INTO governance.burn_rate_alerts (resource_type,"
		" resource_id, rule, pending_since, firing_since, held_at)"
		" VALUES ($1, $2, $3, $4, $5, $6)"
		" ON CONFLICT (resource_type, resource_id, rule) DO UPDATE"
		" SET firing_since = excluded.firing_since,"
		" held_at = excluded.held_at");

GOV_SQL(drop_alert, (TEXTOID, TEXTOID, TEXTOID),
		"DELETE FROM governance.burn_rate_alerts WHERE resource_type = $1"
		" AND resource_id = $2 AND rule = $3");

GOV_SQL(select_changed, (INT8ARRAYOID),
		"SELECT v.* FROM governance.sla_violations AS v"
		" WHERE v.violation_id = ANY ($1) ORDER BY v.violation_id");

/*
 * judge_target
 *		Judge one of the four targets.  One that is not set is not missed.
 *
 * A miss by too few requests means nothing: it neither opens a violation nor
 * ends one.
 */
static void
judge_target(const GovSlaTarget *target, GovViolationType type, bool is_met,
			 bool too_few, double promised, double actual, TimestampTz at,
			 List **changed)
{
	GovMiss		miss = {0};

	is_met = is_met || isnan(promised);
	if (!is_met && too_few)
		return;
	if (is_met)
	{
		gov_violation_over(target->resource_type, target->resource_id, type,
						   at, changed);
		return;
	}
	miss.resource_type = target->resource_type;
	miss.resource_id = target->resource_id;
	miss.type = type;
	miss.target = promised;
	miss.actual = actual;
	miss.severity = gov_miss_severity(gov_miss_times(&miss));
	gov_violation_found(&miss, at, changed);
}

static double
per_cent(int64 part, int64 whole)
{
	return whole > 0 ? 100.0 * (double) part / (double) whole : 0;
}

/*
 * judge_window
 *		Judge the observations of the evaluation window by the four targets.
 *
 * A window without observations misses no target.
 */
static void
judge_window(const GovSlaTarget *target, TimestampTz at,
			 const GovMaintenance *maintenance, List **changed)
{
	GovSketch  *sketch = palloc(sizeof(GovSketch));
	GovPeriod	period;
	TimestampTz from;
	TimestampTz until;
	double		p95 = 0;
	double		p99 = 0;
	int64		minimum;

	gov_sla_minutes(at, gov_policy_usecs("sla.evaluation_window"), &from,
					&until);
	gov_maintenance_without(maintenance, target->resource_type,
							target->resource_id, from, until, &period,
							sketch);
	if (period.count > 0)
	{
		p95 = gov_sketch_quantile(sketch, 0.95);
		p99 = gov_sketch_quantile(sketch, 0.99);
	}
	judge_target(target, GOV_VIOLATION_RESPONSE_TIME_P95,
				 gov_p95_is_met(&period), false, target->response_time_p95,
				 p95, at, changed);
	judge_target(target, GOV_VIOLATION_RESPONSE_TIME_P99,
				 gov_p99_is_met(&period), false, target->response_time_p99,
				 p99, at, changed);
	minimum = gov_minimum_count(target);
	judge_target(target, GOV_VIOLATION_AVAILABILITY,
				 gov_availability_is_met(&period),
				 period.budget_count < minimum, target->availability_target,
				 per_cent(period.budget_count - period.budget_failed,
						  period.budget_count), at, changed);
	judge_target(target, GOV_VIOLATION_ERROR_RATE,
				 gov_error_rate_is_met(&period), period.err_count < minimum,
				 target->error_rate_target,
				 per_cent(period.err_failed, period.err_count), at, changed);
	pfree(sketch);
}

/*
 * rule_fires
 *		Does the rule fire as of "at", given what earlier evaluations saw?
 */
static bool
rule_fires(const GovSlaTarget *target, const GovBurn *burn, TimestampTz at)
{
	GovParam	type = gov_text(target->resource_type);
	GovParam	id = gov_text(target->resource_id);
	GovParam	rule = gov_text(burn->rule.name);
	TimestampTz pending_since = at;
	TimestampTz firing_since = DT_NOEND;
	TimestampTz held_at = at;
	bool		found = gov_run(&find_alert, type, id, rule) > 0;

	if (found)
	{
		pending_since = gov_row_time(0, 1);
		firing_since = gov_row_time(0, 2);
		held_at = gov_row_time(0, 3);

		/* An evaluation of the past changes nothing. */
		if (held_at > at)
			return firing_since <= at;
	}
	if (burn->holds)
	{
		if (firing_since == DT_NOEND &&
			at - pending_since >= burn->rule.hold_for)
			firing_since = at;
		(void) gov_run(&set_alert, type, id, rule, gov_time(pending_since),
					   gov_time(firing_since), gov_time(at));
		return firing_since != DT_NOEND;
	}
	if (!found)
		return false;
	if (firing_since != DT_NOEND &&
		at - held_at < burn->rule.keep_firing_for)
		return true;
	(void) gov_run(&drop_alert, type, id, rule);
	return false;
}

/* The violation is about the most urgent rule that fires. */
static void
judge_burn(const GovSlaTarget *target, TimestampTz at,
		   const GovMaintenance *maintenance, List **changed)
{
	GovBurn    *burns = palloc(sizeof(GovBurn) * GOV_BURN_RULES);
	GovBurn    *worst = NULL;
	GovMiss		miss = {0};
	int			count;
	int			i;

	count = gov_burn_measure(target->resource_type, target->resource_id, at,
							 maintenance, false, burns);
	for (i = 0; i < count; i++)
	{
		if (rule_fires(target, &burns[i], at) && worst == NULL &&
			!isnan(target->availability_target))
			worst = &burns[i];
	}
	if (worst == NULL)
		gov_violation_over(target->resource_type, target->resource_id,
						   GOV_VIOLATION_ERROR_BUDGET_BURN, at, changed);
	else if (worst->is_measured)
	{
		miss.resource_type = target->resource_type;
		miss.resource_id = target->resource_id;
		miss.type = GOV_VIOLATION_ERROR_BUDGET_BURN;
		miss.target = worst->rule.factor_milli / 1000.0;
		miss.actual = gov_burn_rate(&worst->long_period);
		miss.severity = worst->rule.is_page ? "critical" : "warning";
		gov_violation_found(&miss, at, changed);
	}
	pfree(burns);
}

/*
 * judge_silence
 *		Report a violation where there was no observation for as long as the
 *		target's metadata says; minutes of maintenance do not count.
 */
static void
judge_silence(const GovSlaTarget *target, TimestampTz at,
			  const GovMaintenance *maintenance, List **changed)
{
	GovMiss		miss = {0};
	GovPeriod	period;
	TimestampTz from;
	TimestampTz until;
	TimestampTz first_at;
	bool		is_silent = false;
	int64		length;
	int32		minutes;

	if (gov_run(&find_silence, gov_text(target->resource_type),
				gov_text(target->resource_id)) > 0 &&
		(minutes = gov_row_int4(0, 1)) > 0)
	{
		first_at = gov_row_time(0, 2);
		gov_sla_minutes(at, minutes * USECS_PER_MINUTE, &from, &until);
		length = until - from;
		while (until - from < length +
			   gov_maintenance_usecs(maintenance, from, until))
			from = until - length -
				gov_maintenance_usecs(maintenance, from, until);
		gov_sla_period(target->resource_type, target->resource_id, from,
					   until, &period, NULL);
		is_silent = period.count == 0 &&
			first_at <= at - (until - from - USECS_PER_MINUTE) &&
			gov_run(gov_sql("SELECT 1 FROM governance.sla_measurements"
							" WHERE resource_type = $1 AND resource_id = $2"
							" AND measured_at >= $3 AND measured_at < $4"
							" LIMIT 1"), gov_text(target->resource_type),
					gov_text(target->resource_id), gov_time(from),
					gov_time(until)) == 0;
		miss.target = miss.actual = minutes;
	}
	if (!is_silent)
	{
		gov_violation_over(target->resource_type, target->resource_id,
						   GOV_VIOLATION_NO_DATA, at, changed);
		return;
	}
	miss.resource_type = target->resource_type;
	miss.resource_id = target->resource_id;
	miss.type = GOV_VIOLATION_NO_DATA;
	miss.severity = "warning";
	gov_violation_found(&miss, at, changed);
}

/* Evaluate all of a resource, whose lock the caller holds. */
static void
evaluate(const Resource *resource, TimestampTz at, List **changed)
{
	const GovMaintenance *maintenance;
	GovSlaTarget target;

	if (!gov_sla_target_at(resource->type, resource->id, at, &target))
		return;
	PushActiveSnapshot(GetLatestSnapshot());
	maintenance = gov_maintenance_load(resource->type, resource->id,
									   at - LONGEST, false);
	judge_window(&target, at, maintenance, changed);
	judge_burn(&target, at, maintenance, changed);
	judge_silence(&target, at, maintenance, changed);
	gov_evaluate_clocks(resource->type, resource->id, at, changed);
	gov_violation_announce_late(resource->type, resource->id, at, changed);
	(void) gov_escalate(resource->type, resource->id, at);
	(void) gov_run(gov_sql("UPDATE governance.sla_evaluations"
						   " SET evaluated_at = greatest(evaluated_at, $3)"
						   " WHERE resource_type = $1 AND resource_id = $2"),
				   gov_text(resource->type), gov_text(resource->id),
				   gov_time(Min(at, GetCurrentTimestamp())));
	PopActiveSnapshot();
}

/* The resources of the last result. */
static Resource *
read_resources(uint64 count)
{
	Resource   *resources = palloc(sizeof(Resource) * Max(count, 1));
	uint64		row;

	for (row = 0; row < count; row++)
	{
		resources[row].type = gov_row_text(row, 1);
		resources[row].id = gov_row_text(row, 2);
	}
	return resources;
}

static int64
evaluate_all(TimestampTz at, List **changed)
{
	uint64		count = gov_run0(&find_all);
	Resource   *resources = read_resources(count);
	TimestampTz seen_at = Min(at, GetCurrentTimestamp());
	uint64		i;

	for (i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		(void) gov_run(gov_sql("INSERT INTO governance.sla_evaluations"
							   " (resource_type, resource_id, evaluated_at,"
							   " first_at) VALUES ($1, $2, $3, $3)"
							   " ON CONFLICT DO NOTHING"),
					   gov_text(resources[i].type), gov_text(resources[i].id),
					   gov_time(seen_at));
		(void) gov_run(gov_sql("SELECT first_at"
							   " FROM governance.sla_evaluations"
							   " WHERE resource_type = $1"
							   " AND resource_id = $2 FOR NO KEY UPDATE"),
					   gov_text(resources[i].type), gov_text(resources[i].id));
		evaluate(&resources[i], at, changed);
	}
	return count;
}

void
gov_evaluate_due(int limit, bool all, GovEvaluationCounts *counts)
{
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz due;
	List	   *changed = NIL;
	Resource   *resources;
	uint64		count;
	uint64		i;

	memset(counts, 0, sizeof(GovEvaluationCounts));
	gov_spi_begin();
	if (all)
		counts->evaluated = evaluate_all(now, &changed);
	else
	{
		(void) gov_run(&see_new, gov_time(now));
		due = TimestampTzPlusMilliseconds(now, -gov_sla_interval);
		count = gov_run(&lock_due, gov_time(due), gov_int4(limit));
		resources = read_resources(count);
		for (i = 0; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			evaluate(&resources[i], now, &changed);
		}
		counts->evaluated = count;
		counts->more = count == limit;
	}
	counts->changed = list_length(changed);
	gov_spi_end();
}

/* Return their rows, in order. */
static void
return_changed(FunctionCallInfo fcinfo, List *changed)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *ids = palloc(sizeof(Datum) * Max(list_length(changed), 1));
	ArrayType  *array;
	ListCell   *cell;
	int			n = 0;
	uint64		count;
	uint64		row;

	foreach(cell, changed)
		ids[n++] = Int64GetDatum(*(int64 *) lfirst(cell));
	array = construct_array(ids, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL,
							TYPALIGN_DOUBLE);
	count = gov_run(&select_changed,
					gov_datum(PointerGetDatum(array), false));
	for (row = 0; row < count; row++)
		tuplestore_puttuple(rsinfo->setResult, SPI_tuptable->vals[row]);
}

/*
 * gov_evaluate_sla(at) → SETOF sla_violations
 */
Datum
gov_evaluate_sla(PG_FUNCTION_ARGS)
{
	TimestampTz at = gov_arg_time(fcinfo, 0, "at", true);
	List	   *changed = NIL;

	if (at == DT_NOEND)
		at = GetCurrentTimestamp();
	gov_refuse_read_only("gov_evaluate_sla()");
	(void) gov_require(GOV_PERM_SLA_MANAGE, NULL);

	InitMaterializedSRF(fcinfo, 0);
	gov_spi_begin();
	(void) evaluate_all(at, &changed);
	return_changed(fcinfo, changed);
	gov_spi_end();
	return (Datum) 0;
}
