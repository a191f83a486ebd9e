/*
 * config.h
 *		Settings of the gateway: flags before environment before file.
 *
 * Invariants: a Config is not changed once it is read; SIGHUP reads another
 * one.  The list in config.c, from which --help is made, says what each
 * setting is for.
 */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include <stdbool.h>

typedef struct Config
{
	char	   *config;			/* the file, or "" */
	char	   *listen;
	char	   *db;
	char	   *db_read;
	char	   *tls_cert;
	char	   *tls_key;
	char	   *tls_min_version;
	char	   *trusted_proxy;
	char	   *cors_origin;
	char	   *access_log;
	char	   *webhooks;
	long		pool;
	long		db_timeout;		/* milliseconds, as all that follow */
	long		pool_wait;
	long		request_timeout;
	long		idle_timeout;
	long		header_timeout;
	long		grace;
	long		max_body;		/* bytes */
	long		max_header;
	long		max_connections;
	long		max_connections_per_ip;
	long		max_anonymous_per_ip;
	long		rate_limit;		/* requests a second and token; 0: none */
	long		rate_burst;
} Config;

typedef enum ConfigAction
{
	CONFIG_RUN,
	CONFIG_CHECK,				/* only check whether it would run */
	CONFIG_HELP,
	CONFIG_VERSION,
	CONFIG_OPENAPI				/* print the document */
} ConfigAction;

/*
 * Read all settings.  Returns NULL, with a message on stderr, if one is wrong.
 * The arguments are read again at each reload.
 */
extern Config *config_read(int argc, char **argv, ConfigAction *action);
extern void config_free(Config *config);

/* Print what --help shows. */
extern void config_help(void);

#endif							/* GATEWAY_CONFIG_H */
