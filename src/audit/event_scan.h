/*
 * event_scan.h
 *		Reading audit events in the order of their transactions or ids, and
 *		computing their leaves anew.
 */
#ifndef GOV_EVENT_SCAN_H
#define GOV_EVENT_SCAN_H

#include "audit/canonical.h"
#include "audit/log_scan.h"
#include "tlog/merkle.h"

typedef struct GovEventScan
{
	GovLogScan	log;
	bool		by_xid;
	AttrNumber	columns[GOV_AUDIT_FIELDS];
	AttrNumber	leaf_column;
	Datum	   *row;			/* all columns of the current row */
	bool	   *row_nulls;
	Datum		values[GOV_AUDIT_FIELDS];	/* in the order of fields.h */
	bool		nulls[GOV_AUDIT_FIELDS];
	MemoryContext row_context;	/* reset with each row */
	StringInfoData canonical;

	/* of the current row */
	int64		event_id;
	int64		incarnation;
	uint64		xid;
} GovEventScan;

/* By (incarnation, xid, event_id), or by event_id. */
extern void gov_event_scan_open(GovEventScan *scan, bool by_xid,
								Snapshot snapshot);
extern void gov_event_scan_close(GovEventScan *scan);

/* The transactions from xid_from to before xid_to, events after an id. */
extern void gov_event_seek_xids(GovEventScan *scan, int64 incarnation,
								uint64 xid_from, uint64 xid_to,
								int64 after_event);

/* The events from one id to another, both included. */
extern void gov_event_seek_ids(GovEventScan *scan, int64 first, int64 last);

extern bool gov_event_next(GovEventScan *scan);

/*
 * The canonical form of the current row: to "take" (see core/json_text.h), at
 * the end what is left in scan->canonical, behind a byte; false: "take" wanted
 * no more.
 */
extern bool gov_event_canonical(GovEventScan *scan, GovTextTake take,
								void *arg);

/*
 * Compute the leaf from the row, and read the one that was stored with it;
 * false where that was not done by "until" (DT_NOEND: no limit).
 */
extern bool gov_event_leaf_until(GovEventScan *scan, TimestampTz until,
								 GovTreeHash *leaf);
extern void gov_event_leaf(GovEventScan *scan, GovTreeHash *leaf);
extern void gov_event_stored_leaf(GovEventScan *scan, GovTreeHash *leaf);

/* The moment at which the current event happened. */
extern TimestampTz gov_event_time(GovEventScan *scan);

#endif							/* GOV_EVENT_SCAN_H */
