/*
 * openslo_shape.h
 *		The form of an OpenSLO document, and reading values in it.
 *
 * Source: github.com/OpenSLO/OpenSLO, version v1.  Every error is 22023 and
 * names the key by its path, such as spec.objectives[0].target; in a list of
 * documents the path begins with the document's place, [1] for the second one.
 */
#ifndef GOV_OPENSLO_SHAPE_H
#define GOV_OPENSLO_SHAPE_H

#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/compat.h"

/* "detail" is a sentence; hint may be NULL. */
pg_noreturn extern void gov_openslo_refuse(const char *detail,
										   const char *hint);

/* The path of a key of the object at a path, which is "" for a document. */
extern char *gov_openslo_at(const char *path, const char *key);

/* Raise 22023: "path" is "value". */
pg_noreturn extern void gov_openslo_refuse_value(const char *path,
												 const char *value,
												 const char *hint);

/* A number of digits only, from 1 to max; 0 for anything else. */
extern int32 gov_openslo_whole(const char *digits, int len, int32 max);

/*
 * Refuse each key that a document of kind SLO does not have, that is of the
 * wrong type, or that says what a service level cannot keep.
 */
extern void gov_openslo_check(JsonbContainer *document, const char *path);

/* The value of a key; NULL where there is none, JSON's null included. */
extern JsonbValue *gov_openslo_find(JsonbContainer *object, const char *key);

/* The same after its type was checked; NULL, or false, where there is none. */
extern JsonbContainer *gov_openslo_inner(JsonbContainer *object,
										 const char *key);
extern char *gov_openslo_text(JsonbContainer *object, const char *key);
extern Numeric gov_openslo_number(JsonbContainer *object, const char *key);

/* Raise 22023 unless the key is there. */
extern void gov_openslo_demand(JsonbContainer *object, const char *key,
							   const char *path);

#endif							/* GOV_OPENSLO_SHAPE_H */
