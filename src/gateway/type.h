/*
 * type.h
 *		The types of fields in requests.
 */
#ifndef GATEWAY_TYPE_H
#define GATEWAY_TYPE_H

#include <stdbool.h>

typedef enum ArgumentType
{
	TYPE_TEXT,
	TYPE_INT,
	TYPE_LIMIT,					/* an int, from 1 to 10000 */
	TYPE_SECONDS,				/* an int, an interval in SQL */
	TYPE_LONG,
	TYPE_NUMBER,
	TYPE_NUMERIC,				/* a number that keeps its digits */
	TYPE_BOOL,
	TYPE_TIME,
	TYPE_UUID,
	TYPE_MARK,					/* where a page ends: seconds~number */
	TYPE_TEXTS,					/* an array of strings */
	TYPE_NUMBERS,				/* one or an array of them, as those below */
	TYPE_BOOLS,
	TYPE_TIMES,
	TYPE_ROWS,					/* objects with one of each of those above */
	TYPE_OBJECT,
	TYPE_JSON,					/* an object or an array */
	TYPE_METRICS,				/* an object, or all other fields of a body */
	TYPE_ANSWERS,				/* the same */
	TYPE_DOCUMENT,				/* the same, of any shape */
	TYPE_ANY,
	TYPE_COUNT
} ArgumentType;

typedef struct TypeFacts
{
	const char *name;			/* in routes.h */
	const char *parameter;		/* in SQL: $ is the parameter, @ the field */
	ArgumentType elements;		/* what an array is of; else the type itself */
	unsigned	json;			/* a bit for each JsonType it may be; 0: any */
	const char *wanted;			/* that in words */
	const char *in_query;		/* schemas of the OpenAPI document */
	const char *in_body;
} TypeFacts;

extern const TypeFacts type_facts[TYPE_COUNT];

/* Returns whether all other fields of a body may be the value. */
extern bool type_takes_rest(ArgumentType type);

#endif							/* GATEWAY_TYPE_H */
