/*
 * usecase.c
 *		Creating, changing and submitting use-cases, and what the registry's
 *		functions on them share.
 *
 * Content changes only in a draft, so what approvers voted on is what is
 * deployed.  Submitting begins a new round of votes.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"
#include "lifecycle/known.h"
#include "registry/model.h"
#include "registry/usecase.h"

PG_FUNCTION_INFO_V1(gov_create_usecase);
PG_FUNCTION_INFO_V1(gov_update_usecase);
PG_FUNCTION_INFO_V1(gov_submit_usecase);

#define LABEL_MAX 256			/* bytes of a name or an owner */

static const char *const impact_levels[] = {
	"low", "medium", "high", "critical", NULL
};

GOV_SQL(lock_usecase, (TEXTOID),
		"SELECT status, impact_level, risk_class, review_round,"
		" created_by, created_principals, created_backers,"
		" owner, owner_principals, NULL::text[],"
		" submitted_by, submitted_principals, submitted_backers,"
		" prohibited_from FROM governance.use_cases"
		" WHERE usecase_id = $1 FOR NO KEY UPDATE");

GOV_SQL(reclassify, (INT4OID),
		"UPDATE governance.use_cases AS u SET risk_class = j.risk_class,"
		" next_class = j.next_class, next_class_on = j.next_class_on,"
		" reassessment_told_at = NULL, review_round = u.review_round"
		" + CASE u.status WHEN 'submitted' THEN 1 ELSE 0 END"
		" FROM (SELECT d.usecase_id FROM governance.use_cases AS d"
		" WHERE d.next_class_on <= governance.law_today()"
		" AND d.status NOT IN ('deprecated', 'archived')"
		" ORDER BY d.usecase_id LIMIT $1"
		" FOR NO KEY UPDATE SKIP LOCKED) AS d"
		" CROSS JOIN LATERAL (SELECT a.answers"
		" FROM governance.usecase_assessments AS a"
		" WHERE a.usecase_id = d.usecase_id"
		" ORDER BY a.assessment_no DESC LIMIT 1) AS a"
		" CROSS JOIN LATERAL governance.judge_impact(a.answers,"
		" governance.law_today()) AS j"
		" WHERE u.usecase_id = d.usecase_id");

GOV_SQL(tell_of_class, (INT4OID),
		"UPDATE governance.use_cases AS u"
		" SET reassessment_told_at = pg_catalog.clock_timestamp()"
		" FROM (SELECT d.usecase_id FROM governance.use_cases AS d"
		" WHERE d.next_class_on <= governance.law_today() + 30"
		" AND d.reassessment_told_at IS NULL"
		" AND d.status NOT IN ('deprecated', 'archived')"
		" ORDER BY d.usecase_id LIMIT $1"
		" FOR NO KEY UPDATE SKIP LOCKED) AS d"
		" WHERE u.usecase_id = d.usecase_id");

/* By the transaction's own snapshot, which foreign keys will use. */
GOV_SQL(see_usecase, (TEXTOID),
		"SELECT 1 FROM governance.use_cases WHERE usecase_id = $1",
		.isolated = true);

GOV_SQL(find_missing_models, (TEXTARRAYOID),
		"SELECT i.model_id FROM unnest($1) WITH ORDINALITY"
		" AS i(model_id, position)"
		" WHERE NOT EXISTS (SELECT FROM governance.models AS m"
		" WHERE m.model_id = i.model_id AND m.deleted_at IS NULL)"
		" ORDER BY i.position LIMIT 1");

GOV_SQL(hold_models, (TEXTARRAYOID),
		"SELECT m.model_id FROM governance.models AS m"
		" WHERE m.model_id = ANY ($1) ORDER BY m.model_id FOR KEY SHARE");

GOV_SQL(insert_usecase,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, JSONBOID, JSONBOID,
		 TEXTOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID, TEXTARRAYOID,
		 TEXTARRAYOID, TEXTARRAYOID),
		"INSERT INTO governance.use_cases AS t"
		" (usecase_id, name, description, owner, model_ids, input_schema,"
		" output_schema, impact_level, affected_systems, dependencies,"
		" created_by, created_principals, created_backers,"
		" owner_principals)"
		" VALUES ($1, $2, $3, $4, coalesce($5, '{}'), $6, $7, $8,"
		" coalesce($9, '{}'), coalesce($10, '{}'), $11, $12, $13, $14)"
		" ON CONFLICT (usecase_id) DO NOTHING RETURNING t");

GOV_SQL(update_usecase,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, JSONBOID, JSONBOID,
		 TEXTOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID),
		"UPDATE governance.use_cases AS t SET"
		" name = coalesce($2, t.name),"
		" description = coalesce($3, t.description),"
		" owner = coalesce($4, t.owner),"
		" owner_principals = CASE WHEN $4 <> t.owner THEN $11"
		" ELSE t.owner_principals END,"
		" model_ids = coalesce($5, t.model_ids),"
		" input_schema = coalesce($6, t.input_schema),"
		" output_schema = coalesce($7, t.output_schema),"
		" impact_level = coalesce($8, t.impact_level),"
		" affected_systems = coalesce($9, t.affected_systems),"
		" dependencies = coalesce($10, t.dependencies)"
		" WHERE t.usecase_id = $1 AND"
		" (t.name, t.description, t.owner, t.model_ids, t.input_schema,"
		" t.output_schema, t.impact_level, t.affected_systems,"
		" t.dependencies) IS DISTINCT FROM"
		" (coalesce($2, t.name), coalesce($3, t.description),"
		" coalesce($4, t.owner), coalesce($5, t.model_ids),"
		" coalesce($6, t.input_schema), coalesce($7, t.output_schema),"
		" coalesce($8, t.impact_level), coalesce($9, t.affected_systems),"
		" coalesce($10, t.dependencies)) RETURNING t");

GOV_SQL(submit_usecase, (TEXTOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID),
		"UPDATE governance.use_cases AS t SET status = 'submitted',"
		" submitted_at = clock_timestamp(), submitted_by = $2,"
		" submitted_principals = $3, submitted_backers = $4,"
		" review_round = t.review_round + 1"
		" WHERE t.usecase_id = $1 RETURNING t");

char *
gov_usecase_resource(const char *usecase_id)
{
	return psprintf("usecase/%s", usecase_id);
}

bool
gov_usecase_is(const GovUsecase *usecase, const char *status)
{
	return strcmp(usecase->status, status) == 0;
}

int
gov_impact_rank(const char *impact_level)
{
	int			rank = gov_word_index(impact_levels, impact_level);

	if (rank < 0)
		elog(ERROR, "unknown impact level \"%s\"", impact_level);
	return rank;
}

pg_noreturn void
gov_no_such_usecase(const char *usecase_id)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("use-case \"%s\" does not exist", usecase_id),
			 errhint("SELECT usecase_id FROM gov_usecases() lists the use-cases.")));
}

/*
 * A row newer than the snapshot of a REPEATABLE READ transaction can be read,
 * but foreign keys would not find it.
 */
static void
refuse_too_young(const char *usecase_id)
{
	if (!IsolationUsesXactSnapshot() ||
		gov_run(&see_usecase, gov_text(usecase_id)) > 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access to use-case \"%s\"",
					usecase_id),
			 errdetail("It was created after this transaction's snapshot was taken."),
			 errhint("Begin another transaction and try again.")));
}

void
gov_usecase_read(uint64 row, int column, GovUsecase *found)
{
	found->status = gov_row_text(row, column);
	found->impact_level = gov_row_text(row, column + 1);
	found->risk_class = gov_row_text(row, column + 2);
	found->review_round = gov_row_int4(row, column + 3);
	found->created = gov_act_read(row, column + 4);
	found->owned = gov_act_read(row, column + 7);
	found->submitted = gov_act_read(row, column + 10);
	found->prohibited_from = gov_row_time(row, column + 13);
}

void
gov_usecase_lock(const char *usecase_id, GovUsecase *found)
{
	if (gov_run(&lock_usecase, gov_text(usecase_id)) == 0)
		gov_no_such_usecase(usecase_id);
	gov_usecase_read(0, 1, found);
	refuse_too_young(usecase_id);
}

bool
gov_usecase_is_prohibited(const GovUsecase *usecase)
{
	return usecase->prohibited_from <= GetCurrentTimestamp() ||
		(usecase->risk_class != NULL &&
		 strcmp(usecase->risk_class, "prohibited") == 0);
}

void
gov_usecase_refuse_prohibited(const char *usecase_id,
							  const GovUsecase *usecase)
{
	if (!gov_usecase_is_prohibited(usecase))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("use-case \"%s\" is of class \"prohibited\"", usecase_id),
			 errdetail("By its impact assessment it is a practice that Regulation (EU) 2024/1689, Art. 5, prohibits; no policy and no override allows it."),
			 gov_usecase_is(usecase, "submitted") ?
			 errhint("SELECT gov_reject_usecase(%s, '...'); sends it back.",
					 quote_literal_cstr(usecase_id)) :
			 errhint("SELECT gov_deprecate_usecase(%s); ends it.",
					 quote_literal_cstr(usecase_id))));
}

int64
gov_usecase_follow_law(int limit)
{
	int64		changed;

	gov_spi_begin();
	changed = gov_run_as("reclassify", NULL, &reclassify, gov_int4(limit));
	gov_operation_begin("warn", NULL);
	changed = Max(changed, gov_run(&tell_of_class, gov_int4(limit)));
	gov_operation_end();
	gov_spi_end();
	return changed;
}

void
gov_usecase_require(const char *usecase_id)
{
	if (gov_run(gov_sql("SELECT 1 FROM governance.use_cases"
						" WHERE usecase_id = $1"), gov_text(usecase_id)) == 0)
		gov_no_such_usecase(usecase_id);
	refuse_too_young(usecase_id);
}

/* A name or owner, which is not blank and is short enough to be a label. */
static const char *
arg_label(FunctionCallInfo fcinfo, int n, const char *name, bool or_null)
{
	const char *label;

	if (or_null && PG_ARGISNULL(n))
		return NULL;
	label = gov_arg_reason(fcinfo, n, name);
	if (strlen(label) > LABEL_MAX)
		gov_bad_value(name,
					  psprintf("\"%s\" is longer than %d bytes.",
							   gov_excerpt(label, strlen(label)), LABEL_MAX),
					  NULL);
	return label;
}

/* Arrays are passed on as given, once their form is known to be good. */
static GovParam
arg_ids(FunctionCallInfo fcinfo, int n, const char *name,
		const char *but_not)
{
	int			count;
	const char **ids = gov_arg_id_array(fcinfo, n, name, &count);
	int			i;

	for (i = 0; i < count; i++)
	{
		if (but_not != NULL && strcmp(ids[i], but_not) == 0)
			gov_bad_value(name, "A use-case cannot depend on itself.", NULL);
	}
	return gov_datum(count < 0 ? (Datum) 0 : PG_GETARG_DATUM(n), count < 0);
}

static GovParam
arg_texts(FunctionCallInfo fcinfo, int n, const char *name)
{
	int			count;

	(void) gov_arg_text_array(fcinfo, n, name, &count);
	return gov_datum(count < 0 ? (Datum) 0 : PG_GETARG_DATUM(n), count < 0);
}

/* A typing error in a model's name must not pass: it would never be live. */
static void
require_models(GovParam model_ids)
{
	if (model_ids.isnull)
		return;

	/*
	 * Whoever deletes a model locks it FOR UPDATE and then looks for
	 * use-cases, so one of the two waits for the other.  Changes of the model
	 * do not wait.
	 */
	(void) gov_run(&hold_models, model_ids);
	if (gov_run(&find_missing_models, model_ids) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("model \"%s\" does not exist", gov_row_text(0, 1)),
			 errhint("SELECT model_id FROM gov_models() lists the models.")));
}

static void
require_draft(const char *usecase_id, const GovUsecase *found)
{
	if (gov_usecase_is(found, "draft"))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("use-case \"%s\" is not a draft", usecase_id),
			 errdetail("Its status is \"%s\".", found->status),
			 gov_usecase_is(found, "submitted") ?
			 errhint("SELECT gov_reject_usecase(%s, '...'); makes it a draft again.",
					 quote_literal_cstr(usecase_id)) :
			 errhint("Create another use-case, and deprecate this one with replaced_by.")));
}

/*
 * gov_create_usecase(...) → use_cases
 */
Datum
gov_create_usecase(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	const char *name = arg_label(fcinfo, 1, "name", false);
	const char *description = gov_arg_text(fcinfo, 2, "description", "");
	const char *owner = arg_label(fcinfo, 3, "owner", false);
	GovParam	model_ids = arg_ids(fcinfo, 4, "model_ids", NULL);
	Jsonb	   *input_schema = gov_arg_object(fcinfo, 5, "input_schema",
											  false);
	Jsonb	   *output_schema = gov_arg_object(fcinfo, 6, "output_schema",
											   false);
	const char *impact_level = gov_arg_word(fcinfo, 7, "impact_level",
											impact_levels, "medium");
	GovParam	affected_systems = arg_texts(fcinfo, 8, "affected_systems");
	GovParam	dependencies = arg_ids(fcinfo, 9, "dependencies", usecase_id);
	GovActor	actor;
	GovAct		act;

	gov_refuse_read_only("gov_create_usecase()");
	actor = gov_require(GOV_PERM_USECASE_CREATE,
						gov_usecase_resource(usecase_id));

	gov_spi_begin();
	require_models(model_ids);
	act = gov_act_by_permission(&actor, GOV_PERM_USECASE_CREATE,
								gov_usecase_resource(usecase_id));
	gov_known_owner(owner);
	gov_operation_begin("create", NULL);
	if (gov_run(&insert_usecase, gov_text(usecase_id), gov_text(name),
				gov_text(description), gov_text(owner), model_ids,
				gov_json(input_schema), gov_json(output_schema),
				gov_text(impact_level), affected_systems, dependencies,
				gov_text(actor.user_id), gov_names(act.principals),
				gov_names(act.backers),
				gov_names(gov_act_of_owner(owner).principals)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("use-case \"%s\" exists already", usecase_id),
				 errhint("A draft is changed with gov_update_usecase().")));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/* A level below what the latest assessment suggests would undo it. */
static void
check_level(const char *usecase_id, const char *impact_level)
{
	char	   *suggested;

	if (impact_level == NULL ||
		gov_run(gov_sql("SELECT suggested_level"
						" FROM governance.usecase_assessments"
						" WHERE usecase_id = $1 ORDER BY assessment_no DESC"
						" LIMIT 1"), gov_text(usecase_id)) == 0)
		return;
	suggested = gov_row_text(0, 1);
	if (gov_impact_rank(impact_level) < gov_impact_rank(suggested))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("impact level of use-case \"%s\" cannot be \"%s\"",
						usecase_id, impact_level),
				 errdetail("Its impact assessment suggests \"%s\".",
						   suggested),
				 errhint("Assess it again first: SELECT gov_assess_impact(%s, '...');",
						 quote_literal_cstr(usecase_id))));
}

/*
 * gov_update_usecase(...) → use_cases
 *		NULL leaves a field as it was; where nothing changes nothing is
 *		written.
 */
Datum
gov_update_usecase(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	const char *name = arg_label(fcinfo, 1, "name", true);
	const char *description = gov_arg_text(fcinfo, 2, "description", NULL);
	const char *owner = arg_label(fcinfo, 3, "owner", true);
	GovParam	model_ids = arg_ids(fcinfo, 4, "model_ids", NULL);
	Jsonb	   *input_schema = gov_arg_object(fcinfo, 5, "input_schema", true);
	Jsonb	   *output_schema = gov_arg_object(fcinfo, 6, "output_schema",
											   true);
	const char *impact_level = PG_ARGISNULL(7) ? NULL :
		gov_arg_word(fcinfo, 7, "impact_level", impact_levels, NULL);
	GovParam	affected_systems = arg_texts(fcinfo, 8, "affected_systems");
	GovParam	dependencies = arg_ids(fcinfo, 9, "dependencies", usecase_id);
	GovUsecase	found;

	gov_refuse_read_only("gov_update_usecase()");
	(void) gov_require_locking(GOV_PERM_USECASE_CREATE,
							   gov_usecase_resource(usecase_id),
							   gov_usecase_lock(usecase_id, &found));
	require_models(model_ids);
	require_draft(usecase_id, &found);
	check_level(usecase_id, impact_level);
	gov_known_owner(owner);
	gov_operation_begin("update", NULL);
	if (gov_run(&update_usecase, gov_text(usecase_id), gov_text(name),
				gov_text(description), gov_text(owner), model_ids,
				gov_json(input_schema), gov_json(output_schema),
				gov_text(impact_level), affected_systems, dependencies,
				owner == NULL ? gov_names(NIL) :
				gov_names(gov_act_of_owner(owner).principals)) == 0)
		gov_run(gov_sql("SELECT t FROM governance.use_cases AS t"
						" WHERE t.usecase_id = $1"), gov_text(usecase_id));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_submit_usecase(usecase_id, comments) → use_cases
 */
Datum
gov_submit_usecase(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	const char *comments = gov_arg_text(fcinfo, 1, "comments", "");
	GovActor	actor;
	GovAct		act;
	GovUsecase	found;

	gov_refuse_read_only("gov_submit_usecase()");
	act = gov_act_locking(&actor, GOV_PERM_USECASE_CREATE,
						  gov_usecase_resource(usecase_id),
						  gov_usecase_lock(usecase_id, &found));
	require_draft(usecase_id, &found);
	gov_run_as("submit", comments, &submit_usecase, gov_text(usecase_id),
			   gov_text(actor.user_id), gov_names(act.principals),
			   gov_names(act.backers));
	return gov_spi_end_row(fcinfo);
}
