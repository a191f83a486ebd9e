/*
 * totals.h
 *		Exact counts of what was observed of a resource in a period.
 *
 * Every observation is in a delta that is not folded yet, or in the rows of
 * minutes, hours and days, or, if it is of this transaction, in memory;
 * gov_sla_totals() adds each observation once.
 *
 * It reads on the active snapshot, as a query does.  Code that decides on the
 * newest state (a gate) pushes GetLatestSnapshot() around it.
 *
 * Rows of minutes are kept for a time, those of hours longer.  A limit of the
 * period that is older than the rows of minutes is moved down to its hour, or
 * its day, so that periods that meet still meet.  The totals say which limits
 * were used.
 */
#ifndef GOV_SLA_TOTALS_H
#define GOV_SLA_TOTALS_H

#include "sla/counts.h"
#include "sla/sketch.h"

/* The beginning of the minute that a moment is in. */
extern TimestampTz gov_sla_minute(TimestampTz at);

/*
 * The totals from one minute up to, but without, another.  Both limits are
 * moved down to their minute.  sketch may be NULL, which is cheaper; else it
 * gets the latencies.  Without observations all are 0.
 */
extern void gov_sla_totals(const char *type, const char *id,
						   TimestampTz from, TimestampTz until,
						   GovSlaTotals *totals, GovSketch *sketch);

#endif							/* GOV_SLA_TOTALS_H */
