/*
 * endpoint.h
 *		Endpoints that events are delivered to, and one delivery.
 */
#ifndef GATEWAY_ENDPOINT_H
#define GATEWAY_ENDPOINT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/text.h"

#define MAX_ENDPOINTS 64
#define MAX_TYPES 32

typedef struct Endpoint
{
	char	   *name;
	char	   *url;
	char	   *secret;			/* bytes, base64 decoded */
	size_t		secret_len;
	char	   *types[MAX_TYPES];	/* "governance.incident.*"; none is all */
	int			ntypes;
} Endpoint;

/* Read the file; returns how many there are, or -1, and adds the problems. */
extern int	endpoints_read(const char *path,
						   Endpoint endpoints[MAX_ENDPOINTS], Text *problems);
extern void endpoint_free(Endpoint *endpoint);

/* Returns whether events of that type are delivered there. */
extern bool endpoint_wants(const Endpoint *endpoint, const char *type);

/*
 * POST one event.  Returns whether the endpoint answered 2xx; if not, "why" is
 * a text for the log.  It stops early when *stopping becomes true.
 */
extern bool endpoint_deliver(const Endpoint *endpoint, const char *id,
							 const char *body, atomic_bool *stopping,
							 char why[256]);

#endif							/* GATEWAY_ENDPOINT_H */
