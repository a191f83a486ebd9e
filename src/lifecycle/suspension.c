/*
 * suspension.c
 *		gov_suspend(), gov_resume(), and what goes on in between.
 *
 * A direct change by a superuser is not refused (it ends a suspension that
 * nobody else may end); the trail has it as always.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/inval.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/relations.h"
#include "core/scan.h"
#include "core/spi.h"
#include "lifecycle/suspension.h"

PG_FUNCTION_INFO_V1(gov_suspend);
PG_FUNCTION_INFO_V1(gov_resume);

typedef struct Allowed
{
	const char *kind;
	const char *verb;			/* NULL: every verb */
} Allowed;

/* Revocations, rollbacks and incidents go on; and so does resuming. */
static const Allowed allowed_changes[] = {
	{"user", "deactivate"},
	{"user_role", "revoke"},
	{"role", "drop"},
	{"role_permission", "revoke"},
	{"role_permission", "drop"},
	{"role_inheritance", "remove"},
	{"role_inheritance", "drop"},
	{"user_role", "drop"},
	{"api_token", "revoke"},
	{"user_identity", "unlink"},
	{"user_identity", "drop"},
	{"group_role", "unmap"},
	{"group_role", "drop"},
	{"issuer_key", "drop"},
	{"issuer", "drop"},
	{"deployment", "rollback"},
	{"deployment", "restore"},
	{"deployment", "undeploy"},
	{"model_alias", "rollback"},
	{"model_version", "rollback"},
	{"model_version", "restore"},
	{"model_version", "undeploy"},
	{"approval_request", "reject"},
	{"approval_request", "withdraw"},
	{"approval_request", "consume"},
	{"approval_request", "expire"}, /* the clock does not stop */
	{"approval_request", "overdue"},
	{"approval", "reject"},
	{"checkpoint_key", NULL},	/* recorded by a read */
	{"audit_log", NULL},		/* a restore, a move */
	{"audit_home", NULL},
	{"incident", NULL},
	{"incident_event", NULL},
	{"incident_deadline", NULL},
	{"usecase", "reclassify"},	/* neither does the law */
	{"usecase", "warn"},
	{"sla_violation", NULL},
	{"sla_escalation", NULL},
	{"compliance_report", NULL},	/* written by a read */
	{"system", NULL}
};

bool
gov_is_suspended(void)
{
	static uint64 generation = 0;
	static bool is_suspended = false;
	uint64		now;
	GovScan		scan;
	bool		found;

	if (gov_cache_is_current(GOV_CACHE_POLICY, generation))
		return is_suspended;

	now = gov_cache_generation_to_load(GOV_CACHE_POLICY);
	gov_scan_begin(&scan, GOV_REL_SYSTEM_STATE);
	found = gov_scan_next(&scan) && gov_scan_bool(&scan, "is_suspended");
	gov_scan_end(&scan);
	is_suspended = found;
	generation = now;
	return is_suspended;
}

bool
gov_suspension_allows(const char *kind, const char *verb)
{
	int			i;

	for (i = 0; i < lengthof(allowed_changes); i++)
	{
		if (strcmp(allowed_changes[i].kind, kind) == 0 &&
			(allowed_changes[i].verb == NULL ||
			 strcmp(allowed_changes[i].verb, verb) == 0))
			return true;
	}
	return false;
}

void
gov_refuse_suspended(const char *resource)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("governed operation is suspended"),
			 errdetail("Change of %s was refused.", resource),
			 errhint("Only reads, incidents, revocations and rollbacks go on until gov_resume().")));
}

static Datum
set_suspended(FunctionCallInfo fcinfo, bool suspend)
{
	const char *reason = gov_arg_reason(fcinfo, 0, "reason");
	GovActor	actor;

	gov_refuse_read_only(suspend ? "gov_suspend()" : "gov_resume()");
	actor = gov_require(GOV_PERM_SYSTEM_SHUTDOWN, "system/governance");
	gov_spi_begin();
	gov_operation_begin(suspend ? "suspend" : "resume", reason);
	if (gov_run(gov_sql("UPDATE governance.system_state AS s"
						" SET is_suspended = $1, reason = $2, changed_at ="
						" pg_catalog.clock_timestamp(), changed_by = $3"
						" WHERE is_suspended <> $1 RETURNING s"),
				gov_bool(suspend), gov_text(reason),
				gov_text(actor.user_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg(suspend ? "governed operation is suspended already" :
						"governed operation is not suspended")));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_suspend(reason)
 */
Datum
gov_suspend(PG_FUNCTION_ARGS)
{
	return set_suspended(fcinfo, true);
}

/*
 * gov_resume(reason)
 */
Datum
gov_resume(PG_FUNCTION_ARGS)
{
	return set_suspended(fcinfo, false);
}
