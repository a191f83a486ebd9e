/*
 * call_list.h
 *		The calls of MLflow's registry API: THE list.
 *
 * MLFLOW(method, path, call, flags): path is below /api/2.0/mlflow; call is
 * its name for gov_mlflow(), which runs gov_mlflow_<call>(); flags are those
 * of the gateway's routes.h.  It has no include guard, so that it can be
 * included more than once.
 */
MLFLOW(POST, "registered-models/create", create_model, WRITES)
MLFLOW(GET, "registered-models/get", get_model, READS)
MLFLOW(PATCH, "registered-models/update", update_model, WRITES)
MLFLOW(POST, "registered-models/rename", rename_model, WRITES)
MLFLOW(DELETE, "registered-models/delete", delete_model, WRITES)
MLFLOW(GET, "registered-models/search", search_models, READS | SEARCHES)
MLFLOW(POST, "registered-models/get-latest-versions", latest_versions, READS)
MLFLOW(GET, "registered-models/get-latest-versions", latest_versions, READS)
MLFLOW(POST, "registered-models/set-tag", set_model_tag, WRITES)
MLFLOW(DELETE, "registered-models/delete-tag", delete_model_tag, WRITES)
MLFLOW(POST, "registered-models/alias", set_alias, WRITES)
MLFLOW(DELETE, "registered-models/alias", delete_alias, WRITES)
MLFLOW(GET, "registered-models/alias", get_alias, READS)
MLFLOW(POST, "model-versions/create", create_version, WRITES)
MLFLOW(GET, "model-versions/get", get_version, READS)
MLFLOW(PATCH, "model-versions/update", update_version, WRITES)
MLFLOW(DELETE, "model-versions/delete", delete_version, WRITES)
MLFLOW(GET, "model-versions/search", search_versions, READS | SEARCHES)
MLFLOW(GET, "model-versions/get-download-uri", download_uri, READS)
MLFLOW(POST, "model-versions/transition-stage", transition, WRITES)
MLFLOW(POST, "model-versions/set-tag", set_version_tag, WRITES)
MLFLOW(DELETE, "model-versions/delete-tag", delete_version_tag, WRITES)
