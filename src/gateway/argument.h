/*
 * argument.h
 *		Parsing a route's arguments from their text in routes.h.
 */
#ifndef GATEWAY_ARGUMENT_H
#define GATEWAY_ARGUMENT_H

#include "gateway/router.h"

/* Read a route's arguments from their text, as routes.h describes it. */
extern void arguments_take(Arena *arena, Route *route, const char *text);

/* Returns which of the arguments has a field of that name, or -1. */
extern int	argument_find(const Argument *arguments, int count,
						  const char *field);

/* End the program at its first start, because routes.h is wrong. */
extern void bad_route(const char *path, const char *why);

#endif							/* GATEWAY_ARGUMENT_H */
