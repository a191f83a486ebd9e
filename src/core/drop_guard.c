/*
 * drop_guard.c
 *		Only its owner drops the extension; nobody else's CASCADE does.
 *
 * Whoever owns the schema that the functions are in may drop that schema, and
 * PostgreSQL asks for no right to the objects that go with it; the owner of a
 * database owns its schema "public".  The extension would go with its
 * functions, and the trail with the extension.
 *
 * The hook works where the library is loaded: in every session if it is
 * preloaded.
 */
#include "postgres.h"

#include "catalog/objectaccess.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/acl.h"

#include "core/compat.h"
#include "core/drop_guard.h"

static object_access_hook_type next_hook = NULL;

static void
refuse_others(ObjectAccessType access, Oid class_id, Oid object_id,
			  int sub_id, void *arg)
{
	if (next_hook != NULL)
		next_hook(access, class_id, object_id, sub_id, arg);
	if (access != OAT_DROP || class_id != ExtensionRelationId ||
		object_id != get_extension_oid("governance", true) ||
		GOV_OWNS_EXTENSION(object_id, GetUserId()))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("must be owner of extension %s", "governance"),
			 errdetail("What is being dropped would take the extension and its audit trail along."),
			 errhint("DROP EXTENSION is for its owner; a schema that others own is no place for its functions.")));
}

void
gov_drop_guard_init(void)
{
	next_hook = object_access_hook;
	object_access_hook = refuse_others;
}
