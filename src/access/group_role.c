/*
 * group_role.c
 *		Roles that a signed token gives by the groups that it names.
 *
 * What counts is worked out once for a token, and again when users, rights or
 * mappings have changed, or when the right of whoever made a mapping may have
 * expired.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "access/convey.h"
#include "access/duties.h"
#include "access/group_role.h"
#include "core/scan.h"

#define MAX_GROUPS 1000			/* how many of a token are looked up */

/* What was worked out last; it lives in memory of the transaction. */
static struct
{
	uint64		binding;
	uint64		generation;
	TimestampTz good_until;
	uint64		mask;
	List	   *mappings;
	char	   *conflict;		/* the duties that they would break, or NULL */
}			current;

char *
gov_group_name(const GovGroupRole *mapping)
{
	return psprintf("group \"%s\" of issuer \"%s\"", mapping->group,
					mapping->issuer);
}

static List *
append_mapping(List *mappings, GovScan *scan)
{
	GovGroupRole *mapping = palloc(sizeof(GovGroupRole));
	bool		isnull;

	mapping->issuer = gov_scan_text(scan, "issuer");
	mapping->group = gov_scan_text(scan, "group_name");
	mapping->role = gov_scan_text(scan, "role");
	mapping->mapped_by = gov_scan_text(scan, "mapped_by");
	mapping->mapped_at =
		DatumGetTimestampTz(gov_scan_datum(scan, "mapped_at", &isnull));
	return lappend(mappings, mapping);
}

/* Could the maker of the mapping make it now, and until when at least? */
static bool
counts(const GovGroupRole *mapping, TimestampTz *until)
{
	const char *maker = mapping->mapped_by;
	const GovRoleGraph *graph = gov_role_graph();
	int			role = gov_role_index(graph, mapping->role);
	GovConveyed conveyed;
	uint64		mask;
	ListCell   *lc;

	if (maker == NULL || role < 0)
		return false;
	foreach(lc, gov_user_assignments(graph, maker))
		*until = Min(*until, ((GovAssignment *) lfirst(lc))->expires_at);
	conveyed = gov_conveyed_roles(graph, bms_make_singleton(role));
	return gov_user_mask(maker, strlen(maker), &mask) &&
		(mask & GOV_MASK(GOV_PERM_ROLE_MANAGE)) != 0 &&
		gov_may_convey(maker, &conveyed);
}

static List *
those_that_count(List *mappings, TimestampTz *until)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, mappings)
	{
		CHECK_FOR_INTERRUPTS();
		if (counts(lfirst(lc), until))
			result = lappend(result, lfirst(lc));
	}
	return result;
}

List *
gov_group_roles_all(void)
{
	TimestampTz until = DT_NOEND;
	List	   *mappings = NIL;
	GovScan		scan;

	gov_scan_begin(&scan, GOV_REL_GROUP_ROLES);
	while (gov_scan_next(&scan))
		mappings = append_mapping(mappings, &scan);
	gov_scan_end(&scan);
	return those_that_count(mappings, &until);
}

/* The mappings of a token's groups, but for the actor's own. */
static List *
find_mappings(const GovTokenMaker *token, const char *user_id)
{
	List	   *mappings = NIL;
	int			looked_up = 0;
	ListCell   *lc;

	foreach(lc, token->groups)
	{
		GovScan		scan;

		if (++looked_up > MAX_GROUPS)
			break;
		gov_scan_begin_key(&scan, GOV_REL_GROUP_ROLES,
						   GOV_REL_GROUP_ROLES_PKEY, "group_name",
						   lfirst(lc));
		while (gov_scan_next(&scan))
		{
			const char *maker = gov_scan_text(&scan, "mapped_by");

			if (strcmp(gov_scan_text(&scan, "issuer"), token->issuer) == 0 &&
				maker != NULL && strcmp(maker, user_id) != 0)
				mappings = append_mapping(mappings, &scan);
		}
		gov_scan_end(&scan);
	}
	return mappings;
}

static Bitmapset *
roles_of(const GovRoleGraph *graph, const List *mappings)
{
	Bitmapset  *roles = NULL;
	const ListCell *lc;

	foreach(lc, mappings)
	{
		int			role = gov_role_index(graph,
										  ((GovGroupRole *) lfirst(lc))->role);

		if (role >= 0)
			roles = bms_add_members(roles, graph->roles[role].closure);
	}
	return roles;
}

static void
work_out(const GovActor *actor, const GovTokenMaker *token)
{
	MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
	const GovRoleGraph *graph;
	Bitmapset  *roles;
	int			role = -1;

	current.binding = 0;
	current.generation = gov_cache_generation_to_load(GOV_CACHE_ACCESS);
	current.good_until = DT_NOEND;
	current.mask = 0;
	current.mappings =
		those_that_count(find_mappings(token, actor->user_id),
						 &current.good_until);
	graph = gov_role_graph();
	roles = roles_of(graph, current.mappings);
	current.conflict = gov_duties_report(actor->user_id, roles);
	if (current.conflict != NULL)
		current.mappings = NIL;
	else
	{
		graph = gov_role_graph();
		while ((role = bms_next_member(roles, role)) >= 0)
			current.mask |= graph->roles[role].mask;
	}
	current.binding = token->binding;
	MemoryContextSwitchTo(caller);
}

/* Is there anything, and does what was worked out still hold? */
static bool
have_groups(const GovActor *actor)
{
	const GovTokenMaker *token;

	if (actor->evidence != GOV_EVIDENCE_VERIFIED)
		return false;
	token = gov_actor_token_maker();
	if (token->groups == NIL)
		return false;
	if (current.binding != token->binding ||
		!gov_cache_is_current(GOV_CACHE_ACCESS, current.generation) ||
		current.good_until <= GetCurrentTimestamp())
		work_out(actor, token);
	return true;
}

uint64
gov_group_mask(const GovActor *actor)
{
	return have_groups(actor) ? current.mask : 0;
}

List *
gov_group_roles(const GovActor *actor)
{
	return have_groups(actor) ? current.mappings : NIL;
}

const GovGroupRole *
gov_group_role_of(const GovActor *actor, const Bitmapset *roles)
{
	List	   *mappings = gov_group_roles(actor);
	const GovRoleGraph *graph = gov_role_graph();
	ListCell   *lc;

	foreach(lc, mappings)
	{
		GovGroupRole *mapping = lfirst(lc);
		int			role = gov_role_index(graph, mapping->role);

		if (role >= 0 && bms_is_member(role, roles))
			return mapping;
	}
	return NULL;
}

void
gov_group_roles_admit(const GovActor *actor)
{
	if (have_groups(actor) && current.conflict != NULL)
		gov_duties_refuse(actor->user_id, current.conflict);
}
