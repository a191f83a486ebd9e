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

/* NULL, or what is wrong with the set as a whole; raises nothing. */
extern const char *gov_jwk_set_read(const char *json, int len,
									GovJwkTaker take, void *arg);

#endif							/* GOV_JWK_SET_H */
