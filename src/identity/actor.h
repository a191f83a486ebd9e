/*
 * actor.h
 *		Who is acting: the governance user of a call, and how that is known.
 *
 * Invariants: no setting that SQL can write takes part.  A binding (asserted
 * or verified) lives in this backend's memory for one top-level transaction,
 * goes with the subtransaction that made it, and cannot be made twice.
 * Without one, whom the server authenticated (authn.h), where it is told to
 * ask, or else the database role in force outside any SECURITY DEFINER
 * function is looked up among the active users, on the newest committed data.
 */
#ifndef GOV_ACTOR_H
#define GOV_ACTOR_H

#include "nodes/pg_list.h"
#include "utils/array.h"

#include "core/args.h"

typedef enum GovEvidence
{
	GOV_EVIDENCE_UNMAPPED,		/* nobody known */
	GOV_EVIDENCE_SESSION,		/* the session's database role */
	GOV_EVIDENCE_ASSERTED,		/* gov_set_actor() */
	GOV_EVIDENCE_VERIFIED,		/* gov_begin_as() */
	GOV_EVIDENCE_INTERNAL,		/* the worker */
	GOV_EVIDENCE_AUTHENTICATED	/* whom the server authenticated */
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
extern char *gov_session_login(void);

/*
 * Who made the token by which an actor is bound: the names of access/act.h,
 * both arrays in memory that lasts as long as the transaction.
 */
typedef struct GovTokenMaker
{
	bool		is_own;			/* the token's own user */
	ArrayType  *principals;		/* NULL: no token of ours */
	ArrayType  *backers;
	const char *issuer;			/* of a signed one; NULL: it names none */
	List	   *groups;			/* char *, as it has them */
	uint64		binding;		/* another number for each; 0: there is none */
} GovTokenMaker;

/* All zero where the actor is bound without a token, or not at all. */
extern const GovTokenMaker *gov_actor_token_maker(void);

/* For this transaction; 55000 if there is a binding already. */
extern void gov_actor_bind(const char *user_id, GovEvidence evidence);
extern void gov_actor_bind_verified(const char *user_id,
									const GovTokenMaker *maker);
extern bool gov_actor_is_bound(void);

/*
 * The actor bound a moment ago, in the same function, was only on the way to
 * this one; the token was the same.
 */
extern void gov_actor_bind_instead(const char *user_id,
								   GovEvidence evidence);

/*
 * What the system had to do before anybody is bound, in the same function, is
 * done.
 */
extern void gov_actor_unbind(void);

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
