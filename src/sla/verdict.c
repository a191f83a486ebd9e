/*
 * verdict.c
 *		Is a target met?  Decided by whole numbers only.
 *
 * Counts are below 1e13 in any use that ends; a per cent is at most 1e20
 * units of 1e-18, and a factor at most 1e7 thousandths: no product reaches
 * 1.7e38.
 */
#include "postgres.h"

#include <math.h>

#include "common/shortest_dec.h"

#include "sla/verdict.h"

#define DECIMALS 18
#define MAX_BURN_RATE 1e6		/* shown where nothing at all is allowed */

/*
 * exact_percent
 *		The decimal number that a double was written as, times 1e18.
 *
 * A number that was written with fewer than 16 digits is the shortest text
 * that reads back as the double.  Decimals after the 18th are cut off.
 */
static int128
exact_percent(double percent)
{
	char		buf[DOUBLE_SHORTEST_DECIMAL_LEN];
	const char *c = buf;
	int128		value = 0;
	int			exponent = 0;

	Assert(percent >= 0 && percent <= 100);
	buf[double_to_shortest_decimal_bufn(percent, buf)] = '\0';
	for (; *c >= '0' && *c <= '9'; c++)
		value = value * 10 + (*c - '0');
	if (*c == '.')
	{
		for (c++; *c >= '0' && *c <= '9'; c++)
		{
			value = value * 10 + (*c - '0');
			exponent--;
		}
	}
	if (*c == 'e')
		exponent += atoi(c + 1);
	for (exponent += DECIMALS; exponent > 0; exponent--)
		value *= 10;
	for (; exponent < 0 && value > 0; exponent++)
		value /= 10;
	return value;
}

/* The number that failed, in the same unit as what is allowed. */
static int128
failed_share(int64 failed)
{
	return (int128) failed * 100 * GOV_PERCENT_ONE;
}

void
gov_period_count(GovPeriod *period, int64 count, int64 failed,
				 const GovSlaTarget *target)
{
	period->count += count;
	period->failed += failed;
	if (!isnan(target->response_time_p95))
		period->p95_count += count;
	if (!isnan(target->response_time_p99))
		period->p99_count += count;
	if (!isnan(target->error_rate_target))
	{
		period->err_count += count;
		period->err_failed += failed;
		period->may_err += exact_percent(target->error_rate_target) * count;
	}
	if (!isnan(target->availability_target))
	{
		period->budget_count += count;
		period->budget_failed += failed;
		period->budget += ((int128) 100 * GOV_PERCENT_ONE -
						   exact_percent(target->availability_target)) * count;
	}
}

void
gov_period_add(GovPeriod *period, const GovPeriod *part)
{
	period->count += part->count;
	period->failed += part->failed;
	period->p95_count += part->p95_count;
	period->over_p95 += part->over_p95;
	period->p99_count += part->p99_count;
	period->over_p99 += part->over_p99;
	period->err_count += part->err_count;
	period->err_failed += part->err_failed;
	period->may_err += part->may_err;
	period->budget_count += part->budget_count;
	period->budget_failed += part->budget_failed;
	period->budget += part->budget;
}

bool
gov_p95_is_met(const GovPeriod *period)
{
	return (period->p95_count - period->over_p95) * 20 >=
		period->p95_count * 19;
}

bool
gov_p99_is_met(const GovPeriod *period)
{
	return (period->p99_count - period->over_p99) * 100 >=
		period->p99_count * 99;
}

bool
gov_error_rate_is_met(const GovPeriod *period)
{
	return failed_share(period->err_failed) <= period->may_err;
}

bool
gov_availability_is_met(const GovPeriod *period)
{
	return failed_share(period->budget_failed) <= period->budget;
}

bool
gov_period_is_met(const GovPeriod *period)
{
	return gov_p95_is_met(period) && gov_p99_is_met(period) &&
		gov_error_rate_is_met(period) && gov_availability_is_met(period);
}

bool
gov_share_is_met(int64 failed, int64 total, double percent)
{
	return isnan(percent) ||
		failed_share(failed) <= exact_percent(percent) * total;
}

/*
 * gov_budget_is_exhausted
 *		Is nothing left?  The next failure would miss the target, if the last
 *		one did not.
 */
bool
gov_budget_is_exhausted(const GovPeriod *period)
{
	return period->budget_failed > 0 &&
		failed_share(period->budget_failed) >= period->budget;
}

bool
gov_allows_nothing(const GovPeriod *period, const GovSlaTarget *target)
{
	return !(target->availability_target < 100) ||
		(period->budget_count > 0 && period->budget == 0);
}

bool
gov_burns_faster(const GovPeriod *period, int32 factor_milli)
{
	return failed_share(period->budget_failed) * 1000 >
		period->budget * factor_milli;
}

double
gov_error_rate(const GovPeriod *period)
{
	if (period->count == 0)
		return 0;
	return 100.0 * (double) period->failed / (double) period->count;
}

double
gov_availability(const GovPeriod *period)
{
	if (period->count == 0)
		return 0;
	return 100.0 * (double) (period->count - period->failed) /
		(double) period->count;
}

double
gov_burn_rate(const GovPeriod *period)
{
	if (period->budget_failed == 0)
		return 0;
	if (period->budget == 0)
		return MAX_BURN_RATE;
	return Min((double) failed_share(period->budget_failed) /
			   (double) period->budget, MAX_BURN_RATE);
}

double
gov_budget_left(const GovPeriod *period)
{
	return 100.0 * (1.0 - gov_burn_rate(period));
}

const char *
gov_miss_severity(double times)
{
	if (times >= 2.0)
		return "critical";
	return times < 1.1 ? "warning" : "error";
}
