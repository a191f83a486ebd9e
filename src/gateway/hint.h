/*
 * hint.h
 *		Turning the database's hints into hints for HTTP clients.
 */
#ifndef GATEWAY_HINT_H
#define GATEWAY_HINT_H

#include "gateway/arena.h"

/*
 * Returns the hint with routes in place of SQL; NULL if there is no such
 * route.
 */
extern const char *hint_for_client(Arena *arena, const char *hint);

#endif							/* GATEWAY_HINT_H */
