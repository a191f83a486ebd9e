/*
 * identity_link.c
 *		Which person an issuer means by a subject: linking and unlinking.
 *
 * Like a database role, a link is a way to act as the user, so whoever makes
 * one conveys all that the user may do.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/issuer_sql.h"
#include "access/manage.h"
#include "core/args.h"
#include "core/compat.h"
#include "core/operation.h"
#include "core/spi.h"
#include "identity/authn.h"
#include "identity/issuer.h"

PG_FUNCTION_INFO_V1(gov_link_identity);
PG_FUNCTION_INFO_V1(gov_unlink_identity);

/*
 * A user that a first token made was nobody's decision until somebody links.
 */
GOV_SQL(upsert_link, (TEXTOID, TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.user_identities AS t"
		" (user_id, issuer, subject, linked_by) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (subject, issuer) DO UPDATE"
		" SET linked_at = excluded.linked_at,"
		" linked_by = excluded.linked_by"
		" WHERE t.user_id = excluded.user_id AND t.linked_by = 'system'");

/* The methods by which PostgreSQL authenticates have no rows in issuers. */
static bool
is_postgres(const char *issuer)
{
	size_t		len = strlen(GOV_POSTGRES_ISSUER);

	return strncmp(issuer, GOV_POSTGRES_ISSUER, len) == 0 &&
		issuer[len] != '\0';
}

/* Many people come by a pool: the identity of its login is none of theirs. */
pg_noreturn static void
refuse_pool(const char *user_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("user \"%s\" acts for others", user_id),
			 errdetail("The user has the permission \"actor:impersonate\": whom PostgreSQL authenticated would be taken for a person."),
			 errhint("Link a user without that permission; a pool is known by its database role.")));
}

/*
 * gov_link_identity(user_id, issuer, subject) → user_identities
 */
Datum
gov_link_identity(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const char *issuer = gov_arg_issuer(fcinfo, 1);
	const char *subject = gov_arg_subject(fcinfo, 2);
	char	   *resource = psprintf("user/%s", user_id);
	GovConveyed conveyed;
	GovActor	actor;

	gov_refuse_read_only("gov_link_identity()");
	actor = gov_require(GOV_PERM_USER_MANAGE, resource);

	gov_spi_begin();
	(void) gov_user_lock(user_id);
	conveyed = gov_conveyed_user(user_id);
	gov_require_conveyable(&actor, &conveyed,
						   gov_authn_is_own(issuer, subject) ? actor.user_id :
						   user_id, DT_NOBEGIN, resource);
	actor = gov_require(GOV_PERM_USER_MANAGE, resource);
	if (!is_postgres(issuer))
		gov_issuer_share(issuer);
	else if (conveyed.mask & GOV_MASK(GOV_PERM_ACTOR_IMPERSONATE))
		refuse_pool(user_id);

	gov_run_as("link", NULL, &upsert_link, gov_text(user_id), gov_text(issuer),
			   gov_text(subject), gov_text(actor.user_id));
	gov_run(gov_sql("SELECT t, t.user_id"
					" FROM governance.user_identities AS t"
					" WHERE t.issuer = $1 AND t.subject = $2"),
			gov_text(issuer), gov_text(subject));
	if (strcmp(gov_row_text(0, 2), user_id) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("subject \"%s\" is another user's already",
						gov_excerpt(subject, strlen(subject))),
				 errdetail("Issuer \"%s\" means user \"%s\" by it.", issuer,
						   gov_row_text(0, 2)),
				 errhint("gov_unlink_identity() ends that.")));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_unlink_identity(issuer, subject) → boolean: was it linked
 */
Datum
gov_unlink_identity(PG_FUNCTION_ARGS)
{
	const char *issuer = gov_arg_issuer(fcinfo, 0);
	const char *subject = gov_arg_subject(fcinfo, 1);
	bool		unlinked;

	gov_refuse_read_only("gov_unlink_identity()");
	(void) gov_require(GOV_PERM_USER_MANAGE,
					   psprintf("user_identity/%s:%s", issuer, subject));

	gov_spi_begin();
	unlinked = gov_run_as("unlink", NULL,
						  gov_sql("DELETE FROM governance.user_identities"
								  " WHERE issuer = $1 AND subject = $2"),
						  gov_text(issuer), gov_text(subject)) > 0;
	gov_spi_end();
	PG_RETURN_BOOL(unlinked);
}
