/*
 * hint.h
 *		Hints of the database for who calls over HTTP.
 */
#ifndef GATEWAY_HINT_H
#define GATEWAY_HINT_H

#include "gateway/arena.h"

/*
 * A hint with routes and fields where it has SQL; NULL where it names what no
 * route does.
 */
extern const char *hint_for_client(Arena *arena, const char *hint);

#endif							/* GATEWAY_HINT_H */
