/*
 * credentials.c
 *		Acting by a token, for oneself or on behalf of somebody else.
 *
 * A token that arrives in a statement's text would stay in pg_stat_activity
 * and in the log line of any error: gov_begin_as() overwrites both before it
 * does anything else.  It cannot reach what log_statement writes, so a client
 * should send the token as a parameter.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "access/credentials.h"
#include "access/first_sight.h"
#include "access/group_role.h"
#include "access/manage.h"
#include "core/spi.h"
#include "identity/issuer.h"
#include "identity/jwt.h"
#include "identity/token.h"

PG_FUNCTION_INFO_V1(gov_begin_as);
PG_FUNCTION_INFO_V1(gov_begin_for);

GovImpersonationRecorder gov_impersonation_recorder = NULL;

/* The user of a token that somebody shows. */
typedef struct Credentials
{
	char		user_id[GOV_ID_LEN + 1];
	GovTokenMaker maker;
} Credentials;

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
 * There is one refusal for every reason: it must not tell what was nearly
 * right.  Only whoever shows a token that is valid but for its time gets a
 * hint.
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

/* This memory lasts as long as a binding can. */
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
 *		Find whom a signed token stands for.  Returns NULL, or why it is
 *		nobody.
 */
static const char *
check_jwt(const text *given, Credentials *credentials, const char **hint)
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
 * check_token
 *		Find whose token this is; 28000 unless it is valid and its user active
 *		(NULL is no token).
 *
 * The form tells the kind: "gov_..." is an API token, and a token with two
 * dots is a signed one.
 */
static void
check_token(const text *given, Credentials *credentials)
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

/*
 * Let the user act for the rest of this transaction; MG001 where groups of the
 * token would break separation of duties.
 */
static void
bind_actor(const Credentials *credentials)
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
	Credentials credentials;

	check_token(PG_ARGISNULL(0) ? NULL : PG_GETARG_TEXT_PP(0),
				&credentials);
	bind_actor(&credentials);
	PG_RETURN_TEXT_P(cstring_to_text(credentials.user_id));
}

/*
 * gov_begin_for(token, user_id) → the user that acts
 *
 * This is for services between people and the database.  The event of the
 * impersonation names both; those that follow name the person served.
 */
Datum
gov_begin_for(PG_FUNCTION_ARGS)
{
	Credentials credentials;
	const char *caller = credentials.user_id;
	const char *user_id;
	char	   *resource;

	check_token(PG_ARGISNULL(0) ? NULL : PG_GETARG_TEXT_PP(0),
				&credentials);
	bind_actor(&credentials);
	user_id = gov_arg_id_or_null(fcinfo, 1, "user_id");
	if (user_id == NULL || strcmp(user_id, caller) == 0)
		PG_RETURN_TEXT_P(cstring_to_text(caller));

	resource = psprintf("user/%s", user_id);
	(void) gov_require(GOV_PERM_ACTOR_IMPERSONATE, resource);
	gov_user_require_active(user_id);

	/*
	 * A read-only transaction cannot write the event that names the two.  A
	 * read-only subtransaction would hand its binding to one that may write.
	 */
	if (XactReadOnly && GetCurrentTransactionNestLevel() > 1)
		PreventCommandIfReadOnly("gov_begin_for()");
	if (!XactReadOnly)
		gov_impersonation_recorder(resource);
	gov_actor_bind_instead(user_id, GOV_EVIDENCE_ASSERTED);
	PG_RETURN_TEXT_P(cstring_to_text(user_id));
}
