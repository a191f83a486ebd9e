/*
 * json.h
 *		JSON as the body of a request has it (RFC 8259), taken apart.
 *
 * Strict, and stricter than the RFC where the database is: no NUL, no half of
 * a surrogate pair, no number that would be another one when it is kept.  Each
 * value knows where it stands in the text, so that it can be cut out as it is.
 */
#ifndef GATEWAY_JSON_H
#define GATEWAY_JSON_H

#include <stdbool.h>

#include "gateway/arena.h"

typedef enum JsonType
{
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
} JsonType;

typedef struct Json Json;
struct Json
{
	JsonType	type;
	const char *name;			/* of a member of an object */
	const char *text;			/* of a string, or a number as it came */
	const char *member;			/* where it begins, with its name if any */
	const char *begin;			/* where it begins */
	const char *end;			/* behind it */
	Json	   *first;			/* member or element */
	Json	   *next;
	int			count;			/* of members or elements */
};

/*
 * Returns the value of a text, which is UTF-8 without NUL; or NULL, and why.
 */
extern Json *json_parse(Arena *arena, const char *text, size_t len,
						const char **why);

/* Returns a name that an object in it has twice, however escaped, or NULL. */
extern const char *json_twice(Arena *arena, const Json *value);

#endif							/* GATEWAY_JSON_H */
