/*
 * xid_snapshot.h
 *		Which transactions had ended at a moment, as a value that can be
 *		stored.
 *
 * It is what the sealer stores of the snapshot that it sealed by.  A
 * transaction that had ended by then has committed or not, for ever: so long
 * afterwards, the rows that it left are those that are visible now.
 *
 * Invariant: the transaction that took the snapshot counts as in progress in
 * it, because it may write more, although PostgreSQL's own snapshots show it
 * its rows.
 */
#ifndef GOV_XID_SNAPSHOT_H
#define GOV_XID_SNAPSHOT_H

#include "utils/snapshot.h"

typedef struct GovXidSnapshot
{
	uint64		xmax;			/* from here on none had begun */
	int			nxip;
	uint64	   *xip;			/* in progress below xmax, ascending */
} GovXidSnapshot;

/*
 * The snapshot in which no transaction had ended, and the one in which all
 * had.
 */
extern GovXidSnapshot gov_xid_snapshot_none(void);
extern GovXidSnapshot gov_xid_snapshot_all(void);

extern GovXidSnapshot gov_xid_snapshot_of(Snapshot snapshot);

/* As type pg_snapshot writes it. */
extern GovXidSnapshot gov_xid_snapshot_parse(const char *s);
extern char *gov_xid_snapshot_text(const GovXidSnapshot *snapshot);

/* Had the (top-level) transaction ended? */
extern bool gov_xid_snapshot_ended(const GovXidSnapshot *snapshot,
								   uint64 xid);

#endif							/* GOV_XID_SNAPSHOT_H */
