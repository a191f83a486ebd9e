/*
 * version_calls.h
 *		MLflow's calls about versions of models.
 */
#ifndef GOV_MLFLOW_VERSION_CALLS_H
#define GOV_MLFLOW_VERSION_CALLS_H

#include "mlflow/call.h"

extern void gov_mlflow_create_version(const GovMlflow *call);
extern void gov_mlflow_get_version(const GovMlflow *call);
extern void gov_mlflow_update_version(const GovMlflow *call);
extern void gov_mlflow_delete_version(const GovMlflow *call);
extern void gov_mlflow_search_versions(const GovMlflow *call);
extern void gov_mlflow_download_uri(const GovMlflow *call);
extern void gov_mlflow_set_version_tag(const GovMlflow *call);
extern void gov_mlflow_delete_version_tag(const GovMlflow *call);

#endif							/* GOV_MLFLOW_VERSION_CALLS_H */
