/*
 * user.c
 *		Creating, changing, deactivating and reactivating users.
 *
 * Invariants: users are never deleted, so every name in the trail stays
 * somebody's; a database role acts as at most one user; whoever gives a user
 * to a database role, or makes one active again, conveys all that the user has
 * (convey.h).  Deactivation holds the lock on the role graph, so that two
 * admins who deactivate each other are judged one after the other; the guard
 * refuses the last one.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "access/duties.h"
#include "access/delegation.h"
#include "access/manage.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"

#define EMAIL_LEN 320			/* longest e-mail address, bytes */

PG_FUNCTION_INFO_V1(gov_create_user);
PG_FUNCTION_INFO_V1(gov_update_user);
PG_FUNCTION_INFO_V1(gov_deactivate_user);
PG_FUNCTION_INFO_V1(gov_reactivate_user);

GOV_SQL(update_user, (TEXTOID, BOOLOID, TEXTOID, TEXTOID, JSONBOID),
		"UPDATE governance.users AS t"
		" SET email = CASE WHEN $2 THEN $3 ELSE t.email END,"
		" db_role = coalesce($4::name, t.db_role),"
		" metadata = coalesce($5, t.metadata)"
		" WHERE t.user_id = $1"
		" AND (t.email IS DISTINCT FROM"
		" CASE WHEN $2 THEN $3 ELSE t.email END"
		" OR t.db_role IS DISTINCT FROM coalesce($4::name, t.db_role)"
		" OR t.metadata <> coalesce($5, t.metadata))"
		" RETURNING t");

GOV_SQL(select_user, (TEXTOID),
		"SELECT t FROM governance.users AS t WHERE t.user_id = $1");

GOV_SQL(count_names, (TEXTOID),
		"SELECT (SELECT count(*) FROM governance.models AS m"
		" WHERE m.owner = $1), (SELECT count(*)"
		" FROM governance.use_cases AS u WHERE u.owner = $1"
		" AND u.status NOT IN ('deprecated', 'archived')),"
		" (SELECT count(*) FROM governance.escalation_rules AS r"
		" WHERE $1 = ANY (r.notify_users))");

GOV_SQL(set_active, (TEXTOID, BOOLOID),
		"UPDATE governance.users AS t SET is_active = $2"
		" WHERE t.user_id = $1 RETURNING t");

static char *
user_resource(const char *user_id)
{
	return psprintf("user/%s", user_id);
}

/*
 * arg_email
 *		An e-mail address, NULL where it is empty or missing.
 *
 * Only the form is checked: something, one @, something, no blanks.
 */
static const char *
arg_email(FunctionCallInfo fcinfo, int n)
{
	const char *email = gov_arg_text(fcinfo, n, "email", NULL);
	const char *at;
	const char *c;
	int			len;

	if (email == NULL || email[0] == '\0')
		return NULL;
	len = strlen(email);
	if (len > EMAIL_LEN)
		gov_bad_value("email",
					  psprintf("It has %d bytes, more than %d.", len,
							   EMAIL_LEN),
					  NULL);
	at = strchr(email, '@');
	for (c = email; *c != '\0'; c++)
	{
		if ((unsigned char) *c <= ' ' || *c == 0x7f)
			at = NULL;
	}
	if (at == NULL || at == email || at[1] == '\0' ||
		strchr(at + 1, '@') != NULL)
		gov_bad_value("email",
					  psprintf("\"%s\" is not an e-mail address.",
							   gov_excerpt(email, len)),
					  "Write it as name@domain, or leave it empty.");
	return email;
}

/* A database role's name, NULL where none is given. */
static const char *
arg_db_role(FunctionCallInfo fcinfo, int n)
{
	const char *db_role;

	if (PG_ARGISNULL(n))
		return NULL;
	db_role = pstrdup(NameStr(*PG_GETARG_NAME(n)));
	if (db_role[0] == '\0')
		gov_bad_value("db_role", "It is empty.",
					  "Leave it NULL for a user without a database role.");
	return db_role;
}

static void
db_role_must_exist(const char *db_role)
{
	if (!OidIsValid(get_role_oid(db_role, true)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("database role \"%s\" does not exist", db_role),
				 errhint("CREATE ROLE %s LOGIN; makes one.",
						 quote_identifier(db_role))));
}

/* Raise 23505 where the database role is another user's.  Whoever may see this
   may see every user. */
static void
db_role_must_be_free(const char *user_id, const char *db_role)
{
	if (gov_run(gov_sql("SELECT user_id, is_active FROM governance.users"
						" WHERE db_role = $1::name"),
				gov_text(db_role)) == 0 ||
		strcmp(gov_row_text(0, 1), user_id) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("database role \"%s\" is another user's already", db_role),
			 errdetail("It is the database role of %suser \"%s\".",
					   gov_row_bool(0, 2) ? "" : "the inactive ",
					   gov_row_text(0, 1)),
			 errhint("A database role acts as one user: give the users roles of their own.")));
}

/* Would sessions like this one act as the user of their database role? */
static bool
is_own_role(const char *db_role)
{
	const char *role = gov_session_db_role();
	const char *login = gov_session_login();

	return (role != NULL && strcmp(db_role, role) == 0) ||
		(login != NULL && strcmp(db_role, login) == 0);
}

/*
 * gov_create_user(user_id, email, db_role, metadata) → users
 */
Datum
gov_create_user(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const char *email = arg_email(fcinfo, 1);
	const char *db_role = arg_db_role(fcinfo, 2);
	Jsonb	   *metadata = gov_arg_object(fcinfo, 3, "metadata", false);
	GovActor	actor;
	uint64		created;

	if (strcmp(user_id, GOV_SYSTEM_USER) == 0)
		gov_bad_value("user_id",
					  psprintf("The name \"%s\" is reserved for the background worker.",
							   user_id),
					  "Use another name.");
	gov_refuse_read_only("gov_create_user()");
	actor = gov_require(GOV_PERM_USER_MANAGE, user_resource(user_id));
	if (db_role != NULL)
		db_role_must_exist(db_role);

	gov_spi_begin();
	created = gov_run_as("create", NULL,
						 gov_sql("INSERT INTO governance.users AS t"
								 " (user_id, email, db_role, metadata,"
								 " created_by)"
								 " VALUES ($1, $2, $3::name, $4, $5)"
								 " ON CONFLICT DO NOTHING RETURNING t"),
						 gov_text(user_id), gov_text(email), gov_text(db_role),
						 gov_json(metadata), gov_text(actor.user_id));
	if (created == 0)
	{
		if (gov_run(&select_user, gov_text(user_id)) == 0 && db_role != NULL)
			db_role_must_be_free(user_id, db_role);
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("user \"%s\" exists already", user_id),
				 errhint("gov_update_user() changes a user, gov_reactivate_user() makes an inactive one active again.")));
	}
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_update_user(user_id, email, db_role, metadata) → users
 *
 * NULL leaves a field as it was; an empty e-mail address removes it.  A new
 * database role conveys all that the user may do.
 */
Datum
gov_update_user(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	bool		set_email = !PG_ARGISNULL(1);
	const char *email = arg_email(fcinfo, 1);
	const char *db_role = arg_db_role(fcinfo, 2);
	Jsonb	   *metadata = gov_arg_object(fcinfo, 3, "metadata", true);
	char	   *resource = user_resource(user_id);
	GovActor	actor;
	uint64		changed;

	gov_refuse_read_only("gov_update_user()");
	actor = gov_require_locking(GOV_PERM_USER_MANAGE, resource,
								gov_user_lock(user_id));
	if (db_role != NULL &&
		(gov_row_null(0, 2) || strcmp(gov_row_text(0, 2), db_role) != 0))
	{
		GovConveyed conveyed = gov_conveyed_user(user_id);

		db_role_must_exist(db_role);
		gov_require_conveyable(&actor, &conveyed,
							   is_own_role(db_role) ? actor.user_id : user_id,
							   DT_NOBEGIN, resource);
		db_role_must_be_free(user_id, db_role);
	}

	changed = gov_run_as("update", NULL, &update_user, gov_text(user_id),
						 gov_bool(set_email), gov_text(email),
						 gov_text(db_role), gov_json(metadata));
	if (changed == 0)
		gov_run(&select_user, gov_text(user_id));
	return gov_spi_end_row(fcinfo);
}

/* Tell what will still name a user who is about to be inactive. */
static void
tell_still_named(const char *user_id)
{
	int64		models;
	int64		usecases;
	int64		rules;

	(void) gov_run(&count_names, gov_text(user_id));
	models = gov_row_int8(0, 1);
	usecases = gov_row_int8(0, 2);
	rules = gov_row_int8(0, 3);
	if (models + usecases + rules > 0)
		ereport(NOTICE,
				(errmsg("user \"%s\" is still named", user_id),
				 errdetail("Owned models: %lld; owned use-cases that have not ended: %lld; escalation rules that notify: %lld.",
						   (long long) models, (long long) usecases,
						   (long long) rules)));
}

/*
 * gov_deactivate_user(user_id, reason) → users
 *
 * The user's loans to others end, and the user's API tokens are revoked.
 */
Datum
gov_deactivate_user(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const char *reason = gov_arg_text(fcinfo, 1, "reason", "");
	char	   *resource = user_resource(user_id);
	GovActor	actor;
	const GovRoleGraph *graph;
	Bitmapset  *roles;
	bool		still_may;

	gov_refuse_read_only("gov_deactivate_user()");
	actor = gov_require(GOV_PERM_USER_MANAGE, resource);

	gov_spi_begin();
	gov_lock_role_graph();
	still_may = gov_actor_can(GOV_PERM_USER_MANAGE);
	if (!gov_user_lock(user_id))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("user \"%s\" is not active", user_id),
				 errdetail("The user was deactivated before.")));
	graph = gov_role_graph();
	roles = gov_assigned_roles(graph,
							   gov_user_assignment_rows(graph, user_id));
	gov_delegations_end_all(user_id);
	gov_tokens_revoke_all(user_id, actor.user_id);
	tell_still_named(user_id);

	gov_run_as("deactivate", reason, &set_active, gov_text(user_id),
			   gov_bool(false));
	gov_tell_unheld(roles);

	/* Only now, so that the last admin is told to be the last. */
	if (!still_may)
		(void) gov_require(GOV_PERM_USER_MANAGE, resource);
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_reactivate_user(user_id, reason) → users
 *
 * The user's assignments were kept, so whoever reactivates the user conveys
 * them.  A superuser may have deactivated the user by hand and left tokens
 * valid.
 */
Datum
gov_reactivate_user(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const char *reason = gov_arg_text(fcinfo, 1, "reason", "");
	char	   *resource = user_resource(user_id);
	GovConveyed conveyed;
	GovActor	actor;
	bool		is_active;

	gov_refuse_read_only("gov_reactivate_user()");
	actor = gov_require_locking(GOV_PERM_USER_MANAGE, resource,
								(gov_lock_assignments(),
								 is_active = gov_user_lock(user_id)));
	conveyed = gov_conveyed_user(user_id);
	gov_require_conveyable(&actor, &conveyed, user_id, DT_NOBEGIN, resource);
	if (is_active)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("user \"%s\" is active already", user_id)));
	gov_delegations_end_unbacked(user_id);
	gov_tokens_revoke_all(user_id, actor.user_id);

	gov_run_as("reactivate", reason, &set_active, gov_text(user_id),
			   gov_bool(true));
	return gov_spi_end_row(fcinfo);
}
