/*
 * fields.h
 *		Path, query and body of a request: do they fit the route?
 *
 * The database judges values; here it is only checked that the route knows
 * everything that was given, that it is given once, and that it has the right
 * type.  Unknown fields are refused: a typing error in "environment" must not
 * deploy to production, and an ignored filter must not show too much.
 */
#ifndef GATEWAY_FIELDS_H
#define GATEWAY_FIELDS_H

#include "gateway/reply.h"
#include "gateway/router.h"

/*
 * Take the values into the request.  Returns false, with the reply made, if
 * something does not fit.  "actor" becomes the user that fields such as
 * approved_by name, or NULL.
 */
extern bool fields_take(Request *request, const Route *route,
						const char **actor, Reply *reply);

/* Returns the parameters of a statement as texts; NULL is SQL's NULL. */
extern const char **parameters_of(const Request *request,
								  const Statement *statement);

/*
 * Returns a required field that is missing, and that the message names (NULL:
 * any).
 */
extern const char *missing_field(const Request *request, const Route *route,
								 const char *message);

#endif							/* GATEWAY_FIELDS_H */
