/*
 * rollback.c
 *		gov_rollback_model(), gov_rollback_version() and gov_undeploy_model():
 *		deployments that end because of a decision.
 *
 * Locks: the model, then the version that ends and the one that comes back,
 * in key order.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "registry/approval.h"
#include "registry/deployment.h"
#include "registry/environment.h"
#include "registry/gate.h"
#include "registry/model.h"
#include "registry/model_signature.h"

PG_FUNCTION_INFO_V1(gov_rollback_model);
PG_FUNCTION_INFO_V1(gov_rollback_version);
PG_FUNCTION_INFO_V1(gov_undeploy_model);

/*
 * A deployment that restored an earlier one counts as being in that one's
 * place, so rolling back twice goes back two versions and not to and fro.
 */
GOV_SQL(find_predecessor, (INT8OID, TEXTOID, TEXTOID, TEXTOID),
		"WITH RECURSIVE chain(deployment_no, restores) AS ("
		" SELECT d.deployment_no, d.restores"
		" FROM governance.deployment_history AS d"
		" WHERE d.model_id = $2 AND d.deployment_no = $1 UNION"
		" SELECT d.deployment_no, d.restores FROM chain AS c"
		" JOIN governance.deployment_history AS d"
		" ON d.model_id = $2 AND d.deployment_no = c.restores)"
		" SELECT d.deployment_no, d.deployment_id, d.version"
		" FROM governance.deployment_history AS d"
		" WHERE d.model_id = $2 AND d.environment = $3"
		" AND d.version <> $4 AND d.status <> 'rolled_back'"
		" AND d.deployment_no <"
		" (SELECT pg_catalog.min(c.deployment_no) FROM chain AS c)"
		" ORDER BY d.deployment_no DESC LIMIT 1");

GOV_SQL(find_last_of_version, (TEXTOID, TEXTOID, TEXTOID),
		"SELECT deployment_no, deployment_id, version"
		" FROM governance.deployment_history"
		" WHERE model_id = $1 AND environment = $2 AND version = $3"
		" ORDER BY deployment_no DESC LIMIT 1");

/* By the transaction's own snapshot, which foreign keys will use. */
GOV_SQL(see_deployment, (TEXTOID, INT8OID),
		"SELECT 1 FROM governance.deployment_history"
		" WHERE model_id = $1 AND deployment_no = $2",
		.isolated = true);

/* Is it still active in an environment that is nearer to users? */
GOV_SQL(find_active_above, (TEXTOID, TEXTOID, INT4OID),
		"SELECT 1 FROM governance.deployment_history AS d"
		" JOIN governance.environments AS e ON e.name = d.environment"
		" WHERE d.model_id = $1 AND d.version = $2"
		" AND d.status = 'active' AND e.rank > $3 LIMIT 1");

GOV_SQL(roll_back_version, (TEXTOID, TEXTOID),
		"UPDATE governance.model_versions"
		" SET status = 'rolled_back', approval_status = 'requires_changes',"
		" last_updated_at = pg_catalog.clock_timestamp()"
		" WHERE model_id = $1 AND version = $2"
		" AND (status, approval_status)"
		" <> ('rolled_back', 'requires_changes')");

/* Deployed use-cases that the model no longer serves. */
GOV_SQL(find_unserved, (TEXTOID),
		"SELECT pg_catalog.string_agg(s.usecase_id, ', '"
		" ORDER BY s.usecase_id)"
		" FROM (SELECT u.usecase_id FROM governance.use_cases AS u"
		" WHERE u.model_ids @> ARRAY[$1] AND u.status = 'deployed'"
		" AND EXISTS (SELECT FROM governance.usecase_deployments AS d"
		" JOIN governance.environments AS e ON e.name = d.environment"
		" JOIN governance.environments AS p ON p.name = 'production'"
		" WHERE d.usecase_id = u.usecase_id AND d.status = 'active'"
		" AND e.rank >= p.rank)"
		" AND NOT EXISTS (SELECT FROM governance.deployment_history AS d"
		" JOIN governance.environments AS e ON e.name = d.environment"
		" JOIN governance.environments AS p ON p.name = 'production'"
		" WHERE d.model_id = $1 AND d.status = 'active'"
		" AND e.rank >= p.rank)"
		" ORDER BY u.usecase_id LIMIT 10) AS s");

static bool
read_target(uint64 count, GovDeployment *target)
{
	if (count == 0)
		return false;
	target->deployment_no = gov_row_int8(0, 1);
	target->deployment_id = gov_row_text(0, 2);
	target->version = gov_row_text(0, 3);
	return true;
}

/* Find the active deployment; 55000 where there is none. */
static void
require_active(const char *model_id, const char *environment,
			   GovDeployment *found)
{
	if (!gov_deployment_active(model_id, environment, found))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no version of model \"%s\" is active in environment \"%s\"",
						model_id, environment),
				 errhint("SELECT * FROM gov_model_history(%s) shows what was deployed where.",
						 quote_literal_cstr(model_id))));
}

/*
 * Find the version that was asked for: it is not the active one, and has been
 * active in this environment.
 */
static void
find_asked(const char *model_id, const char *environment,
		   const char *to_version, const GovDeployment *active,
		   GovDeployment *target)
{
	if (strcmp(active->version, to_version) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" is the one to be rolled back",
						gov_version_name(model_id, to_version)),
				 errdetail("It is active in environment \"%s\".", environment),
				 errhint("Name another version as to_version, or none for the one before.")));

	if (!read_target(gov_run(&find_last_of_version, gov_text(model_id),
							 gov_text(environment), gov_text(to_version)),
					 target))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" was never active in environment \"%s\"",
						gov_version_name(model_id, to_version), environment),
				 errhint("Roll back without to_version, and then deploy it: SELECT gov_deploy_model(%s, %s, %s);",
						 quote_literal_cstr(model_id),
						 quote_literal_cstr(to_version),
						 quote_literal_cstr(environment))));
}

/* The version that was asked for must still be approved. */
static void
require_restorable(const char *model_id, const GovDeployment *target,
				   const GovVersion *version)
{
	if (gov_version_is_deployable(version))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("model version \"%s\" is not approved",
					gov_version_name(model_id, target->version)),
			 errdetail("Its status is \"%s\", its approval status \"%s\".",
					   version->status, version->approval_status),
			 errhint("Name a version that is still approved as to_version, or none.")));
}

/*
 * unsigned_why
 *		Say why the version may not come back to an environment that demands a
 *		signature; NULL where it may.
 *
 * Otherwise a revoked signer's version would be live again after a roll-back.
 */
static char *
unsigned_why(const char *model_id, const char *environment,
			 const char *version)
{
	char	   *why;

	if (!gov_signature_is_needed(environment) ||
		gov_signatures_count(model_id, version, &why) > 0)
		return NULL;
	return why;
}

/*
 * Say why no version came back.  target is NULL where there was none before;
 * why is NULL where a signature is not the reason.
 */
static void
tell_nothing_active(const char *model_id, const char *environment,
					const GovDeployment *target, const GovVersion *version,
					const char *why)
{
	ereport(NOTICE,
			(errmsg("no version of model \"%s\" is active in environment \"%s\" now",
					model_id, environment),
			 target == NULL ?
			 errdetail("No other version was active there before.") :
			 why != NULL ? errdetail("%s", why) :
			 errdetail("Version \"%s\", active there before, is no longer approved: its status is \"%s\", its approval status \"%s\".",
					   target->version, version->status,
					   version->approval_status)));
}

/*
 * tell_unserved
 *		Give a NOTICE of use-cases that can no longer be served: that they need
 *		the model does not stop a deployment from ending.
 */
static void
tell_unserved(const char *model_id)
{
	char	   *usecases;

	if (!gov_policy_bool("usecase.require_deployed_models"))
		return;
	(void) gov_run(&find_unserved, gov_text(model_id));
	usecases = gov_row_text(0, 1);
	if (usecases != NULL)
		ereport(NOTICE,
				(errmsg("deployed use-cases rely on model \"%s\", of which no version is active in production now",
						model_id),
				 errdetail("gov_admit() refuses requests for: %s.",
						   usecases)));
}

/*
 * A row newer than the snapshot of a REPEATABLE READ transaction can be read,
 * but the foreign key would not find it.
 */
static void
check_not_too_young(const char *model_id, const GovDeployment *target)
{
	if (IsolationUsesXactSnapshot() &&
		gov_run(&see_deployment, gov_text(model_id),
				gov_int8(target->deployment_no)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access to the deployments of model \"%s\"",
						model_id),
				 errdetail("Deployment \"%s\", to be restored, was made after this transaction's snapshot was taken.",
						   target->deployment_id),
				 errhint("Begin another transaction and try again.")));
}

/*
 * roll_back
 *		End the active deployment.  Its version has to be approved again, and
 *		no protected alias may name it.  Returns false where it keeps its
 *		approval, because it is still active nearer to users.
 */
static bool
roll_back(const char *model_id, const GovEnvironment *environment,
		  const GovDeployment *active, TimestampTz now, const GovActor *actor,
		  const char *reason)
{
	bool		loses_approval;

	gov_operation_begin("rollback", reason);
	gov_deployment_end(model_id, active->deployment_no, "rolled_back", now,
					   actor->user_id, reason);
	loses_approval = gov_run(&find_active_above, gov_text(model_id),
							 gov_text(active->version),
							 gov_int4(environment->rank)) == 0;
	if (loses_approval)
		(void) gov_run(&roll_back_version, gov_text(model_id),
					   gov_text(active->version));
	gov_operation_end();
	return loses_approval;
}

/* Make the target's version active again; returns the new row. */
static Datum
restore(const char *model_id, const char *environment,
		const GovDeployment *active, const GovDeployment *target,
		TimestampTz now, const GovActor *actor, const char *reason,
		const char *request_id)
{
	GovNewDeployment fresh = {0};
	Datum		row;

	fresh.model_id = model_id;
	fresh.version = target->version;
	fresh.environment = environment;
	fresh.deployed_at = now;
	fresh.act = gov_act_by_permission(actor, GOV_PERM_MODEL_ROLLBACK,
									  gov_model_resource(model_id));
	fresh.notes = psprintf("restores deployment \"%s\" after the rollback of version \"%s\"",
						   target->deployment_id, active->version);
	fresh.restores = target->deployment_no;
	fresh.request_id = request_id;

	gov_operation_begin("restore", reason);
	row = gov_deployment_insert(&fresh);
	gov_version_follow(model_id, target->version);
	gov_operation_end();
	return row;
}

/* Check that the active version is the one that the caller named, if any. */
static void
require_is_active(const char *model_id, const char *environment,
				  const char *version, const GovDeployment *active)
{
	GovVersion	named;

	if (strcmp(active->version, version) == 0)
		return;
	gov_version_find(model_id, version, &named);
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("model version \"%s\" is not active in environment \"%s\"",
					gov_version_name(model_id, version), environment),
			 errdetail("Active there is version \"%s\".", active->version),
			 errhint("Roll back the version that is active, or none.")));
}

/*
 * roll_back_model
 *		End the active deployment of the environment, and let the one before,
 *		or that of to_version, come back; both functions call it.
 *
 * version is the one to be rolled back, NULL for whichever is active.
 */
static Datum
roll_back_model(FunctionCallInfo fcinfo, const char *model_id,
				const char *version, const char *reason,
				const char *environment, const char *to_version)
{
	GovActor	actor;
	GovEnvironment found;
	GovDeployment active;
	GovDeployment target;
	GovVersion	active_version;
	GovVersion	target_version = {0};
	bool		has_target;
	bool		restores;
	bool		loses_approval;
	const char *request_id = NULL;
	char	   *why = NULL;
	TimestampTz now;
	Datum		row;

	if (environment == NULL)
		environment = GOV_PRODUCTION;
	actor = gov_require_locking(GOV_PERM_MODEL_ROLLBACK,
								gov_model_resource(model_id),
								gov_model_lock(model_id));
	if (to_version != NULL)
		gov_version_find(model_id, to_version, &target_version);
	gov_environment_find(environment, &found);
	require_active(model_id, environment, &active);
	if (version != NULL)
		require_is_active(model_id, environment, version, &active);

	if (to_version != NULL)
	{
		find_asked(model_id, environment, to_version, &active, &target);
		has_target = true;
	}
	else
		has_target = read_target(gov_run(&find_predecessor,
										 gov_int8(active.deployment_no),
										 gov_text(model_id),
										 gov_text(environment),
										 gov_text(active.version)),
								 &target);
	gov_versions_lock(model_id, active.version, &active_version,
					  has_target ? target.version : NULL, &target_version);
	if (to_version != NULL)
		require_restorable(model_id, &target, &target_version);
	restores = has_target && gov_version_is_deployable(&target_version);
	if (restores)
		check_not_too_young(model_id, &target);
	if (found.is_production)
		request_id = gov_approval_use(GOV_ACTION_MODEL_ROLLBACK, &actor,
									  model_id, NULL);
	if (restores)
		why = unsigned_why(model_id, environment, target.version);
	if (why != NULL && to_version != NULL)
		gov_gates_refuse(&actor, GOV_PERM_MODEL_ROLLBACK, model_id,
						 to_version, environment, why, GOV_SIGNATURE_HINT);
	restores &= why == NULL;

	now = gov_deployment_clock(model_id, environment);
	loses_approval = roll_back(model_id, &found, &active, now, &actor,
							   reason);
	if (loses_approval)
		gov_protected_aliases_leave(model_id, active.version,
									restores ? target.version : NULL, reason);
	if (!restores)
	{
		tell_unserved(model_id);
		tell_nothing_active(model_id, environment,
							has_target ? &target : NULL, &target_version,
							why);
		gov_spi_end();
		PG_RETURN_NULL();
	}
	row = restore(model_id, environment, &active, &target, now, &actor,
				  reason, request_id);
	gov_spi_end();
	return row;
}

/*
 * gov_rollback_model(model_id, reason, environment, to_version)
 * → deployment_history: the deployment now active, NULL where none is
 */
Datum
gov_rollback_model(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *reason = gov_arg_reason(fcinfo, 1, "reason");
	const char *environment = gov_arg_id_or_null(fcinfo, 2, "environment");
	const char *to_version = gov_arg_version_or_null(fcinfo, 3, "to_version");

	gov_refuse_read_only("gov_rollback_model()");
	return roll_back_model(fcinfo, model_id, NULL, reason, environment,
						   to_version);
}

/*
 * gov_rollback_version(model_id, version, reason, environment, to_version)
 * → deployment_history: the same, but only of that version
 */
Datum
gov_rollback_version(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	const char *reason = gov_arg_reason(fcinfo, 2, "reason");
	const char *environment = gov_arg_id_or_null(fcinfo, 3, "environment");
	const char *to_version = gov_arg_version_or_null(fcinfo, 4, "to_version");

	gov_refuse_read_only("gov_rollback_version()");
	return roll_back_model(fcinfo, model_id, version, reason, environment,
						   to_version);
}

/*
 * gov_undeploy_model(model_id, environment, reason) → deployment_history:
 * the deployment that ended
 */
Datum
gov_undeploy_model(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *environment = gov_arg_id(fcinfo, 1, "environment");
	const char *reason = gov_arg_text(fcinfo, 2, "reason", "");
	GovActor	actor;
	GovEnvironment found;
	GovDeployment active;
	GovVersion	version;

	gov_refuse_read_only("gov_undeploy_model()");
	actor = gov_require_locking(GOV_PERM_MODEL_ROLLBACK,
								gov_model_resource(model_id),
								gov_model_lock(model_id));
	gov_environment_find(environment, &found);
	require_active(model_id, environment, &active);
	gov_version_lock(model_id, active.version, &version);

	gov_operation_begin("undeploy", reason);
	gov_deployment_end(model_id, active.deployment_no, "undeployed",
					   gov_deployment_clock(model_id, environment),
					   actor.user_id, reason[0] != '\0' ? reason : NULL);
	gov_version_follow(model_id, active.version);
	gov_operation_end();
	tell_unserved(model_id);

	gov_deployment_select(model_id, active.deployment_no);
	return gov_spi_end_row(fcinfo);
}
