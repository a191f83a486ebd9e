/*
 * jws.h
 *		Signatures of JSON Web Tokens: the algorithms, and the keys they take.
 *
 * Algorithms are those of RFC 7518 (HS256, RS*, PS*, ES*), RFC 8037 (EdDSA)
 * and RFC 9864 (Ed25519, another name for it).  Pure: it knows nothing of the
 * server, and its memory is OpenSSL's.
 *
 * Invariants: an algorithm is used only with keys of its own type and curve,
 * so no public key is ever the secret of an HMAC, and "none" is not an
 * algorithm. A key is checked when it is made: RSA has at least 2048 bits, a
 * point is on its curve, a secret has at least 32 bytes.
 */
#ifndef GOV_JWS_H
#define GOV_JWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for a thumbprint (RFC 7638, SHA-256) in base64url. */
#define GOV_JWK_THUMBPRINT_LEN 45

typedef struct GovJwsAlgorithm GovJwsAlgorithm;

/* The algorithm that a token's header names, or NULL. */
extern const GovJwsAlgorithm *gov_jws_algorithm(const char *name);

/* The members of a JSON Web Key (RFC 7517) that matter; NULL where missing. */
typedef struct GovJwkText
{
	const char *kty;
	const char *crv;
	const char *alg;
	const char *use;
	const char *kid;
	const char *n;
	const char *e;
	const char *x;
	const char *y;
	const char *k;
	bool		has_key_ops;
	bool		may_verify;		/* key_ops names it */
} GovJwkText;

typedef struct GovJwsKey
{
	const struct KeyType *type;
	const GovJwsAlgorithm *only;	/* NULL: any that its type serves */
	struct evp_pkey_st *public_key; /* NULL: it is a secret */
	uint8_t    *secret;
	size_t		secret_len;
} GovJwsKey;

/*
 * Make a key to verify with.  Returns false where that is impossible; "flaw"
 * says why, or is NULL where the key is meant for something else.
 */
extern bool gov_jws_key_make(const GovJwkText *text, GovJwsKey *key,
							 const char **flaw);
extern void gov_jws_key_free(GovJwsKey *key);

/*
 * The thumbprint (RFC 7638) of a key that could be made; false where there is
 * none.
 */
extern bool gov_jwk_thumbprint(const GovJwkText *text,
							   char out[GOV_JWK_THUMBPRINT_LEN]);

/* May the key verify that algorithm? */
extern bool gov_jws_key_serves(const GovJwsKey *key,
							   const GovJwsAlgorithm *algorithm);

/* Did the holder of the key sign the text?  The key fits the algorithm. */
extern bool gov_jws_verify(const GovJwsKey *key,
						   const GovJwsAlgorithm *algorithm,
						   const void *text, size_t len,
						   const uint8_t *signature, size_t signature_len);

#endif							/* GOV_JWS_H */
