/*
 * event_scan.c
 *		Reading audit events in the order of their transactions or ids, and
 *		computing their leaves anew.
 *
 * Invariant: what a row needs is allocated in a context that the next row
 * resets, so that a scan's memory does not grow with its length.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "audit/event_scan.h"

#define CACHE_LINE 64

void
gov_event_scan_open(GovEventScan *scan, bool by_xid, Snapshot snapshot)
{
	static const char *const names[GOV_AUDIT_FIELDS] = {
#define GOV_AUDIT_FIELD(number, column, type) #column,
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
	};
	int			natts;
	int			i;

	gov_log_scan_open(&scan->log, GOV_REL_AUDIT_EVENTS,
					  by_xid ? GOV_REL_AUDIT_EVENTS_XID_IDX :
					  GOV_REL_AUDIT_EVENTS_PKEY, snapshot);
	scan->by_xid = by_xid;
	for (i = 0; i < GOV_AUDIT_FIELDS; i++)
		scan->columns[i] = gov_log_scan_column(&scan->log, names[i]);
	scan->leaf_column = gov_log_scan_column(&scan->log, "leaf_hash");
	natts = RelationGetDescr(scan->log.rel)->natts;
	scan->row = palloc(sizeof(Datum) * natts);
	scan->row_nulls = palloc(sizeof(bool) * natts);
	initStringInfo(&scan->canonical);
	scan->row_context = AllocSetContextCreate(CurrentMemoryContext,
											  "audit event",
											  ALLOCSET_DEFAULT_SIZES);
}

void
gov_event_scan_close(GovEventScan *scan)
{
	gov_log_scan_close(&scan->log);
	MemoryContextDelete(scan->row_context);
	pfree(scan->canonical.data);
	pfree(scan->row);
	pfree(scan->row_nulls);
}

void
gov_event_seek_xids(GovEventScan *scan, int64 incarnation, uint64 xid_from,
					uint64 xid_to, int64 after_event)
{
	ScanKeyData keys[4];

	Assert(scan->by_xid);
	ScanKeyInit(&keys[0], scan->columns[GOV_AUDIT_incarnation],
				BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(incarnation));
	ScanKeyInit(&keys[1], scan->columns[GOV_AUDIT_xid],
				BTGreaterEqualStrategyNumber, F_XID8GE,
				UInt64GetDatum(xid_from));
	ScanKeyInit(&keys[2], scan->columns[GOV_AUDIT_xid],
				BTLessStrategyNumber, F_XID8LT, UInt64GetDatum(xid_to));
	ScanKeyInit(&keys[3], scan->columns[GOV_AUDIT_event_id],
				BTGreaterStrategyNumber, F_INT8GT,
				Int64GetDatum(after_event));
	gov_log_scan_seek(&scan->log, after_event > 0 ? 4 : 3, keys);
}

void
gov_event_seek_ids(GovEventScan *scan, int64 first, int64 last)
{
	ScanKeyData keys[2];

	Assert(!scan->by_xid);
	ScanKeyInit(&keys[0], scan->columns[GOV_AUDIT_event_id],
				BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(first));
	ScanKeyInit(&keys[1], scan->columns[GOV_AUDIT_event_id],
				BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(last));
	gov_log_scan_seek(&scan->log, 2, keys);
}

/*
 * prefetch_next
 *		Prefetch what is probably the next row.
 *
 * Rows come in nearly the order in which they were written, and a page fills
 * from its end, so the next row lies before this one.  Where it does not, only
 * a little time is lost.
 */
static inline void
prefetch_next(HeapTuple tuple)
{
#ifdef __GNUC__
	const char *row = (const char *) tuple->t_data;
	int			offset;

	for (offset = CACHE_LINE; offset < tuple->t_len + CACHE_LINE;
		 offset += CACHE_LINE)
		__builtin_prefetch(row - offset);
#endif
}

bool
gov_event_next(GovEventScan *scan)
{
	int			i;

	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(scan->row_context);
	if (!gov_log_scan_next(&scan->log))
		return false;
	prefetch_next(scan->log.tuple);
	heap_deform_tuple(scan->log.tuple, RelationGetDescr(scan->log.rel),
					  scan->row, scan->row_nulls);
	for (i = 0; i < GOV_AUDIT_FIELDS; i++)
	{
		scan->values[i] = scan->row[scan->columns[i] - 1];
		scan->nulls[i] = scan->row_nulls[scan->columns[i] - 1];
	}
	scan->event_id = DatumGetInt64(scan->values[GOV_AUDIT_event_id]);
	scan->incarnation = DatumGetInt64(scan->values[GOV_AUDIT_incarnation]);
	scan->xid = DatumGetUInt64(scan->values[GOV_AUDIT_xid]);
	return true;
}

bool
gov_event_canonical(GovEventScan *scan, GovTextTake take, void *arg)
{
	MemoryContext caller = MemoryContextSwitchTo(scan->row_context);
	bool		done;

	resetStringInfo(&scan->canonical);
	done = gov_canonical_event(&scan->canonical, scan->values, scan->nulls,
							   take, arg);
	MemoryContextSwitchTo(caller);
	return done;
}

bool
gov_event_leaf_until(GovEventScan *scan, TimestampTz until, GovTreeHash *leaf)
{
	MemoryContext caller = MemoryContextSwitchTo(scan->row_context);
	GovLeafLimit limit = {until, SIZE_MAX, 0};
	bool		done;

	done = gov_canonical_leaf(&scan->canonical, scan->values, scan->nulls,
							  &limit, leaf->bytes);
	MemoryContextSwitchTo(caller);
	return done;
}

void
gov_event_leaf(GovEventScan *scan, GovTreeHash *leaf)
{
	(void) gov_event_leaf_until(scan, DT_NOEND, leaf);
}

void
gov_event_stored_leaf(GovEventScan *scan, GovTreeHash *leaf)
{
	MemoryContext caller = MemoryContextSwitchTo(scan->row_context);
	bytea	   *stored;

	/* Only somebody who dropped the constraints can have altered it so. */
	memset(leaf, 0, sizeof(*leaf));
	if (!scan->row_nulls[scan->leaf_column - 1])
	{
		stored = DatumGetByteaPP(scan->row[scan->leaf_column - 1]);
		if (VARSIZE_ANY_EXHDR(stored) == GOV_SHA256_LEN)
			memcpy(leaf->bytes, VARDATA_ANY(stored), GOV_SHA256_LEN);
	}
	MemoryContextSwitchTo(caller);
}

TimestampTz
gov_event_time(GovEventScan *scan)
{
	return DatumGetTimestampTz(scan->values[GOV_AUDIT_occurred_at]);
}
