/*
 * inbox.h
 *		What waits for the caller.  The file that decides on a kind of thing
 *		also adds it.
 *
 * Invariants: a thing is listed if it passes the same checks that the decision
 * makes; no rule is written twice.  Nothing is locked: what was listed may be
 * refused a moment later.
 */
#ifndef GOV_INBOX_H
#define GOV_INBOX_H

#include "funcapi.h"

#include "access/act.h"

typedef struct GovInbox
{
	GovActor	actor;
	int			limit;			/* of each kind */
	int			count;			/* of the kind that is being added */
	ReturnSetInfo *result;
} GovInbox;

typedef struct GovInboxItem
{
	const char *kind;
	const char *id;
	const char *title;
	TimestampTz waiting_since;
	TimestampTz due_at;			/* DT_NOEND: never */
	const char *call;
	const char *route;			/* NULL: there is none */
} GovInboxItem;

/* Add what a row stands for, if the caller may decide on it. */
typedef void (*GovInboxJudge) (GovInbox *inbox, uint64 row, void *context);

/*
 * Judge each row of a statement, in its order, until enough are in.  The
 * statement's parameters are the moment and the id of the last row of the part
 * before, and the number of rows; its first two columns are the moment and the
 * id.  A NULL moment is read as never.
 */
extern void gov_inbox_walk(GovInbox *inbox, GovStatement *statement,
						   GovInboxJudge judge, void *context);

extern void gov_inbox_put(GovInbox *inbox, const GovInboxItem *item);

/* Has the actor the right, and is this kind of change not suspended? */
extern bool gov_inbox_may(GovPermission permission,
						  const char *kind, const char *verb);

#endif							/* GOV_INBOX_H */
