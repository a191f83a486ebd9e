/*
 * xact.h
 *		The end of state that was kept for a transaction.
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
 * For the callback of subtransactions that keep a stack of entries, each with
 * its subid, the innermost on top: "pop" removes the entries of an aborted
 * subtransaction; those of a committed one become its parent's.
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
 * For PG_CATCH() around a subtransaction: undo the subtransaction before
 * anything else, and return the error, in the caller's memory.
 */
extern ErrorData *gov_subxact_undo(MemoryContext caller, ResourceOwner owner);

#endif							/* GOV_XACT_H */
