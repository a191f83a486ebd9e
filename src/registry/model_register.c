/*
 * model_register.c
 *		Registering model versions, describing models, recording metrics.
 *
 * A version is written once.  Registrations of one model wait for each other
 * at the model's row, so of two at once the second finds the version of the
 * first.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "core/insert.h"
#include "core/operation.h"
#include "core/scan.h"
#include "core/spi.h"
#include "lifecycle/known.h"
#include "registry/metrics.h"
#include "registry/model.h"
#include "tlog/sha256.h"

PG_FUNCTION_INFO_V1(gov_register_model);
PG_FUNCTION_INFO_V1(gov_update_model);
PG_FUNCTION_INFO_V1(gov_record_model_metrics);

#define OWNER_MAX	256			/* bytes: it is indexed */

/* The first field of what a content digest covers: the version of the form. */
#define CONTENT_FORM "governance model content 1\n"

/* What it is called, and what that looks like, its trigger says. */
GOV_SQL(insert_model,
		(TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, TIMESTAMPTZOID, TEXTOID,
		 TIMESTAMPTZOID),
		"INSERT INTO governance.models (model_id, description, owner, tags,"
		" created_at, created_by, last_updated_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING");

static GovInsert model_row = {
	.table = GOV_REL_MODELS,
	.columns = "model_id description owner tags created_at created_by"
		" last_updated_at",
	.statement = &insert_model,
	.unless_taken = true
};

/* Why the model_id cannot be used: it was deleted, or is another's name. */
GOV_SQL(find_taken, (TEXTOID),
		"SELECT m.model_id FROM (SELECT 1) AS one"
		" LEFT JOIN governance.models AS m"
		" ON m.name = $1 AND m.deleted_at IS NULL"
		" WHERE NOT EXISTS (SELECT FROM governance.models AS i"
		" WHERE i.model_id = $1 AND i.deleted_at IS NULL)");

GOV_SQL(insert_version,
		(TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
		 JSONBOID, TEXTOID, INT8OID, JSONBOID, JSONBOID, TEXTOID, TEXTOID,
		 TEXTOID, TEXTARRAYOID, TEXTARRAYOID, TIMESTAMPTZOID),
		"INSERT INTO governance.model_versions AS t"
		" (model_id, version, created_at, created_by, description,"
		" source_commit, training_data_hash, hyperparameters, model_path,"
		" model_size_bytes, artifacts, metadata, content_digest, status,"
		" approval_status, created_principals, created_backers,"
		" last_updated_at)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
		" $14, $15, $16, $17, $18) RETURNING t");

static GovInsert version_row = {
	.table = GOV_REL_MODEL_VERSIONS,
	.columns = "model_id version created_at created_by description"
		" source_commit training_data_hash hyperparameters model_path"
		" model_size_bytes artifacts metadata content_digest status"
		" approval_status created_principals created_backers"
		" last_updated_at",
	.statement = &insert_version
};

GOV_SQL(update_model, (TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID),
		"UPDATE governance.models AS t SET"
		" description = coalesce($2, t.description),"
		" owner = coalesce($3, t.owner),"
		" tags = coalesce($4, t.tags),"
		" last_updated_at = pg_catalog.clock_timestamp()"
		" WHERE t.model_id = $1 AND"
		" (t.description, t.owner, t.tags) IS DISTINCT FROM"
		" (coalesce($2, t.description), coalesce($3, t.owner),"
		" coalesce($4, t.tags)) RETURNING t");

/* Two at once wait for each other at the number: without a row, try again. */
GOV_SQL(insert_metrics, (TEXTOID, TEXTOID, TEXTOID, JSONBOID),
		"INSERT INTO governance.model_metrics AS t"
		" (model_id, version, metrics_no, recorded_by, metrics)"
		" VALUES ($1, $2, (SELECT coalesce(max(m.metrics_no), 0) + 1"
		" FROM governance.model_metrics AS m"
		" WHERE m.model_id = $1 AND m.version = $2), $3, $4)"
		" ON CONFLICT (model_id, version, metrics_no) DO NOTHING"
		" RETURNING t");

/*
 * append_field
 *		Append a field to the canonical form of a version's content.
 *
 * It is a netstring of its UTF-8 (length in bytes, ':', the bytes, ','), or
 * "-," for NULL, so that no two contents have the same form.
 */
static void
append_field(StringInfo content, const char *value)
{
	const char *utf8 = value;

	if (value == NULL)
	{
		appendStringInfoString(content, "-,");
		return;
	}
	/*
	 * SQL_ASCII says nothing about the meaning of bytes: they stay as they
	 * are.
	 */
	if (GetDatabaseEncoding() != PG_SQL_ASCII)
		utf8 = pg_server_to_any(value, strlen(value), PG_UTF8);
	appendStringInfo(content, "%zu:", strlen(utf8));
	appendStringInfoString(content, utf8);
	appendStringInfoChar(content, ',');
}

static char *
json_text(Jsonb *jb)
{
	return JsonbToCString(NULL, &jb->root, VARSIZE(jb));
}

typedef struct Content
{
	const char *source_commit;
	const char *training_data_hash;
	Jsonb	   *hyperparameters;
	const char *model_path;
	int64		model_size_bytes;
	Jsonb	   *artifacts;
} Content;

/* SHA-256, in hex, of the content's canonical form. */
static char *
content_digest(const Content *content)
{
	StringInfoData form;
	uint8_t		digest[GOV_SHA256_LEN];
	char	   *hex = palloc(2 * GOV_SHA256_LEN + 1);

	initStringInfo(&form);
	appendStringInfoString(&form, CONTENT_FORM);
	append_field(&form, content->source_commit);
	append_field(&form, content->training_data_hash);
	append_field(&form, json_text(content->hyperparameters));
	append_field(&form, content->model_path);
	append_field(&form, psprintf(INT64_FORMAT, content->model_size_bytes));
	append_field(&form, json_text(content->artifacts));
	if (!gov_sha256(form.data, form.len, digest))
		elog(ERROR, "SHA-256 failed");
	gov_hex(digest, GOV_SHA256_LEN, hex);
	return hex;
}

/* False where the id, or the name, is taken. */
static bool
make_model(const char *model_id, const char *description, const char *user_id)
{
	GovParam	now = gov_time(GetCurrentTimestamp());
	GovParam	params[] = {
		gov_text(model_id),
		gov_text(description),
		gov_text(user_id),
		gov_names(NIL),
		now,
		gov_text(user_id),
		now
	};
	bool		is_made;

	gov_operation_begin("create", NULL);
	is_made = gov_insert_unless_taken(&model_row, params, lengthof(params));
	gov_operation_end();
	return is_made;
}

/*
 * make_and_lock
 *		The model's row, made where there is none.
 *
 * Of two that make it at once the second waits in make_model() and then locks
 * what the first has made.
 */
static void
make_and_lock(const char *model_id, const char *description,
			  const char *user_id)
{
	if (gov_model_lock_listed(model_id))
		return;
	if (make_model(model_id, description, user_id))
		return;
	if (gov_run(&find_taken, gov_text(model_id)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("model \"%s\" cannot be made", model_id),
				 gov_row_text(0, 1) == NULL ?
				 errdetail("A model of that id was deleted.") :
				 errdetail("Model \"%s\" has that name.",
						   gov_row_text(0, 1)),
				 errhint("Take another model_id; gov_create_model() gives a deleted name to a new model.")));
	gov_model_lock(model_id);
}

static bool
is_registered(const char *model_id, const char *version)
{
	GovScan		scan;
	bool		found;

	gov_scan_begin_pair(&scan, GOV_REL_MODEL_VERSIONS,
						GOV_REL_MODEL_VERSIONS_PKEY, "model_id", model_id,
						"version", version);
	found = gov_scan_next(&scan);
	gov_scan_end(&scan);
	return found;
}

/*
 * gov_register_model(...) → model_versions
 */
Datum
gov_register_model(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	const char *description = gov_arg_text(fcinfo, 2, "description", "");
	Content		content;
	Jsonb	   *metadata;
	GovActor	actor;
	GovAct		act;
	GovParam	now;
	Datum		row;

	content.source_commit = gov_arg_text(fcinfo, 3, "source_commit", NULL);
	content.training_data_hash = gov_arg_text(fcinfo, 4,
											  "training_data_hash", NULL);
	content.hyperparameters = gov_arg_object(fcinfo, 5, "hyperparameters",
											 false);
	content.model_path = gov_arg_text(fcinfo, 6, "model_path", "");
	content.model_size_bytes = PG_ARGISNULL(7) ? 0 :
		gov_arg_int8(fcinfo, 7, "model_size_bytes", 0, PG_INT64_MAX);
	content.artifacts = gov_arg_document(fcinfo, 8, "artifacts", false);
	metadata = gov_arg_object(fcinfo, 9, "metadata", false);

	gov_refuse_read_only("gov_register_model()");
	act = gov_act_locking(&actor, GOV_PERM_MODEL_REGISTER,
						  gov_version_resource(model_id, version),
						  make_and_lock(model_id, description,
										actor.user_id));

	if (is_registered(model_id, version) &&
		gov_run(gov_sql("SELECT created_by, to_char(created_at AT TIME ZONE"
						" 'UTC', 'YYYY-MM-DD HH24:MI:SS')"
						" FROM governance.model_versions WHERE model_id = $1"
						" AND version = $2"), gov_text(model_id),
				gov_text(version)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("model version \"%s\" exists already",
						gov_version_name(model_id, version)),
				 errdetail("User \"%s\" registered it at %s UTC.",
						   gov_row_text(0, 1), gov_row_text(0, 2)),
				 errhint("A version is written once: register another one.")));

	now = gov_time(GetCurrentTimestamp());
	gov_operation_begin("register", NULL);
	row = gov_insert_returning(&version_row, (GovParam[])
							   {
								   gov_text(model_id),
								   gov_text(version),
								   now,
								   gov_text(actor.user_id),
								   gov_text(description),
								   gov_text(content.source_commit),
								   gov_text(content.training_data_hash),
								   gov_json(content.hyperparameters),
								   gov_text(content.model_path),
								   gov_int8(content.model_size_bytes),
								   gov_json(content.artifacts),
								   gov_json(metadata),
								   gov_text(content_digest(&content)),
								   gov_text("registered"),
								   gov_text("pending"),
								   gov_names(act.principals),
								   gov_names(act.backers),
								   now
							   }, 18);
	gov_operation_end();
	gov_spi_end();
	return row;
}

/*
 * The tags as given, or NULL; each is short enough to be indexed, and none
 * comes twice.
 */
static GovParam
arg_tags(FunctionCallInfo fcinfo, int n)
{
	int			count;
	const char **tags = gov_arg_text_array(fcinfo, n, "tags", &count);
	int			i;
	int			j;

	for (i = 0; i < count; i++)
	{
		if (strlen(tags[i]) > GOV_ID_LEN)
			gov_bad_value("tags",
						  psprintf("\"%s\" is longer than %d bytes.",
								   gov_excerpt(tags[i], strlen(tags[i])),
								   GOV_ID_LEN),
						  NULL);
		for (j = 0; j < i; j++)
		{
			if (strcmp(tags[i], tags[j]) == 0)
				gov_bad_value("tags",
							  psprintf("\"%s\" is given twice.", tags[i]),
							  NULL);
		}
	}
	return count < 0 ? gov_datum((Datum) 0, true) :
		gov_datum(PG_GETARG_DATUM(n), false);
}

/* The owner, NULL to keep it; short enough to be indexed. */
static const char *
arg_owner(FunctionCallInfo fcinfo, int n)
{
	const char *owner;

	if (PG_ARGISNULL(n))
		return NULL;
	owner = gov_arg_reason(fcinfo, n, "owner");
	if (strlen(owner) > OWNER_MAX)
		gov_bad_value("owner",
					  psprintf("\"%s\" is longer than %d bytes.",
							   gov_excerpt(owner, strlen(owner)), OWNER_MAX),
					  NULL);
	return owner;
}

/*
 * gov_update_model(model_id, description, owner, tags) → models
 *		NULL leaves a field as it was; where nothing changes nothing is
 *		written.
 */
Datum
gov_update_model(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *description = gov_arg_text(fcinfo, 1, "description", NULL);
	const char *owner = arg_owner(fcinfo, 2);
	GovParam	tags = arg_tags(fcinfo, 3);

	gov_refuse_read_only("gov_update_model()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_model_resource(model_id),
							   gov_model_lock(model_id));
	gov_known_owner(owner);
	gov_operation_begin("update", NULL);
	if (gov_run(&update_model, gov_text(model_id), gov_text(description),
				gov_text(owner), tags) == 0)
		gov_run(gov_sql("SELECT t FROM governance.models AS t"
						" WHERE t.model_id = $1"), gov_text(model_id));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_record_model_metrics(model_id, version, metrics) → model_metrics
 */
Datum
gov_record_model_metrics(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	Jsonb	   *metrics = gov_arg_metrics(fcinfo, 2);
	GovActor	actor;
	GovVersion	found;

	gov_refuse_read_only("gov_record_model_metrics()");
	actor = gov_require_any(GOV_MASK(GOV_PERM_MODEL_REGISTER) |
							GOV_MASK(GOV_PERM_MODEL_DEPLOY) |
							GOV_MASK(GOV_PERM_SLA_RECORD),
							gov_version_resource(model_id, version));

	gov_spi_begin();
	gov_version_find(model_id, version, &found);
	gov_operation_begin("record", NULL);
	while (gov_run(&insert_metrics, gov_text(model_id), gov_text(version),
				   gov_text(actor.user_id), gov_json(metrics)) == 0)
		CHECK_FOR_INTERRUPTS();
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}
