/*
 * webhook.c
 *		Delivery of governance.events to configured endpoints.
 *
 * Each endpoint has a thread and a connection of its own, so none waits for
 * another.  Events are sent in the order of published_no, one after the other.
 * One that is answered with 2xx is acknowledged in the database, others are
 * repeated, so each arrives at least once.  Of several gateways only the one
 * that holds the endpoint's lock delivers.
 */
#include <curl/curl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "gateway/db.h"
#include "gateway/endpoint.h"
#include "gateway/log.h"
#include "gateway/memory.h"
#include "gateway/stats.h"
#include "gateway/text.h"
#include "gateway/webhook.h"

#define LAST_BACKOFF 300		/* seconds */
#define LOOK_EACH 5				/* seconds, without a notification */
#define BATCH "50"
#define STATEMENT_MS 30000

static Endpoint endpoints[MAX_ENDPOINTS];
static pthread_t threads[MAX_ENDPOINTS];
static int	count;
static char *conninfo;
static atomic_bool stopping;
static int	wake_fd = -1;

static const char next_sql[] =
	"SELECT e.published_no, e.id, e.type, jsonb_build_object("
	"'specversion', '1.0', 'id', e.id, 'source', e.source, 'type', e.type,"
	" 'subject', e.subject, 'time', to_char(e.\"time\" AT TIME ZONE 'UTC',"
	" 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'datacontenttype',"
	" 'application/json', 'sequence', e.published_no::text, 'data', e.data)"
	" FROM gov_next_events($1::text, " BATCH ") AS e";

/* Wait so many seconds, or until a notification or the stop. */
static void
wait_for(PGconn *conn, int seconds)
{
	struct pollfd waiting[2] = {
		{.fd = wake_fd, .events = POLLIN},
		{.fd = conn ? PQsocket(conn) : -1, .events = POLLIN}
	};
	PGnotify   *notification;

	if (atomic_load(&stopping))
		return;
	poll(waiting, 2, seconds * 1000);
	if (conn == NULL || !PQconsumeInput(conn))
		return;
	while ((notification = PQnotifies(conn)) != NULL)
		PQfreemem(notification);
}

/* Wait 1, 2, 4 ... seconds between failures. */
static void
back_off(int *failures)
{
	int			seconds = *failures < 9 ? 1 << *failures : LAST_BACKOFF;

	(*failures)++;
	wait_for(NULL, seconds < LAST_BACKOFF ? seconds : LAST_BACKOFF);
}

static PGresult *
run(PGconn *conn, const char *sql, const char *first, const char *second)
{
	const char *values[] = {first, second};

	return PQexecParams(conn, sql, second ? 2 : first ? 1 : 0, NULL, values,
						NULL, NULL, 0);
}

static bool
run_ok(PGconn *conn, const char *sql, const char *first, const char *second)
{
	PGresult   *result = run(conn, sql, first, second);
	bool		good = PQresultStatus(result) == PGRES_TUPLES_OK ||
		PQresultStatus(result) == PGRES_COMMAND_OK;

	PQclear(result);
	return good;
}

static PGconn *
open_connection(const Endpoint *endpoint)
{
	const char *why;
	PGconn	   *conn = db_connect(conninfo, "governance-gateway webhook",
								  STATEMENT_MS, &why);

	if (conn == NULL)
	{
		log_message("error", NULL, "webhook %s: %s", endpoint->name, why);
		return NULL;
	}
	if (run_ok(conn, "LISTEN governance_events", NULL, NULL))
		return conn;
	log_message("error", NULL, "webhook %s: %s", endpoint->name,
				PQerrorMessage(conn));
	PQfinish(conn);
	return NULL;
}

/* Report what is missing in the database for an endpoint of that name. */
static void
check_consumer(PGconn *conn, const char *name, Text *problems)
{
	PGresult   *result = run(conn, "SELECT gov_current_actor(), (SELECT c.user_id"
							 " FROM governance.event_consumers AS c"
							 " WHERE c.name = $1), quote_literal($1),"
							 " quote_literal(gov_current_actor())",
							 name, NULL);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		text_printf(problems, "endpoint \"%s\": %s", name,
					PQerrorMessage(conn));
	else if (PQgetisnull(result, 0, 0))
		text_printf(problems, "endpoint \"%s\": the database role is no"
					" active governance user\n", name);
	else if (PQgetisnull(result, 0, 1))
		text_printf(problems, "endpoint \"%s\": there is no consumer of that"
					" name; whoever has system:config can run:"
					" SELECT gov_create_consumer(%s, %s);\n", name,
					PQgetvalue(result, 0, 2), PQgetvalue(result, 0, 3));
	else if (strcmp(PQgetvalue(result, 0, 0), PQgetvalue(result, 0, 1)) != 0)
		text_printf(problems, "endpoint \"%s\": its consumer is user"
					" \"%s\"'s, not \"%s\"'s; gov_drop_consumer() ends it\n",
					name, PQgetvalue(result, 0, 1), PQgetvalue(result, 0, 0));
	PQclear(result);
}

/* Only one gateway at a time delivers to an endpoint. */
static bool
is_our_turn(PGconn *conn, const Endpoint *endpoint, time_t *told_at)
{
	PGresult   *result = run(conn, "SELECT gov_claim_consumer($1::text)",
							 endpoint->name, NULL);
	bool		good = PQresultStatus(result) == PGRES_TUPLES_OK &&
		PQntuples(result) == 1 && !PQgetisnull(result, 0, 0);
	bool		ours = good && PQgetvalue(result, 0, 0)[0] == 't';
	Text		problem = {0};

	/* It is checked often, so it is not logged each time. */
	if (!good && time(NULL) - *told_at >= LAST_BACKOFF)
	{
		*told_at = time(NULL);
		check_consumer(conn, endpoint->name, &problem);
		log_message("error", NULL, "webhooks: %s",
					problem.len > 0 ? problem.data : PQerrorMessage(conn));
		text_free(&problem);
	}
	PQclear(result);
	return ours;
}

static bool
acknowledge(PGconn *conn, const Endpoint *endpoint, const char *number)
{
	PGresult   *result = run(conn, "SELECT gov_acknowledge_events($1::text, $2::int8)",
							 endpoint->name, number);
	bool		good = PQresultStatus(result) == PGRES_TUPLES_OK &&
		PQntuples(result) == 1 && !PQgetisnull(result, 0, 0);

	if (!good)
		log_message("error", NULL, "webhook %s: not acknowledged: %s",
					endpoint->name, PQerrorMessage(conn)[0] ?
					PQerrorMessage(conn) : "the consumer is another user's");
	PQclear(result);
	return good;
}

/* Wait until the database can be reached, or the gateway stops. */
static bool
deliver(const Endpoint *endpoint, const char *id, const char *body)
{
	int			failures = 0;
	char		why[256];

	while (!atomic_load(&stopping))
	{
		if (endpoint_deliver(endpoint, id, body, &stopping, why))
		{
			stats_webhook(true);
			return true;
		}
		stats_webhook(false);
		if (!atomic_load(&stopping))
			log_message("warning", id, "webhook %s: not delivered: %s",
						endpoint->name, why);
		back_off(&failures);
	}
	return false;
}

/* Deliver a batch; returns false if the connection cannot be used any more. */
static bool
deliver_batch(PGconn *conn, const Endpoint *endpoint)
{
	PGresult   *events = run(conn, next_sql, endpoint->name, NULL);
	bool		good = PQresultStatus(events) == PGRES_TUPLES_OK;
	int			n = good ? PQntuples(events) : 0;
	int			i;

	if (!good)
		log_message("error", NULL, "webhook %s: %s", endpoint->name,
					PQerrorMessage(conn));
	for (i = 0; good && i < n; i++)
	{
		bool		wanted = endpoint_wants(endpoint,
											PQgetvalue(events, i, 2));

		if (wanted && !deliver(endpoint, PQgetvalue(events, i, 1),
							   PQgetvalue(events, i, 3)))
			break;
		if (wanted || i == n - 1)
			good = acknowledge(conn, endpoint, PQgetvalue(events, i, 0));
	}
	PQclear(events);
	if (good && n == 0)
		wait_for(conn, LOOK_EACH);
	return good;
}

static void *
serve_endpoint(void *arg)
{
	const Endpoint *endpoint = arg;
	time_t		told_at = 0;
	int			failures = 0;

	while (!atomic_load(&stopping))
	{
		PGconn	   *conn = open_connection(endpoint);
		bool		ours = false;

		while (conn != NULL && !atomic_load(&stopping) &&
			   PQstatus(conn) == CONNECTION_OK)
		{
			if (!ours && !(ours = is_our_turn(conn, endpoint, &told_at)))
				wait_for(conn, LOOK_EACH);
			else if (!deliver_batch(conn, endpoint))
				break;
			else
				failures = 0;
		}
		if (conn != NULL)
			PQfinish(conn);
		if (!atomic_load(&stopping))
			back_off(&failures);
	}
	return NULL;
}

void
webhook_start(const Config *config)
{
	Text		problems = {0};
	int			i;

	if (config->webhooks[0] == '\0')
		return;
	count = endpoints_read(config->webhooks, endpoints, &problems);
	if (problems.len > 0)
		log_message("error", NULL, "webhooks: %s", problems.data);
	text_free(&problems);
	if (count <= 0)
	{
		count = 0;
		return;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	conninfo = must_strdup(config->db);
	atomic_store(&stopping, false);
	wake_fd = eventfd(0, EFD_CLOEXEC);
	for (i = 0; i < count; i++)
	{
		if (pthread_create(&threads[i], NULL, serve_endpoint,
						   &endpoints[i]) != 0)
		{
			log_message("fatal", NULL, "webhooks: no thread");
			abort();
		}
	}
}

void
webhook_stop(void)
{
	unsigned long long one = 1;
	ssize_t		n;
	int			i;

	if (count == 0)
		return;
	atomic_store(&stopping, true);
	n = write(wake_fd, &one, sizeof(one));
	(void) n;
	for (i = 0; i < count; i++)
	{
		pthread_join(threads[i], NULL);
		endpoint_free(&endpoints[i]);
	}
	count = 0;
	close(wake_fd);
	wake_fd = -1;
	free(conninfo);
	conninfo = NULL;
	curl_global_cleanup();
}

void
webhook_check(const Config *config, Text *problems)
{
	Endpoint	found[MAX_ENDPOINTS];
	int			n = config->webhooks[0] == '\0' ? 0 :
		endpoints_read(config->webhooks, found, problems);
	const char *why;
	PGconn	   *conn = n <= 0 ? NULL :
		db_connect(config->db, "governance-gateway check", STATEMENT_MS, &why);

	/* The check of the database has reported why there is none. */
	if (conn != NULL)
	{
		int			i;

		for (i = 0; i < n; i++)
			check_consumer(conn, found[i].name, problems);
		PQfinish(conn);
	}
	while (n > 0)
		endpoint_free(&found[--n]);
}
