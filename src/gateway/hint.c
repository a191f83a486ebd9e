/*
 * hint.c
 *		Turning the database's hints into hints for HTTP clients.
 *
 * "SELECT gov_deploy_model('a', '1', environment => 'staging');" becomes
 * "POST /models/a/versions/1/deploy with "environment": "staging"".
 */
#include <ctype.h>
#include <string.h>

#include "gateway/hint.h"
#include "gateway/router.h"
#include "gateway/text.h"

#define MAX_GIVEN 8

/* The route that shows a table. */
static const struct
{
	const char *table;
	const char *path;
}			tables[] = {
	{"users", "/users"}, {"roles", "/roles"}, {"role_inheritance", "/roles"},
	{"environments", "/environments"}, {"policies", "/policies"},
	{"controls", "/compliance/controls"},
	{"compliance_reports", "/compliance/reports"},
	{"impact_questions", "/impact-questions"},
};

/* A value of a call in SQL. */
typedef struct Given
{
	const char *name;			/* NULL: by place */
	const char *value;			/* NULL: ... */
} Given;

typedef struct Call
{
	Given		given[MAX_GIVEN];
	int			ngiven;
} Call;

static const char *
word_at(Arena *arena, const char *text)
{
	size_t		len = 0;

	while (isalnum((unsigned char) text[len]) || text[len] == '_')
		len++;
	return arena_copy(arena, text, len);
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " ");
}

/* Read one value: 'text', or everything up to the next comma. */
static const char *
take_value(Arena *arena, const char *text, Given *given)
{
	Text		value = {0};

	if (*text != '\'')
	{
		size_t		len = strcspn(text, ",)");

		if (strncmp(text, "...", 3) != 0)
			given->value = arena_copy(arena, text, len);
		return text + len;
	}
	for (text++; *text != '\0' && (*text != '\'' || text[1] == '\''); text++)
	{
		if (*text == '\'')
			text++;
		text_append(&value, text, 1);
	}
	if (value.len > 0 && strcmp(value.data, "...") != 0 &&
		value.data[0] != '{')
		given->value = arena_copy(arena, value.data, value.len);
	text_free(&value);
	return *text == '\'' ? text + 1 : text;
}

/* Read the arguments of a call; returns what comes after ")" and ";". */
static const char *
take_call(Arena *arena, const char *text, Call *call)
{
	while (*(text = skip_blanks(text)) != ')' && *text != '\0')
	{
		Given		given = {0};
		const char *name = word_at(arena, text);
		const char *arrow = skip_blanks(text + strlen(name));

		if (name[0] != '\0' && strncmp(arrow, "=> ", 3) == 0)
		{
			given.name = name;
			text = arrow + 3;
		}
		text = take_value(arena, text, &given);
		if (call->ngiven < MAX_GIVEN)
			call->given[call->ngiven++] = given;
		text += *text == ',';
	}
	text += *text == ')';
	return text + (*text == ';');
}

static const Route *
route_of(const char *function)
{
	int			i;

	for (i = 0; i < nroutes; i++)
	{
		if (strcmp(routes[i].function, function) == 0)
			return &routes[i];
	}
	return NULL;
}

/* Returns the argument of the route that a value of the call is, or -1. */
static int
argument_of(const Route *route, const Call *call, int n)
{
	int			i;

	if (call->given[n].name != NULL)
	{
		for (i = 0; i < route->narguments; i++)
		{
			if (strcmp(route->arguments[i].argument,
					   call->given[n].name) == 0)
				return i;
		}
		return -1;
	}
	for (i = 0; i < route->narguments; i++)
	{
		if (route->arguments[i].passed && n-- == 0)
			return i;
	}
	return -1;
}

static void
put_path(Text *out, const Route *route, const char *const *values)
{
	int			i;
	int			k;

	text_printf(out, "%s ", route->method);
	for (i = 0; i < route->nsegments; i++)
	{
		const char *segment = route->segments[i];

		for (k = 0; segment[0] == '{' && k < route->narguments; k++)
		{
			if (route->arguments[k].place == IN_PATH &&
				route->arguments[k].segment == i && values[k] != NULL)
				segment = values[k];
		}
		text_printf(out, "/%s", segment);
	}
}

static void
put_route(Text *out, const Route *route, const Call *call)
{
	const char *values[MAX_ARGUMENTS] = {0};
	bool		in_query = strcmp(route->method, "GET") == 0;
	const char *before = in_query ? "?" : " with ";
	int			i;

	for (i = 0; i < call->ngiven; i++)
	{
		int			k = argument_of(route, call, i);

		if (k >= 0)
			values[k] = call->given[i].value;
	}
	put_path(out, route, values);
	for (i = 0; i < route->narguments; i++)
	{
		if (values[i] == NULL || route->arguments[i].place == IN_PATH)
			continue;
		text_printf(out, in_query ? "%s%s=%s" : "%s\"%s\": \"%s\"", before,
					route->arguments[i].fields[0], values[i]);
		before = in_query ? "&" : ", ";
	}
}

/* Put "gov_function(...)"; returns its end, or NULL if no route calls it. */
static const char *
put_function(Arena *arena, Text *out, const char *text)
{
	const char *name = word_at(arena, text);
	const Route *route = route_of(name);
	Call		call = {0};

	text += strlen(name);
	if (*text == '(')
		text = take_call(arena, text + 1, &call);
	if (route == NULL)
		return NULL;
	put_route(out, route, &call);
	return text;
}

/* Put "governance.table", likewise. */
static const char *
put_table(Arena *arena, Text *out, const char *text)
{
	const char *name = word_at(arena, text += strlen("governance."));
	size_t		i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
	{
		if (strcmp(tables[i].table, name) == 0)
		{
			text_printf(out, "GET %s", tables[i].path);
			return text + strlen(name);
		}
	}
	return NULL;
}

/* Put a call of SQL; returns its end, or NULL if no route does the same. */
static const char *
put_sql(Arena *arena, Text *out, const char *text)
{
	if (strncmp(text, "SELECT ", 7) == 0)
	{
		const char *from = strstr(text, " FROM ");

		text = strncmp(text + 7, "gov_", 4) == 0 || from == NULL ?
			text + 7 : from + 6;
	}
	if (strncmp(text, "gov_", 4) == 0)
		return put_function(arena, out, text);
	if (strncmp(text, "governance.", 11) == 0)
		return put_table(arena, out, text);
	return NULL;
}

static bool
is_sql(const char *text)
{
	return strncmp(text, "SELECT ", 7) == 0 ||
		strncmp(text, "gov_", 4) == 0 || strncmp(text, "governance.", 11) == 0;
}

const char *
hint_for_client(Arena *arena, const char *hint)
{
	Text		out = {0};
	const char *result = NULL;

	while (hint != NULL && *hint != '\0')
	{
		const char *name = word_at(arena, hint);
		size_t		len = strlen(name);

		if (is_sql(hint))
			hint = put_sql(arena, &out, hint);
		else if (len > 0 && strncmp(hint + len, " => ", 4) == 0)
		{
			text_printf(&out, "\"%s\": ", name);
			hint += len + 4;
		}
		else
		{
			len = len > 0 ? len : 1;
			text_append(&out, hint, len);
			hint += len;
		}
	}
	if (hint != NULL && out.len > 0)
		result = arena_copy(arena, out.data, out.len);
	text_free(&out);
	return result;
}
