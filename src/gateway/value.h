/*
 * value.h
 *		Values of a request as parameters of a statement.
 *
 * What comes out is a text that PostgreSQL's input function of the type
 * takes, so that its own errors never answer a request.
 */
#ifndef GATEWAY_VALUE_H
#define GATEWAY_VALUE_H

#include "gateway/json.h"
#include "gateway/router.h"
#include "gateway/text.h"

/*
 * What a text, as a path or a query has it, should be; NULL if it is that.
 * "malformed" says whether it is not even of the type, or out of its range.
 */
extern const char *value_of_text(const char *text, ArgumentType type,
								 bool *malformed);

/* The same of JSON, with the value: NULL for null, of an object its text. */
extern const char *value_of_json(Arena *arena, const Json *json,
								 ArgumentType type, const char **value);

/* An array, element by element. */
typedef struct Column
{
	Text		text;			/* "{1,2" */
	int			count;
} Column;

extern void column_put(Column *column, const char *element);	/* or NULL */
extern const char *column_end(Arena *arena, Column *column);

#endif							/* GATEWAY_VALUE_H */
