/*
 * sequences.c
 *		Repairing identity sequences that somebody has set back.
 *
 * That happens by a subscription to another database's sequences (FOR ALL
 * SEQUENCES, since PostgreSQL 19), by setval(), or by a dump loaded in part.
 * Then the next number is one that a row has already, and every governed write
 * fails, because each makes an event.  gov_repair_sequences() sets them
 * forward; core/spi.c names it in the error, and gov_health() before that.
 *
 * Invariants: no sequence is set back; it is locked against nextval(), so
 * whoever has taken a number has committed, or given it up, before the highest
 * one is read.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "access/require.h"
#include "audit/record.h"
#include "audit/sequences.h"
#include "core/args.h"
#include "core/row_json.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_repair_sequences);
PG_FUNCTION_INFO_V1(gov_sequence_problems);

/* Each sequence by its OID, with a query for the number that it is behind. */
GOV_SQL(list_sequences, (),
		"SELECT CAST(s.oid AS pg_catalog.int8), s.relname, c.relname,"
		" pg_catalog.format('SELECT m.m, q.last_value FROM %1$I.%2$I AS q,"
		" (SELECT pg_catalog.max(t.%3$I) AS m FROM %1$I.%4$I AS t) AS m"
		" WHERE m.m > q.last_value OR m.m = q.last_value AND NOT q.is_called',"
		" n.nspname, s.relname, a.attname, c.relname)"
		" FROM pg_catalog.pg_class AS s"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = s.relnamespace"
		" JOIN pg_catalog.pg_depend AS d ON d.objid = s.oid"
		" AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
		" AND d.refclassid = d.classid AND d.deptype IN ('i', 'a')"
		" JOIN pg_catalog.pg_class AS c ON c.oid = d.refobjid"
		" JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid"
		" AND a.attnum = d.refobjsubid"
		" WHERE n.nspname = 'governance' AND s.relkind = 'S'"
		" ORDER BY s.oid");

typedef struct Sequence
{
	Oid			oid;
	char	   *name;
	char	   *table;
	char	   *question;
	int64		highest;		/* set by is_behind(): the column's, */
	int64		last;			/* and its own */
} Sequence;

static Sequence *
find_sequences(uint64 *count)
{
	Sequence   *sequences;
	uint64		i;

	*count = gov_run0(&list_sequences);
	sequences = palloc(Max(*count, 1) * sizeof(Sequence));
	for (i = 0; i < *count; i++)
	{
		sequences[i].oid = (Oid) gov_row_int8(i, 1);
		sequences[i].name = gov_row_text(i, 2);
		sequences[i].table = gov_row_text(i, 3);
		sequences[i].question = gov_row_text(i, 4);
	}
	return sequences;
}

/* On a snapshot of now: whoever had taken a number has committed. */
static bool
is_behind(Sequence *sequence)
{
	SPIPlanPtr	plan = SPI_prepare(sequence->question, 0, NULL);

	if (plan == NULL ||
		SPI_execute_snapshot(plan, NULL, NULL, gov_latest_snapshot(),
							 InvalidSnapshot, true, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not execute: %s", sequence->question);
	SPI_freeplan(plan);
	if (SPI_processed == 0)
		return false;
	sequence->highest = gov_row_int8(0, 1);
	sequence->last = gov_row_int8(0, 2);
	return true;
}

Jsonb *
gov_sequences_lift(void)
{
	JsonbParseState *state = NULL;
	Sequence   *sequences;
	uint64		count;
	uint64		i;
	bool		lifted = false;

	sequences = find_sequences(&count);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < count; i++)
	{
		LockRelationOid(sequences[i].oid, ShareRowExclusiveLock);
		if (!is_behind(&sequences[i]))
			continue;
		(void) gov_run(gov_sql("SELECT pg_catalog.setval(CAST(CAST($1 AS"
							   " pg_catalog.oid) AS pg_catalog.regclass),"
							   " $2)"), gov_int8((int64) sequences[i].oid),
					   gov_int8(sequences[i].highest));
		gov_json_push_key(&state, sequences[i].name);
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		gov_json_put_int8(&state, "from", sequences[i].last);
		gov_json_put_int8(&state, "to", sequences[i].highest);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
		lifted = true;
	}
	if (!lifted)
		return NULL;
	return gov_json_end(&state);
}

/*
 * gov_repair_sequences() → jsonb
 *		{sequence: {from, to}} of those that were behind.
 */
Datum
gov_repair_sequences(PG_FUNCTION_ARGS)
{
	Jsonb	   *lifted;

	gov_refuse_read_only("gov_repair_sequences()");
	(void) gov_require(GOV_PERM_SYSTEM_CONFIG, NULL);

	gov_spi_begin();
	lifted = gov_sequences_lift();
	if (lifted != NULL)
	{
		(void) gov_audit_done("system.repair_sequences", "repair_sequences",
							  "system/governance", "system", lifted);
		lifted = (Jsonb *)
			DatumGetPointer(SPI_datumTransfer(JsonbPGetDatum(lifted), false,
											  -1));
	}
	gov_spi_end();
	if (lifted == NULL)
		PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	PG_RETURN_JSONB_P(lifted);
}

/*
 * governance.sequence_problems() → table (relname, problem)
 */
Datum
gov_sequence_problems(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Sequence   *sequences;
	uint64		count;
	uint64		i;

	InitMaterializedSRF(fcinfo, 0);
	gov_spi_begin();
	sequences = find_sequences(&count);
	for (i = 0; i < count; i++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (!is_behind(&sequences[i]))
			continue;
		values[0] = CStringGetTextDatum(sequences[i].table);
		values[1] =
			CStringGetTextDatum(psprintf("sequence governance.%s is behind its table: gov_repair_sequences() lifts it",
										 sequences[i].name));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	gov_spi_end();
	return (Datum) 0;
}
