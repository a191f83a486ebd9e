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
#include "utils/fmgrprotos.h"

#include "core/insert.h"
#include "core/scan.h"
#include "core/spi.h"
#include "registry/deployment.h"
#include "registry/environment.h"

GOV_SQL(insert_deployment,
		(TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID,
		 TEXTOID, TEXTOID, JSONBOID, INT8OID, UUIDOID, TEXTARRAYOID,
		 TEXTARRAYOID),
		"INSERT INTO governance.deployment_history AS t"
		" (model_id, deployment_no, version, environment, deployment_id,"
		" deployed_at, deployed_by, status, notes, gate_results, restores,"
		" request_id, principals, backers)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
		" RETURNING t");

static GovInsert deployment_row = {
	.table = GOV_REL_DEPLOYMENT_HISTORY,
	.columns = "model_id deployment_no version environment deployment_id"
		" deployed_at deployed_by status notes gate_results restores"
		" request_id principals backers",
	.statement = &insert_deployment
};

GOV_SQL(end_deployment,
		(TEXTOID, INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID),
		"UPDATE governance.deployment_history"
		" SET status = $3, ended_at = $4, ended_by = $5, reason = $6"
		" WHERE model_id = $1 AND deployment_no = $2");

bool
gov_deployment_active(const char *model_id, const char *environment,
					  GovDeployment *found)
{
	GovScan		scan;
	bool		is_active;

	gov_scan_begin_pair(&scan, GOV_REL_DEPLOYMENT_HISTORY,
						GOV_REL_DEPLOYMENT_HISTORY_ACTIVE_KEY, "model_id",
						model_id, "environment", environment);
	is_active = gov_scan_next(&scan);
	if (is_active)
	{
		found->deployment_no = gov_scan_int8(&scan, "deployment_no");
		found->deployment_id = gov_scan_text(&scan, "deployment_id");
		found->version = gov_scan_text(&scan, "version");
	}
	gov_scan_end(&scan);
	return is_active;
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
	GovScan		scan;

	gov_scan_begin_last(&scan, GOV_REL_DEPLOYMENT_HISTORY,
						GOV_REL_DEPLOYMENT_HISTORY_DEPLOYED_AT_IDX,
						"model_id", model_id, "environment", environment);
	if (gov_scan_next(&scan))
	{
		bool		isnull;
		Datum		last = gov_scan_datum(&scan, "ended_at", &isnull);

		if (isnull)
			last = gov_scan_datum(&scan, "deployed_at", &isnull);
		now = Max(now, DatumGetTimestampTz(last));
	}
	gov_scan_end(&scan);
	return now;
}

static Datum
uuid_text(Datum uuid)
{
	return CStringGetTextDatum(DatumGetCString(DirectFunctionCall1(uuid_out,
																   uuid)));
}

static Datum
text_uuid(const char *text)
{
	return DirectFunctionCall1(uuid_in, CStringGetDatum(text));
}

static Jsonb *
no_gates(void)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											  CStringGetDatum("[]")));
}

Datum
gov_deployment_insert(const GovNewDeployment *deployment)
{
	/* The caller has locked the model, so nobody else takes this number. */
	int64		deployment_no =
		gov_scan_highest(GOV_REL_DEPLOYMENT_HISTORY,
						 GOV_REL_DEPLOYMENT_HISTORY_PKEY, "model_id",
						 deployment->model_id, "deployment_no") + 1;
	const char *request_id = deployment->request_id;
	GovParam	params[] = {
		gov_text(deployment->model_id),
		gov_int8(deployment_no),
		gov_text(deployment->version),
		gov_text(deployment->environment),
		deployment->deployment_id != NULL ?
		gov_text(deployment->deployment_id) :
		gov_datum(uuid_text(DirectFunctionCall1(gen_random_uuid, (Datum) 0)),
				  false),
		gov_time(deployment->deployed_at),
		gov_text(deployment->act.user_id),
		gov_text("active"),
		gov_text(deployment->notes),
		gov_json(deployment->gate_results != NULL ?
				 deployment->gate_results : no_gates()),
		gov_datum(Int64GetDatum(deployment->restores),
				  deployment->restores == 0),
		gov_datum(request_id ? text_uuid(request_id) : (Datum) 0,
				  request_id == NULL),
		gov_names(deployment->act.principals),
		gov_names(deployment->act.backers)
	};

	return gov_insert_returning(&deployment_row, params, lengthof(params));
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

/* What the highest of its environments makes of a version. */
static const char *
followed_status(const char *model_id, const char *version)
{
	const char *status = "approved";
	int32		highest = PG_INT32_MIN;
	int32		rank;
	GovScan		scan;

	gov_scan_begin_key(&scan, GOV_REL_DEPLOYMENT_HISTORY,
					   GOV_REL_DEPLOYMENT_HISTORY_ACTIVE_KEY, "model_id",
					   model_id);
	while (gov_scan_next(&scan))
	{
		if (strcmp(gov_scan_text(&scan, "version"), version) != 0 ||
			!gov_environment_rank(gov_scan_text(&scan, "environment"), &rank))
			continue;
		status = "deployed_staging";
		highest = Max(highest, rank);
	}
	gov_scan_end(&scan);
	if (strcmp(status, "deployed_staging") == 0 &&
		gov_rank_is_production(highest))
		status = "deployed_production";
	return status;
}

void
gov_version_follow(const char *model_id, const char *version)
{
	const char *status;
	GovVersion	now;

	gov_version_find(model_id, version, &now);
	if (strcmp(now.status, "approved") != 0 &&
		strcmp(now.status, "deployed_staging") != 0 &&
		strcmp(now.status, "deployed_production") != 0)
		return;
	status = followed_status(model_id, version);
	if (strcmp(now.status, status) != 0)
		(void) gov_version_move(model_id, version, status,
								now.approval_status);
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
