/*
 * shown.h
 *		SQL that shows models and versions in MLflow's form.
 *
 * Empty members are left out.  Times are milliseconds since 1970, rounded
 * down, so that none is after its moment.
 */
#ifndef GOV_MLFLOW_SHOWN_H
#define GOV_MLFLOW_SHOWN_H

#include "registry/search.h"

#define MILLISECONDS(moment) \
	"floor(extract(epoch FROM " moment ") * 1000)::bigint"

#define GOV_MLFLOW_STAGE \
	"(CASE v.status WHEN 'deployed_production' THEN 'Production'" \
	" WHEN 'deployed_staging' THEN 'Staging'" \
	" WHEN 'deprecated' THEN 'Archived' ELSE 'None' END)"

/* A version v of a model m. */
#define GOV_MLFLOW_VERSION \
	"jsonb_strip_nulls(jsonb_build_object('name', m.name," \
	" 'version', v.version," \
	" 'creation_timestamp', " MILLISECONDS("v.created_at") "," \
	" 'last_updated_timestamp', " MILLISECONDS("v.last_updated_at") "," \
	" 'user_id', v.created_by, 'current_stage', " GOV_MLFLOW_STAGE "," \
	" 'description', v.description," \
	" 'source', coalesce(v.metadata ->> 'source', v.model_path)," \
	" 'run_id', coalesce(v.metadata ->> 'run_id', '')," \
	" 'run_link', coalesce(v.metadata ->> 'run_link', '')," \
	" 'status', 'READY'," \
	" 'tags', (SELECT jsonb_agg(jsonb_build_object('key', t.key," \
	" 'value', t.value) ORDER BY t.key)" \
	" FROM governance.model_version_tags AS t" \
	" WHERE t.model_id = v.model_id AND t.version = v.version)," \
	" 'aliases', (SELECT jsonb_agg(a.alias ORDER BY a.alias)" \
	" FROM governance.model_aliases AS a" \
	" WHERE a.model_id = v.model_id AND a.version = v.version)))"

/* The newest version in each stage of a model m, as an array. */
#define GOV_MLFLOW_LATEST(and_which) \
	"(SELECT jsonb_agg(" GOV_MLFLOW_VERSION " ORDER BY v.number, v.version)" \
	" FROM (SELECT DISTINCT ON (" GOV_MLFLOW_STAGE ") v.*, " \
	GOV_VERSION_NUMBER " AS number FROM governance.model_versions AS v" \
	" WHERE v.model_id = m.model_id AND v.deleted_at IS NULL" and_which \
	" ORDER BY " GOV_MLFLOW_STAGE ", " GOV_VERSION_NUMBER \
	" DESC NULLS LAST, v.created_at DESC) AS v)"

#define GOV_MLFLOW_MODEL \
	"jsonb_strip_nulls(jsonb_build_object('name', m.name," \
	" 'creation_timestamp', " MILLISECONDS("m.created_at") "," \
	" 'last_updated_timestamp', " MILLISECONDS(GOV_MODEL_MOVED_AT) "," \
	" 'description', nullif(m.description, '')," \
	" 'latest_versions', " GOV_MLFLOW_LATEST("") "," \
	" 'tags', (SELECT jsonb_agg(jsonb_build_object('key', t.key," \
	" 'value', t.value) ORDER BY t.key) FROM governance.model_tags AS t" \
	" WHERE t.model_id = m.model_id)," \
	" 'aliases', (SELECT jsonb_agg(jsonb_build_object('alias', a.alias," \
	" 'version', a.version) ORDER BY a.alias)" \
	" FROM governance.model_aliases AS a WHERE a.model_id = m.model_id)))"

#endif							/* GOV_MLFLOW_SHOWN_H */
