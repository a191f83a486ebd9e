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

/* Add what is wrong with the file, and why an endpoint would get no events. */
extern void webhook_check(const Config *config, Text *problems);

#endif							/* GATEWAY_WEBHOOK_H */
