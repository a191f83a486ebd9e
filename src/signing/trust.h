/*
 * trust.h
 *		Is a signature of a model by somebody who is trusted now?
 */
#ifndef GOV_TRUST_H
#define GOV_TRUST_H

#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "signing/bundle.h"

/*
 * Read a bundle; its memory is freed with the current context.  NULL where it
 * is not one, and "flaw" says why, in a sentence.
 */
extern const GovBundle *gov_bundle_of(Jsonb *jb, char **flaw);

/* The result of comparing a signature with the trusted signers. */
typedef struct GovVerdict
{
	char	   *signer;			/* NULL: it counts for nothing */
	char	   *identity;		/* whom the certificate names; NULL: no one */
	TimestampTz ends_at;		/* when a certificate ends; DT_NOEND: never */
	char	   *flaw;			/* why it counts for nothing */
} GovVerdict;

/*
 * Compare the signature of a model's version with the trusted signers as they
 * are now.  Those that could have made it are locked until the transaction
 * ends, so a revocation waits.  If a revoked signer made it, it does not
 * count, whoever else could have made it.  Needs SPI.
 */
extern void gov_signature_judge(const GovBundle *bundle, const char *model_id,
								GovVerdict *verdict);

/*
 * For a keyless signature whose signer no trusted root vouches for: is it by
 * the certificate in its bundle?  NULL if it is, or else why not.
 */
extern char *gov_signature_flaw_of_keyless(const GovBundle *bundle,
										   char **identity);

/* A text from outside, in UTF-8, converted to the database's encoding. */
extern char *gov_signing_text(const char *utf8);

#endif							/* GOV_TRUST_H */
