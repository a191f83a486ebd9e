/*
 * maintenance.c
 *		Maintenance windows: minutes in which a miss is expected.
 *
 * Observations are counted by minute, so a minute that a window only touches
 * is left out as a whole.  The minute in which a window is made would hide
 * what went wrong just before, so that is stored with the window.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "sla/maintenance.h"
#include "sla/totals.h"

PG_FUNCTION_INFO_V1(gov_add_maintenance_window);

#define LONGEST (366 * USECS_PER_DAY)

GOV_SQL(insert_window,
		(TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
		 TIMESTAMPTZOID, TEXTOID, JSONBOID),
		"INSERT INTO governance.maintenance_windows AS w (resource_type,"
		" resource_id, starts_at, ends_at, reason, created_at, created_by,"
		" observed_before)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING w");

/*
 * Windows from where they count, or all of each; windows that meet are joined.
 */
GOV_SQL(find_spans, (TEXTOID, TEXTOID, TIMESTAMPTZOID, BOOLOID),
		"SELECT pg_catalog.lower(r.span), pg_catalog.upper(r.span)"
		" FROM (SELECT pg_catalog.unnest(pg_catalog.range_agg("
		"pg_catalog.tstzrange(w.starts, w.ends_at))) AS span"
		" FROM (SELECT m.ends_at, CASE WHEN $4 THEN m.starts_at"
		" ELSE greatest(m.starts_at, m.created_at) END AS starts"
		" FROM governance.maintenance_windows AS m"
		" WHERE m.resource_type = $1 AND m.resource_id = $2"
		" AND m.ends_at > $3) AS w"
		" WHERE w.starts < w.ends_at) AS r",
		.isolated = true, .generic = true);

/*
 * What still counts of the minutes in which windows were made, unless another
 * window had begun by then: that one covers the minute, or stores what was
 * before itself.
 */
GOV_SQL(find_before, (TEXTOID, TEXTOID, TIMESTAMPTZOID),
		"SELECT w.created_at, p.revision, p.count, p.failed, p.over_p95,"
		" p.over_p99 FROM governance.maintenance_windows AS w"
		" CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset("
		"w.observed_before) AS p(revision int, count bigint,"
		" failed bigint, over_p95 bigint, over_p99 bigint)"
		" WHERE w.resource_type = $1 AND w.resource_id = $2"
		" AND w.ends_at > $3 AND w.observed_before IS NOT NULL"
		" AND NOT EXISTS (SELECT FROM governance.maintenance_windows AS o"
		" WHERE o.resource_type = $1 AND o.resource_id = $2"
		" AND o.ends_at > pg_catalog.date_bin('1 minute', w.created_at,"
		" timestamptz 'epoch') AND o.ends_at > o.created_at"
		" AND greatest(o.starts_at, o.created_at) < w.created_at)",
		.isolated = true, .generic = true);

/* In minutes: a new window counts from the beginning of its minute. */
GOV_SQL(find_window, (TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID),
		"SELECT 1 FROM governance.maintenance_windows"
		" WHERE resource_type = $1 AND resource_id = $2"
		" AND starts_at <= $3 AND ends_at > $3 AND created_at < $4"
		" LIMIT 1");

/* --- leaving it out ------------------------------------------------------ */

static void
load_spans(GovMaintenance *maintenance, uint64 count)
{
	uint64		row;

	maintenance->spans = palloc(sizeof(GovSpan) * Max(count, 1));
	for (row = 0; row < count; row++)
	{
		TimestampTz from = gov_sla_minute(gov_row_time(row, 1));
		TimestampTz until = gov_sla_minute(gov_row_time(row, 2) - 1) +
			USECS_PER_MINUTE;
		int			i = maintenance->count;

		/* Windows that touch the same minute are joined. */
		if (i > 0 && from <= maintenance->spans[i - 1].until)
		{
			maintenance->spans[i - 1].until = until;
			continue;
		}
		maintenance->spans[i].from = from;
		maintenance->spans[i].until = until;
		maintenance->count++;
	}
}

/* A row for each revision that the minute has observations of. */
static void
load_before(GovMaintenance *maintenance, const GovSlaResource *resource,
			uint64 count)
{
	uint64		row;

	maintenance->nbefore = count;
	maintenance->before = palloc0(sizeof(*maintenance->before) *
								  Max(count, 1));
	for (row = 0; row < count; row++)
	{
		GovPeriod  *period = &maintenance->before[row].period;

		maintenance->before[row].minute = gov_sla_minute(gov_row_time(row, 1));
		period->over_p95 = gov_row_int8(row, 5);
		period->over_p99 = gov_row_int8(row, 6);
		gov_period_count(period, gov_row_int8(row, 3), gov_row_int8(row, 4),
						 gov_sla_revision(resource, gov_row_int4(row, 2)));
	}
}

const GovMaintenance *
gov_maintenance_load(const char *type, const char *id, TimestampTz since,
					 bool marked)
{
	GovMaintenance *maintenance = palloc0(sizeof(GovMaintenance));
	const GovSlaResource *resource = gov_sla_resource(type, strlen(type), id,
													  strlen(id));

	load_spans(maintenance,
			   gov_run(&find_spans, gov_text(type), gov_text(id),
					   gov_time(since), gov_bool(marked)));
	if (!marked && maintenance->count > 0 && resource != NULL)
		load_before(maintenance, resource,
					gov_run(&find_before, gov_text(type), gov_text(id),
							gov_time(since)));
	return maintenance;
}

static void
add_part(const char *type, const char *id, TimestampTz from,
		 TimestampTz until, GovPeriod *period, GovSketch *sketch)
{
	GovSketch  *of_part = sketch ? palloc(sizeof(GovSketch)) : NULL;
	GovPeriod	part;

	if (from < until)
	{
		gov_sla_period(type, id, from, until, &part, of_part);
		gov_period_add(period, &part);
		if (sketch != NULL)
			gov_sketch_merge(sketch, of_part);
	}
	if (of_part != NULL)
		pfree(of_part);
}

void
gov_maintenance_without(const GovMaintenance *maintenance, const char *type,
						const char *id, TimestampTz from, TimestampTz until,
						GovPeriod *period, GovSketch *sketch)
{
	GovPeriod	ignored = {0};
	int			i;

	memset(period, 0, sizeof(GovPeriod));
	if (sketch != NULL)
		gov_sketch_init(sketch);
	for (i = 0; maintenance != NULL && i < maintenance->nbefore; i++)
	{
		TimestampTz minute = maintenance->before[i].minute;

		if (minute < from || minute >= until)
			continue;
		gov_period_add(period, &maintenance->before[i].period);

		/* Latencies are only shown, so those of the whole minute will do. */
		if (sketch != NULL)
			add_part(type, id, minute, minute + USECS_PER_MINUTE, &ignored,
					 sketch);
	}
	for (i = 0; maintenance != NULL && i < maintenance->count; i++)
	{
		const GovSpan *span = &maintenance->spans[i];

		if (span->until <= from || span->from >= until)
			continue;
		add_part(type, id, from, span->from, period, sketch);
		from = span->until;
	}
	add_part(type, id, from, until, period, sketch);
}

int64
gov_maintenance_usecs(const GovMaintenance *maintenance, TimestampTz from,
					  TimestampTz until)
{
	int64		usecs = 0;
	int			i;

	for (i = 0; i < maintenance->count; i++)
	{
		const GovSpan *span = &maintenance->spans[i];

		usecs += Max(Min(span->until, until) - Max(span->from, from), 0);
	}
	return usecs;
}

bool
gov_in_maintenance(const char *type, const char *id, TimestampTz at)
{
	return gov_run(&find_window, gov_text(type), gov_text(id), gov_time(at),
				   gov_time(gov_sla_minute(at) + USECS_PER_MINUTE)) > 0;
}

/* --- making one ---------------------------------------------------------- */

/*
 * observed_before
 *		What has been observed in the running minute, if the window begins in
 *		it; NULL for nothing.
 */
static Jsonb *
observed_before(const char *type, const char *id, TimestampTz starts_at,
				TimestampTz ends_at, TimestampTz now)
{
	JsonbParseState *state = NULL;
	TimestampTz minute = gov_sla_minute(now);
	GovSlaTotals totals;
	int			i;

	if (ends_at <= now || starts_at >= minute + USECS_PER_MINUTE)
		return NULL;
	PushActiveSnapshot(gov_latest_snapshot());
	gov_sla_totals(type, id, minute, minute + USECS_PER_MINUTE, &totals, NULL);
	PopActiveSnapshot();
	if (totals.count == 0)
		return NULL;
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < totals.nparts; i++)
	{
		const GovSlaPart *part = &totals.parts[i];

		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		gov_json_put_int8(&state, "revision", part->revision);
		gov_json_put_int8(&state, "count", part->count);
		gov_json_put_int8(&state, "failed", part->failed);
		gov_json_put_int8(&state, "over_p95", part->over_p95);
		gov_json_put_int8(&state, "over_p99", part->over_p99);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/*
 * gov_add_maintenance_window(resource_type, resource_id, starts_at, ends_at,
 * reason) → maintenance_windows
 */
Datum
gov_add_maintenance_window(PG_FUNCTION_ARGS)
{
	const char *type = gov_arg_word(fcinfo, 0, "resource_type",
									gov_sla_types, NULL);
	const char *id = gov_arg_id(fcinfo, 1, "resource_id");
	TimestampTz starts_at = gov_arg_time(fcinfo, 2, "starts_at", false);
	TimestampTz ends_at = gov_arg_time(fcinfo, 3, "ends_at", false);
	const char *reason = gov_arg_reason(fcinfo, 4, "reason");
	TimestampTz now;
	GovActor	actor;
	Jsonb	   *before;

	if (starts_at >= ends_at)
		gov_bad_value("ends_at", "It is not after starts_at.",
					  "Give a window that begins before it ends.");
	if (ends_at - starts_at > LONGEST)
		gov_bad_value("ends_at", "The window is longer than 366 days.", NULL);
	gov_refuse_read_only("gov_add_maintenance_window()");
	actor = gov_require(GOV_PERM_SLA_MANAGE,
						psprintf("sla_target/%s:%s", type, id));
	if (!gov_sla_target_exists(type, id))
		gov_sla_no_resource(type, id);

	gov_spi_begin();
	now = GetCurrentTimestamp();
	before = observed_before(type, id, starts_at, ends_at, now);
	(void) gov_run_as("add", reason, &insert_window, gov_text(type),
					  gov_text(id), gov_time(starts_at), gov_time(ends_at),
					  gov_text(reason), gov_time(now), gov_text(actor.user_id),
					  gov_json(before));
	return gov_spi_end_row(fcinfo);
}
