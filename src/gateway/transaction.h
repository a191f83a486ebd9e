/*
 * transaction.h
 *		The one transaction of a request.
 */
#ifndef GATEWAY_TRANSACTION_H
#define GATEWAY_TRANSACTION_H

#include "gateway/service.h"

/*
 * Bind the actor by the token (NULL: none is needed), call the function and
 * make the reply.  "actor" is the user whom the body names, or NULL.
 */
extern void transaction_run(Service *service, Request *request,
							const Route *route, const char *token,
							const char *actor, Reply *reply);

/*
 * Returns whether the token is valid; if it is not, or that cannot be found
 * out, the reply is made.
 */
extern bool transaction_ask(Service *service, Request *request,
							const Route *route, const char *token,
							Reply *reply);

/*
 * Find the format that Accept asks for; returns false if the route lacks it.
 */
extern bool transaction_format(Request *request, const Route *route);

#endif							/* GATEWAY_TRANSACTION_H */
