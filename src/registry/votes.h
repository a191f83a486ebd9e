/*
 * votes.h
 *		Votes of distinct people, on whatever they are.
 *
 * Invariants: whoever reads votes holds the lock on what they are about; a
 * vote that one of them conflicts with is never written, so counting the
 * votes counts people.
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
 * The rows of the last statement, as a List of GovVote: who, principals,
 * backers, status, number or NULL.
 */
extern List *gov_votes_read(uint64 count);

extern int	gov_votes_count(const List *votes, const char *status);

/*
 * A vote of the same user, or of the same person as somebody else; NULL where
 * there is none.  Requests ("pending") are no votes.
 */
extern const GovVote *gov_votes_find_same(const GovAct *now,
										  const List *votes);

/*
 * 55000 where the user voted already, MG001 where the same person did as
 * somebody else.  "what" names the thing, the denial says the rest of MG001.
 */
extern void gov_votes_require_first(const GovAct *now, const List *votes,
									const char *what,
									const GovDenial *denial);

#endif							/* GOV_VOTES_H */
