/*
 * router.c
 *		From routes.h to what is looked up for each request.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/argument.h"
#include "gateway/statement.h"
#include "gateway/text.h"

/*
 * What a call is, and its shape.  A list is a text that grows row by row up to
 * a limit, in the order of its source, with where its next page begins.
 */
#define OF_CALL " FROM {call} AS t"
#define ACT "SELECT FROM {call}"
#define ROW "SELECT gov_row_json(t)::text" OF_CALL
#define JSON "SELECT {call}::text"
#define SAYS(members) "SELECT jsonb_build_object(" members ")::text"
#define ECHO(field) "', \"" field "\": ', to_json({" field "}), "
#define ITEMS(item, echo, name) \
	"SELECT concat('{\"count\": ', count(*), " echo "', \"" name "\": '," \
	" gov_list_json(" item "), '}')"
#define WHOLE_LIST(echo, name) ITEMS("gov_row_json(t)", echo, name)
#define LIST_OF(item, echo, name, next) \
	ITEMS(item, echo, name) \
	", CASE WHEN count(*) = {limit} THEN (" next ")::text END"
#define LIST_WITH(echo, name, next) \
	LIST_OF("gov_row_json(t)", echo, name, next)
#define LIST(name, next) LIST_WITH("", name, next)
#define LAST(key) "(array_agg(" key "))[count(*)]"
#define SEEN "greatest({cursor}, 0) + count(*)"
/* A source that has no pages of its own: a table, or a function. */
#define PAGE_OF(source, behind, filter, order) \
	" FROM (SELECT s.* FROM " source " AS s" \
	" WHERE ({cursor} IS NULL OR " behind ")" filter \
	" ORDER BY " order " LIMIT {limit}) AS t"
#define BY_NAME " -limit|limit_rows:limit=100 -cursor|after:text"
#define BY_NUMBER " -limit|limit_rows:limit=100 -cursor|after:long"
#define ALL_OR_PAGE " -limit|limit_rows:limit -cursor|after:long"
/* One that has. */
#define NEXT_OF_100(type) \
	" limit|limit_rows>limit_rows:limit=100 cursor|after>after:" type
/* What a search takes; the keys of its order are parted by commas. */
#define SEARCH "filter:text limit|limit_rows>limit_rows:limit=100" \
	" cursor|page>page:text -order_by:text"
#define SOUGHT "{*}, order_by => string_to_array({order_by}, ',')"
#define SHOW_VERSION "SELECT gov_model_version_json(t)::text" \
	" FROM gov_model_version({model_id}, {version}) AS t"
#define SHOW_USECASE "SELECT gov_usecase_json(t)::text" \
	" FROM gov_usecase({usecase_id}) AS t"
#define SHOW_REQUEST "SELECT gov_approval_request({request_id})::text"
#define SHOW_MODEL "SELECT gov_row_json(t)::text" \
	" FROM governance.models AS t WHERE t.model_id = {model_id}" \
	" AND t.deleted_at IS NULL"
#define SHOW_USER "SELECT gov_row_json(t)::text" \
	" FROM governance.users AS t WHERE t.user_id = {user_id}"
#define FIND_MODEL \
	"SELECT FROM governance.models AS t WHERE t.model_id = {model_id}" \
	" AND t.deleted_at IS NULL"
#define FIND_USER \
	"SELECT FROM governance.users AS t WHERE t.user_id = {user_id}"
#define FIND_VERSION "SELECT FROM gov_model_version({model_id}, {version})"
#define FIND_USECASE "SELECT FROM gov_usecase({usecase_id})"
#define FIND_INCIDENT "SELECT FROM gov_incident({incident_id})"
#define LISTED(name, schema) name ":" schema "[] count:int"
#define WHAT_MODEL "model \"{model_id}\""
#define WHAT_VERSION "model version \"{model_id}:{version}\""
#define WHAT_USECASE "use-case \"{usecase_id}\""
#define WHAT_USER "user \"{user_id}\""
#define WHAT_REQUEST "approval request \"{request_id}\""
#define WHAT_INCIDENT "incident {incident_id}"
#define WHAT_GATE "deployment gate {gate_id}"
#define WHAT_REPORT "compliance report {report_id}"

/* What is done to one thing, as many rows have it. */
#define ACT_ON_VERSION(verb, function, arguments, summary) \
	ROUTE(POST, "/models/{model_id}/versions/{version}/" verb, function, \
		  "model_id:text! version:text!" arguments, ACT, SHOW_VERSION, \
		  "ModelVersion", 200, WRITES | VERSION, WHAT_VERSION, summary)
#define ACT_ON_USECASE(verb, function, arguments, summary) \
	ROUTE(POST, "/usecases/{usecase_id}/" verb, function, \
		  "usecase_id:text!" arguments, ACT, SHOW_USECASE, \
		  "UseCase", 200, WRITES | USECASE, WHAT_USECASE, summary)
#define ACT_ON_REQUEST(verb, function, arguments, summary) \
	ROUTE(POST, "/approvals/{request_id}/" verb, function, \
		  "request_id:uuid!" arguments, ACT, SHOW_REQUEST, \
		  "RequestWithVotes", 200, WRITES, WHAT_REQUEST, summary)
#define ACT_ON_INCIDENT(verb, function, arguments, answer, summary) \
	ROUTE(POST, "/incidents/{incident_id}/" verb, function, \
		  "incident_id:long!" arguments, ROW, "", \
		  answer, 200, WRITES, WHAT_INCIDENT, summary)

typedef struct RouteText
{
	const char *method;
	const char *path;
	const char *function;
	const char *arguments;
	const char *call;
	const char *then;
	const char *answer;
	int			status;
	int			flags;
	const char *what;
	const char *summary;
} RouteText;

static const RouteText texts[] = {
#define ROUTE(method, path, function, arguments, call, then, answer, status, \
			  flags, what, summary) \
	{#method, path, #function, arguments, call, then, answer, status, flags, \
	 what, summary},
#include "gateway/routes.h"
#undef ROUTE
};

#define COUNT(array) ((int) (sizeof(array) / sizeof((array)[0])))

static Arena *arena;
static Route *built;

const Route *routes;
int			nroutes;

static void
split_path(Route *route, const char *path)
{
	while (*path == '/')
	{
		size_t		len = strcspn(path + 1, "/");

		if (route->nsegments == MAX_SEGMENTS)
			bad_route(path, "too many segments");
		route->segments[route->nsegments++] = arena_copy(arena, path + 1, len);
		path += 1 + len;
	}
}

void
router_init(void)
{
	int			i;

	arena = arena_new();
	nroutes = COUNT(texts);
	built = arena_alloc(arena, sizeof(Route) * nroutes);
	routes = built;
	for (i = 0; i < nroutes; i++)
	{
		Route	   *route = &built[i];
		const RouteText *text = &texts[i];

		route->method = text->method;
		route->path = text->path;
		route->function = text->function;
		route->summary = text->summary;
		route->what = text->what;
		route->answer = text->answer;
		route->status = text->status;
		route->flags = text->flags;
		split_path(route, text->path);
		arguments_take(arena, route, text->arguments);
		statement_make(arena, route, &route->call, text->call);
		statement_make(arena, route, &route->then, text->then);
	}
}

void
router_free(void)
{
	arena_free(arena);
	arena = NULL;
	built = NULL;
	routes = NULL;
	nroutes = 0;
	nstatements = 0;
}

static bool
matches(const Route *route, const Request *request)
{
	int			i;

	if (route->nsegments != request->nsegments)
		return false;
	for (i = 0; i < route->nsegments; i++)
	{
		const char *segment = route->segments[i];

		if (segment[0] == '{' ? request->segments[i][0] == '\0' :
			strcmp(segment, request->segments[i]) != 0)
			return false;
	}

	/* health and metrics need no base path */
	return request->has_base ||
		(route->nsegments == 1 && (route->flags & (PUBLIC | METRICS)) != 0);
}

const Route *
route_find(const Request *request, const char **allow)
{
	const char *method = strcmp(request->method, "HEAD") == 0 ? "GET" :
		request->method;
	Text		methods = {0};
	int			i;

	for (i = 0; i < nroutes; i++)
	{
		if (!matches(&routes[i], request))
			continue;
		if (strcmp(routes[i].method, method) == 0)
		{
			text_free(&methods);
			return &routes[i];
		}
		text_printf(&methods, "%s%s", methods.len ? ", " : "",
					routes[i].method);
		if (strcmp(routes[i].method, "GET") == 0)
			text_puts(&methods, ", HEAD");
	}
	*allow = NULL;
	if (methods.len > 0)
	{
		text_puts(&methods, ", OPTIONS");
		*allow = arena_copy(request->arena, methods.data, methods.len);
	}
	text_free(&methods);
	return NULL;
}

bool
route_takes_tag(const Route *route)
{
	return (route->flags & (MODEL | USER)) != 0 ||
		((route->flags & MATCHED) != 0 && route->nsegments > 2);
}
