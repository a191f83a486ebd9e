/*
 * columns.c
 *		Many things of one kind in a request, stored as a column for each
 *		field.
 */
#include <string.h>

#include "gateway/argument.h"
#include "gateway/columns.h"
#include "gateway/text.h"

const char *
columns_take(Columns *columns, Arena *arena, const Route *route, int i,
			 const GovJsonValue *json)
{
	ArgumentType type = route->arguments[i].type;
	ArgumentType of = type_facts[type].elements;
	const char *wanted = type_facts[type].wanted;
	const GovJsonValue *element;
	const char *value;

	if (type != TYPE_TEXTS)
		columns->array = route->arguments[i].fields[0];
	if (json->type != GOV_JSON_ARRAY)
		return value_of_json(arena, json, of, &columns->one[i]) == NULL ?
			NULL : wanted;
	columns->filled[i] = true;
	for (element = json->first; element != NULL; element = element->next)
	{
		if (value_of_json(arena, element, of, &value) != NULL ||
			(type == TYPE_TEXTS && value == NULL))
			return wanted;
		column_put(&columns->column[i], value);
	}
	return NULL;
}

static const GovJsonValue *
member_of(const GovJsonValue *object, const Argument *argument)
{
	const GovJsonValue *member = object->first;

	while (member != NULL && argument_find(argument, 1, member->name) < 0)
		member = member->next;
	return member;
}

const char *
columns_take_rows(Columns *columns, Arena *arena, const Route *route, int i,
				  const GovJsonValue *json)
{
	const Argument *rows = &route->arguments[i];
	const GovJsonValue *row;
	int			number = 0;
	int			n;

	columns->rows = rows;
	for (row = json->first; row != NULL; row = row->next)
	{
		number++;
		for (n = 0; n < rows->ninner; n++)
		{
			const Argument *field = &rows->inner[n];
			const GovJsonValue *member = member_of(row, field);
			const char *value = NULL;
			const char *wanted = member == NULL ? NULL :
				value_of_json(arena, member, field->type, &value);
			int			to = argument_find(route->arguments,
										   route->narguments,
										   field->fields[0]);

			if (wanted != NULL)
				return arena_printf(arena, "\"%s\" of \"%s\" number %d is not %s",
									field->fields[0], rows->fields[0],
									number, wanted);
			if (value == NULL && field->needed)
				return arena_printf(arena, "\"%s\" number %d has no \"%s\"",
									rows->fields[0], number,
									field->fields[0]);
			columns->filled[to] = true;
			column_put(&columns->column[to], value);
		}
	}
	for (n = 0; n < rows->ninner && number == 0; n++)
		columns->filled[argument_find(route->arguments, route->narguments,
									  rows->inner[n].fields[0])] = true;
	return NULL;
}

const char *
columns_end(Columns *columns, Request *request, const Route *route)
{
	int			count = 1;
	int			i;

	if (columns->rows != NULL && columns->array != NULL)
		return arena_printf(request->arena,
							"\"%s\" and \"%s\" are both there",
							columns->rows->fields[0], columns->array);
	for (i = 0; i < route->narguments; i++)
	{
		if (route->arguments[i].type == TYPE_NUMBERS && columns->filled[i])
			count = columns->column[i].count;
	}
	for (i = 0; i < route->narguments; i++)
	{
		int			n = columns->one[i] != NULL ? count : 0;

		if (!columns->filled[i] && columns->one[i] == NULL)
			continue;
		while (n-- > 0)
			column_put(&columns->column[i], columns->one[i]);
		request->values[i] = column_end(request->arena,
										&columns->column[i]);
	}
	return NULL;
}

void
columns_free(Columns *columns)
{
	int			i;

	for (i = 0; i < MAX_ARGUMENTS; i++)
		text_free(&columns->column[i].text);
}
