/*
 * jwt_internal.h
 *		What jwt.c and jwks.c share: keys, and a way to read the few fields of
 *		a JSON text that matter.
 */
#ifndef GOV_JWT_INTERNAL_H
#define GOV_JWT_INTERNAL_H

#include "core/args.h"

typedef enum GovJwtAlgorithm
{
	GOV_JWT_NONE,				/* never valid */
	GOV_JWT_EDDSA,
	GOV_JWT_HS256
} GovJwtAlgorithm;

typedef struct GovJwk
{
	GovJwtAlgorithm algorithm;	/* the only one this key is for */
	char	   *kid;			/* NULL: it has none */
	uint8	   *bytes;			/* public key, or secret */
	int			len;
} GovJwk;

/* The keys that are configured now; 0 where there are none. */
extern int	gov_jwks_load(const GovJwk **keys);

/* "EdDSA" or "HS256"; anything else is none. */
extern GovJwtAlgorithm gov_jwt_algorithm(const char *name);

/*
 * A JSON text, field by field.  The callback gets each scalar with the path
 * to it: depth counts objects and arrays around it, name is that of the
 * innermost field.  scalar is NULL for what is no string.  False: stop.
 */
typedef struct GovJsonField
{
	int			depth;
	bool		in_array;
	const char *name;
	const char *string;			/* of a string */
	const char *number;			/* of a number, as written */
	bool		is_compound;	/* an object or an array begins */
	bool		is_end;			/* of an object, at that depth */
} GovJsonField;

typedef bool (*GovJsonReader) (const GovJsonField *field, void *arg);

/* False where it is malformed, or the reader said so; raises nothing. */
extern bool gov_json_read(const char *json, int len, GovJsonReader reader,
						  void *arg);

#endif							/* GOV_JWT_INTERNAL_H */
