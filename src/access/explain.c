/*
 * explain.c
 *		gov_explain_permission(): the paths that grant, or what is missing.
 *
 * "granted" is the answer of gov_has_permission(); the rest is read at the
 * same moment from the same tables.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "access/group_role.h"
#include "access/permission_cache.h"
#include "access/require.h"
#include "core/row_json.h"
#include "core/scan.h"

PG_FUNCTION_INFO_V1(gov_explain_permission);

static void
push_text(JsonbParseState **state, JsonbIteratorToken token, const char *s)
{
	gov_json_push(state, token, CStringGetTextDatum(s), false, TEXTOID);
}

static void
push_key_text(JsonbParseState **state, const char *key, const char *s)
{
	gov_json_push_key(state, key);
	push_text(state, WJB_VALUE, s);
}

/*
 * push_path
 *		A shortest way of inheritance from one role to another, as an array.
 */
static void
push_path(JsonbParseState **state, const GovRoleGraph *graph, int from,
		  int to)
{
	int		   *next = palloc(sizeof(int) * graph->count);
	int		   *queue = palloc(sizeof(int) * graph->count);
	int			head = 0;
	int			tail = 0;
	int			i;

	/* Search from the goal, so that the path can be read off forwards. */
	for (i = 0; i < graph->count; i++)
		next[i] = -1;
	next[to] = to;
	queue[tail++] = to;
	while (head < tail && next[from] < 0)
	{
		int			role = queue[head++];

		for (i = 0; i < graph->count; i++)
		{
			if (next[i] < 0 && bms_is_member(role, graph->roles[i].inherits))
			{
				next[i] = role;
				queue[tail++] = i;
			}
		}
	}

	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = from; i >= 0; i = next[i])
	{
		push_text(state, WJB_ELEM, graph->roles[i].name);
		if (i == to)
			break;
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
	pfree(next);
	pfree(queue);
}

/* A path for each assignment and each role that itself has the permission. */
static void
push_paths(JsonbParseState **state, const GovRoleGraph *graph,
		   List *assignments, GovPermission permission)
{
	ListCell   *lc;

	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	foreach(lc, assignments)
	{
		GovAssignment *assignment = lfirst(lc);
		int			role = -1;

		while ((role = bms_next_member(graph->roles[assignment->role].closure,
									   role)) >= 0)
		{
			CHECK_FOR_INTERRUPTS();
			if (graph->roles[role].direct & GOV_MASK(permission))
				push_path(state, graph, assignment->role, role);
		}
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* The roles that could be assigned as they are and would grant it. */
static void
push_granting_roles(JsonbParseState **state, const GovRoleGraph *graph,
					GovPermission permission)
{
	int			i;

	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < graph->count; i++)
	{
		if (graph->roles[i].mask & GOV_MASK(permission))
			push_text(state, WJB_ELEM, graph->roles[i].name);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* An assignment that would grant it had it not expired. */
typedef struct Ended
{
	const char *role;
	const char *lender;			/* NULL: the user's own */
	bool		expired;
	TimestampTz expires_at;
} Ended;

static List *
find_ended(const GovRoleGraph *graph, const char *user_id, List *assignments,
		   GovPermission permission)
{
	List	   *result = NIL;
	TimestampTz now = GetCurrentTimestamp();
	GovScan		scan;

	gov_scan_begin_key(&scan, GOV_REL_USER_ROLES, GOV_REL_USER_ROLES_PKEY,
					   "user_id", user_id);
	while (gov_scan_next(&scan))
	{
		int			role = gov_role_index(graph, gov_scan_text(&scan, "role"));
		Ended	   *ended;
		ListCell   *lc;
		bool		isnull;
		bool		counts = false;
		Datum		expires;

		if (role < 0 || !(graph->roles[role].mask & GOV_MASK(permission)))
			continue;
		foreach(lc, assignments)
			counts |= ((GovAssignment *) lfirst(lc))->role == role;
		if (counts)
			continue;
		ended = palloc0(sizeof(Ended));
		ended->role = pstrdup(graph->roles[role].name);
		ended->lender = gov_scan_text(&scan, "delegated_by");
		expires = gov_scan_datum(&scan, "expires_at", &isnull);
		ended->expires_at = isnull ? DT_NOEND : DatumGetTimestampTz(expires);
		ended->expired = ended->expires_at <= now;
		result = lappend(result, ended);
	}
	gov_scan_end(&scan);
	return result;
}

static void
push_ended(JsonbParseState **state, List *all, bool expired)
{
	ListCell   *lc;

	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	foreach(lc, all)
	{
		Ended	   *ended = lfirst(lc);

		if (ended->expired != expired)
			continue;
		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		push_key_text(state, "role", ended->role);
		gov_json_put(state, "expires_at",
					 TimestampTzGetDatum(ended->expires_at),
					 ended->expires_at == DT_NOEND, TIMESTAMPTZOID);
		if (ended->lender != NULL)
			push_key_text(state, "lender", ended->lender);
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* One sentence: of all that is missing, what comes nearest to granting it. */
static const char *
why_not(List *all_ended)
{
	Ended	   *nearest = NULL;
	ListCell   *lc;

	foreach(lc, all_ended)
	{
		Ended	   *ended = lfirst(lc);

		if (nearest == NULL || (nearest->expired && !ended->expired))
			nearest = ended;
	}
	if (nearest == NULL)
		return "no role of the user has the permission";
	if (nearest->expired)
		return psprintf("the assignment of role \"%s\" has expired",
						nearest->role);
	return psprintf("role \"%s\" is lent by \"%s\", who no longer holds it",
					nearest->role, nearest->lender);
}

static const char *
why(const GovRoleGraph *graph, List *assignments, GovPermission permission)
{
	GovAssignment *granting = NULL;
	ListCell   *lc;

	foreach(lc, assignments)
	{
		GovAssignment *assignment = lfirst(lc);

		if (graph->roles[assignment->role].mask & GOV_MASK(permission))
		{
			granting = assignment;
			break;
		}
	}
	/* It was revoked between the two readings. */
	if (granting == NULL)
		return "no role of the user has the permission";
	if (granting->lender != NULL)
		return psprintf("role \"%s\", lent by \"%s\", grants it",
						graph->roles[granting->role].name, granting->lender);
	return psprintf("role \"%s\" grants it",
					graph->roles[granting->role].name);
}

/*
 * gov_explain_permission(user_id, permission) → jsonb
 */
Datum
gov_explain_permission(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	GovPermission permission = gov_arg_permission(fcinfo, 1, "permission");
	JsonbParseState *state = NULL;
	const GovRoleGraph *graph;
	List	   *assignments = NIL;
	List	   *ended = NIL;
	const char *reason;
	uint64		mask;
	const GovGroupRole *by_group = NULL;
	GovActor	actor;
	bool		exists;
	bool		is_active;
	bool		granted;

	gov_require_about(user_id);
	exists = gov_user_exists(user_id, &is_active);
	(void) gov_user_mask(user_id, strlen(user_id), &mask);
	granted = (mask & GOV_MASK(permission)) != 0;
	if (!granted && gov_actor_get(&actor) &&
		strcmp(actor.user_id, user_id) == 0 &&
		(gov_group_mask(&actor) & GOV_MASK(permission)) != 0)
		by_group = gov_group_role_of(&actor,
									 gov_roles_granting(gov_role_graph(),
														permission));
	granted |= by_group != NULL;
	graph = gov_role_graph();
	if (is_active)
	{
		assignments = gov_user_assignments(graph, user_id);
		ended = find_ended(graph, user_id, assignments, permission);
	}
	if (!exists)
		reason = "unknown user";
	else if (!is_active)
		reason = "the user is not active";
	else if (by_group != NULL)
		reason = psprintf("role \"%s\" of %s grants it, in this transaction",
						  by_group->role, gov_group_name(by_group));
	else
		reason = granted ? why(graph, assignments, permission) :
			why_not(ended);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_key_text(&state, "user_id", user_id);
	push_key_text(&state, "permission", gov_permission_name(permission));
	gov_json_put(&state, "granted", BoolGetDatum(granted), false, BOOLOID);
	push_key_text(&state, "reason", reason);
	gov_json_push_key(&state, "paths");
	push_paths(&state, graph, assignments, permission);
	if (!granted)
	{
		gov_json_push_key(&state, "roles_that_grant");
		push_granting_roles(&state, graph, permission);
		gov_json_push_key(&state, "expired");
		push_ended(&state, ended, true);
		gov_json_push_key(&state, "lender_lost_role");
		push_ended(&state, ended, false);
	}
	PG_RETURN_JSONB_P(gov_json_end(&state));
}
