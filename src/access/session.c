/*
 * session.c
 *		SQL functions about who is acting, and the permission check itself.
 *
 * The check is plain C over a cache: no SECURITY DEFINER and no SET clause,
 * each of which costs several times the check.  gov_has_permission() uses no
 * bound actor and is PARALLEL SAFE; what depends on the actor is RESTRICTED.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "access/check_log.h"
#include "access/manage.h"
#include "core/citus.h"
#include "core/guc.h"

PG_FUNCTION_INFO_V1(gov_has_permission);
PG_FUNCTION_INFO_V1(gov_can);
PG_FUNCTION_INFO_V1(gov_current_actor);
PG_FUNCTION_INFO_V1(gov_set_actor);

static char *
text_or_null(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

/*
 * gov_has_permission(user_id, permission, resource) → boolean
 */
Datum
gov_has_permission(PG_FUNCTION_ARGS)
{
	GovPermission permission = gov_arg_permission(fcinfo, 1, "permission");
	uint64		mask = 0;
	bool		allowed;

	gov_citus_refuse();
	if (!PG_ARGISNULL(0))
	{
		text	   *user = PG_GETARG_TEXT_PP(0);

		(void) gov_user_mask(VARDATA_ANY(user), VARSIZE_ANY_EXHDR(user),
							 &mask);
	}
	allowed = (mask & GOV_MASK(permission)) != 0;

	if (unlikely(gov_log_checks))
		gov_check_log(text_or_null(fcinfo, 0), permission,
					  text_or_null(fcinfo, 2), allowed);
	PG_RETURN_BOOL(allowed);
}

/*
 * gov_can(permission, resource) → boolean, of the actor
 */
Datum
gov_can(PG_FUNCTION_ARGS)
{
	GovPermission permission = gov_arg_permission(fcinfo, 0, "permission");
	bool		allowed = gov_actor_can(permission);

	if (unlikely(gov_log_checks))
	{
		GovActor	actor;

		(void) gov_actor_get(&actor);
		gov_check_log(actor.user_id[0] ? actor.user_id : NULL, permission,
					  text_or_null(fcinfo, 1), allowed);
	}
	PG_RETURN_BOOL(allowed);
}

/*
 * gov_current_actor() → text, NULL where nobody active acts
 */
Datum
gov_current_actor(PG_FUNCTION_ARGS)
{
	GovActor	actor;

	if (!gov_actor_get(&actor))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(actor.user_id));
}

/*
 * gov_set_actor(user_id)
 *		Let the caller act for somebody else for the rest of this transaction.
 *
 * This is for a pool whose sessions share one login.  Only a caller who may
 * impersonate learns whether a user is unknown or inactive.
 */
Datum
gov_set_actor(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");

	PreventCommandIfParallelMode("gov_set_actor()");
	gov_refuse_restricted("gov_set_actor()");
	gov_actor_refuse_second();
	(void) gov_require(GOV_PERM_ACTOR_IMPERSONATE,
					   psprintf("user/%s", user_id));
	gov_user_require_active(user_id);
	gov_actor_bind(user_id, GOV_EVIDENCE_ASSERTED);
	PG_RETURN_VOID();
}
