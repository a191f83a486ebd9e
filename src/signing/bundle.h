/*
 * bundle.h
 *		Signatures of models: OpenSSF Model Signing in a Sigstore bundle v0.3.
 *
 * A bundle has a DSSE envelope around an in-toto Statement v1, whose predicate
 * (https://model_signing/signature/v1.0) lists the files of a model with their
 * digests, and the material to verify the envelope with.  Sources: the
 * specifications of model signing 1.0, DSSE 1.0.2 and in-toto attestation 1.0.
 *
 * Pure: it knows nothing of the server.  Reading is strict; it does not tell
 * who signed (see signer.h).
 */
#ifndef GOV_SIGNING_BUNDLE_H
#define GOV_SIGNING_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GOV_BUNDLE_MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define GOV_STATEMENT_MEDIA_TYPE "application/vnd.in-toto+json"
#define GOV_STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define GOV_SIGNATURE_PREDICATE "https://model_signing/signature/v1.0"

#define GOV_BUNDLE_MAX_CERTIFICATES 10
#define GOV_SIGNATURE_MAX_LEN 2048	/* RSA of 16384 bits */
#define GOV_BUNDLE_FLAW_ROOM 256
#define GOV_DIGEST_HEX_LEN 64

typedef enum GovBundleMethod
{
	GOV_BUNDLE_KEY,
	GOV_BUNDLE_CERTIFICATE,
	GOV_BUNDLE_KEYLESS			/* a certificate of minutes, and a log */
} GovBundleMethod;

typedef struct GovBytes
{
	uint8_t    *data;
	size_t		len;
} GovBytes;

/* A file of the model, or a part of one. */
typedef struct GovResource
{
	const char *name;			/* UTF-8 */
	const char *digest;			/* SHA-256 in hex */
} GovResource;

typedef struct GovBundle
{
	GovBundleMethod method;
	GovBytes	payload;
	GovBytes	signed_bytes;	/* the payload as DSSE encodes it */
	GovBytes	signature;
	int			certificate_count;	/* the signer's first */
	GovBytes	certificates[GOV_BUNDLE_MAX_CERTIFICATES];
	const char *manifest_digest;	/* of all digests, in hex */
	int			resource_count;
	GovResource *resources;		/* by name, none twice */
	struct Block *memory;
} GovBundle;

/*
 * Read a bundle; false where it is not one, and "flaw" says in a sentence why.
 * It must be freed either way.
 */
extern bool gov_bundle_read(GovBundle *bundle, const char *text, size_t len,
							char flaw[GOV_BUNDLE_FLAW_ROOM]);

/* The same for any statement, which is not checked. */
extern bool gov_bundle_read_envelope(GovBundle *bundle, const char *text,
									 size_t len,
									 char flaw[GOV_BUNDLE_FLAW_ROOM]);
extern void gov_bundle_free(GovBundle *bundle);

/* Is it a SHA-256 in lower-case hex? */
extern bool gov_is_digest(const char *text);

#endif							/* GOV_SIGNING_BUNDLE_H */
