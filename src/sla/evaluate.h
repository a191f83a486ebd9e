/*
 * evaluate.h
 *		Evaluating observations: which violations open, change and close.
 *
 * Invariants: one evaluation of a resource runs at a time, under the lock of
 * its row in governance.sla_evaluations, which is kept until the transaction
 * ends; resources are locked in order; what it reads is what is committed
 * when it has the lock.
 */
#ifndef GOV_EVALUATE_H
#define GOV_EVALUATE_H

typedef struct GovEvaluationCounts
{
	int64		evaluated;		/* resources */
	int64		changed;		/* violations */
	bool		more;
} GovEvaluationCounts;

/*
 * Evaluate as of now at most so many resources that are due, because their
 * last evaluation is governance.sla_interval ago; with "all" all resources.  A
 * resource that another transaction has locked is left out, except with "all".
 */
extern void gov_evaluate_due(int limit, bool all, GovEvaluationCounts *counts);

#endif							/* GOV_EVALUATE_H */
