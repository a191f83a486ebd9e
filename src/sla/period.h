/*
 * period.h
 *		The observations of a resource in a period, judged by the targets of
 *		each revision.
 *
 * A period of some hours up to a moment is counted in whole minutes: it
 * includes the minute in which it began and the running minute.
 */
#ifndef GOV_SLA_PERIOD_H
#define GOV_SLA_PERIOD_H

#include "sla/sketch.h"
#include "sla/target.h"
#include "sla/verdict.h"

/* The whole minutes of a period that ends at a moment. */
extern void gov_sla_minutes(TimestampTz at, int64 usecs, TimestampTz *from,
							TimestampTz *until);

/*
 * Judge the observations from one minute up to another, on the active snapshot
 * as gov_sla_totals() does.  sketch may be NULL.
 */
extern void gov_sla_period(const char *type, const char *id,
						   TimestampTz from, TimestampTz until,
						   GovPeriod *period, GovSketch *sketch);

#endif							/* GOV_SLA_PERIOD_H */
