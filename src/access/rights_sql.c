/*
 * rights_sql.c
 *		SQL functions that show rights: who holds what, and by which role.
 *
 * They read as the permission check does (core/scan.h), not with the query's
 * snapshot: they show what a check would answer now, even in the middle of a
 * REPEATABLE READ transaction.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "access/duties.h"
#include "access/group_role.h"
#include "access/permission_cache.h"
#include "access/require.h"

PG_FUNCTION_INFO_V1(gov_user_roles);
PG_FUNCTION_INFO_V1(gov_user_permissions);
PG_FUNCTION_INFO_V1(gov_who_can);
PG_FUNCTION_INFO_V1(gov_sod_conflicts);

#define MAX_COLUMNS 5

typedef struct Row
{
	Datum		values[MAX_COLUMNS];
	bool		nulls[MAX_COLUMNS];
} Row;

static void
set_text(Row *row, int column, const char *s)
{
	row->nulls[column] = s == NULL;
	row->values[column] = s ? CStringGetTextDatum(s) : (Datum) 0;
}

static void
set_time(Row *row, int column, TimestampTz t)
{
	row->nulls[column] = t == DT_NOEND;
	row->values[column] = TimestampTzGetDatum(t);
}

static void
put(FunctionCallInfo fcinfo, Row *row)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row->values,
						 row->nulls);
}

/*
 * gov_user_roles(user_id) → role, assigned_at, assigned_by, expires_at,
 * via_role
 *
 * An inherited role has the dates of the assignment it comes by.
 */
Datum
gov_user_roles(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const GovRoleGraph *graph;
	ListCell   *lc;

	gov_require_about(user_id);
	InitMaterializedSRF(fcinfo, 0);
	graph = gov_role_graph();
	foreach(lc, gov_user_assignments(graph, user_id))
	{
		GovAssignment *assignment = lfirst(lc);
		GovRole    *assigned = &graph->roles[assignment->role];
		int			role = -1;

		while ((role = bms_next_member(assigned->closure, role)) >= 0)
		{
			Row			row = {0};

			set_text(&row, 0, graph->roles[role].name);
			set_time(&row, 1, assignment->assigned_at);
			set_text(&row, 2, assignment->assigned_by);
			set_time(&row, 3, assignment->expires_at);
			set_text(&row, 4,
					 role == assignment->role ? NULL : assigned->name);
			put(fcinfo, &row);
		}
	}
	return (Datum) 0;
}

/* Return a row where the assignment grants the permission. */
static void
put_granting(FunctionCallInfo fcinfo, const char *first,
			 const GovRoleGraph *graph, const GovAssignment *assignment,
			 GovPermission permission)
{
	const GovRole *assigned = &graph->roles[assignment->role];
	Row			row = {0};

	if (!(assigned->mask & GOV_MASK(permission)))
		return;
	set_text(&row, 0, first);
	set_text(&row, 1, assigned->name);
	put(fcinfo, &row);
}

/*
 * gov_user_permissions(user_id) → permission, via_role
 */
Datum
gov_user_permissions(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const GovRoleGraph *graph;
	List	   *assignments;
	ListCell   *lc;
	bool		is_active;
	int			i;

	gov_require_about(user_id);
	InitMaterializedSRF(fcinfo, 0);
	if (!gov_user_exists(user_id, &is_active) || !is_active)
		return (Datum) 0;
	graph = gov_role_graph();
	assignments = gov_user_assignments(graph, user_id);
	for (i = 0; i < GOV_PERM_COUNT; i++)
	{
		foreach(lc, assignments)
			put_granting(fcinfo, gov_permission_name(i), graph, lfirst(lc), i);
	}
	return (Datum) 0;
}

/* Only the issuer knows who is in a group. */
static void
put_groups(FunctionCallInfo fcinfo, GovPermission permission)
{
	List	   *mappings = gov_group_roles_all();
	const GovRoleGraph *graph = gov_role_graph();
	ListCell   *lc;

	foreach(lc, mappings)
	{
		GovGroupRole *mapping = lfirst(lc);
		int			role = gov_role_index(graph, mapping->role);
		Row			row = {0};

		if (role < 0 || !(graph->roles[role].mask & GOV_MASK(permission)))
			continue;
		set_text(&row, 0, NULL);
		set_text(&row, 1, psprintf("%s, of %s", mapping->role,
								   gov_group_name(mapping)));
		put(fcinfo, &row);
	}
}

/*
 * gov_who_can(permission) → user_id, via_role
 */
Datum
gov_who_can(PG_FUNCTION_ARGS)
{
	GovPermission permission = gov_arg_permission(fcinfo, 0, "permission");
	const GovRoleGraph *graph;
	Bitmapset  *granting;
	ListCell   *user;
	ListCell   *lc;
	bool		is_active;

	(void) gov_require_any(GOV_MASK(GOV_PERM_AUDIT_READ) |
						   GOV_MASK(GOV_PERM_USER_MANAGE), NULL);
	InitMaterializedSRF(fcinfo, 0);
	graph = gov_role_graph();
	granting = gov_roles_granting(graph, permission);
	if (granting == NULL)
		return (Datum) 0;
	foreach(user, gov_users_with_roles(graph, granting))
	{
		CHECK_FOR_INTERRUPTS();
		if (!gov_user_exists(lfirst(user), &is_active) || !is_active)
			continue;
		foreach(lc, gov_user_assignments(graph, lfirst(user)))
			put_granting(fcinfo, lfirst(user), graph, lfirst(lc), permission);
	}
	put_groups(fcinfo, permission);
	return (Datum) 0;
}

/*
 * gov_sod_conflicts() → user_id, sod_set, roles
 *
 * A change that would make a conflict is refused, so there is none unless a
 * superuser switched a trigger off.
 */
Datum
gov_sod_conflicts(PG_FUNCTION_ARGS)
{
	ListCell   *lc;
	ListCell   *name;

	(void) gov_require(GOV_PERM_AUDIT_READ, NULL);
	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, gov_duties_conflicts())
	{
		GovConflict *conflict = lfirst(lc);
		Datum	   *names =
			palloc(sizeof(Datum) * list_length(conflict->roles));
		int			count = 0;
		Row			row = {0};

		foreach(name, conflict->roles)
			names[count++] = CStringGetTextDatum(lfirst(name));
		set_text(&row, 0, conflict->user_id);
		set_text(&row, 1, conflict->sod_set);
		row.values[2] =
			PointerGetDatum(construct_array(names, count, TEXTOID, -1, false,
											TYPALIGN_INT));
		put(fcinfo, &row);
	}
	return (Datum) 0;
}
