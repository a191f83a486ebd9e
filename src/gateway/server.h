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

/* Serve on it; the configuration and the socket become the server's. */
extern Server *server_start(Config *config, int listen_fd);

/* Take no more connections; the listening socket is the caller's again. */
extern int	server_quiesce(Server *server);

/* End what is in progress, after the grace, and free it all. */
extern void server_stop(Server *server);

/* Once a second: end what takes too long. */
extern void server_watch(Server *server);

#endif							/* GATEWAY_SERVER_H */
