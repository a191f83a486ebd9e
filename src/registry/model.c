/*
 * model.c
 *		Models and their versions: names, locks and look-ups that the
 *		registry's functions share.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "core/spi.h"
#include "registry/model.h"

GOV_SQL(lock_version, (TEXTOID, TEXTOID),
		"SELECT status, approval_status, content_digest, created_by,"
		" created_principals, created_backers FROM governance.model_versions"
		" WHERE model_id = $1 AND version = $2 FOR NO KEY UPDATE");

GOV_SQL(find_version, (TEXTOID, TEXTOID),
		"SELECT status, approval_status, content_digest, created_by,"
		" created_principals, created_backers FROM governance.model_versions"
		" WHERE model_id = $1 AND version = $2");

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

void
gov_model_lock(const char *model_id)
{
	if (gov_run(gov_sql("SELECT model_id FROM governance.models"
						" WHERE model_id = $1 AND deleted_at IS NULL"
						" FOR NO KEY UPDATE"), gov_text(model_id)) == 0)
		no_such_model(model_id);
	if (IsolationUsesXactSnapshot() &&
		gov_run(&see_model, gov_text(model_id)) == 0)
		too_young("model", model_id);
}

void
gov_version_read(uint64 row, int column, GovVersion *found)
{
	found->status = gov_row_text(row, column);
	found->approval_status = gov_row_text(row, column + 1);
	found->content_digest = gov_row_text(row, column + 2);
	found->created = gov_act_read(row, column + 3);
}

static void
read_version(GovStatement *statement, const char *model_id,
			 const char *version, GovVersion *found)
{
	if (gov_run(statement, gov_text(model_id), gov_text(version)) == 0)
		no_such_version(model_id, version);
	gov_version_read(0, 1, found);
	if (IsolationUsesXactSnapshot() &&
		gov_run(&see_version, gov_text(model_id), gov_text(version)) == 0)
		too_young("model version", gov_version_name(model_id, version));
}

void
gov_version_lock(const char *model_id, const char *version, GovVersion *found)
{
	read_version(&lock_version, model_id, version, found);
}

void
gov_version_lock_listed(const char *model_id, const char *version,
						GovVersion *found)
{
	gov_version_lock(model_id, version, found);
	if (gov_run(gov_sql("SELECT 1 FROM governance.model_versions"
						" WHERE model_id = $1 AND version = $2"
						" AND deleted_at IS NOT NULL"), gov_text(model_id),
				gov_text(version)) > 0)
		no_such_version(model_id, version);
}

void
gov_version_find(const char *model_id, const char *version, GovVersion *found)
{
	read_version(&find_version, model_id, version, found);
}
