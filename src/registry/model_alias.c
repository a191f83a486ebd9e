/*
 * model_alias.c
 *		Aliases: movable names for a version of a model.
 *
 * Changes of a model's aliases wait for each other at the model's row.
 * Production asks for a protected alias by name, so moving it takes the right
 * to deploy, and only approved versions may have it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"

#include "core/args.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "registry/model.h"

PG_FUNCTION_INFO_V1(gov_set_model_alias);
PG_FUNCTION_INFO_V1(gov_drop_model_alias);

GOV_SQL(find_alias, (TEXTOID, TEXTOID),
		"SELECT is_protected FROM governance.model_aliases"
		" WHERE model_id = $1 AND alias = $2 FOR NO KEY UPDATE");

GOV_SQL(move_protected, (TEXTOID, TEXTOID, TEXTOID),
		"WITH moved AS (UPDATE governance.model_aliases SET version = $3"
		" WHERE model_id = $1 AND version = $2 AND is_protected"
		" RETURNING alias) SELECT m.alias FROM moved AS m ORDER BY m.alias");

GOV_SQL(delete_protected, (TEXTOID, TEXTOID),
		"WITH dropped AS (DELETE FROM governance.model_aliases"
		" WHERE model_id = $1 AND version = $2 AND is_protected"
		" RETURNING alias) SELECT d.alias FROM dropped AS d"
		" ORDER BY d.alias");

static char *
alias_resource(const char *model_id, const char *alias)
{
	return psprintf("model_alias/%s:%s", model_id, alias);
}

/*
 * gov_protected_aliases
 *		Return those of the version as a", "b: a list without its outer quotes;
 *		NULL where there is none.
 *
 * The caller has locked the version, so no alias becomes protected or moves to
 * the version meanwhile.
 */
char *
gov_protected_aliases(const char *model_id, const char *version)
{
	(void) gov_run(gov_sql("SELECT pg_catalog.string_agg(alias, '\", \"'"
						   " ORDER BY alias) FROM governance.model_aliases"
						   " WHERE model_id = $1 AND version = $2"
						   " AND is_protected"), gov_text(model_id),
				   gov_text(version));
	return gov_row_text(0, 1);
}

/*
 * gov_protected_aliases_leave
 *		Move the protected aliases of a version that is rolled back to the one
 *		that takes its place, or drop them where "to" is NULL.
 *
 * The caller has locked the model, so no alias of it changes meanwhile, and
 * "to", which is approved.
 */
void
gov_protected_aliases_leave(const char *model_id, const char *from,
							const char *to, const char *reason)
{
	uint64		count;
	uint64		i;

	gov_operation_begin("rollback", reason);
	if (to != NULL)
		count = gov_run(&move_protected, gov_text(model_id), gov_text(from),
						gov_text(to));
	else
		count = gov_run(&delete_protected, gov_text(model_id),
						gov_text(from));
	for (i = 0; i < count; i++)
		ereport(NOTICE,
				(to != NULL ?
				 errmsg("protected alias \"%s\" of model \"%s\" names version \"%s\" now",
						gov_row_text(i, 1), model_id, to) :
				 errmsg("protected alias \"%s\" of model \"%s\" was dropped",
						gov_row_text(i, 1), model_id),
				 errdetail("It named version \"%s\", which was rolled back.",
						   from)));
	gov_operation_end();
}

/*
 * gov_set_model_alias(model_id, alias, version, protected) → model_aliases
 *		NULL for protected leaves it as it was.  A new alias is not protected,
 *		but an alias that policy mlflow.protected_aliases names is, whenever it
 *		is set.
 */
Datum
gov_set_model_alias(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *alias = gov_arg_id(fcinfo, 1, "alias");
	const char *version = gov_arg_version(fcinfo, 2);
	bool		keep = PG_ARGISNULL(3);
	bool		protected = !keep && PG_GETARG_BOOL(3);
	bool		exists;
	bool		was_protected;
	bool		by_policy;
	GovVersion	found;

	gov_refuse_read_only("gov_set_model_alias()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   alias_resource(model_id, alias),
							   gov_model_lock(model_id));
	exists = gov_run(&find_alias, gov_text(model_id), gov_text(alias)) > 0;
	was_protected = exists && gov_row_bool(0, 1);
	if (protected || was_protected)
		(void) gov_require(GOV_PERM_MODEL_DEPLOY,
						   alias_resource(model_id, alias));
	by_policy = gov_policy_lists("mlflow.protected_aliases", alias);
	if (by_policy && !was_protected)
		(void) gov_require(GOV_PERM_MODEL_DEPLOY,
						   alias_resource(model_id, alias));
	if (by_policy && !keep && !protected)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("alias \"%s\" cannot be without protection", alias),
				 errdetail("Policy \"mlflow.protected_aliases\" names it."),
				 errhint("Take another alias, or have the policy changed.")));
	if (keep)
		protected = was_protected || by_policy;

	gov_version_lock_listed(model_id, version, &found);
	if (protected && (strcmp(found.approval_status, "approved") != 0 ||
					  strcmp(found.status, "deprecated") == 0))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("protected alias \"%s\" of model \"%s\" cannot move to version \"%s\"",
						alias, model_id, version),
				 errdetail("Its status is \"%s\", its approval status \"%s\".",
						   found.status, found.approval_status),
				 errhint("A protected alias moves only to an approved version that is not deprecated.")));

	gov_operation_begin("set", NULL);
	if (!exists)
		gov_run(gov_sql("INSERT INTO governance.model_aliases AS t"
						" (model_id, alias, version, is_protected)"
						" VALUES ($1, $2, $3, $4) RETURNING t"),
				gov_text(model_id), gov_text(alias), gov_text(version),
				gov_bool(protected));
	else if (gov_run(gov_sql("UPDATE governance.model_aliases AS t"
							 " SET version = $3, is_protected = $4"
							 " WHERE t.model_id = $1 AND t.alias = $2"
							 " AND (t.version, t.is_protected) IS DISTINCT"
							 " FROM ($3, $4) RETURNING t"), gov_text(model_id),
					 gov_text(alias), gov_text(version),
					 gov_bool(protected)) == 0)
		gov_run(gov_sql("SELECT t FROM governance.model_aliases AS t"
						" WHERE t.model_id = $1 AND t.alias = $2"),
				gov_text(model_id), gov_text(alias));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_model_alias(model_id, alias) → boolean: was there one
 */
Datum
gov_drop_model_alias(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *alias = gov_arg_id(fcinfo, 1, "alias");
	bool		exists;

	gov_refuse_read_only("gov_drop_model_alias()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   alias_resource(model_id, alias),
							   gov_model_lock(model_id));
	exists = gov_run(&find_alias, gov_text(model_id), gov_text(alias)) > 0;
	if (exists)
	{
		if (gov_row_bool(0, 1))
			(void) gov_require(GOV_PERM_MODEL_DEPLOY,
							   alias_resource(model_id, alias));
		gov_run_as("drop", NULL,
				   gov_sql("DELETE FROM governance.model_aliases"
						   " WHERE model_id = $1 AND alias = $2"),
				   gov_text(model_id), gov_text(alias));
	}
	else
		ereport(NOTICE,
				(errmsg("alias \"%s\" of model \"%s\" does not exist, skipping",
						alias, model_id)));
	gov_spi_end();
	PG_RETURN_BOOL(exists);
}
