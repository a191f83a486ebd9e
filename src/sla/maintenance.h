/*
 * maintenance.h
 *		Maintenance windows: minutes in which a miss is expected.
 *
 * A window counts from the moment it was made.  From then on the minutes that
 * it touches are left out of violations, burn rates, escalations and gates,
 * except for what had been observed before in the minute in which it was made.
 * A part of a window that was past when it was made is only a mark: it is left
 * out where the report shows a resource without maintenance.
 *
 * All functions here need an SPI connection.
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
	}		   *before;			/* what counts nevertheless */
} GovMaintenance;

/*
 * Read the windows that end after "since", on the active snapshot; with
 * "marked" all of each, else each from when it was made.
 */
extern const GovMaintenance *gov_maintenance_load(const char *type,
												  const char *id,
												  TimestampTz since,
												  bool marked);

/* The same as gov_sla_period(), with maintenance (NULL: none) left out. */
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
