/*
 * usecase_deploy.c
 *		Deploying use-cases, ending them, recording their metrics.
 *
 * Whether its models are live is checked when a use-case is deployed; they may
 * stop being live a moment later, which gov_admit() takes into account.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "incident/deadline.h"
#include "registry/approval.h"
#include "registry/environment.h"
#include "registry/metrics.h"
#include "registry/usecase.h"

PG_FUNCTION_INFO_V1(gov_deploy_usecase);
PG_FUNCTION_INFO_V1(gov_deprecate_usecase);
PG_FUNCTION_INFO_V1(gov_archive_usecase);
PG_FUNCTION_INFO_V1(gov_record_usecase_metrics);

GOV_SQL(find_dead_models, (TEXTOID),
		"SELECT string_agg(i.model_id, ', ' ORDER BY i.position)"
		" FROM governance.use_cases AS u,"
		" unnest(u.model_ids) WITH ORDINALITY AS i(model_id, position)"
		" WHERE u.usecase_id = $1 AND NOT EXISTS ("
		"SELECT FROM governance.deployment_history AS d"
		" JOIN governance.environments AS e ON e.name = d.environment"
		" JOIN governance.environments AS p ON p.name = 'production'"
		" WHERE d.model_id = i.model_id AND d.status = 'active'"
		" AND e.rank >= p.rank)");

GOV_SQL(find_staging, (TEXTOID),
		"SELECT 1 FROM governance.usecase_deployments"
		" WHERE usecase_id = $1 AND environment = '" GOV_STAGING "' LIMIT 1");

GOV_SQL(insert_deployment,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID,
		 TEXTARRAYOID),
		"INSERT INTO governance.usecase_deployments AS t"
		" (usecase_id, deployment_no, deployment_id, environment,"
		" deployed_by, notes, principals, backers)"
		" VALUES ($1, (SELECT coalesce(max(d.deployment_no), 0) + 1"
		" FROM governance.usecase_deployments AS d"
		" WHERE d.usecase_id = $1), coalesce($2, gen_random_uuid()::text),"
		" $3, $4, $5, $6, $7) RETURNING t");

/* Two at once wait for each other at the number: without a row, try again. */
GOV_SQL(insert_metrics, (TEXTOID, TEXTOID, JSONBOID),
		"INSERT INTO governance.usecase_metrics AS t"
		" (usecase_id, metrics_no, recorded_by, metrics)"
		" VALUES ($1, (SELECT coalesce(max(m.metrics_no), 0) + 1"
		" FROM governance.usecase_metrics AS m WHERE m.usecase_id = $1),"
		" $2, $3) ON CONFLICT (usecase_id, metrics_no) DO NOTHING"
		" RETURNING t");

static void
require_deployable(const char *usecase_id, const GovUsecase *found)
{
	if (gov_usecase_is(found, "approved") ||
		gov_usecase_is(found, "deployed"))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("use-case \"%s\" is not approved", usecase_id),
			 errdetail("Its status is \"%s\".", found->status)));
}

/* What production demands beyond an approval. */
static void
check_production(const char *usecase_id, const char *environment)
{
	char	   *dead = NULL;

	if (gov_policy_bool("usecase.require_staging") &&
		gov_run(&find_staging, gov_text(usecase_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("use-case \"%s\" was never deployed to staging",
						usecase_id),
				 errdetail("Policy \"usecase.require_staging\" is on."),
				 errhint("SELECT gov_deploy_usecase(%s, environment => 'staging'); comes first.",
						 quote_literal_cstr(usecase_id))));

	if (!gov_policy_bool("usecase.require_deployed_models"))
		return;
	if (gov_run(&find_dead_models, gov_text(usecase_id)) > 0)
		dead = gov_row_text(0, 1);
	if (dead != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("use-case \"%s\" cannot be deployed to \"%s\" without an active production version of: %s",
						usecase_id, environment, dead),
				 errdetail("Policy \"usecase.require_deployed_models\" is on."),
				 errhint("Deploy them first with gov_deploy_model().")));
}

/*
 * gov_deploy_usecase(usecase_id, deployment_id, environment, notes)
 *		→ usecase_deployments
 */
Datum
gov_deploy_usecase(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	const char *deployment_id = gov_arg_id_or_null(fcinfo, 1,
												   "deployment_id");
	const char *environment = PG_ARGISNULL(2) ? GOV_PRODUCTION :
		gov_arg_id(fcinfo, 2, "environment");
	const char *notes = gov_arg_text(fcinfo, 3, "notes", "");
	GovActor	actor;
	GovAct		act;
	GovUsecase	found;
	GovEnvironment target;

	gov_refuse_read_only("gov_deploy_usecase()");
	act = gov_act_locking(&actor, GOV_PERM_USECASE_DEPLOY,
						  gov_usecase_resource(usecase_id),
						  gov_usecase_lock(usecase_id, &found));
	gov_environment_find(environment, &target);
	require_deployable(usecase_id, &found);
	gov_usecase_refuse_prohibited(usecase_id, &found);
	if (deployment_id != NULL &&
		gov_run(gov_sql("SELECT usecase_id"
						" FROM governance.usecase_deployments"
						" WHERE deployment_id = $1"),
				gov_text(deployment_id)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("use-case deployment \"%s\" exists already",
						deployment_id),
				 errdetail("It is one of use-case \"%s\".",
						   gov_row_text(0, 1)),
				 errhint("Leave deployment_id out, and one is made.")));
	if (target.is_production)
		check_production(usecase_id, environment);

	gov_run_as("supersede", NULL,
			   gov_sql("UPDATE governance.usecase_deployments"
					   " SET status = 'superseded', ended_at ="
					   " clock_timestamp(), ended_by = $3"
					   " WHERE usecase_id = $1 AND environment = $2"
					   " AND status = 'active'"), gov_text(usecase_id),
			   gov_text(environment), gov_text(actor.user_id));
	gov_operation_begin("deploy", NULL);
	gov_run(gov_sql("UPDATE governance.use_cases SET status = 'deployed'"
					" WHERE usecase_id = $1 AND status <> 'deployed'"),
			gov_text(usecase_id));
	gov_run(&insert_deployment, gov_text(usecase_id),
			gov_text(deployment_id), gov_text(environment),
			gov_text(actor.user_id), gov_text(notes),
			gov_names(act.principals), gov_names(act.backers));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

static bool
has_ended(const GovUsecase *usecase)
{
	return gov_usecase_is(usecase, "deprecated") ||
		gov_usecase_is(usecase, "archived");
}

/*
 * hand_on_replacement
 *		Let the use-cases that this one replaces be replaced by its successor,
 *		or by nothing.
 *
 * Naming a use-case as a replacement takes the lock on it, so no row is
 * missed.  The rows are deprecated: nobody who has locked one of them still
 * has to wait for a use-case.
 */
static void
hand_on_replacement(const char *usecase_id, const char *replaced_by,
					const char *reason)
{
	uint64		count;
	uint64		i;

	gov_operation_begin("replace", reason);
	count = gov_run(gov_sql("WITH handed_on AS (UPDATE governance.use_cases"
							" SET replaced_by = $2 WHERE replaced_by = $1"
							" RETURNING usecase_id) SELECT h.usecase_id"
							" FROM handed_on AS h ORDER BY h.usecase_id"),
					gov_text(usecase_id), gov_text(replaced_by));
	for (i = 0; i < count; i++)
		ereport(NOTICE,
				(replaced_by != NULL ?
				 errmsg("use-case \"%s\" is replaced by \"%s\" now",
						gov_row_text(i, 1), replaced_by) :
				 errmsg("use-case \"%s\" is replaced by no other now",
						gov_row_text(i, 1)),
				 errdetail("Use-case \"%s\", which replaced it, is deprecated.",
						   usecase_id)));
	gov_operation_end();
}

/* Lock both in the order of their ids; there may be only one. */
static void
lock_both(const char *id, GovUsecase *found, const char *other,
		  GovUsecase *successor)
{
	if (other != NULL && strcmp(other, id) < 0)
		gov_usecase_lock(other, successor);
	gov_usecase_lock(id, found);
	if (other != NULL && strcmp(other, id) > 0)
		gov_usecase_lock(other, successor);
}

/*
 * gov_deprecate_usecase(usecase_id, reason, replaced_by) → use_cases
 */
Datum
gov_deprecate_usecase(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	const char *reason = gov_arg_text(fcinfo, 1, "reason", "");
	const char *replaced_by = gov_arg_id_or_null(fcinfo, 2, "replaced_by");
	GovActor	actor;
	GovUsecase	found;
	GovUsecase	successor = {0};

	if (replaced_by != NULL && strcmp(replaced_by, usecase_id) == 0)
		gov_bad_value("replaced_by", "A use-case cannot replace itself.",
					  NULL);
	gov_refuse_read_only("gov_deprecate_usecase()");
	actor = gov_require_locking(GOV_PERM_USECASE_DEPRECATE,
								gov_usecase_resource(usecase_id),
								lock_both(usecase_id, &found, replaced_by,
										  &successor));
	if (has_ended(&found))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("use-case \"%s\" is %s already", usecase_id,
						found.status)));
	if (replaced_by != NULL && has_ended(&successor))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("use-case \"%s\" cannot replace another",
						replaced_by),
				 errdetail("It is %s itself.", successor.status)));
	gov_incident_refuse_held(usecase_id, NULL,
							 psprintf("use-case \"%s\"", usecase_id));
	(void) gov_approval_use(GOV_ACTION_USECASE_DEPRECATE, &actor, usecase_id,
							NULL);

	hand_on_replacement(usecase_id, replaced_by, reason);
	gov_operation_begin("deprecate", reason);
	gov_run(gov_sql("UPDATE governance.usecase_deployments"
					" SET status = 'ended', ended_at = clock_timestamp(),"
					" ended_by = $2 WHERE usecase_id = $1"
					" AND status = 'active'"), gov_text(usecase_id),
			gov_text(actor.user_id));
	gov_run(gov_sql("UPDATE governance.use_cases AS t"
					" SET status = 'deprecated', replaced_by = $2"
					" WHERE t.usecase_id = $1 RETURNING t"),
			gov_text(usecase_id), gov_text(replaced_by));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_archive_usecase(usecase_id) → use_cases
 */
Datum
gov_archive_usecase(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	GovUsecase	found;

	gov_refuse_read_only("gov_archive_usecase()");
	(void) gov_require_locking(GOV_PERM_USECASE_DEPRECATE,
							   gov_usecase_resource(usecase_id),
							   gov_usecase_lock(usecase_id, &found));
	if (!gov_usecase_is(&found, "deprecated"))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("use-case \"%s\" is not deprecated", usecase_id),
				 errdetail("Its status is \"%s\".", found.status),
				 gov_usecase_is(&found, "archived") ? 0 :
				 errhint("SELECT gov_deprecate_usecase(%s); comes first.",
						 quote_literal_cstr(usecase_id))));
	gov_incident_refuse_held(usecase_id, NULL,
							 psprintf("use-case \"%s\"", usecase_id));
	gov_run_as("archive", NULL,
			   gov_sql("UPDATE governance.use_cases AS t"
					   " SET status = 'archived' WHERE t.usecase_id = $1"
					   " RETURNING t"), gov_text(usecase_id));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_record_usecase_metrics(usecase_id, metrics) → usecase_metrics
 */
Datum
gov_record_usecase_metrics(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	Jsonb	   *metrics = gov_arg_metrics(fcinfo, 1);
	GovActor	actor;

	gov_refuse_read_only("gov_record_usecase_metrics()");
	actor = gov_require_any(GOV_MASK(GOV_PERM_SLA_RECORD) |
							GOV_MASK(GOV_PERM_USECASE_CREATE),
							gov_usecase_resource(usecase_id));

	gov_spi_begin();
	gov_usecase_require(usecase_id);
	gov_operation_begin("record", NULL);
	while (gov_run(&insert_metrics, gov_text(usecase_id),
				   gov_text(actor.user_id), gov_json(metrics)) == 0)
		CHECK_FOR_INTERRUPTS();
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}
