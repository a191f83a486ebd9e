/*
 * fold.h
 *		Folding what transactions observed into minutes, hours and days.
 *
 * Invariants: one folder at a time; what is taken from the deltas and what is
 * added to the rows of all three levels is of one transaction, so that any
 * snapshot sees each observation once; retention removes rows of a level in
 * the same way, together with noting from when that level is kept.
 */
#ifndef GOV_FOLD_H
#define GOV_FOLD_H

/*
 * Fold at most max deltas; how many, 0 too if somebody else is folding and
 * one is not to wait.
 */
extern int64 gov_sla_fold(bool wait, int max);

/* Remove at most max rows that are past their time; how many. */
extern int64 gov_sla_retain(bool wait, int max);

#endif							/* GOV_FOLD_H */
