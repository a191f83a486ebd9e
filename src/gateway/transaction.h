/*
 * transaction.h
 *		The one transaction of a request.
 */
#ifndef GATEWAY_TRANSACTION_H
#define GATEWAY_TRANSACTION_H

#include "gateway/service.h"

/*
 * Bind the actor by the token (NULL: none is needed), call the function and
 * make the reply.  "actor" is whom the body names, or NULL.
 */
extern void transaction_run(Service *service, Request *request,
							const Route *route, const char *token,
							const char *actor, Reply *reply);

/*
 * Returns whether the token is valid; if not, or if that cannot be found out,
 * the reply is made.
 */
extern bool transaction_ask(Service *service, Request *request,
							const Route *route, const char *token,
							Reply *reply);

/*
 * Find the format that Accept asks for.  Returns false if the route has none
 * of those.
 */
extern bool transaction_format(Request *request, const Route *route);

#endif							/* GATEWAY_TRANSACTION_H */
