/*
 * act.c
 *		Who stands behind an act, and whether two acts are one person's.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "access/act.h"
#include "access/convey.h"
#include "access/permission_cache.h"
#include "core/args.h"
#include "core/errors.h"
#include "core/relations.h"
#include "core/row_json.h"
#include "core/scan.h"
#include "identity/authn.h"

PG_FUNCTION_INFO_V1(gov_acts_conflict);

#define USER_PREFIX "user/"
#define LOGIN_PREFIX "login/"
#define IDENTITY_PREFIX "identity/"

/* A user who holds one of these needs no token for what duties ask about. */
#define JUDGED_PERMISSIONS \
	(GOV_MASK(GOV_PERM_MODEL_REGISTER) | GOV_MASK(GOV_PERM_MODEL_APPROVE) | \
	 GOV_MASK(GOV_PERM_MODEL_DEPLOY) | GOV_MASK(GOV_PERM_MODEL_ROLLBACK) | \
	 GOV_MASK(GOV_PERM_USECASE_CREATE) | \
	 GOV_MASK(GOV_PERM_USECASE_APPROVE) | GOV_MASK(GOV_PERM_USECASE_DEPLOY))

static bool
has_name(const List *names, const char *name)
{
	const ListCell *lc;

	foreach(lc, names)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return false;
}

/* The first name that is in both lists, or NULL. */
static const char *
common_name(const List *a, const List *b)
{
	const ListCell *lc;

	foreach(lc, a)
	{
		CHECK_FOR_INTERRUPTS();
		if (has_name(b, lfirst(lc)))
			return lfirst(lc);
	}
	return NULL;
}

static void
add_name(List **names, char *name)
{
	if (!has_name(*names, name))
		*names = lappend(*names, name);
}

static void
add_names(List **names, const List *added)
{
	const ListCell *lc;

	foreach(lc, added)
		add_name(names, lfirst(lc));
}

static void
add_user(List **names, const char *user_id)
{
	add_name(names, psprintf(USER_PREFIX "%s", user_id));
}

/*
 * Add a database role by name and number; a dropped one has only its number.
 */
static void
add_role(List **names, Oid role)
{
	const char *name = GetUserNameFromId(role, true);

	if (name != NULL)
		add_name(names, psprintf(LOGIN_PREFIX "%s", name));
	add_name(names, psprintf("role/%u@" UINT64_FORMAT, role,
							 GetSystemIdentifier()));
}

/* Add a user, active or not, and the database role that acts as the user. */
static void
add_person(List **names, const char *user_id)
{
	const char *db_role = NULL;
	GovScan		scan;
	Oid			role;

	add_user(names, user_id);
	gov_scan_begin_key(&scan, GOV_REL_USERS, GOV_REL_USERS_PKEY, "user_id",
					   user_id);
	if (gov_scan_next(&scan))
		db_role = gov_scan_text(&scan, "db_role");
	gov_scan_end(&scan);
	if (db_role == NULL)
		return;
	role = get_role_oid(db_role, true);
	if (OidIsValid(role))
		add_role(names, role);
	else
		add_name(names, psprintf(LOGIN_PREFIX "%s", db_role));
}

/* The user, active or not, of this database role; NULL where it has none. */
static char *
user_of_role(Oid role)
{
	const char *name = GetUserNameFromId(role, true);
	char	   *user_id = NULL;
	GovScan		scan;

	if (name == NULL)
		return NULL;
	gov_scan_begin_key(&scan, GOV_REL_USERS, GOV_REL_USERS_DB_ROLE_KEY,
					   "db_role", name);
	if (gov_scan_next(&scan))
		user_id = gov_scan_text(&scan, "user_id");
	gov_scan_end(&scan);
	return user_id;
}

/*
 * add_token
 *		Who made the token with which the actor came.
 *
 * A token that its own user made carries every name by which its making was
 * known, above all the login.  Where the token's user acts for somebody else,
 * it is the token of a pool: the pool backs nobody, only the names behind it
 * do.
 */
static void
add_token(GovAct *act, const GovActor *actor)
{
	const GovTokenMaker *maker = gov_actor_token_maker();

	if (!maker->is_own)
		add_names(&act->backers, gov_array_texts(maker->principals));
	else if (actor->evidence == GOV_EVIDENCE_VERIFIED)
		add_names(&act->principals, gov_array_texts(maker->principals));
	add_names(&act->backers, gov_array_texts(maker->backers));
}

/* Could the user vote, or do what a duty asks about, without a token? */
static bool
is_judged(const char *user_id, uint64 mask)
{
	return (mask & JUDGED_PERMISSIONS) != 0 ||
		gov_conveyed_user(user_id).powers != NIL;
}

/* May the user act for others? */
static bool
stands_for_many(const char *user_id)
{
	uint64		mask;

	(void) gov_user_mask(user_id, strlen(user_id), &mask);
	return (mask & GOV_MASK(GOV_PERM_ACTOR_IMPERSONATE)) != 0;
}

void
gov_act_init(void)
{
	gov_authn_stands_for_many = stands_for_many;
}

/* Has the user a session of its own and shows the token of another user? */
static bool
is_behind_token(const GovActor *actor, const char *user_id)
{
	uint64		mask;

	(void) gov_user_mask(user_id, strlen(user_id), &mask);
	return actor->evidence == GOV_EVIDENCE_VERIFIED &&
		is_judged(user_id, mask);
}

/*
 * add_login
 *		The login of the session, and its user.
 *
 * The login is a principal where its session is the evidence, and where its
 * user could do such a thing without a token.  A login is a backer where it
 * only shows the tokens of others, where it asserts by the right of a role
 * that it may set, and where it is known which of its people acted.
 */
static void
add_login(GovAct *act, const GovActor *actor, bool person_is_known)
{
	Oid			login = GetSessionUserId();
	char	   *user_id;
	bool		is_who_acts = actor->evidence == GOV_EVIDENCE_SESSION;

	/* It could have become any role, so its name would say nothing. */
	if (superuser_arg(login))
		return;
	user_id = user_of_role(login);
	if (user_id != NULL)
	{
		if (stands_for_many(user_id))
			return;
		add_user(&act->backers, user_id);
		is_who_acts |= !person_is_known && is_behind_token(actor, user_id);
	}
	add_role(is_who_acts ? &act->principals : &act->backers, login);
}

/*
 * add_authenticated
 *		Add the person whom the server authenticated; false if none is known.
 *
 * The role in force and its user are backers of what the person does: an
 * unknown person who comes by the same role may be the same one.
 */
static bool
add_authenticated(GovAct *act, const GovActor *actor)
{
	const char *issuer;
	const char *subject;
	char	   *name;
	char		person[GOV_ID_LEN + 1];
	char	   *role_user;

	if (!gov_authn_identity(&issuer, &subject))
		return false;
	name = psprintf(IDENTITY_PREFIX "%s %s", issuer, subject);
	if (!gov_authn_user(person))
	{
		add_name(&act->backers, name);
		return false;
	}
	if (actor->evidence != GOV_EVIDENCE_AUTHENTICATED)
	{
		add_user(&act->backers, person);
		add_name(is_behind_token(actor, person) ? &act->principals :
				 &act->backers, name);
		return true;
	}
	add_name(&act->principals, name);
	role_user = user_of_role(GetOuterUserId());
	if (role_user == NULL || !stands_for_many(role_user))
	{
		add_role(&act->backers, GetOuterUserId());
		if (role_user != NULL)
			add_user(&act->backers, role_user);
	}
	return true;
}

/*
 * act_of
 *		The act that the actor does now, by a right that was lent like this.
 *
 * Most actors have a login of their own: then all names are known already.
 */
static GovAct
act_of(const GovActor *actor, const List *loans)
{
	bool		is_session = actor->evidence == GOV_EVIDENCE_SESSION;
	GovAct		act = {.user_id = pstrdup(actor->user_id)};
	bool		person_is_known;
	const ListCell *lc;
	const ListCell *name;

	if (is_session)
	{
		add_user(&act.principals, actor->user_id);
		add_role(&act.principals, GetOuterUserId());
	}
	else
		add_person(&act.principals, actor->user_id);
	foreach(lc, loans)
	{
		const GovAssignment *loan = lfirst(lc);

		add_person(&act.principals, loan->lender);
		foreach(name, gov_array_texts(loan->lent_by))
		{
			if (!has_name(act.principals, lfirst(name)))
				add_name(&act.backers, lfirst(name));
		}
	}
	add_token(&act, actor);
	person_is_known = add_authenticated(&act, actor);
	if (!is_session || GetSessionUserId() != GetOuterUserId())
		add_login(&act, actor, person_is_known);
	return act;
}

GovAct
gov_act_of_actor(const GovActor *actor)
{
	return act_of(actor, NIL);
}

GovAct
gov_act_by_any_role(const GovActor *actor)
{
	List	   *loans = NIL;
	ListCell   *lc;

	foreach(lc, gov_user_assignments(gov_role_graph(), actor->user_id))
	{
		GovAssignment *assignment = lfirst(lc);

		if (assignment->lender != NULL)
			loans = lappend(loans, assignment);
	}
	return act_of(actor, loans);
}

GovAct
gov_act_by_permission(const GovActor *actor, GovPermission permission,
					  const char *resource)
{
	List	   *loans = NIL;
	const GovRoleGraph *graph;
	uint64		own;
	ListCell   *lc;

	/* Ask for the right again until it is known who lent it. */
	for (;;)
	{
		(void) gov_require(permission, resource);
		(void) gov_user_own_mask(actor->user_id, &own);
		if ((own & GOV_MASK(permission)) ||
			actor->evidence == GOV_EVIDENCE_INTERNAL)
			return act_of(actor, NIL);
		if (gov_group_mask(actor) & GOV_MASK(permission))
		{
			GovAct		act = act_of(actor, NIL);

			act.group = gov_group_role_of(actor,
										  gov_roles_granting(gov_role_graph(),
															 permission));
			if (act.group != NULL)
				return act;
		}

		graph = gov_role_graph();
		foreach(lc, gov_user_assignments(graph, actor->user_id))
		{
			GovAssignment *assignment = lfirst(lc);

			if (assignment->lender != NULL &&
				(graph->roles[assignment->role].mask & GOV_MASK(permission)))
				loans = lappend(loans, assignment);
		}
		if (loans != NIL)
			return act_of(actor, loans);
	}
}

bool
gov_act_by_role(const GovActor *actor, const char *role, GovAct *act)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			index = gov_role_index(graph, role);
	const GovGroupRole *by_group = NULL;
	List	   *loans = NIL;
	ListCell   *lc;

	foreach(lc, gov_user_assignments(graph, actor->user_id))
	{
		GovAssignment *assignment = lfirst(lc);

		if (index < 0 ||
			!bms_is_member(index, graph->roles[assignment->role].closure))
			continue;
		if (assignment->lender == NULL)
		{
			*act = act_of(actor, NIL);
			return true;
		}
		loans = lappend(loans, assignment);
	}
	if (loans != NIL)
	{
		*act = act_of(actor, loans);
		return true;
	}
	if (index >= 0)
		by_group = gov_group_role_of(actor, gov_role_heirs(graph, role));
	if (by_group == NULL)
		return false;
	*act = act_of(actor, NIL);
	act->group = by_group;
	return true;
}

/* Add every user with that e-mail address. */
static void
add_addressed(List **names, const char *email)
{
	List	   *users = NIL;
	GovScan		scan;
	ListCell   *lc;

	gov_scan_begin(&scan, GOV_REL_USERS);
	while (gov_scan_next(&scan))
	{
		const char *found = gov_scan_text(&scan, "email");

		if (found != NULL && pg_strcasecmp(found, email) == 0)
			users = lappend(users, gov_scan_text(&scan, "user_id"));
	}
	gov_scan_end(&scan);
	foreach(lc, users)
		add_person(names, lfirst(lc));
}

GovAct
gov_act_of_owner(const char *owner)
{
	GovAct		act = {.user_id = owner,.is_named = true};
	Oid			role = get_role_oid(owner, true);

	add_person(&act.principals, owner);
	if (OidIsValid(role))
		add_role(&act.principals, role);
	if (strchr(owner, '@') != NULL)
		add_addressed(&act.principals, owner);
	return act;
}

/* Whichever code wrote the row, the user who acted is a principal. */
static GovAct
make_act(const char *user_id, const ArrayType *principals,
		 const ArrayType *backers)
{
	GovAct		act = {0};

	act.user_id = user_id;
	act.principals = gov_array_texts(principals);
	act.backers = gov_array_texts(backers);
	act.is_named = backers == NULL;
	if (user_id != NULL)
		add_user(&act.principals, user_id);
	return act;
}

static ArrayType *
row_array(uint64 row, int column)
{
	bool		isnull;
	Datum		value = gov_row_datum(row, column, &isnull);

	return isnull ? NULL : DatumGetArrayTypeP(value);
}

GovAct
gov_act_read(uint64 row, int column)
{
	return make_act(gov_row_text(row, column), row_array(row, column + 1),
					row_array(row, column + 2));
}

static ArrayType *
scanned_array(GovScan *scan, const char *column)
{
	bool		isnull;
	Datum		value = gov_scan_datum(scan, column, &isnull);

	return isnull ? NULL : DatumGetArrayTypeP(value);
}

GovAct
gov_act_scan(GovScan *scan, const char *who, const char *principals,
			 const char *backers)
{
	return make_act(gov_scan_text(scan, who), scanned_array(scan, principals),
					scanned_array(scan, backers));
}

GovParam
gov_names(const List *names)
{
	Datum	   *elements = palloc(sizeof(Datum) * (list_length(names) + 1));
	const ListCell *lc;
	int			count = 0;

	foreach(lc, names)
		elements[count++] = CStringGetTextDatum(lfirst(lc));
	return gov_datum(PointerGetDatum(construct_array(elements, count, TEXTOID,
													 -1, false, TYPALIGN_INT)),
					 false);
}

static void
push_text(JsonbParseState **state, const char *key, const char *value)
{
	gov_json_put(state, key, CStringGetTextDatum(value), false, TEXTOID);
}

GovParam
gov_act_group(const GovAct *act)
{
	JsonbParseState *state = NULL;

	if (act->group == NULL)
		return gov_json(NULL);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_text(&state, "issuer", act->group->issuer);
	push_text(&state, "group_name", act->group->group);
	push_text(&state, "role", act->group->role);
	push_text(&state, "mapped_by", act->group->mapped_by);
	gov_json_put(&state, "mapped_at",
				 TimestampTzGetDatum(act->group->mapped_at), false,
				 TIMESTAMPTZOID);
	return gov_json(gov_json_end(&state));
}

/*
 * shared_name
 *		THE rule: a name by which two acts are one person's, or NULL.
 */
static const char *
shared_name(const GovAct *a, const GovAct *b)
{
	const char *name = common_name(a->principals, b->principals);

	if (name == NULL)
		name = common_name(a->principals, b->backers);
	if (name == NULL)
		name = common_name(a->backers, b->principals);
	return name;
}

static bool
is_prefixed(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

char *
gov_act_conflict(const GovAct *now, const GovAct *past, const char *did)
{
	const char *name = shared_name(now, past);
	const char *who;

	if (name == NULL)
		return NULL;
	if (past->user_id == NULL)
		return psprintf("Somebody who is not known %s.", did);
	if (strcmp(now->user_id, past->user_id) == 0)
		return psprintf("The same user %s.", did);
	if (past->is_named && (!is_prefixed(name, USER_PREFIX) ||
						   strcmp(name + strlen(USER_PREFIX),
								  now->user_id) == 0))
		return psprintf("The same person %s, as \"%s\".", did, past->user_id);
	if (is_prefixed(name, LOGIN_PREFIX))
		return psprintf("User \"%s\" %s in a session of the same login, \"%s\".",
						past->user_id, did, name + strlen(LOGIN_PREFIX));
	if (is_prefixed(name, IDENTITY_PREFIX))
		return psprintf("User \"%s\" %s in a session of the same authenticated person.",
						past->user_id, did);
	if (!is_prefixed(name, USER_PREFIX))
		return psprintf("User \"%s\" %s in a session of the same login, which had another name.",
						past->user_id, did);

	who = name + strlen(USER_PREFIX);
	if (!has_name(past->principals, name))
		return psprintf("User \"%s\" %s with a session or a token of user \"%s\".",
						past->user_id, did, who);
	if (!has_name(now->principals, name))
		return psprintf("User \"%s\" %s, and user \"%s\" acts with a session or a token of user \"%s\".",
						past->user_id, did, now->user_id, who);
	if (strcmp(who, past->user_id) == 0)
		return psprintf("User \"%s\" %s and lent the role by which user \"%s\" acts.",
						who, did, now->user_id);
	return psprintf("User \"%s\" %s by a role that user \"%s\" lent.",
					past->user_id, did, who);
}

void
gov_act_refuse(const GovAct *now, const char *detail,
			   const GovDenial *denial)
{
	GovDenial	full = *denial;

	if (detail == NULL)
		return;
	full.detail = detail;
	full.sqlerrcode = ERRCODE_GOV_SEPARATION_OF_DUTIES;
	if (full.user_id == NULL)
		full.user_id = now->user_id;
	gov_deny(&full);
}

void
gov_act_keep_apart(const GovAct *now, const GovAct *past, const char *did,
				   const GovDenial *denial)
{
	gov_act_refuse(now, gov_act_conflict(now, past, did), denial);
}

/* Three arguments from this one on. */
static GovAct
arg_act(FunctionCallInfo fcinfo, int n)
{
	return make_act(PG_ARGISNULL(n) ? NULL :
					text_to_cstring(PG_GETARG_TEXT_PP(n)),
					PG_ARGISNULL(n + 1) ? NULL : PG_GETARG_ARRAYTYPE_P(n + 1),
					PG_ARGISNULL(n + 2) ? NULL : PG_GETARG_ARRAYTYPE_P(n + 2));
}

/*
 * gov_acts_conflict(user_id, principals, backers, other_user_id,
 *		other_principals, other_backers) → boolean
 */
Datum
gov_acts_conflict(PG_FUNCTION_ARGS)
{
	GovAct		one = arg_act(fcinfo, 0);
	GovAct		other = arg_act(fcinfo, 3);

	PG_RETURN_BOOL(shared_name(&one, &other) != NULL);
}
