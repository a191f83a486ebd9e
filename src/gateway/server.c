/*
 * server.c
 *		HTTP, by libmicrohttpd: connections, limits, what arrives and leaves.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "gateway/log.h"
#include "gateway/server.h"
#include "gateway/service.h"
#include "gateway/stats.h"

#define STACK_SIZE (512 * 1024)
#define SWALLOW 16				/* so many times the largest body are read */
#define FILE_MAX (1024 * 1024)

typedef enum Stage
{
	WAITING,					/* for a request's first byte, or its rest */
	RECEIVING,					/* a body */
	WORKING,
	ANSWERING
} Stage;

typedef struct Client
{
	struct Client *next;
	struct Client *previous;
	int			fd;
	Stage		stage;
	long		since;			/* milliseconds of the monotonic clock */
} Client;

struct Server
{
	Config	   *config;
	Service    *service;
	struct MHD_Daemon *daemon;
	char	   *certificate;
	char	   *key;
	pthread_mutex_t lock;		/* of the clients and their stages */
	Client	   *clients;
	atomic_int	working;		/* requests between header and answer */
	atomic_bool stopping;
};

/* One request on its way. */
typedef struct Exchange
{
	Request		request;
	Reply		reply;
	Server	   *server;
	Client	   *client;
	bool		begun;
	bool		counted;
	struct timespec arrived;
	Text		body;
	size_t		received;
	char		id[40];
	char		remote[INET6_ADDRSTRLEN];
} Exchange;

static long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - then->tv_sec + (now.tv_nsec - then->tv_nsec) / 1e9;
}

/* --- connections --------------------------------------------------------- */

static void
enter_stage(Server *server, Client *client, Stage stage)
{
	if (client == NULL)
		return;
	pthread_mutex_lock(&server->lock);
	client->stage = stage;
	client->since = now_ms();
	pthread_mutex_unlock(&server->lock);
}

static void
connection_changed(void *cls, struct MHD_Connection *connection,
				   void **context, enum MHD_ConnectionNotificationCode what)
{
	Server	   *server = cls;
	Client	   *client = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED)
	{
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(connection,
									MHD_CONNECTION_INFO_CONNECTION_FD);

		client = must_alloc(sizeof(Client));
		client->fd = info ? info->connect_fd : -1;
		client->since = now_ms();
		*context = client;
		pthread_mutex_lock(&server->lock);
		client->next = server->clients;
		if (client->next != NULL)
			client->next->previous = client;
		server->clients = client;
		pthread_mutex_unlock(&server->lock);
		stats_connection(1);
	}
	else if (client != NULL)
	{
		pthread_mutex_lock(&server->lock);
		if (client->previous != NULL)
			client->previous->next = client->next;
		else
			server->clients = client->next;
		if (client->next != NULL)
			client->next->previous = client->previous;
		pthread_mutex_unlock(&server->lock);
		free(client);
		*context = NULL;
		stats_connection(-1);
	}
}

void
server_watch(Server *server)
{
	long		now = now_ms();
	Client	   *client;

	pthread_mutex_lock(&server->lock);
	for (client = server->clients; client != NULL; client = client->next)
	{
		long		limit = client->stage == WAITING ?
			server->config->idle_timeout : server->config->request_timeout;

		if (client->stage == WAITING && atomic_load(&server->stopping))
			limit = 0;
		if (client->stage != WORKING && client->fd >= 0 &&
			now - client->since > limit)
		{
			shutdown(client->fd, SHUT_RDWR);
			client->since = now;
		}
	}
	pthread_mutex_unlock(&server->lock);
}

static Client *
client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection,
								MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void
take_remote(Exchange *exchange, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection,
								MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = info ? info->client_addr : NULL;

	if (address != NULL && address->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *) address)->sin_addr,
				  exchange->remote, sizeof(exchange->remote));
	else if (address != NULL && address->sa_family == AF_INET6)
		inet_ntop(AF_INET6,
				  &((const struct sockaddr_in6 *) address)->sin6_addr,
				  exchange->remote, sizeof(exchange->remote));
	else
		strcpy(exchange->remote, "local");
}

/* --- a request arrives --------------------------------------------------- */

static void *
request_begins(void *cls, const char *target,
			   struct MHD_Connection *connection)
{
	Exchange   *exchange = must_alloc(sizeof(Exchange));

	exchange->server = cls;
	exchange->client = client_of(connection);
	exchange->request.arena = arena_new();
	request_target(&exchange->request, target);
	enter_stage(exchange->server, exchange->client, RECEIVING);
	return exchange;
}

static const char *
header(Exchange *exchange, struct MHD_Connection *connection,
	   const char *name)
{
	const char *value = MHD_lookup_connection_value(connection,
													MHD_HEADER_KIND, name);

	return value;
}

/* The client's own id if it is fit for a log, else a random one. */
static void
take_id(Exchange *exchange, const char *given)
{
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

static void
take_headers(Exchange *exchange, struct MHD_Connection *connection,
			 const char *method)
{
	Request    *request = &exchange->request;
	const char *key;

	request->method = arena_strdup(request->arena, method);
	request->authorization = header(exchange, connection, "Authorization");
	request->accept = header(exchange, connection, "Accept");
	request->content_type = header(exchange, connection, "Content-Type");
	request->if_match = header(exchange, connection, "If-Match");
	request->if_none_match = header(exchange, connection, "If-None-Match");
	request->origin = header(exchange, connection, "Origin");
	request->request_method = header(exchange, connection,
									 "Access-Control-Request-Method");
	key = header(exchange, connection, "Idempotency-Key");
	if (key != NULL && (key[0] == '\0' || strlen(key) > 255 ||
						!is_utf8(key, strlen(key))))
		request->bad = "the Idempotency-Key is empty, longer than 255 bytes, or no UTF-8";
	request->idempotency_key = key;
	take_id(exchange, header(exchange, connection, "X-Request-Id"));
	take_remote(exchange, connection);
}

/* What the request says that its body will be. */
static long long
announced_length(Exchange *exchange, struct MHD_Connection *connection)
{
	const char *length = header(exchange, connection, "Content-Length");

	return length ? strtoll(length, NULL, 10) : -1;
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
	if (atomic_load(&exchange->server->stopping))
		MHD_add_response_header(response, "Connection", "close");
	enter_stage(exchange->server, exchange->client, ANSWERING);
	result = MHD_queue_response(connection, (unsigned int) reply->status,
								response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
answer(Exchange *exchange, struct MHD_Connection *connection)
{
	Request    *request = &exchange->request;

	enter_stage(exchange->server, exchange->client, WORKING);
	clock_gettime(CLOCK_MONOTONIC, &exchange->arrived);
	request->body = exchange->body.data;
	request->body_len = exchange->body.len;
	service_answer(exchange->server->service, request, &exchange->reply);
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

	if (client != NULL && client->fd >= 0)
		setsockopt(client->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
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
		long long	length;

		exchange->begun = true;
		exchange->counted = true;
		atomic_fetch_add(&server->working, 1);
		take_headers(exchange, connection, method);
		length = announced_length(exchange, connection);

		/*
		 * A client that asks first (Expect) is told at once; one that sends
		 * without asking would not see the answer before it has sent all.
		 */
		if (length > 0)
			ask_for_rest(exchange->client);
		if (length > (long long) limit &&
			(header(exchange, connection, "Expect") != NULL ||
			 length > (long long) limit * SWALLOW))
		{
			exchange->request.too_large = true;
			return answer(exchange, connection);
		}
		return MHD_YES;
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
	enter_stage(server, exchange->client, WAITING);
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
	if (exchange->counted)
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
	/* what clients do wrong is no news */
}

/* --- sockets ------------------------------------------------------------- */

static int
listen_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int			fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		errno = ENAMETOOLONG;
	else
	{
		strcpy(address.sun_path, path);
		unlink(path);
		if (fd >= 0 &&
			bind(fd, (struct sockaddr *) &address, sizeof(address)) == 0 &&
			listen(fd, 1024) == 0)
			return fd;
	}
	log_message("error", NULL, "cannot listen on unix:%s: %s", path,
				strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
listen_at(const struct addrinfo *address)
{
	int			fd = socket(address->ai_family,
							address->ai_socktype | SOCK_CLOEXEC,
							address->ai_protocol);
	int			on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
		listen(fd, 1024) == 0)
		return fd;
	close(fd);
	return -1;
}

int
server_listen(const Config *config)
{
	const char *where = config->listen;
	char		host[256];
	const char *colon = strrchr(where, ':');
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	.ai_flags = AI_PASSIVE};
	struct addrinfo *found = NULL;
	struct addrinfo *one;
	size_t		len;
	int			fd = -1;

	if (strncmp(where, "unix:", 5) == 0)
		return listen_unix(where + 5);
	if (colon == NULL || (size_t) (colon - where) >= sizeof(host))
	{
		log_message("error", NULL, "listen \"%s\" is not HOST:PORT", where);
		return -1;
	}
	len = colon - where;
	if (len > 1 && where[0] == '[' && where[len - 1] == ']')
	{
		where++;
		len -= 2;
	}
	memcpy(host, where, len);
	host[len] = '\0';
	if (getaddrinfo(len == 0 || strcmp(host, "*") == 0 ? NULL : host,
					colon + 1, &hints, &found) == 0)
	{
		for (one = found; one != NULL && fd < 0; one = one->ai_next)
			fd = listen_at(one);
		freeaddrinfo(found);
	}
	if (fd < 0)
		log_message("error", NULL, "cannot listen on %s: %s", config->listen,
					strerror(errno));
	return fd;
}

static char *
read_file(const char *path)
{
	FILE	   *file = fopen(path, "r");
	char	   *text;
	size_t		len;

	if (file == NULL)
	{
		log_message("error", NULL, "\"%s\" cannot be read: %s", path,
					strerror(errno));
		return NULL;
	}
	text = must_alloc(FILE_MAX + 1);
	len = fread(text, 1, FILE_MAX, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

/* --- start and stop ------------------------------------------------------ */

static bool
start_daemon(Server *server, int listen_fd)
{
	const Config *config = server->config;
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC |
		MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
		{MHD_OPTION_END, 0, NULL}
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

	if (server->certificate != NULL)
		flags |= MHD_USE_TLS;
	server->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, handle, server,
		MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
		MHD_OPTION_LISTEN_SOCKET, listen_fd,
		MHD_OPTION_URI_LOG_CALLBACK, request_begins, server,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, request_ends, server,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, server,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int) config->max_connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		(unsigned int) config->max_connections_per_ip,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) config->max_header * 2,
		MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int) ((config->idle_timeout > config->request_timeout ?
						 config->idle_timeout : config->request_timeout) /
						1000 + 1),
		MHD_OPTION_THREAD_STACK_SIZE, (size_t) STACK_SIZE,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_ARRAY, server->certificate ? tls : none,
		MHD_OPTION_END);
	return server->daemon != NULL;
}

static void
free_server(Server *server)
{
	service_free(server->service);
	config_free(server->config);
	free(server->certificate);
	free(server->key);
	pthread_mutex_destroy(&server->lock);
	free(server);
}

Server *
server_start(Config *config, int listen_fd)
{
	Server	   *server = must_alloc(sizeof(Server));
	bool		good = true;

	pthread_mutex_init(&server->lock, NULL);
	server->config = config;
	server->service = service_new(config);
	if (config->tls_cert[0] != '\0')
	{
		server->certificate = read_file(config->tls_cert);
		server->key = read_file(config->tls_key);
		good = server->certificate != NULL && server->key != NULL;
	}
	if (good && start_daemon(server, listen_fd))
		return server;
	log_message("error", NULL, "the HTTP server does not start%s",
				server->certificate ? ": look at the TLS files" : "");
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
	long		deadline = now_ms() + server->config->grace;
	struct timespec pause = {.tv_nsec = 20 * 1000000};

	while (atomic_load(&server->working) > 0 && now_ms() < deadline)
		nanosleep(&pause, NULL);
	MHD_stop_daemon(server->daemon);
	free_server(server);
}
