/*
 * mlflow.c
 *		MLflow's registry API: finding and running a call.
 *
 * Nothing is decided here.  A call becomes calls of gov_* functions, which ask
 * for rights, take locks and refuse; then what they changed is read.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "access/require.h"
#include "core/args.h"
#include "mlflow/call.h"

PG_FUNCTION_INFO_V1(gov_mlflow);

static const struct
{
	const char *name;
	void		(*run) (const GovMlflow *call);
}			calls[] = {
#define MLFLOW(method, path, call, flags) {#call, gov_mlflow_##call},
#include "mlflow/call_list.h"
#undef MLFLOW
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
