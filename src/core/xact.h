/*
 * xact.h
 *		When what was kept for a transaction is over.
 */
#ifndef GOV_XACT_H
#define GOV_XACT_H

#include "access/xact.h"

static inline bool
gov_xact_is_over(XactEvent event)
{
	return event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
		event == XACT_EVENT_PREPARE || event == XACT_EVENT_PARALLEL_COMMIT ||
		event == XACT_EVENT_PARALLEL_ABORT;
}

#endif							/* GOV_XACT_H */
