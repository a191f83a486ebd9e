/*
 * approval_request.c
 *		Asking for an approval, and voting on it.
 *
 * Every vote locks its request's row first, and then counts by another
 * statement on the newest snapshot: with a quorum of two, two approvers at the
 * same instant approve it together and no vote is lost, at any isolation
 * level.
 *
 * Expiry is by the clock: a request past its time is treated as expired here
 * and where it is read, whether or not anything has marked it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "lifecycle/suspension.h"
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
	GovAct		asked;
	char	   *status;			/* as of now */
	char	   *key;
} Request;

GOV_SQL(insert_request,
		(TEXTOID, TEXTOID, INT4OID, JSONBOID, TEXTOID, TEXTOID, TEXTARRAYOID,
		 TEXTARRAYOID),
		"INSERT INTO governance.approval_requests AS r"
		" (action, requester_id, expires_at, context, comments,"
		" resource_key, principals, backers)"
		" VALUES ($1, $2, pg_catalog.clock_timestamp()"
		" + pg_catalog.make_interval(hours => $3), $4, $5, $6, $7, $8)"
		" RETURNING r");

GOV_SQL(select_request, (TEXTOID),
		"SELECT r FROM governance.approval_requests AS r"
		" WHERE request_id = $1::uuid");

GOV_SQL(insert_vote,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID,
		 JSONBOID),
		"INSERT INTO governance.approvals (request_id, approver_id,"
		" approval_status, comments, principals, backers, by_group)"
		" VALUES ($1::uuid, $2, $3, $4, $5, $6, $7)");

GOV_SQL(set_status, (TEXTOID, TEXTOID),
		"UPDATE governance.approval_requests SET status = $2"
		" WHERE request_id = $1::uuid");

/* The value of a key in the context, as a checked name. */
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
	GovAct		act;
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
	act = gov_act_by_any_role(&actor);
	gov_run_as("request", NULL, &insert_request, gov_text(info->name),
			   gov_text(actor.user_id), gov_int4(timeout > 0 ? timeout :
												 policy.timeout_hours),
			   gov_json(context), gov_text(comments),
			   gov_text(gov_approval_key(first, second)),
			   gov_names(act.principals), gov_names(act.backers));
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

/*
 * Read seven columns of the last statement: requester_id to whether it has
 * expired.
 */
static void
read_request(Request *request, char *id, uint64 row, int column)
{
	request->id = id;
	request->asked = gov_act_read(row, column);
	request->action = (GovApprovalAction)
		gov_approval_action_find(gov_row_text(row, column + 3));
	request->status = gov_row_text(row, column + 4);
	request->key = gov_row_text(row, column + 5);
	if (gov_row_bool(row, column + 6) &&
		(strcmp(request->status, "pending") == 0 ||
		 strcmp(request->status, "approved") == 0))
		request->status = "expired";
}

/* Lock and read a request; inside an SPI connection. */
static void
lock(Request *request, char *id)
{
	if (gov_run(gov_sql("SELECT requester_id, principals, backers, action,"
						" status, resource_key, expires_at <="
						" pg_catalog.clock_timestamp()"
						" FROM governance.approval_requests"
						" WHERE request_id = $1::uuid FOR NO KEY UPDATE"),
				gov_text(id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("approval request \"%s\" does not exist", id),
				 errhint("SELECT * FROM gov_approval_requests() lists them.")));
	read_request(request, id, 0, 1);
}

static bool
is_pending(const Request *request)
{
	return strcmp(request->status, "pending") == 0;
}

static void
check_pending(const Request *request)
{
	if (is_pending(request))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("approval request \"%s\" is not pending", request->id),
			 errdetail("It is %s.", request->status),
			 errhint("Ask anew with gov_request_approval().")));
}

pg_noreturn static void
deny_role(const GovActor *actor, const char *role, const Request *request)
{
	GovDenial	denial = {0};

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

/* A vote on a request, as its checks find it. */
typedef struct Ballot
{
	GovAct		act;
	Request		request;
	GovApprovalPolicy policy;
	GovDenial	denial;			/* the denial by a duty */
} Ballot;

/* Read the request and its policy; 42501 unless the policy's role is held. */
static void
begin_vote(Ballot *b, const char *function, const char *what, char *id)
{
	GovActor	actor;

	gov_refuse_read_only(function);
	actor = gov_require_actor();
	gov_spi_begin();
	lock(&b->request, id);
	gov_approval_policy(b->request.action, &b->policy);
	if (!gov_act_by_role(&actor, b->policy.required_role, &b->act))
		deny_role(&actor, b->policy.required_role, &b->request);

	memset(&b->denial, 0, sizeof(b->denial));
	b->denial.resource = psprintf("approval_request/%s", id);
	b->denial.message = psprintf("user \"%s\" cannot %s request \"%s\"",
								 actor.user_id, what, id);
	b->denial.hint = "Another holder of the policy's role must decide.";
}

/*
 * duty_conflict
 *		Say why the voter is who asked, or, where the policy says so, why the
 *		voter may not decide on the thing itself; or NULL.
 */
static char *
duty_conflict(const Ballot *b)
{
	char	   *why = NULL;

	if (!b->policy.allow_self_approval)
		why = gov_act_conflict(&b->act, &b->request.asked, "requested it");
	if (why == NULL && b->policy.requires_sod)
		why = gov_approval_conflict(b->request.action, b->request.key,
									&b->act);
	return why;
}

/* Read the votes, and refuse one of a person who has voted. */
static List *
others_votes(const Ballot *b)
{
	List	   *votes = gov_approval_votes(b->request.id);

	gov_votes_require_first(&b->act, votes,
							psprintf("approval request \"%s\"",
									 b->request.id), &b->denial);
	return votes;
}

static void
cast_vote(const Ballot *b, const char *status, const char *comments)
{
	gov_run(&insert_vote, gov_text(b->request.id), gov_text(b->act.user_id),
			gov_text(status), gov_text(comments),
			gov_names(b->act.principals), gov_names(b->act.backers),
			gov_act_group(&b->act));
}

/*
 * gov_approve_request(request_id, comments)
 */
Datum
gov_approve_request(PG_FUNCTION_ARGS)
{
	char	   *id = arg_request_id(fcinfo);
	const char *comments = gov_arg_text(fcinfo, 1, "comments", "");
	Ballot		b;
	List	   *votes;

	begin_vote(&b, "gov_approve_request()", "approve", id);
	gov_act_refuse(&b.act, duty_conflict(&b), &b.denial);
	check_pending(&b.request);
	votes = others_votes(&b);

	gov_operation_begin("approve", NULL);
	cast_vote(&b, "approved", comments);
	if (gov_votes_count(votes, "approved") + 1 >= b.policy.required_count)
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
	Ballot		b;

	begin_vote(&b, "gov_reject_request()", "decide on", id);
	check_pending(&b.request);
	(void) others_votes(&b);

	gov_operation_begin("reject", reason);
	cast_vote(&b, "rejected", reason);
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
	if (strcmp(request.asked.user_id, actor.user_id) != 0)
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

	gov_run_as("withdraw", reason, &set_status, gov_text(id),
			   gov_text("withdrawn"));
	gov_run(&select_request, gov_text(id));
	return gov_spi_end_row(fcinfo);
}

/* The first that expires comes first. */
GOV_SQL(find_pending, (TIMESTAMPTZOID, TEXTOID, INT4OID),
		"SELECT r.expires_at, r.request_id, r.requester_id, r.principals,"
		" r.backers, r.action, r.status, r.resource_key,"
		" r.expires_at <= pg_catalog.clock_timestamp(), r.requested_at"
		" FROM governance.approval_requests AS r"
		" WHERE r.status IN ('pending', 'approved')"
		" AND r.status = 'pending'"
		" AND r.expires_at > pg_catalog.clock_timestamp()"
		" AND (r.expires_at, r.request_id)"
		" > ($1, coalesce($2, '00000000-0000-0000-0000-000000000000')::uuid)"
		" ORDER BY r.expires_at, r.request_id LIMIT $3",
		.isolated = true);

/* The act as which the actor may vote on the requests of an action. */
typedef struct Seat
{
	bool		is_held;
	GovAct		act;
	GovApprovalPolicy policy;
} Seat;

static void
judge_pending(GovInbox *inbox, uint64 row, void *seats)
{
	Ballot		b = {0};
	GovInboxItem item = {.kind = "approval_request"};
	const Seat *seat;
	char	   *newline;

	item.id = gov_row_text(row, 2);
	read_request(&b.request, gov_row_text(row, 2), row, 3);
	item.due_at = gov_row_time(row, 1);
	item.waiting_since = gov_row_time(row, 10);
	seat = &((Seat *) seats)[b.request.action];
	b.act = seat->act;
	b.policy = seat->policy;
	if (!seat->is_held || !is_pending(&b.request) ||
		duty_conflict(&b) != NULL ||
		gov_votes_find_same(&b.act, gov_approval_votes(b.request.id)) != NULL)
		return;

	newline = strchr(b.request.key, '\n');
	if (newline != NULL)
		*newline = ':';
	item.title = psprintf("%s %s",
						  gov_approval_actions[b.request.action].name,
						  b.request.key);
	item.call = psprintf("SELECT gov_approve_request('%s')", item.id);
	item.route = psprintf("POST /approvals/%s/approve", item.id);
	gov_inbox_put(inbox, &item);
}

void
gov_inbox_requests(GovInbox *inbox)
{
	MemoryContext caller = CurrentMemoryContext;
	Seat	   *seats = palloc0(sizeof(Seat) * GOV_ACTION_COUNT);
	int			i;

	if (gov_is_suspended() && !gov_suspension_allows("approval", "approve"))
		return;
	gov_spi_begin();
	for (i = 0; i < GOV_ACTION_COUNT; i++)
	{
		gov_approval_policy((GovApprovalAction) i, &seats[i].policy);
		seats[i].policy.required_role =
			MemoryContextStrdup(caller, seats[i].policy.required_role);
	}
	gov_spi_end();
	for (i = 0; i < GOV_ACTION_COUNT; i++)
		seats[i].is_held = gov_act_by_role(&inbox->actor,
										   seats[i].policy.required_role,
										   &seats[i].act);
	gov_inbox_walk(inbox, &find_pending, judge_pending, seats);
}
