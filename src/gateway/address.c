/*
 * address.c
 *		Addresses of clients, and networks of addresses.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/address.h"

#define MAPPED_BITS 96			/* before an IPv4 address */

static void
map_v4(struct in6_addr *ip, const struct in_addr *v4)
{
	memset(ip, 0, sizeof(*ip));
	ip->s6_addr[10] = 0xff;
	ip->s6_addr[11] = 0xff;
	memcpy(&ip->s6_addr[12], v4, sizeof(*v4));
}

void
address_take(Address *address, const struct sockaddr *from)
{
	memset(address, 0, sizeof(*address));
	if (from != NULL && from->sa_family == AF_INET)
		map_v4(&address->ip, &((const struct sockaddr_in *) from)->sin_addr);
	else if (from != NULL && from->sa_family == AF_INET6)
		address->ip = ((const struct sockaddr_in6 *) from)->sin6_addr;
	else
		address->is_local = true;
}

void
address_put(const Address *address, char out[INET6_ADDRSTRLEN])
{
	if (address->is_local)
		strcpy(out, "local");
	else if (IN6_IS_ADDR_V4MAPPED(&address->ip))
		inet_ntop(AF_INET, &address->ip.s6_addr[12], out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, &address->ip, out, INET6_ADDRSTRLEN);
}

static bool
same_bits(const struct in6_addr *a, const struct in6_addr *b, int bits)
{
	int			bytes = bits / 8;
	unsigned char mask = 0xff << (8 - bits % 8);

	return memcmp(a, b, bytes) == 0 &&
		(bits % 8 == 0 ||
		 ((a->s6_addr[bytes] ^ b->s6_addr[bytes]) & mask) == 0);
}

bool
address_same(const Address *a, const Address *b)
{
	return a->is_local == b->is_local &&
		same_bits(&a->ip, &b->ip, IN6_IS_ADDR_V4MAPPED(&a->ip) ? 128 : 64);
}

/* "ADDRESS[/BITS]" */
static bool
read_network(char *text, Network *network)
{
	char	   *slash = strchr(text, '/');
	struct in_addr v4;
	char	   *end;
	long		bits;
	int			before = 0;

	if (slash != NULL)
		*slash = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1)
	{
		map_v4(&network->ip, &v4);
		before = MAPPED_BITS;
	}
	else if (inet_pton(AF_INET6, text, &network->ip) != 1)
		return false;
	network->bits = 128;
	if (slash == NULL)
		return true;
	bits = strtol(slash + 1, &end, 10);
	network->bits = before + (int) bits;
	return end != slash + 1 && *end == '\0' && bits >= 0 &&
		bits <= 128 - before;
}

int
networks_read(const char *list, Network networks[MAX_NETWORKS])
{
	int			count = 0;

	while (*list != '\0')
	{
		size_t		skip = strspn(list, ", \t");
		size_t		len = strcspn(list + skip, ", \t");
		char		text[INET6_ADDRSTRLEN + 4];

		if (len > 0)
		{
			if (len >= sizeof(text) || count == MAX_NETWORKS)
				return -1;
			memcpy(text, list + skip, len);
			text[len] = '\0';
			if (!read_network(text, &networks[count++]))
				return -1;
		}
		list += skip + len;
	}
	return count;
}

bool
network_has(const Network *network, const Address *address)
{
	return !address->is_local &&
		same_bits(&network->ip, &address->ip, network->bits);
}
