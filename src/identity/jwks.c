/*
 * jwks.c
 *		The keys that signed tokens are verified with: a JSON Web Key Set
 *		(RFC 7517) in a file of the server.
 *
 * Invariants: the file is checked for each token, and read again when it was
 * replaced or changed, so a key that was removed is gone at once; a file that
 * others could have written verifies nothing, and neither does one with a
 * secret that others could have read.  No client sees its path.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/fd.h"
#include "utils/memutils.h"

#include "core/guc.h"
#include "identity/jwks.h"

/* The set that was read last, and the file it came from. */
static struct
{
	MemoryContext context;
	char	   *path;
	struct stat st;
	GovJwkSet  *keys;
}			loaded;

typedef struct Parsing
{
	GovJwkSet  *keys;
	bool		has_secret;
} Parsing;

static void
take_key(const GovJwkText *text, bool is_private, void *arg)
{
	Parsing    *parsing = arg;
	GovJwsKey	key;
	const char *flaw;

	parsing->has_secret |= is_private ||
		(text->kty != NULL && strcmp(text->kty, "oct") == 0);
	if (gov_jws_key_make(text, &key, &flaw))
		gov_jwk_set_add(parsing->keys, text->kid, &key);
	else if (flaw != NULL)
		ereport(LOG_SERVER_ONLY,
				(errmsg("key \"%s\" of file \"%s\" is left out",
						text->kid ? text->kid : "", gov_jwks_file),
				 errdetail_internal("%s", flaw)));
}

/* Log it for the administrator; the client learns nothing. */
static void
complain(const char *what)
{
	ereport(LOG_SERVER_ONLY,
			(errmsg("no signed token is valid: key file \"%s\" %s",
					gov_jwks_file, what)));
}

static bool
permissions_are_good(const struct stat *st, bool has_secret)
{
	mode_t		others = S_IWGRP | S_IWOTH;

	if (has_secret)
		others |= S_IRWXO | (st->st_uid == 0 ? S_IXGRP : S_IRWXG);
	return (st->st_uid == geteuid() || st->st_uid == 0) &&
		(st->st_mode & others) == 0;
}

static char *
read_file(int fd, int *len)
{
	char	   *text = palloc(GOV_JWKS_MAX + 1);
	ssize_t		n;

	*len = 0;
	do
	{
		n = read(fd, text + *len, GOV_JWKS_MAX + 1 - *len);
		if (n > 0)
			*len += n;
	} while ((n > 0 && *len <= GOV_JWKS_MAX) || (n < 0 && errno == EINTR));
	return n < 0 || *len > GOV_JWKS_MAX ? NULL : text;
}

/* What keeps the open file from being used, or NULL. */
static const char *
read_keys(int fd, const struct stat *st, Parsing *parsing)
{
	int			len;
	char	   *text = S_ISREG(st->st_mode) ? read_file(fd, &len) : NULL;
	const char *flaw;

	if (text == NULL)
		return "is no readable file of at most 64 kB";
	flaw = gov_jwk_set_read(text, len, take_key, parsing);
	if (flaw != NULL)
		return flaw;
	if (!permissions_are_good(st, parsing->has_secret))
		return "can be written, or its secrets be read, by others than the server's user";
	if (parsing->keys->count == 0)
		return "has no key that verifies signatures";
	return NULL;
}

/*
 * Read the open file into "loaded"; a file that cannot be used gives no keys.
 */
static void
load(int fd, const struct stat *st)
{
	MemoryContext fresh = AllocSetContextCreate(TopMemoryContext,
												"governance keys of tokens",
												ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(fresh);
	Parsing		parsing = {.keys = gov_jwk_set_new()};
	const char *flaw = read_keys(fd, st, &parsing);

	if (flaw != NULL)
	{
		complain(flaw);
		gov_jwk_set_clear(parsing.keys);
	}
	if (loaded.context != NULL)
		MemoryContextDelete(loaded.context);
	loaded.context = fresh;
	loaded.path = pstrdup(gov_jwks_file);
	loaded.st = *st;
	loaded.keys = parsing.keys;
	MemoryContextSwitchTo(old);
}

const GovJwkSet *
gov_jwks_file_keys(void)
{
	static const GovJwkSet none = {0, 0, NULL};
	struct stat st;
	int			fd;

	if (gov_jwks_file == NULL || gov_jwks_file[0] == '\0')
		return &none;

	/* nonblocking, as nobody may ever write to a pipe */
	fd = OpenTransientFile(gov_jwks_file, O_RDONLY | PG_BINARY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
	{
		complain("cannot be opened");
		if (fd >= 0)
			CloseTransientFile(fd);
		return &none;
	}
	if (loaded.context == NULL || strcmp(loaded.path, gov_jwks_file) != 0 ||
		loaded.st.st_ino != st.st_ino || loaded.st.st_dev != st.st_dev ||
		loaded.st.st_size != st.st_size ||
		loaded.st.st_mode != st.st_mode || loaded.st.st_uid != st.st_uid ||
		memcmp(&loaded.st.st_mtim, &st.st_mtim, sizeof(st.st_mtim)) != 0 ||
		memcmp(&loaded.st.st_ctim, &st.st_ctim, sizeof(st.st_ctim)) != 0)
		load(fd, &st);
	CloseTransientFile(fd);
	return loaded.keys;
}
