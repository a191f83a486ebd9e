/*
 * period.h
 *		Periods of time as laws count them.
 *
 * Invariants: apart from the calendar, nothing is read.  An end is the first
 * moment after the period: whatever happens before it is in time.
 */
#ifndef GOV_PERIOD_H
#define GOV_PERIOD_H

#include "law/calendar.h"

typedef enum GovPeriodUnit
{
	GOV_PERIOD_HOURS,
	GOV_PERIOD_DAYS,
	GOV_PERIOD_WORKING_DAYS,
	GOV_PERIOD_WEEKS,
	GOV_PERIOD_MONTHS,
	GOV_PERIOD_YEARS
} GovPeriodUnit;

/* The words for the units, in that order, then NULL. */
extern const char *const gov_period_units[];

extern GovPeriodUnit gov_period_unit(const char *word);

/* The most of each unit that a period may have: a hundred years. */
extern int	gov_period_most(GovPeriodUnit unit);

#endif							/* GOV_PERIOD_H */
