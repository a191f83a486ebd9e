/*
 * server.c
 *		HTTP by libmicrohttpd: connections, limits, requests and replies.
 */
#include <microhttpd.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

#include "gateway/client.h"
#include "gateway/clock.h"
#include "gateway/header.h"
#include "gateway/log.h"
#include "gateway/memory.h"
#include "gateway/server.h"
#include "gateway/service.h"
#include "gateway/stats.h"
#include "gateway/text.h"
#include "gateway/tls.h"

#define STACK_SIZE (512 * 1024)
#define SWALLOW 16				/* so many times the largest body are read */
#define MEMORY 3				/* for a header, its index, the answer's */

struct Server
{
	Config	   *config;
	Service    *service;
	struct MHD_Daemon *daemon;
	Tls			tls;
	Clients    *clients;
	atomic_int	working;		/* requests between header and answer */
	atomic_bool stopping;
};

/* A request in progress. */
typedef struct Exchange
{
	Request		request;
	Reply		reply;
	Server	   *server;
	Client	   *client;
	bool		begun;
	struct timespec arrived;
	size_t		target_len;
	Text		body;
	size_t		received;
	char		id[40];
	char		remote[INET6_ADDRSTRLEN];
} Exchange;

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - then->tv_sec + (now.tv_nsec - then->tv_nsec) / 1e9;
}

/* --- connections --------------------------------------------------------- */

static enum MHD_Result
connection_comes(void *cls, const struct sockaddr *from, socklen_t len)
{
	Server	   *server = cls;

	return clients_admit(server->clients, from) ? MHD_YES : MHD_NO;
}

static void
connection_changed(void *cls, struct MHD_Connection *connection,
				   void **context, enum MHD_ConnectionNotificationCode what)
{
	Server	   *server = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED)
	{
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(connection,
									MHD_CONNECTION_INFO_CONNECTION_FD);
		int			fd = info->connect_fd;

		info = MHD_get_connection_info(connection,
									   MHD_CONNECTION_INFO_CLIENT_ADDRESS);
		*context = client_begin(server->clients, fd, info->client_addr);
	}
	else
		client_end(server->clients, *context);
}

void
server_watch(Server *server)
{
	clients_watch(server->clients, atomic_load(&server->stopping));
}

static Client *
client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection,
								MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info->socket_context;
}

static void
enter_stage(Exchange *exchange, Stage stage)
{
	client_stage(exchange->server->clients, exchange->client, stage);
}

/* --- a request arrives --------------------------------------------------- */

static void *
request_begins(void *cls, const char *target,
			   struct MHD_Connection *connection)
{
	Exchange   *exchange = must_alloc(sizeof(Exchange));
	const char *query = strchr(target, '?');

	exchange->server = cls;
	exchange->client = client_of(connection);
	exchange->request.arena = arena_new();
	exchange->target_len = strlen(target);
	request_target(&exchange->request, target);

	/*
	 * The library would now take some of the connection's memory for each
	 * parameter, and close without an answer when it is used up.  We have our
	 * own copy of the parameters, so we hide them from the library.
	 */
	if (query != NULL)
		((char *) query)[1] = '\0';
	enter_stage(exchange, RECEIVING);
	return exchange;
}

/* The client's own id if it is fit for a log, or else a random one. */
static void
take_id(Exchange *exchange)
{
	const char *given = exchange->request.given_id;
	unsigned char random[12];
	size_t		len = given ? strlen(given) : 0;
	size_t		i;

	if (len > 0 && len < sizeof(exchange->id) &&
		strspn(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789._-") == len)
		memcpy(exchange->id, given, len + 1);
	else
	{
		if (getrandom(random, sizeof(random), 0) != (ssize_t) sizeof(random))
			memset(random, 0, sizeof(random));
		for (i = 0; i < sizeof(random); i++)
			sprintf(exchange->id + 2 * i, "%02x", random[i]);
	}
	exchange->request.id = exchange->id;
}

static enum MHD_Result
send_reply(Exchange *exchange, struct MHD_Connection *connection)
{
	Reply	   *reply = &exchange->reply;
	struct MHD_Response *response =
		MHD_create_response_from_buffer(reply->len, (void *) reply->body,
										MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result;
	int			i;

	if (response == NULL)
		return MHD_NO;
	if (reply->type != NULL)
		MHD_add_response_header(response, "Content-Type", reply->type);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	for (i = 0; i < reply->nheaders; i++)
		MHD_add_response_header(response, reply->headers[i].name,
								reply->headers[i].value);
	if (atomic_load(&exchange->server->stopping) ||
		exchange->request.bad != NULL)
		MHD_add_response_header(response, "Connection", "close");
	enter_stage(exchange, ANSWERING);
	result = MHD_queue_response(connection, (unsigned int) reply->status,
								response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
answer(Exchange *exchange, struct MHD_Connection *connection)
{
	Request    *request = &exchange->request;

	enter_stage(exchange, WORKING);
	clock_gettime(CLOCK_MONOTONIC, &exchange->arrived);
	request->body = exchange->body.data;
	request->body_len = exchange->body.len;
	service_answer(exchange->server->service, request, &exchange->reply);
	if (exchange->reply.user != NULL)
		client_known(exchange->client);
	return send_reply(exchange, connection);
}

/*
 * Acknowledge the header fields at once: a client that sends its body by
 * another write may wait for that.
 */
static void
ask_for_rest(const Client *client)
{
	int			on = 1;

	setsockopt(client_socket(client), IPPROTO_TCP, TCP_QUICKACK, &on,
			   sizeof(on));
}

/* The header is there. */
static enum MHD_Result
begin(Exchange *exchange, struct MHD_Connection *connection,
	  const RequestLine *line)
{
	Server	   *server = exchange->server;
	Request    *request = &exchange->request;
	long long	limit = server->config->max_body;
	long long	length;

	exchange->begun = true;
	atomic_fetch_add(&server->working, 1);
	client_greeted(exchange->client);
	request->method = arena_strdup(request->arena, line->method);
	header_take(request, connection, line);
	take_id(exchange);
	address_put(client_address(exchange->client), exchange->remote);
	request->header_too_large =
		request->header_len > (size_t) server->config->max_header;
	if (request->unsafe || request->header_too_large)
		return answer(exchange, connection);

	/*
	 * A client that asks first (Expect) is answered at once; one that sends
	 * without asking would not see an answer before it has sent everything.
	 */
	length = request->content_length ?
		strtoll(request->content_length, NULL, 10) : 0;
	if (length > 0)
		ask_for_rest(exchange->client);
	if (length > limit &&
		(request->expect != NULL || length > limit * SWALLOW))
	{
		request->too_large = true;
		return answer(exchange, connection);
	}
	return MHD_YES;
}

static enum MHD_Result
handle(void *cls, struct MHD_Connection *connection, const char *url,
	   const char *method, const char *version, const char *data,
	   size_t *data_len, void **context)
{
	Server	   *server = cls;
	Exchange   *exchange = *context;
	size_t		limit = (size_t) server->config->max_body;

	if (exchange == NULL)
		return MHD_NO;
	if (!exchange->begun)
	{
		RequestLine line = {method, url, exchange->target_len, version};

		return begin(exchange, connection, &line);
	}
	if (*data_len > 0)
	{
		exchange->received += *data_len;
		if (exchange->received > limit * SWALLOW)
			return MHD_NO;
		if (exchange->received > limit)
		{
			exchange->request.too_large = true;
			text_free(&exchange->body);
		}
		else
			text_append(&exchange->body, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	return answer(exchange, connection);
}

static void
request_ends(void *cls, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode how)
{
	Server	   *server = cls;
	Exchange   *exchange = *context;

	if (exchange == NULL)
		return;
	enter_stage(exchange, WAITING);
	if (exchange->reply.status != 0)
	{
		double		seconds = seconds_since(&exchange->arrived);
		AccessLine	line = {
			.request_id = exchange->id,
			.remote = exchange->remote,
			.method = exchange->request.method,
			.path = exchange->request.path,
			.route = exchange->reply.route,
			.user = exchange->reply.user,
			.code = exchange->reply.code,
			.status = exchange->reply.status,
			.bytes = exchange->reply.len,
			.seconds = seconds
		};

		log_access(&line);
		stats_request(exchange->reply.status, seconds);
	}
	if (exchange->begun)
		atomic_fetch_sub(&server->working, 1);
	text_free(&exchange->body);
	arena_free(exchange->request.arena);
	free(exchange);
	*context = NULL;
}

/* The path and the query are decoded in request.c, with more care. */
static size_t
leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
	return strlen(text);
}

static void
log_library(void *cls, const char *format, va_list args)
{
	/* mistakes of clients do not belong in the log */
}

/* --- start and stop ------------------------------------------------------ */

static bool
start_daemon(Server *server, int listen_fd)
{
	const Config *config = server->config;
	bool		has_tls = server->tls.certificate != NULL;
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC |
		MHD_USE_ERROR_LOG | (has_tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, server->tls.certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, server->tls.key},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *) server->tls.priorities},
		{MHD_OPTION_END, 0, NULL}
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

	server->daemon = MHD_start_daemon(
		flags, 0, connection_comes, server, handle, server,
		MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
		MHD_OPTION_LISTEN_SOCKET, listen_fd,
		MHD_OPTION_URI_LOG_CALLBACK, request_begins, server,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, request_ends, server,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int) config->max_connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t) config->max_header * MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int) ((config->idle_timeout > config->request_timeout ?
						 config->idle_timeout : config->request_timeout) /
						1000 + 1),
		MHD_OPTION_THREAD_STACK_SIZE, (size_t) STACK_SIZE,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_ARRAY, has_tls ? tls : none,
		MHD_OPTION_END);
	return server->daemon != NULL;
}

static void
free_server(Server *server)
{
	service_free(server->service);
	clients_free(server->clients);
	tls_forget(&server->tls);
	config_free(server->config);
	free(server);
}

Server *
server_start(Config *config, int listen_fd)
{
	Server	   *server = must_alloc(sizeof(Server));
	Text		problems = {0};

	server->config = config;
	server->service = service_new(config);
	server->clients = clients_new(config);
	if (tls_read(config, &server->tls, &problems) &&
		start_daemon(server, listen_fd))
		return server;
	log_message("error", NULL, "the HTTP server does not start%s%s",
				problems.len > 0 ? ": " :
				server->tls.certificate ? ": look at the TLS files" : "",
				problems.len > 0 ? problems.data : "");
	text_free(&problems);
	free_server(server);
	return NULL;
}

int
server_quiesce(Server *server)
{
	atomic_store(&server->stopping, true);
	return MHD_quiesce_daemon(server->daemon);
}

void
server_stop(Server *server)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000000};
	long		deadline = now_ms() + server->config->grace;

	while (atomic_load(&server->working) > 0 && now_ms() < deadline)
		nanosleep(&pause, NULL);
	MHD_stop_daemon(server->daemon);
	free_server(server);
}
