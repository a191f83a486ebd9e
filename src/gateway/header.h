/*
 * header.h
 *		The header of a request, as libmicrohttpd shows it.
 *
 * Two programs that read one connection must agree on where each request
 * ends: whatever a proxy in front of this program could read differently is
 * refused.
 */
#ifndef GATEWAY_HEADER_H
#define GATEWAY_HEADER_H

#include <microhttpd.h>

#include "gateway/request.h"

/* Where the library has put the parts of the request line. */
typedef struct RequestLine
{
	const char *method;
	const char *target;
	size_t		target_len;		/* up to its first NUL, as it came */
	const char *version;
} RequestLine;

/*
 * Take the header fields.  The request's "bad" gets what is wrong with them.
 */
extern void header_take(Request *request, struct MHD_Connection *connection,
						const RequestLine *line);

#endif							/* GATEWAY_HEADER_H */
