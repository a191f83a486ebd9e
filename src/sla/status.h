/*
 * status.h
 *		The status of a resource over some hours, in one word.
 */
#ifndef GOV_SLA_STATUS_H
#define GOV_SLA_STATUS_H

#include "sla/period.h"

#define GOV_HOURS_MAX 87600		/* ten years */

/* The figures behind the word. */
typedef struct GovStanding
{
	GovPeriod	period;
	bool		has_data;		/* observations, or else summaries */
	int64		violations;		/* violations that count */
	bool		burns;			/* a burn-rate rule's condition holds */
} GovStanding;

extern const char *gov_standing_word(const GovStanding *standing);

/*
 * The violations that were open at some time between two moments, at most so
 * many: those of summaries only where there was no observation, those that
 * opened in maintenance only if they were announced.  Inside SPI.
 */
extern int64 gov_count_violations(const char *type, const char *id,
								  TimestampTz from, TimestampTz until,
								  bool has_observations, bool in_maintenance,
								  int64 limit);

/* Is there a measurement of the resource in that time?  Inside SPI. */
extern bool gov_has_measurement(const char *type, const char *id,
								TimestampTz from, TimestampTz until);

/* The argument "hours"; NULL is 24. */
extern int32 gov_arg_hours(FunctionCallInfo fcinfo, int n);

#endif							/* GOV_SLA_STATUS_H */
