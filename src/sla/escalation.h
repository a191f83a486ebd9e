/*
 * escalation.h
 *		Who is told when violations pile up.
 */
#ifndef GOV_ESCALATION_H
#define GOV_ESCALATION_H

#include "utils/timestamp.h"

/*
 * Find out as of "at" which thresholds of a resource are crossed, and fire
 * what is due; returns how many fired.  It locks the resource's rules, so that
 * two at once fire only once.  Needs an SPI connection.
 */
extern int64 gov_escalate(const char *resource_type, const char *resource_id,
						  TimestampTz at);

#endif							/* GOV_ESCALATION_H */
