/*
 * service.h
 *		The service under one configuration; SIGHUP makes another one.
 */
#ifndef GATEWAY_SERVICE_H
#define GATEWAY_SERVICE_H

#include "gateway/config.h"
#include "gateway/db.h"
#include "gateway/limiter.h"
#include "gateway/reply.h"

typedef struct Service
{
	const Config *config;
	Pool	   *pool;
	Pool	   *read_pool;		/* NULL: there is no standby */
	Limiter    *limiter;		/* NULL: no limit */
} Service;

extern Service *service_new(const Config *config);
extern void service_free(Service *service);

/* Answer a request that is complete. */
extern void service_answer(Service *service, Request *request,
						   Reply *reply);

#endif							/* GATEWAY_SERVICE_H */
