/*
 * main.c
 *		The program: settings, signals, start, reload and stop.
 *
 * One thread takes signals and waits for nothing else; once a second it also
 * closes connections that take too long and writes the access log.
 */
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/db.h"
#include "gateway/listen.h"
#include "gateway/log.h"
#include "gateway/memory.h"
#include "gateway/mlflow.h"
#include "gateway/notify.h"
#include "gateway/openapi.h"
#include "gateway/router.h"
#include "gateway/server.h"
#include "gateway/statement.h"
#include "gateway/text.h"
#include "gateway/tls.h"
#include "gateway/webhook.h"

#define GATEWAY_VERSION "1.0"

/* Report what would keep the gateway from running; returns the exit status. */
static int
check_only(Config *config)
{
	Text		problems = {0};
	Tls			tls;
	char	   *version = db_check(config->db, config, &problems);
	int			status = problems.len > 0;

	if (config->db_read[0] != '\0')
	{
		char	   *standby = db_check(config->db_read, config, &problems);

		free(standby);
		status = problems.len > 0;
	}
	tls_read(config, &tls, &problems);
	tls_forget(&tls);
	webhook_check(config, &problems);
	status = problems.len > 0;
	if (problems.len > 0)
		fprintf(stderr, "%s", problems.data);
	if (version != NULL)
		printf("governance %s, %d routes, %d statements: %s\n", version,
			   nroutes, nstatements, status ? "there are problems" : "ok");
	free(version);
	text_free(&problems);
	return status;
}

/* Serve with the current configuration, while the old server drains. */
static Server *
reload(int argc, char **argv, Server *old, char **listening, int *listen_fd)
{
	ConfigAction action;
	Config	   *config = config_read(argc, argv, &action);
	Server	   *fresh;
	char	   *where;
	int			fd = *listen_fd;

	if (config == NULL)
	{
		log_message("error", NULL, "not reloaded: the settings are wrong");
		return old;
	}
	where = must_strdup(config->listen);
	if (strcmp(where, *listening) != 0)
		fd = listen_where(config->listen);
	if (fd < 0 || !log_open(config->access_log))
	{
		free(where);
		config_free(config);
		log_message("error", NULL, "not reloaded");
		return old;
	}
	webhook_stop();
	webhook_start(config);
	fresh = server_start(config, fd);
	if (fresh == NULL)
	{
		if (fd != *listen_fd)
			close(fd);
		free(where);
		log_message("error", NULL, "not reloaded");
		return old;
	}
	server_quiesce(old);
	server_watch(old);
	if (fd != *listen_fd)
		close(*listen_fd);
	*listen_fd = fd;
	free(*listening);
	*listening = where;
	log_message("info", NULL, "reloaded");
	server_stop(old);
	return fresh;
}

static void
stop(Server *server, int listen_fd)
{
	notify_manager("STOPPING=1\nSTATUS=finishing requests\n");
	server_quiesce(server);
	close(listen_fd);
	server_watch(server);
	webhook_stop();
	server_stop(server);
	log_flush();
	log_message("info", NULL, "stopped");
}

static void
block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int
serve(Config *config, int argc, char **argv)
{
	sigset_t	signals;
	char	   *listening = must_strdup(config->listen);
	int			listen_fd;
	Server	   *server;
	struct timespec second = {.tv_sec = 1};

	block_signals(&signals);
	if (!log_open(config->access_log) ||
		!db_is_usable(config->db, config) ||
		(config->db_read[0] != '\0' &&
		 !db_is_usable(config->db_read, config)) ||
		(listen_fd = listen_where(config->listen)) < 0)
	{
		config_free(config);
		free(listening);
		return 1;
	}
	webhook_start(config);
	server = server_start(config, listen_fd);
	if (server == NULL)
	{
		webhook_stop();
		free(listening);
		return 1;
	}
	log_message("info", NULL, "listening on %s", listening);
	notify_manager("READY=1\n");
	for (;;)
	{
		int			which = sigtimedwait(&signals, NULL, &second);

		if (which == SIGTERM || which == SIGINT)
			break;
		if (which == SIGHUP)
		{
			notify_reloading();
			server = reload(argc, argv, server, &listening, &listen_fd);
			notify_manager("READY=1\n");
		}
		server_watch(server);
		log_flush();
	}
	stop(server, listen_fd);
	free(listening);
	return 0;
}

int
main(int argc, char **argv)
{
	ConfigAction action;
	Config	   *config = config_read(argc, argv, &action);
	int			status = 0;

	if (config == NULL)
		return 2;
	router_init();
	statements_init();
	mlflow_init();
	openapi_init();
	if (action == CONFIG_HELP)
		config_help();
	else if (action == CONFIG_VERSION)
		printf("governance-gateway %s\n", GATEWAY_VERSION);
	else if (action == CONFIG_OPENAPI)
	{
		size_t		len;
		const char *document = openapi_document(&len);

		fwrite(document, 1, len, stdout);
	}
	else if (action == CONFIG_CHECK)
		status = check_only(config);
	else
	{
		status = serve(config, argc, argv);
		config = NULL;
	}
	config_free(config);
	openapi_free();
	mlflow_free();
	router_free();
	return status;
}
