/*
 * verdict.h
 *		Is a target met?  Decided by whole numbers only.
 *
 * Per cents are kept as the decimal number that was written, in units of
 * 1e-18 per cent, so that 0.1 is a thousandth and not the nearest double.
 *
 * "p95 at most T" is true exactly when at least 95 of each 100 observations
 * are at most T; so the number of those over T decides, not a quantile.  How
 * much may fail in a period is the sum, over its revisions, of what each
 * allows of its own observations: a redefined target does not change the past.
 */
#ifndef GOV_VERDICT_H
#define GOV_VERDICT_H

#include "sla/target.h"

#define GOV_PERCENT_ONE INT64CONST(1000000000000000000) /* 1 per cent */

/*
 * The observations of a period, judged by the targets of their time.  Each
 * target has counts of its own: observations of a revision without that target
 * are not judged by it.
 */
typedef struct GovPeriod
{
	int64		count;
	int64		failed;
	int64		p95_count;
	int64		over_p95;
	int64		p99_count;
	int64		over_p99;
	int64		err_count;
	int64		err_failed;
	int128		may_err;		/* sum of count x error_rate_target */
	int64		budget_count;
	int64		budget_failed;
	int128		budget;			/* of count x (100 - availability_target) */
} GovPeriod;

/* Add so many observations of a revision, judged by its targets. */
extern void gov_period_count(GovPeriod *period, int64 count, int64 failed,
							 const GovSlaTarget *target);
extern void gov_period_add(GovPeriod *period, const GovPeriod *part);

/* Is the target met?  True for a period without observations. */
extern bool gov_p95_is_met(const GovPeriod *period);
extern bool gov_p99_is_met(const GovPeriod *period);
extern bool gov_error_rate_is_met(const GovPeriod *period);
extern bool gov_availability_is_met(const GovPeriod *period);
extern bool gov_period_is_met(const GovPeriod *period);

/*
 * Is failed at most percent of total, compared exactly?  True if percent is
 * NaN.
 */
extern bool gov_share_is_met(int64 failed, int64 total, double percent);

/* Has it failed as often as the availability target allows, or more? */
extern bool gov_budget_is_exhausted(const GovPeriod *period);

/* failed > factor_milli / 1000 x what is allowed? */
extern bool gov_burns_faster(const GovPeriod *period, int32 factor_milli);

/*
 * May nothing fail, by the target in force or in that period, or is there no
 * such target?  Then the rest of the budget and the burn rate have no value.
 */
extern bool gov_allows_nothing(const GovPeriod *period,
							   const GovSlaTarget *target);

/* Figures to show: three in per cent, and the burn rate as a multiple. */
extern double gov_error_rate(const GovPeriod *period);
extern double gov_availability(const GovPeriod *period);
extern double gov_budget_left(const GovPeriod *period);
extern double gov_burn_rate(const GovPeriod *period);

/* By what factor the target is missed, at least 1. */
extern const char *gov_miss_severity(double times);

#endif							/* GOV_VERDICT_H */
