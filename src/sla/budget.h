/*
 * budget.h
 *		What the availability target allows to fail, and what is left of it.
 *
 * A target's window rolls (the last window_days) unless its metadata says
 * {"window": "calendar"}: then it is the day, week, month, quarter or year in
 * UTC, whichever window_days is the length of, else the month.
 */
#ifndef GOV_BUDGET_H
#define GOV_BUDGET_H

#include "sla/maintenance.h"

typedef struct GovBudget
{
	const char *window;			/* "rolling", "month", ... */
	TimestampTz from;
	TimestampTz until;			/* the end of the window, maybe to come */
	GovPeriod	period;			/* what of it is past */
	bool		allows_nothing; /* to fail: nothing of it can be left */
} GovBudget;

/* Maintenance (NULL: none) is left out. */
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
