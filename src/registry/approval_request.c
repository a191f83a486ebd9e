/*
 * approval_request.c
 *		Asking for an approval, and voting on it.
 *
 * Every vote locks its request's row first and counts in a later statement on
 * the newest snapshot: with a quorum of two, two approvers at the same
 * instant make one approval and no vote is lost, at any isolation level.
 *
 * Expiry is by the clock: a request past its time is treated as expired here
 * and where it is read, whether or not anything has marked it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "access/duties.h"
#include "access/permission_cache.h"
#include "access/require.h"
#include "core/errors.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "registry/approval_internal.h"
#include "registry/model.h"

PG_FUNCTION_INFO_V1(gov_request_approval);
PG_FUNCTION_INFO_V1(gov_approve_request);
PG_FUNCTION_INFO_V1(gov_reject_request);
PG_FUNCTION_INFO_V1(gov_withdraw_request);

typedef struct Request
{
	char	   *id;
	GovApprovalAction action;
	char	   *requester;
	char	   *status;			/* as it counts now */
	char	   *session_role;	/* or NULL */
	char	   *key;
} Request;

static GovStatement insert_request = {
	.sql = "INSERT INTO governance.approval_requests AS r"
		   " (action, requester_id, expires_at, context, comments,"
		   " resource_key, session_role)"
		   " VALUES ($1, $2, pg_catalog.clock_timestamp()"
		   " + pg_catalog.make_interval(hours => $3), $4, $5, $6, $7::name)"
		   " RETURNING r",
	.nargs = 7,
	.argtypes = {TEXTOID, TEXTOID, INT4OID, JSONBOID, TEXTOID, TEXTOID,
		TEXTOID},
	.latest = true
};

static GovStatement lock_request = {
	.sql = "SELECT action, requester_id, status, session_role, resource_key,"
		   " expires_at <= pg_catalog.clock_timestamp()"
		   " FROM governance.approval_requests WHERE request_id = $1::uuid"
		   " FOR NO KEY UPDATE",
	.nargs = 1, .argtypes = {TEXTOID},
	.latest = true
};

static GovStatement select_request = {
	.sql = "SELECT r FROM governance.approval_requests AS r"
		   " WHERE request_id = $1::uuid",
	.nargs = 1, .argtypes = {TEXTOID},
	.latest = true
};

static GovStatement find_vote = {
	.sql = "SELECT approver_id, approved_at FROM governance.approvals"
		   " WHERE request_id = $1::uuid"
		   " AND (approver_id = $2 OR session_role = $3::name) LIMIT 1",
	.nargs = 3, .argtypes = {TEXTOID, TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement insert_vote = {
	.sql = "INSERT INTO governance.approvals (request_id, approver_id,"
		   " approval_status, comments, session_role)"
		   " VALUES ($1::uuid, $2, $3, $4, $5::name)",
	.nargs = 5, .argtypes = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement count_votes = {
	.sql = "SELECT pg_catalog.count(*) FROM governance.approvals"
		   " WHERE request_id = $1::uuid AND approval_status = 'approved'",
	.nargs = 1, .argtypes = {TEXTOID},
	.latest = true
};

static GovStatement set_status = {
	.sql = "UPDATE governance.approval_requests SET status = $2"
		   " WHERE request_id = $1::uuid",
	.nargs = 2, .argtypes = {TEXTOID, TEXTOID},
	.latest = true
};

/* Who may not decide on what the request is about, with a reason each. */
static GovStatement version_history = {
	.sql = "SELECT created_by, 'registered it', created_session_role"
		   " FROM governance.model_versions"
		   " WHERE model_id = $1 AND version = $2"
		   " UNION ALL"
		   " (SELECT reviewer, 'submitted it last', session_role"
		   " FROM governance.approval_history"
		   " WHERE model_id = $1 AND version = $2"
		   " AND approval_status = 'pending'"
		   " ORDER BY approval_no DESC LIMIT 1)",
	.nargs = 2, .argtypes = {TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement usecase_history = {
	.sql = "SELECT created_by, 'created it', created_session_role"
		   " FROM governance.use_cases WHERE usecase_id = $1"
		   " UNION ALL"
		   " SELECT owner, 'owns it', NULL"
		   " FROM governance.use_cases WHERE usecase_id = $1"
		   " UNION ALL"
		   " SELECT submitted_by, 'submitted it last',"
		   " submitted_session_role"
		   " FROM governance.use_cases WHERE usecase_id = $1",
	.nargs = 1, .argtypes = {TEXTOID},
	.latest = true
};

/* A key of the context as a checked name. */
static char *
context_value(const Jsonb *context, const char *action, const char *key)
{
	JsonbValue	jv;
	JsonbValue *found;
	char	   *value;

	found = getKeyJsonValueFromContainer(unconstify(JsonbContainer *,
													&context->root),
										 key, strlen(key), &jv);
	if (found == NULL || found->type != jbvString)
		gov_bad_value("context",
					  psprintf("Action \"%s\" needs the key \"%s\" with a string.",
							   action, key),
					  NULL);
	value = pnstrdup(found->val.string.val, found->val.string.len);
	if (strcmp(key, "permission") == 0)
	{
		int			permission = gov_permission_find(value, strlen(value));

		if (permission < 0)
			gov_bad_value("context",
						  psprintf("\"%s\" is not a permission.",
								   gov_excerpt(value, strlen(value))),
						  NULL);
		return pstrdup(gov_permission_name(permission));
	}
	gov_check_name(value, "context", strcmp(key, "version") == 0);
	return value;
}

/*
 * gov_request_approval(action, context, comments, timeout_hours)
 */
Datum
gov_request_approval(PG_FUNCTION_ARGS)
{
	GovApprovalAction action = (GovApprovalAction)
		gov_approval_action_find(gov_arg_approval_action(fcinfo, 0));
	const GovApprovalActionInfo *info = &gov_approval_actions[action];
	Jsonb	   *context;
	const char *comments = gov_arg_text(fcinfo, 2, "comments", "");
	char	   *first;
	char	   *second = NULL;
	int			timeout = 0;
	GovActor	actor;
	GovApprovalPolicy policy;

	if (PG_ARGISNULL(1))
		gov_bad_value("context", "The argument \"context\" is missing.", NULL);
	context = gov_arg_object(fcinfo, 1, "context", false);
	first = context_value(context, info->name, info->first_key);
	if (info->second_key != NULL)
		second = context_value(context, info->name, info->second_key);
	if (!PG_ARGISNULL(3))
		timeout = gov_arg_int4(fcinfo, 3, "timeout_hours", 1,
							   GOV_TIMEOUT_HOURS_MAX);
	gov_refuse_read_only("gov_request_approval()");
	actor = gov_require_actor();

	gov_spi_begin();
	gov_approval_policy(action, &policy);
	if (timeout > policy.timeout_hours)
		gov_bad_value("timeout_hours",
					  psprintf("%d is more than %d, which the approval policy of action \"%s\" gives.",
							   timeout, policy.timeout_hours, info->name),
					  "Leave it out for as long as the policy gives.");
	if (!policy.enabled)
		ereport(NOTICE,
				(errmsg("action \"%s\" needs no request at present",
						info->name),
				 errdetail("Its approval policy is off; the request will count when it is turned on.")));
	gov_operation_begin("request", NULL);
	gov_run(&insert_request, gov_text(info->name), gov_text(actor.user_id),
			gov_int4(timeout > 0 ? timeout : policy.timeout_hours),
			gov_json(context), gov_text(comments),
			gov_text(gov_approval_key(first, second)),
			gov_text(gov_actor_witness(&actor)));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

static char *
arg_request_id(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		gov_bad_value("request_id", "The argument \"request_id\" is missing.",
					  NULL);
	return DatumGetCString(DirectFunctionCall1(uuid_out, PG_GETARG_DATUM(0)));
}

/* Lock and read a request; inside an SPI connection. */
static void
lock(Request *request, char *id)
{
	if (gov_run(&lock_request, gov_text(id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("approval request \"%s\" does not exist", id),
				 errhint("SELECT * FROM gov_approval_requests() lists them.")));
	request->id = id;
	request->action = (GovApprovalAction)
		gov_approval_action_find(gov_row_text(0, 1));
	request->requester = gov_row_text(0, 2);
	request->status = gov_row_text(0, 3);
	request->session_role = gov_row_text(0, 4);
	request->key = gov_row_text(0, 5);
	if (gov_row_bool(0, 6) && (strcmp(request->status, "pending") == 0 ||
							   strcmp(request->status, "approved") == 0))
		request->status = "expired";
}

static void
check_pending(const Request *request)
{
	if (strcmp(request->status, "pending") == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("approval request \"%s\" is not pending", request->id),
			 errdetail("It is %s.", request->status),
			 errhint("Ask anew with gov_request_approval().")));
}

/* The policy's role, held now, or 42501. */
static void
require_role(const GovActor *actor, const char *role, const Request *request)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			index = gov_role_index(graph, role);
	GovDenial	denial = {0};
	ListCell   *lc;

	foreach(lc, gov_user_assignments(graph, actor->user_id))
	{
		GovAssignment *assignment = lfirst(lc);

		if (index >= 0 &&
			bms_is_member(index, graph->roles[assignment->role].closure))
			return;
	}
	denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
	denial.user_id = actor->user_id;
	denial.permission = role;
	denial.resource = psprintf("approval_request/%s", request->id);
	denial.message = psprintf("user \"%s\" lacks role \"%s\"", actor->user_id,
							  role);
	denial.detail = psprintf("The approval policy of action \"%s\" names that role.",
							 gov_approval_actions[request->action].name);
	denial.hint = "Somebody who holds the role must decide.";
	gov_deny(&denial);
}

static bool
is_subject(List *subjects, const char *user_id)
{
	ListCell   *lc;

	foreach(lc, subjects)
	{
		if (user_id != NULL && strcmp(lfirst(lc), user_id) == 0)
			return true;
	}
	return false;
}

pg_noreturn static void
deny_duty(const GovActor *actor, const Request *request, const char *detail)
{
	GovDenial	denial = {0};

	denial.sqlerrcode = ERRCODE_GOV_SEPARATION_OF_DUTIES;
	denial.user_id = actor->user_id;
	denial.resource = psprintf("approval_request/%s", request->id);
	denial.message = psprintf("user \"%s\" cannot approve request \"%s\"",
							  actor->user_id, request->id);
	denial.detail = detail;
	denial.hint = "Another holder of the policy's role must decide.";
	gov_deny(&denial);
}

/*
 * check_duties
 *		Who asked cannot approve; nor, where the policy says so, who may not
 *		decide on the thing itself.
 */
static void
check_duties(const GovActor *actor, const Request *request,
			 const GovApprovalPolicy *policy)
{
	List	   *subjects = gov_duty_subjects_role(actor,
												  policy->required_role);
	const char *witness = gov_actor_witness(actor);
	uint64		rows = 0;
	uint64		i;

	if (!policy->allow_self_approval)
	{
		if (is_subject(subjects, request->requester))
			deny_duty(actor, request,
					  psprintf("User \"%s\" requested it.",
							   request->requester));
		if (witness != NULL && request->session_role != NULL &&
			strcmp(witness, request->session_role) == 0)
			deny_duty(actor, request,
					  psprintf("The login \"%s\" requested it, as user \"%s\".",
							   witness, request->requester));
	}
	if (!policy->requires_sod)
		return;
	if (request->action == GOV_ACTION_MODEL_DEPLOY_PRODUCTION &&
		!gov_policy_bool("sod.registrar_may_approve"))
	{
		char	   *model = pstrdup(request->key);
		char	   *newline = strchr(model, '\n');

		*newline = '\0';
		rows = gov_run(&version_history, gov_text(model),
					   gov_text(newline + 1));
	}
	else if (request->action == GOV_ACTION_USECASE_APPROVE)
		rows = gov_run(&usecase_history, gov_text(request->key));
	for (i = 0; i < rows; i++)
	{
		char	   *user_id = gov_row_text(i, 1);
		char	   *login = gov_row_text(i, 3);

		if (is_subject(subjects, user_id) ||
			(witness != NULL && login != NULL && strcmp(witness, login) == 0))
			deny_duty(actor, request,
					  psprintf("User \"%s\" %s.", user_id,
							   gov_row_text(i, 2)));
	}
}

static void
check_first_vote(const GovActor *actor, const Request *request)
{
	if (gov_run(&find_vote, gov_text(request->id), gov_text(actor->user_id),
				gov_text(gov_actor_witness(actor))) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("user \"%s\" has voted on approval request \"%s\" already",
					actor->user_id, request->id),
			 strcmp(gov_row_text(0, 1), actor->user_id) != 0 ?
			 errdetail("The same login voted as user \"%s\".",
					   gov_row_text(0, 1)) : 0,
			 errhint("Approvals count by distinct people.")));
}

static void
vote(const GovActor *actor, const Request *request, const char *status,
	 const char *comments)
{
	gov_run(&insert_vote, gov_text(request->id), gov_text(actor->user_id),
			gov_text(status), gov_text(comments),
			gov_text(gov_actor_witness(actor)));
}

/*
 * gov_approve_request(request_id, comments)
 */
Datum
gov_approve_request(PG_FUNCTION_ARGS)
{
	char	   *id = arg_request_id(fcinfo);
	const char *comments = gov_arg_text(fcinfo, 1, "comments", "");
	GovActor	actor;
	Request		request;
	GovApprovalPolicy policy;

	gov_refuse_read_only("gov_approve_request()");
	actor = gov_require_actor();
	gov_spi_begin();
	lock(&request, id);
	gov_approval_policy(request.action, &policy);
	require_role(&actor, policy.required_role, &request);
	check_duties(&actor, &request, &policy);
	check_pending(&request);
	check_first_vote(&actor, &request);

	gov_operation_begin("approve", NULL);
	vote(&actor, &request, "approved", comments);
	gov_run(&count_votes, gov_text(id));
	if (gov_row_int8(0, 1) >= policy.required_count)
		gov_run(&set_status, gov_text(id), gov_text("approved"));
	gov_operation_end();
	gov_run(&select_request, gov_text(id));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_reject_request(request_id, reason)
 */
Datum
gov_reject_request(PG_FUNCTION_ARGS)
{
	char	   *id = arg_request_id(fcinfo);
	const char *reason = gov_arg_reason(fcinfo, 1, "reason");
	GovActor	actor;
	Request		request;
	GovApprovalPolicy policy;

	gov_refuse_read_only("gov_reject_request()");
	actor = gov_require_actor();
	gov_spi_begin();
	lock(&request, id);
	gov_approval_policy(request.action, &policy);
	require_role(&actor, policy.required_role, &request);
	check_pending(&request);
	check_first_vote(&actor, &request);

	gov_operation_begin("reject", reason);
	vote(&actor, &request, "rejected", reason);
	gov_run(&set_status, gov_text(id), gov_text("rejected"));
	gov_operation_end();
	gov_run(&select_request, gov_text(id));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_withdraw_request(request_id, reason)
 */
Datum
gov_withdraw_request(PG_FUNCTION_ARGS)
{
	char	   *id = arg_request_id(fcinfo);
	const char *reason = gov_arg_text(fcinfo, 1, "reason", "");
	GovActor	actor;
	Request		request;

	gov_refuse_read_only("gov_withdraw_request()");
	actor = gov_require_actor();
	gov_spi_begin();
	lock(&request, id);
	if (strcmp(request.requester, actor.user_id) != 0)
	{
		GovDenial	denial = {0};

		denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
		denial.user_id = actor.user_id;
		denial.resource = psprintf("approval_request/%s", id);
		denial.message = psprintf("user \"%s\" cannot withdraw request \"%s\"",
								  actor.user_id, id);
		denial.detail = "Only its requester can.";
		denial.hint = "A holder of the policy's role can reject it.";
		gov_deny(&denial);
	}
	if (strcmp(request.status, "approved") != 0)
		check_pending(&request);

	gov_operation_begin("withdraw", reason);
	gov_run(&set_status, gov_text(id), gov_text("withdrawn"));
	gov_operation_end();
	gov_run(&select_request, gov_text(id));
	return gov_spi_end_row(fcinfo);
}
