/*
 * first_sight.c
 *		A user for a person whom an issuer knows and nobody has linked.
 *
 * The new user has no role, and a random id that is nobody else's.  The system
 * links it, and those who manage users find it in their inbox.  The issuer's
 * row is locked, so that requests that come together make one user, and no
 * more users a day than the policy allows.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port.h"

#include "access/first_sight.h"
#include "access/issuer_sql.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "identity/actor.h"
#include "identity/issuer.h"
#include "tlog/sha256.h"

#define ID_BYTES 10				/* of randomness */
#define ID_PREFIX "u-"

GOV_SQL(count_new, (TEXTOID),
		"SELECT count(*) FROM governance.user_identities AS i"
		" JOIN governance.users AS u USING (user_id)"
		" WHERE i.issuer = $1 AND u.created_by = 'system'"
		" AND u.created_at > clock_timestamp() - interval '1 day'");

static void
make_user(const char *issuer, const char *subject, char *user_id)
{
	uint8		random[ID_BYTES];

	gov_operation_begin("create",
						psprintf("first seen with a token of issuer \"%s\"",
								 issuer));
	do
	{
		if (!pg_strong_random(random, sizeof(random)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR),
					 errmsg("could not generate a random id")));
		strcpy(user_id, ID_PREFIX);
		gov_hex(random, sizeof(random), user_id + strlen(ID_PREFIX));
	} while (gov_run(gov_sql("INSERT INTO governance.users (user_id,"
							 " created_by) VALUES ($1, 'system')"
							 " ON CONFLICT DO NOTHING"),
					 gov_text(user_id)) == 0);
	gov_operation_end();
	gov_run_as("link", NULL,
			   gov_sql("INSERT INTO governance.user_identities (user_id,"
					   " issuer, subject, linked_by)"
					   " VALUES ($1, $2, $3, 'system')"), gov_text(user_id),
			   gov_text(issuer), gov_text(subject));
}

const char *
gov_first_sight(const char *issuer, const char *subject, const char **flaw)
{
	char	   *user_id = palloc(GOV_ID_LEN + 1);

	if (XactReadOnly || RecoveryInProgress())
	{
		*flaw = "its subject is linked to no user, and what only reads makes none";
		return NULL;
	}
	gov_spi_begin();
	*flaw = NULL;
	if (!gov_issuer_lock(issuer))
		*flaw = "its issuer is unknown";
	/* Another request with this subject may have been faster. */
	else if (!gov_identity_user(issuer, subject, user_id))
	{
		(void) gov_run(&count_new, gov_text(issuer));
		if (gov_row_int8(0, 1) >=
			gov_policy_int("identity.new_users_per_day"))
			*flaw = "its subject is linked to no user, and the day's new users are made";
		else
		{
			gov_actor_bind(GOV_SYSTEM_USER, GOV_EVIDENCE_INTERNAL);
			make_user(issuer, subject, user_id);
			gov_actor_unbind();
		}
	}
	gov_spi_end();
	return *flaw ? NULL : user_id;
}
