/*
 * argument.h
 *		From the text of routes.h to what a route takes.
 */
#ifndef GATEWAY_ARGUMENT_H
#define GATEWAY_ARGUMENT_H

#include "gateway/router.h"

/* Take "[-]field[|alias...][>argument]:type[(field:type,...)|=number][!] ..." */
extern void arguments_take(Arena *arena, Route *route, const char *text);

/* Of these the one that has such a field; -1: none. */
extern int	argument_find(const Argument *arguments, int count,
						  const char *field);

/* routes.h is wrong: that is found at the first start. */
extern void bad_route(const char *path, const char *why);

#endif							/* GATEWAY_ARGUMENT_H */
