/*
 * guc.c
 *		Settings.  None of them takes part in saying who acts.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "core/guc.h"

bool		gov_audit_denials = true;
bool		gov_log_checks = false;

void
gov_guc_init(void)
{
	DefineCustomBoolVariable("governance.audit_denials",
							 "Records denied attempts.",
							 "A denied attempt rolls back with its transaction; this leaves a trace of it all the same. Turn off only where another system records them.",
							 &gov_audit_denials, true,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("governance.log_checks",
							 "Records permission checks that were allowed, too.",
							 "Every gov_has_permission() and gov_can() then writes an audit event, which costs a hundred times the check: for reviews, not for always.",
							 &gov_log_checks, false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("governance");
}
