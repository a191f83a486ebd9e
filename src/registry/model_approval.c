/*
 * model_approval.c
 *		Asking for approval of a model version, deciding on it, deprecating.
 *
 * governance.approval_history is both the requests ("pending" rows) and the
 * votes; only votes after the last request count.  Every function locks the
 * version's row first and reads the votes in a later statement, on the newest
 * snapshot: of two approvers at once the second counts the first one's vote,
 * at every isolation level.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/duties.h"
#include "core/args.h"
#include "core/errors.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "registry/model.h"

PG_FUNCTION_INFO_V1(gov_request_model_approval);
PG_FUNCTION_INFO_V1(gov_approve_model);
PG_FUNCTION_INFO_V1(gov_reject_model);
PG_FUNCTION_INFO_V1(gov_request_model_changes);
PG_FUNCTION_INFO_V1(gov_deprecate_model);

/* The last request, if there is one, and the votes after it. */
static GovStatement find_votes = {
	.sql = "SELECT h.reviewer, h.session_role, h.approval_status"
		   " FROM governance.approval_history AS h"
		   " WHERE h.model_id = $1 AND h.version = $2 AND h.approval_no >="
		   " coalesce((SELECT max(r.approval_no)"
		   " FROM governance.approval_history AS r"
		   " WHERE r.model_id = $1 AND r.version = $2"
		   " AND r.approval_status = 'pending'), 0)"
		   " ORDER BY h.approval_no",
	.nargs = 2, .argtypes = {TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement insert_history = {
	.sql = "INSERT INTO governance.approval_history"
		   " (model_id, version, approval_status, reviewer, comments,"
		   " content_digest, session_role)"
		   " VALUES ($1, $2, $3, $4, $5, $6, $7)",
	.nargs = 7, .argtypes = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
	TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement move_version = {
	.sql = "UPDATE governance.model_versions AS t"
		   " SET status = $3, approval_status = $4"
		   " WHERE t.model_id = $1 AND t.version = $2 RETURNING t",
	.nargs = 4, .argtypes = {TEXTOID, TEXTOID, TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement read_version = {
	.sql = "SELECT t FROM governance.model_versions AS t"
		   " WHERE t.model_id = $1 AND t.version = $2",
	.nargs = 2, .argtypes = {TEXTOID, TEXTOID},
	.latest = true
};

/* Where the version is active, and what status the highest of them gives. */
static GovStatement find_active = {
	.sql = "SELECT string_agg(d.environment, ', '"
		   " ORDER BY e.rank, d.environment),"
		   " CASE WHEN coalesce(bool_or(e.rank >= p.rank), true)"
		   " THEN 'deployed_production' ELSE 'deployed_staging' END"
		   " FROM governance.deployment_history AS d"
		   " JOIN governance.environments AS e ON e.name = d.environment"
		   " LEFT JOIN governance.environments AS p ON p.name = 'production'"
		   " WHERE d.model_id = $1 AND d.version = $2 AND d.status = 'active'"
		   " HAVING count(*) > 0",
	.nargs = 2, .argtypes = {TEXTOID, TEXTOID},
	.latest = true
};

typedef struct Vote
{
	const char *reviewer;
	const char *witness;		/* the login, or NULL */
	const char *status;
} Vote;

/* What a call is about. */
typedef struct Decision
{
	const char *model_id;
	const char *version;
	const char *name;			/* "risk:1.0.0" */
	GovActor	actor;
	const char *witness;
	GovVersion	found;
} Decision;

static void
read_arguments(FunctionCallInfo fcinfo, Decision *d)
{
	d->model_id = gov_arg_id(fcinfo, 0, "model_id");
	d->version = gov_arg_version(fcinfo, 1);
	d->name = gov_version_name(d->model_id, d->version);
}

/* The right, then the row. */
static void
begin_decision(Decision *d, const char *function, GovPermission permission)
{
	gov_refuse_read_only(function);
	d->actor = gov_require(permission,
						   gov_version_resource(d->model_id, d->version));
	d->witness = gov_actor_witness(&d->actor);
	gov_spi_begin();
	gov_version_lock(d->model_id, d->version, &d->found);

	/* The right may have been revoked while we waited for the lock. */
	(void) gov_require(permission,
					   gov_version_resource(d->model_id, d->version));
}

static void
write_history(const Decision *d, const char *status, const char *comments)
{
	gov_run(&insert_history, gov_text(d->model_id), gov_text(d->version),
			gov_text(status), gov_text(d->actor.user_id), gov_text(comments),
			gov_text(d->found.content_digest), gov_text(d->witness));
}

/* Move the version, if it moves; its row is the statement's result. */
static void
write_version(const Decision *d, const char *status,
			  const char *approval_status)
{
	if (strcmp(d->found.status, status) == 0 &&
		strcmp(d->found.approval_status, approval_status) == 0)
		gov_run(&read_version, gov_text(d->model_id), gov_text(d->version));
	else
		gov_run(&move_version, gov_text(d->model_id), gov_text(d->version),
				gov_text(status), gov_text(approval_status));
}

/* List of Vote; the first one may be the request. */
static List *
read_votes(const Decision *d)
{
	List	   *votes = NIL;
	uint64		count = gov_run(&find_votes, gov_text(d->model_id),
								gov_text(d->version));
	uint64		i;

	for (i = 0; i < count; i++)
	{
		Vote	   *vote = palloc(sizeof(Vote));

		vote->reviewer = gov_row_text(i, 1);
		vote->witness = gov_row_text(i, 2);
		vote->status = gov_row_text(i, 3);
		votes = lappend(votes, vote);
	}
	return votes;
}

static bool
is_request(const Vote *vote)
{
	return strcmp(vote->status, "pending") == 0;
}

static bool
same_name(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/*
 * check_duty
 *		MG001 if who did that to the version is whom the actor acts for, or
 *		did it by the actor's login.
 */
static void
check_duty(const Decision *d, const List *subjects, const char *did,
		   const char *user_id, const char *witness)
{
	GovDenial	denial = {0};
	ListCell   *lc;

	foreach(lc, subjects)
	{
		const char *subject = lfirst(lc);

		if (!same_name(subject, user_id))
			continue;
		denial.detail = strcmp(subject, d->actor.user_id) == 0 ?
			psprintf("The same user %s it.", did) :
			psprintf("User \"%s\" %s it and lent the role by which user \"%s\" acts.",
					 user_id, did, d->actor.user_id);
		break;
	}
	if (denial.detail == NULL && same_name(d->witness, witness))
		denial.detail = psprintf("User \"%s\" %s it in a session of the same login, \"%s\".",
								 user_id, did, witness);
	if (denial.detail == NULL)
		return;

	denial.sqlerrcode = ERRCODE_GOV_SEPARATION_OF_DUTIES;
	denial.user_id = d->actor.user_id;
	denial.permission = gov_permission_name(GOV_PERM_MODEL_APPROVE);
	denial.resource = gov_version_resource(d->model_id, d->version);
	denial.message = psprintf("user \"%s\" cannot approve model version \"%s\"",
							  d->actor.user_id, d->name);
	denial.hint = "Another user with permission \"model:approve\" must decide.";
	gov_deny(&denial);
}

static void
check_duties(const Decision *d, const List *subjects, const List *votes)
{
	ListCell   *lc;

	if (gov_policy_bool("sod.registrar_may_approve"))
		return;
	check_duty(d, subjects, "registered", d->found.created_by,
			   d->found.created_session_role);
	foreach(lc, votes)
	{
		const Vote *vote = lfirst(lc);

		if (is_request(vote))
			check_duty(d, subjects, "submitted", vote->reviewer,
					   vote->witness);
	}
}

static void
refuse_deprecated(const Decision *d)
{
	if (strcmp(d->found.status, "deprecated") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" is deprecated", d->name),
				 errhint("Register another version.")));
}

static void
require_pending(const Decision *d)
{
	refuse_deprecated(d);
	if (strcmp(d->found.approval_status, "pending") == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("model version \"%s\" is not pending approval", d->name),
			 errdetail("Its approval status is \"%s\".",
					   d->found.approval_status),
			 strcmp(d->found.approval_status, "approved") == 0 ?
			 errhint("What is approved is decided on again only after a rollback.") :
			 errhint("SELECT gov_request_model_approval(%s, %s); asks for approval again.",
					 quote_literal_cstr(d->model_id),
					 quote_literal_cstr(d->version))));
}

/*
 * require_first_vote
 *		55000 if the actor, whoever the actor acts for, or the actor's login
 *		has voted since the last request.
 *
 * Whoever voted by a lent role voted for the lender too.
 */
static void
require_first_vote(const Decision *d, const List *subjects, const List *votes)
{
	ListCell   *lc;

	foreach(lc, votes)
	{
		const Vote *vote = lfirst(lc);
		GovActor	voter = {.evidence = GOV_EVIDENCE_UNMAPPED};
		const char *detail = NULL;
		ListCell   *of_voter;
		ListCell   *of_actor;

		if (is_request(vote))
			continue;
		strlcpy(voter.user_id, vote->reviewer, sizeof(voter.user_id));
		foreach(of_voter, gov_duty_subjects(&voter, GOV_PERM_MODEL_APPROVE))
		{
			foreach(of_actor, subjects)
			{
				if (same_name(lfirst(of_voter), lfirst(of_actor)))
					detail = strcmp(vote->reviewer, d->actor.user_id) == 0 ?
						psprintf("The vote was \"%s\".", vote->status) :
						psprintf("User \"%s\" voted \"%s\" by the same right of user \"%s\".",
								 vote->reviewer, vote->status,
								 (char *) lfirst(of_actor));
			}
		}
		if (detail == NULL && same_name(d->witness, vote->witness))
			detail = psprintf("User \"%s\" voted \"%s\" in a session of the same login, \"%s\".",
							  vote->reviewer, vote->status, vote->witness);
		if (detail != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("user \"%s\" has voted on model version \"%s\" already",
							d->actor.user_id, d->name),
					 errdetail("%s", detail),
					 errhint("Somebody else with permission \"model:approve\" must decide.")));
	}
}

/* The status of a version that is approved now. */
static const char *
approved_status(const Decision *d)
{
	if (gov_run(&find_active, gov_text(d->model_id),
				gov_text(d->version)) == 0)
		return "approved";
	return gov_row_text(0, 2);
}

/*
 * gov_approve_model(model_id, version, comments) → model_versions
 *		The vote that completes the quorum approves.
 */
Datum
gov_approve_model(PG_FUNCTION_ARGS)
{
	Decision	d;
	const char *comments;
	List	   *subjects;
	List	   *votes;
	ListCell   *lc;
	int64		approvers = 1;

	read_arguments(fcinfo, &d);
	comments = gov_arg_text(fcinfo, 2, "comments", "");
	begin_decision(&d, "gov_approve_model()", GOV_PERM_MODEL_APPROVE);
	subjects = gov_duty_subjects(&d.actor, GOV_PERM_MODEL_APPROVE);
	votes = read_votes(&d);
	check_duties(&d, subjects, votes);
	require_pending(&d);
	require_first_vote(&d, subjects, votes);

	/* Nobody votes twice, so every vote is another approver's. */
	foreach(lc, votes)
	{
		if (strcmp(((Vote *) lfirst(lc))->status, "approved") == 0)
			approvers++;
	}

	gov_operation_begin("approve", comments);
	write_history(&d, "approved", comments);
	if (approvers >= gov_policy_int("model.required_approvals"))
		write_version(&d, approved_status(&d), "approved");
	else
		write_version(&d, d.found.status, d.found.approval_status);
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/* A vote that ends the request: one is enough. */
static Datum
turn_down(FunctionCallInfo fcinfo, const char *function, const char *argument,
		  const char *verb, const char *approval_status)
{
	Decision	d;
	const char *reason;

	read_arguments(fcinfo, &d);
	reason = gov_arg_reason(fcinfo, 2, argument);
	begin_decision(&d, function, GOV_PERM_MODEL_APPROVE);
	require_pending(&d);
	require_first_vote(&d,
					   gov_duty_subjects(&d.actor, GOV_PERM_MODEL_APPROVE),
					   read_votes(&d));

	gov_operation_begin(verb, reason);
	write_history(&d, approval_status, reason);
	write_version(&d, d.found.status, approval_status);
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_reject_model(model_id, version, reason) → model_versions
 */
Datum
gov_reject_model(PG_FUNCTION_ARGS)
{
	return turn_down(fcinfo, "gov_reject_model()", "reason", "reject",
					 "rejected");
}

/*
 * gov_request_model_changes(model_id, version, comments) → model_versions
 */
Datum
gov_request_model_changes(PG_FUNCTION_ARGS)
{
	return turn_down(fcinfo, "gov_request_model_changes()", "comments",
					 "request_changes", "requires_changes");
}

/*
 * gov_request_model_approval(model_id, version, comments) → model_versions
 *		Votes count anew from here; a version rolled back is registered again.
 */
Datum
gov_request_model_approval(PG_FUNCTION_ARGS)
{
	Decision	d;
	const char *comments;
	const char *status;

	read_arguments(fcinfo, &d);
	comments = gov_arg_text(fcinfo, 2, "comments", "");
	begin_decision(&d, "gov_request_model_approval()",
				   GOV_PERM_MODEL_REGISTER);
	refuse_deprecated(&d);
	if (strcmp(d.found.approval_status, "approved") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" is approved already", d.name),
				 errhint("It can be deployed: see gov_deploy_model().")));

	status = strcmp(d.found.status, "rolled_back") == 0 ?
		"registered" : d.found.status;
	gov_operation_begin("request", comments);
	write_history(&d, "pending", comments);
	write_version(&d, status, "pending");
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_deprecate_model(model_id, version, reason) → model_versions
 */
Datum
gov_deprecate_model(PG_FUNCTION_ARGS)
{
	Decision	d;
	const char *reason;

	read_arguments(fcinfo, &d);
	reason = gov_arg_text(fcinfo, 2, "reason", "");
	begin_decision(&d, "gov_deprecate_model()", GOV_PERM_MODEL_DEPRECATE);
	if (strcmp(d.found.status, "deprecated") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" is deprecated already",
						d.name)));
	if (gov_run(&find_active, gov_text(d.model_id), gov_text(d.version)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" is deployed", d.name),
				 errdetail("It is active in: %s.", gov_row_text(0, 1)),
				 errhint("Deploy another version there, or end the deployment with gov_undeploy_model().")));

	gov_operation_begin("deprecate", reason);
	write_version(&d, "deprecated", d.found.approval_status);
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}
