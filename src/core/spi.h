/*
 * spi.h
 *		Statements the extension keeps, and a short way to run them.
 *
 * A statement's plan is made at first use and kept for the backend's life; it
 * is stored only after SPI has kept it, so that an error leaves no half-made
 * one.  It is made for large tables, whatever they hold now (plan.c).
 *
 * It runs on a snapshot taken now, at every isolation level: a decision is
 * about what is committed, not about what the transaction began with.  Lock
 * first, then decide by a statement that comes after the lock.
 *
 * Results live in SPI memory until gov_spi_finish(); what must outlive it is
 * copied by the accessors named "keep".
 */
#ifndef GOV_SPI_H
#define GOV_SPI_H

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/jsonb.h"
#include "utils/snapshot.h"
#include "utils/timestamp.h"

#include "core/compat.h"

#define GOV_MAX_PARAMS 24

typedef struct GovStatement
{
	const char *sql;
	Oid			argtypes[GOV_MAX_PARAMS];
	bool		isolated;		/* on the snapshot of the isolation level */
	bool		custom;			/* plan each run, for what is there then */
	bool		generic;		/* one plan for all parameters, for good */
	int			nargs;			/* known with the plan */
	SPIPlanPtr	plan;			/* NULL until first use */
} GovStatement;

/* Declare a statement as PREPARE would; other fields to set may follow. */
#define GOV_SQL(name, types, ...) \
	static GovStatement name = { \
		.argtypes = {GOV_TYPES types}, .sql = __VA_ARGS__}
#define GOV_TYPES(...) __VA_ARGS__

/* A statement written where it is run; its types are its parameters'. */
#define gov_sql(text) \
	(__extension__ ({static GovStatement said = {.sql = (text)}; &said;}))

typedef struct GovParam
{
	Datum		value;
	Oid			type;			/* InvalidOid: the statement says it */
	bool		isnull;
} GovParam;

extern GovParam gov_text(const char *s);	/* NULL is SQL NULL */
extern GovParam gov_datum(Datum value, bool isnull);
extern GovParam gov_json(const Jsonb *jb);	/* NULL is SQL NULL */
extern GovParam gov_bytes(const void *bytes, Size len);	/* bytea */
extern GovParam gov_typed(Oid type, Datum value, bool isnull);
#define gov_int8(v) gov_typed(INT8OID, Int64GetDatum(v), false)
#define gov_int4(v) gov_typed(INT4OID, Int32GetDatum(v), false)
#define gov_bool(v) gov_typed(BOOLOID, BoolGetDatum(v), false)
extern GovParam gov_time(TimestampTz t);	/* DT_NOEND is SQL NULL */

extern Snapshot gov_latest_snapshot(void);
extern void gov_spi_begin(void);
extern void gov_spi_end(void);
pg_noreturn extern void gov_spi_rethrow(void);

/* Run a statement.  Returns the number of rows; SPI_tuptable has them. */
extern uint64 gov_spi_run(GovStatement *statement, const GovParam *params,
						  int nparams);
#define gov_run(statement, ...) \
	gov_spi_run((statement), (GovParam[]) {__VA_ARGS__}, \
				lengthof(((GovParam[]) {__VA_ARGS__})))
#define gov_run0(statement) gov_spi_run((statement), NULL, 0)

/* Fields of the last result, columns counted from 1. */
extern bool gov_row_null(uint64 row, int column);
extern char *gov_row_text(uint64 row, int column);	/* NULL if null */
extern bool gov_row_bool(uint64 row, int column);
extern int64 gov_row_int8(uint64 row, int column);
extern int32 gov_row_int4(uint64 row, int column);
extern TimestampTz gov_row_time(uint64 row, int column); /* or DT_NOEND */
extern Datum gov_row_datum(uint64 row, int column, bool *isnull);

/*
 * Copy out the composite in column 1 of the first row of the last result, and
 * end the SPI connection.  Write the statement as "... RETURNING t" or "SELECT
 * t FROM ...".
 */
extern Datum gov_spi_end_row(FunctionCallInfo fcinfo);
extern Datum gov_spi_keep(uint64 row, int column, bool *isnull);

#endif							/* GOV_SPI_H */
