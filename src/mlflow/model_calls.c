/*
 * model_calls.c
 *		MLflow's calls about models, their tags and their aliases.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "access/act.h"
#include "core/args.h"
#include "mlflow/call.h"
#include "mlflow/shown.h"
#include "mlflow/stage.h"

#define PAGE 100
#define PAGE_MAX 1000

/* Is it the name or the model_id of another model that exists? */
GOV_SQL(find_taken, (TEXTOID, TEXTOID),
		"SELECT FROM governance.models AS m WHERE m.deleted_at IS NULL"
		" AND (m.name = $1 OR m.model_id = $1)"
		" AND m.model_id <> $2");

GOV_SQL(show_latest, (TEXTOID, TEXTARRAYOID),
		"SELECT " GOV_MLFLOW_LATEST(" AND " GOV_MLFLOW_STAGE " = ANY (coalesce($2,"
						  " '{None,Staging,Production,Archived}'))")
		"::text FROM governance.models AS m WHERE m.model_id = $1");

GOV_SQL(show_by_alias, (TEXTOID, TEXTOID),
		"SELECT " GOV_MLFLOW_VERSION "::text FROM governance.models AS m"
		" JOIN governance.model_aliases AS n ON n.model_id = m.model_id"
		" JOIN governance.model_versions AS v"
		" ON v.model_id = n.model_id AND v.version = n.version"
		" WHERE m.name = $1 AND m.deleted_at IS NULL AND n.alias = $2");

GOV_SQL(find_newest, (TEXTOID),
		"SELECT v.version FROM governance.model_versions AS v"
		" WHERE v.model_id = $1 AND v.deleted_at IS NULL"
		" ORDER BY " GOV_VERSION_NUMBER " DESC NULLS LAST, v.created_at DESC"
		" LIMIT 1");

static void
refuse_taken(const char *name, const char *model_id)
{
	if (gov_run(&find_taken, gov_text(name), gov_text(model_id)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg_internal("Registered Model (name=%s) already exists.",
								 name)));
}

void
gov_mlflow_create_model(const GovMlflow *call)
{
	const char *name = gov_mlflow_needed(call->request, "name");

	refuse_taken(name, "");
	gov_do(call, "gov_create_model", gov_text(name),
		   gov_text(gov_mlflow_text(call->request, "description")),
		   gov_json(gov_mlflow_tags(call->request)));
	gov_mlflow_show_model(call, gov_mlflow_model(call));
}

void
gov_mlflow_get_model(const GovMlflow *call)
{
	gov_mlflow_show_model(call, gov_mlflow_model(call));
}

void
gov_mlflow_update_model(const GovMlflow *call)
{
	const char *model_id = gov_mlflow_model(call);

	gov_do(call, "gov_update_model", gov_text(model_id),
		   gov_text(gov_mlflow_text(call->request, "description")),
		   gov_text(NULL), gov_text(NULL));
	gov_mlflow_show_model(call, model_id);
}

void
gov_mlflow_rename_model(const GovMlflow *call)
{
	const char *model_id = gov_mlflow_model(call);
	const char *name = gov_mlflow_needed(call->request, "new_name");

	refuse_taken(name, model_id);
	gov_do(call, "gov_rename_model", gov_text(model_id), gov_text(name));
	gov_mlflow_show_model(call, model_id);
}

void
gov_mlflow_delete_model(const GovMlflow *call)
{
	gov_do(call, "gov_delete_model", gov_text(gov_mlflow_model(call)),
		   gov_text(NULL));
}

void
gov_mlflow_search_models(const GovMlflow *call)
{
	GovSearch	search = {
		.hides_prompts = true,
		.row = GOV_MLFLOW_MODEL "::text",
		.list = "registered_models",
		.next = "next_page_token",
		.is_of_mlflow = true,
		.filter = gov_mlflow_text(call->request, "filter"),
		.limit = gov_mlflow_number(call->request, "max_results", PAGE,
								   PAGE_MAX),
		.page = gov_mlflow_text(call->request, "page_token")
	};

	search.order_by = gov_mlflow_texts(call->request, "order_by",
									   &search.norder);
	gov_search_run(&search, call->out);
}

void
gov_mlflow_latest_versions(const GovMlflow *call)
{
	const char *model_id = gov_mlflow_model(call);
	int			count;
	const char **stages = gov_mlflow_texts(call->request, "stages", &count);
	List	   *asked = NIL;
	int			i;

	for (i = 0; i < count; i++)
		asked = lappend(asked,
						unconstify(char *, gov_mlflow_stage(stages[i])));
	(void) gov_run(&show_latest, gov_text(model_id),
				   count > 0 ? gov_names(asked) : gov_datum(0, true));
	if (!gov_row_null(0, 1))
		appendStringInfo(call->out, "{\"model_versions\": %s}",
						 gov_row_text(0, 1));
}

void
gov_mlflow_set_model_tag(const GovMlflow *call)
{
	const char *model_id = gov_mlflow_model(call);

	gov_do(call, "gov_set_model_tag", gov_text(model_id),
		   gov_text(gov_mlflow_needed(call->request, "key")),
		   gov_text(gov_mlflow_text(call->request, "value")));
}

void
gov_mlflow_delete_model_tag(const GovMlflow *call)
{
	const char *model_id = gov_mlflow_model(call);

	gov_do(call, "gov_drop_model_tag", gov_text(model_id),
		   gov_text(gov_mlflow_needed(call->request, "key")));
}

/* "latest" and "v1" already mean versions. */
static void
check_alias(const char *alias)
{
	if (pg_strcasecmp(alias, "latest") == 0)
		gov_mlflow_bad("'latest' alias name (case insensitive) is reserved.");
	if ((alias[0] == 'v' || alias[0] == 'V') && alias[1] != '\0' &&
		alias[1 + strspn(alias + 1, "0123456789")] == '\0')
		gov_mlflow_bad("Version alias name '%s' is reserved.",
					   gov_excerpt(alias, strlen(alias)));
}

void
gov_mlflow_set_alias(const GovMlflow *call)
{
	const char *alias = gov_mlflow_needed(call->request, "alias");
	const char *model_id;
	const char *version;

	check_alias(alias);
	version = gov_mlflow_version(call, &model_id, NULL);
	gov_do(call, "gov_set_model_alias", gov_text(model_id), gov_text(alias),
		   gov_text(version), gov_datum(0, true));
}

void
gov_mlflow_delete_alias(const GovMlflow *call)
{
	const char *model_id = gov_mlflow_model(call);

	gov_do(call, "gov_drop_model_alias", gov_text(model_id),
		   gov_text(gov_mlflow_needed(call->request, "alias")));
}

void
gov_mlflow_get_alias(const GovMlflow *call)
{
	const char *name = gov_mlflow_needed(call->request, "name");
	const char *alias = gov_mlflow_needed(call->request, "alias");
	const char *model_id;

	if (gov_run(&show_by_alias, gov_text(name), gov_text(alias)) > 0)
	{
		appendStringInfo(call->out, "{\"model_version\": %s}",
						 gov_row_text(0, 1));
		return;
	}
	model_id = gov_mlflow_model(call);
	if (pg_strcasecmp(alias, "latest") != 0 ||
		gov_run(&find_newest, gov_text(model_id)) == 0)
		gov_mlflow_bad("Registered model alias %s not found.",
					   gov_excerpt(alias, strlen(alias)));
	gov_mlflow_show_version(call, model_id, gov_row_text(0, 1));
}
