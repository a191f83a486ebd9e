/*
 * token_sql.c
 *		SQL functions about API tokens, and the way in by a token.
 *
 * A token that arrives in a statement's text would stay in pg_stat_activity
 * and in the log line of any error: gov_begin_as() overwrites both before it
 * does anything else.  What log_statement writes it cannot know of: a client
 * sends the token as a parameter.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "access/act.h"
#include "access/credentials.h"
#include "access/group_role.h"
#include "access/issuers.h"
#include "access/manage.h"
#include "access/permission_cache.h"
#include "access/require.h"
#include "core/operation.h"
#include "core/spi.h"
#include "identity/issuer.h"
#include "identity/jwt.h"
#include "identity/token.h"

PG_FUNCTION_INFO_V1(gov_begin_as);
PG_FUNCTION_INFO_V1(gov_create_api_token);
PG_FUNCTION_INFO_V1(gov_revoke_api_token);

/* Against deactivation and new assignments, which lock the row harder. */
GOV_SQL(lock_user, (TEXTOID),
		"SELECT u.is_active FROM governance.users AS u"
		" WHERE u.user_id = $1 FOR SHARE");

GOV_SQL(insert_token,
		(TEXTOID, TEXTOID, BYTEAOID, TIMESTAMPTZOID, TEXTOID, TEXTARRAYOID,
		 TEXTARRAYOID),
		"INSERT INTO governance.api_tokens"
		" (user_id, name, token_hash, expires_at, created_by,"
		" principals, backers)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING token_id");

GOV_SQL(insert_uses, (INT8OID),
		"INSERT INTO governance.api_token_uses (token_id) VALUES ($1)");

GOV_SQL(find_owner, (INT8OID),
		"SELECT t.user_id FROM governance.api_tokens AS t"
		" WHERE t.token_id = $1");

GOV_SQL(revoke_token, (INT8OID, TEXTOID),
		"UPDATE governance.api_tokens AS t"
		" SET revoked_at = clock_timestamp(), revoked_by = $2"
		" WHERE t.token_id = $1 AND t.revoked_at IS NULL");

GOV_SQL(revoke_all, (TEXTOID, TEXTOID),
		"UPDATE governance.api_tokens AS t"
		" SET revoked_at = clock_timestamp(), revoked_by = $2"
		" WHERE t.user_id = $1 AND t.revoked_at IS NULL");

/*
 * forget_statement
 *		Keep the text of the running statement out of sight from here on.
 *
 * debug_query_string is what the log shows beside an error, of this call or
 * of a later one in the same message; the next message sets it anew.
 */
static void
forget_statement(void)
{
	static const char shown[] = "SELECT gov_begin_as(...)";

	debug_query_string = shown;
	pgstat_report_activity(STATE_RUNNING, shown);
}

/*
 * One refusal for every reason: it must not tell what was nearly right.  The
 * hint does, to who has a token that only its time keeps from opening.
 */
pg_noreturn static void
refuse_credentials(const char *hint, const char *flaw)
{
	GovDenial	denial = {0};

	denial.sqlerrcode = ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
	denial.message = "the credentials are not valid";
	denial.hint = hint ? hint : "A token may be mistyped, expired or revoked, or its user inactive; gov_create_api_token() makes a new one.";
	if (flaw != NULL)
		denial.log_detail = psprintf("Of the signed token: %s.", flaw);
	denial.hide_statement = true;
	gov_deny(&denial);
}

/* For as long as a binding can last. */
static void
keep_groups(GovTokenMaker *maker, const GovJwt *jwt)
{
	MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
	ListCell   *lc;

	if (jwt->issuer != NULL)
		maker->issuer = pstrdup(jwt->issuer);
	foreach(lc, jwt->groups)
		maker->groups = lappend(maker->groups, pstrdup(lfirst(lc)));
	MemoryContextSwitchTo(caller);
}

/*
 * check_jwt
 *		Whom a signed token stands for; NULL, or why for nobody.
 */
static const char *
check_jwt(const text *given, GovCredentials *credentials, const char **hint)
{
	char	   *user_id = credentials->user_id;
	GovJwt		jwt;
	bool		is_active;

	if (!gov_jwt_verify(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given), &jwt))
	{
		*hint = jwt.hint;
		return jwt.flaw;
	}
	if (jwt.issuer == NULL)
	{
		if (!gov_id_is_valid(jwt.subject, strlen(jwt.subject)))
			return "its subject is no user's id";
		strlcpy(user_id, jwt.subject, GOV_ID_LEN + 1);
	}
	else if (!gov_identity_user(jwt.issuer, jwt.subject, user_id))
	{
		const char *created = NULL;
		const char *flaw = "its subject is linked to no user";

		if (jwt.may_create)
			created = gov_first_sight(jwt.issuer, jwt.subject, &flaw);
		if (created == NULL)
		{
			*hint = "The issuer of the token is known, but its subject is linked to no user here.";
			return flaw;
		}
		strlcpy(user_id, created, GOV_ID_LEN + 1);
	}
	if (!gov_user_exists(user_id, &is_active) || !is_active)
		return "its user is not active";
	if (jwt.lacks_groups)
		ereport(LOG_SERVER_ONLY,
				(errmsg("a token of user \"%s\" lacks its groups, and so gives no role by them",
						user_id),
				 errdetail_internal("Issuer \"%s\" leaves groups out of tokens where there are too many.",
									jwt.issuer),
				 errhint("Let the issuer put only the groups that are mapped into tokens."),
				 errhidestmt(true)));
	keep_groups(&credentials->maker, &jwt);
	return NULL;
}

/*
 * gov_credentials_check
 *		Whose token is this?  28000 unless it is valid and its user active.
 *
 * A token is told by its form: "gov_..." is an API token, two dots make it a
 * signed one.
 */
void
gov_credentials_check(const text *given, GovCredentials *credentials)
{
	uint8_t		hash[GOV_SHA256_LEN];
	GovToken	token;
	bool		is_active;
	const char *hint = NULL;
	const char *flaw = NULL;
	bool		found;

	memset(credentials, 0, sizeof(*credentials));
	forget_statement();
	PreventCommandIfParallelMode("gov_begin_as()");
	gov_refuse_restricted("gov_begin_as()");
	gov_actor_refuse_second();
	(void) gov_require_db_role();
	if (given == NULL)
		refuse_credentials(NULL, NULL);
	if (gov_token_hash(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given), hash))
	{
		gov_spi_begin();
		found = gov_token_find(hash, &token) &&
			gov_user_exists(token.user_id, &is_active) && is_active;
		if (found)
		{
			gov_token_note_use(&token);
			strlcpy(credentials->user_id, token.user_id, GOV_ID_LEN + 1);
			credentials->maker = token.maker;
		}
		gov_spi_end();
	}
	else
	{
		flaw = check_jwt(given, credentials, &hint);
		found = flaw == NULL;
	}
	if (!found)
		refuse_credentials(hint, flaw);
}

void
gov_credentials_bind(const GovCredentials *credentials)
{
	GovActor	actor;

	gov_actor_bind_verified(credentials->user_id, &credentials->maker);
	if (gov_actor_get(&actor))
		gov_group_roles_admit(&actor);
}

/*
 * gov_begin_as(token) → the user that acts for the rest of this transaction
 */
Datum
gov_begin_as(PG_FUNCTION_ARGS)
{
	GovCredentials credentials;

	gov_credentials_check(PG_ARGISNULL(0) ? NULL : PG_GETARG_TEXT_PP(0),
						  &credentials);
	gov_credentials_bind(&credentials);
	PG_RETURN_TEXT_P(cstring_to_text(credentials.user_id));
}

/*
 * gov_create_api_token(user_id, name, expires_at) → the token, shown once
 */
Datum
gov_create_api_token(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const char *name = gov_arg_reason(fcinfo, 1, "name");
	TimestampTz expires_at = gov_arg_expiry(fcinfo, 2, "expires_at", true);
	char	   *resource = psprintf("user/%s", user_id);
	char		token[GOV_TOKEN_LEN + 1];
	uint8_t		hash[GOV_SHA256_LEN];
	GovActor	actor;
	GovAct		act;
	bool		is_active;

	gov_refuse_read_only("gov_create_api_token()");
	actor = gov_require_actor();
	if (strcmp(actor.user_id, user_id) != 0)
		actor = gov_require(GOV_PERM_USER_MANAGE, resource);

	gov_spi_begin();
	if (gov_run(&lock_user, gov_text(user_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("user \"%s\" does not exist", user_id),
				 errhint("SELECT * FROM governance.users lists the users.")));
	is_active = gov_row_bool(0, 1);
	if (strcmp(actor.user_id, user_id) != 0)
	{
		GovConveyed conveyed = gov_conveyed_user(user_id);

		gov_require_conveyable(&actor, &conveyed, user_id, DT_NOBEGIN,
							   resource);
	}
	gov_user_must_be_active(user_id, is_active);

	act = strcmp(actor.user_id, user_id) == 0 ? gov_act_of_actor(&actor) :
		gov_act_by_permission(&actor, GOV_PERM_USER_MANAGE, resource);
	gov_token_make(token, hash);
	gov_operation_begin("create", NULL);
	gov_run(&insert_token, gov_text(user_id), gov_text(name),
			gov_bytes(hash, GOV_SHA256_LEN), gov_time(expires_at),
			gov_text(actor.user_id), gov_names(act.principals),
			gov_names(act.backers));
	gov_run(&insert_uses, gov_int8(gov_row_int8(0, 1)));
	gov_operation_end();
	gov_spi_end();
	PG_RETURN_TEXT_P(cstring_to_text(token));
}

void
gov_tokens_revoke_all(const char *user_id, const char *actor)
{
	gov_operation_begin("revoke",
						psprintf("user \"%s\" was deactivated", user_id));
	(void) gov_run(&revoke_all, gov_text(user_id), gov_text(actor));
	gov_operation_end();
}

/*
 * gov_revoke_api_token(token_id) → was it still valid, but for its expiry
 *
 * Whether a token exists is told only to who may revoke those of others.
 */
Datum
gov_revoke_api_token(PG_FUNCTION_ARGS)
{
	int64		token_id = gov_arg_int8(fcinfo, 0, "token_id",
										PG_INT64_MIN, PG_INT64_MAX);
	GovActor	actor;
	const char *owner = NULL;
	bool		revoked;

	gov_refuse_read_only("gov_revoke_api_token()");
	actor = gov_require_actor();

	gov_spi_begin();
	if (gov_run(&find_owner, gov_int8(token_id)) > 0)
		owner = gov_row_text(0, 1);
	if (owner == NULL || strcmp(owner, actor.user_id) != 0)
		(void) gov_require(GOV_PERM_USER_MANAGE,
						   psprintf("api_token/" INT64_FORMAT, token_id));
	if (owner == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("API token " INT64_FORMAT " does not exist",
						token_id),
				 errhint("SELECT * FROM gov_api_tokens() lists them.")));

	gov_operation_begin("revoke", NULL);
	revoked = gov_run(&revoke_token, gov_int8(token_id),
					  gov_text(actor.user_id)) > 0;
	gov_operation_end();
	gov_spi_end();
	PG_RETURN_BOOL(revoked);
}
