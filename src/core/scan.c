/*
 * scan.c
 *		Reading the extension's small tables without SPI.
 */
#include "postgres.h"

#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "core/scan.h"

/* The column's number; an error where the table is not as we made it. */
static AttrNumber
column_number(Relation rel, const char *column)
{
	TupleDesc	desc = RelationGetDescr(rel);
	int			i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && strcmp(NameStr(att->attname), column) == 0)
			return att->attnum;
	}
	elog(ERROR, "table \"governance.%s\" has no column \"%s\"",
		 RelationGetRelationName(rel), column);
	return InvalidAttrNumber;	/* keep compiler quiet */
}

void
gov_scan_begin(GovScan *scan, GovRelation table)
{
	scan->rel = gov_relation_open(table);
	scan->index = NULL;
	scan->scan = systable_beginscan(scan->rel, InvalidOid, false, NULL, 0,
									NULL);
	scan->tuple = NULL;
}

void
gov_scan_begin_key(GovScan *scan, GovRelation table, GovRelation index,
				   const char *column, const char *value)
{
	ScanKeyData key;
	AttrNumber	attnum;

	scan->rel = gov_relation_open(table);
	scan->index = NULL;
	attnum = column_number(scan->rel, column);
	if (TupleDescAttr(RelationGetDescr(scan->rel), attnum - 1)->atttypid ==
		NAMEOID)
	{
		/* A name takes 64 bytes, however short its text is. */
		namestrcpy(&scan->key_name, value);
		ScanKeyEntryInitialize(&key, 0, attnum, BTEqualStrategyNumber,
							   InvalidOid, C_COLLATION_OID, F_NAMEEQ,
							   NameGetDatum(&scan->key_name));
	}
	else
		ScanKeyEntryInitialize(&key, 0, attnum, BTEqualStrategyNumber,
							   InvalidOid, C_COLLATION_OID, F_TEXTEQ,
							   CStringGetTextDatum(value));

	scan->scan = systable_beginscan(scan->rel, gov_relation(index), true,
									NULL, 1, &key);
	scan->tuple = NULL;
}

static void
set_key(ScanKey key, Relation rel, const char *column, const char *value)
{
	ScanKeyEntryInitialize(key, 0, column_number(rel, column),
						   BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(value));
}

void
gov_scan_begin_pair(GovScan *scan, GovRelation table, GovRelation index,
					const char *first, const char *first_value,
					const char *second, const char *second_value)
{
	ScanKeyData keys[2];

	scan->rel = gov_relation_open(table);
	scan->index = NULL;
	set_key(&keys[0], scan->rel, first, first_value);
	set_key(&keys[1], scan->rel, second, second_value);
	scan->scan = systable_beginscan(scan->rel, gov_relation(index), true,
									NULL, 2, keys);
	scan->tuple = NULL;
}

void
gov_scan_begin_last(GovScan *scan, GovRelation table, GovRelation index,
					const char *first, const char *first_value,
					const char *second, const char *second_value)
{
	ScanKeyData keys[2];

	scan->rel = gov_relation_open(table);
	scan->index = index_open(gov_relation(index), AccessShareLock);
	set_key(&keys[0], scan->rel, first, first_value);
	set_key(&keys[1], scan->rel, second, second_value);
	scan->scan = systable_beginscan_ordered(scan->rel, scan->index, NULL, 2,
											keys);
	scan->tuple = NULL;
}

/* As the executor does where it locks rows; false where it is gone. */
static bool
lock_tuple(Relation rel, ItemPointer tid, Snapshot snapshot,
		   TupleTableSlot *slot)
{
	TM_FailureData failure;
	TM_Result	result;
	uint8		flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS;

	if (!IsolationUsesXactSnapshot())
		flags |= TUPLE_LOCK_FLAG_FIND_LAST_VERSION;
	result = table_tuple_lock(rel, tid, snapshot, slot,
							  GetCurrentCommandId(false),
							  LockTupleNoKeyExclusive, LockWaitBlock, flags,
							  &failure);
	if (result == TM_Ok)
		return true;
	if (IsolationUsesXactSnapshot() &&
		(result == TM_Updated || result == TM_Deleted))
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
	if (result != TM_Deleted && result != TM_SelfModified)
		elog(ERROR, "unexpected result of locking a row: %d", (int) result);
	return false;
}

bool
gov_scan_lock(GovScan *scan, GovRelation table, GovRelation index,
			  const char *first, const char *first_value,
			  const char *second, const char *second_value)
{
	ScanKeyData keys[2];
	Snapshot	snapshot;
	TupleTableSlot *slot;
	bool		found;

	/* What the query that calls us has written is seen, as by a statement. */
	CommandCounterIncrement();
	LockRelationOid(gov_relation(table), RowShareLock);
	scan->rel = gov_relation_open(table);
	scan->index = NULL;
	set_key(&keys[0], scan->rel, first, first_value);
	if (second != NULL)
		set_key(&keys[1], scan->rel, second, second_value);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(scan->rel, NULL);
	scan->scan = systable_beginscan(scan->rel, gov_relation(index), true,
									snapshot, second != NULL ? 2 : 1, keys);
	scan->tuple = systable_getnext(scan->scan);
	found = HeapTupleIsValid(scan->tuple) &&
		lock_tuple(scan->rel, &scan->tuple->t_self, snapshot, slot);
	systable_endscan(scan->scan);
	scan->scan = NULL;
	scan->tuple = found ? ExecCopySlotHeapTuple(slot) : NULL;
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	return found;
}

/*
 * A kept plan of max() stays a sequential scan if it was made while the table
 * was empty; this reads one row whatever the table holds.
 */
int64
gov_scan_highest(GovRelation table, GovRelation index, const char *column,
				 const char *value, const char *number)
{
	Relation	rel = gov_relation_open(table);
	Relation	index_rel = index_open(gov_relation(index), AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	int64		highest = 0;

	set_key(&key, rel, column, value);
	scan = systable_beginscan_ordered(rel, index_rel, NULL, 1, &key);
	tuple = systable_getnext_ordered(scan, BackwardScanDirection);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;

		highest = DatumGetInt64(heap_getattr(tuple, column_number(rel, number),
											 RelationGetDescr(rel), &isnull));
	}
	systable_endscan_ordered(scan);
	index_close(index_rel, AccessShareLock);
	table_close(rel, AccessShareLock);
	return highest;
}

bool
gov_scan_next(GovScan *scan)
{
	scan->tuple = scan->index == NULL ? systable_getnext(scan->scan) :
		systable_getnext_ordered(scan->scan, BackwardScanDirection);
	return HeapTupleIsValid(scan->tuple);
}

void
gov_scan_end(GovScan *scan)
{
	if (scan->index != NULL)
	{
		systable_endscan_ordered(scan->scan);
		index_close(scan->index, AccessShareLock);
	}
	else if (scan->scan != NULL)
		systable_endscan(scan->scan);
	table_close(scan->rel, AccessShareLock);
}

Datum
gov_scan_datum(GovScan *scan, const char *column, bool *isnull)
{
	return heap_getattr(scan->tuple, column_number(scan->rel, column),
						RelationGetDescr(scan->rel), isnull);
}

char *
gov_scan_text(GovScan *scan, const char *column)
{
	bool		isnull;
	Datum		value = gov_scan_datum(scan, column, &isnull);
	Form_pg_attribute att;

	if (isnull)
		return NULL;
	att = TupleDescAttr(RelationGetDescr(scan->rel),
						column_number(scan->rel, column) - 1);
	if (att->atttypid == NAMEOID)
		return pstrdup(NameStr(*DatumGetName(value)));
	return TextDatumGetCString(value);
}

bool
gov_scan_bool(GovScan *scan, const char *column)
{
	bool		isnull;
	Datum		value = gov_scan_datum(scan, column, &isnull);

	return isnull ? false : DatumGetBool(value);
}

int64
gov_scan_int8(GovScan *scan, const char *column)
{
	bool		isnull;
	Datum		value = gov_scan_datum(scan, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

bool
gov_scan_null(GovScan *scan, const char *column)
{
	bool		isnull;

	(void) gov_scan_datum(scan, column, &isnull);
	return isnull;
}
