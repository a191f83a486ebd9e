/*
 * approval.c
 *		What a guarded call asks: is an approved request needed, and is there
 *		one to use up?
 *
 * The call finds requests by the values of its action's keys, so a request for
 * version 1.0.0 does not open 1.1.0.  Among several the oldest is used.  The
 * row is locked before it is judged: of two calls at once the second waits and
 * then finds it consumed, or, after a rollback of the first, approved.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/errors.h"
#include "core/operation.h"
#include "core/outbox.h"
#include "core/policy.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "registry/approval.h"
#include "registry/approval_internal.h"

const GovApprovalActionInfo gov_approval_actions[] = {
#define GOV_APPROVAL_ACTION(symbol, name, first, second) {name, first, second},
	GOV_APPROVAL_ACTION_LIST
#undef GOV_APPROVAL_ACTION
};

GOV_SQL(consume, (TEXTOID, TEXTOID),
		"UPDATE governance.approval_requests SET status = 'consumed',"
		" consumed_at = pg_catalog.clock_timestamp(), consumed_by = $2"
		" WHERE request_id = $1::uuid");

GOV_SQL(find_pending, (TEXTOID, TEXTOID),
		"SELECT r.request_id, pg_catalog.count(a.approver_id)"
		" FROM governance.approval_requests AS r"
		" LEFT JOIN governance.approvals AS a"
		" ON a.request_id = r.request_id AND a.approval_status = 'approved'"
		" WHERE r.action = $1 AND r.resource_key = $2"
		" AND r.status = 'pending'"
		" AND r.expires_at > pg_catalog.clock_timestamp()"
		" GROUP BY r.request_id, r.requested_at"
		" ORDER BY r.requested_at DESC LIMIT 1");

/*
 * Those who may not decide on what a request is about, with a reason for each.
 */
GOV_SQL(version_history, (TEXTOID, TEXTOID),
		"SELECT created_by, created_principals, created_backers,"
		" 'registered it'"
		" FROM governance.model_versions"
		" WHERE model_id = $1 AND version = $2"
		" UNION ALL"
		" (SELECT reviewer, principals, backers, 'submitted it last'"
		" FROM governance.approval_history"
		" WHERE model_id = $1 AND version = $2"
		" AND approval_status = 'pending'"
		" ORDER BY approval_no DESC LIMIT 1)");

GOV_SQL(usecase_history, (TEXTOID),
		"SELECT v.who, v.principals, v.backers, v.did"
		" FROM governance.use_cases AS u CROSS JOIN LATERAL (VALUES"
		" (u.created_by, u.created_principals, u.created_backers,"
		" 'created it'),"
		" (u.owner, u.owner_principals, NULL, 'owns it'),"
		" (u.submitted_by, u.submitted_principals, u.submitted_backers,"
		" 'submitted it last')) AS v(who, principals, backers, did)"
		" WHERE u.usecase_id = $1");

GOV_SQL(find_votes, (TEXTOID),
		"SELECT approver_id, principals, backers, approval_status,"
		" NULL::bigint"
		" FROM governance.approvals WHERE request_id = $1::uuid"
		" ORDER BY approved_at, approver_id");

int
gov_approval_action_find(const char *name)
{
	int			i;

	for (i = 0; i < GOV_ACTION_COUNT; i++)
	{
		if (strcmp(gov_approval_actions[i].name, name) == 0)
			return i;
	}
	return -1;
}

const char *
gov_arg_approval_action(FunctionCallInfo fcinfo, int n)
{
	const char *words[GOV_ACTION_COUNT + 1];
	int			i;

	for (i = 0; i < GOV_ACTION_COUNT; i++)
		words[i] = gov_approval_actions[i].name;
	words[i] = NULL;
	return gov_arg_word(fcinfo, n, "action", words, NULL);
}

void
gov_approval_policy(GovApprovalAction action, GovApprovalPolicy *policy)
{
	if (gov_run(gov_sql("SELECT required_role, required_count,"
						" timeout_hours, allow_self_approval, requires_sod,"
						" enabled FROM governance.approval_policies"
						" WHERE action = $1"),
				gov_text(gov_approval_actions[action].name)) != 1)
		elog(ERROR, "no approval policy for action \"%s\"",
			 gov_approval_actions[action].name);
	policy->required_role = gov_row_text(0, 1);
	policy->required_count = gov_row_int4(0, 2);
	policy->timeout_hours = gov_row_int4(0, 3);
	policy->allow_self_approval = gov_row_bool(0, 4);
	policy->requires_sod = gov_row_bool(0, 5);
	policy->enabled = gov_row_bool(0, 6);
}

static Jsonb *
key_object(GovApprovalAction action, const char *first, const char *second)
{
	const GovApprovalActionInfo *info = &gov_approval_actions[action];
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, info->first_key, first);
	if (info->second_key != NULL)
	{
		gov_json_put_text(&state, info->second_key, second);
	}
	return gov_json_end(&state);
}

/*
 * gov_approval_key
 *		The values that a request and a guarded call are matched by.
 *
 * Values are names without line feeds, so joining them by one is safe.
 */
char *
gov_approval_key(const char *first, const char *second)
{
	return second ? psprintf("%s\n%s", first, second) : pstrdup(first);
}

List *
gov_approval_votes(const char *request_id)
{
	return gov_votes_read(gov_run(&find_votes, gov_text(request_id)));
}

char *
gov_approval_conflict(GovApprovalAction action, const char *key,
					  const GovAct *vote)
{
	char	   *why = NULL;
	uint64		rows = 0;
	uint64		i;

	if (action == GOV_ACTION_MODEL_DEPLOY_PRODUCTION &&
		!gov_policy_bool("sod.registrar_may_approve"))
	{
		const char *newline = strchr(key, '\n');

		rows = gov_run(&version_history,
					   gov_text(pnstrdup(key, newline - key)),
					   gov_text(newline + 1));
	}
	else if (action == GOV_ACTION_USECASE_APPROVE)
		rows = gov_run(&usecase_history, gov_text(key));
	for (i = 0; i < rows && why == NULL; i++)
	{
		GovAct		past = gov_act_read(i, 1);

		why = gov_act_conflict(vote, &past, gov_row_text(i, 4));
	}
	return why;
}

/*
 * check_votes
 *		Check that nobody who made the thing is among the voters.
 *
 * A request may have been approved before its object existed, or before the
 * object was submitted again.
 */
static void
check_votes(GovApprovalAction action, const GovActor *actor, const char *key,
			const char *request_id)
{
	ListCell   *lc;

	foreach(lc, gov_approval_votes(request_id))
	{
		const GovVote *vote = lfirst(lc);
		GovDenial	denial = {0};

		denial.user_id = actor->user_id;
		denial.resource = psprintf("approval_request/%s", request_id);
		denial.message = psprintf("the vote of user \"%s\" on approval request \"%s\" does not count",
								  vote->act.user_id, request_id);
		denial.hint = "Withdraw the request and ask anew: somebody else must approve it.";
		gov_act_refuse(&vote->act,
					   gov_approval_conflict(action, key, &vote->act),
					   &denial);
	}
}

pg_noreturn static void
deny_without_request(GovApprovalAction action, const GovActor *actor,
					 const char *first, const char *second,
					 const GovApprovalPolicy *policy)
{
	const char *name = gov_approval_actions[action].name;
	char	   *key = gov_approval_key(first, second);
	Jsonb	   *context = key_object(action, first, second);
	char	   *context_text = JsonbToCString(NULL, &context->root,
											  VARSIZE(context));
	GovDenial	denial = {0};

	denial.sqlerrcode = ERRCODE_GOV_APPROVAL_REQUIRED;
	denial.user_id = actor->user_id;
	denial.permission = name;
	denial.resource = psprintf("approval_request/%s", name);
	denial.message = psprintf("an approved request for \"%s\" is required",
							  name);
	if (gov_run(&find_pending, gov_text(name), gov_text(key)) > 0)
	{
		denial.detail = psprintf("Request %s is pending: %lld of %d approvals.",
								 gov_row_text(0, 1),
								 (long long) gov_row_int8(0, 2),
								 policy->required_count);
		denial.hint =
			psprintf("A holder of role \"%s\" can run: SELECT gov_approve_request('%s');",
					 policy->required_role, gov_row_text(0, 1));
	}
	else
	{
		denial.detail = psprintf("No approved, unused and unexpired request names %s.",
								 context_text);
		denial.hint = psprintf("Ask for one: SELECT gov_request_approval(%s, %s);",
							   quote_literal_cstr(name),
							   quote_literal_cstr(context_text));
	}
	gov_deny(&denial);
}

/* Is the policy on, and not overridden by break-glass, which is recorded? */
static bool
needs_request(GovApprovalAction action, GovApprovalPolicy *policy)
{
	const char *override = psprintf("approval.%s",
									gov_approval_actions[action].name);

	gov_approval_policy(action, policy);
	return policy->enabled && gov_policy_override(override) == NULL;
}

bool
gov_approval_is_there(GovApprovalAction action, const char *first,
					  const char *second)
{
	GovApprovalPolicy policy;
	char	   *key = gov_approval_key(first, second);
	ListCell   *lc;

	if (!needs_request(action, &policy))
		return true;
	if (gov_run(gov_sql("SELECT request_id FROM governance.approval_requests"
						" WHERE action = $1 AND resource_key = $2"
						" AND status = 'approved'"
						" AND expires_at > pg_catalog.clock_timestamp()"
						" ORDER BY requested_at LIMIT 1"),
				gov_text(gov_approval_actions[action].name),
				gov_text(key)) == 0)
		return false;
	if (!policy.requires_sod)
		return true;
	foreach(lc, gov_approval_votes(gov_row_text(0, 1)))
	{
		const GovVote *vote = lfirst(lc);

		if (gov_approval_conflict(action, key, &vote->act) != NULL)
			return false;
	}
	return true;
}

char *
gov_approval_use(GovApprovalAction action, const GovActor *actor,
				 const char *first, const char *second)
{
	const char *name = gov_approval_actions[action].name;
	GovApprovalPolicy policy;
	char	   *key = gov_approval_key(first, second);
	char	   *request_id;

	if (!needs_request(action, &policy))
		return NULL;

	if (gov_run(gov_sql("SELECT request_id FROM governance.approval_requests"
						" WHERE action = $1 AND resource_key = $2"
						" AND status = 'approved'"
						" AND expires_at > pg_catalog.clock_timestamp()"
						" ORDER BY requested_at LIMIT 1 FOR NO KEY UPDATE"),
				gov_text(name), gov_text(key)) == 0)
		deny_without_request(action, actor, first, second, &policy);
	request_id = gov_row_text(0, 1);
	if (policy.requires_sod)
		check_votes(action, actor, key, request_id);
	gov_run_as("consume", NULL, &consume, gov_text(request_id),
			   gov_text(actor->user_id));
	return request_id;
}

GOV_SQL(expire, (INT8OID, TIMESTAMPTZOID),
		"UPDATE governance.approval_requests SET status = 'expired'"
		" WHERE request_id = ANY (ARRAY(SELECT r.request_id"
		" FROM governance.approval_requests AS r"
		" WHERE r.status IN ('pending', 'approved')"
		" AND r.expires_at <= $2"
		" LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED))");

/*
 * gov_approval_expire
 *		Mark expired requests, but not those that somebody has locked.
 *
 * This is only for readers of the table: every decision goes by the clock.
 */
int64
gov_approval_expire(int limit)
{
	int64		expired;

	gov_spi_begin();
	expired = gov_run_as("expire", NULL, &expire, gov_int8(limit),
						 gov_time(GetCurrentTimestamp()));
	gov_spi_end();
	return expired;
}

GOV_SQL(note_overdue, (INT4OID, INT8OID, TIMESTAMPTZOID),
		"UPDATE governance.approval_requests AS r"
		" SET overdue_at = pg_catalog.clock_timestamp()"
		" WHERE r.request_id = ANY (ARRAY(SELECT q.request_id"
		" FROM governance.approval_requests AS q"
		" WHERE q.status = 'pending' AND q.overdue_at IS NULL"
		" AND q.expires_at > $3 AND q.requested_at <"
		" $3 - pg_catalog.make_interval(hours => $1)"
		" LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED))"
		" RETURNING r.request_id, pg_catalog.jsonb_build_object("
		"'action', r.action, 'context', r.context,"
		" 'requester_id', r.requester_id, 'requested_at',"
		" pg_catalog.date_part('epoch', r.requested_at), 'expires_at',"
		" pg_catalog.date_part('epoch', r.expires_at))");

/*
 * gov_approval_remind
 *		Report requests that nobody has answered in the time of policy
 *		approval.response_hours, each once, in the trail and in the outbox.
 */
int64
gov_approval_remind(int limit)
{
	int64		hours = gov_policy_int("approval.response_hours");
	int64		overdue;
	int64		i;

	if (hours <= 0)
		return 0;
	gov_spi_begin();
	overdue = gov_run_as("overdue", NULL, &note_overdue, gov_int4(hours),
						 gov_int8(limit), gov_time(GetCurrentTimestamp()));
	for (i = 0; i < overdue; i++)
	{
		bool		isnull;
		Datum		data = gov_row_datum(i, 2, &isnull);

		gov_outbox_add("governance.approval_overdue",
					   psprintf("approval_request/%s", gov_row_text(i, 1)),
					   DatumGetJsonbP(data));
	}
	gov_spi_end();
	return overdue;
}

static void
use_for_grant(const GovActor *actor, const char *role, const char *permission)
{
	(void) gov_approval_use(GOV_ACTION_PERMISSION_GRANT, actor, role,
							permission);
}

void
gov_approval_init(void)
{
	gov_grant_approval = use_for_grant;
}
