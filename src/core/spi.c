/*
 * spi.c
 *		Statements the extension keeps, and a short way to run them.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "core/plan.h"
#include "core/spi.h"

GovParam
gov_typed(Oid type, Datum value, bool isnull)
{
	return (GovParam) {isnull ? (Datum) 0 : value, type, isnull};
}

GovParam
gov_datum(Datum value, bool isnull)
{
	return gov_typed(InvalidOid, value, isnull);
}

GovParam
gov_text(const char *s)
{
	return gov_typed(TEXTOID, s ? CStringGetTextDatum(s) : (Datum) 0,
					 s == NULL);
}

GovParam
gov_json(const Jsonb *jb)
{
	return gov_typed(JSONBOID, JsonbPGetDatum(jb), jb == NULL);
}

GovParam
gov_bytes(const void *bytes, Size len)
{
	bytea	   *value = palloc(VARHDRSZ + len);

	SET_VARSIZE(value, VARHDRSZ + len);
	memcpy(VARDATA(value), bytes, len);
	return gov_typed(BYTEAOID, PointerGetDatum(value), false);
}

GovParam
gov_time(TimestampTz t)
{
	return gov_typed(TIMESTAMPTZOID, TimestampTzGetDatum(t), t == DT_NOEND);
}

/*
 * gov_latest_snapshot
 *		A snapshot of what is committed now; it is static until the next call.
 *
 * While a query runs in parallel, its leader may take no new snapshot; then
 * this is the query's own.  No writer runs there.
 */
Snapshot
gov_latest_snapshot(void)
{
	return IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot();
}

void
gov_spi_begin(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

void
gov_spi_end(void)
{
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "SPI_finish failed");
}

/*
 * The tables whose key is a sequence's next number (test/sql/sequences.sql
 * asks the catalogs whether these are all).
 */
static const char *const numbered[] = {
	"api_tokens", "audit_checkpoints", "audit_events",
	"audit_verify_progress", "compliance_reports", "deployment_gates",
	"escalation_rules", "events", "incident_events", "incidents",
	"maintenance_windows", "sla_escalations", "sla_measurements",
	"sla_violations"
};

/* Is it a number that a row has already?  Then a sequence was set back. */
static bool
is_number_taken(const ErrorData *error)
{
	int			i;

	if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION ||
		error->schema_name == NULL || error->table_name == NULL ||
		error->constraint_name == NULL ||
		strcmp(error->schema_name, "governance") != 0)
		return false;
	for (i = 0; i < lengthof(numbered); i++)
	{
		if (strcmp(error->table_name, numbered[i]) == 0)
			return strcmp(error->constraint_name,
						  psprintf("%s_pkey", numbered[i])) == 0;
	}
	return false;
}

/*
 * gov_spi_rethrow
 *		In PG_CATCH(), in the caller's memory: rethrow the error, with a hint
 *		where it can be repaired.
 */
void
gov_spi_rethrow(void)
{
	ErrorData  *error;

	if (geterrcode() != ERRCODE_UNIQUE_VIOLATION)
		PG_RE_THROW();
	error = CopyErrorData();
	if (error->hint != NULL || !is_number_taken(error))
		PG_RE_THROW();
	error->hint = pstrdup("Its sequence has been set back: an administrator calls gov_repair_sequences(), then try again.");
	FlushErrorState();
	ReThrowError(error);
}

/* SPI_execute_snapshot(), with a hint in errors that can be repaired. */
static int
execute(GovStatement *statement, Datum *values, const char *nulls,
		Snapshot snapshot)
{
	MemoryContext caller = CurrentMemoryContext;
	const char *outer = gov_plan_expect(statement->custom ? NULL :
										statement->sql);
	volatile int rc = 0;

	PG_TRY();
	{
		/*
		 * While a query runs in parallel nothing may move the command
		 * counter; only a read-only statement leaves it alone.
		 */
		rc = SPI_execute_snapshot(statement->plan, values, nulls, snapshot,
								  InvalidSnapshot, IsInParallelMode(), true,
								  0);
	}
	PG_CATCH();
	{
		(void) gov_plan_expect(outer);
		MemoryContextSwitchTo(caller);
		gov_spi_rethrow();
	}
	PG_END_TRY();
	(void) gov_plan_expect(outer);
	return rc;
}

/*
 * gov_spi_run
 *		Run a kept statement and return the number of rows it touched.
 */
uint64
gov_spi_run(GovStatement *statement, const GovParam *params, int nparams)
{
	Datum		values[GOV_MAX_PARAMS];
	char		nulls[GOV_MAX_PARAMS];
	Snapshot	snapshot = InvalidSnapshot;
	int			rc;
	int			i;

	if (statement->plan == NULL)
	{
		int			options = statement->custom ? CURSOR_OPT_CUSTOM_PLAN :
			statement->generic ? CURSOR_OPT_GENERIC_PLAN : 0;
		SPIPlanPtr	plan;

		if (!OidIsValid(statement->argtypes[0]))
		{
			for (i = 0; i < nparams; i++)
				statement->argtypes[i] = params[i].type;
		}
		statement->nargs = 0;
		while (statement->nargs < GOV_MAX_PARAMS &&
			   OidIsValid(statement->argtypes[statement->nargs]))
			statement->nargs++;
		plan = SPI_prepare_cursor(statement->sql, statement->nargs,
								  statement->argtypes, options);
		if (plan == NULL)
			elog(ERROR, "SPI_prepare failed: %s: %s",
				 SPI_result_code_string(SPI_result), statement->sql);
		if (SPI_keepplan(plan) != 0)
			elog(ERROR, "SPI_keepplan failed: %s", statement->sql);
		statement->plan = plan;
	}
	if (nparams != statement->nargs)
		elog(ERROR, "statement takes %d parameters, got %d: %s",
			 statement->nargs, nparams, statement->sql);

	for (i = 0; i < nparams; i++)
	{
		values[i] = params[i].value;
		nulls[i] = params[i].isnull ? 'n' : ' ';
	}

	/*
	 * SPI copies the snapshot before it advances its command counter, so the
	 * static one of gov_latest_snapshot() is safe to hand over.
	 */
	if (!statement->isolated)
		snapshot = gov_latest_snapshot();

	rc = execute(statement, values, nulls, snapshot);
	if (rc < 0)
		elog(ERROR, "SPI failed: %s: %s", SPI_result_code_string(rc),
			 statement->sql);
	return SPI_processed;
}

Datum
gov_row_datum(uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						 column, isnull);
}

bool
gov_row_null(uint64 row, int column)
{
	bool		isnull;

	(void) gov_row_datum(row, column, &isnull);
	return isnull;
}

/* A field of any type, as its output function writes it. */
char *
gov_row_text(uint64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						column);
}

/* A field, or the value that stands for NULL. */
static Datum
row_datum_or(uint64 row, int column, Datum missing)
{
	bool		isnull;
	Datum		value = gov_row_datum(row, column, &isnull);

	return isnull ? missing : value;
}

bool
gov_row_bool(uint64 row, int column)
{
	return DatumGetBool(row_datum_or(row, column, BoolGetDatum(false)));
}

int64
gov_row_int8(uint64 row, int column)
{
	return DatumGetInt64(row_datum_or(row, column, Int64GetDatum(0)));
}

int32
gov_row_int4(uint64 row, int column)
{
	return DatumGetInt32(row_datum_or(row, column, Int32GetDatum(0)));
}

TimestampTz
gov_row_time(uint64 row, int column)
{
	return DatumGetTimestampTz(row_datum_or(row, column,
											TimestampTzGetDatum(DT_NOEND)));
}

/*
 * gov_spi_keep
 *		Copy a field into the memory of whoever called gov_spi_begin().
 */
Datum
gov_spi_keep(uint64 row, int column, bool *isnull)
{
	Datum		value = gov_row_datum(row, column, isnull);
	Form_pg_attribute att = TupleDescAttr(SPI_tuptable->tupdesc, column - 1);

	if (*isnull)
		return (Datum) 0;
	return SPI_datumTransfer(value, att->attbyval, att->attlen);
}

Datum
gov_spi_end_row(FunctionCallInfo fcinfo)
{
	Datum		result;
	bool		isnull;

	if (SPI_tuptable == NULL || SPI_processed == 0)
		elog(ERROR, "no row to return");
	result = gov_spi_keep(0, 1, &isnull);
	gov_spi_end();
	if (isnull)
		fcinfo->isnull = true;
	return result;
}
