/*
 * address.h
 *		Addresses of clients, and networks that hold some of them.
 *
 * An IPv4 address is kept as IPv6 maps it, whichever socket it came by.
 */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct Address
{
	bool		is_local;		/* of a socket of the file system */
	struct in6_addr ip;
} Address;

typedef struct Network
{
	struct in6_addr ip;
	int			bits;
} Network;

#define MAX_NETWORKS 64

/* Take the address out of what accept() gave. */
extern void address_take(Address *address, const struct sockaddr *from);

/* Write it as text. */
extern void address_put(const Address *address, char out[INET6_ADDRSTRLEN]);

/*
 * Returns whether two addresses count as one.  Whoever has one address of IPv6
 * has the whole network of 64 bits around it.
 */
extern bool address_same(const Address *a, const Address *b);

/* Read "10.0.0.0/8, ::1"; returns how many there are, -1 if one is wrong. */
extern int	networks_read(const char *list, Network networks[MAX_NETWORKS]);

/* Returns whether the address is in the network. */
extern bool network_has(const Network *network, const Address *address);

#endif							/* GATEWAY_ADDRESS_H */
