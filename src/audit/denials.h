/*
 * denials.h
 *		Denied attempts as audit events.
 */
#ifndef GOV_DENIALS_H
#define GOV_DENIALS_H

typedef struct GovDenialCounts
{
	int64		written;		/* events, one for each attempt */
	int64		suppressed;		/* attempts counted in summaries */
	int64		lost;			/* likewise: they had found no room */
	bool		more;			/* a batch was full, or others are at it */
} GovDenialCounts;

/*
 * Write events of the attempts that wait in shared memory, at most so many.
 * "all" is for calls by hand: wait for another writer, and also report counts
 * that were reported a moment ago.  The attempts leave the memory when the
 * transaction commits.
 */
extern void gov_audit_write_denials(int max, bool all,
									GovDenialCounts *counts);

#endif							/* GOV_DENIALS_H */
