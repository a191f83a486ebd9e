/*
 * sha256.c
 *		SHA-256 over OpenSSL, for code with and without a server around it.
 *
 * An audit event is a few hundred bytes and a tree node 65, so the cost that
 * matters is that of starting a digest.  Hence the algorithm is fetched once
 * (looking it up by name costs more than hashing a node), and a context is
 * reset, not created again.
 *
 * Invariants: the fetched algorithm and the process's context are made at
 * first use and live as long as the process.  A failure to make them is not
 * remembered; the next call tries again.
 */
#include <stdlib.h>

#include <openssl/evp.h>

#include "tlog/sha256.h"

/*
 * ready: reset, and not yet finalized.  After that OpenSSL 3.0 would accept
 * more bytes and return a second digest without any meaning.
 */
struct GovSha256
{
	EVP_MD_CTX *context;
	bool		ready;
};

static EVP_MD *algorithm = NULL;
static GovSha256 *shared = NULL;

/*
 * fetch_algorithm
 *		Make sure that "algorithm" is there.
 */
static bool
fetch_algorithm(void)
{
	if (algorithm == NULL)
		algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	return algorithm != NULL;
}

/*
 * gov_sha256_new
 *		A hash ready for update, or NULL.  Ends with gov_sha256_free().
 */
GovSha256 *
gov_sha256_new(void)
{
	GovSha256  *hash = malloc(sizeof(GovSha256));

	if (hash == NULL)
		return NULL;
	hash->ready = false;
	hash->context = EVP_MD_CTX_new();
	if (hash->context == NULL || !gov_sha256_reset(hash))
	{
		gov_sha256_free(hash);
		return NULL;
	}
	return hash;
}

/*
 * gov_sha256_reset
 *		Begin again, whatever came before.
 */
bool
gov_sha256_reset(GovSha256 *hash)
{
	hash->ready = fetch_algorithm() &&
		EVP_DigestInit_ex2(hash->context, algorithm, NULL) == 1;
	return hash->ready;
}

/*
 * gov_sha256_update
 *		Add bytes.  False after final, until the next reset.
 */
bool
gov_sha256_update(GovSha256 *hash, const void *data, size_t len)
{
	if (!hash->ready)
		return false;
	if (len > 0 && EVP_DigestUpdate(hash->context, data, len) != 1)
		hash->ready = false;
	return hash->ready;
}

/*
 * gov_sha256_final
 *		The digest of everything since the last reset.  Once per reset.
 */
bool
gov_sha256_final(GovSha256 *hash, uint8_t out[GOV_SHA256_LEN])
{
	if (!hash->ready)
		return false;
	hash->ready = false;
	return EVP_DigestFinal_ex(hash->context, out, NULL) == 1;
}

/*
 * gov_sha256_free
 *		Release a hash; NULL is allowed.
 */
void
gov_sha256_free(GovSha256 *hash)
{
	if (hash == NULL)
		return;
	EVP_MD_CTX_free(hash->context);
	free(hash);
}

/*
 * gov_sha256_two
 *		The digest of "head" followed by "tail", without joining them first.
 */
bool
gov_sha256_two(const void *head, size_t head_len,
			   const void *tail, size_t tail_len,
			   uint8_t out[GOV_SHA256_LEN])
{
	if (shared == NULL)
		shared = gov_sha256_new();
	return shared != NULL &&
		gov_sha256_reset(shared) &&
		gov_sha256_update(shared, head, head_len) &&
		gov_sha256_update(shared, tail, tail_len) &&
		gov_sha256_final(shared, out);
}

/*
 * gov_sha256
 *		The digest of "data".
 */
bool
gov_sha256(const void *data, size_t len, uint8_t out[GOV_SHA256_LEN])
{
	return gov_sha256_two(data, len, NULL, 0, out);
}

/*
 * gov_hex
 *		Bytes as lower-case hex, ended by a NUL.
 */
void
gov_hex(const uint8_t *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t		i;

	for (i = 0; i < len; i++)
	{
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 0x0f];
	}
	*out = '\0';
}
