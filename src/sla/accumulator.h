/*
 * accumulator.h
 *		Observations of this transaction that are not written yet.
 *
 * Observations are counted in this backend's memory, a bucket for each
 * resource, revision and minute.  Before the transaction commits or is
 * prepared, each bucket becomes one row of governance.sla_deltas; no existing
 * row is changed, so nobody waits for anybody.
 *
 * Invariants: what a subtransaction added goes with it when it is rolled
 * back; a transaction may use at most governance.accumulator_limit of memory
 * for this, and fails beyond (53200); nothing is written earlier, because
 * ROLLBACK TO a savepoint would undo the rows but not our memory of having
 * written them.
 */
#ifndef GOV_ACCUMULATOR_H
#define GOV_ACCUMULATOR_H

#include "sla/counts.h"
#include "sla/sketch.h"
#include "sla/target.h"

typedef struct GovSlaBucket GovSlaBucket;

extern void gov_sla_accumulator_init(void);

/*
 * The bucket to count in; minute is the beginning of one.  The result is valid
 * until the next call.
 */
extern GovSlaBucket *gov_sla_bucket(const GovSlaResource *resource,
									int32 revision, TimestampTz minute);

/* Count n observations, of which so many failed or were over a target. */
extern void gov_sla_bucket_add(GovSlaBucket *bucket, const double *latency,
							   size_t n, int64 failed, int64 over_p95,
							   int64 over_p99);

/* Add what is counted here of a resource, from one minute up to another. */
extern void gov_sla_accumulated(const char *type, const char *id,
								TimestampTz from, TimestampTz until,
								GovSlaTotals *totals, GovSketch *sketch);

#endif							/* GOV_ACCUMULATOR_H */
