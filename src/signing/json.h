/*
 * json.h
 *		JSON (RFC 8259) as a signed document has it, read strictly.
 *
 * Pure.  What two readers could read in two ways is refused: a member named
 * twice, text that is not UTF-8, a NUL, half of a surrogate pair.
 *
 * Invariants: reading changes the text in place, and values point into it;
 * nothing is allocated.
 */
#ifndef GOV_SIGNING_JSON_H
#define GOV_SIGNING_JSON_H

#include <stdbool.h>
#include <stddef.h>

#define GOV_JSON_MAX_DEPTH 32
#define GOV_JSON_MAX_MEMBERS 64 /* of one object */

typedef enum GovJsonType
{
	GOV_JSON_NULL,
	GOV_JSON_FALSE,
	GOV_JSON_TRUE,
	GOV_JSON_NUMBER,
	GOV_JSON_STRING,
	GOV_JSON_ARRAY,
	GOV_JSON_OBJECT
} GovJsonType;

typedef struct GovJsonValue
{
	GovJsonType type;
	const char *name;			/* of a member */
	const char *text;			/* of a string, zero-terminated */
	size_t		len;
	struct GovJsonValue *first; /* member or element */
	struct GovJsonValue *next;
	int			count;
} GovJsonValue;

/* How many values a text can have at most. */
extern size_t gov_json_room(const char *text, size_t len);

/*
 * The value of a text, the first of "values", which has that much room; or
 * NULL, and what is wrong with it ("has ...").
 */
extern const GovJsonValue *gov_json_parse(char *text, size_t len,
										  GovJsonValue *values,
										  const char **flaw);

/* A member of that type; NULL: there is none. */
extern const GovJsonValue *gov_json_member(const GovJsonValue *object,
										   const char *name,
										   GovJsonType type);

#endif							/* GOV_SIGNING_JSON_H */
