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
	bool		is_measured;	/* else it cannot hold and was not measured */
	bool		holds;
	GovPeriod	long_period;
	GovPeriod	short_period;
} GovBurn;

/*
 * The fewest requests whose share of failures means something: by the target's
 * metadata, or else by the rules.
 */
extern int64 gov_minimum_count(const GovSlaTarget *target);

/*
 * Measure as of a moment; returns how many rules there are.  With "all" each
 * window of each rule is measured, else no more than is needed to say which
 * rules hold.  Maintenance (NULL: none) is left out.
 */
extern int	gov_burn_measure(const char *type, const char *id,
							 TimestampTz at,
							 const GovMaintenance *maintenance, bool all,
							 GovBurn *burns);

#endif							/* GOV_BURN_H */
