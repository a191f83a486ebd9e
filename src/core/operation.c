/*
 * operation.c
 *		Which governed operation is in progress in this backend.
 *
 * A small stack.  Each entry remembers the subtransaction that pushed it, so
 * that an error caught by an exception block ends just the operations that its
 * subtransaction had begun.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"

#include "core/operation.h"
#include "core/xact.h"

#define MAX_DEPTH 16

typedef struct Operation
{
	const char *verb;
	const char *reason;
	int			nest_level;
} Operation;

static Operation stack[MAX_DEPTH];
static int	depth = 0;

static void
xact_callback(XactEvent event, void *arg)
{
	if (gov_xact_is_over(event))
		depth = 0;
}

static void
subxact_callback(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	/* Here the nest level is still that of the subtransaction that ends. */
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (depth > 0 &&
			   stack[depth - 1].nest_level >= GetCurrentTransactionNestLevel())
			depth--;
	}
}

void
gov_operation_init(void)
{
	RegisterXactCallback(xact_callback, NULL);
	RegisterSubXactCallback(subxact_callback, NULL);
}

/*
 * gov_operation_begin
 *		The rows written until the matching end belong to this operation.
 */
void
gov_operation_begin(const char *verb, const char *reason)
{
	if (depth >= MAX_DEPTH)
		elog(ERROR, "governed operations nested too deeply");

	stack[depth].verb = verb;
	stack[depth].reason = (reason != NULL && reason[0] != '\0') ?
		MemoryContextStrdup(TopTransactionContext, reason) : NULL;
	stack[depth].nest_level = GetCurrentTransactionNestLevel();
	depth++;
}

void
gov_operation_end(void)
{
	Assert(depth > 0);
	depth--;
}

const char *
gov_operation_verb(void)
{
	return depth > 0 ? stack[depth - 1].verb : NULL;
}

const char *
gov_operation_reason(void)
{
	return depth > 0 ? stack[depth - 1].reason : NULL;
}
