/*
 * reply.h
 *		What a request is answered with.
 */
#ifndef GATEWAY_REPLY_H
#define GATEWAY_REPLY_H

#include "gateway/request.h"

#define JSON_TYPE "application/json"

/* The MLflow whose registry this speaks like: what /version says. */
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

/* Answer with a body as it is. */
extern void reply_text(Reply *reply, Request *request, int status,
					   const char *type, const char *body, size_t len);

/*
 * Answer {"error", "code", "detail", "hint"}, the last two may be NULL; on
 * MLflow's paths {"error_code", "message"}, with a status of its own.
 */
extern void reply_error(Reply *reply, Request *request, int status,
						const char *code, const char *error,
						const char *detail, const char *hint);

/* Returns the status that error_list.h gives a SQLSTATE, or 0. */
extern int	status_of_sqlstate(const char *sqlstate);

#endif							/* GATEWAY_REPLY_H */
