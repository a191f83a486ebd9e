/*
 * hint.h
 *		Hints of the database for who calls over HTTP.
 */
#ifndef GATEWAY_HINT_H
#define GATEWAY_HINT_H

#include "gateway/arena.h"

/* Returns the hint with routes in place of SQL; NULL if one does not exist. */
extern const char *hint_for_client(Arena *arena, const char *hint);

#endif							/* GATEWAY_HINT_H */
