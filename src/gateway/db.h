/*
 * db.h
 *		Connections to the database, and what is sent over them.
 *
 * Invariants: a connection belongs to one request at a time; it is given back
 * outside any transaction, or closed.  Statements are prepared at their first
 * use on each connection.  All steps of one phase go out together and their
 * results come back together (libpq's pipeline); without BEGIN a phase is one
 * transaction.
 */
#ifndef GATEWAY_DB_H
#define GATEWAY_DB_H

#include <libpq-fe.h>

#include "gateway/arena.h"
#include "gateway/config.h"
#include "gateway/router.h"
#include "gateway/text.h"

#define MAX_STEPS 6

typedef struct Pool Pool;
typedef struct DbConnection DbConnection;

typedef struct Step
{
	const Statement *statement;
	const char *const *values;
	PGresult   *result;			/* NULL unless it succeeded; to be cleared */
} Step;

typedef struct DbError
{
	char		sqlstate[6];	/* 08006: the connection is lost */
	const char *message;
	const char *detail;
	const char *hint;
	bool		before;			/* nothing reached the server */
} DbError;

typedef struct PoolCounts
{
	int			size;
	int			open;
	int			busy;
	unsigned long connects;
	unsigned long failures;		/* to connect */
	unsigned long waits;		/* that got no connection */
} PoolCounts;

/*
 * Returns a session that has only this program's own settings, with a
 * statement timeout in milliseconds.  Without a session it returns NULL, logs
 * the reason and points "why" to a text for people.
 */
extern PGconn *db_connect(const char *conninfo, const char *application,
						  long timeout, const char **why);

extern Pool *pool_new(const char *conninfo, const Config *config);
extern void pool_free(Pool *pool);
extern void pool_counts(Pool *pool, PoolCounts *counts);

/*
 * Returns a connection, or NULL if none is free in time; "why" is for the log.
 */
extern DbConnection *pool_take(Pool *pool, const char **why);
extern void pool_give(DbConnection *connection);

/*
 * Send the steps together and read what comes back.  Returns false if one
 * failed: the arena then has the error, a transaction that BEGIN began is
 * rolled back, and steps before the error may have results.
 */
extern bool db_run(DbConnection *connection, Arena *arena, Step *steps,
				   int count, DbError *error);

/* Collect what NOTICEs say, as JSON, until the connection is given back. */
extern void db_listen(DbConnection *connection, Text *warnings);

/*
 * Returns false, and logs why, if the database there can never serve us.  A
 * server that cannot be reached may come back.
 */
extern bool db_is_usable(const char *conninfo, const Config *config);

/* Returns the version of the extension; or NULL, and adds the problems. */
extern char *db_check(const char *conninfo, const Config *config,
					  Text *problems);

#endif							/* GATEWAY_DB_H */
