/*
 * call.h
 *		A call of MLflow's API in progress, and what all calls need.
 */
#ifndef GOV_MLFLOW_CALL_H
#define GOV_MLFLOW_CALL_H

#include "lib/stringinfo.h"

#include "core/spi.h"
#include "mlflow/request.h"

typedef struct GovMlflow
{
	const Jsonb *request;
	Oid			schema;			/* of the functions gov_* */
	StringInfo	out;			/* the answer, JSON; "" stands for {} */
} GovMlflow;

/* gov_mlflow_<call>() answers that call. */
#define MLFLOW(method, path, call, flags) \
	extern void gov_mlflow_##call(const GovMlflow *);
#include "mlflow/call_list.h"
#undef MLFLOW

/* Call gov_<name>, which decides, and refuses in its own words. */
extern void gov_mlflow_do(const GovMlflow *call, const char *function,
						  const GovParam *params, int nparams);
#define gov_do(call, function, ...) \
	gov_mlflow_do((call), (function), (GovParam[]) {__VA_ARGS__}, \
				  lengthof(((GovParam[]) {__VA_ARGS__})))

/* The model_id of the model in field "name"; 42704 where there is none. */
extern const char *gov_mlflow_model(const GovMlflow *call);

/*
 * The version in the fields "name" and "version"; sets its model_id and, where
 * the caller wants it, its status.  42704 where there is none, and 22023 where
 * the version does not exist and is not a number.
 */
extern const char *gov_mlflow_version(const GovMlflow *call,
									  const char **model_id, char **status);

/* Append the answer: one model or version, as it is now. */
extern void gov_mlflow_show_model(const GovMlflow *call, const char *model_id);
extern void gov_mlflow_show_version(const GovMlflow *call,
									const char *model_id,
									const char *version);

#endif							/* GOV_MLFLOW_CALL_H */
