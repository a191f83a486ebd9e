/*
 * openapi.c
 *		The interface as an OpenAPI 3.1 document, made from routes.h.
 */
#include <ctype.h>
#include <string.h>

#include "gateway/openapi.h"
#include "gateway/router.h"

static Text document;

static const char *
schema_of(const Argument *argument)
{
	bool		is_query = argument->place != IN_BODY;

	switch (argument->type)
	{
		case TYPE_TEXT:
		case TYPE_MARK:
			return "{\"type\": \"string\"}";
		case TYPE_INT:
			return "{\"type\": \"integer\", \"format\": \"int32\"}";
		case TYPE_LONG:
			return "{\"type\": \"integer\", \"format\": \"int64\"}";
		case TYPE_NUMBER:
			return "{\"type\": \"number\"}";
		case TYPE_BOOL:
			return "{\"type\": \"boolean\"}";
		case TYPE_TIME:
			return is_query ?
				"{\"type\": \"string\", \"description\": \"seconds since 1970, or ISO 8601\"}" :
				"{\"type\": [\"number\", \"string\"], \"description\": \"seconds since 1970, or ISO 8601\"}";
		case TYPE_UUID:
			return "{\"type\": \"string\", \"format\": \"uuid\"}";
		case TYPE_OBJECT:
			return "{\"type\": \"object\"}";
		case TYPE_JSON:
			return "{\"type\": [\"object\", \"array\"]}";
		case TYPE_LIMIT:
			return "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 10000}";
		case TYPE_NUMBERS:
			return "{\"type\": [\"number\", \"array\"], \"items\": {\"type\": \"number\"}}";
		case TYPE_BOOLS:
			return "{\"type\": [\"boolean\", \"array\"], \"items\": {\"type\": \"boolean\"}}";
		case TYPE_TIMES:
			return "{\"type\": [\"number\", \"string\", \"array\"], \"items\": {\"type\": [\"number\", \"string\"]}}";
		case TYPE_ROWS:
			return "{\"type\": \"array\", \"items\": {\"type\": \"object\"}}";
		case TYPE_TEXTS:
			return "{\"type\": \"array\", \"items\": {\"type\": \"string\"}}";
		case TYPE_METRICS:
			return "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"number\"}}";
		case TYPE_ANSWERS:
			return "{\"type\": \"object\", \"additionalProperties\": {\"type\": [\"boolean\", \"string\"]}}";
		case TYPE_ANY:
			break;
	}
	return "{}";
}

static void
put_parameter(const char *name, const char *place, bool needed,
			  const char *schema, const char *description, int *count)
{
	text_printf(&document, "%s\n        {\"name\": \"%s\", \"in\": \"%s\", \"required\": %s, \"schema\": %s",
				(*count)++ ? "," : "", name, place, needed ? "true" : "false",
				schema);
	if (description != NULL)
	{
		text_puts(&document, ", \"description\": ");
		text_json(&document, description);
	}
	text_puts(&document, "}");
}

static void
put_parameters(const Route *route)
{
	static const char text[] = "{\"type\": \"string\"}";
	int			count = 0;
	int			i;

	text_puts(&document, "      \"parameters\": [");
	for (i = 0; i < route->narguments; i++)
	{
		const Argument *argument = &route->arguments[i];

		if (argument->place != IN_BODY)
			put_parameter(argument->fields[0],
						  argument->place == IN_PATH ? "path" : "query",
						  argument->place == IN_PATH || argument->needed,
						  schema_of(argument), NULL, &count);
	}
	if (strcmp(route->method, "POST") == 0)
		put_parameter("Idempotency-Key", "header", false, text,
					  "The same request with the same key is carried out once and answered again for a day",
					  &count);
	if ((route->flags & (VERSION | USECASE)) != 0 && route->nsegments > 2)
		put_parameter("If-Match", "header", false, text,
					  "The ETag that the thing must still have", &count);
	if ((route->flags & TAGGED) != 0)
		put_parameter("If-None-Match", "header", false, text,
					  "The ETag of what is known already", &count);
	text_puts(&document, "],\n");
}

static bool
has_body(const Route *route)
{
	return strcmp(route->method, "POST") == 0 ||
		strcmp(route->method, "PUT") == 0;
}

static void
put_body(const Route *route)
{
	bool		needed = false;
	const char *comma = "";
	int			i;

	for (i = 0; i < route->narguments; i++)
	{
		if (route->arguments[i].place == IN_BODY && route->arguments[i].needed)
			needed = true;
	}
	text_printf(&document, "      \"requestBody\": {\"required\": %s, \"content\": {\"application/json\": {\"schema\": {\"type\": \"object\", \"properties\": {",
				needed ? "true" : "false");
	for (i = 0; i < route->narguments; i++)
	{
		const Argument *argument = &route->arguments[i];

		if (argument->place != IN_BODY)
			continue;
		text_printf(&document, "%s\n        \"%s\": ", comma,
					argument->fields[0]);
		if (argument->missing != NULL)
			text_printf(&document,
						"{\"type\": [\"number\", \"null\"], \"default\": %s}",
						argument->missing);
		else
			text_puts(&document, schema_of(argument));
		comma = ",";
	}
	text_puts(&document, "}");
	comma = "";
	for (i = 0; i < route->narguments; i++)
	{
		const Argument *argument = &route->arguments[i];

		/* those of these types may be the body itself */
		if (argument->place != IN_BODY || !argument->needed ||
			argument->type == TYPE_METRICS || argument->type == TYPE_ANSWERS)
			continue;
		text_printf(&document, "%s\"%s\"",
					comma[0] ? comma : ", \"required\": [",
					argument->fields[0]);
		comma = ", ";
	}
	if (comma[0] != '\0')
		text_puts(&document, "]");
	text_puts(&document, "}}}},\n");
}

static void
put_error(int status)
{
	text_printf(&document, ",\n        \"%d\": {\"$ref\": \"#/components/responses/Error\"}",
				status);
}

static void
put_responses(const Route *route)
{
	text_printf(&document, "      \"responses\": {\n        \"%d\": {\"description\": ",
				route->status);
	text_json(&document, route->summary);
	if ((route->flags & METRICS) != 0)
		text_puts(&document, ", \"content\": {\"text/plain\": {\"schema\": {\"type\": \"string\"}}}}");
	else if ((route->flags & REPORT) != 0)
		text_puts(&document, ", \"content\": {\"application/json\": {\"schema\": {\"type\": \"object\"}}, \"text/markdown\": {\"schema\": {\"type\": \"string\"}}, \"text/html\": {\"schema\": {\"type\": \"string\"}}}}");
	else
		text_printf(&document, ", \"content\": {\"application/json\": {\"schema\": {\"%s\": \"%s\"}}}}",
					(route->flags & (VERSION | USECASE)) ? "$ref" : "type",
					(route->flags & VERSION) ? "#/components/schemas/ModelVersion" :
					(route->flags & USECASE) ? "#/components/schemas/UseCase" :
					"object");
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
	if ((route->flags & WRITES) != 0)
		put_error(409);
	if ((route->flags & (VERSION | USECASE)) != 0)
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

/* "post_models_model_id_versions_version_approve" */
static void
put_operation_id(const Route *route)
{
	const char *c;
	bool		under = true;

	text_puts(&document, "      \"operationId\": \"");
	for (c = route->method; *c != '\0'; c++)
		text_printf(&document, "%c", tolower((unsigned char) *c));
	text_puts(&document, "_");
	for (c = route->path + 1; *c != '\0'; c++)
	{
		if (isalnum((unsigned char) *c))
		{
			text_append(&document, c, 1);
			under = false;
		}
		else if (!under && c[1] != '\0')
		{
			text_puts(&document, "_");
			under = true;
		}
	}
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
	if (route->function[0] != '\0')
		text_printf(&document, "      \"x-sql-function\": \"%s\",\n",
					route->function);
	if ((route->flags & PUBLIC) != 0)
		text_puts(&document, "      \"security\": [],\n");
	put_parameters(route);
	if (has_body(route))
		put_body(route);
	put_responses(route);
}

/* Every operation of a path, where the path first appears. */
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
"  \"schemas\": {\n"
"    \"Error\": {\"type\": \"object\", \"required\": [\"error\", \"code\"], \"properties\": {\"error\": {\"type\": \"string\"}, \"code\": {\"type\": \"string\"}, \"detail\": {\"type\": [\"string\", \"null\"]}, \"hint\": {\"type\": [\"string\", \"null\"]}}},\n"
"    \"ModelVersion\": {\"type\": \"object\", \"required\": [\"model_id\", \"version\", \"status\", \"approval_status\", \"metrics\"], \"properties\": {\n"
"      \"model_id\": {\"type\": \"string\"}, \"version\": {\"type\": \"string\"}, \"created_at\": {\"type\": \"number\"}, \"created_by\": {\"type\": [\"string\", \"null\"]},\n"
"      \"description\": {\"type\": \"string\"}, \"source_commit\": {\"type\": [\"string\", \"null\"]}, \"training_data_hash\": {\"type\": [\"string\", \"null\"]},\n"
"      \"hyperparameters\": {\"type\": \"object\"}, \"model_path\": {\"type\": \"string\"}, \"model_size_bytes\": {\"type\": \"integer\"},\n"
"      \"artifacts\": {\"type\": [\"object\", \"array\"]}, \"metadata\": {\"type\": \"object\"}, \"content_digest\": {\"type\": \"string\"},\n"
"      \"status\": {\"enum\": [\"registered\", \"approved\", \"deployed_staging\", \"deployed_production\", \"rolled_back\", \"deprecated\"]},\n"
"      \"approval_status\": {\"enum\": [\"pending\", \"approved\", \"rejected\", \"requires_changes\"]},\n"
"      \"metrics\": {\"type\": \"object\", \"additionalProperties\": {\"type\": [\"number\", \"null\"]}},\n"
"      \"approved_by\": {\"type\": [\"string\", \"null\"]}, \"approved_at\": {\"type\": [\"number\", \"null\"]},\n"
"      \"deployed_at\": {\"type\": [\"number\", \"null\"]}, \"deployed_by\": {\"type\": [\"string\", \"null\"]}, \"deployment_id\": {\"type\": [\"string\", \"null\"]},\n"
"      \"deployment_history\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}}}},\n"
"    \"UseCase\": {\"type\": \"object\", \"required\": [\"usecase_id\", \"name\", \"status\"], \"properties\": {\n"
"      \"usecase_id\": {\"type\": \"string\"}, \"name\": {\"type\": \"string\"}, \"description\": {\"type\": \"string\"}, \"owner\": {\"type\": \"string\"},\n"
"      \"model_ids\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}, \"impact_level\": {\"enum\": [\"low\", \"medium\", \"high\", \"critical\"]},\n"
"      \"risk_class\": {\"type\": [\"string\", \"null\"]}, \"impact_score\": {\"type\": [\"number\", \"null\"]},\n"
"      \"status\": {\"enum\": [\"draft\", \"submitted\", \"approved\", \"deployed\", \"deprecated\", \"archived\"]},\n"
"      \"metrics\": {\"type\": \"object\"}, \"approved_by\": {\"type\": [\"string\", \"null\"]}, \"approved_at\": {\"type\": [\"number\", \"null\"]},\n"
"      \"deployed_at\": {\"type\": [\"number\", \"null\"]}, \"deployed_by\": {\"type\": [\"string\", \"null\"]}, \"deployment_id\": {\"type\": [\"string\", \"null\"]}}}\n"
"  }\n}\n}\n";

/* The first segments of the paths, once each. */
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
