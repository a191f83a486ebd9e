/*
 * require.c
 *		The question every gov_* function asks before it does anything.
 *
 * A denied attempt is left in shared memory before its error is raised, for
 * the error takes the transaction and all it wrote with it; where there is no
 * room or no such memory, the server log has it.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "access/denial_ring.h"
#include "access/permission_cache.h"
#include "access/require.h"
#include "core/client.h"
#include "core/guc.h"
#include "core/restoring.h"

GovGrantApproval gov_grant_approval = NULL;

static void
name_or_empty(Name to, const char *from)
{
	if (from != NULL)
		namestrcpy(to, from);
}

/* Keep what the denial tells and whom it met. */
static GovDenialFate
keep_denial(const GovDenial *denial)
{
	GovDenialEntry entry = {0};
	GovActor	actor;
	const inet *addr = gov_client_addr();

	(void) gov_actor_get(&actor);
	entry.occurred_at = GetCurrentTimestamp();
	entry.login_oid = GetSessionUserId();
	entry.sqlerrcode = denial->sqlerrcode;
	entry.evidence = actor.evidence;
	if (addr != NULL)
	{
		entry.has_client_addr = true;
		entry.client_addr = *addr;
	}
	name_or_empty(&entry.login_role, gov_session_login_role());
	name_or_empty(&entry.db_role, gov_session_db_role());
	strlcpy(entry.actor, actor.user_id, sizeof(entry.actor));
	gov_denial_text(entry.user_id, sizeof(entry.user_id),
					denial->user_id ? denial->user_id : actor.user_id);
	gov_denial_text(entry.permission, sizeof(entry.permission),
					denial->permission);
	gov_denial_text(entry.resource, sizeof(entry.resource), denial->resource);
	gov_denial_text(entry.message, sizeof(entry.message), denial->message);
	gov_denial_text(entry.application_name, sizeof(entry.application_name),
					application_name);
	return gov_denial_keep(&entry);
}

static void
log_denial(const GovDenial *denial, const char *why)
{
	const char *db_role = gov_session_db_role();

	ereport(LOG_SERVER_ONLY,
			(errmsg("governance: denied%s: user=%s permission=%s resource=%s db_role=%s sqlstate=%s",
					why,
					denial->user_id ? denial->user_id : "-",
					denial->permission ? denial->permission : "-",
					denial->resource ? denial->resource : "-",
					db_role ? db_role : "-",
					unpack_sql_state(denial->sqlerrcode)),
			 errhidestmt(true), errhidecontext(true)));
}

void
gov_deny(const GovDenial *denial)
{
	if (gov_audit_denials)
	{
		switch (keep_denial(denial))
		{
			case GOV_DENIAL_KEPT:
			case GOV_DENIAL_SUPPRESSED:
			case GOV_DENIAL_LOST_QUIETLY:
				break;
			case GOV_DENIAL_LOST:
				log_denial(denial, " (one of those that found no room in governance.denial_ring_size)");
				break;
			case GOV_DENIAL_NO_RING:
				log_denial(denial, "");
				break;
		}
	}

	ereport(ERROR,
			(errcode(denial->sqlerrcode),
			 errmsg("%s", denial->message),
			 denial->detail ? errdetail("%s", denial->detail) : 0,
			 denial->log_detail ? errdetail_log("%s", denial->log_detail) : 0,
			 denial->hint ? errhint("%s", denial->hint) : 0,
			 errhidestmt(denial->hide_statement),
			 errhidecontext(denial->hide_statement)));
}

pg_noreturn static void
deny_no_actor(const char *permission, const char *resource)
{
	const char *db_role = gov_session_db_role();
	const char *login = gov_session_login_role();
	GovDenial	denial = {0};

	denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
	denial.permission = permission;
	denial.resource = resource;
	if (db_role == NULL || login == NULL)
	{
		denial.message = "the database role of this session no longer exists";
		denial.detail = "It was dropped while the session was open.";
		denial.hint = login == NULL ?
			"Connect again with a role that exists." :
			"RESET ROLE goes back to the role that connected.";
	}
	else if (gov_actor_is_bound())
	{
		denial.message = "the user this transaction acts for is not active";
		denial.hint = "Another user must act, or an administrator run gov_reactivate_user().";
	}
	else
	{
		denial.message = psprintf("role \"%s\" is not an active governance user",
								  db_role);
		denial.hint =
			psprintf("An administrator can run: SELECT gov_create_user('...', '...', db_role => %s);",
					 quote_literal_cstr(db_role));
	}
	gov_deny(&denial);
}

char *
gov_require_db_role(void)
{
	char	   *db_role = gov_session_db_role();

	if (db_role == NULL || !gov_session_exists())
		deny_no_actor(NULL, NULL);
	return db_role;
}

GovActor
gov_require_actor(void)
{
	GovActor	actor;

	gov_refuse_restoring();
	if (!gov_actor_get(&actor))
		deny_no_actor(NULL, NULL);
	return actor;
}

GovActor
gov_require_any(uint64 mask, const char *resource)
{
	GovActor	actor;
	uint64		held;
	char	   *names;
	GovDenial	denial = {0};

	gov_refuse_restoring();
	if (!gov_actor_get(&actor))
		deny_no_actor(gov_permission_mask_names(mask), resource);
	if (actor.evidence == GOV_EVIDENCE_INTERNAL)
		return actor;
	(void) gov_user_mask(actor.user_id, strlen(actor.user_id), &held);
	if (held & mask)
		return actor;

	names = gov_permission_mask_names(mask);
	denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
	denial.user_id = actor.user_id;
	denial.permission = names;
	denial.resource = resource;
	denial.message = psprintf("user \"%s\" lacks permission \"%s\"",
							  actor.user_id, names);
	if (mask & (mask - 1))
	{
		denial.message = psprintf("user \"%s\" has none of the permissions \"%s\"",
								  actor.user_id, names);
		denial.hint = psprintf("See SELECT * FROM gov_user_permissions(%s);",
							   quote_literal_cstr(actor.user_id));
	}
	else
		denial.hint = psprintf("See SELECT gov_explain_permission(%s, %s);",
							   quote_literal_cstr(actor.user_id),
							   quote_literal_cstr(names));
	gov_deny(&denial);
}

GovActor
gov_require(GovPermission permission, const char *resource)
{
	return gov_require_any(GOV_MASK(permission), resource);
}

bool
gov_actor_can(GovPermission permission)
{
	GovActor	actor;
	uint64		held;

	if (!gov_actor_get(&actor))
		return false;
	if (actor.evidence == GOV_EVIDENCE_INTERNAL)
		return true;
	(void) gov_user_mask(actor.user_id, strlen(actor.user_id), &held);
	return (held & GOV_MASK(permission)) != 0;
}
