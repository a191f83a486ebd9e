/*
 * version_calls.c
 *		MLflow's calls about versions of models.
 *
 * A version that MLflow makes gets a number: one more than the highest that
 * the model ever had, deleted versions included.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "access/require.h"
#include "core/args.h"
#include "core/row_json.h"
#include "mlflow/call.h"
#include "mlflow/shown.h"
#include "mlflow/source.h"
#include "registry/model.h"
#include "registry/model_tag.h"

#define PAGE_MAX 200000

GOV_SQL(next_number, (TEXTOID),
		"SELECT coalesce(max(" GOV_VERSION_NUMBER "), 0)::int8 + 1"
		" FROM governance.model_versions AS v WHERE v.model_id = $1");

/* Lock the model, for which registrations wait, and find the next number. */
static const char *
take_number(const char *model_id)
{
	char	   *number = palloc(MAXINT8LEN + 1);

	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_model_resource(model_id),
							   gov_model_lock(model_id));
	(void) gov_run(&next_number, gov_text(model_id));
	pg_lltoa(gov_row_int8(0, 1), number);
	gov_spi_end();
	return number;
}

static void
put(JsonbParseState **state, const char *key, const char *value)
{
	if (value[0] != '\0')
		gov_json_put(state, key, CStringGetTextDatum(value), false, TEXTOID);
}

/* What MLflow tells about a version, except where its files are. */
static Jsonb *
metadata_of(const GovMlflow *call, const char *source, const char *path)
{
	JsonbParseState *state = NULL;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put(&state, "run_id", gov_mlflow_text(call->request, "run_id"));
	put(&state, "run_link", gov_mlflow_text(call->request, "run_link"));
	put(&state, "source", strcmp(source, path) == 0 ? "" : source);
	return gov_json_end(&state);
}

void
gov_mlflow_create_version(const GovMlflow *call)
{
	const char *model_id = gov_mlflow_model(call);
	const char *source = gov_mlflow_needed(call->request, "source");
	Jsonb	   *tags = gov_mlflow_tags(call->request);
	const char *path;
	const char *version;

	gov_tags_check(tags);
	path = gov_mlflow_source(source, tags);
	version = take_number(model_id);
	gov_do(call, "gov_register_model", gov_text(model_id), gov_text(version),
		   gov_text(gov_mlflow_text(call->request, "description")),
		   gov_text(NULL), gov_text(NULL), gov_json(NULL), gov_text(path),
		   gov_datum(0, true), gov_json(NULL),
		   gov_json(metadata_of(call, source, path)));
	gov_tags_put(model_id, version, tags);
	gov_mlflow_show_version(call, model_id, version);
}

void
gov_mlflow_get_version(const GovMlflow *call)
{
	const char *model_id;
	const char *version = gov_mlflow_version(call, &model_id, NULL);

	gov_mlflow_show_version(call, model_id, version);
}

void
gov_mlflow_update_version(const GovMlflow *call)
{
	const char *model_id;
	const char *version = gov_mlflow_version(call, &model_id, NULL);

	gov_do(call, "gov_describe_model_version", gov_text(model_id),
		   gov_text(version),
		   gov_text(gov_mlflow_given(call->request, "description")));
	gov_mlflow_show_version(call, model_id, version);
}

void
gov_mlflow_delete_version(const GovMlflow *call)
{
	const char *model_id;
	const char *version = gov_mlflow_version(call, &model_id, NULL);

	gov_do(call, "gov_delete_model_version", gov_text(model_id),
		   gov_text(version), gov_text(NULL));
}

void
gov_mlflow_search_versions(const GovMlflow *call)
{
	GovSearch	search = {
		.versions = true,
		.hides_prompts = true,
		.row = GOV_MLFLOW_VERSION "::text",
		.list = "model_versions",
		.next = "next_page_token",
		.is_of_mlflow = true,
		.filter = gov_mlflow_text(call->request, "filter"),
		.limit = gov_mlflow_number(call->request, "max_results", PAGE_MAX,
								   PAGE_MAX),
		.page = gov_mlflow_text(call->request, "page_token")
	};

	search.limit = Min(search.limit, GOV_SEARCH_MAX);
	search.order_by = gov_mlflow_texts(call->request, "order_by",
									   &search.norder);
	gov_search_run(&search, call->out);
}

void
gov_mlflow_download_uri(const GovMlflow *call)
{
	const char *model_id;
	const char *version = gov_mlflow_version(call, &model_id, NULL);

	(void) gov_run(gov_sql("SELECT v.model_path"
						   " FROM governance.model_versions AS v"
						   " WHERE v.model_id = $1 AND v.version = $2"),
				   gov_text(model_id), gov_text(version));
	appendStringInfoString(call->out, "{\"artifact_uri\": ");
	escape_json(call->out, gov_row_text(0, 1));
	appendStringInfoChar(call->out, '}');
}

void
gov_mlflow_set_version_tag(const GovMlflow *call)
{
	const char *model_id;
	const char *version = gov_mlflow_version(call, &model_id, NULL);

	gov_do(call, "gov_set_version_tag", gov_text(model_id), gov_text(version),
		   gov_text(gov_mlflow_needed(call->request, "key")),
		   gov_text(gov_mlflow_text(call->request, "value")));
}

void
gov_mlflow_delete_version_tag(const GovMlflow *call)
{
	const char *model_id;
	const char *version = gov_mlflow_version(call, &model_id, NULL);

	gov_do(call, "gov_drop_version_tag", gov_text(model_id),
		   gov_text(version),
		   gov_text(gov_mlflow_needed(call->request, "key")));
}
