/*
 * require.c
 *		The question every gov_* function asks before it does anything.
 *
 * A denied attempt is written to the server log before its error is raised:
 * the error takes the transaction and all it wrote with it.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "access/permission_cache.h"
#include "access/require.h"
#include "core/guc.h"

GovGrantApproval gov_grant_approval = NULL;

void
gov_deny(const GovDenial *denial)
{
	if (gov_audit_denials)
		ereport(LOG_SERVER_ONLY,
				(errmsg("governance: denied: user=%s permission=%s resource=%s db_role=%s sqlstate=%s",
						denial->user_id ? denial->user_id : "-",
						denial->permission ? denial->permission : "-",
						denial->resource ? denial->resource : "-",
						gov_session_db_role(),
						unpack_sql_state(denial->sqlerrcode)),
				 errhidestmt(true), errhidecontext(true)));

	ereport(ERROR,
			(errcode(denial->sqlerrcode),
			 errmsg("%s", denial->message),
			 denial->detail ? errdetail("%s", denial->detail) : 0,
			 denial->hint ? errhint("%s", denial->hint) : 0,
			 errhidestmt(denial->hide_statement),
			 errhidecontext(denial->hide_statement)));
}

static pg_attribute_noreturn() void
deny_no_actor(const char *permission, const char *resource)
{
	GovDenial	denial = {0};

	denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
	denial.permission = permission;
	denial.resource = resource;
	denial.message = psprintf("role \"%s\" is not an active governance user",
							  gov_session_db_role());
	denial.hint =
		psprintf("An administrator can run: SELECT gov_create_user('...', '...', db_role => %s);",
				 quote_literal_cstr(gov_session_db_role()));
	if (gov_actor_is_bound())
	{
		denial.message = "the user this transaction acts for is not active";
		denial.hint = "Another user must act, or an administrator run gov_reactivate_user().";
	}
	gov_deny(&denial);
}

GovActor
gov_require_actor(void)
{
	GovActor	actor;

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

/*
 * gov_require_conveyable
 *		The actor must hold every permission that a change conveys.
 *
 * A holder of role "admin" may convey actor:impersonate without holding it:
 * else nobody could ever hand it to a pool's login.
 */
void
gov_require_conveyable(const GovActor *actor, uint64 mask,
					   const char *resource)
{
	const GovRoleGraph *graph;
	uint64		held;
	uint64		missing;

	if (actor->evidence == GOV_EVIDENCE_INTERNAL)
		return;
	(void) gov_user_mask(actor->user_id, strlen(actor->user_id), &held);
	missing = mask & ~held;
	if (missing & GOV_MASK(GOV_PERM_ACTOR_IMPERSONATE))
	{
		ListCell   *lc;
		List	   *assignments;
		int			admin;

		graph = gov_role_graph();
		admin = gov_role_index(graph, "admin");
		assignments = gov_user_assignments(graph, actor->user_id);
		foreach(lc, assignments)
		{
			GovAssignment *assignment = lfirst(lc);

			if (admin >= 0 &&
				bms_is_member(admin, graph->roles[assignment->role].closure))
				missing &= ~GOV_MASK(GOV_PERM_ACTOR_IMPERSONATE);
		}
	}
	if (missing != 0)
	{
		GovDenial	denial = {0};

		denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
		denial.user_id = actor->user_id;
		denial.permission = gov_permission_mask_names(missing);
		denial.resource = resource;
		denial.message = psprintf("user \"%s\" cannot convey permissions that the user does not hold",
								  actor->user_id);
		denial.detail = psprintf("Missing: %s.", denial.permission);
		denial.hint = "Somebody who holds all of them must do it.";
		gov_deny(&denial);
	}
}
