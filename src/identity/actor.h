/*
 * actor.h
 *		Who is acting: the governance user of a call, and how that is known.
 *
 * Invariants: no setting that SQL can write takes part.  A binding (asserted
 * or verified) lives in this backend's memory for one top-level transaction,
 * goes with the subtransaction that made it, and cannot be made twice.
 * Without one, the database role in force outside any SECURITY DEFINER
 * function is looked up among the active users, on the newest committed data.
 */
#ifndef GOV_ACTOR_H
#define GOV_ACTOR_H

#include "core/args.h"

typedef enum GovEvidence
{
	GOV_EVIDENCE_UNMAPPED,		/* nobody known */
	GOV_EVIDENCE_SESSION,		/* the session's database role */
	GOV_EVIDENCE_ASSERTED,		/* gov_set_actor() */
	GOV_EVIDENCE_VERIFIED,		/* gov_begin_as() */
	GOV_EVIDENCE_INTERNAL		/* the worker */
} GovEvidence;

#define GOV_SYSTEM_USER "system"	/* reserved: the worker */

typedef struct GovActor
{
	GovEvidence evidence;
	char		user_id[GOV_ID_LEN + 1];
} GovActor;

extern void gov_actor_init(void);

/*
 * Who acts now; false (and evidence "unmapped") where nobody active does.
 */
extern bool gov_actor_get(GovActor *actor);

extern const char *gov_evidence_name(GovEvidence evidence);

/*
 * Are the session's login and its role in force still there?  DROP ROLE ends
 * no session, so all that acts asks.
 */
extern bool gov_session_exists(void);

/*
 * The database role that counts for the session, and the login, by name; NULL
 * where it was dropped.
 */
extern char *gov_session_db_role(void);
extern char *gov_session_login_role(void);

/*
 * The login's name if it can take part in four eyes only once, else NULL: a
 * superuser may become anybody (SET SESSION AUTHORIZATION), so comparing its
 * name would say nothing.
 */
extern char *gov_session_witness(void);

/*
 * The login that counts for separation of duties, or NULL.  Where the session
 * is the evidence it is gov_session_witness(); where a token is, that of the
 * session in which its user made it: a login that may SET ROLE to two users
 * does not become two people by making a token for each.
 */
extern const char *gov_actor_witness(const GovActor *actor);

/* For this transaction; 55000 if there is a binding already. */
extern void gov_actor_bind(const char *user_id, GovEvidence evidence);
/* By credentials, with the login behind them, "" where none is known. */
extern void gov_actor_bind_verified(const char *user_id, const char *witness);
extern bool gov_actor_is_bound(void);

/*
 * The actor bound a moment ago, in the same function, was only on the way to
 * this one.
 */
extern void gov_actor_bind_instead(const char *user_id,
								   GovEvidence evidence);

/*
 * 55000 if there is a binding: asked before rights, which would be judged of
 * whom the binding names.
 */
extern void gov_actor_refuse_second(void);

/*
 * Who acts within a security-restricted operation of the extension's own,
 * which only reads: the session's actor as elsewhere, or a role's user.
 * Returns what was so before; the end of the transaction ends it.
 */
typedef struct GovConfined
{
	bool		keeps_session;
	Oid			role;
} GovConfined;

extern GovConfined gov_actor_confine(GovConfined now);

/* Is there such a user, and an active one? */
extern bool gov_user_exists(const char *user_id, bool *is_active);

#endif							/* GOV_ACTOR_H */
