/*
 * xid_snapshot.h
 *		Which transactions had ended at a moment, as a value that lasts.
 *
 * What the sealer remembers of the snapshot it sealed by.  A transaction that
 * had ended then has either committed or not, for ever: so long afterwards,
 * the rows it left are just those that are visible now.
 *
 * Invariant: the transaction that took the snapshot is in progress in it,
 * though PostgreSQL's own snapshots show it its own rows: it may write more.
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

/* No transaction had ended, and all had. */
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
