/*
 * signer.h
 *		Who can have signed: public keys, and certificates under a root.
 *
 * Pure: it uses OpenSSL, but no network, none of the system's roots and
 * nothing of the server.
 *
 * Keys are ECDSA (P-256, P-384, P-521, by name), Ed25519, or RSA of at least
 * 2048 bits; the curve decides the hash, RSA uses SHA-256.  The same is true
 * for each certificate of a chain.
 */
#ifndef GOV_SIGNING_SIGNER_H
#define GOV_SIGNING_SIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "signing/bundle.h"

#define GOV_IDENTITY_ROOM 1024

/* OpenSSL's EVP_PKEY and X509. */
struct evp_pkey_st;
struct x509_st;

/* A trusted signer's material: a key, or a root certificate. */
typedef struct GovTrusted
{
	struct evp_pkey_st *key;	/* of the root, where it is one */
	struct x509_st *root;		/* NULL: it is a key */
	uint8_t		fingerprint[32];	/* SHA-256 of what is in the PEM */
} GovTrusted;

/* Read PEM; false where it is not such a thing, and "flaw" says why. */
extern bool gov_trusted_read(GovTrusted *trusted, const char *pem, size_t len,
							 bool is_root, const char **flaw);
extern void gov_trusted_free(GovTrusted *trusted);

/* The certificates of a bundle. */
typedef struct GovChain
{
	struct x509_st *leaf;
	struct stack_st_X509 *others;
	struct evp_pkey_st *key;	/* the leaf's, which owns it */
} GovChain;

/* They must be freed either way. */
extern bool gov_chain_read(GovChain *chain, const GovBundle *bundle,
						   const char **flaw);
extern void gov_chain_free(GovChain *chain);

/* Is it a path to that root that is valid at that time for signing? */
extern bool gov_chain_verify(const GovChain *chain, const GovTrusted *root,
							 time_t at, const char **flaw);

/* When the first of its certificates, or the root, expires. */
extern time_t gov_chain_end(const GovChain *chain, const GovTrusted *root);

/*
 * Whom the certificate names: its first alternative name (e-mail address,
 * URI, DNS name), or the subject where it has none; UTF-8.
 */
extern void gov_chain_identity(const GovChain *chain,
							   char out[GOV_IDENTITY_ROOM]);

/*
 * Does a name in it match the pattern, in which * stands for any text?  Where
 * there is no alternative name the subject counts, as a whole or by its common
 * name.
 */
extern bool gov_chain_names(const GovChain *chain, const char *pattern);

/* Did the holder of the key sign the content of the envelope? */
extern bool gov_bundle_is_signed_by(const GovBundle *bundle,
									struct evp_pkey_st *key);

#endif							/* GOV_SIGNING_SIGNER_H */
