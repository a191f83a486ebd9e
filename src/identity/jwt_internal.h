/*
 * jwt_internal.h
 *		What the files that read signed tokens share: sets of keys, issuers,
 *		and a way to read the few fields of a JSON text that matter.
 */
#ifndef GOV_JWT_INTERNAL_H
#define GOV_JWT_INTERNAL_H

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

#include "core/args.h"
#include "identity/jws.h"

typedef struct GovJwk
{
	char	   *kid;			/* NULL: it has none */
	GovJwsKey	key;
} GovJwk;

/* Keys, in a memory context that frees what OpenSSL holds of them. */
typedef struct GovJwkSet
{
	int			count;
	int			allocated;
	GovJwk	   *keys;
} GovJwkSet;

extern GovJwkSet *gov_jwk_set_new(void);
extern void gov_jwk_set_add(GovJwkSet *set, const char *kid,
							const GovJwsKey *key);

/* The keys of governance.jwks_file as they are now; none where it has none. */
extern const GovJwkSet *gov_jwks_file_keys(void);

/* A row of governance.issuers, with its keys. */
typedef struct GovIssuer
{
	char	   *issuer;
	char	   *audience;
	char	   *user_claim;
	char	   *groups_claim;	/* NULL: groups are not read */
	double		leeway;			/* seconds */
	bool		create_users;
	Jsonb	   *required_claims;
	GovJwkSet  *keys;
} GovIssuer;

/* All of them, and one (NULL: there is none such); until the next look-up. */
extern List *gov_issuers(void);
extern const GovIssuer *gov_issuer_find(const char *issuer);

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
	const char *top;			/* that of the outermost */
	const char *string;			/* of a string */
	const char *number;			/* of a number, as written */
	bool		is_true;
	bool		is_compound;	/* an object or an array begins */
	bool		is_end;			/* of an object, at that depth */
} GovJsonField;

typedef bool (*GovJsonReader) (const GovJsonField *field, void *arg);

/*
 * False where it is malformed, is no object, names a member twice, or the
 * reader said so; raises nothing.
 */
extern bool gov_json_read(const char *json, int len, GovJsonReader reader,
						  void *arg);

#endif							/* GOV_JWT_INTERNAL_H */
