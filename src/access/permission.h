/*
 * permission.h
 *		Permissions as bits, by the list in permission_list.h.
 */
#ifndef GOV_PERMISSION_H
#define GOV_PERMISSION_H

#include "fmgr.h"

typedef enum GovPermission
{
#define GOV_PERMISSION(symbol, name, what) GOV_PERM_##symbol,
#include "access/permission_list.h"
#undef GOV_PERMISSION
	GOV_PERM_COUNT,
	GOV_PERM_NONE = -1
} GovPermission;

#define GOV_MASK(permission) (UINT64CONST(1) << (permission))

extern const char *gov_permission_name(GovPermission permission);

/* The permission of that name or symbol, or -1. */
extern int	gov_permission_find(const char *name, int len);

/* The same for an argument: unknown or NULL is 22023 with the list. */
extern GovPermission gov_arg_permission(FunctionCallInfo fcinfo, int n,
										const char *name);

/* The names in a mask, comma-separated. */
extern char *gov_permission_mask_names(uint64 mask);

#endif							/* GOV_PERMISSION_H */
