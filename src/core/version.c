/*
 * version.c
 *		The version of the library, compared to that of the SQL script.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#define GOV_VERSION "1.0"

PG_FUNCTION_INFO_V1(gov_version);
PG_FUNCTION_INFO_V1(gov_version_problem);

/* The version of the script that made or last updated the extension. */
static char *
script_version(void)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *version = NULL;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber,
				F_NAMEEQ, CStringGetDatum("governance"));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_extension_extversion,
										 RelationGetDescr(rel), &isnull);

		if (!isnull)
			version = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return version;
}

/* How the two differ, NULL where they do not. */
static char *
version_difference(void)
{
	char	   *script = script_version();

	if (script == NULL || strcmp(script, GOV_VERSION) == 0)
		return NULL;
	return psprintf("the library is version %s, the SQL script version %s",
					GOV_VERSION, script);
}

/*
 * gov_version() → text
 */
Datum
gov_version(PG_FUNCTION_ARGS)
{
	char	   *difference = version_difference();

	if (difference != NULL)
		ereport(WARNING,
				(errmsg("%s", difference),
				 errhint("Run ALTER EXTENSION governance UPDATE, or install the library that fits.")));
	PG_RETURN_TEXT_P(cstring_to_text(GOV_VERSION));
}

/*
 * governance.version_problem() → text
 */
Datum
gov_version_problem(PG_FUNCTION_ARGS)
{
	char	   *difference = version_difference();

	if (difference == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s: run ALTER EXTENSION governance UPDATE, or install the library that fits",
											  difference)));
}
