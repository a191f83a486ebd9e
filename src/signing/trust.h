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
 * A bundle, read; its memory goes with the current context.  NULL where it is
 * none: "flaw" says why, in a sentence.
 */
extern const GovBundle *gov_bundle_of(Jsonb *jb, char **flaw);

/* What comes of holding a signature against the trusted signers. */
typedef struct GovVerdict
{
	char	   *signer;			/* NULL: it counts for nothing */
	char	   *identity;		/* whom the certificate names; NULL: no one */
	TimestampTz ends_at;		/* when a certificate ends; DT_NOEND: never */
	char	   *flaw;			/* why it counts for nothing */
} GovVerdict;

/*
 * Hold the signature of a model's version against the trusted signers as they
 * are now.  Those that could have made it are held until the transaction
 * ends: one that is revoked meanwhile waits.  Of a signer that is revoked it
 * counts for nothing, whoever else may have made it.  Needs SPI.
 */
extern void gov_signature_judge(const GovBundle *bundle, const char *model_id,
								GovVerdict *verdict);

/*
 * A keyless signature, whose signer no root of ours vouches for: is it by the
 * certificate that it comes with?  NULL: it is; else why not.
 */
extern char *gov_signature_flaw_of_keyless(const GovBundle *bundle,
										   char **identity);

/* Text of the outside, UTF-8, in the database's encoding. */
extern char *gov_signing_text(const char *utf8);

#endif							/* GOV_TRUST_H */
