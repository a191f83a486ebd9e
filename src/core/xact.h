/*
 * xact.h
 *		When what was kept for a transaction is over.
 */
#ifndef GOV_XACT_H
#define GOV_XACT_H

#include "access/xact.h"
#include "utils/resowner.h"

static inline bool
gov_xact_is_over(XactEvent event)
{
	return event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
		event == XACT_EVENT_PREPARE || event == XACT_EVENT_PARALLEL_COMMIT ||
		event == XACT_EVENT_PARALLEL_ABORT;
}

/*
 * In a callback of subtransactions, for a stack of what they left, each entry
 * with its subid, the innermost's on top: "pop" takes off what an aborted one
 * left; what a committed one left is its parent's.
 */
#define GOV_SUBXACT_END(Type, top, below, pop) \
	do \
	{ \
		if (event == SUBXACT_EVENT_ABORT_SUB) \
			while ((top) != NULL && (top)->subid == mySubid) \
				pop; \
		else if (event == SUBXACT_EVENT_COMMIT_SUB) \
			for (Type *entry = (top); \
				 entry != NULL && entry->subid == mySubid; \
				 entry = entry->below) \
				entry->subid = parentSubid; \
	} while (0)

/*
 * In PG_CATCH(), of what ran in a subtransaction: undo it, before anything
 * else, and return the error, in the caller's memory.
 */
extern ErrorData *gov_subxact_undo(MemoryContext caller, ResourceOwner owner);

#endif							/* GOV_XACT_H */
