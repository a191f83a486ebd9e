/*
 * db.h
 *		Connections to the database, and what is sent over them.
 *
 * Invariants: a connection belongs to one request at a time; it is given back
 * outside any transaction, or closed.  Statements are prepared at their first
 * use on each connection.  Everything of one phase goes out together and comes
 * back together (libpq's pipeline); without BEGIN a phase is one transaction.
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
	PGresult   *result;			/* of success, else NULL; to be cleared */
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
	unsigned long waits;		/* that ended without a connection */
} PoolCounts;

/*
 * A session that nothing but this program's own settings shape, timeout being
 * that of its statements in milliseconds; NULL where there is none, which is
 * logged, "why" being a text for people.
 */
extern PGconn *db_connect(const char *conninfo, const char *application,
						  long timeout, const char **why);

extern Pool *pool_new(const char *conninfo, const Config *config);
extern void pool_free(Pool *pool);
extern void pool_counts(Pool *pool, PoolCounts *counts);

/*
 * A connection, within the time that the configuration gives; NULL where
 * there is none, "why" being a text for the log.
 */
extern DbConnection *pool_take(Pool *pool, const char **why);
extern void pool_give(DbConnection *connection);

/*
 * One phase.  False: an error, described in the arena, and a transaction that
 * BEGIN began is rolled back; steps before the error may have results.
 */
extern bool db_run(DbConnection *connection, Arena *arena, Step *steps,
				   int count, DbError *error);

/* What is said beside results, as strings of JSON, until it is given back. */
extern void db_listen(DbConnection *connection, Text *warnings);

/* Is the extension there?  Its version, or NULL and why. */
extern char *db_check(const char *conninfo, const Config *config,
					  Text *problems);

#endif							/* GATEWAY_DB_H */
