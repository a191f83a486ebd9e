/*
 * fields.c
 *		Path, query and body of a request: do they fit the route?
 */
#include <string.h>

#include "gateway/argument.h"
#include "gateway/columns.h"
#include "gateway/fields.h"
#include "gateway/number.h"
#include "gateway/slip.h"
#include "gateway/text.h"
#include "gateway/value.h"

/* Fields that name an actor without ending in _by. */
static const char *const actor_fields[] = {
	"actor", "requester", "requester_id", "approver", "approver_id",
	"reviewer", "reporter",
};

typedef struct Taking
{
	Request    *request;
	const Route *route;
	Reply	   *reply;
	const char *given[MAX_ARGUMENTS];	/* the field that it came from */
	const char *actor;
	Columns		columns;
	Text		rest;			/* fields that are members of one argument */
} Taking;

static bool
refuse(Taking *taking, const char *code, const char *error,
	   const char *detail, const char *hint)
{
	reply_error(taking->reply, taking->request, 400, code, error, detail,
				hint);
	return false;
}

static bool
ends_in_by(const char *field)
{
	size_t		len = strlen(field);

	return len > 3 && strcmp(field + len - 3, "_by") == 0;
}

static bool
names_actor(const char *field)
{
	size_t		i;

	for (i = 0; i < sizeof(actor_fields) / sizeof(actor_fields[0]); i++)
	{
		if (strcmp(field, actor_fields[i]) == 0)
			return true;
	}
	return ends_in_by(field);
}

static const char *
known_fields(Arena *arena, const Argument *arguments, int count, Place place)
{
	Text		text = {0};
	char	   *known;
	int			i;

	for (i = 0; i < count; i++)
	{
		if (arguments[i].place == place || arguments[i].place == IN_EITHER)
			text_printf(&text, "%s%s", text.len ? ", " : "",
						arguments[i].fields[0]);
	}
	known = text.len == 0 ? arena_strdup(arena, "There are none.") :
		arena_printf(arena, "There are: %s.", text.data);
	text_free(&text);
	return known;
}

/* Refuse a field of the body, or of the object "inside" it. */
static bool
refuse_unknown(Taking *taking, const char *field, const char *inside,
			   const Argument *arguments, int count)
{
	Arena	   *arena = taking->request->arena;
	const char *meant = slip_of(field, arguments, count,
								inside == NULL ? taking->given : NULL);

	return refuse(taking, "22023", inside == NULL ?
				  arena_printf(arena, "there is no field \"%.64s\" here",
							   field) :
				  arena_printf(arena, "there is no field \"%.64s\" in \"%s\"",
							   field, inside),
				  known_fields(arena, arguments, count, IN_BODY),
				  meant ? arena_printf(arena, "Is \"%s\" meant?", meant) :
				  NULL);
}

static bool
refuse_misfit(Taking *taking, const char *code, const char *what,
			  const char *field, const char *wanted)
{
	return refuse(taking, code,
				  arena_printf(taking->request->arena, "%s \"%s\" is not %s",
							   what, field, wanted), NULL, NULL);
}

static bool
refuse_twice(Taking *taking, const char *field)
{
	return refuse(taking, "22023",
				  arena_printf(taking->request->arena,
							   "\"%.64s\" is there twice", field),
				  NULL, "Give it once.");
}

/* Set a value, which may be given only once, under one of its names. */
static bool
set_value(Taking *taking, int i, const char *field, const char *value)
{
	const char *before = taking->given[i];
	const char *other = taking->request->values[i];
	Arena	   *arena = taking->request->arena;

	taking->given[i] = field;
	taking->request->values[i] = value;
	if (before == NULL || (strcmp(before, field) != 0 && value != NULL &&
						   other != NULL && strcmp(value, other) == 0))
		return true;
	if (strcmp(before, field) == 0)
		return refuse_twice(taking, field);
	return refuse(taking, "22023",
				  arena_printf(arena, "\"%s\" and \"%s\" differ", before,
							   field),
				  "They are two names of one field.", "Give one of them.");
}

/* --- path and query ------------------------------------------------------ */

static bool
is_word(const char *words, const char *text)
{
	size_t		len = strcspn(text, ",");

	if (text[len] != '\0')
		return false;
	for (; words != NULL; words = strchr(words, ','))
	{
		words += *words == ',';
		if (strncmp(words, text, len) == 0 && strchr(",", words[len]) != NULL)
			return true;
	}
	return false;
}

/* Refuse a word as the database would. */
static bool
refuse_word(Taking *taking, const Argument *argument, const char *text)
{
	Arena	   *arena = taking->request->arena;
	Text		words = {0};
	const char *c;
	const char *hint;

	for (c = argument->words; *c != '\0'; c++)
		text_append(&words, *c == ',' ? ", " : c, *c == ',' ? 2 : 1);
	hint = arena_printf(arena, "Allowed: %s.", words.data);
	text_free(&words);
	return refuse(taking, "22023",
				  arena_printf(arena, "invalid value for argument \"%s\"",
							   argument->argument),
				  arena_printf(arena, "\"%.64s\" is not one of the allowed words.",
							   text), hint);
}

static bool
take_text(Taking *taking, int i, const char *what, const char *field,
		  const char *text)
{
	const Argument *argument = &taking->route->arguments[i];
	bool		malformed = false;
	const char *wanted = value_of_text(text, argument->type, &malformed);

	if (argument->words != NULL && !is_word(argument->words, text))
		return refuse_word(taking, argument, text);
	if (wanted != NULL)
		return refuse_misfit(taking, malformed ? "22P02" : "22023", what,
							 field, wanted);
	return set_value(taking, i, field, text);
}

static bool
take_path(Taking *taking)
{
	const Route *route = taking->route;
	int			i;

	for (i = 0; i < route->narguments; i++)
	{
		const Argument *argument = &route->arguments[i];

		if (argument->place == IN_PATH &&
			!take_text(taking, i, "path segment", argument->fields[0],
					   taking->request->segments[argument->segment]))
			return false;
	}
	return true;
}

static bool
take_query(Taking *taking)
{
	const Request *request = taking->request;
	const Route *route = taking->route;
	int			n;

	for (n = 0; n < request->nquery; n++)
	{
		const char *name = request->query[n].name;
		const char *value = request->query[n].value;
		int			i = argument_find(route->arguments, route->narguments,
									  name);

		if (i < 0 || (route->arguments[i].place != IN_QUERY &&
					  route->arguments[i].place != IN_EITHER))
			return refuse(taking, "22023",
						  arena_printf(request->arena,
									   "there is no query parameter \"%.64s\" here",
									   name),
						  known_fields(request->arena, route->arguments,
									   route->narguments, IN_QUERY), NULL);
		if (taking->given[i] != NULL)
			return refuse(taking, "22023",
						  arena_printf(request->arena,
									   "query parameter \"%s\" is there twice",
									   name), NULL, "Give it once.");

		/* "?owner=" means any owner, and "?limit=" the usual limit */
		if (value[0] == '\0')
			taking->given[i] = name;
		else if (!take_text(taking, i, "query parameter", name, value))
			return false;
	}
	return true;
}

/* --- body ---------------------------------------------------------------- */

static bool
take_actor(Taking *taking, const GovJsonValue *json)
{
	Arena	   *arena = taking->request->arena;

	if (json->type == GOV_JSON_NULL)
		return true;
	if (json->type != GOV_JSON_STRING)
		return refuse_misfit(taking, "22023", "field", json->name,
							 "a string: it names a user");
	if (taking->actor != NULL && strcmp(taking->actor, json->text) != 0)
		return refuse(taking, "22023", "the body names two actors",
					  arena_printf(arena, "\"%s\" and \"%s\".",
								   taking->actor, json->text),
					  "One user acts in a request: the one of the token.");
	taking->actor = json->text;
	return true;
}

/* Check that each field of an object, or of an array's objects, is known. */
static bool
check_inner(Taking *taking, const Argument *argument,
			const GovJsonValue *json)
{
	const GovJsonValue *member;

	for (member = json->first; member != NULL; member = member->next)
	{
		if (json->type == GOV_JSON_ARRAY)
		{
			if (member->type != GOV_JSON_OBJECT)
				return refuse_misfit(taking, "22023", "field",
									 argument->fields[0],
									 "an array of objects");
			if (!check_inner(taking, argument, member))
				return false;
		}
		else if (argument_find(argument->inner, argument->ninner,
							   member->name) < 0)
			return refuse_unknown(taking, member->name, argument->fields[0],
								  argument->inner, argument->ninner);
	}
	return true;
}

/* Take a value; parts of an array go to columns.c. */
static bool
take_value(Taking *taking, int i, const GovJsonValue *json)
{
	const Route *route = taking->route;
	ArgumentType type = route->arguments[i].type;
	Arena	   *arena = taking->request->arena;
	const char *value = "";
	const char *wanted = type_facts[type].elements != type ?
		columns_take(&taking->columns, arena, route, i, json) :
		value_of_json(arena, json, type, &value);
	const char *why = NULL;

	if (wanted != NULL)
		return refuse_misfit(taking, "22023", "field", json->name, wanted);
	if (type == TYPE_ROWS)
		why = columns_take_rows(&taking->columns, arena, route, i, json);
	if (why != NULL)
		return refuse(taking, "22023", why, NULL, NULL);
	return set_value(taking, i, json->name, value);
}

static bool
take_known(Taking *taking, int i, const GovJsonValue *json)
{
	const Argument *argument = &taking->route->arguments[i];
	Request    *request = taking->request;

	if (argument->place == IN_PATH)
		return (json->text != NULL &&
				strcmp(json->text, request->values[i]) == 0) ||
			refuse(taking, "22023",
				   arena_printf(request->arena,
								"field \"%s\" is not what the path says",
								json->name),
				   NULL, "Leave it out of the body.");
	if (json->type == GOV_JSON_NULL)
		return set_value(taking, i, json->name, NULL);
	if (argument->ninner > 0 && !check_inner(taking, argument, json))
		return false;
	return take_value(taking, i, json);
}

/* Returns the argument that takes all other fields, or -1. */
static int
rest_of(const Route *route, const GovJsonValue *body)
{
	const GovJsonValue *field;
	int			i = route->narguments;

	while (--i >= 0 && !type_takes_rest(route->arguments[i].type))
		;
	for (field = body->first; i >= 0 && field != NULL; field = field->next)
	{
		if (field->type != GOV_JSON_NULL &&
			argument_find(&route->arguments[i], 1, field->name) == 0)
			return -1;
	}
	return i;
}

static bool
take_fields(Taking *taking, const GovJsonValue *body)
{
	const Route *route = taking->route;
	int			rest = rest_of(route, body);
	const GovJsonValue *field;

	for (field = body->first; field != NULL; field = field->next)
	{
		int			i = argument_find(route->arguments, route->narguments,
									  field->name);
		bool		good = true;

		if (i >= 0)
			good = take_known(taking, i, field);
		else if (names_actor(field->name) &&
				 slip_of(field->name, route->arguments, route->narguments,
						 taking->given) == NULL)
			good = take_actor(taking, field);
		else if (rest >= 0)
		{
			text_puts(&taking->rest, taking->rest.len ? ", " : "{");
			text_append(&taking->rest, field->member,
						field->end - field->member);
		}
		else
			good = refuse_unknown(taking, field->name, NULL,
								  route->arguments, route->narguments);
		if (!good)
			return false;
	}
	if (taking->rest.len > 0)
		taking->request->values[rest] = arena_printf(taking->request->arena,
													 "%s}", taking->rest.data);
	return true;
}

static void *
keep(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static const char *
say_where(Taking *taking, const char *what, size_t at)
{
	return arena_printf(taking->request->arena, "%s, at byte %zu.", what, at);
}

static bool
take_body(Taking *taking)
{
	Request    *request = taking->request;
	const Route *route = taking->route;
	const char *why;
	const GovJsonValue *body;
	const GovJsonValue *number;
	GovJsonFlaw flaw;

	if (request->body_len == 0)
	{
		request->body = arena_strdup(request->arena, "{}");
		request->body_len = 2;
	}
	body = gov_json_parse(request->body, request->body_len, keep,
						  request->arena, &flaw);
	if (body == NULL && flaw.twice != NULL)
		return refuse_twice(taking, flaw.twice);
	if (body == NULL)
		return refuse(taking, "22P02", "the body is not JSON",
					  say_where(taking, flaw.what, flaw.at), NULL);
	/* a number that JSON allows but that cannot be stored is a bad value */
	number = number_unfit(body, &why);
	if (number != NULL)
		return refuse(taking, "22023", "the body has a number that is not taken",
					  say_where(taking, why, number->end - request->body + 1),
					  NULL);
	if (body->type != GOV_JSON_OBJECT)
		return refuse(taking, "22023", "the body is not a JSON object",
					  known_fields(request->arena, route->arguments,
								   route->narguments, IN_BODY), NULL);
	if (!take_fields(taking, body))
		return false;
	why = columns_end(&taking->columns, request, route);
	return why == NULL || refuse(taking, "22023", why, NULL,
								 "Give one of them.");
}

/* Give missing arguments their default; a query has no null. */
static bool
fill_in(Taking *taking)
{
	const Argument *arguments = taking->route->arguments;
	const char **values = taking->request->values;
	int			i;

	for (i = 0; i < taking->route->narguments; i++)
	{
		if (values[i] == NULL && (taking->given[i] == NULL ||
								  arguments[i].place == IN_QUERY))
			values[i] = arguments[i].missing;
	}
	return true;
}

bool
fields_take(Request *request, const Route *route, const char **actor,
			Reply *reply)
{
	Taking		taking = {.request = request,.route = route,.reply = reply};
	bool		good;

	request->values = arena_alloc(request->arena,
								  sizeof(char *) * MAX_ARGUMENTS);
	good = take_path(&taking) && take_query(&taking) &&
		(strcmp(route->method, "GET") == 0 || take_body(&taking)) &&
		fill_in(&taking);
	*actor = taking.actor;
	text_free(&taking.rest);
	columns_free(&taking.columns);
	return good;
}

const char *
missing_field(const Request *request, const Route *route, const char *message)
{
	int			i;

	for (i = 0; i < route->narguments; i++)
	{
		const Argument *argument = &route->arguments[i];

		if (argument->needed && request->values[i] == NULL &&
			(message == NULL ||
			 strstr(message, arena_printf(request->arena, "\"%s\"",
										  argument->argument)) != NULL))
			return argument->fields[0];
	}
	return NULL;
}

const char **
parameters_of(const Request *request, const Statement *statement)
{
	const char **values = arena_alloc(request->arena,
									  sizeof(char *) * MAX_PARAMETERS);
	int			i;

	for (i = 0; i < statement->nparameters; i++)
		values[i] = request->values[statement->source[i]];
	return values;
}
