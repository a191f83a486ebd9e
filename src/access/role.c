/*
 * role.c
 *		Roles: what they permit and inherit, and sets of them that nobody may
 *		hold together.
 *
 * Invariants: every writer here holds the lock on the role graph, so it
 * changes the graph that it decided on; inheritance stays acyclic; whoever
 * makes a role larger holds what is added.  The guard judges separation of
 * duties and the last admin after each row.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "access/duties.h"
#include "access/act.h"
#include "access/delegation.h"
#include "access/manage.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_create_role);
PG_FUNCTION_INFO_V1(gov_drop_role);
PG_FUNCTION_INFO_V1(gov_add_inheritance);
PG_FUNCTION_INFO_V1(gov_remove_inheritance);
PG_FUNCTION_INFO_V1(gov_grant_permission);
PG_FUNCTION_INFO_V1(gov_revoke_permission);
PG_FUNCTION_INFO_V1(gov_create_sod_set);
PG_FUNCTION_INFO_V1(gov_drop_sod_set);

GOV_SQL(select_role, (TEXTOID),
		"SELECT t, t.is_builtin FROM governance.roles AS t"
		" WHERE t.role = $1");

GOV_SQL(insert_permission, (TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.role_permissions AS t"
		" (role, permission, granted_by) VALUES ($1, $2, $3)"
		" ON CONFLICT DO NOTHING RETURNING t");

GOV_SQL(find_sets_of_role, (TEXTOID),
		"SELECT pg_catalog.string_agg(name, ', ' ORDER BY name)"
		" FROM governance.sod_sets WHERE $1 = ANY (roles)");

GOV_SQL(find_policies_of_role, (TEXTOID),
		"SELECT pg_catalog.string_agg(action, ', ' ORDER BY action)"
		" FROM governance.approval_policies WHERE required_role = $1");

/*
 * All that depends on a role is ended, one kind after the other: each kind has
 * its own verb.
 */
GOV_SQL(delete_role_assignments, (TEXTOID),
		"DELETE FROM governance.user_roles WHERE role = $1");

GOV_SQL(insert_sod_set, (TEXTOID, TEXTARRAYOID, INT4OID, TEXTOID),
		"INSERT INTO governance.sod_sets AS t"
		" (name, roles, cardinality, created_by) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT DO NOTHING RETURNING t");

static char *
role_resource(const char *role)
{
	return psprintf("role/%s", role);
}

/*
 * begin_change
 *		Ask for the right, lock the role graph, and ask again.
 *
 * SPI is open afterwards.
 */
static GovActor
begin_change(GovPermission permission, const char *resource)
{
	return gov_require_locking(permission, resource, gov_lock_role_graph());
}

static void
grant(const char *role, uint64 mask, const char *actor)
{
	int			i;

	gov_operation_begin("grant", NULL);
	for (i = 0; i < GOV_PERM_COUNT; i++)
	{
		if (mask & GOV_MASK(i))
			gov_run(&insert_permission, gov_text(role),
					gov_text(gov_permission_name((GovPermission) i)),
					gov_text(actor));
	}
	gov_operation_end();
}

static void
inherit(const char *role, const char *inherited_role, const char *actor)
{
	gov_run_as("add", NULL,
			   gov_sql("INSERT INTO governance.role_inheritance (role,"
					   " inherited_role, added_by) VALUES ($1, $2, $3)"),
			   gov_text(role), gov_text(inherited_role), gov_text(actor));
}

/* The permissions in an array of names; an unknown one is 22023. */
static uint64
arg_permission_mask(FunctionCallInfo fcinfo, int n, const char *name)
{
	int			count;
	const char **names = gov_arg_text_array(fcinfo, n, name, &count);
	uint64		mask = 0;
	int			i;

	for (i = 0; i < count; i++)
	{
		int			permission = gov_permission_find(names[i],
													 strlen(names[i]));

		if (permission < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unknown permission \"%s\"",
							gov_excerpt(names[i], strlen(names[i]))),
					 errhint("Known: %s.",
							 gov_permission_mask_names(~UINT64CONST(0)))));
		mask |= GOV_MASK(permission);
	}
	return mask;
}

/*
 * gov_create_role(role, description, permissions, inherits) → roles
 */
Datum
gov_create_role(PG_FUNCTION_ARGS)
{
	const char *role = gov_arg_id(fcinfo, 0, "role");
	const char *description = gov_arg_text(fcinfo, 1, "description", "");
	uint64		permissions = arg_permission_mask(fcinfo, 2, "permissions");
	int			ninherits;
	const char **inherits = gov_arg_id_array(fcinfo, 3, "inherits",
											 &ninherits);
	char	   *resource = role_resource(role);
	const GovRoleGraph *graph;
	GovActor	actor;
	GovConveyed conveyed;
	Bitmapset  *parents = NULL;
	bool		exists;
	int			i;

	gov_refuse_read_only("gov_create_role()");
	(void) gov_require(GOV_PERM_ROLE_MANAGE, resource);
	if (permissions != 0)
		(void) gov_require(GOV_PERM_PERMISSION_MANAGE, resource);
	actor = begin_change(GOV_PERM_ROLE_MANAGE, resource);
	if (permissions != 0)
		(void) gov_require(GOV_PERM_PERMISSION_MANAGE, resource);

	graph = gov_role_graph();
	exists = gov_role_index(graph, role) >= 0;
	for (i = 0; i < ninherits; i++)
		parents = bms_add_member(parents,
								 gov_role_must_exist(graph, inherits[i]));
	conveyed = gov_conveyed_roles(graph, parents);
	conveyed.mask |= permissions;
	gov_require_conveyable(&actor, &conveyed, NULL, DT_NOBEGIN, resource);
	if (exists)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("role \"%s\" exists already", role),
				 errhint("gov_grant_permission() and gov_add_inheritance() change a role.")));

	/* Making a role with permissions does not get round their approval. */
	for (i = 0; i < GOV_PERM_COUNT; i++)
	{
		if (permissions & GOV_MASK(i))
			gov_grant_approval(&actor, role, gov_permission_name(i));
	}

	gov_run_as("create", NULL,
			   gov_sql("INSERT INTO governance.roles (role, description,"
					   " created_by) VALUES ($1, $2, $3)"), gov_text(role),
			   gov_text(description), gov_text(actor.user_id));
	grant(role, permissions, actor.user_id);
	for (i = 0; i < ninherits; i++)
		inherit(role, inherits[i], actor.user_id);

	gov_run(&select_role, gov_text(role));
	return gov_spi_end_row(fcinfo);
}

/*
 * Raise 55000 where something names the role; the statement finds what does,
 * in words.
 */
static void
refuse_if_named(const char *role, GovStatement *find, const char *who,
				const char *list, const char *hint)
{
	char	   *named_by;

	gov_run(find, gov_text(role));
	named_by = gov_row_text(0, 1);
	if (named_by != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("role \"%s\" cannot be dropped: %s names it", role,
						who),
				 errdetail("%s: %s.", list, named_by),
				 errhint("%s", hint)));
}

/*
 * gov_drop_role(role) → boolean
 *
 * All that depends on the role goes first, so that each row has an event that
 * tells what happened to it; loans that were possible only by the role go
 * last.
 */
Datum
gov_drop_role(PG_FUNCTION_ARGS)
{
	const char *role = gov_arg_id(fcinfo, 0, "role");
	char	   *resource = role_resource(role);
	char	   *reason = psprintf("role \"%s\" was dropped", role);
	int64		holders;

	gov_refuse_read_only("gov_drop_role()");
	(void) begin_change(GOV_PERM_ROLE_MANAGE, resource);

	/* Whoever sets an approval policy locks the role, not the role graph. */
	gov_run(gov_sql("SELECT 1 FROM governance.roles WHERE role = $1"
					" FOR UPDATE"), gov_text(role));
	if (gov_run(&select_role, gov_text(role)) == 0)
	{
		gov_spi_end();
		ereport(NOTICE,
				(errmsg("role \"%s\" does not exist, skipping", role)));
		PG_RETURN_BOOL(false);
	}
	if (gov_row_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("role \"%s\" is built in and cannot be dropped", role),
				 errhint("Its permissions may change: see gov_revoke_permission().")));
	refuse_if_named(role, &find_sets_of_role, "a duty set",
					"Separation of duties",
					"Remove the set first with gov_drop_sod_set().");
	refuse_if_named(role, &find_policies_of_role, "an approval policy",
					"Approval policies",
					"Name another role with gov_set_approval_policy() first.");

	gov_run(gov_sql("SELECT count(*) FROM governance.user_roles"
					" WHERE role = $1 AND (expires_at IS NULL"
					" OR expires_at > pg_catalog.clock_timestamp())"),
			gov_text(role));
	holders = gov_row_int8(0, 1);

	gov_operation_begin("revoke", reason);
	gov_run(&delete_role_assignments, gov_text(role));
	gov_run(gov_sql("DELETE FROM governance.role_permissions WHERE role = $1"),
			gov_text(role));
	gov_operation_end();
	gov_run_as("remove", reason,
			   gov_sql("DELETE FROM governance.role_inheritance"
					   " WHERE role = $1 OR inherited_role = $1"),
			   gov_text(role));
	gov_run_as("drop", NULL,
			   gov_sql("DELETE FROM governance.roles WHERE role = $1"),
			   gov_text(role));
	gov_delegations_end_unbacked(NULL);
	gov_spi_end();

	if (holders > 0)
		ereport(NOTICE,
				(errmsg_plural("role \"%s\" was held by %lld user",
							   "role \"%s\" was held by %lld users",
							   (unsigned long) holders, role,
							   (long long) holders)));
	PG_RETURN_BOOL(true);
}

/*
 * gov_add_inheritance(role, inherited_role) → roles
 */
Datum
gov_add_inheritance(PG_FUNCTION_ARGS)
{
	const char *role = gov_arg_id(fcinfo, 0, "role");
	const char *inherited_role = gov_arg_id(fcinfo, 1, "inherited_role");
	char	   *resource = role_resource(role);
	const GovRoleGraph *graph;
	GovConveyed conveyed;
	GovActor	actor;
	int			heir;
	int			inherited;
	List	   *own;
	bool		there;
	bool		is_own;

	gov_refuse_read_only("gov_add_inheritance()");
	actor = begin_change(GOV_PERM_ROLE_MANAGE, resource);

	graph = gov_role_graph();
	heir = gov_role_must_exist(graph, role);
	inherited = gov_role_must_exist(graph, inherited_role);
	there = bms_is_member(inherited, graph->roles[heir].inherits);
	own = gov_user_assignment_rows(graph, actor.user_id);
	is_own = bms_is_member(heir, gov_assigned_roles(graph, own));
	conveyed = gov_conveyed_roles(graph, bms_make_singleton(inherited));
	gov_require_conveyable(&actor, &conveyed, is_own ? actor.user_id : NULL,
						   DT_NOBEGIN, resource);
	gov_duties_check_acyclic(role, inherited_role);
	if (!there)
		inherit(role, inherited_role, actor.user_id);

	gov_run(&select_role, gov_text(role));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_remove_inheritance(role, inherited_role) → roles
 */
Datum
gov_remove_inheritance(PG_FUNCTION_ARGS)
{
	const char *role = gov_arg_id(fcinfo, 0, "role");
	const char *inherited_role = gov_arg_id(fcinfo, 1, "inherited_role");
	const GovRoleGraph *graph;
	uint64		removed;

	gov_refuse_read_only("gov_remove_inheritance()");
	(void) begin_change(GOV_PERM_ROLE_MANAGE, role_resource(role));

	graph = gov_role_graph();
	(void) gov_role_must_exist(graph, role);
	(void) gov_role_must_exist(graph, inherited_role);
	removed = gov_run_as("remove", NULL,
						 gov_sql("DELETE FROM governance.role_inheritance"
								 " WHERE role = $1 AND inherited_role = $2"),
						 gov_text(role), gov_text(inherited_role));
	if (removed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\" does not inherit role \"%s\" directly",
						role, inherited_role),
				 errhint("SELECT * FROM governance.role_inheritance lists who inherits what.")));
	gov_delegations_end_unbacked(NULL);

	gov_run(&select_role, gov_text(role));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_grant_permission(role, permission) → role_permissions
 *
 * What is granted already is returned as it is.
 */
Datum
gov_grant_permission(PG_FUNCTION_ARGS)
{
	const char *role = gov_arg_id(fcinfo, 0, "role");
	GovPermission permission = gov_arg_permission(fcinfo, 1, "permission");
	char	   *resource = role_resource(role);
	const char *name = gov_permission_name(permission);
	GovConveyed conveyed = {.mask = GOV_MASK(permission)};
	uint64		granted;
	GovActor	actor;

	gov_refuse_read_only("gov_grant_permission()");
	actor = begin_change(GOV_PERM_PERMISSION_MANAGE, resource);
	(void) gov_role_must_exist(gov_role_graph(), role);
	gov_require_conveyable(&actor, &conveyed, NULL, DT_NOBEGIN, resource);
	gov_grant_approval(&actor, role, name);

	granted = gov_run_as("grant", NULL, &insert_permission, gov_text(role),
						 gov_text(name), gov_text(actor.user_id));
	if (granted == 0)
		gov_run(gov_sql("SELECT t FROM governance.role_permissions AS t"
						" WHERE t.role = $1 AND t.permission = $2"),
				gov_text(role), gov_text(name));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_revoke_permission(role, permission) → boolean: was it granted
 */
Datum
gov_revoke_permission(PG_FUNCTION_ARGS)
{
	const char *role = gov_arg_id(fcinfo, 0, "role");
	GovPermission permission = gov_arg_permission(fcinfo, 1, "permission");
	uint64		revoked;

	gov_refuse_read_only("gov_revoke_permission()");
	(void) begin_change(GOV_PERM_PERMISSION_MANAGE, role_resource(role));
	(void) gov_role_must_exist(gov_role_graph(), role);

	revoked = gov_run_as("revoke", NULL,
						 gov_sql("DELETE FROM governance.role_permissions"
								 " WHERE role = $1 AND permission = $2"),
						 gov_text(role),
						 gov_text(gov_permission_name(permission)));
	gov_spi_end();
	PG_RETURN_BOOL(revoked > 0);
}

/*
 * gov_create_sod_set(name, roles, cardinality) → sod_sets
 *
 * The guard refuses a set that somebody breaks already, and names who.
 */
Datum
gov_create_sod_set(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	int			count;
	const char **roles = gov_arg_id_array(fcinfo, 1, "roles", &count);
	int32		cardinality = PG_ARGISNULL(2) ? 2 : PG_GETARG_INT32(2);
	const GovRoleGraph *graph;
	List	   *names = NIL;
	GovActor	actor;
	uint64		created;
	int			i;

	if (count < 2)
		gov_bad_value("roles", "A set has at least two roles.", NULL);
	if (cardinality < 2 || cardinality > count)
		gov_bad_value("cardinality",
					  psprintf("%d is not between 2 and the number of roles, %d.",
							   cardinality, count),
					  "It is the number of roles of the set that is too many for one user.");
	gov_refuse_read_only("gov_create_sod_set()");
	actor = begin_change(GOV_PERM_ROLE_MANAGE, psprintf("sod_set/%s", name));
	graph = gov_role_graph();
	for (i = 0; i < count; i++)
	{
		(void) gov_role_must_exist(graph, roles[i]);
		names = lappend(names, (void *) roles[i]);
	}

	created = gov_run_as("create", NULL, &insert_sod_set, gov_text(name),
						 gov_names(names), gov_int4(cardinality),
						 gov_text(actor.user_id));
	if (created == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("duty set \"%s\" exists already", name),
				 errhint("Remove it first with gov_drop_sod_set().")));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_sod_set(name) → boolean
 */
Datum
gov_drop_sod_set(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	uint64		dropped;

	gov_refuse_read_only("gov_drop_sod_set()");
	(void) begin_change(GOV_PERM_ROLE_MANAGE, psprintf("sod_set/%s", name));

	dropped = gov_run_as("drop", NULL,
						 gov_sql("DELETE FROM governance.sod_sets"
								 " WHERE name = $1"), gov_text(name));
	gov_spi_end();
	if (dropped == 0)
		ereport(NOTICE,
				(errmsg("duty set \"%s\" does not exist, skipping", name)));
	PG_RETURN_BOOL(dropped > 0);
}
