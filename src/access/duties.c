/*
 * duties.c
 *		Static separation of duties: sets of roles.
 *
 * They follow ANSI INCITS 359-2012: a set of cardinality n forbids holding n
 * or more of its roles, those inherited included.  All unexpired assignments
 * count: an inactive user's too, and what is lent while the lender does not
 * hold it, because reactivating the one or the other must not break a set.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "access/duties.h"
#include "access/permission_cache.h"
#include "access/deny.h"
#include "core/errors.h"
#include "core/relations.h"
#include "core/scan.h"
#include "core/spi.h"

typedef struct SodSet
{
	char	   *name;
	int			cardinality;
	Bitmapset  *roles;			/* by index in the role graph */
} SodSet;

/* Active users whose role, direct or inherited, is admin and won't expire. */
GOV_SQL(find_lasting_admin, (),
		"WITH RECURSIVE admin_roles(role) AS ("
		" SELECT 'admin'::text COLLATE \"C\" UNION"
		" SELECT i.role FROM governance.role_inheritance AS i"
		" JOIN admin_roles AS a ON i.inherited_role = a.role)"
		" SELECT 1 FROM governance.user_roles AS ur"
		" JOIN admin_roles AS a USING (role)"
		" JOIN governance.users AS u USING (user_id)"
		" WHERE u.is_active AND ur.expires_at IS NULL"
		" AND ur.delegated_by IS NULL LIMIT 1");

void
gov_lock_role_graph(void)
{
	LockRelationOid(gov_relation(GOV_REL_ACCESS_GENERATION),
					ShareRowExclusiveLock);
}

void
gov_lock_assignments(void)
{
	LockRelationOid(gov_relation(GOV_REL_ACCESS_GENERATION),
					RowExclusiveLock);
}

static List *
load_sod_sets(const GovRoleGraph *graph)
{
	List	   *sets = NIL;
	GovScan		scan;

	gov_scan_begin(&scan, GOV_REL_SOD_SETS);
	while (gov_scan_next(&scan))
	{
		SodSet	   *set = palloc0(sizeof(SodSet));
		bool		isnull;
		Datum	   *elements;
		bool	   *nulls;
		int			count;
		int			i;

		set->name = gov_scan_text(&scan, "name");
		set->cardinality = DatumGetInt32(gov_scan_datum(&scan, "cardinality",
														&isnull));
		deconstruct_array(DatumGetArrayTypeP(gov_scan_datum(&scan, "roles",
															&isnull)),
						  TEXTOID, -1, false, TYPALIGN_INT,
						  &elements, &nulls, &count);
		for (i = 0; i < count; i++)
		{
			int			role = -1;

			if (!nulls[i])
				role = gov_role_index(graph, TextDatumGetCString(elements[i]));
			if (role >= 0)
				set->roles = bms_add_member(set->roles, role);
		}
		sets = lappend(sets, set);
	}
	gov_scan_end(&scan);
	return sets;
}

static char *
role_names(const GovRoleGraph *graph, const Bitmapset *roles)
{
	StringInfoData buf;
	int			i = -1;

	initStringInfo(&buf);
	while ((i = bms_next_member(roles, i)) >= 0)
		appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "",
						 graph->roles[i].name);
	return buf.data;
}

/*
 * add_conflicts
 *		Append what sets the user breaks to the report; the number of them.
 *
 * Besides what is assigned the user has "more".
 */
static int
add_conflicts(const GovRoleGraph *graph, List *sets, const char *user_id,
			  const Bitmapset *more, StringInfo report, int reported)
{
	Bitmapset  *assigned =
		gov_assigned_roles(graph, gov_user_assignment_rows(graph, user_id));
	Bitmapset  *held = bms_union(assigned, more);
	ListCell   *lc;
	int			count = 0;

	foreach(lc, sets)
	{
		SodSet	   *set = lfirst(lc);
		Bitmapset  *both = bms_intersect(held, set->roles);

		if (bms_num_members(both) < set->cardinality)
			continue;
		count++;
		if (reported + count <= 10)
			appendStringInfo(report,
							 "%sUser \"%s\" would hold %s; set \"%s\" allows at most %d of its roles.",
							 report->len > 0 ? "\n" : "", user_id,
							 role_names(graph, both), set->name,
							 set->cardinality - 1);
	}
	return count;
}

char *
gov_duties_report(const char *user_id, const Bitmapset *roles)
{
	const GovRoleGraph *graph = gov_role_graph();
	StringInfoData report;

	if (bms_is_empty(roles))
		return NULL;
	initStringInfo(&report);
	(void) add_conflicts(graph, load_sod_sets(graph), user_id, roles, &report,
						 0);
	return report.len > 0 ? report.data : NULL;
}

void
gov_duties_refuse(const char *user_id, const char *report)
{
	GovDenial	denial = {0};

	denial.sqlerrcode = ERRCODE_GOV_SEPARATION_OF_DUTIES;
	denial.user_id = user_id;
	denial.resource = psprintf("user/%s", user_id);
	denial.message = psprintf("groups and roles of user \"%s\" would break separation of duties",
							  user_id);
	denial.detail = report;
	denial.hint = "Somebody with \"role:manage\" can revoke a role or run gov_unmap_group(), or the issuer take the person out of a group.";
	gov_deny(&denial);
}

void
gov_duties_check_static(const char *user_id, const char *role)
{
	const GovRoleGraph *graph = gov_role_graph();
	List	   *sets = load_sod_sets(graph);
	StringInfoData report;
	int			count = 0;
	GovActor	actor;
	GovDenial	denial = {0};

	if (sets == NIL)
		return;
	initStringInfo(&report);
	if (user_id != NULL)
		count = add_conflicts(graph, sets, user_id, NULL, &report, 0);
	else
	{
		MemoryContext scratch;
		MemoryContext caller;
		List	   *users;
		ListCell   *lc;

		users = gov_users_with_roles(graph, role == NULL ? NULL :
									 gov_role_heirs(graph, role));
		scratch = AllocSetContextCreate(CurrentMemoryContext,
										"governance duties of a user",
										ALLOCSET_SMALL_SIZES);
		caller = MemoryContextSwitchTo(scratch);
		foreach(lc, users)
		{
			CHECK_FOR_INTERRUPTS();
			count += add_conflicts(graph, sets, lfirst(lc), NULL, &report,
								   count);
			MemoryContextReset(scratch);
		}
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(scratch);
	}
	if (count == 0)
		return;
	if (count > 10)
		appendStringInfo(&report, "\nAnd %d more.", count - 10);

	(void) gov_actor_get(&actor);
	denial.sqlerrcode = ERRCODE_GOV_SEPARATION_OF_DUTIES;
	denial.user_id = actor.user_id[0] ? actor.user_id : NULL;
	denial.resource = user_id ? psprintf("user/%s", user_id) : NULL;
	denial.message = user_id ?
		psprintf("roles of user \"%s\" would break separation of duties",
				 user_id) :
		"the change would break separation of duties";
	denial.detail = report.data;
	denial.hint = "Revoke one of the roles first, or remove the set with gov_drop_sod_set().";
	gov_deny(&denial);
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

List *
gov_duties_conflicts(void)
{
	const GovRoleGraph *graph = gov_role_graph();
	List	   *sets = load_sod_sets(graph);
	List	   *users = gov_users_with_roles(graph, NULL);
	List	   *conflicts = NIL;
	ListCell   *user;
	ListCell   *lc;

	list_sort(users, compare_names);
	foreach(user, users)
	{
		List	   *assignments = gov_user_assignments(graph, lfirst(user));
		Bitmapset  *held = gov_assigned_roles(graph, assignments);

		CHECK_FOR_INTERRUPTS();
		foreach(lc, sets)
		{
			SodSet	   *set = lfirst(lc);
			Bitmapset  *both = bms_intersect(held, set->roles);
			GovConflict *conflict;
			int			role = -1;

			if (bms_num_members(both) < set->cardinality)
				continue;
			conflict = palloc0(sizeof(GovConflict));
			conflict->user_id = lfirst(user);
			conflict->sod_set = set->name;
			while ((role = bms_next_member(both, role)) >= 0)
				conflict->roles = lappend(conflict->roles,
										  pstrdup(graph->roles[role].name));
			conflicts = lappend(conflicts, conflict);
		}
	}
	return conflicts;
}

/*
 * find_path
 *		Append the way by which one role inherits another; false: none.
 *
 * It goes by the direct edges alone, as a graph with a cycle has no closure
 * that could be trusted.
 */
static bool
find_path(const GovRoleGraph *graph, int from, int to, Bitmapset **seen,
		  StringInfo path)
{
	int			length = path->len;
	int			parent = -1;

	check_stack_depth();
	*seen = bms_add_member(*seen, from);
	appendStringInfo(path, "%s\"%s\"", length == 0 ? "" :
					 strstr(path->data, " inherits ") == NULL ?
					 " inherits " : ", which inherits ",
					 graph->roles[from].name);
	if (from == to)
		return true;
	while ((parent = bms_next_member(graph->roles[from].inherits,
									 parent)) >= 0)
	{
		if (!bms_is_member(parent, *seen) &&
			find_path(graph, parent, to, seen, path))
			return true;
	}
	path->len = length;
	path->data[length] = '\0';
	return false;
}

void
gov_duties_check_acyclic(const char *role, const char *inherited_role)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			from = gov_role_index(graph, inherited_role);
	int			to = gov_role_index(graph, role);
	Bitmapset  *seen = NULL;
	StringInfoData path;

	initStringInfo(&path);
	if (from < 0 || to < 0 || !find_path(graph, from, to, &seen, &path))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("role \"%s\" cannot inherit role \"%s\": that would be a cycle",
					role, inherited_role),
			 errdetail("%s.", from == to ?
					   "A role does not inherit itself" : path.data)));
}

void
gov_duties_check_last_admin(void)
{
	if (gov_run0(&find_lasting_admin) > 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the last active admin cannot be removed"),
			 errdetail("No other active user would hold role \"admin\" without expiry."),
			 errhint("Assign role \"admin\" to somebody else first.")));
}
