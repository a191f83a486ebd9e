/*
 * inbox.h
 *		What waits for the caller: each kind of thing is put in by the file
 *		that decides on it.
 *
 * Invariants: a thing is in it where the same checks that the decision makes
 * pass; no copy of a rule is made for it.  Nothing is locked: what was listed
 * may be refused a moment later.
 */
#ifndef GOV_INBOX_H
#define GOV_INBOX_H

#include "funcapi.h"

#include "access/act.h"

typedef struct GovInbox
{
	GovActor	actor;
	int			limit;			/* of each kind */
	int			count;			/* of the kind that is being put in */
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

/* Put in what a row stands for, if the caller may decide on it. */
typedef void (*GovInboxJudge) (GovInbox *inbox, uint64 row, void *context);

/*
 * Judge each row of a statement, in its order, until enough are in.
 * Parameters: moment and id that the last row of the part before had, and how
 * many rows; its first two columns are those.  A moment that is NULL is read
 * as never.
 */
extern void gov_inbox_walk(GovInbox *inbox, GovStatement *statement,
						   GovInboxJudge judge, void *context);

extern void gov_inbox_put(GovInbox *inbox, const GovInboxItem *item);

/* Holds the actor the right, and does this kind of change go on? */
extern bool gov_inbox_may(GovPermission permission,
						  const char *kind, const char *verb);

#endif							/* GOV_INBOX_H */
