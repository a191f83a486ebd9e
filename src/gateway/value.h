/*
 * value.h
 *		Turns values of a request into parameters of a statement.
 *
 * The result is a text that PostgreSQL's input function of the type accepts,
 * so that its own errors never answer a request.
 */
#ifndef GATEWAY_VALUE_H
#define GATEWAY_VALUE_H

#include "gateway/arena.h"
#include "gateway/router.h"
#include "gateway/text.h"
#include "text/json.h"

/*
 * Check a text of a path or a query; returns NULL, or what it should be.
 * "malformed" tells whether it is not of the type at all, or only out of
 * range.
 */
extern const char *value_of_text(const char *text, ArgumentType type,
								 bool *malformed);

/* Check JSON likewise, and return the value as a text: NULL for null. */
extern const char *value_of_json(Arena *arena, const GovJsonValue *json,
								 ArgumentType type, const char **value);

/* An array, element by element. */
typedef struct Column
{
	Text		text;			/* "{1,2" */
	int			count;
} Column;

/* Append an element, NULL or a text. */
extern void column_put(Column *column, const char *element);

/* Returns the array as PostgreSQL reads it, and empties the column. */
extern const char *column_end(Arena *arena, Column *column);

#endif							/* GATEWAY_VALUE_H */
