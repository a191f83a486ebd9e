/*
 * jwt.h
 *		Signed tokens (JSON Web Tokens, RFC 7519) that stand for a person.
 *
 * Invariants: a token is verified with the keys of the issuer that it names
 * and no others; the algorithm is that of the key, not of the token (jws.h).
 * Nothing in a token raises an error: whatever is wrong with it, the answer
 * is no.  What is wrong is for the server log, without the token; who shows a
 * token that a key of the issuer signed learns a little of it, a stranger
 * nothing.
 */
#ifndef GOV_JWT_H
#define GOV_JWT_H

#include "nodes/pg_list.h"

#include "core/args.h"

/* Bytes of a token: as many as the gateway takes for a header at most. */
#define GOV_JWT_MAX (1024 * 1024)

typedef struct GovJwt
{
	/* of a good one */
	const char *issuer;			/* NULL: governance.jwks_file stands for it */
	const char *subject;		/* the issuer's name for the person */
	List	   *groups;			/* char *, as the token has them */
	bool		lacks_groups;	/* there were too many for the issuer */
	bool		may_create;		/* a user, where nobody is linked */
	/* of a bad one */
	const char *flaw;			/* for the log */
	const char *hint;			/* for the holder; NULL: nothing is told */
} GovJwt;

extern bool gov_jwt_verify(const char *token, int len, GovJwt *jwt);

#endif							/* GOV_JWT_H */
