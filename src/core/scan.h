/*
 * scan.h
 *		Reading the extension's small tables without SPI.
 *
 * A scan sees what is committed now plus this transaction's own work, at
 * every isolation level and in parallel workers: the NULL snapshot of
 * systable_beginscan() is the catalog snapshot, taken anew for relations that
 * have no syscache.  Only for tables that the extension owns.
 */
#ifndef GOV_SCAN_H
#define GOV_SCAN_H

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "utils/rel.h"

#include "core/relations.h"

typedef struct GovScan
{
	Relation	rel;
	Relation	index;			/* where the order counts, else NULL */
	SysScanDesc scan;			/* NULL: the row was locked */
	HeapTuple	tuple;
	NameData	key_name;		/* the key points into it */
} GovScan;

/* The whole table. */
extern void gov_scan_begin(GovScan *scan, GovRelation table);

/* The rows whose text (or name) column equals value, by that index. */
extern void gov_scan_begin_key(GovScan *scan, GovRelation table,
							   GovRelation index, const char *column,
							   const char *value);

/* The same, by two text columns, the index's first. */
extern void gov_scan_begin_pair(GovScan *scan, GovRelation table,
								GovRelation index, const char *first,
								const char *first_value, const char *second,
								const char *second_value);

/* The same, the last one by the index's next columns first. */
extern void gov_scan_begin_last(GovScan *scan, GovRelation table,
								GovRelation index, const char *first,
								const char *first_value, const char *second,
								const char *second_value);

/*
 * The row of one text column, second being NULL, or of two, that are a key and
 * never change: locked FOR NO KEY UPDATE, and as it is then.  False: there is
 * none.  gov_scan_end() ends it in either case.
 */
extern bool gov_scan_lock(GovScan *scan, GovRelation table, GovRelation index,
						  const char *first, const char *first_value,
						  const char *second, const char *second_value);

/*
 * The highest value of a bigint column, the index's second one, among the rows
 * whose text column, its first one, equals value; 0 where there is none.
 */
extern int64 gov_scan_highest(GovRelation table, GovRelation index,
							  const char *column, const char *value,
							  const char *number);
extern bool gov_scan_next(GovScan *scan);
extern void gov_scan_end(GovScan *scan);

/* Fields of the current row by column name; text is palloc'd. */
extern char *gov_scan_text(GovScan *scan, const char *column);
extern bool gov_scan_bool(GovScan *scan, const char *column);
extern bool gov_scan_null(GovScan *scan, const char *column);
extern int64 gov_scan_int8(GovScan *scan, const char *column);	/* or 0 */
extern Datum gov_scan_datum(GovScan *scan, const char *column, bool *isnull);

#endif							/* GOV_SCAN_H */
