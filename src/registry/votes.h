/*
 * votes.h
 *		Votes of distinct people, on a thing of any kind.
 *
 * Invariants: whoever reads votes has locked what they are about; a vote that
 * conflicts with an earlier one is never written, so counting votes counts
 * people.
 */
#ifndef GOV_VOTES_H
#define GOV_VOTES_H

#include "access/act.h"

typedef struct GovVote
{
	GovAct		act;
	const char *status;
	int64		no;				/* in the order of votes; 0: they have none */
} GovVote;

/*
 * Read the rows of the last statement, as a List of GovVote: who, principals,
 * backers, status, and a number or NULL.
 */
extern List *gov_votes_read(uint64 count);

/* On a version: the last request, if there is one, and the votes after it. */
extern List *gov_votes_on_version(const char *model_id, const char *version);

extern int	gov_votes_count(const List *votes, const char *status);

/*
 * Find a vote of the same user, or of the same person as another user; NULL
 * where there is none.  Requests ("pending") are no votes.
 */
extern const GovVote *gov_votes_find_same(const GovAct *now,
										  const List *votes);

/*
 * Raise 55000 where the user has voted already, MG001 where the same person
 * has, as another user.  "what" names the thing; the denial says the rest of
 * MG001.
 */
extern void gov_votes_require_first(const GovAct *now, const List *votes,
									const char *what,
									const GovDenial *denial);

#endif							/* GOV_VOTES_H */
