/*
 * key_file.c
 *		A private key in a file that only the server reads.
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

#include "audit/key_file.h"
#include "core/compat.h"

#define KEY_FILE_MAX 8192		/* an Ed25519 key takes about 120 bytes */

bool
gov_key_file_is_set(const GovKeyFile *file)
{
	return *file->path != NULL && (*file->path)[0] != '\0';
}

pg_noreturn static void
refuse(const GovKeyFile *file, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the key that signs %s cannot be used", file->signs),
			 errdetail("%s", detail),
			 errdetail_log("%s File: \"%s\".", detail, *file->path),
			 errhint("%s names a file with an Ed25519 private key (PEM, PKCS #8) that belongs to the server's user, mode 0600.",
					 file->setting)));
}

/*
 * open_key_file
 *		Open the key file, and check the open file, not its name.
 */
static int
open_key_file(const GovKeyFile *file)
{
	/* nonblocking, as nobody may ever write to a pipe */
	int			fd = OpenTransientFile(*file->path,
									   O_RDONLY | PG_BINARY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		refuse(file, psprintf("The key file cannot be opened: %s.",
							  strerror(errno)));
	if (fstat(fd, &st) != 0)
		refuse(file, "The key file cannot be examined.");
	if (!S_ISREG(st.st_mode))
		refuse(file, "The key file is not a regular file.");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		refuse(file, "The key file belongs to neither the server's user nor root.");

	/* the server must be able to read root's own file: by its group */
	if ((st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0 ||
		(st.st_uid != 0 && (st.st_mode & S_IRWXG) != 0))
		refuse(file, "Group or others have access to the key file.");
	if (st.st_size > KEY_FILE_MAX)
		refuse(file, "The key file is too large to be that of a key.");
	return fd;
}

/* Read the key and wipe the memory; NULL where the file has no such key. */
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

struct evp_pkey_st *
gov_key_file_read(const GovKeyFile *file)
{
	int			fd = open_key_file(file);
	struct evp_pkey_st *key = read_key(fd);

	CloseTransientFile(fd);
	if (key == NULL)
		refuse(file, "The key file has no Ed25519 private key, or an encrypted one.");
	return key;
}
