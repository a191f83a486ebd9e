/*
 * deny.c
 *		A refusal that leaves a trace.
 *
 * A denied attempt is left in shared memory before its error is raised,
 * because the error undoes all that the transaction wrote.  Where there is no
 * room or no such memory, it goes to the server log.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "access/denial_ring.h"
#include "access/deny.h"
#include "core/client.h"
#include "core/guc.h"
#include "identity/actor.h"

static void
name_or_empty(Name to, const char *from)
{
	if (from != NULL)
		namestrcpy(to, from);
}

/* Keep the denial and whom it met. */
static GovDenialFate
keep_denial(const GovDenial *denial)
{
	GovDenialEntry entry = {0};
	GovActor	actor;
	const inet *addr = gov_client_addr();

	(void) gov_actor_get(&actor);
	entry.occurred_at = GetCurrentTimestamp();
	entry.login_oid = GetSessionUserId();
	entry.sqlerrcode = denial->sqlerrcode;
	entry.evidence = actor.evidence;
	if (addr != NULL)
	{
		entry.has_client_addr = true;
		entry.client_addr = *addr;
	}
	name_or_empty(&entry.login, gov_session_login());
	name_or_empty(&entry.db_role, gov_session_db_role());
	strlcpy(entry.actor, actor.user_id, sizeof(entry.actor));
	gov_denial_text(entry.user_id, sizeof(entry.user_id),
					denial->user_id ? denial->user_id : actor.user_id);
	gov_denial_text(entry.permission, sizeof(entry.permission),
					denial->permission);
	gov_denial_text(entry.resource, sizeof(entry.resource), denial->resource);
	gov_denial_text(entry.message, sizeof(entry.message), denial->message);
	gov_denial_text(entry.application_name, sizeof(entry.application_name),
					application_name);
	return gov_denial_keep(&entry);
}

static void
log_denial(const GovDenial *denial, const char *why)
{
	const char *db_role = gov_session_db_role();

	ereport(LOG_SERVER_ONLY,
			(errmsg("governance: denied%s: user=%s permission=%s resource=%s db_role=%s sqlstate=%s",
					why,
					denial->user_id ? denial->user_id : "-",
					denial->permission ? denial->permission : "-",
					denial->resource ? denial->resource : "-",
					db_role ? db_role : "-",
					unpack_sql_state(denial->sqlerrcode)),
			 errhidestmt(true), errhidecontext(true)));
}

void
gov_deny(const GovDenial *denial)
{
	if (gov_audit_denials)
	{
		switch (keep_denial(denial))
		{
			case GOV_DENIAL_KEPT:
			case GOV_DENIAL_SUPPRESSED:
			case GOV_DENIAL_LOST_QUIETLY:
				break;
			case GOV_DENIAL_LOST:
				log_denial(denial, " (one of those that found no room in governance.denial_ring_size)");
				break;
			case GOV_DENIAL_NO_RING:
				log_denial(denial, "");
				break;
		}
	}

	ereport(ERROR,
			(errcode(denial->sqlerrcode),
			 errmsg("%s", denial->message),
			 denial->detail ? errdetail("%s", denial->detail) : 0,
			 denial->log_detail ? errdetail_log("%s", denial->log_detail) : 0,
			 denial->hint ? errhint("%s", denial->hint) : 0,
			 errhidestmt(denial->hide_statement),
			 errhidecontext(denial->hide_statement)));
}
