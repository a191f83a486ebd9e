/*
 * body.c
 *		The body of a request: is it JSON that fits the route?
 */
#include <json-c/json.h>
#include <string.h>

#include "gateway/body.h"

#define MAX_FIELD_NAME 64

/* Fields that name an actor without ending in _by. */
static const char *const actor_fields[] = {
	"actor", "requester", "requester_id", "approver", "approver_id",
	"reviewer", "reporter",
};

static bool
names_actor(const char *field)
{
	size_t		len = strlen(field);
	size_t		i;

	if (len > 3 && strcmp(field + len - 3, "_by") == 0)
		return true;
	for (i = 0; i < sizeof(actor_fields) / sizeof(actor_fields[0]); i++)
	{
		if (strcmp(field, actor_fields[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_texts(struct json_object *value)
{
	size_t		i;

	if (!json_object_is_type(value, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(value); i++)
	{
		if (!json_object_is_type(json_object_array_get_idx(value, i),
								 json_type_string))
			return false;
	}
	return true;
}

/* NULL if the value is of the type, else what it should be. */
static const char *
misfit(struct json_object *value, ArgumentType type)
{
	json_type	is = json_object_get_type(value);

	if (is == json_type_null)
		return NULL;
	switch (type)
	{
		case TYPE_TEXT:
		case TYPE_UUID:
			return is == json_type_string ? NULL : "a string";
		case TYPE_INT:
		case TYPE_LONG:
			return is == json_type_int ? NULL : "a whole number";
		case TYPE_NUMBER:
			return is == json_type_int || is == json_type_double ? NULL :
				"a number";
		case TYPE_BOOL:
			return is == json_type_boolean ? NULL : "true or false";
		case TYPE_TIME:
			return is == json_type_int || is == json_type_double ||
				is == json_type_string ? NULL :
				"a time: seconds since 1970, or a text in ISO 8601";
		case TYPE_OBJECT:
		case TYPE_METRICS:
		case TYPE_ANSWERS:
			return is == json_type_object ? NULL : "an object";
		case TYPE_JSON:
			return is == json_type_object || is == json_type_array ? NULL :
				"an object or an array";
		case TYPE_TEXTS:
			return is_texts(value) ? NULL : "an array of strings";
		case TYPE_ANY:
			return NULL;
	}
	return NULL;
}

static void
refuse(Reply *reply, Request *request, const char *error, const char *detail,
	   const char *hint)
{
	reply_error(reply, request, 400, "22023", error, detail, hint);
}

/* Does the route take the whole body for the value of an argument? */
static bool
takes_rest(const Route *route)
{
	int			i;

	for (i = 0; i < route->narguments; i++)
	{
		if (route->arguments[i].place == IN_BODY &&
			(route->arguments[i].type == TYPE_METRICS ||
			 route->arguments[i].type == TYPE_ANSWERS))
			return true;
	}
	return false;
}

static const char *
known_fields(const Request *request, const Route *route, Place place)
{
	Text		text = {0};
	char	   *known;
	int			i;

	for (i = 0; i < route->narguments; i++)
	{
		if (route->arguments[i].place == place)
			text_printf(&text, "%s%s", text.len ? ", " : "",
						route->arguments[i].fields[0]);
	}
	known = text.len == 0 ?
		arena_strdup(request->arena, "This route takes none.") :
		arena_printf(request->arena, "There are: %s.", text.data);
	text_free(&text);
	return known;
}

static bool
take_actor(Request *request, const char *field, struct json_object *value,
		   const char **actor, Reply *reply)
{
	const char *name = json_object_get_string(value);

	if (value == NULL)
		return true;
	if (!json_object_is_type(value, json_type_string))
	{
		refuse(reply, request,
			   arena_printf(request->arena, "field \"%s\" is not a string",
							field),
			   "It names a user.", NULL);
		return false;
	}
	if (*actor != NULL && strcmp(*actor, name) != 0)
	{
		refuse(reply, request, "the body names two actors",
			   arena_printf(request->arena, "\"%s\" and \"%s\".", *actor,
							name),
			   "One user acts in a request: the one of the token.");
		return false;
	}
	*actor = arena_strdup(request->arena, name);
	return true;
}

/* How many insertions, removals and replacements make b of a? */
static size_t
edits(const char *a, const char *b)
{
	size_t		row[MAX_FIELD_NAME + 1];
	size_t		len = strlen(b);
	size_t		i;
	size_t		j;

	if (len > MAX_FIELD_NAME)
		return len;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++)
	{
		size_t		diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= len; j++)
		{
			size_t		best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[len];
}

static bool
resembles(const char *field, const char *known)
{
	size_t		len = strlen(known);

	return (strlen(field) > 2 && strstr(known, field) != NULL) ||
		strstr(field, known) != NULL ||
		edits(field, known) <= (len > 5 ? 2 : 1);
}

static bool
is_given(struct json_object *object, const Argument *argument)
{
	int			i;

	for (i = 0; i < argument->nfields; i++)
	{
		if (json_object_object_get_ex(object, argument->fields[i], NULL))
			return true;
	}
	return false;
}

/*
 * The field that an unknown one was probably meant to be: one that is not
 * given and looks like it.
 */
static const char *
slip_of(const Route *route, const char *field, struct json_object *object)
{
	int			i;
	int			j;

	for (i = 0; i < route->narguments; i++)
	{
		const Argument *argument = &route->arguments[i];

		if (argument->place != IN_BODY || is_given(object, argument))
			continue;
		for (j = 0; j < argument->nfields; j++)
		{
			if (resembles(field, argument->fields[j]))
				return argument->fields[j];
		}
	}
	return NULL;
}

/*
 * check_unknown
 *		A field that the route does not know means nothing, but a slip of one
 *		that it knows does: {"env": "staging"} must not deploy to production.
 */
static bool
check_unknown(Request *request, const Route *route, const char *field,
			  struct json_object *object, Reply *reply)
{
	const char *meant = takes_rest(route) ? NULL :
		slip_of(route, field, object);

	if (meant == NULL)
		return true;
	refuse(reply, request,
		   arena_printf(request->arena, "there is no field \"%.64s\" here",
						field),
		   known_fields(request, route, IN_BODY),
		   arena_printf(request->arena, "Is \"%s\" meant?", meant));
	return false;
}

static bool
check_field(Request *request, const Route *route, const char *field,
			struct json_object *value, struct json_object *object,
			const char **actor, Reply *reply)
{
	const Argument *argument = route_argument(route, field);
	const char *wanted;

	if (argument == NULL && names_actor(field))
		return take_actor(request, field, value, actor, reply);
	if (argument == NULL)
		return check_unknown(request, route, field, object, reply);
	if (argument->place == IN_PATH)
	{
		const char *given = json_object_get_string(value);

		if (given != NULL &&
			strcmp(given, argument_value(request, argument)) == 0)
			return true;
		refuse(reply, request,
			   arena_printf(request->arena,
							"field \"%s\" is not what the path says", field),
			   NULL, "Leave it out of the body.");
		return false;
	}
	wanted = misfit(value, argument->type);
	if (wanted != NULL)
		refuse(reply, request,
			   arena_printf(request->arena, "field \"%s\" is not %s", field,
							wanted),
			   NULL, NULL);
	return wanted == NULL;
}

/*
 * parse_strictly
 *		Parse the body, which is UTF-8; the error stays with the tokener.
 *
 * json-c 0.18, when strict, takes what is not ASCII for control characters.
 * So it judges a copy without; what passed is then read by its lenient side.
 */
static struct json_object *
parse_strictly(struct json_tokener *tokener, const Request *request)
{
	char	   *ascii = arena_copy(request->arena, request->body,
								   request->body_len);
	int			len = (int) request->body_len + 1;
	struct json_object *object;
	bool		masked = false;

	for (size_t i = 0; i < request->body_len; i++)
	{
		if ((unsigned char) ascii[i] >= 0x80)
		{
			ascii[i] = 'x';
			masked = true;
		}
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, ascii, len);
	if (!masked || object == NULL)
		return object;
	json_object_put(object);
	json_tokener_reset(tokener);
	json_tokener_set_flags(tokener, 0);
	return json_tokener_parse_ex(tokener, request->body, len);
}

static struct json_object *
parse(Request *request, Reply *reply)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *object = NULL;
	const char *problem = NULL;
	size_t		used;

	if (tokener == NULL)
		problem = "out of memory";
	else if (!is_utf8(request->body, request->body_len))
		problem = "It is not well-formed UTF-8, or contains a NUL.";
	else
	{
		object = parse_strictly(tokener, request);
		used = json_tokener_get_parse_end(tokener);
		if (json_tokener_get_error(tokener) == json_tokener_error_depth)
			problem = "It is nested more than 32 levels deep.";
		else if (json_tokener_get_error(tokener) != json_tokener_success)
			problem = arena_printf(request->arena, "%s, at byte %zu.",
								   json_tokener_error_desc(
									   json_tokener_get_error(tokener)), used);
		else if (used < request->body_len &&
				 strspn(request->body + used, " \t\r\n") !=
				 request->body_len - used)
			problem = "Something follows it.";
	}
	if (tokener != NULL)
		json_tokener_free(tokener);
	if (problem == NULL)
		return object;
	if (object != NULL)
		json_object_put(object);
	reply_error(reply, request, 400, "22P02", "the body is not JSON", problem,
				NULL);
	return NULL;
}

bool
body_check(Request *request, const Route *route, const char **actor,
		   Reply *reply)
{
	struct json_object *object;
	bool		good = true;

	if (request->body_len == 0)
	{
		request->body = arena_strdup(request->arena, "{}");
		request->body_len = 2;
		return true;
	}
	reply->status = 0;
	object = parse(request, reply);
	if (reply->status != 0)
		return false;
	if (!json_object_is_type(object, json_type_object))
	{
		json_object_put(object);
		refuse(reply, request, "the body is not a JSON object", NULL,
			   known_fields(request, route, IN_BODY));
		return false;
	}
	json_object_object_foreach(object, field, value)
	{
		good = check_field(request, route, field, value, object, actor,
						   reply);
		if (!good)
			break;
	}
	json_object_put(object);
	return good;
}

bool
query_check(Request *request, const Route *route, Reply *reply)
{
	int			i;

	for (i = 0; i < request->nquery; i++)
	{
		const Argument *argument = route_argument(route,
												  request->query[i].name);

		if (argument != NULL && argument->place == IN_QUERY)
			continue;
		refuse(reply, request,
			   arena_printf(request->arena,
							"there is no query parameter \"%.64s\" here",
							request->query[i].name),
			   known_fields(request, route, IN_QUERY), NULL);
		return false;
	}
	return true;
}

const char *
argument_value(const Request *request, const Argument *argument)
{
	const char *value = NULL;
	int			i;

	if (argument->place == IN_PATH)
		return request->segments[argument->segment];
	for (i = 0; value == NULL && i < argument->nfields; i++)
		value = query_value(request, argument->fields[i]);

	/* "?owner=" asks for any owner, and "?limit=" for the usual limit */
	return value == NULL || value[0] == '\0' ? NULL : value;
}

const char **
parameters_of(const Request *request, const Route *route,
			  const Statement *statement)
{
	const char **values = arena_alloc(request->arena,
									  sizeof(char *) * MAX_PARAMETERS);
	int			i;

	for (i = 0; i < statement->nparameters; i++)
	{
		int			source = statement->source[i];

		values[i] = source == BODY ? request->body :
			argument_value(request, &route->arguments[source]);
	}
	return values;
}
