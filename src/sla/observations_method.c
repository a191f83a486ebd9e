/*
 * observations_method.c
 *		What to do when governance.sla_observations has lost its access method:
 *		refuse, report, repair.
 *
 * ALTER TABLE ... SET ACCESS METHOD does not ask the access method.  With
 * another one the table stores what is inserted, and nothing counts it.  So a
 * trigger checks that for each command.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "storage/lmgr.h"
#include "utils/syscache.h"

#include "access/require.h"
#include "audit/record.h"
#include "core/args.h"
#include "core/relations.h"
#include "core/spi.h"
#include "sla/observations_method.h"

PG_FUNCTION_INFO_V1(gov_observations_guard);
PG_FUNCTION_INFO_V1(gov_repair_observations);

static bool
has_method(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			method;

	if (!HeapTupleIsValid(tuple))
		return false;
	method = ((Form_pg_class) GETSTRUCT(tuple))->relam;
	ReleaseSysCache(tuple);
	return method == get_table_am_oid("governance_observations", true);
}

void
gov_observations_check_method(void)
{
	static uint64 right_at = 0;
	Oid			relid;
	uint64		now;

	if (likely(right_at == gov_cache_generation(GOV_CACHE_CATALOG)))
		return;
	relid = gov_relation(GOV_REL_SLA_OBSERVATIONS);
	now = gov_cache_generation(GOV_CACHE_CATALOG);
	if (!has_method(relid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"sla_observations\" counts nothing"),
				 errdetail("It has another access method than \"governance_observations\"."),
				 errhint("An administrator calls gov_repair_observations(), then try again.")));
	right_at = now;
}

/*
 * governance.observations_guard()
 *		The trigger of sla_observations, before each command that inserts.
 */
Datum
gov_observations_guard(PG_FUNCTION_ARGS)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		elog(ERROR, "observations_guard() is a trigger function");
	gov_observations_check_method();
	PG_RETURN_POINTER(NULL);
}

/*
 * gov_repair_observations() → boolean
 *		True if it had another access method; it has ours again.
 */
Datum
gov_repair_observations(PG_FUNCTION_ARGS)
{
	Oid			relid;
	bool		lost;

	gov_refuse_read_only("gov_repair_observations()");
	(void) gov_require(GOV_PERM_SYSTEM_CONFIG, NULL);

	gov_spi_begin();
	relid = gov_relation(GOV_REL_SLA_OBSERVATIONS);
	LockRelationOid(relid, AccessExclusiveLock);
	lost = !has_method(relid);
	if (lost)
	{
		if (gov_run0(gov_sql("SELECT FROM governance.sla_observations"
							 " LIMIT 1")) > 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"sla_observations\" holds rows that were not counted"),
					 errhint("Copy them to another table and TRUNCATE governance.sla_observations; what is inserted again afterwards counts.")));
		if (SPI_execute("ALTER TABLE governance.sla_observations"
						" SET ACCESS METHOD governance_observations",
						false, 0) < 0)
			elog(ERROR, "could not set the access method");
		(void) gov_audit_done("system.repair_observations",
							  "repair_observations", "system/governance",
							  "system", NULL);
	}
	gov_spi_end();
	PG_RETURN_BOOL(lost);
}
