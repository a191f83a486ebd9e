/*
 * environment.c
 *		Environments: where versions are deployed, and how near to users that
 *		is.
 *
 * No function changes an environment's rank: states of versions were decided
 * by it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/scan.h"
#include "core/spi.h"
#include "registry/approval.h"
#include "registry/environment.h"

PG_FUNCTION_INFO_V1(gov_create_environment);

/* By the transaction's own snapshot, which foreign keys will use. */
GOV_SQL(see_environment, (TEXTOID),
		"SELECT 1 FROM governance.environments WHERE name = $1",
		.isolated = true);

bool
gov_environment_rank(const char *name, int32 *rank)
{
	GovScan		scan;
	bool		found;
	bool		isnull;

	gov_scan_begin_key(&scan, GOV_REL_ENVIRONMENTS, GOV_REL_ENVIRONMENTS_PKEY,
					   "name", name);
	found = gov_scan_next(&scan);
	if (found)
		*rank = DatumGetInt32(gov_scan_datum(&scan, "rank", &isnull));
	gov_scan_end(&scan);
	return found;
}

bool
gov_rank_is_production(int32 rank)
{
	int32		production;

	return !gov_environment_rank(GOV_PRODUCTION, &production) ||
		rank >= production;
}

void
gov_environment_find(const char *name, GovEnvironment *found)
{
	if (!gov_environment_rank(name, &found->rank))
	{
		(void) gov_run0(gov_sql("SELECT pg_catalog.string_agg(name, ', '"
								" ORDER BY rank, name)"
								" FROM governance.environments"));
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("environment \"%s\" does not exist", name),
				 errhint("Environments: %s.  gov_create_environment() makes another one.",
						 gov_row_null(0, 1) ? "none" : gov_row_text(0, 1))));
	}
	found->name = name;
	found->is_production = gov_rank_is_production(found->rank);

	if (IsolationUsesXactSnapshot() &&
		gov_run(&see_environment, gov_text(name)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access to environment \"%s\"",
						name),
				 errdetail("It was created after this transaction's snapshot was taken."),
				 errhint("Begin another transaction and try again.")));
}

pg_noreturn static void
exists_already(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("environment \"%s\" exists already", name),
			 errhint("SELECT * FROM governance.environments lists them.")));
}

/*
 * gov_create_environment(name, rank, description) → environments
 */
Datum
gov_create_environment(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	int32		rank = gov_arg_int4(fcinfo, 1, "rank", PG_INT32_MIN,
									PG_INT32_MAX);
	const char *description = gov_arg_text(fcinfo, 2, "description", "");
	GovActor	actor;
	int32		taken;

	gov_refuse_read_only("gov_create_environment()");
	actor = gov_require(GOV_PERM_SYSTEM_CONFIG,
						psprintf("environment/%s", name));

	gov_spi_begin();
	if (gov_environment_rank(name, &taken))
		exists_already(name);
	(void) gov_approval_use(GOV_ACTION_SYSTEM_CONFIG_CHANGE, &actor, name,
							NULL);
	/* Somebody else may have locked that request. */
	(void) gov_require(GOV_PERM_SYSTEM_CONFIG,
					   psprintf("environment/%s", name));
	gov_operation_begin("create", NULL);
	if (gov_run(gov_sql("INSERT INTO governance.environments AS e (name,"
						" rank, description) VALUES ($1, $2, $3)"
						" ON CONFLICT (name) DO NOTHING RETURNING e"),
				gov_text(name), gov_int4(rank), gov_text(description)) == 0)
		exists_already(name);
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}
