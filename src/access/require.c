/*
 * require.c
 *		The question every gov_* function asks before it does anything.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "access/group_role.h"
#include "access/permission_cache.h"
#include "access/require.h"
#include "core/restoring.h"
#include "identity/authn.h"

GovGrantApproval gov_grant_approval = NULL;

/*
 * Where the server is configured to ask whom it authenticated: refuse, and say
 * why that is nobody.  Returns false where the database role counts.
 */
static bool
describe_stranger(GovDenial *denial)
{
	const char *issuer;
	const char *subject;
	char		user_id[GOV_ID_LEN + 1];

	if (gov_authn_user(user_id))
	{
		denial->user_id = pstrdup(user_id);
		denial->message = "the user that this session was authenticated as is not active";
		denial->hint = "An administrator can run gov_reactivate_user().";
		return true;
	}
	if (gov_identity_source != GOV_IDENTITY_AUTHN_ID)
		return false;
	if (gov_authn_identity(&issuer, &subject))
	{
		denial->message = "whom the server authenticated is not a governance user";
		denial->detail = psprintf("The identity is \"%s\" of \"%s\".",
								  subject, issuer);
		denial->hint =
			psprintf("An administrator can run: SELECT gov_link_identity('...', %s, %s);",
					 quote_literal_cstr(issuer), quote_literal_cstr(subject));
	}
	else
	{
		denial->message = "the server did not authenticate anybody for this session";
		denial->hint = "Connect by a method of pg_hba.conf that names a person, such as cert or gss.";
	}
	return true;
}

pg_noreturn static void
deny_no_actor(const char *permission, const char *resource)
{
	const char *db_role = gov_session_db_role();
	const char *login = gov_session_login();
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
	else if (!describe_stranger(&denial))
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
	if ((held & mask) || (gov_group_mask(&actor) & mask))
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
	return (held & GOV_MASK(permission)) != 0 ||
		(gov_group_mask(&actor) & GOV_MASK(permission)) != 0;
}

void
gov_require_about(const char *user_id)
{
	GovActor	actor = gov_require_actor();

	if (strcmp(actor.user_id, user_id) != 0)
		(void) gov_require_any(GOV_MASK(GOV_PERM_AUDIT_READ) |
							   GOV_MASK(GOV_PERM_USER_MANAGE),
							   psprintf("user/%s", user_id));
}
