/*
 * model_change.c
 *		Models by name: made, renamed, deleted; versions described, deleted.
 *
 * Deleting hides: the trail, deployments and decisions stay, and neither the
 * model_id nor the version can be used again.  A deleted version is
 * deprecated, so every rule that refuses a deprecated version refuses it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"
#include "incident/deadline.h"
#include "registry/model.h"
#include "registry/model_name.h"
#include "registry/model_tag.h"

PG_FUNCTION_INFO_V1(gov_create_model);
PG_FUNCTION_INFO_V1(gov_rename_model);
PG_FUNCTION_INFO_V1(gov_delete_model);
PG_FUNCTION_INFO_V1(gov_delete_model_version);
PG_FUNCTION_INFO_V1(gov_describe_model_version);

/* Which model has this as its name or model_id, and was it deleted? */
GOV_SQL(find_namesake, (TEXTOID, TEXTOID),
		"SELECT m.model_id, m.deleted_at IS NOT NULL"
		" FROM governance.models AS m WHERE m.model_id <> $2"
		" AND (m.name = $1 AND m.deleted_at IS NULL OR m.model_id = $1)"
		" ORDER BY m.deleted_at IS NOT NULL LIMIT 1");

/* Either this waits for use-cases that begin to name it, or they for this. */
GOV_SQL(lock_model, (TEXTOID),
		"SELECT 1 FROM governance.models WHERE model_id = $1 FOR UPDATE");

GOV_SQL(find_active, (TEXTOID, TEXTOID),
		"SELECT d.version, pg_catalog.string_agg(d.environment, ', '"
		" ORDER BY d.environment) FROM governance.deployment_history AS d"
		" WHERE d.model_id = $1 AND d.version = coalesce($2, d.version)"
		" AND d.status = 'active' GROUP BY d.version ORDER BY d.version"
		" LIMIT 1");

GOV_SQL(drop_aliases, (TEXTOID, TEXTOID),
		"DELETE FROM governance.model_aliases"
		" WHERE model_id = $1 AND version = coalesce($2, version)");

GOV_SQL(hide_versions, (TEXTOID, TEXTOID),
		"UPDATE governance.model_versions AS t SET status = 'deprecated',"
		" deleted_at = pg_catalog.clock_timestamp(),"
		" last_updated_at = pg_catalog.clock_timestamp()"
		" WHERE t.model_id = $1 AND t.version = coalesce($2, t.version)"
		" AND t.deleted_at IS NULL RETURNING t");

pg_noreturn static void
refuse_taken(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("model named \"%s\" exists already", name),
			 errdetail("It is the name or the model_id of another model."),
			 errhint("Take another name.")));
}

/* Give a NOTICE where the name looks like another model's. */
static void
warn_of_alike(const char *name, const char *model_id)
{
	if (gov_run(gov_sql("SELECT m.name FROM governance.models AS m"
						" WHERE m.looks_like = $1 AND m.deleted_at IS NULL"
						" AND m.name <> $2 AND m.model_id <> $3"
						" ORDER BY m.name LIMIT 1"),
				gov_text(gov_model_name_skeleton(name)), gov_text(name),
				gov_text(model_id)) > 0)
		ereport(WARNING,
				(errmsg("model name \"%s\" can be taken for \"%s\"", name,
						gov_row_text(0, 1)),
				 errdetail("They differ by case, or by characters that look alike.")));
}

/*
 * The name, if it can be a model_id that nobody has had; otherwise a new one.
 */
static const char *
choose_id(const char *name)
{
	bool		was_there;

	was_there = gov_run(&find_namesake, gov_text(name), gov_text("")) > 0;
	if (was_there && !gov_row_bool(0, 2))
		refuse_taken(name);
	return was_there || !gov_id_is_valid(name, strlen(name)) ?
		gov_model_id_made(name) : name;
}

/*
 * gov_create_model(name, description, tags) → models
 */
Datum
gov_create_model(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_model_name(fcinfo, 0, "name");
	const char *description = gov_arg_text(fcinfo, 1, "description", "");
	Jsonb	   *tags = gov_arg_tags(fcinfo, 2);
	GovActor	actor;
	const char *model_id;
	Datum		row;
	bool		isnull;

	gov_refuse_read_only("gov_create_model()");
	actor = gov_require(GOV_PERM_MODEL_REGISTER, gov_model_resource(name));

	gov_spi_begin();
	model_id = choose_id(name);
	gov_operation_begin("create", NULL);
	/*
	 * Of two at once, the second waits here and then finds the row of the
	 * first.
	 */
	if (gov_run(gov_sql("INSERT INTO governance.models AS t (model_id, name,"
						" description, owner, created_by)"
						" VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING"
						" RETURNING t"), gov_text(model_id), gov_text(name),
				gov_text(description), gov_text(actor.user_id)) == 0)
		refuse_taken(name);
	row = gov_spi_keep(0, 1, &isnull);
	gov_operation_end();
	gov_tags_put(model_id, NULL, tags);
	warn_of_alike(name, model_id);
	gov_spi_end();
	return row;
}

/*
 * gov_rename_model(model_id, name) → models
 */
Datum
gov_rename_model(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *name = gov_arg_model_name(fcinfo, 1, "name");

	gov_refuse_read_only("gov_rename_model()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_model_resource(model_id),
							   gov_model_lock(model_id));
	/* The name of a deleted model is free; two at once: models_name_key. */
	if (gov_run(&find_namesake, gov_text(name), gov_text(model_id)) > 0 &&
		!gov_row_bool(0, 2))
		refuse_taken(name);
	gov_operation_begin("rename", NULL);
	if (gov_run(gov_sql("UPDATE governance.models"
						" SET name = $2, last_updated_at ="
						" pg_catalog.clock_timestamp() WHERE model_id = $1"
						" AND name <> $2"), gov_text(model_id),
				gov_text(name)) > 0)
		(void) gov_run(gov_sql("UPDATE governance.model_versions"
							   " SET last_updated_at ="
							   " pg_catalog.clock_timestamp()"
							   " WHERE model_id = $1 AND deleted_at IS NULL"),
					   gov_text(model_id));
	gov_operation_end();
	warn_of_alike(name, model_id);
	(void) gov_run(gov_sql("SELECT t FROM governance.models AS t"
						   " WHERE t.model_id = $1"), gov_text(model_id));
	return gov_spi_end_row(fcinfo);
}

/*
 * require_unused
 *		Raise 55000 where a version (NULL: any) is deployed; where protected
 *		aliases name it, ask for the right to move them.
 *
 * The caller has locked the model, for which deployments and aliases wait.
 */
static void
require_unused(const char *model_id, const char *version)
{
	if (gov_run(&find_active, gov_text(model_id), gov_text(version)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" is deployed",
						gov_version_name(model_id, gov_row_text(0, 1))),
				 errdetail("It is active in: %s.", gov_row_text(0, 2)),
				 errhint("Deploy another version there, or end the deployment with gov_undeploy_model().")));
	if (gov_run(gov_sql("SELECT 1 FROM governance.model_aliases"
						" WHERE model_id = $1"
						" AND version = coalesce($2, version)"
						" AND is_protected LIMIT 1"), gov_text(model_id),
				gov_text(version)) > 0)
		(void) gov_require(GOV_PERM_MODEL_DEPLOY,
						   gov_model_resource(model_id));
}

static void
refuse_held(const char *model_id, const char *version)
{
	gov_incident_refuse_held(model_id, version,
							 psprintf("model version \"%s\"",
									  gov_version_name(model_id, version)));
}

/*
 * gov_delete_model(model_id, reason) → models
 */
Datum
gov_delete_model(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *reason = gov_arg_text(fcinfo, 1, "reason", "");
	uint64		count;
	uint64		i;
	char	  **versions;

	gov_refuse_read_only("gov_delete_model()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_model_resource(model_id),
							   ((void) gov_run(&lock_model,
											   gov_text(model_id)),
								gov_model_lock(model_id)));
	require_unused(model_id, NULL);
	if (gov_run(gov_sql("SELECT u.usecase_id FROM governance.use_cases AS u"
						" WHERE u.model_ids @> ARRAY[$1]"
						" AND u.status NOT IN ('deprecated', 'archived')"
						" ORDER BY u.usecase_id LIMIT 1"),
				gov_text(model_id)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model \"%s\" is what use-case \"%s\" names",
						model_id, gov_row_text(0, 1)),
				 errhint("Deprecate the use-case first, or take the model out of it.")));
	count = gov_run(gov_sql("SELECT v.version"
							" FROM governance.model_versions AS v"
							" WHERE v.model_id = $1 AND v.deleted_at IS NULL"
							" AND v.status <> 'deprecated'"
							" ORDER BY v.version FOR NO KEY UPDATE"),
					gov_text(model_id));
	versions = palloc(sizeof(char *) * Max(count, 1));
	for (i = 0; i < count; i++)
		versions[i] = gov_row_text(i, 1);
	for (i = 0; i < count; i++)
		refuse_held(model_id, versions[i]);

	gov_operation_begin("delete", reason);
	(void) gov_run(&drop_aliases, gov_text(model_id), gov_text(NULL));
	(void) gov_run(&hide_versions, gov_text(model_id), gov_text(NULL));
	(void) gov_run(gov_sql("UPDATE governance.models AS t"
						   " SET deleted_at = pg_catalog.clock_timestamp(),"
						   " last_updated_at = pg_catalog.clock_timestamp()"
						   " WHERE t.model_id = $1 RETURNING t"),
				   gov_text(model_id));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_delete_model_version(model_id, version, reason) → model_versions
 */
Datum
gov_delete_model_version(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	const char *reason = gov_arg_text(fcinfo, 2, "reason", "");
	GovVersion	found;

	gov_refuse_read_only("gov_delete_model_version()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_version_resource(model_id, version),
							   (gov_model_lock(model_id),
								gov_version_lock_listed(model_id, version,
														&found)));
	require_unused(model_id, version);
	refuse_held(model_id, version);

	gov_operation_begin("delete", reason);
	(void) gov_run(&drop_aliases, gov_text(model_id), gov_text(version));
	(void) gov_run(&hide_versions, gov_text(model_id), gov_text(version));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_describe_model_version(model_id, version, description) → model_versions
 */
Datum
gov_describe_model_version(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	const char *description = gov_arg_text(fcinfo, 2, "description", NULL);
	GovVersion	found;

	gov_refuse_read_only("gov_describe_model_version()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_version_resource(model_id, version),
							   gov_version_lock_listed(model_id, version,
													   &found));
	gov_operation_begin("describe", NULL);
	if (gov_run(gov_sql("UPDATE governance.model_versions AS t"
						" SET description = $3, last_updated_at ="
						" pg_catalog.clock_timestamp() WHERE t.model_id = $1"
						" AND t.version = $2"
						" AND t.description IS DISTINCT FROM $3"
						" RETURNING t"), gov_text(model_id), gov_text(version),
				gov_text(description)) == 0)
		(void) gov_run(gov_sql("SELECT t FROM governance.model_versions AS t"
							   " WHERE t.model_id = $1 AND t.version = $2"),
					   gov_text(model_id), gov_text(version));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}
