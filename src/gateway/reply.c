/*
 * reply.c
 *		Replies to requests.
 */
#include <string.h>

#include "gateway/reply.h"
#include "gateway/text.h"

static const struct
{
	const char *sqlstate;
	int			status;
}			errors[] = {
#define GOV_ERROR(symbol, sqlstate, status, meaning) {sqlstate, status},
#include "core/error_list.h"
#undef GOV_ERROR
};

/*
 * The status for SQLSTATEs that error_list.h does not have, by class or code.
 */
static const struct
{
	const char *prefix;
	int			status;
}			others[] = {
	{"22", 400},				/* data exceptions */
	{"54", 400},				/* too complex, too long */
	{"08", 503},				/* connection exceptions */
	{"53", 503},				/* insufficient resources */
	{"57", 503},				/* shutdown, statement timeout */
	{"55P03", 503},				/* lock not available */
	{"25006", 503},				/* read-only: a failover in progress */
};

int
status_of_sqlstate(const char *sqlstate)
{
	size_t		i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
	{
		if (strcmp(errors[i].sqlstate, sqlstate) == 0)
			return errors[i].status;
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
	{
		if (strncmp(sqlstate, others[i].prefix, strlen(others[i].prefix)) == 0)
			return others[i].status;
	}
	return 0;
}

void
reply_header(Reply *reply, const char *name, const char *value)
{
	if (reply->nheaders < MAX_HEADERS)
	{
		reply->headers[reply->nheaders].name = name;
		reply->headers[reply->nheaders].value = value;
		reply->nheaders++;
	}
}

void
reply_text(Reply *reply, Request *request, int status, const char *type,
		   const char *body, size_t len)
{
	reply->status = status;
	reply->type = type;
	reply->body = arena_copy(request->arena, body, len);
	reply->len = len;
	reply->code = NULL;
}

/*
 * What MLflow's clients understand.  They repeat what is 429 or 5xx for
 * minutes, and know of no 409; the first that fits counts.
 */
static const struct
{
	const char *prefix;			/* of the code */
	int			status;
	const char *error_code;
}			mlflow_errors[] = {
	{"23505", 400, "RESOURCE_ALREADY_EXISTS"},
	{"42704", 404, "RESOURCE_DOES_NOT_EXIST"},
	{"42501", 403, "PERMISSION_DENIED"},
	{"MG001", 403, "PERMISSION_DENIED"},
	{"MG004", 403, "PERMISSION_DENIED"},
	{"28000", 401, "UNAUTHENTICATED"},
	{"55000", 400, "BAD_REQUEST"},
	{"MG00", 400, "BAD_REQUEST"},
	{"22", 400, "INVALID_PARAMETER_VALUE"},
	{"23", 400, "INVALID_PARAMETER_VALUE"},
	{"54", 400, "INVALID_PARAMETER_VALUE"},
	{"57014", 400, "INVALID_PARAMETER_VALUE"},
	{"not_found", 404, "ENDPOINT_NOT_FOUND"},
	{"rate_limited", 429, "REQUEST_LIMIT_EXCEEDED"},
};

static void
reply_mlflow_error(Reply *reply, Request *request, int status,
				   const char *code, const char *error, const char *detail,
				   const char *hint)
{
	const char *error_code = status == 503 ? "TEMPORARILY_UNAVAILABLE" :
		status >= 500 ? "INTERNAL_ERROR" : "BAD_REQUEST";
	size_t		len = strlen(error);
	Text		message = {0};
	Text		text = {0};
	size_t		i;

	for (i = 0; status < 500 &&
		 i < sizeof(mlflow_errors) / sizeof(mlflow_errors[0]); i++)
	{
		const char *prefix = mlflow_errors[i].prefix;

		if (strncmp(code, prefix, strlen(prefix)) == 0)
		{
			error_code = mlflow_errors[i].error_code;
			status = mlflow_errors[i].status;
			break;
		}
	}
	text_printf(&message, "%s", error);
	if ((detail || hint) && len > 0 && error[len - 1] != '.')
		text_puts(&message, ".");
	if (detail != NULL)
		text_printf(&message, " %s", detail);
	if (hint != NULL)
		text_printf(&message, " %s", hint);
	text_puts(&text, "{\"error_code\": ");
	text_json(&text, error_code);
	text_puts(&text, ", \"message\": ");
	text_json(&text, message.data);
	text_puts(&text, "}\n");
	reply_text(reply, request, status, JSON_TYPE, text.data, text.len);
	reply->code = arena_strdup(request->arena, code);
	text_free(&message);
	text_free(&text);
}

void
reply_error(Reply *reply, Request *request, int status, const char *code,
			const char *error, const char *detail, const char *hint)
{
	Text		text = {0};

	if (request->is_mlflow)
	{
		reply_mlflow_error(reply, request, status, code, error, detail, hint);
		return;
	}
	text_puts(&text, "{\"error\": ");
	text_json(&text, error);
	text_puts(&text, ", \"code\": ");
	text_json(&text, code);
	text_puts(&text, ", \"detail\": ");
	text_json(&text, detail);
	text_puts(&text, ", \"hint\": ");
	text_json(&text, hint);
	text_puts(&text, "}\n");
	reply_text(reply, request, status, JSON_TYPE, text.data, text.len);
	reply->code = arena_strdup(request->arena, code);
	text_free(&text);
}
