/*
 * approval_policy.c
 *		Which actions need an approved request, and who approves it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access/convey.h"
#include "access/require.h"
#include "core/operation.h"
#include "core/spi.h"
#include "registry/approval_internal.h"

PG_FUNCTION_INFO_V1(gov_set_approval_policy);

GOV_SQL(update_policy,
		(TEXTOID, TEXTOID, INT4OID, INT4OID, BOOLOID, BOOLOID, BOOLOID),
		"UPDATE governance.approval_policies SET required_role = $2,"
		" required_count = $3, timeout_hours = $4,"
		" allow_self_approval = $5, requires_sod = $6, enabled = $7"
		" WHERE action = $1 AND (required_role, required_count,"
		" timeout_hours, allow_self_approval, requires_sod, enabled)"
		" IS DISTINCT FROM ($2, $3, $4, $5, $6, $7)");

static bool
arg_bool(FunctionCallInfo fcinfo, int n, bool missing)
{
	return PG_ARGISNULL(n) ? missing : PG_GETARG_BOOL(n);
}

static void
lock_role_and_policy(const char *role, const char *action)
{
	if (gov_run(gov_sql("SELECT 1 FROM governance.roles WHERE role = $1"
						" FOR KEY SHARE"), gov_text(role)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\" does not exist", role),
				 errhint("SELECT role FROM governance.roles lists them; they are not the database's roles.")));
	gov_run(gov_sql("SELECT 1 FROM governance.approval_policies"
					" WHERE action = $1 FOR NO KEY UPDATE"), gov_text(action));
}

/*
 * gov_set_approval_policy(action, required_role, required_count,
 *		timeout_hours, allow_self_approval, requires_sod, enabled)
 */
Datum
gov_set_approval_policy(PG_FUNCTION_ARGS)
{
	const char *action = gov_arg_approval_action(fcinfo, 0);
	const char *role = PG_ARGISNULL(1) ? "approver" :
		gov_arg_id(fcinfo, 1, "required_role");
	int			count = PG_ARGISNULL(2) ? 1 :
		gov_arg_int4(fcinfo, 2, "required_count", 1, 100);
	int			timeout = PG_ARGISNULL(3) ? 72 :
		gov_arg_int4(fcinfo, 3, "timeout_hours", 1, GOV_TIMEOUT_HOURS_MAX);
	bool		allow_self = arg_bool(fcinfo, 4, false);
	bool		requires_sod = arg_bool(fcinfo, 5, true);
	bool		enabled = arg_bool(fcinfo, 6, true);
	GovActor	actor;

	gov_refuse_read_only("gov_set_approval_policy()");
	actor = gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
								psprintf("approval_policy/%s", action),
								lock_role_and_policy(role, action));
	(void) gov_approval_use(GOV_ACTION_SYSTEM_CONFIG_CHANGE, &actor, action,
							NULL);
	gov_run_as("set", NULL, &update_policy, gov_text(action), gov_text(role),
			   gov_int4(count), gov_int4(timeout), gov_bool(allow_self),
			   gov_bool(requires_sod), gov_bool(enabled));
	if (enabled && !gov_role_is_held(role))
		ereport(NOTICE,
				(errmsg("nobody holds role \"%s\"", role),
				 errdetail("No request for action \"%s\" can be approved until somebody does.",
						   action),
				 errhint("SELECT gov_assign_role('...', %s) gives it to somebody.",
						 quote_literal_cstr(role))));
	gov_run(gov_sql("SELECT p FROM governance.approval_policies AS p"
					" WHERE action = $1"), gov_text(action));
	return gov_spi_end_row(fcinfo);
}
