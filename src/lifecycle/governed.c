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
PG_FUNCTION_INFO_V1(gov_governed_kinds);

static const char *const tables[] = {
#define GOV_TABLE(table, kind, key, cache, fixed, hidden, machines, flags) \
	table,
#include "lifecycle/governed_tables.h"
#undef GOV_TABLE
};

static const char *const kinds[] = {
#define GOV_TABLE(table, kind, key, cache, fixed, hidden, machines, flags) \
	kind,
#include "lifecycle/governed_tables.h"
#undef GOV_TABLE
};

static Datum
answer(FunctionCallInfo fcinfo, const char *const *words, int n)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < n; i++)
	{
		Datum		value = CStringGetTextDatum(words[i]);
		bool		isnull = false;

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value,
							 &isnull);
	}
	return (Datum) 0;
}

/*
 * governance.governed_tables() → SETOF text
 */
Datum
gov_governed_tables(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, tables, lengthof(tables));
}

/*
 * governance.governed_kinds() → SETOF text
 */
Datum
gov_governed_kinds(PG_FUNCTION_ARGS)
{
	return answer(fcinfo, kinds, lengthof(kinds));
}
