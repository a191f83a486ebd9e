/*
 * store.c
 *		Finds the issuers, decides when to ask each, and stores their answers.
 *
 * With --watch the database sends a notification when a token names an unknown
 * key, and the keys are fetched again.  Anybody can make up such a token, so
 * there is always a pause between two requests to an issuer.
 */
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jwks/jwks.h"

#define CHANNEL "governance_issuer_keys"
#define RETRY 5000				/* ms until the next try to connect */
#define NEVER (-1)

/* With --watch: an issuer, and when it is to be asked next. */
typedef struct Visit
{
	struct Visit *next;
	long long	asked_at;		/* NEVER: not yet */
	long long	due_at;
	bool		is_listed;		/* the database still has it */
	char		issuer[];
} Visit;

static long long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void
ignore_notice(void *arg, const PGresult *result)
{
}

static PGconn *
connect_db(const Settings *settings)
{
	const char *keys[] = {"dbname", "fallback_application_name",
		"client_encoding", NULL};
	const char *values[] = {settings->db, "governance-jwks", "UTF8", NULL};
	PGconn	   *conn = PQconnectdbParams(keys, values, 1);
	PGresult   *result;
	bool		may = false;

	PQsetNoticeReceiver(conn, ignore_notice, NULL);
	if (PQstatus(conn) != CONNECTION_OK)
		say(NULL, "the database cannot be reached: %s", PQerrorMessage(conn));
	else
	{
		result = PQexec(conn, "SELECT gov_can('identity:keys')");
		if (PQresultStatus(result) != PGRES_TUPLES_OK)
			say(NULL, "the database cannot be asked: %s",
				PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
		else if (PQgetvalue(result, 0, 0)[0] != 't')
			say(NULL, "the database role is no user with permission \"identity:keys\"");
		else
			may = true;
		PQclear(result);
	}
	if (may)
		return conn;
	PQfinish(conn);
	return NULL;
}

/* The thumbprints of the stored keys (free it); NULL where there are none. */
static char *
stored_keys(PGconn *conn, const char *issuer)
{
	PGresult   *result = PQexecParams(conn,
									  "SELECT string_agg(k.thumbprint || ' ' || coalesce(k.kid, ''),"
									  " ',' ORDER BY k.thumbprint)"
									  " FROM governance.issuer_keys AS k"
									  " WHERE k.issuer = $1",
									  1, NULL, &issuer, NULL, NULL, 0);
	char	   *keys = NULL;

	if (PQresultStatus(result) == PGRES_TUPLES_OK &&
		!PQgetisnull(result, 0, 0))
		keys = strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	return keys;
}

static bool
store(PGconn *conn, const char *issuer, const char *keys)
{
	const char *values[] = {issuer, keys};
	char	   *before = stored_keys(conn, issuer);
	PGresult   *result = PQexecParams(conn,
									  "SELECT gov_store_issuer_keys($1, $2::jsonb)",
									  2, NULL, values, NULL, NULL, 0);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	char	   *after;
	bool		good = PQresultStatus(result) == PGRES_TUPLES_OK;

	if (good)
	{
		after = stored_keys(conn, issuer);
		if (strcmp(before ? before : "", after ? after : "") != 0)
			say(issuer, "has new keys");
		free(after);
	}
	else if (state == NULL)
		say(issuer, "not stored: %s", PQerrorMessage(conn));
	else
		say(issuer, "not stored: %s%s%s",
			PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
			strcmp(state, "22023") == 0 && detail ? ": " : "",
			strcmp(state, "22023") == 0 && detail ? detail : "");
	free(before);
	PQclear(result);
	return good;
}

/* Ask an issuer and store its answer; false where its keys are unchanged. */
static bool
refresh(PGconn *conn, const char *issuer, const Settings *settings)
{
	char		why[WHY_LEN] = "";
	char	   *keys = fetch_keys(issuer, settings, why);
	bool		good = keys != NULL;

	if (!good && !stopping)
		say(issuer, "not fetched: %s", why);
	else if (good && settings->is_check)
		say(issuer, "ok");
	else if (good)
		good = store(conn, issuer, keys);
	free(keys);
	return good;
}

static PGresult *
list_issuers(PGconn *conn, const Settings *settings)
{
	PGresult   *result = PQexecParams(conn,
									  "SELECT i.issuer FROM governance.issuers AS i"
									  " WHERE $1::text IS NULL OR i.issuer = $1"
									  " ORDER BY i.issuer",
									  1, NULL, &settings->issuer, NULL, NULL,
									  0);

	if (PQresultStatus(result) == PGRES_TUPLES_OK)
		return result;
	say(NULL, "the issuers cannot be read: %s",
		PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) ?
		PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) :
		PQerrorMessage(conn));
	PQclear(result);
	return NULL;
}

int
run_once(const Settings *settings)
{
	PGconn	   *conn = connect_db(settings);
	PGresult   *issuers = conn ? list_issuers(conn, settings) : NULL;
	int			status = issuers ? 0 : 2;
	int			i;

	if (issuers != NULL && settings->issuer != NULL &&
		PQntuples(issuers) == 0)
	{
		say(settings->issuer, "is no issuer of the database");
		status = 2;
	}
	for (i = 0; issuers != NULL && !stopping && i < PQntuples(issuers); i++)
	{
		const char *issuer = PQgetvalue(issuers, i, 0);

		if (is_url(issuer) && !refresh(conn, issuer, settings))
			status = 1;
	}
	PQclear(issuers);
	PQfinish(conn);
	return status;
}

/* Read the issuers from the database; false where that fails. */
static bool
list_visits(PGconn *conn, Visit **visits, const Settings *settings)
{
	PGresult   *issuers = list_issuers(conn, settings);
	Visit	   *visit;
	int			i;

	if (issuers == NULL)
		return false;
	for (visit = *visits; visit != NULL; visit = visit->next)
		visit->is_listed = false;
	for (i = 0; i < PQntuples(issuers); i++)
	{
		const char *issuer = PQgetvalue(issuers, i, 0);

		if (!is_url(issuer))
			continue;
		for (visit = *visits; visit != NULL; visit = visit->next)
		{
			if (strcmp(visit->issuer, issuer) == 0)
				break;
		}
		if (visit == NULL)
		{
			visit = calloc(1, sizeof(Visit) + strlen(issuer) + 1);
			if (visit == NULL)
				abort();
			strcpy(visit->issuer, issuer);
			visit->asked_at = NEVER;
			visit->next = *visits;
			*visits = visit;
		}
		visit->is_listed = true;
	}
	PQclear(issuers);
	return true;
}

/* Ask it sooner than planned, but not before the pause is over. */
static void
hurry(Visit *visits, const char *issuer, const Settings *settings)
{
	Visit	   *visit;

	for (visit = visits; visit != NULL; visit = visit->next)
	{
		if (strcmp(visit->issuer, issuer) == 0 && visit->asked_at != NEVER &&
			visit->due_at > visit->asked_at + settings->pause)
			visit->due_at = visit->asked_at + settings->pause;
	}
}

/*
 * Ask the issuers that are due; returns when the next one is due.  One that
 * gave no keys is asked again soon.
 */
static long long
visit_due(PGconn *conn, Visit *visits, const Settings *settings)
{
	long long	next = now_ms() + settings->interval;
	Visit	   *visit;

	for (visit = visits; visit != NULL && !stopping; visit = visit->next)
	{
		if (!visit->is_listed)
			continue;
		if (visit->asked_at == NEVER || visit->due_at <= now_ms())
		{
			visit->asked_at = now_ms();
			visit->due_at = visit->asked_at +
				(refresh(conn, visit->issuer, settings) ||
				 settings->interval < settings->pause ?
				 settings->interval : settings->pause);
		}
		if (visit->due_at < next)
			next = visit->due_at;
	}
	return next;
}

/* Wait until then, or for a notification or a signal. */
static void
wait_until(PGconn *conn, long long moment)
{
	struct pollfd waiting = {
		.fd = conn ? PQsocket(conn) : -1,.events = POLLIN
	};
	long long	left = moment - now_ms();
	struct timespec timeout;
	sigset_t	signals;
	sigset_t	before;

	if (left < 0)
		left = 0;
	timeout.tv_sec = left / 1000;
	timeout.tv_nsec = left % 1000 * 1000000;

	/* A signal that came just before is seen; a later one ends the wait. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, &before);
	if (!stopping)
		ppoll(&waiting, 1, &timeout, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Work on one connection until it ends or the program does. */
static void
watch(PGconn *conn, Visit **visits, const Settings *settings)
{
	PGnotify   *notification;

	PQclear(PQexec(conn, "LISTEN " CHANNEL));
	while (!stopping && PQstatus(conn) == CONNECTION_OK &&
		   list_visits(conn, visits, settings))
	{
		long long	next = visit_due(conn, *visits, settings);

		if (PQconsumeInput(conn) && (notification = PQnotifies(conn)) == NULL)
		{
			wait_until(conn, next);
			if (!PQconsumeInput(conn))
				return;
			notification = PQnotifies(conn);
		}
		for (; notification != NULL; notification = PQnotifies(conn))
		{
			hurry(*visits, notification->extra, settings);
			PQfreemem(notification);
		}
	}
}

int
run_watch(const Settings *settings)
{
	Visit	   *visits = NULL;

	while (!stopping)
	{
		PGconn	   *conn = connect_db(settings);

		if (conn != NULL)
			watch(conn, &visits, settings);
		PQfinish(conn);
		wait_until(NULL, now_ms() + RETRY);
	}
	while (visits != NULL)
	{
		Visit	   *visit = visits;

		visits = visit->next;
		free(visit);
	}
	return 0;
}
