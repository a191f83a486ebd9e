/*
 * control_run.c
 *		Running SQL that was kept as data.
 *
 * SPI's read-only flag does not stop a volatile function that writes, so the
 * query has a subtransaction of its own with XactReadOnly set, from which a
 * subtransaction cannot get out again.  As one role's query may run in
 * another's session, nothing of that session may affect it: unqualified names
 * are looked up in pg_catalog, and a query that reads a temporary relation is
 * refused.  Neither may anything of it remain in the session (a setting that
 * its functions changed, an actor that they bound): the subtransaction is
 * always rolled back.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "parser/parse_relation.h"
#include "storage/latch.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "compliance/control.h"
#include "core/compat.h"
#include "core/guc.h"
#include "core/relations.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "core/xact.h"
#include "identity/actor.h"

static TimeoutId control_timeout = MAX_TIMEOUTS;
static volatile sig_atomic_t timed_out = false;

/* Settings that make results the same whatever the session has set. */
static const struct
{
	const char *name;
	const char *value;
}			settings[] = {
	{"search_path", "pg_catalog, pg_temp"},
	{"TimeZone", "UTC"},
	{"DateStyle", "ISO, MDY"},
	{"IntervalStyle", "postgres"},
	{"extra_float_digits", "1"},
	{"jit", "off"},				/* compiling takes longer than running them */
	{"bytea_output", "hex"},
	{"standard_conforming_strings", "on"},
	{"backslash_quote", "safe_encoding"},
	{"transform_null_equals", "off"},
	{"array_nulls", "on"},
	{"row_security", "on"}
};

static void
control_timeout_handler(void)
{
	timed_out = true;
	InterruptPending = true;
	QueryCancelPending = true;
	SetLatch(MyLatch);
}

pg_noreturn static void
bad_query(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for argument \"%s\"", "query"),
			 errdetail("%s", detail),
			 errhint("Give one SELECT whose rows are the evidence: what it is (text) and whether it is an exception (boolean); $1 and $2 are the start and the end of the period.")));
}

/*
 * prepare
 *		Parse a query of two parameters; an error unless it is one SELECT that
 *		reads nothing temporary.
 */
static SPIPlanPtr
prepare(const char *sql)
{
	static Oid	argtypes[] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
	SPIPlanPtr	plan = SPI_prepare(sql, lengthof(argtypes), argtypes);
	List	   *sources;
	CachedPlanSource *source;
	Query	   *query;

	if (plan == NULL)
		bad_query(psprintf("It is not a query: %s.",
						   SPI_result_code_string(SPI_result)));
	sources = SPI_plan_get_plan_sources(plan);
	if (list_length(sources) != 1)
		bad_query("It is not one statement.");
	source = linitial(sources);
	if (list_length(source->query_list) != 1 || source->resultDesc == NULL)
		bad_query("It is not a SELECT.");
	query = linitial_node(Query, source->query_list);
	if (query->commandType != CMD_SELECT || query->hasModifyingCTE ||
		query->rowMarks != NIL)
		bad_query("It is not a SELECT that only reads.");
	if (gov_query_uses_temp(query))
		bad_query("It reads a temporary relation.");
	return plan;
}

void
gov_control_check_query(const char *query)
{
	Oid			argtypes[] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
	Datum		now = TimestampTzGetDatum(GetCurrentTimestamp());
	Datum		values[] = {now, now};
	SPIPlanPtr	plan = prepare(query);
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	TupleDesc	desc = source->resultDesc;

	if (desc->natts < 2 ||
		TupleDescAttr(desc, 0)->atttypid != TEXTOID ||
		TupleDescAttr(desc, 1)->atttypid != BOOLOID)
		bad_query("Its first two columns are not a text and a boolean.");
	SPI_freeplan(plan);

	/* Parsing checks no privileges; EXPLAIN does, and reads nothing. */
	(void) SPI_execute_with_args(psprintf("EXPLAIN %s", query),
								 lengthof(argtypes), argtypes, values, NULL,
								 false, 0);
}

/*
 * check_counts
 *		Check that the columns have the types that are expected.
 *
 * The query reads objects of its owner, whose types may have changed since
 * gov_add_control() checked them.
 */
static void
check_counts(void)
{
	static const Oid types[] = {INT8OID, INT8OID, TEXTARRAYOID, INT8OID};
	TupleDesc	desc = SPI_tuptable->tupdesc;
	int			i;

	for (i = 0; i < lengthof(types); i++)
	{
		if (desc->natts != lengthof(types) ||
			TupleDescAttr(desc, i)->atttypid != types[i])
			bad_query("Its first two columns are not a text and a boolean.");
	}
}

/* A report shows at most a thousand rows of each control. */
#define SHORT(text) \
	"CASE WHEN pg_catalog.length(" text ") > 1000 THEN" \
	" pg_catalog.concat(pg_catalog.left(" text ", 1000), ' [...]')" \
	" ELSE " text " END"

/*
 * Exceptions first, then rows for a person to judge.  Each row's verdict is
 * computed twice: here and where the rows are counted.
 */
#define EXCEPTIONS "pg_catalog.count(*) FILTER (WHERE x.is_exception)"
#define OPEN_ROWS \
	"pg_catalog.array_agg(" SHORT("x.evidence") \
	" ORDER BY x.is_exception DESC NULLS LAST," \
	" x.evidence COLLATE pg_catalog.\"C\")" \
	" FILTER (WHERE x.is_exception IS NOT FALSE)"

/* Count the rows that a control's query gives. */
static void
count_evidence(const char *query, TimestampTz start, TimestampTz end,
			   MemoryContext caller, void *arg)
{
	GovControlResult *result = arg;
	Datum		values[2];
	SPIPlanPtr	plan;
	char	   *sql;
	bool		isnull;

	/* For a manual control it is every row, by a sort that ends early. */
	sql = psprintf(result->is_for_person ?
				   "WITH x AS MATERIALIZED (SELECT y.evidence, y.is_exception"
				   " FROM (\n%s\n) AS y(evidence, is_exception))"
				   " SELECT pg_catalog.count(*),"
				   " pg_catalog.count(*) FILTER (WHERE x.is_exception),"
				   " ARRAY(SELECT " SHORT("z.evidence") " FROM x AS z"
				   " ORDER BY z.evidence COLLATE pg_catalog.\"C\" LIMIT 1000),"
				   " 0::pg_catalog.int8 FROM x" :
				   "SELECT pg_catalog.count(*), " EXCEPTIONS ","
				   " (" OPEN_ROWS ")[1:least(1000, coalesce(nullif("
				   EXCEPTIONS ", 0), 1000))::pg_catalog.int4],"
				   " coalesce(pg_catalog.cardinality(" OPEN_ROWS "), 0) - "
				   EXCEPTIONS
				   " FROM (\n%s\n) AS x(evidence, is_exception)", query);
	plan = prepare(sql);
	values[0] = TimestampTzGetDatum(start);
	values[1] = TimestampTzGetDatum(end);
	if (SPI_execute_plan(plan, values, NULL, true, 0) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "a control's query gave no count");
	check_counts();
	result->evidence = gov_row_int8(0, 1);
	result->exceptions = gov_row_int8(0, 2);
	result->unknown = gov_row_int8(0, 4);
	if (!gov_row_null(0, 3))
	{
		MemoryContext here = MemoryContextSwitchTo(caller);

		result->findings =
			PointerGetDatum(DatumGetArrayTypePCopy(gov_row_datum(0, 3,
																 &isnull)));
		MemoryContextSwitchTo(here);
	}
	SPI_freeplan(plan);
}

/*
 * numbered_times
 *		The row's columns that are moments, as in all our JSON.
 */
static Datum
numbered_times(HeapTuple tuple, TupleDesc desc)
{
	JsonbParseState *state = NULL;
	int			i;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		bool		isnull;
		Datum		value = heap_getattr(tuple, i + 1, desc, &isnull);

		if (att->atttypid == TIMESTAMPTZOID)
			gov_json_put(&state, NameStr(att->attname), value, isnull,
						 TIMESTAMPTZOID);
	}
	return JsonbPGetDatum(gov_json_end(&state));
}

/* Keep the first rows of the result. */
static void
list_evidence(const char *query, TimestampTz start, TimestampTz end,
			  MemoryContext caller, void *arg)
{
	GovControlRows *rows = arg;
	Datum		values[] = {TimestampTzGetDatum(start),
	TimestampTzGetDatum(end)};
	SPIPlanPtr	plan = prepare(psprintf("SELECT pg_catalog.to_jsonb(x), x.*"
										" FROM (\n%s\n) AS x(evidence,"
										" is_exception)", query));
	uint64		i;

	if (SPI_execute_plan(plan, values, NULL, true,
						 GOV_CONTROL_ROWS_MAX) != SPI_OK_SELECT)
		elog(ERROR, "a control's query gave no rows");
	rows->count = SPI_processed;
	rows->row = MemoryContextAlloc(caller,
								   sizeof(Datum) * Max(rows->count, 1));
	for (i = 0; i < rows->count; i++)
	{
		bool		isnull;
		Datum		row = gov_row_datum(i, 1, &isnull);
		Datum		times = numbered_times(SPI_tuptable->vals[i],
										   SPI_tuptable->tupdesc);
		MemoryContext here = MemoryContextSwitchTo(caller);

		rows->row[i] = DirectFunctionCall2(jsonb_concat, row, times);
		MemoryContextSwitchTo(here);
	}
	SPI_freeplan(plan);
}

/*
 * In the subtransaction: become the role, be read-only, and search only
 * pg_catalog.
 */
static void
confine(const GovControl *control)
{
	GovConfined confined;
	int			save_context;
	Oid			save_userid;
	Oid			owner = gov_owner();
	int			i;

	for (i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i].name, settings[i].value,
								 PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE,
								 true, 0, false);
	/*
	 * A built-in control reads as the session's actor, others as their owner.
	 */
	if (control->owner_role != NULL)
		owner = get_role_oid(control->owner_role, false);
	confined.keeps_session = control->owner_role == NULL;
	confined.role = owner;
	(void) gov_actor_confine(confined);
	GetUserIdAndSecContext(&save_userid, &save_context);
	SetUserIdAndSecContext(owner,
						   save_context | SECURITY_RESTRICTED_OPERATION);
	XactReadOnly = true;
}

/*
 * judge
 *		The result that the counts give.  Where nothing happened nothing was
 *		shown, and a person must decide what that means.
 */
static const char *
judge(const GovControl *control, const GovControlResult *result)
{
	if (result->error != NULL)
		return "fail";
	if (strcmp(control->judged, "manual") == 0)
		return "manual";
	if (strcmp(control->judged, "evidence") == 0)
		return result->evidence > 0 && result->exceptions == 0 ? "pass" :
			"fail";
	if (result->exceptions > 0)
		return "fail";
	if (result->unknown > 0)
		return "manual";
	return result->evidence > 0 ? "pass" : "manual";
}

typedef void (*ControlReader) (const char *query, TimestampTz start,
							   TimestampTz end, MemoryContext caller,
							   void *arg);

/* Read the result of its query; returns NULL, or what went wrong. */
static char *
run_confined(const GovControl *control, TimestampTz start, TimestampTz end,
			 ControlReader reader, void *arg)
{
	char	   *volatile fault = NULL;
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	GovConfined before = gov_actor_confine((GovConfined) {false, InvalidOid});

	if (control_timeout == MAX_TIMEOUTS)
		control_timeout = RegisterTimeout(USER_TIMEOUT,
										  control_timeout_handler);
	timed_out = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		if (gov_control_timeout > 0)
			enable_timeout_after(control_timeout, gov_control_timeout);
		confine(control);
		gov_spi_begin();
		reader(control->query, start, end, caller, arg);
		gov_spi_end();
		disable_timeout(control_timeout, false);

		/*
		 * The timeout came too late to stop the query, so it must not stop
		 * anything else.
		 */
		if (timed_out)
			QueryCancelPending = false;
		(void) gov_actor_confine(before);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		disable_timeout(control_timeout, false);
		(void) gov_actor_confine(before);
		error = gov_subxact_undo(caller, owner);

		/* Whoever cancels means the whole call. */
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED && !timed_out)
			ReThrowError(error);
		if (timed_out)
			QueryCancelPending = false;
		fault = error->sqlerrcode == ERRCODE_QUERY_CANCELED ?
			psprintf("it ran longer than governance.control_timeout (%d ms)",
					 gov_control_timeout) :
			pstrdup(error->message);
		FreeErrorData(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return fault;
}

void
gov_control_run(const GovControl *control, TimestampTz start, TimestampTz end,
				GovControlResult *result)
{
	char	   *fault;

	memset(result, 0, sizeof(*result));
	result->is_for_person = strcmp(control->judged, "manual") == 0;
	fault = run_confined(control, start, end, count_evidence, result);
	if (fault != NULL)
		memset(result, 0, sizeof(*result));
	result->error = fault;
	result->result = judge(control, result);
	if (strcmp(result->result, "pass") == 0)
		result->findings = (Datum) 0;
}

char *
gov_control_list(const GovControl *control, TimestampTz start,
				 TimestampTz end, GovControlRows *rows)
{
	memset(rows, 0, sizeof(*rows));
	return run_confined(control, start, end, list_evidence, rows);
}

/* A moment as a literal that reads the same in every session. */
static void
append_time(StringInfo buf, TimestampTz t)
{
	Datum		utc = DirectFunctionCall2(timestamptz_zone,
										  CStringGetTextDatum("UTC"),
										  TimestampTzGetDatum(t));
	Datum		pattern = CStringGetTextDatum("YYYY-MM-DD HH24:MI:SS.US+00");
	Datum		moment = DirectFunctionCall2(timestamp_to_char, utc, pattern);

	appendStringInfo(buf, "'%s'::timestamptz", TextDatumGetCString(moment));
}

char *
gov_control_query_text(const char *query, TimestampTz start, TimestampTz end)
{
	StringInfoData buf;
	bool		in_literal = false;
	const char *c;

	initStringInfo(&buf);
	for (c = query; *c != '\0'; c++)
	{
		if (*c == '\'')
			in_literal = !in_literal;
		if (!in_literal && c[0] == '$' && (c[1] == '1' || c[1] == '2') &&
			!isdigit((unsigned char) c[2]))
		{
			append_time(&buf, c[1] == '1' ? start : end);
			c++;
		}
		else
			appendStringInfoChar(&buf, *c);
	}
	return buf.data;
}
