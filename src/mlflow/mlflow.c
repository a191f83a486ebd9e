/*
 * mlflow.c
 *		MLflow's registry API: which call is which, and what all need.
 *
 * Nothing is decided here.  A call becomes calls of gov_* functions, which ask
 * for rights, take locks and refuse; what they changed is read again.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "access/require.h"
#include "core/args.h"
#include "mlflow/model_calls.h"
#include "mlflow/stage.h"
#include "mlflow/version_calls.h"

PG_FUNCTION_INFO_V1(gov_mlflow);

static const struct
{
	const char *name;
	void		(*run) (const GovMlflow *call);
}			calls[] = {
	{"create_model", gov_mlflow_create_model},
	{"get_model", gov_mlflow_get_model},
	{"update_model", gov_mlflow_update_model},
	{"rename_model", gov_mlflow_rename_model},
	{"delete_model", gov_mlflow_delete_model},
	{"search_models", gov_mlflow_search_models},
	{"latest_versions", gov_mlflow_latest_versions},
	{"set_model_tag", gov_mlflow_set_model_tag},
	{"delete_model_tag", gov_mlflow_delete_model_tag},
	{"set_alias", gov_mlflow_set_alias},
	{"delete_alias", gov_mlflow_delete_alias},
	{"get_alias", gov_mlflow_get_alias},
	{"create_version", gov_mlflow_create_version},
	{"get_version", gov_mlflow_get_version},
	{"update_version", gov_mlflow_update_version},
	{"delete_version", gov_mlflow_delete_version},
	{"search_versions", gov_mlflow_search_versions},
	{"download_uri", gov_mlflow_download_uri},
	{"transition", gov_mlflow_transition},
	{"set_version_tag", gov_mlflow_set_version_tag},
	{"delete_version_tag", gov_mlflow_delete_version_tag},
};

/*
 * gov_mlflow(call, request) → json
 */
Datum
gov_mlflow(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_text(fcinfo, 0, "call", NULL);
	GovMlflow	call = {
		.request = gov_arg_object(fcinfo, 1, "request", false),
		.schema = get_func_namespace(fcinfo->flinfo->fn_oid),
		.out = makeStringInfo()
	};
	int			i;

	if (name == NULL)
		gov_missing_value("call");
	for (i = 0; i < lengthof(calls); i++)
	{
		if (strcmp(calls[i].name, name) == 0)
			break;
	}
	if (i == lengthof(calls))
		gov_bad_value("call", "It is none of MLflow's registry.", NULL);
	(void) gov_require_actor();
	gov_spi_begin();
	calls[i].run(&call);
	gov_spi_end();
	if (call.out->len == 0)
		appendStringInfoString(call.out, "{}");
	PG_RETURN_TEXT_P(cstring_to_text(call.out->data));
}
