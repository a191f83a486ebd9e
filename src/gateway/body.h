/*
 * body.h
 *		The body of a request: is it JSON that fits the route?
 *
 * The database judges values; here it is only seen to that the text is one
 * JSON object of fields that the route knows, of the right JSON types.  One
 * that the route does not know is refused: a slip in "environment" must not
 * deploy to production.
 */
#ifndef GATEWAY_BODY_H
#define GATEWAY_BODY_H

#include "gateway/reply.h"
#include "gateway/router.h"

#define MAX_DEPTH 32

/*
 * False where it does not fit, with the reply made.  "actor" becomes the user
 * whom fields such as approved_by name, or NULL.
 */
extern bool body_check(Request *request, const Route *route,
					   const char **actor, Reply *reply);

/*
 * The parameters of a statement, as text; NULL where they are left out.
 */
extern const char **parameters_of(const Request *request, const Route *route,
								  const Statement *statement);

/* The value of an argument in the path or the query, or NULL. */
extern const char *argument_value(const Request *request,
								  const Argument *argument);

/* False, and the reply made, where the query has what the route knows not. */
extern bool query_check(Request *request, const Route *route, Reply *reply);

#endif							/* GATEWAY_BODY_H */
