/*
 * authn.h
 *		Whom the server authenticated when the session began.
 *
 * Ten people may share a database role and each come with a certificate or a
 * ticket of their own: the server knows which of them it was.  Where the
 * setting governance.identity says so, that identity acts as the user that
 * gov_link_identity() gave it to, by the issuer "postgres:METHOD".
 *
 * Invariants: it belongs to the connection.  SET ROLE and SET SESSION
 * AUTHORIZATION do not change it, and a process that no client connected to
 * (a background worker, an apply worker, the server's own) has none.  One that
 * is linked to a user who stands for many is nobody's: a pool's is not a
 * person's.
 */
#ifndef GOV_AUTHN_H
#define GOV_AUTHN_H

#include "core/args.h"

/* How a session is identified without a token. */
typedef enum GovIdentitySource
{
	GOV_IDENTITY_DB_ROLE,		/* the database role in force */
	GOV_IDENTITY_AUTHN_ID,		/* whom the server authenticated */
	GOV_IDENTITY_BOTH			/* that where it is linked, else the role */
} GovIdentitySource;

extern int	gov_identity_source;	/* the setting governance.identity */

/* Does the user act for others?  The access room, which knows, sets this. */
extern bool (*gov_authn_stands_for_many) (const char *user_id);

/* Call it first: it may refuse to load the library. */
extern void gov_authn_init(void);

/*
 * The identity and its issuer; false where there is none, or none is asked
 * for.
 */
extern bool gov_authn_identity(const char **issuer, const char **subject);

/*
 * Is it the identity of this session, whether or not the setting asks for it?
 */
extern bool gov_authn_is_own(const char *issuer, const char *subject);

/* The user, active or not, to whom it is linked; false where none counts. */
extern bool gov_authn_user(char user_id[GOV_ID_LEN + 1]);

#endif							/* GOV_AUTHN_H */
