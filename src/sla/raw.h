/*
 * raw.h
 *		Keeping the observations themselves.
 */
#ifndef GOV_RAW_H
#define GOV_RAW_H

#include "sla/target.h"

/* Keep the observations themselves, where policy sla.keep_raw is on. */
extern void gov_observe_keep_raw(const GovSlaResource *resource,
								 const TimestampTz *at,
								 const double *latency, const bool *success,
								 int n);

#endif							/* GOV_RAW_H */
