/*
 * client.h
 *		Connections: how many one address may have, how long they may wait.
 *
 * Whoever has shown a valid token on a connection is known there.  Before, a
 * connection counts against its address and must soon have sent a header, so
 * that nobody can keep all others out by connecting and saying nothing.
 * Proxies that the configuration trusts stand for many and do not count; nor
 * does a socket of the file system, which has rights of its own.
 */
#ifndef GATEWAY_CLIENT_H
#define GATEWAY_CLIENT_H

#include "gateway/address.h"
#include "gateway/config.h"

typedef enum Stage
{
	WAITING,					/* for a request's first byte, or its rest */
	RECEIVING,					/* a body */
	WORKING,
	ANSWERING
} Stage;

typedef struct Clients Clients;
typedef struct Client Client;

extern Clients *clients_new(const Config *config);
extern void clients_free(Clients *clients);

/* Returns whether one more connection from that address may be taken. */
extern bool clients_admit(Clients *clients, const struct sockaddr *from);

/* Returns the client of a new connection, until client_end(). */
extern Client *client_begin(Clients *clients, int fd,
							const struct sockaddr *from);
extern void client_end(Clients *clients, Client *client);

/* Note what the client is waited for, from now on. */
extern void client_stage(Clients *clients, Client *client, Stage stage);

/* Note that the header of a request has arrived. */
extern void client_greeted(Client *client);

/* Note that the client has shown a valid token. */
extern void client_known(Client *client);

/* Return what the connection was begun with. */
extern const Address *client_address(const Client *client);
extern int	client_socket(const Client *client);

/* End what takes too long; when stopping, also what only waits. */
extern void clients_watch(Clients *clients, bool stopping);

#endif							/* GATEWAY_CLIENT_H */
