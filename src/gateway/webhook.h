/*
 * webhook.h
 *		Delivery of governance.events to configured endpoints.
 */
#ifndef GATEWAY_WEBHOOK_H
#define GATEWAY_WEBHOOK_H

#include "gateway/config.h"
#include "gateway/text.h"

extern void webhook_start(const Config *config);
extern void webhook_stop(void);

/*
 * Add to the problems what is wrong with the file of endpoints, and why one of
 * them would get nothing.
 */
extern void webhook_check(const Config *config, Text *problems);

#endif							/* GATEWAY_WEBHOOK_H */
