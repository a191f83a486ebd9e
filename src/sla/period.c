/*
 * period.c
 *		The observations of a resource in a period, judged by the targets of
 *		each revision.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "sla/period.h"
#include "sla/totals.h"

void
gov_sla_minutes(TimestampTz at, int64 usecs, TimestampTz *from,
				TimestampTz *until)
{
	*from = gov_sla_minute(at - usecs);
	*until = gov_sla_minute(at) + USECS_PER_MINUTE;
}

void
gov_sla_period(const char *type, const char *id, TimestampTz from,
			   TimestampTz until, GovPeriod *period, GovSketch *sketch)
{
	const GovSlaResource *resource = gov_sla_resource(type, strlen(type), id,
													  strlen(id));
	GovSlaTotals totals;
	int			i;

	memset(period, 0, sizeof(GovPeriod));
	if (sketch != NULL)
		gov_sketch_init(sketch);
	if (resource == NULL)
		return;
	gov_sla_totals(type, id, from, until, &totals, sketch);
	period->over_p95 = totals.over_p95;
	period->over_p99 = totals.over_p99;
	for (i = 0; i < totals.nparts; i++)
		gov_period_count(period, totals.parts[i].count,
						 totals.parts[i].failed,
						 gov_sla_revision(resource, totals.parts[i].revision));
}
