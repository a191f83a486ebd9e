/*
 * transaction.h
 *		The one transaction of a request.
 */
#ifndef GATEWAY_TRANSACTION_H
#define GATEWAY_TRANSACTION_H

#include "gateway/service.h"

/*
 * Bind the actor by the token (NULL: none is needed), call, reply.  actor is
 * whom the body names, or NULL.
 */
extern void transaction_run(Service *service, Request *request,
							const Route *route, const char *token,
							const char *actor, Reply *reply);

/* Is the token valid?  False, with the reply made: no, or nobody can tell. */
extern bool transaction_ask(Service *service, Request *request,
							const Route *route, const char *token,
							Reply *reply);

/* Find out what format is asked for; false: none that the route has. */
extern bool transaction_format(Request *request, const Route *route);

#endif							/* GATEWAY_TRANSACTION_H */
