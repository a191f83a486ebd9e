/*
 * status.h
 *		How a resource stood over some hours, in one word.
 */
#ifndef GOV_SLA_STATUS_H
#define GOV_SLA_STATUS_H

#include "sla/period.h"

#define GOV_HOURS_MAX 87600		/* ten years */

/* What the word rests on. */
typedef struct GovStanding
{
	GovPeriod	period;
	bool		has_data;		/* observations, or else summaries */
	int64		violations;		/* that count */
	bool		burns;			/* a burn-rate rule's condition holds */
} GovStanding;

extern const char *gov_standing_word(const GovStanding *standing);

/*
 * The violations that were open at some time from one moment up to another,
 * at most so many: those of summaries only where there was no observation,
 * those that opened in maintenance only if told.  Inside SPI.
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
