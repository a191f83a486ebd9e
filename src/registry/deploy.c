/*
 * deploy.c
 *		gov_deploy_model(): a version enters an environment.
 *
 * Locks: the model, then the version and the one it replaces, in key order.
 * Everything is checked after them, in the order existence, duties, state,
 * approvals, gates.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "access/act.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "registry/approval.h"
#include "registry/deployment.h"
#include "registry/environment.h"
#include "registry/gate.h"
#include "registry/model.h"
#include "registry/votes.h"

PG_FUNCTION_INFO_V1(gov_deploy_model);

#define DEPLOYMENT_ID_LEN 255	/* characters */

/* A call, with what its checks have found. */
typedef struct Deploy
{
	const char *model_id;
	const char *version_id;
	const char *deployment_id;	/* NULL: a random one */
	GovActor	actor;
	GovAct		act;
	GovVersion	version;
	GovEnvironment environment;
	bool		replaces;		/* does another one end? */
	GovDeployment previous;
} Deploy;

/* NULL, or 1 to 255 printable characters. */
static const char *
arg_deployment_id(FunctionCallInfo fcinfo, int n)
{
	const char *s = gov_arg_text(fcinfo, n, "deployment_id", NULL);
	const char *hint = "Use 1 to 255 printable characters, or NULL for a random one.";
	const unsigned char *c;

	if (s == NULL)
		return NULL;
	if (s[0] == '\0')
		gov_bad_value("deployment_id", "It is empty.", hint);
	if (pg_mbstrlen(s) > DEPLOYMENT_ID_LEN)
		gov_bad_value("deployment_id",
					  psprintf("\"%s\" is longer than %d characters.",
							   gov_excerpt(s, strlen(s)), DEPLOYMENT_ID_LEN),
					  hint);
	for (c = (const unsigned char *) s; *c != '\0'; c++)
	{
		if (*c < ' ' || *c == 0x7f)
			gov_bad_value("deployment_id", "It has a control character.",
						  hint);
	}
	return s;
}

/* Lock what the call is about, and check that all of it exists. */
static void
lock_and_find(Deploy *deploy, const char *environment)
{
	GovVersion	replaced;

	gov_model_lock(deploy->model_id);
	deploy->replaces = gov_deployment_active(deploy->model_id, environment,
											 &deploy->previous);
	gov_versions_lock(deploy->model_id, deploy->version_id, &deploy->version,
					  deploy->replaces ? deploy->previous.version : NULL,
					  &replaced);
	gov_environment_find(environment, &deploy->environment);

	if (deploy->deployment_id != NULL &&
		gov_run(gov_sql("SELECT 1 FROM governance.deployment_history"
						" WHERE deployment_id = $1"),
				gov_text(deploy->deployment_id)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("deployment \"%s\" exists already",
						deploy->deployment_id),
				 errhint("Give another deployment_id, or none for a random one.")));
}

/*
 * check_duties
 *		Refuse whoever approved the version since it was last submitted.
 */
static void
check_duties(const Deploy *deploy)
{
	GovDenial	denial = {0};
	ListCell   *lc;

	if (gov_policy_bool("sod.approver_may_deploy"))
		return;
	denial.permission = gov_permission_name(GOV_PERM_MODEL_DEPLOY);
	denial.resource = gov_version_resource(deploy->model_id,
										   deploy->version_id);
	denial.message = psprintf("user \"%s\" cannot deploy model version \"%s\"",
							  deploy->actor.user_id,
							  gov_version_name(deploy->model_id,
											   deploy->version_id));
	denial.hint = "Another user with permission \"model:deploy\" must deploy it.";
	foreach(lc, gov_votes_on_version(deploy->model_id, deploy->version_id))
	{
		const GovVote *vote = lfirst(lc);

		if (strcmp(vote->status, "approved") == 0)
			gov_act_keep_apart(&deploy->act, &vote->act, "approved it",
							   &denial);
	}
}

/* The text of a call of a function about the version, for hints. */
static char *
call_about(const Deploy *deploy, const char *function, const char *more)
{
	return psprintf("SELECT %s(%s, %s%s);", function,
					quote_literal_cstr(deploy->model_id),
					quote_literal_cstr(deploy->version_id), more);
}

pg_noreturn static void
refuse_state(const Deploy *deploy)
{
	const GovVersion *version = &deploy->version;
	const char *hint;

	if (strcmp(version->status, "deprecated") == 0)
		hint = "It is out of use for good: register and deploy another version.";
	else if (strcmp(version->approval_status, "pending") == 0)
		hint = psprintf("Somebody with permission \"model:approve\" can run: %s",
						call_about(deploy, "gov_approve_model", ""));
	else
		hint = psprintf("Ask for approval again: %s",
						call_about(deploy, "gov_request_model_approval", ""));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("model version \"%s\" is %s",
					gov_version_name(deploy->model_id, deploy->version_id),
					strcmp(version->status, "deprecated") == 0 ?
					"deprecated" : "not approved"),
			 errdetail("Its status is \"%s\", its approval status \"%s\".",
					   version->status, version->approval_status),
			 errhint("%s", hint)));
}

/*
 * check_state
 *		It must be approved, and for production have been in staging before.
 */
static void
check_state(const Deploy *deploy)
{
	const char *environment = deploy->environment.name;

	if (!gov_version_is_deployable(&deploy->version))
		refuse_state(deploy);

	if (!deploy->environment.is_production ||
		strcmp(environment, GOV_STAGING) == 0 ||
		!gov_policy_bool("model.require_staging"))
		return;
	if (gov_run(gov_sql("SELECT 1 FROM governance.deployment_history"
						" WHERE model_id = $1 AND version = $2"
						" AND environment = 'staging' LIMIT 1"),
				gov_text(deploy->model_id), gov_text(deploy->version_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" was never deployed to staging",
						gov_version_name(deploy->model_id,
										 deploy->version_id)),
				 errdetail("Environment \"%s\" takes only versions that were (policy \"model.require_staging\").",
						   environment),
				 errhint("Deploy it there first: %s",
						 call_about(deploy, "gov_deploy_model",
									", 'staging'"))));
}

/*
 * End the deployment that was active.  A version that replaces itself keeps
 * its state.
 */
static void
supersede(const Deploy *deploy, TimestampTz now)
{
	gov_operation_begin("supersede", NULL);
	gov_deployment_end(deploy->model_id, deploy->previous.deployment_no,
					   "superseded", now, deploy->actor.user_id, NULL);
	if (strcmp(deploy->previous.version, deploy->version_id) != 0)
		gov_version_follow(deploy->model_id, deploy->previous.version);
	gov_operation_end();
}

/*
 * gov_deploy_model(model_id, version, environment, deployment_id, notes)
 * → deployment_history
 */
Datum
gov_deploy_model(PG_FUNCTION_ARGS)
{
	Deploy		deploy = {0};
	GovNewDeployment fresh = {0};
	const char *environment;
	Datum		row;

	deploy.model_id = gov_arg_id(fcinfo, 0, "model_id");
	deploy.version_id = gov_arg_version(fcinfo, 1);
	environment = gov_arg_id_or_null(fcinfo, 2, "environment");
	if (environment == NULL)
		environment = GOV_PRODUCTION;
	deploy.deployment_id = arg_deployment_id(fcinfo, 3);
	fresh.notes = gov_arg_text(fcinfo, 4, "notes", "");

	gov_refuse_read_only("gov_deploy_model()");
	deploy.act = gov_act_locking(&deploy.actor, GOV_PERM_MODEL_DEPLOY,
								 gov_version_resource(deploy.model_id,
													  deploy.version_id),
								 lock_and_find(&deploy, environment));
	check_duties(&deploy);
	check_state(&deploy);
	if (deploy.environment.is_production)
		fresh.request_id =
			gov_approval_use(GOV_ACTION_MODEL_DEPLOY_PRODUCTION,
							 &deploy.actor, deploy.model_id,
							 deploy.version_id);
	fresh.gate_results = gov_gates_check(&deploy.actor, deploy.model_id,
										 deploy.version_id,
										 &deploy.environment);

	fresh.model_id = deploy.model_id;
	fresh.version = deploy.version_id;
	fresh.environment = environment;
	fresh.deployment_id = deploy.deployment_id;
	fresh.act = deploy.act;
	fresh.deployed_at = gov_deployment_clock(deploy.model_id, environment);

	if (deploy.replaces)
		supersede(&deploy, fresh.deployed_at);
	gov_operation_begin("deploy", NULL);
	row = gov_deployment_insert(&fresh);
	gov_version_follow(deploy.model_id, deploy.version_id);
	gov_operation_end();

	gov_spi_end();
	return row;
}
