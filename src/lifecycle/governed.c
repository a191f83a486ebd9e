/*
 * governed.c
 *		The governed tables as SQL sees them, from governed_tables.h.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(gov_governed_tables);

static const char *const tables[] = {
#define GOV_TABLE(table, kind, key, cache, fixed, hidden, machines, flags) \
	table,
#include "lifecycle/governed_tables.h"
#undef GOV_TABLE
};

/*
 * governance.governed_tables() → SETOF text
 */
Datum
gov_governed_tables(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			i;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (i = 0; i < lengthof(tables); i++)
	{
		Datum		value = CStringGetTextDatum(tables[i]);
		bool		isnull = false;

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value,
							 &isnull);
	}
	return (Datum) 0;
}
