/*
 * deployment.c
 *		Deployments of versions to environments, and how they end.
 *
 * This is what deploying, rolling back and undeploying have in common; the
 * functions that users call are in deploy.c and rollback.c.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "core/scan.h"
#include "core/spi.h"
#include "registry/deployment.h"

GOV_SQL(insert_deployment,
		(TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID,
		 TEXTOID, JSONBOID, INT8OID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID),
		"INSERT INTO governance.deployment_history"
		" (model_id, deployment_no, version, environment, deployment_id,"
		" deployed_at, deployed_by, notes, gate_results, restores,"
		" request_id, principals, backers)"
		" VALUES ($1, $2, $3, $4,"
		" coalesce($5, pg_catalog.gen_random_uuid()::text), $6, $7, $8,"
		" coalesce($9, '[]'), $10, $11::uuid, $12, $13)");

GOV_SQL(end_deployment,
		(TEXTOID, INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID),
		"UPDATE governance.deployment_history"
		" SET status = $3, ended_at = $4, ended_by = $5, reason = $6"
		" WHERE model_id = $1 AND deployment_no = $2");

GOV_SQL(follow_deployments, (TEXTOID, TEXTOID),
		"UPDATE governance.model_versions AS v SET status = s.status,"
		" last_updated_at = pg_catalog.clock_timestamp()"
		" FROM (SELECT CASE WHEN pg_catalog.count(*) = 0 THEN 'approved'"
		" WHEN coalesce(pg_catalog.max(e.rank) >= (SELECT p.rank"
		" FROM governance.environments AS p"
		" WHERE p.name = 'production'), true) THEN 'deployed_production'"
		" ELSE 'deployed_staging' END AS status"
		" FROM governance.deployment_history AS d"
		" JOIN governance.environments AS e ON e.name = d.environment"
		" WHERE d.model_id = $1 AND d.version = $2"
		" AND d.status = 'active') AS s"
		" WHERE v.model_id = $1 AND v.version = $2"
		" AND v.status <> s.status AND v.status IN"
		" ('approved', 'deployed_staging', 'deployed_production')");

bool
gov_deployment_active(const char *model_id, const char *environment,
					  GovDeployment *found)
{
	if (gov_run(gov_sql("SELECT deployment_no, deployment_id, version"
						" FROM governance.deployment_history"
						" WHERE model_id = $1 AND environment = $2"
						" AND status = 'active'"), gov_text(model_id),
				gov_text(environment)) == 0)
		return false;
	found->deployment_no = gov_row_int8(0, 1);
	found->deployment_id = gov_row_text(0, 2);
	found->version = gov_row_text(0, 3);
	return true;
}

void
gov_versions_lock(const char *model_id, const char *first,
				  GovVersion *first_found, const char *second,
				  GovVersion *second_found)
{
	int			order = first == NULL ? 1 : second == NULL ? -1 :
		strcmp(first, second);

	if (order == 0)
	{
		gov_version_lock(model_id, first, first_found);
		*second_found = *first_found;
		return;
	}
	if (order < 0)
		gov_version_lock(model_id, first, first_found);
	if (second != NULL)
		gov_version_lock(model_id, second, second_found);
	if (order > 0 && first != NULL)
		gov_version_lock(model_id, first, first_found);
}

/* Intervals must not overlap because a clock was set back. */
TimestampTz
gov_deployment_clock(const char *model_id, const char *environment)
{
	TimestampTz now = GetCurrentTimestamp();

	if (gov_run(gov_sql("SELECT coalesce(ended_at, deployed_at)"
						" FROM governance.deployment_history"
						" WHERE model_id = $1 AND environment = $2"
						" ORDER BY deployed_at DESC, deployment_no DESC"
						" LIMIT 1"), gov_text(model_id),
				gov_text(environment)) > 0)
		now = Max(now, gov_row_time(0, 1));
	return now;
}

int64
gov_deployment_insert(const GovNewDeployment *deployment)
{
	/* The caller has locked the model, so nobody else takes this number. */
	int64		deployment_no =
		gov_scan_highest(GOV_REL_DEPLOYMENT_HISTORY,
						 GOV_REL_DEPLOYMENT_HISTORY_PKEY, "model_id",
						 deployment->model_id, "deployment_no") + 1;

	(void) gov_run(&insert_deployment, gov_text(deployment->model_id),
				   gov_int8(deployment_no), gov_text(deployment->version),
				   gov_text(deployment->environment),
				   gov_text(deployment->deployment_id),
				   gov_time(deployment->deployed_at),
				   gov_text(deployment->act.user_id),
				   gov_text(deployment->notes),
				   gov_json(deployment->gate_results),
				   gov_datum(Int64GetDatum(deployment->restores),
							 deployment->restores == 0),
				   gov_text(deployment->request_id),
				   gov_names(deployment->act.principals),
				   gov_names(deployment->act.backers));
	return deployment_no;
}

void
gov_deployment_end(const char *model_id, int64 deployment_no,
				   const char *status, TimestampTz ended_at,
				   const char *ended_by, const char *reason)
{
	if (gov_run(&end_deployment, gov_text(model_id), gov_int8(deployment_no),
				gov_text(status), gov_time(ended_at), gov_text(ended_by),
				gov_text(reason)) != 1)
		elog(ERROR, "deployment %lld is gone", (long long) deployment_no);
}

void
gov_version_follow(const char *model_id, const char *version)
{
	(void) gov_run(&follow_deployments, gov_text(model_id),
				   gov_text(version));
}

bool
gov_version_is_deployable(const GovVersion *version)
{
	return strcmp(version->approval_status, "approved") == 0 &&
		(strcmp(version->status, "approved") == 0 ||
		 strcmp(version->status, "deployed_staging") == 0 ||
		 strcmp(version->status, "deployed_production") == 0);
}

void
gov_deployment_select(const char *model_id, int64 deployment_no)
{
	if (gov_run(gov_sql("SELECT d FROM governance.deployment_history AS d"
						" WHERE d.model_id = $1 AND d.deployment_no = $2"),
				gov_text(model_id), gov_int8(deployment_no)) != 1)
		elog(ERROR, "deployment %lld is gone", (long long) deployment_no);
}
