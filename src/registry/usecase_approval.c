/*
 * usecase_approval.c
 *		Assessing the impact of a use-case and deciding on it.
 *
 * Every function locks the use-case's row first and reads the votes in a
 * later statement, on the newest snapshot: of two approvers at once the second
 * one counts the vote of the first, at every isolation level.  Votes belong to
 * a round; submitting begins one, and so does an assessment that changes the
 * class or the level of what is being voted on.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "registry/approval.h"
#include "registry/classify.h"
#include "registry/model.h"
#include "registry/usecase.h"
#include "registry/votes.h"

PG_FUNCTION_INFO_V1(gov_assess_impact);
PG_FUNCTION_INFO_V1(gov_approve_usecase);
PG_FUNCTION_INFO_V1(gov_reject_usecase);

GOV_SQL(insert_assessment,
		(TEXTOID, TEXTOID, JSONBOID, NUMERICOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.usecase_assessments"
		" (usecase_id, assessment_no, assessed_by, answers, impact_score,"
		" risk_class, suggested_level) VALUES ($1,"
		" (SELECT coalesce(max(a.assessment_no), 0) + 1"
		" FROM governance.usecase_assessments AS a"
		" WHERE a.usecase_id = $1), $2, $3, $4, $5, $6)");

GOV_SQL(write_assessment,
		(TEXTOID, NUMERICOID, TEXTOID, TEXTOID, INT4OID, TEXTOID, DATEOID,
		 TIMESTAMPTZOID),
		"UPDATE governance.use_cases AS t SET impact_score = $2,"
		" risk_class = $3, impact_level = $4, review_round = $5,"
		" next_class = $6, next_class_on = $7, prohibited_from = $8,"
		" reassessment_told_at = NULL"
		" WHERE t.usecase_id = $1 RETURNING t");

GOV_SQL(find_votes, (TEXTOID, INT4OID),
		"SELECT reviewer, principals, backers, status, approval_no"
		" FROM governance.usecase_approvals"
		" WHERE usecase_id = $1 AND review_round = $2"
		" ORDER BY approval_no");

GOV_SQL(insert_vote,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTARRAYOID,
		 TEXTARRAYOID, TEXTOID, JSONBOID),
		"INSERT INTO governance.usecase_approvals"
		" (usecase_id, approval_no, reviewer, status, comments,"
		" review_round, principals, backers, request_id, by_group)"
		" VALUES ($1, (SELECT coalesce(max(a.approval_no), 0) + 1"
		" FROM governance.usecase_approvals AS a WHERE a.usecase_id = $1),"
		" $2, $3, $4, $5, $6, $7, $8::uuid, $9)");

GOV_SQL(move_usecase, (TEXTOID, TEXTOID),
		"UPDATE governance.use_cases AS t SET status = $2"
		" WHERE t.usecase_id = $1 RETURNING t");

/* A call and what it found. */
typedef struct Decision
{
	const char *usecase_id;
	GovActor	actor;
	GovAct		act;
	GovUsecase	found;
	List	   *votes;			/* of this round */
	GovDenial	denial;			/* the denial by a duty */
} Decision;

static bool
same_name(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/*
 * gov_assess_impact(usecase_id, assessment) → use_cases
 */
Datum
gov_assess_impact(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	Jsonb	   *answers = gov_arg_answers(fcinfo, 1, "assessment");
	GovActor	actor;
	GovUsecase	found;
	GovClass	class;
	char	   *impact_level;
	bool		raised;
	int32		review_round;

	gov_refuse_read_only("gov_assess_impact()");
	actor = gov_require_any_locking(GOV_MASK(GOV_PERM_USECASE_CREATE) |
									GOV_MASK(GOV_PERM_USECASE_APPROVE),
									gov_usecase_resource(usecase_id),
									gov_usecase_lock(usecase_id, &found));
	gov_classify_today(answers, "assessment", &class);
	if (!gov_usecase_is(&found, "draft") &&
		!gov_usecase_is(&found, "submitted"))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("use-case \"%s\" cannot be assessed any more",
						usecase_id),
				 errdetail("Its status is \"%s\".", found.status),
				 errhint("What was approved was approved as assessed: create another use-case.")));

	raised = gov_impact_rank(class.suggested_level) >
		gov_impact_rank(found.impact_level);
	impact_level = raised ? class.suggested_level : found.impact_level;
	if (raised)
		ereport(NOTICE,
				(errmsg("impact level of use-case \"%s\" raised from \"%s\" to \"%s\"",
						usecase_id, found.impact_level, impact_level)));
	review_round = found.review_round;
	if (gov_usecase_is(&found, "submitted") &&
		(raised || !same_name(class.risk_class, found.risk_class)))
		review_round++;

	gov_operation_begin("assess", NULL);
	gov_run(&insert_assessment, gov_text(usecase_id), gov_text(actor.user_id),
			gov_json(answers), class.impact_score,
			gov_text(class.risk_class), gov_text(class.suggested_level));
	gov_run(&write_assessment, gov_text(usecase_id), class.impact_score,
			gov_text(class.risk_class), gov_text(impact_level),
			gov_int4(review_round), gov_text(class.next_class),
			class.next_class_on, gov_time(class.prohibited_from));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/* The votes of this round. */
static void
read_votes(Decision *d)
{
	d->votes = gov_votes_read(gov_run(&find_votes, gov_text(d->usecase_id),
									  gov_int4(d->found.review_round)));
}

/*
 * Ask for the right, lock the row, find who lends the right, read the votes.
 */
static void
begin_decision(Decision *d, const char *function, const char *what)
{
	gov_refuse_read_only(function);
	d->act = gov_act_locking(&d->actor, GOV_PERM_USECASE_APPROVE,
							 gov_usecase_resource(d->usecase_id),
							 gov_usecase_lock(d->usecase_id, &d->found));
	read_votes(d);

	memset(&d->denial, 0, sizeof(d->denial));
	d->denial.permission = gov_permission_name(GOV_PERM_USECASE_APPROVE);
	d->denial.resource = gov_usecase_resource(d->usecase_id);
	d->denial.message = psprintf("user \"%s\" cannot %s use-case \"%s\"",
								 d->actor.user_id, what, d->usecase_id);
	d->denial.hint = "Another user with permission \"usecase:approve\" must decide.";
}

/* Why the voter is who created, owns or submitted the use-case, or NULL. */
static char *
duty_conflict(const Decision *d)
{
	char	   *why = gov_act_conflict(&d->act, &d->found.created,
									   "created it");

	if (why == NULL)
		why = gov_act_conflict(&d->act, &d->found.owned, "owns it");
	if (why == NULL)
		why = gov_act_conflict(&d->act, &d->found.submitted, "submitted it");
	return why;
}

static void
require_submitted(const Decision *d)
{
	if (gov_usecase_is(&d->found, "submitted"))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("use-case \"%s\" is not submitted", d->usecase_id),
			 errdetail("Its status is \"%s\".", d->found.status),
			 gov_usecase_is(&d->found, "draft") ?
			 errhint("SELECT gov_submit_usecase(%s); submits it.",
					 quote_literal_cstr(d->usecase_id)) : 0));
}

/* From level "high" on it must have a class. */
static bool
lacks_assessment(const Decision *d)
{
	return d->found.risk_class == NULL &&
		gov_impact_rank(d->found.impact_level) >= GOV_IMPACT_HIGH;
}

static void
require_approvable(const Decision *d)
{
	gov_usecase_refuse_prohibited(d->usecase_id, &d->found);
	if (lacks_assessment(d))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("use-case \"%s\" has no impact assessment",
						d->usecase_id),
				 errdetail("Its impact level is \"%s\".",
						   d->found.impact_level),
				 errhint("SELECT gov_assess_impact(%s, '{...}'); with an answer to each question in governance.impact_questions.",
						 quote_literal_cstr(d->usecase_id))));
}

static void
require_first_vote(const Decision *d)
{
	gov_votes_require_first(&d->act, d->votes,
							psprintf("use-case \"%s\"", d->usecase_id),
							&d->denial);
}

static void
write_vote(const Decision *d, const char *status, const char *comments,
		   const char *request_id)
{
	gov_run(&insert_vote, gov_text(d->usecase_id), gov_text(d->actor.user_id),
			gov_text(status), gov_text(comments),
			gov_int4(d->found.review_round), gov_names(d->act.principals),
			gov_names(d->act.backers), gov_text(request_id),
			gov_act_group(&d->act));
}

/*
 * gov_approve_usecase(usecase_id, comments) → use_cases
 *		The vote that completes the quorum approves.
 */
Datum
gov_approve_usecase(PG_FUNCTION_ARGS)
{
	Decision	d;
	const char *comments;
	char	   *request_id;
	int64		required;

	d.usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	comments = gov_arg_text(fcinfo, 1, "comments", "");
	begin_decision(&d, "gov_approve_usecase()", "approve");
	gov_act_refuse(&d.act, duty_conflict(&d), &d.denial);
	require_submitted(&d);
	require_approvable(&d);
	require_first_vote(&d);
	request_id = gov_approval_use(GOV_ACTION_USECASE_APPROVE, &d.actor,
								  d.usecase_id, NULL);

	/* A rejection ends the round, so nobody votes twice. */
	required = gov_policy_int(psprintf("usecase.required_approvals.%s",
									   d.found.impact_level));
	gov_operation_begin("approve", comments);
	write_vote(&d, "approved", comments, request_id);
	if (list_length(d.votes) + 1 >= required)
		gov_run(&move_usecase, gov_text(d.usecase_id), gov_text("approved"));
	else
		gov_run(gov_sql("SELECT t FROM governance.use_cases AS t"
						" WHERE t.usecase_id = $1"), gov_text(d.usecase_id));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_reject_usecase(usecase_id, reason) → use_cases
 */
Datum
gov_reject_usecase(PG_FUNCTION_ARGS)
{
	Decision	d;
	const char *reason;

	d.usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	reason = gov_arg_reason(fcinfo, 1, "reason");
	begin_decision(&d, "gov_reject_usecase()", "decide on");
	require_submitted(&d);
	require_first_vote(&d);
	gov_operation_begin("reject", reason);
	write_vote(&d, "rejected", reason, NULL);
	gov_run(&move_usecase, gov_text(d.usecase_id), gov_text("draft"));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

GOV_SQL(find_submitted, (TIMESTAMPTZOID, TEXTOID, INT4OID),
		"SELECT u.created_at, u.usecase_id,"
		" u.status, u.impact_level, u.risk_class, u.review_round,"
		" u.created_by, u.created_principals, u.created_backers,"
		" u.owner, u.owner_principals, NULL::text[], u.submitted_by,"
		" u.submitted_principals, u.submitted_backers,"
		" u.prohibited_from, u.name,"
		" u.submitted_at FROM governance.use_cases AS u"
		" WHERE u.status = 'submitted'"
		" AND (u.created_at, u.usecase_id) > ($1, coalesce($2, ''))"
		" ORDER BY u.created_at, u.usecase_id LIMIT $3",
		.isolated = true);

/* A use-case that can never be approved waits for a rejection. */
static void
judge_submitted(GovInbox *inbox, uint64 row, void *act)
{
	Decision	d = {.act = *(GovAct *) act, .actor = inbox->actor};
	GovInboxItem item = {.kind = "usecase", .due_at = DT_NOEND};
	bool		reject;

	d.usecase_id = item.id = gov_row_text(row, 2);
	gov_usecase_read(row, 3, &d.found);
	item.title = gov_row_text(row, 17);
	item.waiting_since = gov_row_time(row, 18);
	reject = gov_usecase_is_prohibited(&d.found);
	if (duty_conflict(&d) != NULL || lacks_assessment(&d))
		return;
	read_votes(&d);
	if (gov_votes_find_same(&d.act, d.votes) != NULL ||
		(!reject && !gov_approval_is_there(GOV_ACTION_USECASE_APPROVE,
										   d.usecase_id, NULL)))
		return;

	item.call = psprintf(reject ?
						 "SELECT gov_reject_usecase(%s, 'of class \"prohibited\"')" :
						 "SELECT gov_approve_usecase(%s)",
						 quote_literal_cstr(d.usecase_id));
	item.route = psprintf("POST /usecases/%s/%s", d.usecase_id,
						  reject ? "reject" : "approve");
	gov_inbox_put(inbox, &item);
}

void
gov_inbox_usecases(GovInbox *inbox)
{
	GovAct		act;

	if (!gov_inbox_may(GOV_PERM_USECASE_APPROVE, "usecase_approval",
					   "approve"))
		return;
	act = gov_act_by_permission(&inbox->actor, GOV_PERM_USECASE_APPROVE,
								NULL);
	gov_inbox_walk(inbox, &find_submitted, judge_submitted, &act);
}
