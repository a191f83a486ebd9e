/*
 * json.h
 *		Strict reading of JSON (RFC 8259) from an unknown source.
 *
 * Pure.  Text that two readers could read differently is refused: a member
 * named twice, however escaped; text that is not UTF-8; a NUL; half of a
 * surrogate pair.  Each value knows its place in the text, so that it can be
 * cut out as it is.
 *
 * Invariants: values point into the text, which is not changed, and into
 * memory that the caller's function gave, who keeps both.
 */
#ifndef GOV_TEXT_JSON_H
#define GOV_TEXT_JSON_H

#include <stdbool.h>
#include <stddef.h>

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
	const char *name;			/* of a member of an object */
	const char *text;			/* of a string, or a number as it came */
	size_t		len;			/* of text */
	const char *member;			/* where it begins, with its name if any */
	const char *begin;			/* where it begins */
	const char *end;			/* behind it */
	struct GovJsonValue *first; /* member or element */
	struct GovJsonValue *next;
	int			count;			/* of members or elements */
} GovJsonValue;

/* Memory that is zeroed, or NULL if there is none. */
typedef void *(*GovJsonKeep) (void *arg, size_t size);

typedef struct GovJsonFlaw
{
	const char *what;			/* a sentence without its full stop */
	size_t		at;				/* the byte, from 1 */
	const char *twice;			/* a name that an object has twice */
} GovJsonFlaw;

/* Returns the value of a text; or NULL, and what is wrong with the text. */
extern const GovJsonValue *gov_json_parse(const char *text, size_t len,
										  GovJsonKeep keep, void *arg,
										  GovJsonFlaw *flaw);

/* Returns the member of that type, or NULL if there is none. */
extern const GovJsonValue *gov_json_member(const GovJsonValue *object,
										   const char *name,
										   GovJsonType type);

#endif							/* GOV_TEXT_JSON_H */
