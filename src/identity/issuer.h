/*
 * issuer.h
 *		Issuers of signed tokens, and the user whom an issuer means by a
 *		subject.
 *
 * Invariants: a subject is a name only within its issuer, so the same text of
 * two issuers is two people; it stands for nobody but the user who is linked
 * to it.
 */
#ifndef GOV_ISSUER_H
#define GOV_ISSUER_H

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

#include "core/args.h"
#include "identity/jwk_set.h"

#define GOV_ISSUER_LEN 512		/* longest name of an issuer, bytes */
#define GOV_SUBJECT_LEN 2048	/* of a subject: an SPIFFE ID may be as long */
#define GOV_GROUP_LEN 512		/* of a group's name */

/* Issuers with this prefix are PostgreSQL's own authentication methods. */
#define GOV_POSTGRES_ISSUER "postgres:"

/* A row of governance.issuers, with its keys. */
typedef struct GovIssuer
{
	char	   *issuer;
	char	   *audience;
	char	   *user_claim;
	char	   *groups_claim;	/* NULL: groups are not read */
	double		leeway;			/* seconds */
	bool		create_users;
	Jsonb	   *required_claims;
	GovJwkSet  *keys;
} GovIssuer;

/*
 * All issuers, and one of them (NULL if unknown); valid until the next
 * look-up.
 */
extern List *gov_issuers(void);
extern const GovIssuer *gov_issuer_find(const char *issuer);

/* The user, active or not, who is linked now; false where nobody is. */
extern bool gov_identity_user(const char *issuer, const char *subject,
							  char user_id[GOV_ID_LEN + 1]);

#endif							/* GOV_ISSUER_H */
