/*
 * log_scan.c
 *		Reading the tables of the log by an index, without SPI.
 */
#include "postgres.h"

#include "access/table.h"
#include "utils/lsyscache.h"

#include "audit/log_scan.h"

void
gov_log_scan_open(GovLogScan *scan, GovRelation table, GovRelation index,
				  Snapshot snapshot)
{
	scan->rel = gov_relation_open(table);
	scan->index = index_open(gov_relation(index), AccessShareLock);
	scan->snapshot = snapshot;
	scan->scan = NULL;
	scan->tuple = NULL;
}

static void
end_scan(GovLogScan *scan)
{
	if (scan->scan != NULL)
		systable_endscan_ordered(scan->scan);
	scan->scan = NULL;
	scan->tuple = NULL;
}

void
gov_log_scan_close(GovLogScan *scan)
{
	end_scan(scan);
	index_close(scan->index, AccessShareLock);
	table_close(scan->rel, AccessShareLock);
}

AttrNumber
gov_log_scan_column(GovLogScan *scan, const char *name)
{
	AttrNumber	column = get_attnum(RelationGetRelid(scan->rel), name);

	if (column == InvalidAttrNumber)
		elog(ERROR, "table \"governance.%s\" has no column \"%s\"",
			 RelationGetRelationName(scan->rel), name);
	return column;
}

void
gov_log_scan_seek(GovLogScan *scan, int nkeys, ScanKey keys)
{
	end_scan(scan);
	scan->scan = systable_beginscan_ordered(scan->rel, scan->index,
											scan->snapshot, nkeys, keys);
}

bool
gov_log_scan_next(GovLogScan *scan)
{
	scan->tuple = systable_getnext_ordered(scan->scan, ForwardScanDirection);
	return HeapTupleIsValid(scan->tuple);
}

bool
gov_log_scan_previous(GovLogScan *scan)
{
	scan->tuple = systable_getnext_ordered(scan->scan, BackwardScanDirection);
	return HeapTupleIsValid(scan->tuple);
}

Datum
gov_log_scan_value(GovLogScan *scan, AttrNumber column, bool *isnull)
{
	return heap_getattr(scan->tuple, column, RelationGetDescr(scan->rel),
						isnull);
}

/* A bigint or xid8; NULL reads as 0. */
int64
gov_log_scan_int8(GovLogScan *scan, AttrNumber column)
{
	bool		isnull;
	Datum		value = gov_log_scan_value(scan, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* A hash column; false where it is none. */
bool
gov_log_scan_hash(GovLogScan *scan, AttrNumber column, GovTreeHash *hash)
{
	bool		isnull;
	Datum		value = gov_log_scan_value(scan, column, &isnull);
	bytea	   *bytes;

	memset(hash, 0, sizeof(*hash));
	if (isnull)
		return false;
	bytes = DatumGetByteaPP(value);
	if (VARSIZE_ANY_EXHDR(bytes) != GOV_SHA256_LEN)
		return false;
	memcpy(hash->bytes, VARDATA_ANY(bytes), GOV_SHA256_LEN);
	return true;
}
