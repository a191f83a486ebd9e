/*
 * proofs.h
 *		Proofs that an event is in the log, for code that collects evidence.
 *
 * Invariant: the caller has checked the rights.
 */
#ifndef GOV_PROOFS_H
#define GOV_PROOFS_H

#include "utils/jsonb.h"
#include "utils/snapshot.h"

/* The event's leaf; -1 where it is not sealed. */
extern int64 gov_log_leaf_of(int64 event_id, Snapshot snapshot);

/*
 * The same; 42704 where there is no such event, 55000 where it is not sealed.
 */
extern int64 gov_log_find_leaf(int64 event_id, Snapshot snapshot);

/* Raise 22023 where a tree of that size does not have the event's leaf. */
extern void gov_log_require_leaf(int64 event_id, int64 leaf_index,
								 int64 tree_size);

/* {leaf_index, leaf_hash, tree_size, root, path}, hashes in hex. */
extern Jsonb *gov_log_inclusion_proof(int64 leaf_index, int64 tree_size,
									  Snapshot snapshot);

#endif							/* GOV_PROOFS_H */
