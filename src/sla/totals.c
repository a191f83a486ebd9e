/*
 * totals.c
 *		Exact counts of what was observed of a resource in a period.
 *
 * A period is read as whole days where possible, as hours before and after
 * them, and as minutes at its ends: at most some 200 rows for a day, by index
 * scans, without SPI.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/relations.h"
#include "sla/accumulator.h"
#include "sla/totals.h"

/* A table with sums, and where its columns are. */
typedef struct Level
{
	GovRelation table;
	GovRelation index;
	AttrNumber	at;
	AttrNumber	revision;
	AttrNumber	sums;			/* observations, failed, over_p95, over_p99 */
	AttrNumber	sketch;
	int64		unit;
} Level;

static const Level deltas = {
	GOV_REL_SLA_DELTAS, GOV_REL_SLA_DELTAS_MINUTE_IDX, 4, 3, 5, 9, 0
};
static const Level minutes = {
	GOV_REL_SLA_MINUTES, GOV_REL_SLA_MINUTES_PKEY, 3, 4, 5, 9, USECS_PER_MINUTE
};
static const Level hours = {
	GOV_REL_SLA_HOURS, GOV_REL_SLA_HOURS_PKEY, 3, 4, 5, 9, USECS_PER_HOUR
};
static const Level days = {
	GOV_REL_SLA_DAYS, GOV_REL_SLA_DAYS_PKEY, 3, 4, 5, 9, USECS_PER_DAY
};

/* What is being asked. */
typedef struct Question
{
	Snapshot	snapshot;
	Datum		type;
	Datum		id;
	GovSlaTotals *totals;
	GovSketch  *sketch;			/* NULL: not asked for */
	GovSketch  *scratch;
} Question;

static TimestampTz
floor_to(TimestampTz at, int64 unit)
{
	int64		rest = at % unit;

	return at - (rest < 0 ? rest + unit : rest);
}

static TimestampTz
ceil_to(TimestampTz at, int64 unit)
{
	return floor_to(at + unit - 1, unit);
}

TimestampTz
gov_sla_minute(TimestampTz at)
{
	return floor_to(at, USECS_PER_MINUTE);
}

static int64
sum_of(HeapTuple tuple, TupleDesc desc, AttrNumber column)
{
	bool		isnull;

	return DatumGetInt64(heap_getattr(tuple, column, desc, &isnull));
}

static void
add_sketch(Question *question, HeapTuple tuple, TupleDesc desc,
		   AttrNumber column)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, column, desc, &isnull);
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(value);

	if (!gov_sketch_unpack(question->scratch,
						   (const uint8_t *) VARDATA_ANY(packed),
						   VARSIZE_ANY_EXHDR(packed)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("a sketch of observations is damaged")));
	gov_sketch_merge(question->sketch, question->scratch);
	if ((Pointer) packed != DatumGetPointer(value))
		pfree(packed);
}

/* Add the rows of a level from one time up to another. */
static void
add_rows(Question *question, const Level *level, TimestampTz from,
		 TimestampTz until)
{
	ScanKeyData keys[4];
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;
	TupleDesc	desc;

	if (from >= until)
		return;
	ScanKeyEntryInitialize(&keys[0], 0, 1, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, question->type);
	ScanKeyEntryInitialize(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid,
						   C_COLLATION_OID, F_TEXTEQ, question->id);
	ScanKeyEntryInitialize(&keys[2], 0, level->at,
						   BTGreaterEqualStrategyNumber, InvalidOid,
						   InvalidOid, F_TIMESTAMPTZ_GE,
						   TimestampTzGetDatum(from));
	ScanKeyEntryInitialize(&keys[3], 0, level->at, BTLessStrategyNumber,
						   InvalidOid, InvalidOid, F_TIMESTAMPTZ_LT,
						   TimestampTzGetDatum(until));
	rel = gov_relation_open(level->table);
	desc = RelationGetDescr(rel);
	scan = systable_beginscan(rel, gov_relation(level->index), true,
							  question->snapshot, lengthof(keys), keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		revision = heap_getattr(tuple, level->revision, desc,
											&isnull);

		gov_sla_totals_add(question->totals, DatumGetInt32(revision),
						   sum_of(tuple, desc, level->sums),
						   sum_of(tuple, desc, level->sums + 1),
						   sum_of(tuple, desc, level->sums + 2),
						   sum_of(tuple, desc, level->sums + 3));
		if (question->sketch != NULL)
			add_sketch(question, tuple, desc, level->sketch);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
}

/* Read the period in rows of this level and, at its ends, of finer levels. */
static void
add_period(Question *question, const Level *const *levels, TimestampTz from,
		   TimestampTz until)
{
	const Level *level = *levels;
	TimestampTz first;
	TimestampTz last;

	if (from >= until)
		return;
	if (levels[1] == NULL)
	{
		add_rows(question, level, from, until);
		return;
	}
	first = ceil_to(from, level->unit);
	last = floor_to(until, level->unit);
	if (first > last)
	{
		/* within one unit */
		add_period(question, levels + 1, from, until);
		return;
	}
	add_period(question, levels + 1, from, first);
	add_rows(question, level, first, last);
	add_period(question, levels + 1, last, until);
}

/*
 * lower_limits
 *		Move the limits down to the finest level that is still kept.
 */
static void
lower_limits(Question *question)
{
	GovSlaTotals *totals = question->totals;
	Relation	rel = gov_relation_open(GOV_REL_SLA_RETENTION);
	TupleDesc	desc = RelationGetDescr(rel);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false,
										  question->snapshot, 0, NULL);
	HeapTuple	tuple;
	TimestampTz kept_minutes = DT_NOBEGIN;
	TimestampTz kept_hours = DT_NOBEGIN;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		level = heap_getattr(tuple, 1, desc, &isnull);
		TimestampTz kept = DatumGetTimestampTz(heap_getattr(tuple, 2, desc,
															&isnull));

		switch (VARDATA_ANY(DatumGetPointer(level))[0])
		{
			case 'm':
				kept_minutes = kept;
				break;
			case 'h':
				kept_hours = kept;
				break;
		}
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	if (totals->from < kept_minutes)
		totals->from = floor_to(totals->from, USECS_PER_HOUR);
	if (totals->until < kept_minutes)
		totals->until = floor_to(totals->until, USECS_PER_HOUR);
	if (totals->from < kept_hours)
		totals->from = floor_to(totals->from, USECS_PER_DAY);
	if (totals->until < kept_hours)
		totals->until = floor_to(totals->until, USECS_PER_DAY);
}

void
gov_sla_totals(const char *type, const char *id, TimestampTz from,
			   TimestampTz until, GovSlaTotals *totals, GovSketch *sketch)
{
	static const Level *const levels[] = {&days, &hours, &minutes, NULL};
	Question	question = {0};

	memset(totals, 0, sizeof(GovSlaTotals));
	totals->from = gov_sla_minute(from);
	totals->until = gov_sla_minute(until);
	question.snapshot = GetActiveSnapshot();
	question.type = CStringGetTextDatum(type);
	question.id = CStringGetTextDatum(id);
	question.totals = totals;
	question.sketch = sketch;
	if (sketch != NULL)
	{
		gov_sketch_init(sketch);
		question.scratch = palloc(sizeof(GovSketch));
	}

	lower_limits(&question);
	add_period(&question, levels, totals->from, totals->until);
	add_rows(&question, &deltas, totals->from, totals->until);
	gov_sla_accumulated(type, id, totals->from, totals->until, totals,
						sketch);

	pfree(DatumGetPointer(question.type));
	pfree(DatumGetPointer(question.id));
	if (question.scratch != NULL)
		pfree(question.scratch);
}
