/*
 * maintenance.h
 *		Maintenance windows: minutes in which a miss was to be expected.
 *
 * A window counts from the moment it was made.  From then on the minutes that
 * it touches are left out of what opens violations, burns, escalates and
 * gates, but for what had been observed before in the minute in which it was
 * made.  What of a window was past when it was made only marks: it is left
 * out where the report says how a resource stood without maintenance.
 *
 * All need an SPI connection.
 */
#ifndef GOV_SLA_MAINTENANCE_H
#define GOV_SLA_MAINTENANCE_H

#include "sla/period.h"

typedef struct GovSpan
{
	TimestampTz from;			/* whole minutes */
	TimestampTz until;
} GovSpan;

/* The maintenance of a resource. */
typedef struct GovMaintenance
{
	int			count;
	GovSpan    *spans;			/* in order, apart from each other */
	int			nbefore;
	struct
	{
		TimestampTz minute;
		GovPeriod	period;
	}		   *before;			/* what counts all the same */
} GovMaintenance;

/*
 * The windows that end after "since", on the active snapshot; with "marked"
 * all of each, else from when it was made.
 */
extern const GovMaintenance *gov_maintenance_load(const char *type,
												  const char *id,
												  TimestampTz since,
												  bool marked);

/* As gov_sla_period(), maintenance (NULL: none) left out. */
extern void gov_maintenance_without(const GovMaintenance *maintenance,
									const char *type, const char *id,
									TimestampTz from, TimestampTz until,
									GovPeriod *period, GovSketch *sketch);

/* How much of the time from one minute to another is maintenance. */
extern int64 gov_maintenance_usecs(const GovMaintenance *maintenance,
								   TimestampTz from, TimestampTz until);

/* Does a window count at that moment? */
extern bool gov_in_maintenance(const char *type, const char *id,
							   TimestampTz at);

#endif							/* GOV_SLA_MAINTENANCE_H */
