/*
 * model.c
 *		Models and their versions: names, locks and look-ups that the
 *		registry's functions share.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "core/insert.h"
#include "core/scan.h"
#include "core/spi.h"
#include "registry/model.h"

GOV_SQL(move_version,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID),
		"UPDATE governance.model_versions AS t"
		" SET status = $3, approval_status = $4, last_updated_at = $5"
		" WHERE t.model_id = $1 AND t.version = $2 RETURNING t");

static GovInsert version_row = {
	.table = GOV_REL_MODEL_VERSIONS,
	.columns = "model_id version status approval_status last_updated_at",
	.statement = &move_version,
	.key = GOV_REL_MODEL_VERSIONS_PKEY,
	.nkeys = 2
};

/* By the transaction's own snapshot, which foreign keys will use. */
GOV_SQL(see_model, (TEXTOID),
		"SELECT 1 FROM governance.models WHERE model_id = $1",
		.isolated = true);

GOV_SQL(see_version, (TEXTOID, TEXTOID),
		"SELECT 1 FROM governance.model_versions"
		" WHERE model_id = $1 AND version = $2",
		.isolated = true);

char *
gov_version_name(const char *model_id, const char *version)
{
	return psprintf("%s:%s", model_id, version);
}

char *
gov_model_resource(const char *model_id)
{
	return psprintf("model/%s", model_id);
}

char *
gov_version_resource(const char *model_id, const char *version)
{
	return psprintf("model_version/%s:%s", model_id, version);
}

pg_noreturn static void
no_such_model(const char *model_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" does not exist", model_id),
			 errhint("SELECT model_id FROM gov_models() lists the models.")));
}

pg_noreturn static void
no_such_version(const char *model_id, const char *version)
{
	if (gov_run(gov_sql("SELECT 1 FROM governance.models WHERE model_id = $1"
						" AND deleted_at IS NULL"), gov_text(model_id)) == 0)
		no_such_model(model_id);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model version \"%s\" does not exist",
					gov_version_name(model_id, version)),
			 errhint("SELECT version FROM gov_model_versions(%s) lists the versions.",
					 quote_literal_cstr(model_id))));
}

/*
 * A row newer than the snapshot of a REPEATABLE READ transaction can be read,
 * but foreign keys would not find it.
 */
pg_noreturn static void
too_young(const char *kind, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access to %s \"%s\"", kind, name),
			 errdetail("It was registered after this transaction's snapshot was taken."),
			 errhint("Begin another transaction and try again.")));
}

bool
gov_model_lock_listed(const char *model_id)
{
	GovScan		scan;
	bool		is_deleted = true;

	if (gov_scan_lock(&scan, GOV_REL_MODELS, GOV_REL_MODELS_PKEY, "model_id",
					  model_id, NULL, NULL))
		is_deleted = !gov_scan_null(&scan, "deleted_at");
	gov_scan_end(&scan);
	if (is_deleted)
		return false;
	if (IsolationUsesXactSnapshot() &&
		gov_run(&see_model, gov_text(model_id)) == 0)
		too_young("model", model_id);
	return true;
}

void
gov_model_lock(const char *model_id)
{
	if (!gov_model_lock_listed(model_id))
		no_such_model(model_id);
}

void
gov_version_read(uint64 row, int column, GovVersion *found)
{
	found->status = gov_row_text(row, column);
	found->approval_status = gov_row_text(row, column + 1);
	found->content_digest = gov_row_text(row, column + 2);
	found->created = gov_act_read(row, column + 3);
	found->is_deleted = false;
}

/* The row that the scan is at; it ends the scan. */
static void
read_version(GovScan *scan, bool is_there, const char *model_id,
			 const char *version, GovVersion *found)
{
	if (!is_there)
		no_such_version(model_id, version);
	found->status = gov_scan_text(scan, "status");
	found->approval_status = gov_scan_text(scan, "approval_status");
	found->content_digest = gov_scan_text(scan, "content_digest");
	found->created = gov_act_scan(scan, "created_by", "created_principals",
								  "created_backers");
	found->is_deleted = !gov_scan_null(scan, "deleted_at");
	gov_scan_end(scan);
	if (IsolationUsesXactSnapshot() &&
		gov_run(&see_version, gov_text(model_id), gov_text(version)) == 0)
		too_young("model version", gov_version_name(model_id, version));
}

void
gov_version_lock(const char *model_id, const char *version, GovVersion *found)
{
	GovScan		scan;
	bool		is_there = gov_scan_lock(&scan, GOV_REL_MODEL_VERSIONS,
										 GOV_REL_MODEL_VERSIONS_PKEY,
										 "model_id", model_id, "version",
										 version);

	read_version(&scan, is_there, model_id, version, found);
}

void
gov_version_lock_listed(const char *model_id, const char *version,
						GovVersion *found)
{
	gov_version_lock(model_id, version, found);
	if (found->is_deleted)
		no_such_version(model_id, version);
}

void
gov_version_find(const char *model_id, const char *version, GovVersion *found)
{
	GovScan		scan;

	gov_scan_begin_pair(&scan, GOV_REL_MODEL_VERSIONS,
						GOV_REL_MODEL_VERSIONS_PKEY, "model_id", model_id,
						"version", version);
	read_version(&scan, gov_scan_next(&scan), model_id, version, found);
}

Datum
gov_version_move(const char *model_id, const char *version,
				 const char *status, const char *approval_status)
{
	GovParam	params[] = {
		gov_text(model_id),
		gov_text(version),
		gov_text(status),
		gov_text(approval_status),
		gov_time(GetCurrentTimestamp())
	};

	return gov_update(&version_row, params, lengthof(params));
}

Datum
gov_version_row(const char *model_id, const char *version)
{
	GovParam	key[] = {gov_text(model_id), gov_text(version)};

	return gov_read(&version_row, key);
}
