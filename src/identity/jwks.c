/*
 * jwks.c
 *		The keys that signed tokens are verified with: a JSON Web Key Set
 *		(RFC 7517) in a file of the server.
 *
 * Invariants: the file is looked at for each token, and read again when it is
 * another one or was changed, so a key that was taken out is gone at once; a
 * file that others could have written verifies nothing, and one with a secret
 * that others could have read neither.  Its path is shown to no client.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/fd.h"
#include "utils/memutils.h"

#include "core/guc.h"
#include "identity/base64url.h"
#include "identity/jwt_internal.h"

#define JWKS_FILE_MAX (64 * 1024)
#define MAX_KEYS 64
#define ED25519_KEY_LEN 32
#define MIN_SECRET_LEN 32		/* RFC 7518, section 3.2 */
#define MAX_SECRET_LEN 512
#define MAX_KEY_TEXT 700		/* of that many bytes in base64url */

/* The set as it was read last, and from what. */
static struct
{
	MemoryContext context;
	char	   *path;
	struct stat st;
	int			count;
	GovJwk	   *keys;
}			loaded;

typedef struct Parsing
{
	GovJwk		keys[MAX_KEYS];
	int			count;
	bool		has_secret;
	bool		is_set;			/* there is a member "keys" */
	/* the key being read */
	const char *kty;
	const char *crv;
	const char *alg;
	const char *use;
	const char *kid;
	const char *x;
	const char *k;
} Parsing;

GovJwtAlgorithm
gov_jwt_algorithm(const char *name)
{
	if (name != NULL && strcmp(name, "EdDSA") == 0)
		return GOV_JWT_EDDSA;
	if (name != NULL && strcmp(name, "HS256") == 0)
		return GOV_JWT_HS256;
	return GOV_JWT_NONE;
}

/* One key is read: keep it if it is of a kind that is known here. */
static bool
end_key(Parsing *parsing)
{
	uint8		bytes[MAX_KEY_TEXT];
	const char *text = NULL;
	GovJwk	   *key;
	GovJwtAlgorithm algorithm = GOV_JWT_NONE;
	int			len;

	if (parsing->kty != NULL && strcmp(parsing->kty, "OKP") == 0 &&
		parsing->crv != NULL && strcmp(parsing->crv, "Ed25519") == 0)
	{
		algorithm = GOV_JWT_EDDSA;
		text = parsing->x;
	}
	else if (parsing->kty != NULL && strcmp(parsing->kty, "oct") == 0)
	{
		algorithm = GOV_JWT_HS256;
		text = parsing->k;
		parsing->has_secret = true;
	}

	/* Others may be in the set: for encryption, or other algorithms. */
	if (algorithm == GOV_JWT_NONE || text == NULL ||
		(parsing->alg != NULL &&
		 gov_jwt_algorithm(parsing->alg) != algorithm) ||
		(parsing->use != NULL && strcmp(parsing->use, "sig") != 0))
		return true;

	if (strlen(text) > MAX_KEY_TEXT || parsing->count == MAX_KEYS)
		return false;
	len = gov_base64url_decode(text, strlen(text), bytes);
	if (algorithm == GOV_JWT_EDDSA ? len != ED25519_KEY_LEN :
		len < MIN_SECRET_LEN || len > MAX_SECRET_LEN)
		return false;
	key = &parsing->keys[parsing->count++];
	key->algorithm = algorithm;
	key->kid = parsing->kid ? pstrdup(parsing->kid) : NULL;
	key->bytes = memcpy(palloc(len), bytes, len);
	key->len = len;
	explicit_bzero(bytes, sizeof(bytes));
	return true;
}

/* {"keys": [{...}, ...]}: depth 3 is inside a key. */
static bool
read_field(const GovJsonField *field, void *arg)
{
	Parsing    *parsing = arg;

	if (field->depth == 1 && field->is_compound && field->name != NULL &&
		strcmp(field->name, "keys") == 0)
		parsing->is_set = true;
	if (!parsing->is_set || field->depth != 3)
	{
		if (field->depth == 2 && field->is_compound)
		{
			parsing->kty = parsing->crv = parsing->alg = parsing->use = NULL;
			parsing->kid = parsing->x = parsing->k = NULL;
		}
		return true;
	}
	if (field->is_end)
		return end_key(parsing);
	if (field->name == NULL || field->string == NULL || field->in_array)
		return true;
#define TAKE(member) \
	if (strcmp(field->name, #member) == 0) \
		parsing->member = field->string
	TAKE(kty);
	TAKE(crv);
	TAKE(alg);
	TAKE(use);
	TAKE(kid);
	TAKE(x);
	TAKE(k);
#undef TAKE
	return true;
}

/* For the administrator; the client learns nothing of it. */
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
	char	   *text = palloc(JWKS_FILE_MAX + 1);
	ssize_t		n;

	*len = 0;
	do
	{
		n = read(fd, text + *len, JWKS_FILE_MAX + 1 - *len);
		if (n > 0)
			*len += n;
	} while ((n > 0 && *len <= JWKS_FILE_MAX) || (n < 0 && errno == EINTR));
	return n < 0 || *len > JWKS_FILE_MAX ? NULL : text;
}

/* Read the open file into "loaded"; where it cannot be used it has no keys. */
static void
load(int fd, const struct stat *st)
{
	MemoryContext fresh = AllocSetContextCreate(TopMemoryContext,
												"governance keys of tokens",
												ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(fresh);
	Parsing    *parsing = palloc0(sizeof(Parsing));
	int			len;
	char	   *text;

	text = S_ISREG(st->st_mode) ? read_file(fd, &len) : NULL;
	if (text == NULL)
		complain("is no readable file of at most 64 kB");
	else if (!gov_json_read(text, len, read_field, parsing) ||
			 !parsing->is_set)
	{
		complain("is no JSON Web Key Set with good keys");
		parsing->count = 0;
	}
	else if (!permissions_are_good(st, parsing->has_secret))
	{
		complain("can be written, or its secrets be read, by others than the server's user");
		parsing->count = 0;
	}
	else if (parsing->count == 0)
		complain("has no key for EdDSA or HS256");

	if (loaded.context != NULL)
		MemoryContextDelete(loaded.context);
	loaded.context = fresh;
	loaded.path = pstrdup(gov_jwks_file);
	loaded.st = *st;
	loaded.keys = parsing->keys;
	loaded.count = parsing->count;
	MemoryContextSwitchTo(old);
}

int
gov_jwks_load(const GovJwk **keys)
{
	struct stat st;
	int			fd;

	*keys = NULL;
	if (gov_jwks_file == NULL || gov_jwks_file[0] == '\0')
		return 0;

	/* nonblocking: of a pipe nobody may ever write the other end */
	fd = OpenTransientFile(gov_jwks_file, O_RDONLY | PG_BINARY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
	{
		complain("cannot be opened");
		if (fd >= 0)
			CloseTransientFile(fd);
		return 0;
	}
	if (loaded.context == NULL || strcmp(loaded.path, gov_jwks_file) != 0 ||
		loaded.st.st_ino != st.st_ino || loaded.st.st_dev != st.st_dev ||
		loaded.st.st_size != st.st_size ||
		loaded.st.st_mode != st.st_mode || loaded.st.st_uid != st.st_uid ||
		memcmp(&loaded.st.st_mtim, &st.st_mtim, sizeof(st.st_mtim)) != 0 ||
		memcmp(&loaded.st.st_ctim, &st.st_ctim, sizeof(st.st_ctim)) != 0)
		load(fd, &st);
	CloseTransientFile(fd);
	*keys = loaded.keys;
	return loaded.count;
}
