/*
 * request.h
 *		A request as it came: path, query, header fields, body.
 *
 * Invariants: everything in it belongs to its arena; segments and query are
 * decoded once, are UTF-8 and have no NUL; if something could not be decoded,
 * "bad" says so, and nothing else may be trusted.
 */
#ifndef GATEWAY_REQUEST_H
#define GATEWAY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/arena.h"

#define BASE_PATH "/api/governance"
#define MAX_SEGMENTS 12
#define MAX_QUERY 32

typedef struct QueryParameter
{
	const char *name;
	const char *value;
} QueryParameter;

typedef struct Request
{
	Arena	   *arena;
	const char *id;				/* of the request, for the log */
	const char *method;
	const char *path;			/* as it came, fit for a log */
	const char *raw_query;		/* as it came, or "" */
	const char *segments[MAX_SEGMENTS];
	int			nsegments;
	bool		has_base;		/* the path began with BASE_PATH */
	bool		is_mlflow;		/* or with one of MLflow's */
	QueryParameter query[MAX_QUERY];
	int			nquery;
	const char *bad;			/* why it is refused, or NULL */
	bool		unsafe;			/* its end is uncertain: read no more */

	size_t		header_len;		/* request line and header, as they came */
	bool		header_too_large;
	const char *host;			/* header fields, or NULL */
	const char *authorization;
	const char *accept;
	const char *content_length;
	const char *content_type;
	const char *expect;
	const char *given_id;
	const char *if_match;
	const char *if_none_match;
	const char *idempotency_key;
	const char *transfer_encoding;
	const char *origin;
	const char *request_method; /* Access-Control-Request-Method */

	int			format;			/* of a report, as Accept says; 0: JSON */
	char	   *body;
	size_t		body_len;
	bool		too_large;
	const char **values;		/* of the route's arguments, as text */
} Request;

/* Parse the target of the request line: "/a/b%20c?d=e". */
extern void request_target(Request *request, const char *target);

/* Returns the token of "Bearer TOKEN", or NULL. */
extern const char *bearer_token(const char *authorization);

/* Returns which type fits Accept best; 0 without Accept, -1 if none fits. */
extern int	accepted_type(const char *accept, const char *const *types,
						  int count);

#endif							/* GATEWAY_REQUEST_H */
