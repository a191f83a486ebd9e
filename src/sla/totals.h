/*
 * totals.h
 *		What was observed of a resource in a period, in exact counts.
 *
 * Everything that counts is either in a delta that was not folded yet, in the
 * rows of minutes, hours and days, or, of this transaction, in memory:
 * gov_sla_totals() adds them, each observation once.
 *
 * It reads on the active snapshot, as a query does.  Who decides on the
 * newest state (a gate) pushes GetLatestSnapshot() around it.
 *
 * Rows of minutes are kept for a time, those of hours longer.  A limit of the
 * period that lies before what is kept is moved down to its hour, or its day:
 * periods that meet still meet.  The totals say which limits were used.
 */
#ifndef GOV_SLA_TOTALS_H
#define GOV_SLA_TOTALS_H

#include "sla/counts.h"
#include "sla/sketch.h"

/* The beginning of the minute that a moment is in. */
extern TimestampTz gov_sla_minute(TimestampTz at);

/*
 * The totals from one minute up to another that does not belong to it.  Both
 * limits are moved down to their minute.  sketch may be NULL, which is
 * cheaper; else it gets the latencies.  Zeros where there is nothing.
 */
extern void gov_sla_totals(const char *type, const char *id,
						   TimestampTz from, TimestampTz until,
						   GovSlaTotals *totals, GovSketch *sketch);

#endif							/* GOV_SLA_TOTALS_H */
