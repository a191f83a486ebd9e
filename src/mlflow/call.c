/*
 * call.c
 *		A call of MLflow's API in progress, and what all calls need.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"

#include "core/args.h"
#include "mlflow/call.h"
#include "mlflow/shown.h"

#define MAX_PARAMS 10

GOV_SQL(find_version, (TEXTOID, TEXTOID),
		"SELECT v.model_id, v.status FROM governance.models AS m"
		" JOIN governance.model_versions AS v ON v.model_id = m.model_id"
		" WHERE m.name = $1 AND m.deleted_at IS NULL"
		" AND v.version = $2 AND v.deleted_at IS NULL");

GOV_SQL(show_model, (TEXTOID),
		"SELECT " GOV_MLFLOW_MODEL "::text FROM governance.models AS m"
		" WHERE m.model_id = $1");

GOV_SQL(show_version, (TEXTOID, TEXTOID),
		"SELECT " GOV_MLFLOW_VERSION "::text FROM governance.models AS m"
		" JOIN governance.model_versions AS v ON v.model_id = m.model_id"
		" WHERE m.model_id = $1 AND v.version = $2");

void
gov_mlflow_do(const GovMlflow *call, const char *function,
			  const GovParam *params, int nparams)
{
	LOCAL_FCINFO(fcinfo, MAX_PARAMS);
	FmgrInfo	info;
	List	   *name = list_make2(makeString(get_namespace_name(call->schema)),
								  makeString(pstrdup(function)));
	int			i;

	if (nparams > MAX_PARAMS)
		elog(ERROR, "too many parameters for %s()", function);
	fmgr_info(LookupFuncName(name, -1, NULL, false), &info);
	InitFunctionCallInfoData(*fcinfo, &info, nparams, DEFAULT_COLLATION_OID,
							 NULL, NULL);
	for (i = 0; i < nparams; i++)
	{
		fcinfo->args[i].value = params[i].value;
		fcinfo->args[i].isnull = params[i].isnull;
	}
	(void) FunctionCallInvoke(fcinfo);
}

const char *
gov_mlflow_model(const GovMlflow *call)
{
	const char *name = gov_mlflow_needed(call->request, "name");

	if (gov_run(gov_sql("SELECT m.model_id FROM governance.models AS m"
						" WHERE m.name = $1 AND m.deleted_at IS NULL"),
				gov_text(name)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg_internal("Registered Model with name=%s not found",
								 name)));
	return gov_row_text(0, 1);
}

const char *
gov_mlflow_version(const GovMlflow *call, const char **model_id,
				   char **status)
{
	const char *name = gov_mlflow_needed(call->request, "name");
	const char *version = gov_mlflow_needed(call->request, "version");

	if (gov_run(&find_version, gov_text(name), gov_text(version)) == 0)
	{
		const char *digits = version + (version[0] == '-');

		if (digits[0] == '\0' ||
			digits[strspn(digits, "0123456789")] != '\0')
			gov_mlflow_bad("Model version must be an integer, got '%s'",
						   gov_excerpt(version, strlen(version)));
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg_internal("Model Version (name=%s, version=%s) not found",
								 name,
								 gov_excerpt(version, strlen(version)))));
	}
	*model_id = gov_row_text(0, 1);
	if (status != NULL)
		*status = gov_row_text(0, 2);
	return version;
}

void
gov_mlflow_show_model(const GovMlflow *call, const char *model_id)
{
	(void) gov_run(&show_model, gov_text(model_id));
	appendStringInfo(call->out, "{\"registered_model\": %s}",
					 gov_row_text(0, 1));
}

void
gov_mlflow_show_version(const GovMlflow *call, const char *model_id,
						const char *version)
{
	(void) gov_run(&show_version, gov_text(model_id), gov_text(version));
	appendStringInfo(call->out, "{\"model_version\": %s}",
					 gov_row_text(0, 1));
}
