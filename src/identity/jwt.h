/*
 * jwt.h
 *		Signed tokens (JSON Web Tokens, RFC 7519) that stand for a user.
 *
 * Invariants: the algorithm is that of the key, not of the token: a key of
 * one kind never verifies a signature of the other.  Only EdDSA (Ed25519) and
 * HS256 exist here, and "none" does not.  Nothing in a token raises an error:
 * whatever is wrong with it, the answer is no.  What is wrong with the file of
 * keys goes to the server log alone.
 */
#ifndef GOV_JWT_H
#define GOV_JWT_H

#include "core/args.h"

/* Bytes of a token: as many as the gateway takes for a header at most. */
#define GOV_JWT_MAX (1024 * 1024)

/*
 * Is it signed by a key of governance.jwks_file, for governance.jwt_audience,
 * begun, not expired, and to expire within 100 years?  Then its subject.
 * Where nothing but a time is wrong that looks like milliseconds, "hint" says
 * so; it is left alone otherwise.
 */
extern bool gov_jwt_verify(const char *token, int len,
						   char user_id[GOV_ID_LEN + 1], const char **hint);

#endif							/* GOV_JWT_H */
