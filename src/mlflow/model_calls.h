/*
 * model_calls.h
 *		MLflow's calls about models: themselves, their tags and aliases.
 */
#ifndef GOV_MLFLOW_MODEL_CALLS_H
#define GOV_MLFLOW_MODEL_CALLS_H

#include "mlflow/call.h"

extern void gov_mlflow_create_model(const GovMlflow *call);
extern void gov_mlflow_get_model(const GovMlflow *call);
extern void gov_mlflow_update_model(const GovMlflow *call);
extern void gov_mlflow_rename_model(const GovMlflow *call);
extern void gov_mlflow_delete_model(const GovMlflow *call);
extern void gov_mlflow_search_models(const GovMlflow *call);
extern void gov_mlflow_latest_versions(const GovMlflow *call);
extern void gov_mlflow_set_model_tag(const GovMlflow *call);
extern void gov_mlflow_delete_model_tag(const GovMlflow *call);
extern void gov_mlflow_set_alias(const GovMlflow *call);
extern void gov_mlflow_delete_alias(const GovMlflow *call);
extern void gov_mlflow_get_alias(const GovMlflow *call);

#endif							/* GOV_MLFLOW_MODEL_CALLS_H */
