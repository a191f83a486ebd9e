/*
 * tree_head.h
 *		Tree heads: how far the log is sealed, and by which snapshot.
 */
#ifndef GOV_TREE_HEAD_H
#define GOV_TREE_HEAD_H

#include "audit/log_scan.h"
#include "audit/xid_snapshot.h"
#include "tlog/merkle.h"

typedef struct GovTreeHead
{
	int64		tree_size;		/* 0: nothing is sealed */
	int64		previous_size;	/* of the head before it */
	GovTreeHash root;
	int64		incarnation;	/* whose transactions the snapshots count */
	GovXidSnapshot snapshot;	/* what had ended in it is sealed ... */

	/*
	 * ... but where a batch ended early: of what ended between "base" and
	 * "snapshot", only what comes up to the cursor, by (xid, event_id).
	 */
	bool		is_partial;
	GovXidSnapshot base;
	uint64		cursor_xid;
	int64		cursor_event;
} GovTreeHead;

/* The id of this log (a uuid, palloc'd), and its incarnation. */
extern char *gov_log_id(void);
extern int64 gov_log_incarnation(void);

/* The last head; for an empty log it has size 0. */
extern void gov_tree_head_last(Snapshot snapshot, GovTreeHead *head);

/*
 * Size and root of the last head that an earlier transaction committed: one
 * of this transaction's own may yet be undone.
 */
extern int64 gov_tree_head_committed(Snapshot snapshot, GovTreeHash *root);

/*
 * The range that arguments ask for, where to = -1 is the end; 22023 where the
 * log has fewer leaves.
 */
extern void gov_check_log_range(int64 *from, int64 *to, int64 tree_size);

/* Sizes and roots in order, for verification. */
typedef struct GovHeadScan
{
	GovLogScan	log;
	AttrNumber	size_column;
	AttrNumber	previous_column;
	AttrNumber	root_column;
	int64		tree_size;
	int64		previous_size;
	bool		has_root;		/* of the right length */
	GovTreeHash root;
} GovHeadScan;

/* The heads with more leaves than "after". */
extern void gov_head_scan_open(GovHeadScan *scan, int64 after,
							   Snapshot snapshot);
extern bool gov_head_scan_next(GovHeadScan *scan);
extern void gov_head_scan_close(GovHeadScan *scan);

/* The size of the largest head of at most that size; 0 where there is none. */
extern int64 gov_tree_head_size_upto(int64 size, Snapshot snapshot);

/* By this head, is an event at that place sealed? */
extern bool gov_tree_head_covers(const GovTreeHead *head, int64 incarnation,
								 uint64 xid, int64 event_id);

/* A stretch of transactions; events of the first after an id only. */
typedef struct GovXidRange
{
	uint64		xid_from;
	uint64		xid_to;
	int64		after_event;
} GovXidRange;

/*
 * Where to look for transactions that ended between two snapshots, after the
 * cursor, in ascending order.  Within a range, "to" still has to be checked
 * for each row.
 */
extern GovXidRange *gov_xid_ranges(const GovXidSnapshot *from,
								   const GovXidSnapshot *to,
								   uint64 cursor_xid, int64 cursor_event,
								   int *count);

#endif							/* GOV_TREE_HEAD_H */
