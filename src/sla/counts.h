/*
 * counts.h
 *		Sums of observations, in total and for each revision of the target.
 */
#ifndef GOV_SLA_COUNTS_H
#define GOV_SLA_COUNTS_H

#include "datatype/timestamp.h"

/* The sums of one revision of the target. */
typedef struct GovSlaPart
{
	int32		revision;
	int64		count;
	int64		failed;
	int64		over_p95;
	int64		over_p99;
} GovSlaPart;

typedef struct GovSlaTotals
{
	int64		count;			/* failed ones included */
	int64		failed;
	int64		over_p95;		/* than the target of the revision that was */
	int64		over_p99;		/* in force when it was observed */
	TimestampTz from;			/* the limits that were used */
	TimestampTz until;
	int			nparts;			/* revisions with observations, any order */
	GovSlaPart *parts;			/* palloc'd; NULL where there are none */
} GovSlaTotals;

/* Add to the totals and to the sums of a revision. */
extern void gov_sla_totals_add(GovSlaTotals *totals, int32 revision,
							   int64 count, int64 failed, int64 over_p95,
							   int64 over_p99);

#endif							/* GOV_SLA_COUNTS_H */
