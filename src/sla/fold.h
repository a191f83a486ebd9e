/*
 * fold.h
 *		Folding the observations of transactions into minutes, hours and days.
 *
 * Invariants: one folder at a time; one transaction takes the deltas and adds
 * them to the rows of all three levels, so that any snapshot sees each
 * observation once; in the same way, one transaction removes old rows of a
 * level and notes from when that level is kept.
 */
#ifndef GOV_FOLD_H
#define GOV_FOLD_H

/*
 * Fold at most max deltas; returns how many.  It is 0 too if somebody else is
 * folding and the caller does not wait.
 */
extern int64 gov_sla_fold(bool wait, int max);

/* Remove at most max rows past their retention; returns how many. */
extern int64 gov_sla_retain(bool wait, int max);

#endif							/* GOV_FOLD_H */
