/*
 * whoami.c
 *		gov_whoami(): the actor, how it is known, and what it may do.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "access/group_role.h"
#include "access/permission_cache.h"
#include "core/row_json.h"
#include "identity/actor.h"
#include "identity/authn.h"

PG_FUNCTION_INFO_V1(gov_whoami);

static void
push_text(JsonbParseState **state, JsonbIteratorToken token, const char *s)
{
	gov_json_push(state, token, s ? CStringGetTextDatum(s) : (Datum) 0,
				  s == NULL, TEXTOID);
}

static void
push_roles(JsonbParseState **state, const GovActor *actor)
{
	List	   *mappings = gov_group_roles(actor);
	const GovRoleGraph *graph = gov_role_graph();
	Bitmapset  *held;
	ListCell   *lc;
	int			role;

	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	held = gov_assigned_roles(graph,
							  gov_user_assignments(graph, actor->user_id));
	foreach(lc, mappings)
	{
		role = gov_role_index(graph, ((GovGroupRole *) lfirst(lc))->role);
		if (role >= 0)
			held = bms_add_members(held, graph->roles[role].closure);
	}
	role = -1;
	while ((role = bms_next_member(held, role)) >= 0)
		push_text(state, WJB_ELEM, graph->roles[role].name);
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

static void
push_permissions(JsonbParseState **state, const GovActor *actor)
{
	uint64		mask;
	int			i;

	if (actor->evidence == GOV_EVIDENCE_INTERNAL)
		mask = ~UINT64CONST(0);
	else
		(void) gov_user_mask(actor->user_id, strlen(actor->user_id), &mask);
	mask |= gov_group_mask(actor);
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < GOV_PERM_COUNT; i++)
	{
		if (mask & GOV_MASK(i))
			push_text(state, WJB_ELEM, gov_permission_name(i));
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* Add which groups of the token give which roles. */
static void
push_groups(JsonbParseState **state, List *mappings)
{
	ListCell   *lc;

	gov_json_push_key(state, "group_roles");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	foreach(lc, mappings)
	{
		GovGroupRole *mapping = lfirst(lc);

		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		gov_json_push_key(state, "issuer");
		push_text(state, WJB_VALUE, mapping->issuer);
		gov_json_push_key(state, "group_name");
		push_text(state, WJB_VALUE, mapping->group);
		gov_json_push_key(state, "role");
		push_text(state, WJB_VALUE, mapping->role);
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * gov_whoami() → jsonb; without an actor just the database role
 */
Datum
gov_whoami(PG_FUNCTION_ARGS)
{
	JsonbParseState *state = NULL;
	GovActor	actor;
	bool		known = gov_actor_get(&actor);
	const char *issuer;
	const char *subject;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_push_key(&state, "user_id");
	push_text(&state, WJB_VALUE, known ? actor.user_id : NULL);
	gov_json_push_key(&state, "evidence");
	push_text(&state, WJB_VALUE,
			  known ? gov_evidence_name(actor.evidence) : NULL);
	gov_json_push_key(&state, "db_role");
	push_text(&state, WJB_VALUE, gov_session_db_role());
	if (gov_authn_identity(&issuer, &subject))
	{
		gov_json_push_key(&state, "identity");
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		gov_json_push_key(&state, "issuer");
		push_text(&state, WJB_VALUE, issuer);
		gov_json_push_key(&state, "subject");
		push_text(&state, WJB_VALUE, subject);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	/* An empty user_id is nobody's, and nobody holds nothing. */
	gov_json_push_key(&state, "roles");
	push_roles(&state, &actor);
	gov_json_push_key(&state, "permissions");
	push_permissions(&state, &actor);
	if (known && gov_group_roles(&actor) != NIL)
		push_groups(&state, gov_group_roles(&actor));
	PG_RETURN_JSONB_P(gov_json_end(&state));
}
