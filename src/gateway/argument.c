/*
 * argument.c
 *		Parsing a route's arguments from their text in routes.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/argument.h"
#include "gateway/schema.h"

void
bad_route(const char *path, const char *why)
{
	fprintf(stderr, "governance-gateway: route %s: %s\n", path, why);
	abort();
}

int
argument_find(const Argument *arguments, int count, const char *field)
{
	int			i;
	int			j;

	for (i = 0; i < count; i++)
	{
		for (j = 0; j < arguments[i].nfields; j++)
		{
			if (strcmp(arguments[i].fields[j], field) == 0)
				return i;
		}
	}
	return -1;
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

static ArgumentType
type_named(const char *path, const char *name)
{
	int			i;

	for (i = 0; i < TYPE_COUNT; i++)
	{
		if (strcmp(type_facts[i].name, name) == 0)
			return (ArgumentType) i;
	}
	bad_route(path, name);
	return TYPE_TEXT;
}

/* "field[|alias...]" */
static void
take_names(Arena *arena, const char *path, char *names, Argument *argument)
{
	char	   *save;
	char	   *name;

	for (name = strtok_r(names, "|", &save); name != NULL;
		 name = strtok_r(NULL, "|", &save))
	{
		if (argument->nfields == MAX_FIELDS)
			bad_route(path, name);
		argument->fields[argument->nfields++] = arena_strdup(arena, name);
	}
}

static void take_argument(Arena *arena, const char *path, char *word,
						  Argument *argument);

/* "field:type,field:type" */
static void
take_inner(Arena *arena, const char *path, char *text, Argument *argument)
{
	char	   *save;
	char	   *word;

	argument->inner = arena_alloc(arena, sizeof(Argument) * MAX_INNER);
	for (word = strtok_r(text, ",", &save); word != NULL;
		 word = strtok_r(NULL, ",", &save))
	{
		if (argument->ninner == MAX_INNER)
			bad_route(path, word);
		argument->inner[argument->ninner].place = IN_BODY;
		take_argument(arena, path, word,
					  &argument->inner[argument->ninner++]);
	}
}

static void
take_argument(Arena *arena, const char *path, char *word, Argument *argument)
{
	char	   *type = strchr(word, ':');
	char	   *missing;
	char	   *inner;
	char	   *name;
	char	   *end;

	if (type == NULL)
		bad_route(path, word);
	*type++ = '\0';
	end = type + strlen(type) - 1;
	argument->needed = *end == '!';
	if (argument->needed)
		*end-- = '\0';
	missing = strchr(type + 1, '=');
	if (missing != NULL)
	{
		*missing++ = '\0';
		argument->missing = arena_strdup(arena, missing);
	}
	inner = strchr(type, '(');
	if (inner != NULL)
	{
		*inner++ = '\0';
		*end = '\0';
		take_inner(arena, path, inner, argument);
	}
	if (*type == '=')
	{
		argument->words = schema_words(type + 1);
		if (argument->words == NULL)
			bad_route(path, type);
	}
	argument->type = *type == '=' ? TYPE_TEXT : type_named(path, type);
	argument->passed = word[0] != '-';
	if (!argument->passed)
		word++;
	name = strchr(word, '>');
	if (name != NULL)
		*name++ = '\0';
	take_names(arena, path, word, argument);
	argument->argument = name ? arena_strdup(arena, name) :
		argument->fields[0];
}

void
arguments_take(Arena *arena, Route *route, const char *text)
{
	char	   *copy = arena_strdup(arena, text);
	char	   *save;
	char	   *word;

	for (word = strtok_r(copy, " ", &save); word != NULL;
		 word = strtok_r(NULL, " ", &save))
	{
		Argument   *argument = &route->arguments[route->narguments];

		if (route->narguments++ == MAX_ARGUMENTS)
			bad_route(route->path, word);
		take_argument(arena, route->path, word, argument);
		argument->segment = segment_of(route, argument->fields[0]);
		argument->place = argument->segment >= 0 ? IN_PATH :
			strcmp(route->method, "GET") == 0 ? IN_QUERY :
			strcmp(route->method, "DELETE") == 0 ? IN_EITHER : IN_BODY;
	}
}
