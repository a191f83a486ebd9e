/*
 * schema.h
 *		From words.h and schemas.h to schemas of the OpenAPI document.
 */
#ifndef GATEWAY_SCHEMA_H
#define GATEWAY_SCHEMA_H

#include <stdbool.h>

#include "gateway/text.h"

/* One of these words: "a,b,c". */
extern void schema_put_words(Text *out, const char *words, bool nullable);

/* That of an answer: a type, as "text?", "=severity" or "Deployment[]", or
 * "field:type ...". */
extern void schema_put_answer(Text *out, const char *answer);

/* Those of all of schemas.h, by name. */
extern void schema_put_all(Text *out);

/* A closed set of words, "a,b,c"; NULL where there is none of that name. */
extern const char *schema_words(const char *name);

#endif							/* GATEWAY_SCHEMA_H */
