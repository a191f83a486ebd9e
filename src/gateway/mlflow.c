/*
 * mlflow.c
 *		MLflow's registry API: its paths, and what its clients expect.
 *
 * All calls go to one SQL function, gov_mlflow(), with the request as it was
 * sent.
 */
#include <string.h>

#include "gateway/mlflow.h"
#include "gateway/statement.h"
#include "gateway/text.h"
#include "text/json.h"

static const struct
{
	const char *method;
	const char *path;
	const char *call;
	int			flags;
}			texts[] = {
#define MLFLOW(method, path, call, flags) {#method, path, #call, flags},
#include "mlflow/call_list.h"
#undef MLFLOW
};

#define COUNT ((int) (sizeof(texts) / sizeof(texts[0])))

static Arena *arena;
static Route *built;

void
mlflow_init(void)
{
	int			i;

	arena = arena_new();
	built = arena_alloc(arena, sizeof(Route) * COUNT);
	for (i = 0; i < COUNT; i++)
	{
		const char *slash = strchr(texts[i].path, '/');
		Route	   *route = &built[i];

		route->method = texts[i].method;
		route->path = texts[i].path;
		route->function = texts[i].call;
		route->summary = route->what = route->answer = "";
		route->status = 200;
		route->flags = texts[i].flags;
		route->segments[0] = arena_copy(arena, texts[i].path,
										slash - texts[i].path);
		route->segments[1] = slash + 1;
		route->nsegments = 2;
		route->call = mlflow_statement;
		route->call.source[1] = 1;
		route->then.number = -1;
	}
}

void
mlflow_free(void)
{
	arena_free(arena);
	arena = NULL;
	built = NULL;
}

static bool
is_path(const Request *request, const char *first)
{
	return request->nsegments > 0 && strcmp(request->segments[0], first) == 0;
}

const Route *
mlflow_find(Request *request, Reply *reply)
{
	const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" :
		request->method;
	int			i;

	for (i = 0; i < COUNT; i++)
	{
		if (request->nsegments == 2 &&
			strcmp(built[i].method, method) == 0 &&
			strcmp(built[i].segments[0], request->segments[0]) == 0 &&
			strcmp(built[i].segments[1], request->segments[1]) == 0)
			return &built[i];
	}
	if (is_path(request, "server-info") && request->nsegments == 1 &&
		strcmp(method, "GET") == 0)
	{
		static const char info[] =
			"{\"store_type\": null, \"workspaces_enabled\": false}";

		reply_text(reply, request, 200, JSON_TYPE, info, strlen(info));
	}
	/* a client goes on where a registry has no logged models */
	else if (is_path(request, "logged-models"))
		reply_error(reply, request, 404, "42704",
					"there are no logged models here", NULL,
					"They are where MLFLOW_TRACKING_URI leads.");
	return NULL;
}

/* --- what was sent ------------------------------------------------------- */

/* The length of "order_by" in "order_by[0]". */
static size_t
name_length(const char *name)
{
	return strcspn(name, "[");
}

static bool
is_same_name(const QueryParameter *a, const QueryParameter *b)
{
	size_t		len = name_length(a->name);

	return len == name_length(b->name) && memcmp(a->name, b->name, len) == 0;
}

/* The values of one name: a string, or an array if there are several. */
static void
put_values(Text *json, const Request *request, int first)
{
	const QueryParameter *query = request->query;
	int			count = 0;
	int			i;

	for (i = first; i < request->nquery; i++)
		count += is_same_name(&query[i], &query[first]);
	text_json_len(json, query[first].name, name_length(query[first].name));
	text_puts(json, count > 1 ? ": [" : ": ");
	for (i = first, count = 0; i < request->nquery; i++)
	{
		if (!is_same_name(&query[i], &query[first]))
			continue;
		text_puts(json, count++ ? ", " : "");
		text_json(json, query[i].value);
	}
	text_puts(json, count > 1 ? "]" : "");
}

static const char *
query_as_json(Request *request)
{
	Text		json = {0};
	const char *result;
	int			i;
	int			j;

	text_puts(&json, "{");
	for (i = 0; i < request->nquery; i++)
	{
		for (j = 0; !is_same_name(&request->query[j], &request->query[i]);)
			j++;
		if (j < i)
			continue;
		text_puts(&json, i ? ", " : "");
		put_values(&json, request, i);
	}
	text_puts(&json, "}");
	result = arena_copy(request->arena, json.data, json.len);
	text_free(&json);
	return result;
}

static void *
keep(void *memory, size_t size)
{
	return arena_alloc(memory, size);
}

static bool
check_body(Request *request, Reply *reply)
{
	GovJsonFlaw flaw = {0};
	const GovJsonValue *body = gov_json_parse(request->body,
											  request->body_len, keep,
											  request->arena, &flaw);

	if (body != NULL && body->type == GOV_JSON_OBJECT)
		return true;
	reply_error(reply, request, 400, body ? "22023" : "22P02",
				"the body is not a JSON object",
				body ? NULL : arena_printf(request->arena,
										   "%s, at byte %zu.", flaw.what,
										   flaw.at), NULL);
	return false;
}

bool
mlflow_take(Request *request, const Route *route, Reply *reply)
{
	bool		has_body = request->body_len > 0 &&
		(strcmp(route->method, "GET") != 0 || request->nquery == 0);

	if (has_body && !check_body(request, reply))
		return false;
	request->values = arena_alloc(request->arena,
								  sizeof(char *) * MAX_ARGUMENTS);
	request->values[0] = route->function;
	request->values[1] = has_body ? request->body : query_as_json(request);
	return true;
}
