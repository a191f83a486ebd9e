/*
 * server.h
 *		HTTP by libmicrohttpd: connections, limits, requests and replies.
 *
 * Invariants: there is one thread for each connection, so a slow one delays
 * nobody else; a watchdog closes connections that take too long for a stage,
 * however slowly they send; a listening socket outlives the server that used
 * it, so that a reload loses no connection.
 */
#ifndef GATEWAY_SERVER_H
#define GATEWAY_SERVER_H

#include <stdbool.h>

#include "gateway/config.h"

typedef struct Server Server;

/*
 * Returns a server, which now owns the configuration and the socket; or NULL.
 */
extern Server *server_start(Config *config, int listen_fd);

/*
 * Accept no more connections; returns the socket, which is the caller's again.
 */
extern int	server_quiesce(Server *server);

/*
 * Wait for requests in progress, at most for the grace period, and free the
 * server.
 */
extern void server_stop(Server *server);

/* Close connections that take too long; call it once a second. */
extern void server_watch(Server *server);

#endif							/* GATEWAY_SERVER_H */
