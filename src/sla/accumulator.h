/*
 * accumulator.h
 *		What this transaction has observed and not written yet.
 *
 * Observations are counted in this backend's memory, a bucket for each
 * resource, revision and minute.  Before the transaction commits or is
 * prepared, each bucket becomes one row of governance.sla_deltas; no row that
 * exists is changed, so nobody waits for anybody.
 *
 * Invariants: what a subtransaction added goes with it when it is rolled
 * back; a transaction has at most governance.accumulator_limit of memory for
 * it and fails beyond (53200); nothing is written earlier, for a savepoint
 * could take back the rows and not the memory of having written them.
 */
#ifndef GOV_ACCUMULATOR_H
#define GOV_ACCUMULATOR_H

#include "sla/counts.h"
#include "sla/sketch.h"
#include "sla/target.h"

typedef struct GovSlaBucket GovSlaBucket;

extern void gov_sla_accumulator_init(void);

/*
 * Where to count.  minute is the beginning of one.  The result is good until
 * the next call.
 */
extern GovSlaBucket *gov_sla_bucket(const GovSlaResource *resource,
									int32 revision, TimestampTz minute);

/* Count n observations; of them so many failed and were over a target. */
extern void gov_sla_bucket_add(GovSlaBucket *bucket, const double *latency,
							   size_t n, int64 failed, int64 over_p95,
							   int64 over_p99);

/* Add what is here of a resource from one minute up to another. */
extern void gov_sla_accumulated(const char *type, const char *id,
								TimestampTz from, TimestampTz until,
								GovSlaTotals *totals, GovSketch *sketch);

#endif							/* GOV_ACCUMULATOR_H */
