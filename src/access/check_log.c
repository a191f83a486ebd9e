/*
 * check_log.c
 *		A record of permission checks, when governance.log_checks is on.
 *
 * Where this backend cannot write (a read-only transaction, a standby, a
 * parallel plan), the check goes to the server log instead: a check must not
 * fail because it cannot be recorded.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"

#include "access/check_log.h"

GovCheckRecorder gov_check_recorder = NULL;

void
gov_check_log(const char *user_id, GovPermission permission,
			  const char *resource, bool allowed)
{
	if (gov_check_recorder != NULL && !XactReadOnly && !RecoveryInProgress() &&
		!IsInParallelMode() && !IsParallelWorker())
	{
		gov_check_recorder(user_id, gov_permission_name(permission), resource,
						   allowed);
		return;
	}
	ereport(LOG_SERVER_ONLY,
			(errmsg("governance: check: user=%s permission=%s resource=%s result=%s",
					user_id ? user_id : "-", gov_permission_name(permission),
					resource ? resource : "-",
					allowed ? "allowed" : "denied"),
			 errhidestmt(true), errhidecontext(true)));
}
