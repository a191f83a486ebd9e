/*
 * xact.c
 *		The end of state that was kept for a transaction.
 */
#include "postgres.h"

#include "core/xact.h"

ErrorData *
gov_subxact_undo(MemoryContext caller, ResourceOwner owner)
{
	ErrorData  *error;

	MemoryContextSwitchTo(caller);
	error = CopyErrorData();
	FlushErrorState();
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return error;
}
