/*
 * control.c
 *		The catalogue of controls: adding, dropping, running.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "access/require.h"
#include "compliance/control.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/row_json.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_add_control);
PG_FUNCTION_INFO_V1(gov_drop_control);
PG_FUNCTION_INFO_V1(gov_check_control);
PG_FUNCTION_INFO_V1(gov_list_evidence);

#define NAME_MAX_CHARS 200		/* of a framework or a title */
#define DAYS_MAX 3650

static const char *const judgements[] = {
	"no_exceptions", "evidence", "manual", NULL
};

GOV_SQL(insert_control,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
		 TEXTOID, TEXTOID),
		"INSERT INTO governance.controls AS c (id, framework, title,"
		" source, criterion, query, judged, owner_role, created_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8::name, $9) RETURNING c");

GOV_SQL(lock_control, (TEXTOID),
		"SELECT c.is_builtin FROM governance.controls AS c"
		" WHERE c.id = $1 FOR UPDATE");

GOV_SQL(list_controls, (TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID),
		"SELECT c.id, c.framework, c.title, c.source, c.criterion,"
		" c.query, c.judged, c.owner_role,"
		" pg_catalog.to_char(c.applies_from, 'YYYY-MM-DD'),"
		" pg_catalog.to_char(coalesce(c.effective_from, c.applies_from),"
		" 'YYYY-MM-DD'), c.amended_by,"
		" pg_catalog.to_char(c.checked_on, 'YYYY-MM-DD'),"
		" coalesce(coalesce(c.effective_from, c.applies_from)::timestamp"
		" AT TIME ZONE 'Europe/Brussels' >= $4, false)"
		" FROM governance.controls AS c"
		" WHERE ($1 IS NULL OR c.framework = $1)"
		" AND ($2 IS NULL OR c.id = $2)"
		" AND (c.applies_to IS NULL OR c.applies_to::timestamp"
		" AT TIME ZONE 'Europe/Brussels' > $3)"
		" ORDER BY c.framework COLLATE \"C\", c.id",
		.isolated = true);

/* A short text that must not be blank. */
static const char *
short_text(FunctionCallInfo fcinfo, int n, const char *name)
{
	const char *s = gov_arg_reason(fcinfo, n, name);

	if (pg_mbstrlen(s) > NAME_MAX_CHARS)
		gov_bad_value(name, psprintf("It has more than %d characters.",
									 NAME_MAX_CHARS), NULL);
	return s;
}

/* The text without the semicolon at the end of a pasted statement. */
static char *
without_end(const char *query)
{
	char	   *copy = pstrdup(query);
	int			len = strlen(copy);

	while (len > 0 && strchr("; \t\r\n", copy[len - 1]) != NULL)
		copy[--len] = '\0';
	return copy;
}

/*
 * gov_add_control(control_id, framework, title, query, judged, source,
 *				   criterion) → controls
 *
 * The query is parsed here as the role that it will run as, so that what the
 * role may not read is refused now.
 */
Datum
gov_add_control(PG_FUNCTION_ARGS)
{
	const char *id = gov_arg_id(fcinfo, 0, "control_id");
	const char *framework = short_text(fcinfo, 1, "framework");
	const char *title = short_text(fcinfo, 2, "title");
	const char *query = without_end(gov_arg_reason(fcinfo, 3, "query"));
	const char *judged = gov_arg_word(fcinfo, 4, "judged", judgements,
									  "no_exceptions");
	const char *source = gov_arg_text(fcinfo, 5, "source", "");
	const char *criterion = gov_arg_text(fcinfo, 6, "criterion", "");
	char	   *db_role;
	GovActor	actor;
	bool		exists;
	Oid			save_userid;
	int			save_context;

	gov_refuse_read_only("gov_add_control()");
	actor = gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
								psprintf("control/%s", id),
								exists = gov_run(&lock_control,
												 gov_text(id)) > 0);
	db_role = gov_require_db_role();
	if (exists)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("control \"%s\" exists already", id),
				 errhint("gov_drop_control() removes one that was added.")));
	GetUserIdAndSecContext(&save_userid, &save_context);
	SetUserIdAndSecContext(GetOuterUserId(),
						   save_context | SECURITY_RESTRICTED_OPERATION);
	gov_control_check_query(query);
	SetUserIdAndSecContext(save_userid, save_context);

	(void) gov_run_as("add", NULL, &insert_control, gov_text(id),
					  gov_text(framework), gov_text(title), gov_text(source),
					  gov_text(criterion), gov_text(query), gov_text(judged),
					  gov_text(db_role), gov_text(actor.user_id));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_control(control_id) → boolean
 */
Datum
gov_drop_control(PG_FUNCTION_ARGS)
{
	const char *id = gov_arg_id(fcinfo, 0, "control_id");
	bool		found;

	gov_refuse_read_only("gov_drop_control()");
	(void) gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
							   psprintf("control/%s", id),
							   found = gov_run(&lock_control,
											   gov_text(id)) > 0);
	if (found && gov_row_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("control \"%s\" came with the extension", id),
				 errdetail("Reports of earlier periods are made again with the controls that there are.")));
	if (found)
	{
		(void) gov_run_as("drop", NULL,
						  gov_sql("DELETE FROM governance.controls AS c"
								  " WHERE c.id = $1"), gov_text(id));
	}
	else
		ereport(NOTICE,
				(errmsg("control \"%s\" does not exist, skipping", id)));
	gov_spi_end();
	PG_RETURN_BOOL(found);
}

void
gov_report_period(FunctionCallInfo fcinfo, int days_arg, int until_arg,
				  int *days, TimestampTz *start, TimestampTz *end)
{
	TimestampTz until = gov_arg_bound(fcinfo, until_arg, "until", DT_NOEND);

	*days = PG_ARGISNULL(days_arg) ? 30 :
		gov_arg_int4(fcinfo, days_arg, "period_days", 1, DAYS_MAX);

	/*
	 * Events of this transaction are later than its now(), and belong in a
	 * report that is made after them.
	 */
	if (until >= GetCurrentTransactionStartTimestamp())
		until = GetCurrentTimestamp();
	*end = until;
	*start = until - *days * USECS_PER_DAY;
	if (*start < SetEpochTimestamp())
		gov_bad_value("until", "The period begins before 1970.", NULL);
}

static void
push_result(JsonbParseState **state, const GovControl *control,
			const GovControlResult *result, TimestampTz start,
			TimestampTz end)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(state, "id", control->id);
	gov_json_put_text(state, "framework", control->framework);
	gov_json_put_text(state, "title", control->title);
	gov_json_put_text(state, "source", control->source);
	gov_json_put_text(state, "applies_from", control->applies_from);
	gov_json_put_text(state, "effective_from", control->effective_from);
	gov_json_put_text(state, "amended_by", control->amended_by);
	gov_json_put_text(state, "checked_on", control->checked_on);
	gov_json_put_text(state, "criterion", control->criterion);
	gov_json_put_text(state, "judged", control->judged);
	gov_json_put_text(state, "result", result->result);
	gov_json_put_int8(state, "evidence_count", result->evidence);
	gov_json_put_int8(state, "exception_count", result->exceptions);
	gov_json_push_key(state, "findings");
	if (result->findings != (Datum) 0)
		gov_json_push(state, WJB_VALUE, result->findings, false,
					  TEXTARRAYOID);
	else
	{
		pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
		pushJsonbValue(state, WJB_END_ARRAY, NULL);
	}
	if (result->error != NULL)
		gov_json_put_text(state, "error", result->error);
	gov_json_put_text(state, "runs_as", control->owner_role);
	gov_json_put_text(state, "query",
					  gov_control_query_text(control->query, start, end));
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Read the controls of a framework, or one control (SPI). */
static GovControl *
find_controls(const char *framework, const char *id, TimestampTz start,
			  TimestampTz end, int *found)
{
	int			count = gov_run(&list_controls, gov_text(framework),
								gov_text(id), gov_time(start), gov_time(end));
	GovControl *controls = palloc(sizeof(GovControl) * Max(count, 1));
	int			i;

	for (i = 0; i < count; i++)
	{
		controls[i].id = gov_row_text(i, 1);
		controls[i].framework = gov_row_text(i, 2);
		controls[i].title = gov_row_text(i, 3);
		controls[i].source = gov_row_text(i, 4);
		controls[i].criterion = gov_row_text(i, 5);
		controls[i].query = gov_row_text(i, 6);
		controls[i].judged = gov_row_text(i, 7);
		controls[i].owner_role = gov_row_text(i, 8);
		controls[i].applies_from = gov_row_text(i, 9);
		controls[i].effective_from = gov_row_text(i, 10);
		controls[i].amended_by = gov_row_text(i, 11);
		controls[i].checked_on = gov_row_text(i, 12);
		controls[i].is_to_come = gov_row_bool(i, 13);
	}
	*found = count;
	return controls;
}

pg_noreturn static void
no_control(const char *id)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("control \"%s\" does not exist", id),
			 errhint("SELECT id, title FROM governance.controls lists them.")));
}

int
gov_controls_run(const char *framework, const char *id, TimestampTz start,
				 TimestampTz end, JsonbParseState **state)
{
	int			count;
	GovControl *controls = find_controls(framework, id, start, end, &count);
	int			i;

	for (i = 0; i < count; i++)
	{
		GovControlResult result = {.result = "not_yet_applicable"};

		CHECK_FOR_INTERRUPTS();
		if (!controls[i].is_to_come)
			gov_control_run(&controls[i], start, end, &result);
		push_result(state, &controls[i], &result, start, end);
	}
	return count;
}

/*
 * gov_check_control(control_id, period_days, until) → jsonb: one control, as
 * a report would have it
 */
Datum
gov_check_control(PG_FUNCTION_ARGS)
{
	const char *id = gov_arg_id(fcinfo, 0, "control_id");
	MemoryContext caller = CurrentMemoryContext;
	JsonbParseState *state = NULL;
	JsonbValue *list;
	Jsonb	   *results;
	TimestampTz start;
	TimestampTz end;
	int			days;

	gov_report_period(fcinfo, 1, 2, &days, &start, &end);
	(void) gov_require(GOV_PERM_COMPLIANCE_REPORT,
					   psprintf("control/%s", id));

	gov_spi_begin();
	PushActiveSnapshot(GetTransactionSnapshot());
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	if (gov_controls_run(NULL, id, start, end, &state) == 0)
		no_control(id);
	list = pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	MemoryContextSwitchTo(caller);
	results = JsonbValueToJsonb(&list->val.array.elems[0]);
	PopActiveSnapshot();
	gov_spi_end();
	PG_RETURN_JSONB_P(results);
}

/*
 * governance.list_evidence(control_id, start, end) → setof jsonb
 */
Datum
gov_list_evidence(PG_FUNCTION_ARGS)
{
	const char *id = gov_arg_id(fcinfo, 0, "control_id");
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	GovControl *controls;
	GovControlRows rows;
	char	   *fault;
	int			count;
	uint64		i;
	bool		isnull = false;

	(void) gov_require(GOV_PERM_COMPLIANCE_REPORT,
					   psprintf("control/%s", id));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	gov_spi_begin();
	controls = find_controls(NULL, id, PG_GETARG_TIMESTAMPTZ(1),
							 PG_GETARG_TIMESTAMPTZ(2), &count);
	if (count == 0)
		no_control(id);
	PushActiveSnapshot(GetTransactionSnapshot());
	fault = gov_control_list(controls, PG_GETARG_TIMESTAMPTZ(1),
							 PG_GETARG_TIMESTAMPTZ(2), &rows);
	PopActiveSnapshot();
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the query of control \"%s\" fails", id),
				 errdetail("It says: %s.", fault)));
	for (i = 0; i < rows.count; i++)
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc,
							 &rows.row[i], &isnull);
	gov_spi_end();
	return (Datum) 0;
}
