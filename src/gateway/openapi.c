/*
 * openapi.c
 *		The interface as an OpenAPI 3.1 document, made from routes.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "gateway/openapi.h"
#include "gateway/router.h"
#include "gateway/schema.h"
#include "gateway/text.h"

static Text document;

static void put_object(const Argument *arguments, int count, bool shape);

static void
put_schema(const Argument *argument)
{
	if (argument->missing != NULL && argument->place == IN_BODY)
		text_printf(&document,
					"{\"type\": [\"number\", \"null\"], \"default\": %s}",
					argument->missing);
	else if (argument->words != NULL)
		schema_put_words(&document, argument->words, false);
	else if (argument->ninner > 0)
	{
		if (argument->type == TYPE_ROWS)
			text_puts(&document, "{\"type\": \"array\", \"items\": ");
		put_object(argument->inner, argument->ninner, true);
		if (argument->type == TYPE_ROWS)
			text_puts(&document, "}");
	}
	else
		text_puts(&document, argument->place == IN_BODY ?
				  type_facts[argument->type].in_body :
				  type_facts[argument->type].in_query);
}

static void
put_header(const char *name, const char *description)
{
	text_printf(&document, ",\n        {\"name\": \"%s\", \"in\": \"header\", \"required\": false, \"schema\": {\"type\": \"string\"}, \"description\": ",
				name);
	text_json(&document, description);
	text_puts(&document, "}");
}

static void
put_parameters(const Route *route)
{
	size_t		begin;
	int			i;

	text_puts(&document, "      \"parameters\": [");
	begin = document.len;
	for (i = 0; i < route->narguments; i++)
	{
		const Argument *argument = &route->arguments[i];

		if (argument->place == IN_BODY)
			continue;
		text_printf(&document, ",\n        {\"name\": \"%s\", \"in\": \"%s\", \"required\": %s, \"schema\": ",
					argument->fields[0],
					argument->place == IN_PATH ? "path" : "query",
					argument->place == IN_PATH || argument->needed ? "true" :
					"false");
		put_schema(argument);
		text_puts(&document, "}");
	}
	if (strcmp(route->method, "POST") == 0 && (route->flags & SECRET) == 0)
		put_header("Idempotency-Key",
				   "The same request with the same key is carried out once and answered again for a day");
	if (route_takes_tag(route))
		put_header("If-Match", "The ETag that the thing must still have");
	if ((route->flags & TAGGED) != 0)
		put_header("If-None-Match", "The ETag of what is known already");

	/* no comma before the first */
	if (document.len > begin)
		document.data[begin] = ' ';
	text_puts(&document, "],\n");
}

static bool
has_body(const Route *route)
{
	return strcmp(route->method, "GET") != 0 &&
		strcmp(route->method, "DELETE") != 0;
}

/* Put the fields of a body; an object with a shape has no others. */
static void
put_object(const Argument *arguments, int count, bool shape)
{
	Text		required = {0};
	const char *comma = "";
	bool		open = false;
	int			i;

	text_puts(&document, "{\"type\": \"object\", \"properties\": {");
	for (i = 0; i < count; i++)
	{
		const Argument *argument = &arguments[i];
		bool		rest = type_takes_rest(argument->type);

		if (argument->place != IN_BODY)
			continue;
		text_printf(&document, "%s\n        \"%s\": ", comma,
					argument->fields[0]);
		put_schema(argument);
		comma = ",";

		/* metrics may be the whole body, numbers may come in rows */
		open |= rest;
		if (argument->needed && !rest && argument->type != TYPE_NUMBERS)
			text_printf(&required, "%s\"%s\"", required.len ? ", " : "",
						argument->fields[0]);
	}
	text_puts(&document, "}");
	if (required.len > 0)
		text_printf(&document, ", \"required\": [%s]", required.data);
	text_printf(&document, "%s}", shape ? ", \"additionalProperties\": false" :
				open ? ", \"additionalProperties\": true" : "");
	text_free(&required);
}

static void
put_body(const Route *route)
{
	bool		needed = false;
	int			i;

	for (i = 0; i < route->narguments; i++)
		needed |= route->arguments[i].place == IN_BODY &&
			route->arguments[i].needed;
	text_printf(&document, "      \"requestBody\": {\"required\": %s, \"content\": {\"application/json\": {\"schema\": ",
				needed ? "true" : "false");
	put_object(route->arguments, route->narguments, false);
	text_puts(&document, "}}},\n");
}

static void
put_error(int status)
{
	text_printf(&document, ",\n        \"%d\": {\"$ref\": \"#/components/responses/Error\"}",
				status);
}

/* Put the schema of the answer; a change may come with warnings. */
static void
put_answer(const Route *route)
{
	bool		warns = (route->flags & WRITES) != 0;
	char		spec[1024];

	if (strchr(route->answer, ':') != NULL)
	{
		snprintf(spec, sizeof(spec), "%s%s", route->answer,
				 warns ? " warnings?:texts" : "");
		schema_put_answer(&document, spec);
	}
	else if (warns)
	{
		text_puts(&document, "{\"allOf\": [");
		schema_put_answer(&document, route->answer);
		text_puts(&document, ", {\"$ref\": \"#/components/schemas/Warnings\"}]}");
	}
	else
		schema_put_answer(&document, route->answer);
}

static void
put_responses(const Route *route)
{
	text_printf(&document, "      \"responses\": {\n        \"%d\": {\"description\": ",
				route->status);
	text_json(&document, route->summary);
	text_puts(&document, ", \"content\": {");
	if ((route->flags & METRICS) != 0)
		text_puts(&document, "\"text/plain\": {\"schema\": {\"type\": \"string\"}}");
	else
	{
		text_puts(&document, "\"application/json\": {\"schema\": ");
		put_answer(route);
		text_puts(&document, "}");
	}
	if ((route->flags & (REPORT | OSCAL)) != 0)
		text_puts(&document, ", \"text/markdown\": {\"schema\": {\"type\": \"string\"}}, \"text/html\": {\"schema\": {\"type\": \"string\"}}");
	if ((route->flags & OSCAL) != 0)
		text_puts(&document, ", \"application/oscal+json\": {\"schema\": {\"type\": \"object\", \"additionalProperties\": true}}");
	text_puts(&document, "}}");
	if ((route->flags & TAGGED) != 0)
		text_puts(&document, ",\n        \"304\": {\"description\": \"It is what If-None-Match names\"}");
	put_error(400);
	if ((route->flags & PUBLIC) == 0)
	{
		put_error(401);
		put_error(403);
	}
	if (route->what[0] != '\0')
		put_error(404);
	if ((route->flags & OSCAL) != 0)
		put_error(406);
	if ((route->flags & WRITES) != 0)
		put_error(409);
	if (route_takes_tag(route))
		put_error(412);
	if (has_body(route))
	{
		put_error(413);
		put_error(415);
		put_error(422);
	}
	if ((route->flags & PUBLIC) == 0)
		put_error(429);
	put_error(503);
	text_puts(&document, "}\n    }");
}

/* Put a name such as "gov_approve_model" as "approveModel". */
static void
put_camel(const char *name)
{
	bool		upper = false;

	name += strncmp(name, "gov_", 4) == 0 ? 4 : 0;
	for (; *name != '\0'; name++)
	{
		if (isalnum((unsigned char) *name))
			text_printf(&document, "%c", upper ?
						toupper((unsigned char) *name) : *name);
		upper = !isalnum((unsigned char) *name);
	}
}

/* Put "list" and the words of the path, as in "listViolations". */
static void
put_verb_and_path(const Route *route)
{
	static const char *const verbs[][2] = {
		{"GET", "list"}, {"POST", "create"}, {"PUT", "set"},
		{"PATCH", "update"}, {"DELETE", "drop"}
	};
	int			i = 0;

	while (strcmp(verbs[i][0], route->method) != 0)
		i++;
	text_puts(&document, verbs[i][1]);
	for (i = 0; i < route->nsegments; i++)
	{
		const char *segment = route->segments[i];

		if (segment[0] == '{')
			continue;
		text_printf(&document, "%c", toupper((unsigned char) segment[0]));
		put_camel(segment + 1);
	}
}

/* Another route of the same function is named after its method and path. */
static void
put_operation_id(const Route *route)
{
	const Route *first = routes;

	while (strcmp(first->function, route->function) != 0)
		first++;
	text_puts(&document, "      \"operationId\": \"");
	if (first == route)
		put_camel(route->function[0] ? route->function : "openapi");
	else
		put_verb_and_path(route);
	text_puts(&document, "\",\n");
}

static void
put_operation(const Route *route)
{
	const char *c;
	char		tag[64];
	size_t		len = strcspn(route->path + 1, "/");

	text_puts(&document, "    \"");
	for (c = route->method; *c != '\0'; c++)
		text_printf(&document, "%c", tolower((unsigned char) *c));
	text_puts(&document, "\": {\n      \"summary\": ");
	text_json(&document, route->summary);
	text_puts(&document, ",\n");
	put_operation_id(route);
	memcpy(tag, route->path + 1, len);
	tag[len] = '\0';
	text_printf(&document, "      \"tags\": [\"%s\"],\n", tag);
	if (strncmp(route->function, "gov_", 4) == 0)
		text_printf(&document, "      \"x-sql-function\": \"%s\",\n",
					route->function);
	if ((route->flags & PUBLIC) != 0)
		text_puts(&document, "      \"security\": [],\n");
	put_parameters(route);
	if (has_body(route))
		put_body(route);
	put_responses(route);
}

/* Put every operation of a path, at its first appearance. */
static bool
put_path(int at)
{
	const char *comma = "";
	int			i;

	for (i = 0; i < at; i++)
	{
		if (strcmp(routes[i].path, routes[at].path) == 0)
			return false;
	}
	text_printf(&document, "%s\n  \"%s\": {\n", at > 0 ? "," : "",
				routes[at].path);
	for (i = at; i < nroutes; i++)
	{
		if (strcmp(routes[i].path, routes[at].path) != 0)
			continue;
		text_puts(&document, comma);
		put_operation(&routes[i]);
		comma = ",\n";
	}
	text_puts(&document, "}");
	return true;
}

static const char head[] =
"{\n\"openapi\": \"3.1.0\",\n\"info\": {\"title\": \"governance\", \"version\": \"1.0\",\n"
"  \"summary\": \"Models and use-cases, who decided on them, and the evidence\",\n"
"  \"description\": \"Each request is one transaction in the database, as the user of the token. Times are seconds since 1970. Fields such as approved_by name the caller or, for holders of actor:impersonate, whom they act for.\",\n"
"  \"license\": {\"name\": \"PostgreSQL\", \"identifier\": \"PostgreSQL\"}},\n"
"\"servers\": [{\"url\": \"" BASE_PATH "\"}],\n"
"\"security\": [{\"bearer\": []}],\n"
"\"tags\": [";

static const char tail[] =
"\n},\n\"components\": {\n"
"  \"securitySchemes\": {\"bearer\": {\"type\": \"http\", \"scheme\": \"bearer\", \"description\": \"An API token of gov_create_api_token(), or a signed JWT\"}},\n"
"  \"responses\": {\"Error\": {\"description\": \"What went wrong, in words and by SQLSTATE\", \"content\": {\"application/json\": {\"schema\": {\"$ref\": \"#/components/schemas/Error\"}}}}},\n"
"  \"schemas\": {";

/* Put the first segment of each path, once each. */
static void
put_tags(void)
{
	int			i;
	int			j;

	for (i = 0; i < nroutes; i++)
	{
		for (j = 0; j < i; j++)
		{
			if (strcmp(routes[i].segments[0], routes[j].segments[0]) == 0)
				break;
		}
		if (j == i)
			text_printf(&document, "%s{\"name\": \"%s\", \"description\": \"What is below /%s\"}",
						i ? ", " : "", routes[i].segments[0],
						routes[i].segments[0]);
	}
	text_puts(&document, "],\n\"paths\": {");
}

void
openapi_init(void)
{
	int			i;

	text_free(&document);
	text_puts(&document, head);
	put_tags();
	for (i = 0; i < nroutes; i++)
		put_path(i);
	text_puts(&document, tail);
	schema_put_all(&document);
	text_puts(&document, "\n  }\n}\n}\n");
}

void
openapi_free(void)
{
	text_free(&document);
}

const char *
openapi_document(size_t *len)
{
	*len = document.len;
	return document.data;
}
