/*
 * permission.c
 *		Permissions as bits, by the list in permission_list.h.
 *
 * Names are found by a hash table built once per backend; both spellings of
 * each permission are in it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "access/permission.h"
#include "core/args.h"

#define SLOTS 256				/* a power of two, well above two a name */

typedef struct PermissionName
{
	const char *name;
	int			len;
	int			permission;
} PermissionName;

typedef struct PermissionInfo
{
	const char *symbol;
	const char *name;
	const char *what;
} PermissionInfo;

static const PermissionInfo permissions[GOV_PERM_COUNT] = {
#define GOV_PERMISSION(symbol, name, what) {#symbol, name, what},
#include "access/permission_list.h"
#undef GOV_PERMISSION
};

StaticAssertDecl(GOV_PERM_COUNT <= 64, "permissions are bits of a uint64");

static PermissionName slots[SLOTS];
static bool slots_filled = false;

PG_FUNCTION_INFO_V1(gov_permission_catalog);
PG_FUNCTION_INFO_V1(gov_is_permission);

static inline uint32
hash_name(const char *name, int len)
{
	/* Short names, no adversary: length and three characters spread well. */
	uint32		h = len * 131;

	h = (h + (unsigned char) name[len - 1]) * 31;
	h = (h + (unsigned char) name[len / 2]) * 31;
	h = (h + (unsigned char) name[0]) * 31;
	return h & (SLOTS - 1);
}

static void
add_name(const char *name, int permission)
{
	int			len = strlen(name);
	uint32		i = hash_name(name, len);

	while (slots[i].name != NULL)
		i = (i + 1) & (SLOTS - 1);
	slots[i].name = name;
	slots[i].len = len;
	slots[i].permission = permission;
}

const char *
gov_permission_name(GovPermission permission)
{
	return permissions[permission].name;
}

int
gov_permission_find(const char *name, int len)
{
	uint32		i;

	if (!slots_filled)
	{
		for (i = 0; i < GOV_PERM_COUNT; i++)
		{
			add_name(permissions[i].name, i);
			add_name(permissions[i].symbol, i);
		}
		slots_filled = true;
	}
	if (len == 0)
		return -1;
	for (i = hash_name(name, len); slots[i].name != NULL;
		 i = (i + 1) & (SLOTS - 1))
	{
		if (slots[i].len == len && memcmp(slots[i].name, name, len) == 0)
			return slots[i].permission;
	}
	return -1;
}

char *
gov_permission_mask_names(uint64 mask)
{
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	for (i = 0; i < GOV_PERM_COUNT; i++)
	{
		if (mask & GOV_MASK(i))
			appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "",
							 permissions[i].name);
	}
	return buf.data;
}

/*
 * gov_arg_permission
 *		A permission by name; an unknown one must not read as "denied".
 */
GovPermission
gov_arg_permission(FunctionCallInfo fcinfo, int n, const char *name)
{
	text	   *t;
	int			permission;

	if (PG_ARGISNULL(n))
		gov_bad_value(name, psprintf("The argument \"%s\" is missing.", name),
					  psprintf("Known: %s.",
							   gov_permission_mask_names(~UINT64CONST(0))));
	t = PG_GETARG_TEXT_PP(n);
	permission = gov_permission_find(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
	if (permission < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown permission \"%s\"",
						gov_excerpt(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t))),
				 errhint("Known: %s.",
						 gov_permission_mask_names(~UINT64CONST(0)))));
	return (GovPermission) permission;
}

/*
 * governance.is_permission(text): does the list have it, spelled canonically?
 */
Datum
gov_is_permission(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);
	int			permission = gov_permission_find(VARDATA_ANY(t),
												 VARSIZE_ANY_EXHDR(t));

	PG_RETURN_BOOL(permission >= 0 &&
				   memchr(VARDATA_ANY(t), ':', VARSIZE_ANY_EXHDR(t)) != NULL);
}

/*
 * governance.permission_catalog(): the list, in its order.
 */
Datum
gov_permission_catalog(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < GOV_PERM_COUNT; i++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = CStringGetTextDatum(permissions[i].name);
		values[1] = CStringGetTextDatum(permissions[i].what);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
