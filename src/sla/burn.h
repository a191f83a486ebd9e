/*
 * burn.h
 *		How fast a resource's error budget burns, rule by rule.
 *
 * Needs an SPI connection for the rules, which are rows of
 * governance.burn_rate_rules.
 */
#ifndef GOV_BURN_H
#define GOV_BURN_H

#include "sla/maintenance.h"

#define GOV_BURN_RULES 16		/* at most */

typedef struct GovBurnRule
{
	char		name[NAMEDATALEN];
	bool		is_page;
	int64		long_window;	/* microseconds, as the others */
	int64		short_window;
	int32		factor_milli;
	int64		minimum_count;
	int64		hold_for;
	int64		keep_firing_for;
} GovBurnRule;

typedef struct GovBurn
{
	GovBurnRule rule;
	bool		is_measured;	/* else it cannot hold, and nobody asked */
	bool		holds;
	GovPeriod	long_period;
	GovPeriod	short_period;
} GovBurn;

/*
 * The least number of requests whose share of failures says something: of the
 * target's metadata, else of the rules.
 */
extern int64 gov_minimum_count(const GovSlaTarget *target);

/*
 * Measure as of a moment; how many rules there are.  With "all" each window of
 * each rule, else no more than it takes to say which rules hold.  Maintenance
 * (NULL: none) is left out.
 */
extern int	gov_burn_measure(const char *type, const char *id,
							 TimestampTz at,
							 const GovMaintenance *maintenance, bool all,
							 GovBurn *burns);

#endif							/* GOV_BURN_H */
