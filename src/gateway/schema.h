/*
 * schema.h
 *		Makes the schemas of the OpenAPI document from words.h and schemas.h.
 */
#ifndef GATEWAY_SCHEMA_H
#define GATEWAY_SCHEMA_H

#include <stdbool.h>

#include "gateway/text.h"

/* Append the schema of a closed set of words, "a,b,c". */
extern void schema_put_words(Text *out, const char *words, bool nullable);

/* Append the schema of an answer: a type of schemas.h, or "field:type ...". */
extern void schema_put_answer(Text *out, const char *answer);

/* Append all schemas of schemas.h, by name. */
extern void schema_put_all(Text *out);

/* Returns the closed set of that name, "a,b,c", or NULL. */
extern const char *schema_words(const char *name);

#endif							/* GATEWAY_SCHEMA_H */
