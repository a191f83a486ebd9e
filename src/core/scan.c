/*
 * scan.c
 *		Reading the extension's small tables without SPI.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

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

void
gov_scan_begin_pair(GovScan *scan, GovRelation table, GovRelation index,
					const char *first, const char *first_value,
					const char *second, const char *second_value)
{
	ScanKeyData keys[2];

	scan->rel = gov_relation_open(table);
	ScanKeyEntryInitialize(&keys[0], 0, column_number(scan->rel, first),
						   BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(first_value));
	ScanKeyEntryInitialize(&keys[1], 0, column_number(scan->rel, second),
						   BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(second_value));
	scan->scan = systable_beginscan(scan->rel, gov_relation(index), true,
									NULL, 2, keys);
	scan->tuple = NULL;
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

	ScanKeyEntryInitialize(&key, 0, column_number(rel, column),
						   BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(value));
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
	scan->tuple = systable_getnext(scan->scan);
	return HeapTupleIsValid(scan->tuple);
}

void
gov_scan_end(GovScan *scan)
{
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
