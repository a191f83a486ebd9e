/*
 * checkpoint_key.c
 *		The private key that signs checkpoints.
 */
#include "postgres.h"

#include "audit/checkpoint.h"
#include "audit/key_file.h"
#include "core/guc.h"

static const GovKeyFile key_file = {
	.path = &gov_checkpoint_key_file,
	.setting = "governance.checkpoint_key_file",
	.signs = "checkpoints"
};

bool
gov_checkpoint_has_key(void)
{
	return gov_key_file_is_set(&key_file);
}

void
gov_checkpoint_sign(const char *origin, const char *text,
					GovVerifier *verifier, char line[GOV_SIGNATURE_ROOM])
{
	uint8_t		public_key[GOV_ED25519_KEY_LEN];
	GovNoteStatus status = GOV_NOTE_CRYPTO_FAILED;
	struct evp_pkey_st *key = gov_key_file_read(&key_file);

	if (gov_signing_key_public(key, public_key))
		status = gov_verifier_make(verifier, origin, strlen(origin),
								   GOV_KEY_ED25519, public_key);
	if (status == GOV_NOTE_OK)
		status = gov_note_sign(text, strlen(text), verifier, key, 0, line);
	gov_signing_key_free(key);
	if (status != GOV_NOTE_OK)
		elog(ERROR, "could not sign the checkpoint: status %d", (int) status);
}
