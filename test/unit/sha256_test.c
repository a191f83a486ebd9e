/*
 * sha256_test.c
 *		SHA-256: published values, pieces against the whole, and failure.
 */
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "tlog/sha256.h"
#include "unit.h"

/*
 * Where OpenSSL has no SHA-256 to offer, the answer is false, and a later call
 * may do better.  This comes first: once fetched, the algorithm stays.
 */
static void
failure_is_reported(void)
{
	uint8_t		digest[GOV_SHA256_LEN];

	EVP_set_default_properties(NULL, "provider=none-such");
	ok(!gov_sha256("abc", 3, digest), "no algorithm: no digest");
	ok(gov_sha256_new() == NULL, "no algorithm: no hash object");
	ok(ERR_peek_error() != 0, "OpenSSL's reason is left for the caller");
	ERR_clear_error();
	EVP_set_default_properties(NULL, "");
	ok(gov_sha256("abc", 3, digest), "a failure is not remembered");
}

/* FIPS 180-4's examples, and the two of NIST's that go with them. */
static void
published_values(void)
{
	static const char *const two_blocks =
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static const char *const three_blocks =
		"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		"hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
	static uint8_t million[1000000];
	uint8_t		digest[GOV_SHA256_LEN];

	ok(gov_sha256("", 0, digest), "no bytes");
	is_hex(digest, sizeof(digest),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		   "digest of no bytes");
	ok(gov_sha256(NULL, 0, digest), "no bytes at NULL");
	is_hex(digest, sizeof(digest),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		   "digest of no bytes at NULL");
	gov_sha256("abc", 3, digest);
	is_hex(digest, sizeof(digest),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		   "digest of abc");
	gov_sha256(two_blocks, strlen(two_blocks), digest);
	is_hex(digest, sizeof(digest),
		   "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		   "digest of 448 bits");
	gov_sha256(three_blocks, strlen(three_blocks), digest);
	is_hex(digest, sizeof(digest),
		   "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
		   "digest of 896 bits");
	memset(million, 'a', sizeof(million));
	gov_sha256(million, sizeof(million), digest);
	is_hex(digest, sizeof(digest),
		   "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
		   "digest of a million times a");
}

/* Every length around the block size, whole, in two parts and in pieces. */
static void
pieces_make_the_whole(void)
{
	enum {LONGEST = 200};
	uint8_t		data[LONGEST];
	uint8_t		want[GOV_SHA256_LEN];
	uint8_t		got[GOV_SHA256_LEN];
	GovSha256  *hash = gov_sha256_new();
	GovSha256  *other = gov_sha256_new();
	int			wrong_whole = 0;
	int			wrong_two = 0;
	int			wrong_pieces = 0;

	for (size_t i = 0; i < LONGEST; i++)
		data[i] = (uint8_t) (i * 37 + 11);
	for (size_t len = 0; len <= LONGEST; len++)
	{
		SHA256(data, len, want);
		if (!gov_sha256(data, len, got) ||
			memcmp(got, want, sizeof(got)) != 0)
			wrong_whole++;
		for (size_t cut = 0; cut <= len; cut++)
		{
			if (!gov_sha256_two(data, cut, data + cut, len - cut, got) ||
				memcmp(got, want, sizeof(got)) != 0)
				wrong_two++;

			/* in between, two other hashes are under way */
			if (!gov_sha256_reset(hash) ||
				!gov_sha256_update(hash, data, cut) ||
				!gov_sha256_reset(other) ||
				!gov_sha256_update(other, "x", 1) ||
				!gov_sha256("y", 1, got) ||
				!gov_sha256_update(hash, data + cut, len - cut) ||
				!gov_sha256_final(hash, got) ||
				memcmp(got, want, sizeof(got)) != 0)
				wrong_pieces++;
		}
	}
	is_int(wrong_whole, 0, "every length up to 200 as OpenSSL has it");
	is_int(wrong_two, 0, "head and tail, cut anywhere");
	is_int(wrong_pieces, 0, "two updates, cut anywhere, others under way");

	/* the digest may take the place of what is hashed */
	SHA256(data, GOV_SHA256_LEN, want);
	gov_sha256(data, GOV_SHA256_LEN, data);
	ok(memcmp(data, want, sizeof(want)) == 0, "output over the input");

	gov_sha256_free(hash);
	gov_sha256_free(other);
}

/* After its digest, a hash takes and gives nothing until it is reset. */
static void
one_digest_a_reset(void)
{
	GovSha256  *hash = gov_sha256_new();
	uint8_t		digest[GOV_SHA256_LEN];

	ok(gov_sha256_update(hash, "abc", 3), "new is ready for bytes");
	ok(gov_sha256_final(hash, digest), "and for its digest");
	ok(!gov_sha256_final(hash, digest), "no second digest");
	ok(!gov_sha256_update(hash, "abc", 3), "no bytes after the digest");
	ok(!gov_sha256_update(hash, "", 0), "not even none");
	ok(gov_sha256_reset(hash), "reset");
	ok(gov_sha256_update(hash, "zzz", 3), "bytes after reset");
	ok(gov_sha256_reset(hash) && gov_sha256_update(hash, "abc", 3) &&
	   gov_sha256_final(hash, digest), "reset in the middle");
	is_hex(digest, sizeof(digest),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		   "a reset forgets");
	gov_sha256_free(hash);
	gov_sha256_free(NULL);
}

static void
hex(void)
{
	static const uint8_t bytes[] = {0x00, 0x09, 0x0a, 0x90, 0xaf, 0xff};
	char		out[2 * sizeof(bytes) + 2];

	memset(out, '?', sizeof(out));
	gov_hex(bytes, sizeof(bytes), out);
	is_str(out, "00090a90afff", "hex is lower case and ends");
	ok(out[sizeof(out) - 1] == '?', "hex writes no further than it says");
	gov_hex(bytes, 0, out);
	is_str(out, "", "hex of no bytes");
}

int
main(void)
{
	failure_is_reported();
	published_values();
	pieces_make_the_whole();
	one_digest_a_reset();
	hex();
	return unit_done();
}
