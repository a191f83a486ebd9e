/*
 * convey.c
 *		Nobody conveys what they do not hold.
 *
 * Whoever holds a role that an approval policy names decides on requests. A
 * holder of "admin" may give such a role to others, as nobody could get it
 * first otherwise; giving it to oneself would make one's own approver.
 */
#include "postgres.h"

#include "access/convey.h"
#include "access/deny.h"
#include "access/manage.h"
#include "core/scan.h"

/* The role that every approval policy names until somebody sets another. */
#define DEFAULT_ROLE "approver"

/* Those of the roles that approval policies name. */
static List *
find_powers(const GovRoleGraph *graph, const Bitmapset *roles)
{
	List	   *powers = NIL;
	GovScan		scan;

	gov_scan_begin(&scan, GOV_REL_APPROVAL_POLICIES);
	while (gov_scan_next(&scan))
	{
		char	   *name = gov_scan_text(&scan, "required_role");
		int			role = gov_role_index(graph, name);

		/*
		 * A policy that is off names the role that it will ask for when it is
		 * on.
		 */
		if (role >= 0 && bms_is_member(role, roles) &&
			(gov_scan_bool(&scan, "enabled") ||
			 strcmp(name, DEFAULT_ROLE) != 0))
			powers = lappend(powers, name);
	}
	gov_scan_end(&scan);
	return powers;
}

GovConveyed
gov_conveyed_roles(const GovRoleGraph *graph, const Bitmapset *roles)
{
	GovConveyed conveyed = {0};
	Bitmapset  *all = NULL;
	int			role = -1;

	while ((role = bms_next_member(roles, role)) >= 0)
	{
		conveyed.mask |= graph->roles[role].mask;
		all = bms_add_members(all, graph->roles[role].closure);
	}
	conveyed.powers = find_powers(graph, all);
	return conveyed;
}

GovConveyed
gov_conveyed_role(const char *role)
{
	const GovRoleGraph *graph = gov_role_graph();

	return gov_conveyed_roles(graph,
							  bms_make_singleton(gov_role_must_exist(graph,
																	 role)));
}

GovConveyed
gov_conveyed_user(const char *user_id)
{
	const GovRoleGraph *graph = gov_role_graph();

	List	   *assignments = gov_user_assignments(graph, user_id);

	return gov_conveyed_roles(graph, gov_assigned_roles(graph, assignments));
}

/* Does the user hold the role, other than by a loan, at least until then? */
static bool
owns(const char *user_id, const char *name, TimestampTz until)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			role = gov_role_index(graph, name);
	TimestampTz own_until;

	return role >= 0 &&
		gov_user_owns_role(graph, user_id, role, &own_until) &&
		own_until >= until;
}

pg_noreturn static void
deny_power(const GovActor *actor, const char *role, const char *resource)
{
	GovDenial	denial = {0};

	denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
	denial.user_id = actor->user_id;
	denial.permission = role;
	denial.resource = resource;
	denial.message = psprintf("user \"%s\" cannot convey role \"%s\"",
							  actor->user_id, role);
	denial.detail = owns(actor->user_id, role, DT_NOBEGIN) ?
		"An approval policy names the role, and the user holds it for a shorter time." :
		"An approval policy names the role: it is conveyed by who holds it, or by a holder of role \"admin\" to others.";
	denial.hint = "Somebody else who holds the role must do it.";
	gov_deny(&denial);
}

/* What of this the user may not hand on, and is the user an admin? */
static uint64
missing_from(const char *user_id, const GovConveyed *conveyed, bool *is_admin)
{
	uint64		held;

	*is_admin = owns(user_id, "admin", DT_NOBEGIN);
	(void) gov_user_own_mask(user_id, &held);
	/* Otherwise nobody could hand them to a pool or to a fetcher of keys. */
	if (*is_admin)
		held |= GOV_MASK(GOV_PERM_ACTOR_IMPERSONATE) |
			GOV_MASK(GOV_PERM_IDENTITY_KEYS);
	return conveyed->mask & ~held;
}

bool
gov_may_convey(const char *user_id, const GovConveyed *conveyed)
{
	bool		is_admin;
	ListCell   *lc;

	if (missing_from(user_id, conveyed, &is_admin) != 0)
		return false;
	foreach(lc, conveyed->powers)
	{
		if (!is_admin && !owns(user_id, lfirst(lc), DT_NOBEGIN))
			return false;
	}
	return true;
}

void
gov_require_conveyable(const GovActor *actor, const GovConveyed *conveyed,
					   const char *to_user, TimestampTz until,
					   const char *resource)
{
	bool		is_admin;
	uint64		missing;
	ListCell   *lc;

	if (actor->evidence == GOV_EVIDENCE_INTERNAL)
		return;
	missing = missing_from(actor->user_id, conveyed, &is_admin);
	if (missing != 0)
	{
		GovDenial	denial = {0};

		denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
		denial.user_id = actor->user_id;
		denial.permission = gov_permission_mask_names(missing);
		denial.resource = resource;
		denial.message = psprintf("user \"%s\" cannot convey permissions that the user does not hold",
								  actor->user_id);
		denial.detail = psprintf("Missing: %s.", denial.permission);
		denial.hint = "Somebody who holds all of them must do it.";
		gov_deny(&denial);
	}

	foreach(lc, conveyed->powers)
	{
		const char *role = lfirst(lc);

		if (!owns(actor->user_id, role, until) &&
			(!is_admin ||
			 (to_user != NULL && strcmp(to_user, actor->user_id) == 0)))
			deny_power(actor, role, resource);
	}
}

bool
gov_role_is_held(const char *role)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			index = gov_role_index(graph, role);
	ListCell   *lc;

	foreach(lc, gov_users_with_roles(graph, gov_role_heirs(graph, role)))
	{
		List	   *assignments = gov_user_assignments(graph, lfirst(lc));
		bool		is_active;

		if (gov_user_exists(lfirst(lc), &is_active) && is_active &&
			bms_is_member(index, gov_assigned_roles(graph, assignments)))
			return true;
	}
	return false;
}

void
gov_tell_unheld(const Bitmapset *roles)
{
	const GovRoleGraph *graph = gov_role_graph();
	List	   *policies = NIL;
	ListCell   *lc;
	GovScan		scan;

	gov_scan_begin(&scan, GOV_REL_APPROVAL_POLICIES);
	while (gov_scan_next(&scan))
	{
		char	   *role = gov_scan_text(&scan, "required_role");
		int			index = gov_role_index(graph, role);

		if (gov_scan_bool(&scan, "enabled") && index >= 0 &&
			bms_is_member(index, roles))
			policies = lappend(policies,
							   list_make2(role,
										  gov_scan_text(&scan, "action")));
	}
	gov_scan_end(&scan);
	foreach(lc, policies)
	{
		char	   *role = linitial(lfirst_node(List, lc));

		if (!gov_role_is_held(role))
			ereport(NOTICE,
					(errmsg("nobody holds role \"%s\" any more", role),
					 errdetail("No request for action \"%s\" can be approved until somebody does.",
							   (char *) lsecond(lfirst_node(List, lc)))));
	}
}
