/*
 * db.c
 *		Connections to the database, and what is sent over them.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/clock.h"
#include "gateway/db.h"
#include "gateway/log.h"
#include "gateway/memory.h"
#include "gateway/statement.h"
#include "gateway/text.h"

#define FIRST_BACKOFF 100		/* milliseconds */
#define LAST_BACKOFF 10000
#define SLACK 5000				/* beyond the server's own timeout */
#define ROOM_FOR_SQL 256

struct DbConnection
{
	Pool	   *pool;
	PGconn	   *conn;			/* NULL: not open */
	DbConnection *next;			/* next of the free ones */
	bool		in_transaction;
	bool		prepared[MAX_STATEMENTS];
	Text	   *warnings;		/* of the request that has it, or NULL */
};

/* A waiting request; connections are handed on in the order of arrival. */
typedef struct Waiter
{
	struct Waiter *next;
	pthread_cond_t woken;
	DbConnection *given;
	bool		hopeless;		/* waiting makes no sense any more */
} Waiter;

struct Pool
{
	pthread_mutex_t lock;
	Waiter	   *first_waiter;
	Waiter	   *last_waiter;
	char	   *conninfo;
	atomic_bool keeps_statements;	/* see connect_to() */
	long		wait;
	long		timeout;
	int			size;
	DbConnection *connections;
	DbConnection *open_ones;	/* free and open, the last used first */
	DbConnection *closed_ones;	/* free and not open */
	long		backoff;
	long		next_try;		/* milliseconds of the monotonic clock */
	PoolCounts	counts;
};

Pool *
pool_new(const char *conninfo, const Config *config)
{
	Pool	   *pool = must_alloc(sizeof(Pool));
	int			i;

	pthread_mutex_init(&pool->lock, NULL);
	pool->conninfo = must_strdup(conninfo);
	pool->wait = config->pool_wait;
	pool->timeout = config->db_timeout;
	pool->size = (int) config->pool;
	pool->counts.size = pool->size;
	pool->connections = must_alloc(sizeof(DbConnection) * pool->size);
	for (i = 0; i < pool->size; i++)
	{
		pool->connections[i].pool = pool;
		pool->connections[i].next = pool->closed_ones;
		pool->closed_ones = &pool->connections[i];
	}
	return pool;
}

void
pool_free(Pool *pool)
{
	int			i;

	if (pool == NULL)
		return;
	for (i = 0; i < pool->size; i++)
	{
		if (pool->connections[i].conn != NULL)
			PQfinish(pool->connections[i].conn);
	}
	pthread_mutex_destroy(&pool->lock);
	free(pool->connections);
	free(pool->conninfo);
	free(pool);
}

void
pool_counts(Pool *pool, PoolCounts *counts)
{
	pthread_mutex_lock(&pool->lock);
	*counts = pool->counts;
	pthread_mutex_unlock(&pool->lock);
}

static void
ignore_notice(void *arg, const PGresult *result)
{
}

/*
 * Keep a NOTICE or WARNING of the extension; those of PostgreSQL have a code.
 */
static void
take_notice(void *arg, const PGresult *result)
{
	DbConnection *connection = arg;
	Text	   *warnings = connection->warnings;
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result,
											 PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	Text		both = {0};

	if (warnings == NULL || sqlstate == NULL || message == NULL ||
		(strcmp(sqlstate, "00000") != 0 && strcmp(sqlstate, "01000") != 0))
		return;
	text_printf(&both, detail ? "%s.  %s" : "%s", message, detail);
	text_puts(warnings, warnings->len > 0 ? ", " : "");
	text_json(warnings, both.data);
	text_free(&both);
}

PGconn *
db_connect(const char *conninfo, const char *application, long timeout,
		   const char **why)
{
	static const char set_up[] =
		"SELECT set_config('search_path', 'pg_catalog, '"
		" || quote_ident(n.nspname) || ', pg_temp', false),"
		" set_config('statement_timeout', $1, false),"
		" set_config('idle_in_transaction_session_timeout', $1, false),"
		" set_config('log_parameter_max_length_on_error', '0', false),"
		" set_config('client_min_messages', 'notice', false),"
		" set_config('DateStyle', 'ISO', false),"
		" set_config('TimeZone', 'UTC', false),"
		" set_config('extra_float_digits', '1', false), e.extversion,"
		" CASE WHEN NOT has_schema_privilege(n.oid, 'USAGE') THEN"
		" format('GRANT USAGE ON SCHEMA %I TO %I', n.nspname, current_user) END,"
		/*
		 * somebody may have put a function there to be called in place of ours
		 */
		" (SELECT o.what FROM (SELECT p.oid, 'pg_proc'::regclass, p.proowner,"
		" 'function ' || p.oid::regprocedure FROM pg_proc AS p"
		" WHERE p.pronamespace = n.oid AND p.proname LIKE 'gov|_%' ESCAPE '|'"
		" UNION ALL SELECT p.oid, 'pg_operator'::regclass, p.oprowner,"
		" 'operator ' || p.oid::regoperator FROM pg_operator AS p"
		" WHERE p.oprnamespace = n.oid AND p.oprname = ANY"
		" ('{||,->,->>,#>>,=,<>,<,<=,>,>=,~,!~}'))"
		" AS o(oid, class, owner, what)"
		" JOIN pg_roles AS r ON r.oid = o.owner AND NOT r.rolsuper"
		" WHERE NOT EXISTS (SELECT FROM pg_depend AS d"
		" WHERE d.classid = o.class AND d.objid = o.oid"
		" AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e')"
		" LIMIT 1)"
		" FROM pg_catalog.pg_extension AS e"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace"
		" WHERE e.extname = 'governance'";
	/* the conninfo, passed as dbname, overrides what comes before it */
	const char *names[] = {"connect_timeout", "tcp_user_timeout",
		"keepalives_idle", "fallback_application_name", "dbname",
	"client_encoding", NULL};
	const char *values[] = {"5", "20000", "30", application, conninfo, "UTF8",
	NULL};
	char		ms[32];
	const char *parameters[] = {ms};
	PGconn	   *conn = PQconnectdbParams(names, values, 1);
	PGresult   *result;
	bool		good;
	int			last;

	if (PQstatus(conn) != CONNECTION_OK)
	{
		log_message("error", NULL, "no connection to the database: %s",
					PQerrorMessage(conn));
		*why = "the database cannot be reached";
		PQfinish(conn);
		return NULL;
	}
	PQsetNoticeReceiver(conn, ignore_notice, NULL);
	snprintf(ms, sizeof(ms), "%ld", timeout);
	result = PQexecParams(conn, set_up, 1, NULL, parameters, NULL, NULL, 0);
	good = PQresultStatus(result) == PGRES_TUPLES_OK &&
		PQntuples(result) == 1;
	last = PQnfields(result) - 1;
	if (!good)
	{
		*why = "the extension governance is not in the database";
		log_message("error", NULL, "%s: %s", *why, PQerrorMessage(conn));
	}
	else if (!PQgetisnull(result, 0, last - 1))
	{
		good = false;
		*why = "the role may not use the schema of the extension's functions";
		log_message("error", NULL, "%s: %s", *why,
					PQgetvalue(result, 0, last - 1));
	}
	else if (!PQgetisnull(result, 0, last))
	{
		good = false;
		*why = "something else stands where the extension's functions are";
		log_message("error", NULL, "%s: %s", *why,
					PQgetvalue(result, 0, last));
	}
	PQclear(result);
	if (good)
		return conn;
	PQfinish(conn);
	return NULL;
}

/*
 * Do we talk to the server itself, whose process is the session's, not to a
 * pooler?
 */
static bool
is_direct(PGconn *conn)
{
	PGresult   *result = PQexec(conn, "SELECT pg_backend_pid()");
	bool		direct = PQresultStatus(result) == PGRES_TUPLES_OK &&
		atoi(PQgetvalue(result, 0, 0)) == PQbackendPID(conn);

	PQclear(result);
	return direct;
}

/* Is there already a statement of that name, from an earlier client? */
static bool
is_taken(PGconn *conn, const char *name)
{
	PGresult   *result = PQprepare(conn, name, "SELECT 1", 0, NULL);
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	bool		taken = sqlstate != NULL && strcmp(sqlstate, "42P05") == 0;

	PQclear(result);
	return taken;
}

static const char no_statements[] =
	"the pooler before the database keeps no prepared statements: "
	"PgBouncer needs pool_mode = session, or version 1.21 or newer"
	" and max_prepared_statements";

/*
 * A connection for requests, whose steps go out in a pipeline and are prepared
 * once.
 *
 * A pooler that hands server connections on after each transaction may not
 * know about prepared statements.  Then the next client finds ours under its
 * name.  We check that once.
 */
static PGconn *
connect_to(const char *conninfo, long timeout, atomic_bool *keeps_statements,
		   const char **why)
{
	static const char probe[] = "governance_probe";
	PGconn	   *conn;
	bool		taken = false;

	conn = db_connect(conninfo, "governance-gateway", timeout, why);
	if (conn != NULL && !atomic_load(keeps_statements) && !is_direct(conn))
	{
		taken = is_taken(conn, probe);
		PQfinish(conn);
		conn = db_connect(conninfo, "governance-gateway", timeout, why);
		taken = conn != NULL && (is_taken(conn, probe) || taken);
	}
	if (taken)
	{
		PQclear(PQexec(conn, "DEALLOCATE governance_probe"));
		*why = no_statements;
		log_message("error", NULL, "%s", *why);
	}
	else if (conn == NULL || PQenterPipelineMode(conn))
	{
		atomic_store(keeps_statements, conn != NULL);
		return conn;
	}
	PQfinish(conn);
	return NULL;
}

static void
close_connection(DbConnection *connection)
{
	if (connection->conn != NULL)
		PQfinish(connection->conn);
	connection->conn = NULL;
	connection->in_transaction = false;
	memset(connection->prepared, 0, sizeof(connection->prepared));
}

/* Close a connection that was counted as open. */
static void
drop_connection(DbConnection *connection)
{
	Pool	   *pool = connection->pool;

	close_connection(connection);
	pthread_mutex_lock(&pool->lock);
	pool->counts.open--;
	pthread_mutex_unlock(&pool->lock);
}

/* Returns false if the server has gone while the connection was free. */
static bool
still_there(DbConnection *connection)
{
	struct pollfd waiting = {.fd = PQsocket(connection->conn),
	.events = POLLIN};

	if (poll(&waiting, 1, 0) == 0)
		return true;
	return PQconsumeInput(connection->conn) == 1 &&
		PQstatus(connection->conn) == CONNECTION_OK &&
		(waiting.revents & (POLLHUP | POLLERR)) == 0;
}

/* With the lock held: returns a free connection, or NULL. */
static DbConnection *
take_free(Pool *pool)
{
	DbConnection *found = pool->open_ones;

	if (found != NULL)
		pool->open_ones = found->next;
	else if (pool->closed_ones != NULL && now_ms() >= pool->next_try)
	{
		found = pool->closed_ones;
		pool->closed_ones = found->next;
	}
	return found;
}

static void
remove_waiter(Pool *pool, Waiter *waiter)
{
	Waiter	  **at = &pool->first_waiter;
	Waiter	   *before = NULL;

	while (*at != NULL && *at != waiter)
	{
		before = *at;
		at = &before->next;
	}
	if (*at == NULL)
		return;
	*at = waiter->next;
	if (pool->last_waiter == waiter)
		pool->last_waiter = before;
}

/* With the lock held: wait for a connection that a request gives back. */
static DbConnection *
wait_for_one(Pool *pool, const char **why)
{
	long		until = now_ms() + pool->wait;
	struct timespec deadline = {.tv_sec = until / 1000,
	.tv_nsec = until % 1000 * 1000000};
	Waiter		waiter = {0};
	pthread_condattr_t attributes;

	/* all are closed, and it is too soon to try again */
	if (pool->counts.busy == 0)
	{
		*why = "the database cannot be reached";
		pool->counts.waits++;
		return NULL;
	}
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&waiter.woken, &attributes);
	pthread_condattr_destroy(&attributes);
	/* It is taken out of the list below, before this function returns. */
	if (pool->last_waiter != NULL)
		pool->last_waiter->next = &waiter;
	else
		/* cppcheck-suppress autoVariables */
		pool->first_waiter = &waiter;
	/* cppcheck-suppress autoVariables */
	pool->last_waiter = &waiter;

	while (waiter.given == NULL && !waiter.hopeless)
	{
		if (pthread_cond_timedwait(&waiter.woken, &pool->lock,
								   &deadline) != 0 && waiter.given == NULL)
			break;
	}
	if (waiter.given == NULL)
	{
		remove_waiter(pool, &waiter);
		*why = waiter.hopeless ? "the database cannot be reached" :
			"every connection to the database is in use";
		pool->counts.waits++;
	}
	pthread_cond_destroy(&waiter.woken);
	return waiter.given;
}

/* With the lock held: give free connections to the requests that wait. */
static void
serve_waiters(Pool *pool)
{
	while (pool->first_waiter != NULL)
	{
		Waiter	   *waiter = pool->first_waiter;
		DbConnection *free_one = take_free(pool);

		if (free_one == NULL && pool->counts.busy > 0)
			break;
		remove_waiter(pool, waiter);
		waiter->given = free_one;
		if (free_one != NULL)
			pool->counts.busy++;
		else
			waiter->hopeless = true;
		pthread_cond_signal(&waiter->woken);
	}
}

/* Note the result of an attempt to connect. */
static void
note_attempt(Pool *pool, DbConnection *connection)
{
	pthread_mutex_lock(&pool->lock);
	pool->counts.connects++;
	if (connection->conn != NULL)
	{
		pool->backoff = 0;
		pool->next_try = 0;
		pool->counts.open++;
	}
	else
	{
		pool->counts.failures++;
		pool->backoff = pool->backoff == 0 ? FIRST_BACKOFF :
			pool->backoff * 2 > LAST_BACKOFF ? LAST_BACKOFF :
			pool->backoff * 2;
		pool->next_try = now_ms() + pool->backoff;
	}
	pthread_mutex_unlock(&pool->lock);
}

DbConnection *
pool_take(Pool *pool, const char **why)
{
	DbConnection *connection;

	pthread_mutex_lock(&pool->lock);
	connection = pool->first_waiter == NULL ? take_free(pool) : NULL;
	if (connection != NULL)
		pool->counts.busy++;
	else
		connection = wait_for_one(pool, why);
	pthread_mutex_unlock(&pool->lock);
	if (connection == NULL)
		return NULL;

	if (connection->conn != NULL && !still_there(connection))
		drop_connection(connection);
	if (connection->conn == NULL)
	{
		connection->conn = connect_to(pool->conninfo, pool->timeout,
									  &pool->keeps_statements, why);
		if (connection->conn != NULL)
			PQsetNoticeReceiver(connection->conn, take_notice, connection);
		note_attempt(pool, connection);
		if (connection->conn == NULL)
		{
			pool_give(connection);
			return NULL;
		}
	}
	return connection;
}

void
pool_give(DbConnection *connection)
{
	Pool	   *pool = connection->pool;
	bool		was_open = connection->conn != NULL;

	connection->warnings = NULL;
	/* the next request must not continue a transaction of this one */
	if (was_open && (connection->in_transaction ||
					 PQstatus(connection->conn) != CONNECTION_OK))
		close_connection(connection);
	pthread_mutex_lock(&pool->lock);
	pool->counts.busy--;
	if (connection->conn != NULL)
	{
		connection->next = pool->open_ones;
		pool->open_ones = connection;
	}
	else
	{
		if (was_open)
			pool->counts.open--;
		connection->next = pool->closed_ones;
		pool->closed_ones = connection;
	}
	serve_waiters(pool);
	pthread_mutex_unlock(&pool->lock);
}

void
db_listen(DbConnection *connection, Text *warnings)
{
	connection->warnings = warnings;
}

/*
 * Read a result, or the NULL after results; returns false if the connection is
 * lost or too slow.
 */
static bool
next_result(DbConnection *connection, long deadline, PGresult **result)
{
	PGconn	   *conn = connection->conn;

	while (PQisBusy(conn))
	{
		struct pollfd waiting = {.fd = PQsocket(conn), .events = POLLIN};
		long		left = deadline - now_ms();
		int			n;

		if (left <= 0)
			return false;
		n = poll(&waiting, 1, (int) left);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && !PQconsumeInput(conn))
			return false;
	}
	*result = PQgetResult(conn);
	return true;
}

static void
name_of(const Statement *statement, char name[16])
{
	snprintf(name, 16, "g%d", statement->number);
}

static bool
send_step(DbConnection *connection, const Step *step, bool *prepares)
{
	const Statement *statement = step->statement;
	char		name[16];

	name_of(statement, name);
	*prepares = !connection->prepared[statement->number];
	if (*prepares && !PQsendPrepare(connection->conn, name, statement->sql,
									0, NULL))
		return false;
	return PQsendQueryPrepared(connection->conn, name,
							   statement->nparameters, step->values, NULL,
							   NULL, 0) == 1;
}

static const char *
keep(Arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_strdup(arena, text);
}

static void
take_error(Arena *arena, const PGresult *result, DbError *error)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	snprintf(error->sqlstate, sizeof(error->sqlstate), "%s",
			 sqlstate ? sqlstate : "08006");
	error->message = keep(arena, PQresultErrorField(result,
												   PG_DIAG_MESSAGE_PRIMARY));
	if (error->message == NULL)
		error->message = "";
	error->detail = keep(arena, PQresultErrorField(result,
												   PG_DIAG_MESSAGE_DETAIL));
	error->hint = keep(arena, PQresultErrorField(result,
												 PG_DIAG_MESSAGE_HINT));
}

static void
lost(DbError *error, bool before)
{
	if (error->sqlstate[0] == '\0')
	{
		strcpy(error->sqlstate, "08006");
		error->message = "the connection to the database was lost";
		error->before = before;
	}
}

static bool
is_good(ExecStatusType status)
{
	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
		status == PGRES_SINGLE_TUPLE || status == PGRES_EMPTY_QUERY;
}

/*
 * Read the results of the steps, up to the synchronisation.  Each step has
 * one, and another before it where it was prepared.
 */
static bool
read_phase(DbConnection *connection, Arena *arena, Step *steps, int count,
		   const bool *prepares, DbError *error)
{
	long		deadline = now_ms() + connection->pool->timeout + SLACK;
	bool		preparing = prepares[0];
	bool		between = false;
	int			at = 0;

	for (;;)
	{
		PGresult   *result;
		ExecStatusType status;

		if (!next_result(connection, deadline, &result))
			return false;
		if (result == NULL)
		{
			/* after two NULLs in a row nothing more comes */
			if (between)
				return false;
			between = true;
			continue;
		}
		between = false;
		status = PQresultStatus(result);
		if (status == PGRES_PIPELINE_SYNC)
		{
			PQclear(result);
			return true;
		}
		if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
		{
			if (error->sqlstate[0] == '\0')
				take_error(arena, result, error);
			PQclear(result);
			if (PQstatus(connection->conn) != CONNECTION_OK)
				return false;
		}
		else if (is_good(status) && preparing)
		{
			connection->prepared[steps[at].statement->number] = true;
			PQclear(result);
			preparing = false;
			continue;
		}
		else if (is_good(status) && at < count)
			steps[at].result = result;
		else
			PQclear(result);
		at++;
		preparing = at < count && prepares[at];
	}
}

static void
clear_results(Step *steps, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		PQclear(steps[i].result);
		steps[i].result = NULL;
	}
}

static bool
run_phase(DbConnection *connection, Arena *arena, Step *steps, int count,
		  DbError *error)
{
	bool		prepares[MAX_STEPS];
	int			i;

	for (i = 0; i < count; i++)
		steps[i].result = NULL;
	for (i = 0; i < count; i++)
	{
		if (!send_step(connection, &steps[i], &prepares[i]))
			break;
	}
	if (i < count || !PQpipelineSync(connection->conn))
	{
		/* the server does not commit steps without a synchronisation */
		drop_connection(connection);
		lost(error, true);
		return false;
	}
	if (!read_phase(connection, arena, steps, count, prepares, error))
	{
		clear_results(steps, count);
		drop_connection(connection);
		lost(error, false);
		return false;
	}
	return error->sqlstate[0] == '\0';
}

bool
db_run(DbConnection *connection, Arena *arena, Step *steps, int count,
	   DbError *error)
{
	Step		undo = {.statement = &rollback_statement};
	DbError		ignored = {0};
	bool		good;

	memset(error, 0, sizeof(*error));
	if (connection->conn == NULL)
	{
		lost(error, true);
		return false;
	}
	if (steps[0].statement == &begin_statement)
		connection->in_transaction = true;
	good = run_phase(connection, arena, steps, count, error);
	if (good && (steps[count - 1].statement == &commit_statement ||
				 steps[count - 1].statement == &rollback_statement))
		connection->in_transaction = false;
	if (!good && connection->conn != NULL && connection->in_transaction)
	{
		if (run_phase(connection, arena, &undo, 1, &ignored))
		{
			connection->in_transaction = false;
			PQclear(undo.result);
		}
	}

	/* the plan uses objects that have changed: begin a new session */
	if (!good && connection->conn != NULL &&
		(strcmp(error->sqlstate, "0A000") == 0 ||
		 strcmp(error->sqlstate, "26000") == 0))
		drop_connection(connection);
	return good;
}

/* Prepare each statement, and say which of them cannot be prepared. */
static void
check_statements(PGconn *conn, Text *problems)
{
	int			i;

	PQexitPipelineMode(conn);
	for (i = 0; i < nstatements; i++)
	{
		PGresult   *result = PQprepare(conn, "", statements[i]->sql, 0, NULL);

		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			text_printf(problems, "%.*s...: %s\n", ROOM_FOR_SQL,
						statements[i]->sql,
						PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
		PQclear(result);
	}
}

bool
db_is_usable(const char *conninfo, const Config *config)
{
	const char *why = NULL;
	atomic_bool keeps_statements = false;
	PGconn	   *conn = connect_to(conninfo, config->db_timeout,
								  &keeps_statements, &why);

	PQfinish(conn);
	return why != no_statements;
}

char *
db_check(const char *conninfo, const Config *config, Text *problems)
{
	const char *why = "no connection";
	atomic_bool keeps_statements = false;
	PGconn	   *conn = connect_to(conninfo, config->db_timeout,
								  &keeps_statements, &why);
	PGresult   *result;
	char	   *version = NULL;

	if (conn == NULL)
	{
		text_printf(problems, "%s\n", why);
		return NULL;
	}
	check_statements(conn, problems);
	result = PQexec(conn, "SELECT gov_version()");
	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		version = must_strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(conn);
	return version;
}
