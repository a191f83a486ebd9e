/*
 * client.h
 *		Connections: how many one address may have, how long they may wait.
 *
 * Whoever has shown a valid token on a connection is known there.  Until then
 * a connection counts against its address and must soon send a header, so that
 * nobody can keep all others out by connecting and sending nothing. Proxies
 * that the configuration trusts stand for many clients and do not count;
 * neither do Unix-domain sockets, which have permissions of their own.
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

/* Note what we wait for from the client from now on. */
extern void client_stage(Clients *clients, Client *client, Stage stage);

/* Note that the header of a request has arrived. */
extern void client_greeted(Client *client);

/* Note that the client has shown a valid token. */
extern void client_known(Client *client);

/* Return the value with which the connection was begun. */
extern const Address *client_address(const Client *client);
extern int	client_socket(const Client *client);

/* Close connections that take too long; when stopping, idle ones too. */
extern void clients_watch(Clients *clients, bool stopping);

#endif							/* GATEWAY_CLIENT_H */
