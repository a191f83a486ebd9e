/*
 * restoring.c
 *		Is the database between gov_pre_restore() and gov_post_restore()?
 *
 * The question is asked for each row and each call, so the answer is kept
 * until a relcache message says that it may have changed.  gov_pre_restore()
 * and gov_post_restore() send one, so that older sessions learn of it, too.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_db_role_setting.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "core/relations.h"
#include "core/restoring.h"

#define SETTING "governance.restoring="

/* Is it among the settings "name=value"? */
static bool
is_set(ArrayType *settings)
{
	Datum	   *elements;
	int			count;
	int			i;

	deconstruct_array(settings, TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  NULL, &count);
	for (i = 0; i < count; i++)
	{
		char	   *setting = TextDatumGetCString(elements[i]);
		bool		value;

		if (strncmp(setting, SETTING, strlen(SETTING)) == 0)
			return parse_bool(setting + strlen(SETTING), &value) && value;
	}
	return false;
}

static bool
look_up(void)
{
	Relation	rel = table_open(DbRoleSettingRelationId, AccessShareLock);
	SysScanDesc scan;
	ScanKeyData keys[2];
	HeapTuple	tuple;
	bool		result = false;

	ScanKeyInit(&keys[0], Anum_pg_db_role_setting_setdatabase,
				BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(MyDatabaseId));
	ScanKeyInit(&keys[1], Anum_pg_db_role_setting_setrole,
				BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(InvalidOid));
	scan = systable_beginscan(rel, DbRoleSettingDatidRolidIndexId, true, NULL,
							  2, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		settings = heap_getattr(tuple,
											Anum_pg_db_role_setting_setconfig,
											RelationGetDescr(rel), &isnull);

		result = !isnull && is_set(DatumGetArrayTypeP(settings));
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return result;
}

bool
gov_is_restoring(void)
{
	static uint64 generation = 0;
	static bool restoring = false;
	uint64		now;

	if (gov_cache_is_current(GOV_CACHE_POLICY, generation))
		return restoring;

	now = gov_cache_generation_to_load(GOV_CACHE_POLICY);
	restoring = look_up();
	generation = now;
	return restoring;
}

bool
gov_restoring_lets_pass(void)
{
	return unlikely(gov_is_restoring()) && superuser();
}

void
gov_refuse_restoring(void)
{
	if (likely(!gov_is_restoring()))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the database is being restored"),
			 errdetail("gov_pre_restore() was called in it, gov_post_restore() was not yet."),
			 errhint("When the dump has been loaded, a superuser calls gov_post_restore().")));
}
