/*
 * budget.h
 *		The error budget: what the availability target allows to fail, and what
 *		is left of that.
 *
 * A target's window rolls (the last window_days) unless its metadata says
 * {"window": "calendar"}: then it is the day, week, month, quarter or year in
 * UTC that has window_days, or else the month.
 */
#ifndef GOV_BUDGET_H
#define GOV_BUDGET_H

#include "sla/maintenance.h"

typedef struct GovBudget
{
	const char *window;			/* "rolling", "month", ... */
	TimestampTz from;
	TimestampTz until;			/* the end of the window, maybe to come */
	GovPeriod	period;			/* the part of it that is past */
	bool		allows_nothing; /* to fail: there is no budget to be left */
} GovBudget;

/* The budget as of a moment.  Maintenance (NULL: none) is left out. */
extern void gov_budget_rolling(const GovSlaTarget *target, TimestampTz at,
							   const GovMaintenance *maintenance,
							   GovBudget *budget);
extern void gov_budget_calendar(const GovSlaTarget *target, TimestampTz at,
								const GovMaintenance *maintenance,
								GovBudget *budget);

/* Does the calendar window count?  Needs an SPI connection. */
extern bool gov_budget_is_calendar(const GovSlaTarget *target);

/*
 * The budget of a resource that counts, as committed now, maintenance left
 * out; false where there is no service level.  Needs an SPI connection.
 */
extern bool gov_budget_now(const char *type, const char *id,
						   GovBudget *budget);

#endif							/* GOV_BUDGET_H */
