/*
 * stats.h
 *		The gateway's own metrics.
 */
#ifndef GATEWAY_STATS_H
#define GATEWAY_STATS_H

#include "gateway/service.h"

extern void stats_request(int status, double seconds);
extern void stats_connection(int change);
extern void stats_turned_away(void);
extern void stats_retry(void);
extern void stats_webhook(bool delivered);

/* Append the counts to the database's metrics, in the same format. */
extern void stats_append(Service *service, Request *request, Reply *reply);

#endif							/* GATEWAY_STATS_H */
