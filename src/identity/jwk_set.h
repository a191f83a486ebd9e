/*
 * jwk_set.h
 *		JSON Web Key Sets (RFC 7517), read key by key.
 */
#ifndef GOV_JWK_SET_H
#define GOV_JWK_SET_H

#include "identity/jws.h"

#define GOV_JWKS_MAX (64 * 1024)	/* bytes of a set */

/* A key of the set; its text lives as long as the current context. */
typedef void (*GovJwkTaker) (const GovJwkText *text, bool is_private,
							 void *arg);

/* Read a set; returns NULL, or what is wrong with it.  Raises nothing. */
extern const char *gov_jwk_set_read(const char *json, int len,
									GovJwkTaker take, void *arg);

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

/* Take all keys out of a set; the type is that of a context's callback. */
extern void gov_jwk_set_clear(void *set);

#endif							/* GOV_JWK_SET_H */
