/*
 * sql_checks.c
 *		The checks that functions written in SQL make before they read; those
 *		written in C make them by core/args.h and access/require.h.
 *
 * They are internal: PUBLIC may not execute them.  A reader calls them before
 * the statement that reads: first those of form, then those of rights.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "core/args.h"

#define LIMIT_MAX 10000			/* most rows of a reader */

PG_FUNCTION_INFO_V1(gov_sql_require_actor);
PG_FUNCTION_INFO_V1(gov_sql_require_permission);
PG_FUNCTION_INFO_V1(gov_sql_require_monitor);
PG_FUNCTION_INFO_V1(gov_sql_check_limit);
PG_FUNCTION_INFO_V1(gov_sql_check_status);
PG_FUNCTION_INFO_V1(gov_sql_check_word);
PG_FUNCTION_INFO_V1(gov_sql_check_id);
PG_FUNCTION_INFO_V1(gov_sql_check_version);
PG_FUNCTION_INFO_V1(gov_sql_check_after);
PG_FUNCTION_INFO_V1(gov_sql_check_moment);
PG_FUNCTION_INFO_V1(gov_sql_check_past);
PG_FUNCTION_INFO_V1(gov_sql_check_bound);

/*
 * governance.require_actor()
 */
Datum
gov_sql_require_actor(PG_FUNCTION_ARGS)
{
	(void) gov_require_actor();
	PG_RETURN_VOID();
}

/*
 * governance.require_permission(permission)
 */
Datum
gov_sql_require_permission(PG_FUNCTION_ARGS)
{
	(void) gov_require(gov_arg_permission(fcinfo, 0, "permission"), NULL);
	PG_RETURN_VOID();
}

/*
 * governance.require_monitor()
 *
 * Whoever monitors the server need not be a user of the extension: the role
 * outside any SECURITY DEFINER function counts.
 */
Datum
gov_sql_require_monitor(PG_FUNCTION_ARGS)
{
	if (!has_privs_of_role(GetOuterUserId(), ROLE_PG_MONITOR))
		(void) gov_require(GOV_PERM_AUDIT_READ, NULL);
	PG_RETURN_VOID();
}

/*
 * governance.check_limit(limit_rows), NULL meaning the default
 */
Datum
gov_sql_check_limit(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0))
		(void) gov_arg_int4(fcinfo, 0, "limit_rows", 1, LIMIT_MAX);
	PG_RETURN_VOID();
}

/*
 * governance.check_status(status)
 */
Datum
gov_sql_check_status(PG_FUNCTION_ARGS)
{
	(void) gov_arg_int4(fcinfo, 0, "status", 200, 599);
	PG_RETURN_VOID();
}

/*
 * governance.check_word(name, value, allowed), a NULL value passing
 */
Datum
gov_sql_check_word(PG_FUNCTION_ARGS)
{
	const char **allowed;
	const char **words;
	int			count;

	if (PG_ARGISNULL(1))
		PG_RETURN_VOID();
	allowed = gov_arg_text_array(fcinfo, 2, "allowed", &count);
	words = palloc0(sizeof(char *) * (Max(count, 0) + 1));
	if (count > 0)
		memcpy(words, allowed, sizeof(char *) * count);
	(void) gov_arg_word(fcinfo, 1, gov_arg_reason(fcinfo, 0, "name"),
						(const char *const *) words, NULL);
	PG_RETURN_VOID();
}

/*
 * governance.check_id(name, value), a NULL value passing
 */
Datum
gov_sql_check_id(PG_FUNCTION_ARGS)
{
	(void) gov_arg_id_or_null(fcinfo, 1, gov_arg_reason(fcinfo, 0, "name"));
	PG_RETURN_VOID();
}

/*
 * governance.check_version(name, value), a NULL value passing
 */
Datum
gov_sql_check_version(PG_FUNCTION_ARGS)
{
	(void) gov_arg_version_or_null(fcinfo, 1,
								   gov_arg_reason(fcinfo, 0, "name"));
	PG_RETURN_VOID();
}

/*
 * governance.check_after(value, is_known), a NULL value passing
 *
 * An empty page would look like the end of the list.
 */
Datum
gov_sql_check_after(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0) && !PG_GETARG_BOOL(1))
	{
		char	   *value = text_to_cstring(PG_GETARG_TEXT_PP(0));

		gov_bad_value("after",
					  psprintf("There is no \"%s\" in the list.",
							   gov_excerpt(value, strlen(value))),
					  "Give the id of the last row of the page before.");
	}
	PG_RETURN_VOID();
}

/*
 * governance.check_moment(name, value), a NULL value passing
 */
Datum
gov_sql_check_moment(PG_FUNCTION_ARGS)
{
	(void) gov_arg_time(fcinfo, 1, gov_arg_reason(fcinfo, 0, "name"), true);
	PG_RETURN_VOID();
}

/*
 * governance.check_past(name, value), a NULL value passing
 */
Datum
gov_sql_check_past(PG_FUNCTION_ARGS)
{
	(void) gov_arg_past(fcinfo, 1, gov_arg_reason(fcinfo, 0, "name"));
	PG_RETURN_VOID();
}

/*
 * governance.check_bound(name, value), NULL and infinities passing
 */
Datum
gov_sql_check_bound(PG_FUNCTION_ARGS)
{
	(void) gov_arg_bound(fcinfo, 1, gov_arg_reason(fcinfo, 0, "name"),
						 DT_NOEND);
	PG_RETURN_VOID();
}
