/*
 * distributed.c
 *		The extension's tables that Citus has distributed.
 *
 * Their rows are on other nodes, without guard and trail.
 */
#include "postgres.h"

#include "catalog/pg_namespace.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_distributed_tables);

/* It is prepared only where Citus has such a table. */
GOV_SQL(list_distributed, (),
		"SELECT c.relname FROM pg_catalog.pg_dist_partition AS p"
		" JOIN pg_catalog.pg_class AS c ON c.oid = p.logicalrelid"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
		" WHERE n.nspname = 'governance' ORDER BY c.relname");

/*
 * governance.distributed_tables() → SETOF text
 */
Datum
gov_distributed_tables(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	uint64		count;
	uint64		i;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!OidIsValid(get_relname_relid("pg_dist_partition",
									  PG_CATALOG_NAMESPACE)))
		return (Datum) 0;
	gov_spi_begin();
	count = gov_run0(&list_distributed);
	for (i = 0; i < count; i++)
	{
		Datum		value = CStringGetTextDatum(gov_row_text(i, 1));
		bool		isnull = false;

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value,
							 &isnull);
	}
	gov_spi_end();
	return (Datum) 0;
}
