/*
 * reply.h
 *		Replies to requests.
 */
#ifndef GATEWAY_REPLY_H
#define GATEWAY_REPLY_H

#include "gateway/request.h"

#define JSON_TYPE "application/json"

/* The version of MLflow whose registry API this speaks, for /version. */
#define MLFLOW_VERSION "3.11.1"
#define MAX_HEADERS 10

typedef struct Reply
{
	int			status;
	const char *type;			/* Content-Type */
	const char *body;			/* of the request's arena */
	size_t		len;
	const char *code;			/* of an error, for the log; else NULL */
	const char *user;			/* who acted, or NULL */
	const char *route;			/* its path in routes.h, or NULL */
	int			nheaders;
	struct
	{
		const char *name;
		const char *value;
	}			headers[MAX_HEADERS];
} Reply;

extern void reply_header(Reply *reply, const char *name, const char *value);

/* Reply with a body as it is. */
extern void reply_text(Reply *reply, Request *request, int status,
					   const char *type, const char *body, size_t len);

/*
 * Reply with {"error", "code", "detail", "hint"}, where the last two may be
 * NULL; on MLflow's paths with {"error_code", "message"} and a status of
 * MLflow's.
 */
extern void reply_error(Reply *reply, Request *request, int status,
						const char *code, const char *error,
						const char *detail, const char *hint);

/* Returns the status that error_list.h gives a SQLSTATE, or 0. */
extern int	status_of_sqlstate(const char *sqlstate);

#endif							/* GATEWAY_REPLY_H */
