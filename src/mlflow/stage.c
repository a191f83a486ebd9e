/*
 * stage.c
 *		MLflow's stages, which are deployments and deprecation here.
 *
 * Production and Staging are deployments to these environments, None is their
 * end, Archived is deprecation.  Each move is made by the functions that
 * people call, with all their rules.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "core/args.h"
#include "mlflow/call.h"
#include "mlflow/stage.h"

static const char *const stages[] = {
	"None", "Staging", "Production", "Archived"
};

GOV_SQL(find_active, (TEXTOID, TEXTOID),
		"SELECT d.environment FROM governance.deployment_history AS d"
		" JOIN governance.environments AS e ON e.name = d.environment"
		" WHERE d.model_id = $1 AND d.version = $2 AND d.status = 'active'"
		" ORDER BY e.rank DESC, d.environment");

GOV_SQL(find_others, (TEXTOID, TEXTOID, TEXTOID),
		"SELECT v.version FROM governance.model_versions AS v"
		" WHERE v.model_id = $1 AND v.version <> $2 AND v.status = $3"
		" AND v.deleted_at IS NULL ORDER BY v.version");

const char *
gov_mlflow_stage(const char *text)
{
	int			i;

	for (i = 0; i < lengthof(stages); i++)
	{
		if (pg_strcasecmp(stages[i], text) == 0)
			return stages[i];
	}
	gov_mlflow_bad("Invalid Model Version stage: %s. Value must be one of None, Staging, Production, Archived.",
				   gov_excerpt(text, strlen(text)));
}

/* The first column of the last result. */
static char **
names_found(uint64 count)
{
	char	  **names = palloc(sizeof(char *) * Max(count, 1));
	uint64		i;

	for (i = 0; i < count; i++)
		names[i] = gov_row_text(i, 1);
	return names;
}

/*
 * End the version's deployments except the one to "keep"; returns whether that
 * exists.
 */
static bool
undeploy(const GovMlflow *call, const char *model_id, const char *version,
		 const char *keep)
{
	uint64		count = gov_run(&find_active, gov_text(model_id),
								gov_text(version));
	char	  **environments = names_found(count);
	bool		is_there = false;
	uint64		i;

	for (i = 0; i < count; i++)
	{
		if (strcmp(environments[i], keep) == 0)
			is_there = true;
		else
			gov_do(call, "gov_undeploy_model", gov_text(model_id),
				   gov_text(environments[i]), gov_text(NULL));
	}
	return is_there;
}

static bool
is_active_in(const char *model_id, const char *version,
			 const char *environment)
{
	uint64		count = gov_run(&find_active, gov_text(model_id),
								gov_text(version));
	uint64		i;

	for (i = 0; i < count; i++)
	{
		if (strcmp(gov_row_text(i, 1), environment) == 0)
			return true;
	}
	return false;
}

static void
archive(const GovMlflow *call, const char *model_id, const char *version)
{
	(void) undeploy(call, model_id, version, "");
	gov_do(call, "gov_deprecate_model", gov_text(model_id), gov_text(version),
		   gov_text(NULL));
}

/*
 * enter
 *		Deploy to the environment of Staging or Production, and archive the
 *		versions that were in that stage, if the client asks for it.
 */
static void
enter(const GovMlflow *call, const char *model_id, const char *version,
	  const char *environment, bool archives)
{
	bool		is_staging = strcmp(environment, "staging") == 0;
	uint64		count = gov_run(&find_others, gov_text(model_id),
								gov_text(version),
								gov_text(psprintf("deployed_%s",
												  environment)));
	char	  **others = names_found(count);
	uint64		i;
	bool		is_there = is_staging ?
		undeploy(call, model_id, version, environment) :
		is_active_in(model_id, version, environment);

	if (!is_there)
		gov_do(call, "gov_deploy_model", gov_text(model_id),
			   gov_text(version), gov_text(environment), gov_text(NULL),
			   gov_text(NULL));
	for (i = 0; archives && i < count; i++)
		archive(call, model_id, others[i]);
}

void
gov_mlflow_transition(const GovMlflow *call)
{
	const char *stage =
		gov_mlflow_stage(gov_mlflow_needed(call->request, "stage"));
	bool		archives = gov_mlflow_bool(call->request,
										   "archive_existing_versions");
	bool		is_deployed = strcmp(stage, "Production") == 0 ||
		strcmp(stage, "Staging") == 0;
	const char *model_id;
	char	   *status;
	const char *version = gov_mlflow_version(call, &model_id, &status);
	bool		is_archived = strcmp(status, "deprecated") == 0;

	if (archives && !is_deployed)
		gov_mlflow_bad("Model version transition cannot archive existing model versions because '%s' is not an Active stage. Valid stages are ['Staging', 'Production']",
					   stage);
	if (is_deployed)
		enter(call, model_id, version,
			  stage[0] == 'S' ? "staging" : "production", archives);
	else if (strcmp(stage, "Archived") == 0)
	{
		if (!is_archived)
			archive(call, model_id, version);
	}
	else if (is_archived)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s:%s\" is deprecated, for good",
						model_id, version),
				 errhint("Register another version.")));
	else
		(void) undeploy(call, model_id, version, "");
	gov_mlflow_show_version(call, model_id, version);
}
