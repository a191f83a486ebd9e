/*
 * log_scan.h
 *		Reading the tables of the log by an index, without SPI.
 *
 * Unlike core/scan.h it uses a snapshot of the caller: what is sealed, what
 * was sealed and what is proven must be read as of the same moment.  The
 * caller keeps the snapshot registered or active until the scan is closed.
 */
#ifndef GOV_LOG_SCAN_H
#define GOV_LOG_SCAN_H

#include "access/genam.h"
#include "access/htup_details.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#include "core/relations.h"
#include "tlog/merkle.h"

typedef struct GovLogScan
{
	Relation	rel;
	Relation	index;
	Snapshot	snapshot;
	SysScanDesc scan;			/* NULL between two scans */
	HeapTuple	tuple;			/* current row, or NULL */
} GovLogScan;

extern void gov_log_scan_open(GovLogScan *scan, GovRelation table,
							  GovRelation index, Snapshot snapshot);
extern void gov_log_scan_close(GovLogScan *scan);

/* The number of the column of that name. */
extern AttrNumber gov_log_scan_column(GovLogScan *scan, const char *name);

/* Begin again with these keys, whose attribute numbers are the table's. */
extern void gov_log_scan_seek(GovLogScan *scan, int nkeys, ScanKey keys);

/* The next row, or the next towards the index's beginning. */
extern bool gov_log_scan_next(GovLogScan *scan);
extern bool gov_log_scan_previous(GovLogScan *scan);

/*
 * A field of the current row; if by reference, it is valid until the next row.
 */
extern Datum gov_log_scan_value(GovLogScan *scan, AttrNumber column,
								bool *isnull);
extern int64 gov_log_scan_int8(GovLogScan *scan, AttrNumber column);

/* Read a hash of the current row; false and zeros where it is none. */
extern bool gov_log_scan_hash(GovLogScan *scan, AttrNumber column,
							  GovTreeHash *hash);

#endif							/* GOV_LOG_SCAN_H */
