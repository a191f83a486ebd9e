/*
 * begin_for.c
 *		Acting for somebody else on the word of a token's user.
 *
 * For services that sit between people and the database: the event of the
 * impersonation names both, those that follow name whom it was for.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "access/credentials.h"
#include "access/manage.h"
#include "access/require.h"
#include "audit/record.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_begin_for);

/*
 * gov_begin_for(token, user_id) → the user that acts
 */
Datum
gov_begin_for(PG_FUNCTION_ARGS)
{
	GovCredentials credentials;
	const char *caller = credentials.user_id;
	const char *user_id;
	char	   *resource;

	gov_credentials_check(PG_ARGISNULL(0) ? NULL : PG_GETARG_TEXT_PP(0),
						  &credentials);
	gov_credentials_bind(&credentials);
	user_id = gov_arg_id_or_null(fcinfo, 1, "user_id");
	if (user_id == NULL || strcmp(user_id, caller) == 0)
		PG_RETURN_TEXT_P(cstring_to_text(caller));

	resource = psprintf("user/%s", user_id);
	(void) gov_require(GOV_PERM_ACTOR_IMPERSONATE, resource);
	gov_user_require_active(user_id);

	/*
	 * A read-only transaction has nothing to name the two in.  A read-only
	 * subtransaction hands its binding to one that may write.
	 */
	if (XactReadOnly && GetCurrentTransactionNestLevel() > 1)
		PreventCommandIfReadOnly("gov_begin_for()");
	if (!XactReadOnly)
	{
		gov_spi_begin();
		(void) gov_audit_done("user.impersonate", "impersonate", resource,
							  "user", NULL);
		gov_spi_end();
	}
	gov_actor_bind_instead(user_id, GOV_EVIDENCE_ASSERTED);
	PG_RETURN_TEXT_P(cstring_to_text(user_id));
}
