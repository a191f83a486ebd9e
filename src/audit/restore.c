/*
 * restore.c
 *		Loading a dump: gov_pre_restore() and gov_post_restore(); and which
 *		database signs for the log after it has moved.
 *
 * CREATE EXTENSION makes rows that a dump has, too, and triggers that refuse
 * what a dump holds.  So gov_pre_restore() empties the tables and switches the
 * guards off; pg_restore works in sessions of its own; then gov_post_restore()
 * switches everything on again and checks what was loaded.
 *
 * Invariants: only rows that CREATE EXTENSION made, and can make again, are
 * deleted; the catalogs say which tables and sequences there are, so a new one
 * needs no change here; the trail's old transaction ids mean nothing here, so
 * the trail goes on in another incarnation, and events that were not sealed
 * are sealed before the first one of that.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "commands/dbcommands.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

#include "access/require.h"
#include "audit/seal.h"
#include "audit/sequences.h"
#include "audit/verify.h"
#include "core/args.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/operation.h"
#include "core/relations.h"
#include "core/restoring.h"
#include "core/spi.h"

#define ALONE_TRIES 50
#define ALONE_WAIT_US 100000L

PG_FUNCTION_INFO_V1(gov_pre_restore);
PG_FUNCTION_INFO_V1(gov_post_restore);
PG_FUNCTION_INFO_V1(gov_restoring_now);
PG_FUNCTION_INFO_V1(gov_continue_log);
PG_FUNCTION_INFO_V1(gov_rename_log);

GOV_SQL(find_others, (),
		"SELECT 'session with process id ' || a.pid"
		" FROM pg_catalog.pg_stat_activity AS a"
		" WHERE a.datname = pg_catalog.current_database()"
		" AND a.backend_type = 'client backend'"
		" AND a.pid <> pg_catalog.pg_backend_pid()"
		/* sessions of Citus decide and write nothing here */
		" AND a.application_name NOT LIKE 'citus\\_internal gpid=%'"
		" UNION ALL"
		" SELECT 'prepared transaction \"' || p.gid || '\"'"
		" FROM pg_catalog.pg_prepared_xacts AS p"
		" WHERE p.database = pg_catalog.current_database() LIMIT 1");

/*
 * The tables that a dump has rows for, and whether each may have rows that
 * CREATE EXTENSION did not make: even where nobody has done anything yet, the
 * worker seals the first events and notes when it last looked at service
 * levels.
 */
GOV_SQL(list_tables, (),
		"SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),"
		" c.relname IN ('audit_leaves', 'audit_tiles', 'audit_tree_heads',"
		" 'sla_evaluations', 'sla_retention')"
		" FROM pg_catalog.pg_extension AS e"
		" CROSS JOIN pg_catalog.unnest(e.extconfig) AS k(oid)"
		" JOIN pg_catalog.pg_class AS c ON c.oid = k.oid"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
		" JOIN pg_catalog.pg_am AS a ON a.oid = c.relam"
		" WHERE e.extname = 'governance' AND c.relkind = 'r'"
		" AND a.amname = 'heap'"
		" ORDER BY c.relname");

/* Statements that put each guard back. */
GOV_SQL(list_guards, (),
		"SELECT pg_catalog.format('ALTER TABLE %I.%I ENABLE ALWAYS TRIGGER %I',"
		" n.nspname, c.relname, t.tgname)"
		" FROM pg_catalog.pg_trigger AS t"
		" JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
		" JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid"
		" WHERE n.nspname = 'governance' AND p.pronamespace = n.oid"
		" AND NOT t.tgisinternal AND t.tgenabled <> 'A'");

/*
 * Foreign keys are switched off, too: with several jobs of pg_restore data
 * comes in any order.
 */
GOV_SQL(list_keys_off, (),
		"SELECT pg_catalog.format('ALTER TABLE %I.%I DISABLE TRIGGER %I',"
		" n.nspname, c.relname, t.tgname)"
		" FROM pg_catalog.pg_trigger AS t"
		" JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
		" WHERE n.nspname = 'governance' AND t.tgisinternal");

GOV_SQL(list_keys_on, (),
		"SELECT pg_catalog.format('ALTER TABLE %I.%I ENABLE TRIGGER %I',"
		" n.nspname, c.relname, t.tgname)"
		" FROM pg_catalog.pg_trigger AS t"
		" JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
		" WHERE n.nspname = 'governance' AND t.tgisinternal"
		" AND t.tgenabled <> 'O'");

/* Statements that each find a row whose foreign key references nothing. */
GOV_SQL(list_key_checks, (),
		"SELECT pg_catalog.format('SELECT 1 FROM %s AS f WHERE (%s) IS NOT NULL"
		" AND NOT EXISTS (SELECT FROM %s AS k WHERE %s) LIMIT 1',"
		" k.conrelid::pg_catalog.regclass,"
		" pg_catalog.string_agg(pg_catalog.format('f.%I', fa.attname), ', ' ORDER BY u.n),"
		" k.confrelid::pg_catalog.regclass,"
		" pg_catalog.string_agg(pg_catalog.format('k.%I = f.%I',"
		" ka.attname, fa.attname), ' AND ' ORDER BY u.n)), k.conname"
		" FROM pg_catalog.pg_constraint AS k"
		" CROSS JOIN ROWS FROM (pg_catalog.unnest(k.conkey),"
		" pg_catalog.unnest(k.confkey)) WITH ORDINALITY AS u(f, k, n)"
		" JOIN pg_catalog.pg_attribute AS fa"
		" ON fa.attrelid = k.conrelid AND fa.attnum = u.f"
		" JOIN pg_catalog.pg_attribute AS ka"
		" ON ka.attrelid = k.confrelid AND ka.attnum = u.k"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = k.connamespace"
		" WHERE k.contype = 'f' AND n.nspname = 'governance'"
		" GROUP BY k.oid, k.conrelid, k.confrelid, k.conname");

GOV_SQL(find_missing_guard, (),
		"SELECT p.problem FROM governance.component_problems() AS p"
		" WHERE p.problem LIKE 'the guard of %' LIMIT 1");

GOV_SQL(rename_log, (),
		"UPDATE governance.audit_log"
		" SET log_id = pg_catalog.gen_random_uuid() RETURNING log_id");

static void
require_superuser(const char *function)
{
	GovDenial	denial = {0};

	gov_refuse_read_only(function);
	if (superuser())
		return;
	denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
	denial.resource = "system/governance";
	denial.message = psprintf("%s needs a superuser", function);
	denial.hint = "Dumps are loaded by a superuser, as CREATE EXTENSION is.";
	gov_deny(&denial);
}

pg_noreturn static void
refuse(const char *message, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("%s", message), errdetail("%s", detail),
			 errhint("%s", hint)));
}

/* Run a statement that was composed here. */
static void
execute(const char *sql)
{
	if (SPI_execute(sql, false, 0) < 0)
		elog(ERROR, "could not execute: %s", sql);
}

/* The first column of the last result, as strings that last. */
static List *
take_texts(uint64 rows)
{
	List	   *texts = NIL;
	uint64		i;

	for (i = 0; i < rows; i++)
		texts = lappend(texts, gov_row_text(i, 1));
	return texts;
}

static void
execute_all(GovStatement *list)
{
	List	   *statements = take_texts(gov_run0(list));
	ListCell   *lc;

	foreach(lc, statements)
		execute(lfirst(lc));
}

/* Set or reset the setting of the database, and notify every session. */
static void
set_restoring(bool restoring)
{
	const char *database = get_database_name(MyDatabaseId);

	if (database == NULL)
		elog(ERROR, "database %u does not exist", MyDatabaseId);
	execute(psprintf(restoring ?
					 "ALTER DATABASE %s SET governance.restoring = on" :
					 "ALTER DATABASE %s RESET governance.restoring",
					 quote_identifier(database)));
	gov_cache_invalidate(GOV_CACHE_ACCESS);
	gov_cache_invalidate(GOV_CACHE_POLICY);
	gov_cache_invalidate(GOV_CACHE_ADMIT);
	CommandCounterIncrement();
}

/*
 * check_alone
 *		Check that nobody else works here.
 *
 * Sessions that are ending get a moment, as with DROP DATABASE.
 */
static void
check_alone(void)
{
	int			tries;

	for (tries = 0; gov_run0(&find_others) > 0; tries++)
	{
		if (tries == ALONE_TRIES)
			refuse("the database is in use",
				   psprintf("There is a %s.", gov_row_text(0, 1)),
				   "A dump is loaded where nobody else works.");
		CHECK_FOR_INTERRUPTS();
		pg_usleep(ALONE_WAIT_US);
		pgstat_clear_snapshot();
	}
}

/*
 * check_fresh
 *		Check that every row was made by the transaction that created the
 *		extension.
 */
static void
check_fresh(uint64 count)
{
	List	   *tables = NIL;
	ListCell   *lc;
	uint64		i;

	for (i = 0; i < count; i++)
	{
		if (!gov_row_bool(i, 2))
			tables = lappend(tables, gov_row_text(i, 1));
	}
	foreach(lc, tables)
	{
		const char *table = lfirst(lc);

		execute(psprintf("SELECT 1 FROM %s AS t JOIN pg_catalog.pg_extension AS e"
						 " ON e.extname = 'governance'"
						 " WHERE t.xmin <> e.xmin LIMIT 1", table));
		if (SPI_processed > 0)
			refuse("the database is not empty",
				   psprintf("Table %s has a row that CREATE EXTENSION did not make.",
							table),
				   "A dump is loaded into a new database; or DROP EXTENSION governance and CREATE EXTENSION governance begin anew.");
	}
}

/*
 * gov_pre_restore()
 */
Datum
gov_pre_restore(PG_FUNCTION_ARGS)
{
	uint64		count;
	List	   *tables;
	StringInfoData truncate;
	ListCell   *lc;

	require_superuser("gov_pre_restore()");
	gov_refuse_restoring();
	gov_spi_begin();
	check_alone();
	count = gov_run0(&list_tables);
	tables = take_texts(count);
	check_fresh(count);

	set_restoring(true);
	execute_all(&list_keys_off);
	initStringInfo(&truncate);
	foreach(lc, tables)
		appendStringInfo(&truncate, "%s %s",
						 truncate.len == 0 ? "TRUNCATE" : ",",
						 (const char *) lfirst(lc));
	appendStringInfoString(&truncate, " RESTART IDENTITY");
	execute(truncate.data);
	gov_spi_end();
	PG_RETURN_VOID();
}

/* Check what foreign keys would have checked. */
static void
check_keys(void)
{
	uint64		count = gov_run0(&list_key_checks);
	List	   *names = NIL;
	List	   *checks;
	uint64		i;

	for (i = 0; i < count; i++)
		names = lappend(names, gov_row_text(i, 2));
	checks = take_texts(count);
	for (i = 0; i < count; i++)
	{
		execute(list_nth(checks, i));
		if (SPI_processed > 0)
			refuse("the dump was not loaded as a whole",
				   psprintf("A row refers to one that is not there: constraint \"%s\".",
							(const char *) list_nth(names, i)),
				   "Load it again, into a new database.");
	}
}

static void
check_loaded(void)
{
	(void) gov_run0(gov_sql("SELECT pg_catalog.count(*)"
							" FROM governance.audit_log AS l"
							" JOIN governance.audit_home AS h ON h.log_id ="
							" l.log_id"));
	if (gov_row_int8(0, 1) != 1)
		refuse("no dump has been loaded",
			   "Table governance.audit_log does not have its row.",
			   "Load the dump, then call gov_post_restore().");
}

static void
verify(void)
{
	StringInfoData named;
	int64		failures;

	initStringInfo(&named);
	failures = gov_audit_verify_all(&named);
	if (failures > 0)
		ereport(ERROR,
				(errcode(ERRCODE_GOV_TRAIL_UNVERIFIED),
				 errmsg("the audit trail that was loaded fails verification"),
				 errdetail("Failures: " INT64_FORMAT ". %s.", failures,
						   named.data),
				 errhint("The dump was altered, or was not loaded as a whole.")));
}

/*
 * gov_post_restore()
 */
Datum
gov_post_restore(PG_FUNCTION_ARGS)
{
	bool		more;

	require_superuser("gov_post_restore()");
	if (!gov_is_restoring())
		refuse("the database is not being restored",
			   "gov_pre_restore() was not called in it, or gov_post_restore() was already.",
			   "In a new database: CREATE EXTENSION governance, gov_pre_restore(), load the dump, gov_post_restore().");

	gov_spi_begin();
	check_alone();
	check_loaded();
	execute_all(&list_guards);
	if (gov_run0(&find_missing_guard) > 0)
		refuse("a guard is missing", gov_row_text(0, 1),
			   "Load the dump into a new database with a fresh CREATE EXTENSION.");
	execute_all(&list_keys_on);
	check_keys();
	(void) gov_sequences_lift();
	set_restoring(false);
	gov_operation_begin("restore", NULL);
	(void) gov_run0(gov_sql("UPDATE governance.audit_log"
							" SET incarnation = incarnation + 1"));
	gov_operation_end();
	gov_spi_end();

	verify();
	do
	{
		CHECK_FOR_INTERRUPTS();
		(void) gov_audit_seal_batch(true, GOV_SEAL_BATCH, 0, &more);
	} while (more);
	PG_RETURN_VOID();
}

/*
 * governance.is_restoring()
 */
Datum
gov_restoring_now(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(gov_is_restoring());
}

/* Make this database of this cluster the one that signs. */
static bool
move_here(void)
{
	return gov_run(gov_sql("UPDATE governance.audit_home AS h"
						   " SET system_identifier = $1, database_oid = $2"
						   " WHERE (h.system_identifier, h.database_oid) <>"
						   " ($1, $2)"),
				   gov_int8((int64) GetSystemIdentifier()),
				   gov_int8((int64) MyDatabaseId)) > 0;
}

/*
 * governance.continue_log(reason)
 */
Datum
gov_continue_log(PG_FUNCTION_ARGS)
{
	const char *reason = gov_arg_reason(fcinfo, 0, "reason");
	bool		moved;

	require_superuser("governance.continue_log()");
	gov_refuse_restoring();
	gov_spi_begin();
	gov_operation_begin("continue", reason);
	moved = move_here();
	gov_operation_end();
	gov_spi_end();
	PG_RETURN_BOOL(moved);
}

/*
 * governance.rename_log(reason)
 */
Datum
gov_rename_log(PG_FUNCTION_ARGS)
{
	const char *reason = gov_arg_reason(fcinfo, 0, "reason");
	Datum		log_id;
	bool		isnull;

	require_superuser("governance.rename_log()");
	gov_refuse_restoring();
	gov_spi_begin();
	gov_operation_begin("rename", reason);
	(void) gov_run0(&rename_log);
	log_id = gov_spi_keep(0, 1, &isnull);
	(void) move_here();
	gov_operation_end();
	gov_spi_end();
	PG_RETURN_DATUM(log_id);
}
