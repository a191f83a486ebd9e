/*
 * token.c
 *		API tokens: secrets that stand for a user.
 */
#include "postgres.h"

#include <openssl/crypto.h>

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "port.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/spi.h"
#include "identity/base64url.h"
#include "identity/token.h"

#define NOTE_EACH_MS 60000

GOV_SQL(find_token, (BYTEAOID),
		"SELECT t.token_id, t.user_id, t.token_hash, t.expires_at,"
		" u.last_used_at, t.created_by = t.user_id, t.principals,"
		" t.backers"
		" FROM governance.api_tokens AS t"
		" LEFT JOIN governance.api_token_uses AS u"
		" ON u.token_id = t.token_id"
		" WHERE t.token_hash = $1 AND t.revoked_at IS NULL");

GOV_SQL(note_use, (INT8OID),
		"UPDATE governance.api_token_uses AS u"
		" SET last_used_at = clock_timestamp()"
		" WHERE u.token_id = (SELECT f.token_id"
		" FROM governance.api_token_uses AS f WHERE f.token_id = $1"
		" AND (f.last_used_at IS NULL"
		" OR f.last_used_at < clock_timestamp() - interval '1 minute')"
		" FOR NO KEY UPDATE SKIP LOCKED)");

static void
hash_bytes_of(const char *token, uint8_t hash[GOV_SHA256_LEN])
{
	if (!gov_sha256(token, GOV_TOKEN_LEN, hash))
		elog(ERROR, "could not compute SHA-256");
}

void
gov_token_make(char token[GOV_TOKEN_LEN + 1], uint8_t hash[GOV_SHA256_LEN])
{
	uint8		secret[GOV_TOKEN_BYTES];
	char		encoded[GOV_BASE64_ROOM(GOV_TOKEN_BYTES)];

	if (!pg_strong_random(secret, sizeof(secret)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random token")));
	gov_base64url_encode(secret, sizeof(secret), encoded);
	snprintf(token, GOV_TOKEN_LEN + 1, GOV_TOKEN_PREFIX "%s", encoded);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(encoded, sizeof(encoded));
	Assert(strlen(token) == GOV_TOKEN_LEN);
	hash_bytes_of(token, hash);
}

bool
gov_token_hash(const char *token, int len, uint8_t hash[GOV_SHA256_LEN])
{
	if (len != GOV_TOKEN_LEN ||
		memcmp(token, GOV_TOKEN_PREFIX, strlen(GOV_TOKEN_PREFIX)) != 0)
		return false;
	hash_bytes_of(token, hash);
	return true;
}

/* A column of the first row, for as long as a binding can last. */
static ArrayType *
lasting_array(int column)
{
	MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
	bool		isnull;
	ArrayType  *array =
		DatumGetArrayTypePCopy(gov_row_datum(0, column, &isnull));

	MemoryContextSwitchTo(caller);
	return array;
}

/*
 * gov_token_find
 *		The token with that hash, if it still opens anything.
 *
 * The index look-up compares hashes of secrets, so what its time tells is of
 * no use; the comparison that decides takes the same time for all all the
 * same.
 */
bool
gov_token_find(const uint8_t hash[GOV_SHA256_LEN], GovToken *token)
{
	bytea	   *stored;
	bool		isnull;
	TimestampTz now;

	if (gov_run(&find_token, gov_bytes(hash, GOV_SHA256_LEN)) != 1)
		return false;
	stored = DatumGetByteaPP(gov_row_datum(0, 3, &isnull));
	if (isnull || VARSIZE_ANY_EXHDR(stored) != GOV_SHA256_LEN ||
		CRYPTO_memcmp(VARDATA_ANY(stored), hash, GOV_SHA256_LEN) != 0)
		return false;
	now = GetCurrentTimestamp();
	if (gov_row_time(0, 4) <= now)
		return false;
	token->note_is_due = gov_row_null(0, 5) ||
		TimestampDifferenceExceeds(gov_row_time(0, 5), now, NOTE_EACH_MS);
	token->token_id = gov_row_int8(0, 1);
	strlcpy(token->user_id, gov_row_text(0, 2), sizeof(token->user_id));
	memset(&token->maker, 0, sizeof(token->maker));
	token->maker.is_own = gov_row_bool(0, 6);
	token->maker.principals = lasting_array(7);
	token->maker.backers = lasting_array(8);
	return true;
}

void
gov_token_note_use(const GovToken *token)
{
	if (!token->note_is_due || XactReadOnly || RecoveryInProgress() ||
		IsInParallelMode())
		return;
	(void) gov_run(&note_use, gov_int8(token->token_id));
}
