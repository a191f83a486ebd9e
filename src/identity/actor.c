/*
 * actor.c
 *		Who is acting: the governance user of a call, and how that is known.
 *
 * The session's identity is GetOuterUserId(): the role of SET ROLE, or else
 * the session user, whatever SECURITY DEFINER functions are on the stack.
 *
 * Within a security-restricted operation (VACUUM, ANALYZE, autovacuum, an
 * index being built, a materialized view refreshed) somebody else's code may
 * run: that of the relation's owner, in the session of whoever does
 * maintenance.  That code gets no identity.  The session's identity counts
 * there only while it is the current user, too, which it never is in our own
 * SECURITY DEFINER functions.
 *
 * A role that was dropped while its sessions are open acts as nobody, and so
 * does whoever logged in by it: neither a new role of the same name, which has
 * another OID, nor a binding gives them an actor.
 *
 * Pooling in transaction mode is safe: a binding ends with its transaction,
 * and what is cached for the session is keyed by role OID and generation.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "core/citus.h"
#include "core/relations.h"
#include "core/scan.h"
#include "core/xact.h"
#include "identity/actor.h"
#include "identity/authn.h"

typedef struct Binding
{
	GovEvidence evidence;		/* UNMAPPED: no binding */
	SubTransactionId subid;		/* who made it; the parent at its commit */
	char		user_id[GOV_ID_LEN + 1];
	GovTokenMaker maker;
} Binding;

static Binding binding;

/* Who acts within a security-restricted operation of our own. */
static GovConfined confined = {false, InvalidOid};

/* The last answers: a session mostly asks about one or two roles. */
typedef struct RoleAnswer
{
	uint64		generation;
	Oid			roleid;
	bool		found;
	char		user_id[GOV_ID_LEN + 1];
} RoleAnswer;

typedef struct UserAnswer
{
	uint64		generation;
	bool		is_active;
	char		user_id[GOV_ID_LEN + 1];
} UserAnswer;

typedef struct SessionAnswer
{
	uint64		generation;
	Oid			login;
	Oid			role;
	bool		exists;
} SessionAnswer;

static RoleAnswer last_role;
static UserAnswer last_user;
static SessionAnswer last_session;

static void
xact_callback(XactEvent event, void *arg)
{
	if (!gov_xact_is_over(event))
		return;
	gov_citus_allow(false);
	binding.evidence = GOV_EVIDENCE_UNMAPPED;
	confined.keeps_session = false;
	confined.role = InvalidOid;
}

static void
subxact_callback(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	if (binding.evidence == GOV_EVIDENCE_UNMAPPED ||
		binding.subid != mySubid)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		binding.evidence = GOV_EVIDENCE_UNMAPPED;
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		binding.subid = parentSubid;
}

void
gov_actor_init(void)
{
	RegisterXactCallback(xact_callback, NULL);
	RegisterSubXactCallback(subxact_callback, NULL);
}

const char *
gov_evidence_name(GovEvidence evidence)
{
	switch (evidence)
	{
		case GOV_EVIDENCE_SESSION:
			return "session";
		case GOV_EVIDENCE_ASSERTED:
			return "asserted";
		case GOV_EVIDENCE_VERIFIED:
			return "verified";
		case GOV_EVIDENCE_INTERNAL:
			return "internal";
		case GOV_EVIDENCE_AUTHENTICATED:
			return "authenticated";
		case GOV_EVIDENCE_UNMAPPED:
			break;
	}
	return "unmapped";
}

/*
 * gov_user_exists
 *		Is there such a user as committed now, and is it active?
 */
bool
gov_user_exists(const char *user_id, bool *is_active)
{
	GovScan		scan;
	bool		found;

	gov_scan_begin_key(&scan, GOV_REL_USERS, GOV_REL_USERS_PKEY, "user_id",
					   user_id);
	found = gov_scan_next(&scan);
	*is_active = found && gov_scan_bool(&scan, "is_active");
	gov_scan_end(&scan);
	return found;
}

static bool
user_is_active(const char *user_id)
{
	uint64		generation;
	bool		is_active;

	if (gov_cache_is_current(GOV_CACHE_ACCESS, last_user.generation) &&
		strcmp(last_user.user_id, user_id) == 0)
		return last_user.is_active;

	generation = gov_cache_generation_to_load(GOV_CACHE_ACCESS);
	(void) gov_user_exists(user_id, &is_active);
	strlcpy(last_user.user_id, user_id, sizeof(last_user.user_id));
	last_user.is_active = is_active;
	last_user.generation = generation;
	return is_active;
}

/* The active user whose db_role this is. */
static bool
find_role_user(Oid roleid, char *user_id)
{
	uint64		generation;
	GovScan		scan;
	char	   *rolename;
	bool		found = false;

	if (gov_cache_is_current(GOV_CACHE_ACCESS, last_role.generation) &&
		last_role.roleid == roleid)
	{
		if (last_role.found)
			strlcpy(user_id, last_role.user_id, GOV_ID_LEN + 1);
		return last_role.found;
	}

	generation = gov_cache_generation_to_load(GOV_CACHE_ACCESS);
	rolename = GetUserNameFromId(roleid, true);
	if (rolename != NULL)
	{
		gov_scan_begin_key(&scan, GOV_REL_USERS, GOV_REL_USERS_DB_ROLE_KEY,
						   "db_role", rolename);
		if (gov_scan_next(&scan) && gov_scan_bool(&scan, "is_active"))
		{
			found = true;
			strlcpy(user_id, gov_scan_text(&scan, "user_id"), GOV_ID_LEN + 1);
		}
		gov_scan_end(&scan);
	}

	last_role.roleid = roleid;
	last_role.found = found;
	if (found)
		strlcpy(last_role.user_id, user_id, sizeof(last_role.user_id));
	last_role.generation = generation;
	return found;
}

GovConfined
gov_actor_confine(GovConfined now)
{
	GovConfined before = confined;

	confined = now;
	return before;
}

bool
gov_session_exists(void)
{
	Oid			login = GetSessionUserId();
	Oid			role = GetOuterUserId();
	uint64		generation;

	if (gov_cache_is_current(GOV_CACHE_ACCESS, last_session.generation) &&
		last_session.login == login && last_session.role == role)
		return last_session.exists;

	generation = gov_cache_generation_to_load(GOV_CACHE_ACCESS);
	last_session.login = login;
	last_session.role = role;
	last_session.exists =
		SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(login)) &&
		SearchSysCacheExists1(AUTHOID, ObjectIdGetDatum(role));
	last_session.generation = generation;
	return last_session.exists;
}

/* Is this a place where a binding does not count? */
static bool
is_restricted(void)
{
	return unlikely(InSecurityRestrictedOperation()) &&
		!confined.keeps_session;
}

/* The database role in force; InvalidOid: none is. */
static Oid
acting_role(void)
{
	Oid			outer = GetOuterUserId();

	if (likely(!is_restricted()))
		return outer;
	if (OidIsValid(confined.role))
		return confined.role;
	return GetUserId() == outer && outer != gov_owner() ? outer : InvalidOid;
}

/*
 * Find the actor of the binding, or else of the session; false where it is
 * nobody active.
 */
static bool
find_actor(GovActor *actor)
{
	Oid			role;

	if (binding.evidence != GOV_EVIDENCE_UNMAPPED && !is_restricted())
	{
		actor->evidence = binding.evidence;
		strlcpy(actor->user_id, binding.user_id, sizeof(actor->user_id));
		return binding.evidence == GOV_EVIDENCE_INTERNAL ||
			user_is_active(binding.user_id);
	}
	role = acting_role();
	if (!OidIsValid(role))
		return false;

	/*
	 * A linked user who is inactive does not become the role's user instead;
	 * and what somebody else on that role left behind does not run as this
	 * one.
	 */
	if (unlikely(gov_identity_source != GOV_IDENTITY_DB_ROLE) &&
		!(is_restricted() && OidIsValid(confined.role)))
	{
		actor->evidence = GOV_EVIDENCE_AUTHENTICATED;
		if (gov_authn_user(actor->user_id))
			return !is_restricted() && user_is_active(actor->user_id);
		if (gov_identity_source == GOV_IDENTITY_AUTHN_ID)
			return false;
	}
	actor->evidence = GOV_EVIDENCE_SESSION;
	return find_role_user(role, actor->user_id);
}

bool
gov_actor_get(GovActor *actor)
{
	gov_citus_refuse();
	/*
	 * A parallel worker does not know the binding, and none of our functions
	 * asks there.
	 */
	if (likely(!IsParallelWorker()) && gov_session_exists() &&
		find_actor(actor))
		return true;
	actor->evidence = GOV_EVIDENCE_UNMAPPED;
	actor->user_id[0] = '\0';
	return false;
}

char *
gov_session_db_role(void)
{
	return GetUserNameFromId(GetOuterUserId(), true);
}

char *
gov_session_login(void)
{
	return GetUserNameFromId(GetSessionUserId(), true);
}

const GovTokenMaker *
gov_actor_token_maker(void)
{
	static const GovTokenMaker nobody = {0};

	return gov_actor_is_bound() ? &binding.maker : &nobody;
}

bool
gov_actor_is_bound(void)
{
	return binding.evidence != GOV_EVIDENCE_UNMAPPED;
}

void
gov_actor_refuse_second(void)
{
	if (gov_actor_is_bound())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the actor of this transaction is bound already"),
				 errdetail("It is user \"%s\" (%s).", binding.user_id,
						   gov_evidence_name(binding.evidence)),
				 errhint("A binding ends with its transaction; begin another one.")));
}

/*
 * gov_actor_bind
 *		Let the user act for the rest of this transaction.
 */
void
gov_actor_bind(const char *user_id, GovEvidence evidence)
{
	gov_actor_refuse_second();
	binding.subid = GetCurrentSubTransactionId();
	strlcpy(binding.user_id, user_id, sizeof(binding.user_id));
	memset(&binding.maker, 0, sizeof(binding.maker));
	binding.evidence = evidence;
}

void
gov_actor_bind_verified(const char *user_id, const GovTokenMaker *maker)
{
	static uint64 bindings = 0;

	gov_actor_bind(user_id, GOV_EVIDENCE_VERIFIED);
	binding.maker = *maker;
	binding.maker.binding = ++bindings;
}

void
gov_actor_unbind(void)
{
	binding.evidence = GOV_EVIDENCE_UNMAPPED;
}

void
gov_actor_bind_instead(const char *user_id, GovEvidence evidence)
{
	strlcpy(binding.user_id, user_id, sizeof(binding.user_id));
	binding.evidence = evidence;
}
