/*
 * token.h
 *		API tokens: secrets that stand for a user.
 *
 * A token is "gov_" and 32 random bytes in base64url.  Only its SHA-256 is
 * stored: a random secret of that length needs neither salt nor stretching,
 * and the index on the hash finds it.
 *
 * Invariants: the token itself is in no table, no event and no message; the
 * time of its last use is telemetry, in a table of its own that no guard
 * watches, so that using a token writes no event and never holds a lock that
 * its revocation waits for.
 */
#ifndef GOV_TOKEN_H
#define GOV_TOKEN_H

#include "core/args.h"
#include "identity/actor.h"
#include "tlog/sha256.h"

#define GOV_TOKEN_PREFIX "gov_"
#define GOV_TOKEN_BYTES	32		/* of randomness */
#define GOV_TOKEN_LEN	47		/* prefix and 43 characters */

/* A new token, zero-terminated, and its hash. */
extern void gov_token_make(char token[GOV_TOKEN_LEN + 1],
						   uint8_t hash[GOV_SHA256_LEN]);

/* The hash; false where the text has not the form of a token. */
extern bool gov_token_hash(const char *token, int len,
						   uint8_t hash[GOV_SHA256_LEN]);

typedef struct GovToken
{
	int64		token_id;
	char		user_id[GOV_ID_LEN + 1];
	GovTokenMaker maker;
	bool		note_is_due;	/* of its use: the last one is a minute old */
} GovToken;

/* The token with that hash, if it is neither revoked nor expired (SPI). */
extern bool gov_token_find(const uint8_t hash[GOV_SHA256_LEN],
						   GovToken *token);

/*
 * Note that it was used, at most once a minute; skipped where this
 * transaction cannot write or another one is just noting it (SPI).
 */
extern void gov_token_note_use(const GovToken *token);

#endif							/* GOV_TOKEN_H */
