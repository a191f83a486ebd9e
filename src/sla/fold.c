/*
 * fold.c
 *		Folding the observations of transactions into minutes, hours and days.
 *
 * The deltas are a queue in no order.  Only the folding process changes rows
 * of the levels, so it waits for nobody and nobody waits for it.
 *
 * Rows are removed by ctid.  A plan made while the table was empty would
 * compare every row with every ctid, so these plans are not kept.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/policy.h"
#include "core/relations.h"
#include "core/spi.h"
#include "core/work.h"
#include "sla/fold.h"

/* sums of the columns that every level has */
#define SUMS \
	" CAST(pg_catalog.sum(s.observations) AS pg_catalog.int8) AS observations," \
	" CAST(pg_catalog.sum(s.failed) AS pg_catalog.int8) AS failed," \
	" CAST(pg_catalog.sum(s.over_p95) AS pg_catalog.int8) AS over_p95," \
	" CAST(pg_catalog.sum(s.over_p99) AS pg_catalog.int8) AS over_p99," \
	" governance.sketch(s.sketch) AS sketch"

/* add the sums to the rows of a level */
#define ADD(table, unit) \
	" INSERT INTO governance." table " AS r (resource_type, resource_id," \
	" " unit ", revision, observations, failed, over_p95, over_p99, sketch)" \
	" SELECT f.resource_type, f.resource_id, f.at, f.revision," \
	" f.observations, f.failed, f.over_p95, f.over_p99, f.sketch" \
	" FROM " unit "_sums AS f" \
	" WHERE NOT EXISTS (SELECT FROM governance.sla_retention AS k" \
	" WHERE k.level = '" unit "' AND f.at < k.kept_from)" \
	" ON CONFLICT (resource_type, resource_id, " unit ", revision)" \
	" DO UPDATE SET observations = r.observations + excluded.observations," \
	" failed = r.failed + excluded.failed," \
	" over_p95 = r.over_p95 + excluded.over_p95," \
	" over_p99 = r.over_p99 + excluded.over_p99," \
	" sketch = governance.sketch_plus(r.sketch, excluded.sketch)"

/* days are those of UTC, whatever the session's time zone */
#define COARSER(from, unit) \
	" SELECT s.resource_type, s.resource_id, s.revision," \
	" pg_catalog.date_trunc('" unit "', s.at, 'UTC') AS at," SUMS \
	" FROM " from " AS s GROUP BY 1, 2, 3, 4"

GOV_SQL(fold_deltas, (INT4OID),
		"WITH taken AS ("
		" DELETE FROM governance.sla_deltas AS d"
		" WHERE d.ctid = ANY (ARRAY(SELECT q.ctid"
		" FROM governance.sla_deltas AS q LIMIT $1))"
		" RETURNING d.*),"
		" minute_sums AS MATERIALIZED ("
		" SELECT s.resource_type, s.resource_id, s.revision,"
		" s.minute AS at," SUMS
		" FROM taken AS s GROUP BY 1, 2, 3, 4),"
		" hour_sums AS MATERIALIZED (" COARSER("minute_sums", "hour") "),"
		" day_sums AS MATERIALIZED (" COARSER("hour_sums", "day") "),"
		" minutes AS (" ADD("sla_minutes", "minute") "),"
		" hours AS (" ADD("sla_hours", "hour") "),"
		" days AS (" ADD("sla_days", "day") ")"
		" SELECT pg_catalog.count(*) FROM taken AS t",
		.custom = true);

/* A level, the policy of its retention, and what removes its rows. */
typedef struct Level
{
	const char *name;
	const char *policy;
	int64		unit;			/* kept from the beginning of one of these */
	GovStatement remove;
} Level;

#define REMOVE(table, column) { \
	.sql = "DELETE FROM governance." table " AS r WHERE r.ctid = ANY (ARRAY(" \
	"SELECT q.ctid FROM governance." table " AS q WHERE q." column " < $1" \
	" LIMIT $2))", \
	.argtypes = {TIMESTAMPTZOID, INT4OID}, .custom = true}

/*
 * The rows of minutes are kept from the beginning of an hour, so that those
 * of an hour are all there or none.
 */
static Level kept_levels[] = {
	{"minute", "sla.minute_retention_days", USECS_PER_HOUR,
	REMOVE("sla_minutes", "minute")},
	{"hour", "sla.hour_retention_days", USECS_PER_DAY,
	REMOVE("sla_hours", "hour")},
	{"day", "sla.day_retention_days", USECS_PER_DAY,
	REMOVE("sla_days", "day")},
};

static GovStatement remove_raw =
REMOVE("sla_raw_observations", "observed_at");

/* It never goes back: removed rows do not return. */
GOV_SQL(keep_from, (TEXTOID, TIMESTAMPTZOID),
		"INSERT INTO governance.sla_retention AS k (level, kept_from)"
		" VALUES ($1, $2) ON CONFLICT (level) DO UPDATE"
		" SET kept_from = excluded.kept_from"
		" WHERE k.kept_from < excluded.kept_from");

int64
gov_sla_fold(bool wait, int max)
{
	int64		folded;

	if (!gov_work_lock_table(GOV_REL_SLA_DELTAS, wait, "folding observations"))
		return 0;
	gov_spi_begin();
	(void) gov_run(&fold_deltas, gov_int4(max));
	folded = gov_row_int8(0, 1);
	gov_spi_end();
	return folded;
}

/* The time that many days ago, at the beginning of a unit. */
static TimestampTz
limit_of(int64 days, int64 unit)
{
	TimestampTz limit = GetCurrentTimestamp() - days * USECS_PER_DAY;

	return limit - ((limit % unit) + unit) % unit;
}

int64
gov_sla_retain(bool wait, int max)
{
	int64		removed = 0;
	int64		days;
	int64		finer = 0;		/* days of the level before */
	int			i;

	if (!gov_work_lock_table(GOV_REL_SLA_DELTAS, wait, "folding observations"))
		return 0;
	gov_spi_begin();
	for (i = 0; i < lengthof(kept_levels) && removed < max; i++)
	{
		Level	   *level = &kept_levels[i];
		TimestampTz limit;

		/* A coarser level is kept at least as long as a finer one. */
		days = gov_policy_int(level->policy);
		if (days == 0)
			break;
		days = Max(days, finer);
		finer = days;
		limit = limit_of(days, level->unit);

		/* A longer retention does not bring removed rows back. */
		if (gov_run(gov_sql("SELECT k.kept_from"
							" FROM governance.sla_retention AS k"
							" WHERE k.level = $1"),
					gov_text(level->name)) > 0 &&
			gov_row_time(0, 1) > limit)
			limit = gov_row_time(0, 1);
		else
			(void) gov_run(&keep_from, gov_text(level->name),
						   gov_time(limit));
		removed += gov_run(&level->remove, gov_time(limit),
						   gov_int4(max - removed));
	}
	days = gov_policy_int("sla.raw_retention_days");
	if (days > 0 && removed < max)
		removed += gov_run(&remove_raw, gov_time(limit_of(days, 1)),
						   gov_int4(max - removed));
	gov_spi_end();
	return removed;
}
