/*
 * override.c
 *		gov_override_policy(): another value for the rest of a transaction.
 *
 * The value is in the backend's memory (core/policy.h); the event stays, and
 * commits with whatever the override made possible.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "audit/record.h"
#include "core/policy.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "incident/incident.h"
#include "registry/approval_internal.h"
#include "registry/policy_set.h"

PG_FUNCTION_INFO_V1(gov_override_policy);

#define APPROVAL_PREFIX "approval."

/* approval.<action> may only be switched off: break-glass. */
static bool
is_approval_override(const char *name, const Jsonb *value)
{
	JsonbValue	jv;

	if (strncmp(name, APPROVAL_PREFIX, strlen(APPROVAL_PREFIX)) != 0 ||
		gov_approval_action_find(name + strlen(APPROVAL_PREFIX)) < 0)
		return false;
	if (!JsonbExtractScalar(unconstify(JsonbContainer *, &value->root), &jv) ||
		jv.type != jbvBool || jv.val.boolean)
		gov_bad_value("value",
					  psprintf("Policy \"%s\" can be overridden with false only.",
							   name),
					  NULL);
	return true;
}

static void
record(const char *name, const Jsonb *value, const char *reason)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "name", name);
	gov_json_put_text(&state, "reason", reason);
	gov_json_put(&state, "value", JsonbPGetDatum(value), false, JSONBOID);
	gov_spi_begin();
	(void) gov_audit_done("policy.override", "override",
						  psprintf("policy/%s", name), "policy",
						  gov_json_end(&state));
	gov_spi_end();
}

/*
 * Break-glass is reviewed afterwards: an incident sees to that, and commits
 * together with what was done.
 */
static void
open_review(const char *name, const char *reason)
{
	(void) gov_incident_open("compliance", "warning",
							 psprintf("Break-glass: \"%s\" without an approved request",
									  name + strlen(APPROVAL_PREFIX)),
							 reason, psprintf("policy/%s", name), 0, NULL,
							 NULL);
}

/*
 * gov_override_policy(name, value, reason)
 */
Datum
gov_override_policy(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	const char *reason = gov_arg_reason(fcinfo, 2, "reason");
	Jsonb	   *value = gov_arg_json(fcinfo, 1, "value");
	bool		is_break_glass;

	gov_refuse_read_only("gov_override_policy()");
	(void) gov_require(GOV_PERM_POLICY_OVERRIDE,
					   psprintf("policy/%s", name));
	is_break_glass = is_approval_override(name, value);
	if (!is_break_glass)
		gov_policy_check(name, value);

	record(name, value, reason);
	if (is_break_glass)
		open_review(name, reason);
	gov_policy_override_set(name, value);
	ereport(NOTICE,
			(errmsg("policy \"%s\" is overridden until this transaction ends",
					name)));
	PG_RETURN_VOID();
}
