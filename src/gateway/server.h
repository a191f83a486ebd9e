/*
 * server.h
 *		HTTP, by libmicrohttpd: connections, limits, what arrives and leaves.
 *
 * Invariants: one thread a connection, so a slow one delays nobody else; a
 * watchdog ends connections on which nothing is finished in its time, however
 * they dribble; a listening socket outlives the server that used it, so that
 * a reload loses no connection.
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

/* Take no more connections; returns the socket, the caller's again. */
extern int	server_quiesce(Server *server);

/* Wait for requests in progress, at most for the grace, and free it. */
extern void server_stop(Server *server);

/* End what takes too long; call it once a second. */
extern void server_watch(Server *server);

#endif							/* GATEWAY_SERVER_H */
