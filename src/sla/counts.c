/*
 * counts.c
 *		Sums of observations, in total and for each revision of the target.
 */
#include "postgres.h"

#include "sla/counts.h"

void
gov_sla_totals_add(GovSlaTotals *totals, int32 revision, int64 count,
				   int64 failed, int64 over_p95, int64 over_p99)
{
	int			i;

	totals->count += count;
	totals->failed += failed;
	totals->over_p95 += over_p95;
	totals->over_p99 += over_p99;

	/*
	 * Rows come in order of time, so mostly it is the revision of the last
	 * one.
	 */
	for (i = totals->nparts - 1; i >= 0; i--)
	{
		if (totals->parts[i].revision == revision)
			break;
	}
	if (i < 0)
	{
		i = totals->nparts++;
		totals->parts = i == 0 ? palloc(sizeof(GovSlaPart)) :
			repalloc(totals->parts, sizeof(GovSlaPart) * totals->nparts);
		memset(&totals->parts[i], 0, sizeof(GovSlaPart));
		totals->parts[i].revision = revision;
	}
	totals->parts[i].count += count;
	totals->parts[i].failed += failed;
	totals->parts[i].over_p95 += over_p95;
	totals->parts[i].over_p99 += over_p99;
}
