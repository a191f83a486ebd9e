/*
 * stats.c
 *		The gateway's own metrics, in Prometheus' text format.
 */
#include <stdatomic.h>
#include <string.h>

#include "gateway/stats.h"
#include "gateway/text.h"

static const double bounds[] = {
	0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
	5, 10,
};

#define BOUNDS ((int) (sizeof(bounds) / sizeof(bounds[0])))

static atomic_ulong by_status[600];
static atomic_ulong by_time[BOUNDS + 1];
static atomic_ulong microseconds;
static atomic_long connections;
static atomic_ulong turned_away;
static atomic_ulong retries;
static atomic_ulong deliveries[2];

void
stats_request(int status, double seconds)
{
	int			i;

	if (status > 0 && status < 600)
		atomic_fetch_add_explicit(&by_status[status], 1,
								  memory_order_relaxed);
	for (i = 0; i < BOUNDS && seconds > bounds[i]; i++)
		;
	atomic_fetch_add_explicit(&by_time[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&microseconds, (unsigned long) (seconds * 1e6),
							  memory_order_relaxed);
}

void
stats_connection(int change)
{
	atomic_fetch_add(&connections, change);
}

void
stats_turned_away(void)
{
	atomic_fetch_add(&turned_away, 1);
}

void
stats_retry(void)
{
	atomic_fetch_add(&retries, 1);
}

void
stats_webhook(bool delivered)
{
	atomic_fetch_add(&deliveries[delivered], 1);
}

static void
family(Text *text, const char *name, const char *type, const char *help)
{
	text_printf(text, "# HELP governance_gateway_%s %s\n"
				"# TYPE governance_gateway_%s %s\n", name, help, name, type);
}

static void
put_times(Text *text)
{
	unsigned long sum = 0;
	int			i;

	family(text, "request_seconds", "histogram",
		   "Time from a complete request to its answer.");
	for (i = 0; i <= BOUNDS; i++)
	{
		sum += atomic_load(&by_time[i]);
		if (i < BOUNDS)
			text_printf(text, "governance_gateway_request_seconds_bucket"
						"{le=\"%g\"} %lu\n", bounds[i], sum);
		else
			text_printf(text, "governance_gateway_request_seconds_bucket"
						"{le=\"+Inf\"} %lu\n", sum);
	}
	text_printf(text, "governance_gateway_request_seconds_sum %g\n"
				"governance_gateway_request_seconds_count %lu\n",
				atomic_load(&microseconds) / 1e6, sum);
}

static void
put_pool(Text *text, const char *name, Pool *pool)
{
	PoolCounts	counts;

	if (pool == NULL)
		return;
	pool_counts(pool, &counts);
	text_printf(text, "governance_gateway_db_connections"
				"{pool=\"%s\",state=\"open\"} %d\n"
				"governance_gateway_db_connections"
				"{pool=\"%s\",state=\"busy\"} %d\n",
				name, counts.open, name, counts.busy);
}

static void
put_pool_totals(Text *text, const char *name, Pool *pool)
{
	PoolCounts	counts;

	if (pool == NULL)
		return;
	pool_counts(pool, &counts);
	text_printf(text, "governance_gateway_db_connects_total"
				"{pool=\"%s\",result=\"ok\"} %lu\n"
				"governance_gateway_db_connects_total"
				"{pool=\"%s\",result=\"failed\"} %lu\n",
				name, counts.connects - counts.failures, name,
				counts.failures);
}

void
stats_append(Service *service, Request *request, Reply *reply)
{
	Text		text = {0};
	int			i;

	text_append(&text, reply->body, reply->len);
	if (text.len > 0 && text.data[text.len - 1] != '\n')
		text_puts(&text, "\n");
	family(&text, "requests_total", "counter", "Requests answered.");
	for (i = 0; i < 600; i++)
	{
		unsigned long count = atomic_load(&by_status[i]);

		if (count > 0)
			text_printf(&text, "governance_gateway_requests_total"
						"{status=\"%d\"} %lu\n", i, count);
	}
	put_times(&text);
	family(&text, "client_connections", "gauge", "Connections of clients.");
	text_printf(&text, "governance_gateway_client_connections %ld\n",
				atomic_load(&connections));
	family(&text, "clients_turned_away_total", "counter",
		   "Connections refused because their address had too many.");
	text_printf(&text, "governance_gateway_clients_turned_away_total %lu\n",
				atomic_load(&turned_away));
	family(&text, "db_connections", "gauge", "Connections to the database.");
	put_pool(&text, "primary", service->pool);
	put_pool(&text, "standby", service->read_pool);
	family(&text, "db_connects_total", "counter",
		   "Attempts to connect to the database.");
	put_pool_totals(&text, "primary", service->pool);
	put_pool_totals(&text, "standby", service->read_pool);
	family(&text, "retries_total", "counter",
		   "Transactions begun again after a serialization failure or a lost connection.");
	text_printf(&text, "governance_gateway_retries_total %lu\n",
				atomic_load(&retries));
	family(&text, "webhook_deliveries_total", "counter",
		   "Attempts to deliver an event.");
	text_printf(&text, "governance_gateway_webhook_deliveries_total"
				"{result=\"ok\"} %lu\n"
				"governance_gateway_webhook_deliveries_total"
				"{result=\"failed\"} %lu\n",
				atomic_load(&deliveries[1]), atomic_load(&deliveries[0]));
	reply_text(reply, request, reply->status,
			   "text/plain; version=0.0.4; charset=utf-8", text.data,
			   text.len);
	text_free(&text);
}
