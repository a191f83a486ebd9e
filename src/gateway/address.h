/*
 * address.h
 *		Addresses of clients, and networks of addresses.
 *
 * An IPv4 address is stored as IPv6 maps it, whichever socket it came by.
 */
#ifndef GATEWAY_ADDRESS_H
#define GATEWAY_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct Address
{
	bool		is_local;		/* of a Unix-domain socket */
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
 * Returns whether two addresses count as one.  Whoever has one IPv6 address
 * usually has its whole /64 network.
 */
extern bool address_same(const Address *a, const Address *b);

/*
 * Read "10.0.0.0/8, ::1"; returns how many there are, or -1 if one is wrong.
 */
extern int	networks_read(const char *list, Network networks[MAX_NETWORKS]);

/* Returns whether the address is in the network. */
extern bool network_has(const Network *network, const Address *address);

#endif							/* GATEWAY_ADDRESS_H */
