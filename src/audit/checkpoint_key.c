/*
 * checkpoint_key.c
 *		The private key that signs checkpoints.
 *
 * Invariants: the key file is read at each signing, and nothing of it is left
 * in memory afterwards: between reading and wiping no error can be raised and
 * no interrupt served.  Its path is shown to no client: the setting is for
 * superusers.  A key that others could have read signs nothing.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "storage/fd.h"

#include "audit/checkpoint.h"
#include "core/compat.h"
#include "core/guc.h"

#define KEY_FILE_MAX 8192		/* an Ed25519 key takes about 120 bytes */

bool
gov_checkpoint_has_key(void)
{
	return gov_checkpoint_key_file != NULL &&
		gov_checkpoint_key_file[0] != '\0';
}

pg_noreturn static void
refuse_key(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the key that signs checkpoints cannot be used"),
			 errdetail("%s", detail),
			 errdetail_log("%s File: \"%s\".", detail,
						   gov_checkpoint_key_file),
			 errhint("governance.checkpoint_key_file names a file with an Ed25519 private key (PEM, PKCS #8) that belongs to the server's user, mode 0600.")));
}

/*
 * open_key_file
 *		Open the key file and look at what was opened, not at its name.
 */
static int
open_key_file(void)
{
	/* nonblocking: of a pipe nobody may ever write the other end */
	int			fd = OpenTransientFile(gov_checkpoint_key_file,
									   O_RDONLY | PG_BINARY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		refuse_key(psprintf("The key file cannot be opened: %s.",
							strerror(errno)));
	if (fstat(fd, &st) != 0)
		refuse_key("The key file cannot be examined.");
	if (!S_ISREG(st.st_mode))
		refuse_key("The key file is not a regular file.");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		refuse_key("The key file belongs to neither the server's user nor root.");

	/* root's own must be readable for the server somehow: by its group */
	if ((st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0 ||
		(st.st_uid != 0 && (st.st_mode & S_IRWXG) != 0))
		refuse_key("Group or others have access to the key file.");
	if (st.st_size > KEY_FILE_MAX)
		refuse_key("The key file is too large to be that of a key.");
	return fd;
}

/* Read, parse and wipe; NULL where the file has no such key. */
static struct evp_pkey_st *
read_key(int fd)
{
	char		pem[KEY_FILE_MAX];
	struct evp_pkey_st *key = NULL;
	size_t		len = 0;
	ssize_t		n;

	do
	{
		n = read(fd, pem + len, sizeof(pem) - len);
		if (n > 0)
			len += n;
	} while ((n > 0 && len < sizeof(pem)) || (n < 0 && errno == EINTR));
	if (n >= 0)
		key = gov_signing_key_read(pem, len);
	OPENSSL_cleanse(pem, sizeof(pem));
	return key;
}

void
gov_checkpoint_sign(const char *origin, const char *text,
					GovVerifier *verifier, char line[GOV_SIGNATURE_ROOM])
{
	uint8_t		public_key[GOV_ED25519_KEY_LEN];
	GovNoteStatus status = GOV_NOTE_CRYPTO_FAILED;
	struct evp_pkey_st *key;
	int			fd = open_key_file();

	key = read_key(fd);
	if (key != NULL)
	{
		if (gov_signing_key_public(key, public_key))
			status = gov_verifier_make(verifier, origin, strlen(origin),
									   GOV_KEY_ED25519, public_key);
		if (status == GOV_NOTE_OK)
			status = gov_note_sign(text, strlen(text), verifier, key, 0,
								   line);
		gov_signing_key_free(key);
	}
	CloseTransientFile(fd);
	if (key == NULL)
		refuse_key("The key file has no Ed25519 private key, or an encrypted one.");
	if (status != GOV_NOTE_OK)
		elog(ERROR, "could not sign the checkpoint: status %d", (int) status);
}
