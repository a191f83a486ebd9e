/*
 * model_approval.c
 *		Asking for approval of a model version, deciding on it, deprecating.
 *
 * governance.approval_history is both the requests ("pending" rows) and the
 * votes; only votes after the last request count.  Every function locks the
 * version's row first and reads the votes in a later statement, on the newest
 * snapshot: of two approvers at once the second one counts the vote of the
 * first, at every isolation level.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "core/insert.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/scan.h"
#include "core/spi.h"
#include "incident/deadline.h"
#include "registry/model.h"
#include "registry/votes.h"

PG_FUNCTION_INFO_V1(gov_request_model_approval);
PG_FUNCTION_INFO_V1(gov_approve_model);
PG_FUNCTION_INFO_V1(gov_reject_model);
PG_FUNCTION_INFO_V1(gov_request_model_changes);
PG_FUNCTION_INFO_V1(gov_deprecate_model);

GOV_SQL(insert_history,
		(TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID,
		 TEXTOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID, JSONBOID, TEXTOID),
		"INSERT INTO governance.approval_history"
		" (model_id, version, approval_no, approval_status, reviewer,"
		" reviewed_at, comments, content_digest, principals, backers,"
		" by_group, manifest_digest)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");

static GovInsert history_row = {
	.table = GOV_REL_APPROVAL_HISTORY,
	.columns = "model_id version approval_no approval_status reviewer"
		" reviewed_at comments content_digest principals backers by_group"
		" manifest_digest",
	.statement = &insert_history
};

/*
 * Where the version is active, and the status that the highest of them gives.
 */
GOV_SQL(find_active, (TEXTOID, TEXTOID),
		"SELECT string_agg(d.environment, ', '"
		" ORDER BY e.rank, d.environment),"
		" CASE WHEN coalesce(bool_or(e.rank >= p.rank), true)"
		" THEN 'deployed_production' ELSE 'deployed_staging' END"
		" FROM governance.deployment_history AS d"
		" JOIN governance.environments AS e ON e.name = d.environment"
		" LEFT JOIN governance.environments AS p ON p.name = 'production'"
		" WHERE d.model_id = $1 AND d.version = $2 AND d.status = 'active'"
		" HAVING count(*) > 0");

/* A call and what it found. */
typedef struct Decision
{
	const char *model_id;
	const char *version;
	const char *name;			/* "risk:1.0.0" */
	GovActor	actor;
	GovAct		act;
	GovVersion	found;
	GovDenial	denial;			/* the denial by a duty */
} Decision;

static void
read_arguments(FunctionCallInfo fcinfo, Decision *d)
{
	d->model_id = gov_arg_id(fcinfo, 0, "model_id");
	d->version = gov_arg_version(fcinfo, 1);
	d->name = gov_version_name(d->model_id, d->version);
}

/* Ask for the right, lock the row, and find who lends the right after that. */
static void
begin_decision(Decision *d, const char *function, GovPermission permission)
{
	gov_refuse_read_only(function);
	d->act = gov_act_locking(&d->actor, permission,
							 gov_version_resource(d->model_id, d->version),
							 gov_version_lock(d->model_id, d->version,
											  &d->found));
}

/* The manifest of the version's signatures; NULL where there are none. */
static char *
signed_manifest(const Decision *d)
{
	GovScan		scan;
	char	   *digest = NULL;

	gov_scan_begin_pair(&scan, GOV_REL_MODEL_SIGNATURES,
						GOV_REL_MODEL_SIGNATURES_PKEY, "model_id",
						d->model_id, "version", d->version);
	if (gov_scan_next(&scan))
		digest = gov_scan_text(&scan, "manifest_digest");
	gov_scan_end(&scan);
	return digest;
}

/* Add it after the others; the last one has the highest number. */
static void
write_history(const Decision *d, const List *votes, const char *status,
			  const char *comments)
{
	const GovVote *last = votes == NIL ? NULL : llast(votes);
	GovParam	params[] = {
		gov_text(d->model_id),
		gov_text(d->version),
		gov_int8(last ? last->no + 1 : 1),
		gov_text(status),
		gov_text(d->actor.user_id),
		gov_time(GetCurrentTimestamp()),
		gov_text(comments),
		gov_text(d->found.content_digest),
		gov_names(d->act.principals),
		gov_names(d->act.backers),
		gov_act_group(&d->act),
		gov_text(signed_manifest(d))
	};

	gov_insert(&history_row, params, lengthof(params));
}

/* Move the version, if it moves, and return its row. */
static Datum
write_version(const Decision *d, const char *status,
			  const char *approval_status)
{
	if (strcmp(d->found.status, status) == 0 &&
		strcmp(d->found.approval_status, approval_status) == 0)
		return gov_version_row(d->model_id, d->version);
	return gov_version_move(d->model_id, d->version, status, approval_status);
}

/* End what began with begin_decision(). */
static Datum
end_decision(Datum row)
{
	gov_operation_end();
	gov_spi_end();
	return row;
}

/* Read the votes of this round; the first row may be the request. */
static List *
read_votes(const Decision *d)
{
	return gov_votes_on_version(d->model_id, d->version);
}

/* Prepare the denial with which a duty would refuse the vote. */
static void
begin_vote(Decision *d, const char *function, const char *what)
{
	begin_decision(d, function, GOV_PERM_MODEL_APPROVE);
	memset(&d->denial, 0, sizeof(d->denial));
	d->denial.permission = gov_permission_name(GOV_PERM_MODEL_APPROVE);
	d->denial.resource = gov_version_resource(d->model_id, d->version);
	d->denial.message = psprintf("user \"%s\" cannot %s model version \"%s\"",
								 d->actor.user_id, what, d->name);
	d->denial.hint = "Another user with permission \"model:approve\" must decide.";
}

/* Why the voter is who registered or submitted the version, or NULL. */
static char *
duty_conflict(const Decision *d, const List *votes)
{
	char	   *why;
	ListCell   *lc;

	if (gov_policy_bool("sod.registrar_may_approve"))
		return NULL;
	why = gov_act_conflict(&d->act, &d->found.created, "registered it");
	foreach(lc, votes)
	{
		const GovVote *vote = lfirst(lc);

		if (why == NULL && strcmp(vote->status, "pending") == 0)
			why = gov_act_conflict(&d->act, &vote->act, "submitted it");
	}
	return why;
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

static bool
is_pending(const Decision *d)
{
	return strcmp(d->found.status, "deprecated") != 0 &&
		strcmp(d->found.approval_status, "pending") == 0;
}

static void
require_pending(const Decision *d)
{
	if (is_pending(d))
		return;
	refuse_deprecated(d);
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

static void
require_first_vote(const Decision *d, const List *votes)
{
	gov_votes_require_first(&d->act, votes,
							psprintf("model version \"%s\"", d->name),
							&d->denial);
}

/* Is the version active anywhere? */
static bool
is_active(const Decision *d)
{
	GovScan		scan;
	bool		found = false;

	gov_scan_begin_key(&scan, GOV_REL_DEPLOYMENT_HISTORY,
					   GOV_REL_DEPLOYMENT_HISTORY_ACTIVE_KEY, "model_id",
					   d->model_id);
	while (!found && gov_scan_next(&scan))
		found = strcmp(gov_scan_text(&scan, "version"), d->version) == 0;
	gov_scan_end(&scan);
	return found;
}

/* The status of a version that is approved now. */
static const char *
approved_status(const Decision *d)
{
	if (!is_active(d) ||
		gov_run(&find_active, gov_text(d->model_id),
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
	List	   *votes;

	read_arguments(fcinfo, &d);
	comments = gov_arg_text(fcinfo, 2, "comments", "");
	begin_vote(&d, "gov_approve_model()", "approve");
	votes = read_votes(&d);
	gov_act_refuse(&d.act, duty_conflict(&d, votes), &d.denial);
	require_pending(&d);
	require_first_vote(&d, votes);

	gov_operation_begin("approve", comments);
	write_history(&d, votes, "approved", comments);
	if (gov_votes_count(votes, "approved") + 1 >=
		gov_policy_int("model.required_approvals"))
		return end_decision(write_version(&d, approved_status(&d),
										  "approved"));
	return end_decision(write_version(&d, d.found.status,
									  d.found.approval_status));
}

/* A rejection: one vote ends the request. */
static Datum
turn_down(FunctionCallInfo fcinfo, const char *function, const char *argument,
		  const char *verb, const char *approval_status)
{
	Decision	d;
	const char *reason;
	List	   *votes;

	read_arguments(fcinfo, &d);
	reason = gov_arg_reason(fcinfo, 2, argument);
	begin_vote(&d, function, "decide on");
	require_pending(&d);
	votes = read_votes(&d);
	require_first_vote(&d, votes);

	gov_operation_begin(verb, reason);
	write_history(&d, votes, approval_status, reason);
	return end_decision(write_version(&d, d.found.status, approval_status));
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
 *		Votes before it no longer count; a version that was rolled back is
 *		registered again.
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
	write_history(&d, read_votes(&d), "pending", comments);
	return end_decision(write_version(&d, status, "pending"));
}

/*
 * gov_deprecate_model(model_id, version, reason) → model_versions
 */
Datum
gov_deprecate_model(PG_FUNCTION_ARGS)
{
	Decision	d;
	const char *reason;
	char	   *aliases;

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
	aliases = gov_protected_aliases(d.model_id, d.version);
	if (aliases != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" is what protected alias \"%s\" names",
						d.name, aliases),
				 errhint("Let the alias name another version with gov_set_model_alias(), or drop it with gov_drop_model_alias().")));

	gov_incident_refuse_held(d.model_id, d.version,
							 psprintf("model version \"%s\"", d.name));
	gov_operation_begin("deprecate", reason);
	return end_decision(write_version(&d, "deprecated",
									  d.found.approval_status));
}

/*
 * The version registered longest ago comes first; the id is the model's and
 * the version's.
 */
GOV_SQL(find_waiting, (TIMESTAMPTZOID, TEXTOID, INT4OID),
		"SELECT v.created_at, v.model_id || ':' || v.version,"
		" v.status, v.approval_status, v.content_digest, v.created_by,"
		" v.created_principals, v.created_backers, v.model_id, v.version,"
		" pg_catalog.left(v.description, 200),"
		" coalesce((SELECT pg_catalog.max(h.reviewed_at)"
		" FROM governance.approval_history AS h"
		" WHERE h.model_id = v.model_id AND h.version = v.version"
		" AND h.approval_status = 'pending'), v.created_at)"
		" FROM governance.model_versions AS v"
		" WHERE v.approval_status = 'pending'"
		" AND v.status <> 'deprecated'"
		" AND (v.created_at, v.model_id || ':' || v.version)"
		" > ($1, coalesce($2, ''))"
		" ORDER BY v.created_at, v.model_id || ':' || v.version LIMIT $3",
		.isolated = true);

static void
judge_waiting(GovInbox *inbox, uint64 row, void *act)
{
	Decision	d = {.act = *(GovAct *) act};
	GovInboxItem item = {.kind = "model_version", .due_at = DT_NOEND};
	List	   *votes;

	gov_version_read(row, 3, &d.found);
	d.model_id = gov_row_text(row, 9);
	d.version = gov_row_text(row, 10);
	item.id = gov_row_text(row, 2);
	item.title = gov_row_text(row, 11);
	item.waiting_since = gov_row_time(row, 12);
	/* The registrar is known without reading the votes. */
	if (!is_pending(&d) || duty_conflict(&d, NIL) != NULL)
		return;
	votes = read_votes(&d);
	if (duty_conflict(&d, votes) != NULL ||
		gov_votes_find_same(&d.act, votes) != NULL)
		return;

	if (item.title[0] == '\0')
		item.title = item.id;
	item.call = psprintf("SELECT gov_approve_model(%s, %s)",
						 quote_literal_cstr(d.model_id),
						 quote_literal_cstr(d.version));
	item.route = psprintf("POST /models/%s/versions/%s/approve", d.model_id,
						  d.version);
	gov_inbox_put(inbox, &item);
}

/* Versions that wait for a vote, whether or not anybody asked for it. */
void
gov_inbox_versions(GovInbox *inbox)
{
	GovAct		act;

	if (!gov_inbox_may(GOV_PERM_MODEL_APPROVE, "model_approval", "approve"))
		return;
	act = gov_act_by_permission(&inbox->actor, GOV_PERM_MODEL_APPROVE, NULL);
	gov_inbox_walk(inbox, &find_waiting, judge_waiting, &act);
}
