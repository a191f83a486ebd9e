/*
 * model_signature.h
 *		Whether a version is signed, where an environment demands that.
 */
#ifndef GOV_MODEL_SIGNATURE_H
#define GOV_MODEL_SIGNATURE_H

#define GOV_SIGNATURE_HINT \
	"Have its files signed by a trusted signer, and attach that with gov_attach_signature(); after the first vote the manifest must be the one that was voted on."

/* Does policy gate.signature name the environment? */
extern bool gov_signature_is_needed(const char *environment);

/*
 * How many signatures of the version count now; where none does, "why" says
 * what is wrong with each.  The caller has locked the version.  Needs SPI.
 */
extern int	gov_signatures_count(const char *model_id, const char *version,
								 char **why);

#endif							/* GOV_MODEL_SIGNATURE_H */
