/*
 * reply.c
 *		What a request is answered with.
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

/* The status of what error_list.h does not have, by class or code. */
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

void
reply_error(Reply *reply, Request *request, int status, const char *code,
			const char *error, const char *detail, const char *hint)
{
	Text		text = {0};

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
