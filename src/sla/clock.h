/*
 * clock.h
 *		The clocks of critical incidents: response and resolution.
 */
#ifndef GOV_CLOCK_H
#define GOV_CLOCK_H

#include "nodes/pg_list.h"
#include "utils/timestamp.h"

/* The clocks of critical incidents of a resource; inside SPI. */
extern void gov_evaluate_clocks(const char *type, const char *id,
								TimestampTz at, List **changed);

#endif							/* GOV_CLOCK_H */
