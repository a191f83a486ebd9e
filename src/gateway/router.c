/*
 * router.c
 *		From routes.h to what is looked up for each request.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/router.h"

#define LIST_OF(name, aggregated) \
	"jsonb_build_object('" name "', coalesce(jsonb_agg(" aggregated "), '[]')," \
	" 'count', count(*))::text"
#define SHOW_VERSION "SELECT gov_model_version_json(v)::text" \
	" FROM gov_model_version({model_id}, {version}) AS v"
#define SHOW_USECASE "SELECT gov_usecase_json(u)::text" \
	" FROM gov_usecase({usecase_id}) AS u"
#define SHOW_REQUEST "SELECT gov_approval_request({request_id})::text"
#define SHOW_INCIDENT "SELECT gov_row_json(t)::text" \
	" FROM gov_incident({incident_id}) AS t"
/* Arrays of a body; one value stands for as many as there are latencies. */
#define TIME_OF(value) "gov_moment('observed_at', " value " #>> '{}')"
#define FLOATS_OF(field) " ARRAY(SELECT (e.value #>> '{}')::float8" \
	" FROM jsonb_array_elements({body} -> '" field "') AS e)"
#define ARRAY_OF(field, element, one) \
	" CASE WHEN jsonb_typeof({body} -> '" field "') = 'array'" \
	" THEN ARRAY(SELECT " element \
	" FROM jsonb_array_elements({body} -> '" field "') AS e)" \
	" WHEN {body} ->> '" field "' IS NOT NULL THEN array_fill(" one "," \
	" ARRAY[jsonb_array_length({body} -> 'latency_ms')]) END"
#define BOOLS_OF(field) ARRAY_OF(field, "(e.value #>> '{}')::boolean", \
								 "({body} ->> '" field "')::boolean")
#define TIMES_OF(field) ARRAY_OF(field, TIME_OF("e.value"), \
								 TIME_OF("({body} -> '" field "')"))
#define WHAT_MODEL "model \"{model_id}\""
#define WHAT_VERSION "model version \"{model_id}:{version}\""
#define WHAT_USECASE "use-case \"{usecase_id}\""
#define WHAT_USER "user \"{user_id}\""
#define WHAT_REQUEST "approval request \"{request_id}\""
#define WHAT_INCIDENT "incident {incident_id}"

typedef struct RouteText
{
	const char *method;
	const char *path;
	const char *function;
	const char *arguments;
	const char *call;
	const char *show;
	int			status;
	int			flags;
	const char *what;
	const char *summary;
} RouteText;

static const RouteText texts[] = {
#define ROUTE(method, path, function, arguments, call, show, status, flags, \
			  what, summary) \
	{#method, path, #function, arguments, call, show, status, flags, what, \
	 summary},
#include "gateway/routes.h"
#undef ROUTE
};

static const struct
{
	const char *name;
	ArgumentType type;
	const char *cast;			/* from text */
}			types[] = {
	{"text", TYPE_TEXT, "text"}, {"int", TYPE_INT, "int4"},
	{"long", TYPE_LONG, "int8"}, {"number", TYPE_NUMBER, "float8"},
	{"bool", TYPE_BOOL, "bool"}, {"time", TYPE_TIME, "timestamptz"},
	{"uuid", TYPE_UUID, "uuid"}, {"object", TYPE_OBJECT, "jsonb"},
	{"json", TYPE_JSON, "jsonb"}, {"texts", TYPE_TEXTS, "text[]"},
	{"metrics", TYPE_METRICS, "jsonb"}, {"answers", TYPE_ANSWERS, "jsonb"},
	{"any", TYPE_ANY, "jsonb"},
};

#define COUNT(array) ((int) (sizeof(array) / sizeof((array)[0])))

static Arena *arena;
static Route *built;

const Route *routes;
int			nroutes;
const Statement *statements[MAX_STATEMENTS];
int			nstatements;

/* routes.h is wrong: that is found at the first start. */
static void
bad_route(const char *path, const char *why)
{
	fprintf(stderr, "governance-gateway: route %s: %s\n", path, why);
	abort();
}

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

static int
segment_of(const Route *route, const char *name)
{
	int			i;

	for (i = 0; i < route->nsegments; i++)
	{
		const char *segment = route->segments[i];

		if (segment[0] == '{' &&
			strncmp(segment + 1, name, strlen(name)) == 0 &&
			segment[1 + strlen(name)] == '}')
			return i;
	}
	return -1;
}

/* "[-]field[|alias...][>argument]:type[!]" */
static void
take_argument(Route *route, char *word)
{
	Argument   *argument = &route->arguments[route->narguments];
	char	   *type = strchr(word, ':');
	char	   *name;
	int			i;

	if (type == NULL || route->narguments == MAX_ARGUMENTS)
		bad_route(route->path, word);
	route->narguments++;
	*type++ = '\0';
	argument->needed = type[strlen(type) - 1] == '!';
	if (argument->needed)
		type[strlen(type) - 1] = '\0';
	for (i = 0; i < COUNT(types) && strcmp(types[i].name, type) != 0; i++)
		;
	if (i == COUNT(types))
		bad_route(route->path, type);
	argument->type = types[i].type;

	argument->passed = word[0] != '-';
	if (!argument->passed)
		word++;
	name = strchr(word, '>');
	if (name != NULL)
		*name++ = '\0';
	while (word != NULL)
	{
		char	   *bar = strchr(word, '|');

		if (bar != NULL)
			*bar++ = '\0';
		if (argument->nfields == MAX_FIELDS)
			bad_route(route->path, word);
		argument->fields[argument->nfields++] = arena_strdup(arena, word);
		word = bar;
	}
	argument->argument = name ? arena_strdup(arena, name) :
		argument->fields[0];
	argument->segment = segment_of(route, argument->fields[0]);
	argument->place = argument->segment >= 0 ? IN_PATH :
		strcmp(route->method, "GET") == 0 ? IN_QUERY : IN_BODY;
}

static void
take_arguments(Route *route, const char *text)
{
	char	   *copy = arena_strdup(arena, text);
	char	   *save;
	char	   *word;

	for (word = strtok_r(copy, " ", &save); word != NULL;
		 word = strtok_r(NULL, " ", &save))
		take_argument(route, word);
}

/* The number of the parameter that carries an argument (or the body). */
static int
parameter_of(Statement *statement, int source)
{
	int			i;

	for (i = 0; i < statement->nparameters; i++)
	{
		if (statement->source[i] == source)
			return i + 1;
	}
	if (statement->nparameters == MAX_PARAMETERS)
		bad_route(statement->sql ? statement->sql : "", "too many parameters");
	statement->source[statement->nparameters++] = source;
	return statement->nparameters;
}

/* A field of the body, as text (operator ->>) or as jsonb (->). */
static void
put_field(Text *sql, int body, const Argument *argument, const char *arrow)
{
	int			i;

	text_puts(sql, argument->nfields > 1 ? "coalesce(" : "(");
	for (i = 0; i < argument->nfields; i++)
		text_printf(sql, "%s$%d::jsonb %s '%s'", i ? ", " : "", body, arrow,
					argument->fields[i]);
	text_puts(sql, ")");
}

/* All of the body that is neither another argument nor an actor. */
static void
put_rest(Text *sql, const Route *route, int body, const Argument *argument)
{
	int			i;

	text_printf(sql, "(CASE WHEN jsonb_typeof($%d::jsonb -> '%s') = 'object'"
				" THEN $%d::jsonb -> '%s' ELSE (SELECT jsonb_object_agg("
				"e.key, e.value) FROM jsonb_each($%d::jsonb) AS e"
				" WHERE e.key !~ '_by$' AND e.key <> ALL ('{", body,
				argument->fields[0], body, argument->fields[0], body);
	for (i = 0; i < route->narguments; i++)
		text_printf(sql, "%s%s", i ? "," : "",
					route->arguments[i].fields[0]);
	text_puts(sql, "}'::text[])) END)");
}

static void
put_body_argument(Text *sql, const Route *route, int body,
				  const Argument *argument)
{
	const char *field = argument->fields[0];

	switch (argument->type)
	{
		case TYPE_OBJECT:
		case TYPE_JSON:
		case TYPE_ANY:
			text_puts(sql, "nullif(");
			put_field(sql, body, argument, "->");
			text_puts(sql, ", 'null'::jsonb)");
			break;
		case TYPE_METRICS:
		case TYPE_ANSWERS:
			put_rest(sql, route, body, argument);
			break;
		case TYPE_TEXTS:
			text_printf(sql, "(CASE WHEN jsonb_typeof($%d::jsonb -> '%s') ="
						" 'array' THEN ARRAY(SELECT jsonb_array_elements_text("
						"$%d::jsonb -> '%s')) END)", body, field, body, field);
			break;
		case TYPE_TIME:
			text_printf(sql, "gov_moment('%s', $%d::jsonb ->> '%s')", field,
						body, field);
			break;
		default:
			put_field(sql, body, argument, "->>");
			text_printf(sql, "::%s", types[argument->type].cast);
	}
}

static void
put_argument(Text *sql, const Route *route, Statement *statement, int i)
{
	const Argument *argument = &route->arguments[i];
	int			number;

	if (argument->place == IN_BODY)
	{
		put_body_argument(sql, route, parameter_of(statement, BODY), argument);
		return;
	}
	number = parameter_of(statement, i);
	if (argument->type == TYPE_TIME)
		text_printf(sql, "gov_moment('%s', $%d::text)", argument->fields[0],
					number);
	else
		text_printf(sql, "$%d::%s", number, types[argument->type].cast);
}

/* {*}: every argument, by name. */
static void
put_call(Text *sql, const Route *route, Statement *statement)
{
	const char *comma = "";
	int			i;

	for (i = 0; i < route->narguments; i++)
	{
		if (!route->arguments[i].passed)
			continue;
		text_printf(sql, "%s%s => ", comma, route->arguments[i].argument);
		put_argument(sql, route, statement, i);
		comma = ", ";
	}
}

static void
add_statement(Statement *statement)
{
	if (nstatements == MAX_STATEMENTS)
		bad_route(statement->sql, "too many statements");
	statement->number = nstatements;
	statements[nstatements++] = statement;
}

void
statement_init(Statement *statement, const char *sql, int nparameters)
{
	memset(statement, 0, sizeof(*statement));
	statement->sql = sql;
	statement->nparameters = nparameters;
	add_statement(statement);
}

static void
make_statement(Route *route, Statement *statement, const char *text)
{
	Text		sql = {0};
	int			i;

	statement->number = -1;
	if (text[0] == '\0')
		return;
	while (*text != '\0')
	{
		size_t		len = text[0] == '{' ? strcspn(text, "}") + 1 : 1;

		/* an array of text, {"a": 1} and {} are no places */
		if (text[0] != '{' || (text[1] != '*' && !islower(text[1])))
			text_append(&sql, text, len = 1);
		else if (strncmp(text, "{*}", 3) == 0)
			put_call(&sql, route, statement);
		else if (strncmp(text, "{body}", 6) == 0)
			text_printf(&sql, "$%d::jsonb", parameter_of(statement, BODY));
		else
		{
			for (i = 0; i < route->narguments; i++)
			{
				if (strlen(route->arguments[i].fields[0]) == len - 2 &&
					memcmp(route->arguments[i].fields[0], text + 1,
						   len - 2) == 0)
					break;
			}
			if (i == route->narguments)
				bad_route(route->path, text);
			put_argument(&sql, route, statement, i);
		}
		text += len;
	}
	statement->sql = arena_copy(arena, sql.data, sql.len);
	text_free(&sql);
	add_statement(statement);
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
		route->status = text->status;
		route->flags = text->flags;
		split_path(route, text->path);
		take_arguments(route, text->arguments);
		make_statement(route, &route->call, text->call);
		make_statement(route, &route->show, text->show);
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

	/* the service's own are found without the base path, too */
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

const Argument *
route_argument(const Route *route, const char *field)
{
	int			i;
	int			j;

	for (i = 0; i < route->narguments; i++)
	{
		for (j = 0; j < route->arguments[i].nfields; j++)
		{
			if (strcmp(route->arguments[i].fields[j], field) == 0)
				return &route->arguments[i];
		}
	}
	return NULL;
}
