/*
 * token_sql.c
 *		SQL functions about API tokens: making and revoking them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/act.h"
#include "access/manage.h"
#include "core/operation.h"
#include "identity/token.h"

PG_FUNCTION_INFO_V1(gov_create_api_token);
PG_FUNCTION_INFO_V1(gov_revoke_api_token);

/*
 * The lock keeps out deactivation and new assignments, which take a stronger
 * one.
 */
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
	gov_run(gov_sql("INSERT INTO governance.api_token_uses (token_id)"
					" VALUES ($1)"), gov_int8(gov_row_int8(0, 1)));
	gov_operation_end();
	gov_spi_end();
	PG_RETURN_TEXT_P(cstring_to_text(token));
}

/*
 * gov_revoke_api_token(token_id) → was it still valid, but for its expiry
 *
 * Only whoever may revoke the tokens of others learns whether a token exists.
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
	if (gov_run(gov_sql("SELECT t.user_id FROM governance.api_tokens AS t"
						" WHERE t.token_id = $1"), gov_int8(token_id)) > 0)
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

	revoked = gov_run_as("revoke", NULL,
						 gov_sql("UPDATE governance.api_tokens AS t"
								 " SET revoked_at = clock_timestamp(),"
								 " revoked_by = $2 WHERE t.token_id = $1"
								 " AND t.revoked_at IS NULL"),
						 gov_int8(token_id), gov_text(actor.user_id)) > 0;
	gov_spi_end();
	PG_RETURN_BOOL(revoked);
}
