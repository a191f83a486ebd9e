/*
 * statement.c
 *		Makes statements with parameters from the SQL of routes.h.
 *
 * A CASE cannot guard an expression over a parameter: the planner evaluates
 * the constants of all branches, and an error in a branch that is not taken
 * fails the statement.  So value.c makes sure that each value has its type
 * before it becomes a parameter; where only the database can judge, one
 * function does.
 */
#include <ctype.h>
#include <string.h>

#include "gateway/argument.h"
#include "gateway/statement.h"
#include "gateway/text.h"

#define FIXED(name, nparameters, sql) \
	Statement	name##_statement = {0, sql, nparameters, {0}};
#include "gateway/fixed.h"
#undef FIXED

const Statement *statements[MAX_STATEMENTS];
int			nstatements;

/* Returns the number of the parameter that carries an argument. */
static int
parameter_of(Statement *statement, int argument)
{
	int			i;

	for (i = 0; i < statement->nparameters; i++)
	{
		if (statement->source[i] == argument)
			return i + 1;
	}
	statement->source[statement->nparameters++] = argument;
	return statement->nparameters;
}

static void
put_argument(Text *sql, const Route *route, Statement *statement, int i)
{
	const Argument *argument = &route->arguments[i];
	const char *c = type_facts[argument->type].parameter;

	for (; *c != '\0'; c++)
	{
		if (*c == '$')
			text_printf(sql, "$%d", parameter_of(statement, i));
		else if (*c == '@')
			text_puts(sql, argument->fields[0]);
		else
			text_append(sql, c, 1);
	}
}

/* Put every argument that is passed, by name. */
static void
put_all(Text *sql, const Route *route, Statement *statement)
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
statements_init(void)
{
#define FIXED(name, nparameters, sql) add_statement(&name##_statement);
#include "gateway/fixed.h"
#undef FIXED
}

/* Returns the argument that "{field}" names. */
static int
place_of(Arena *arena, const Route *route, const char *text, size_t len)
{
	const char *field = arena_copy(arena, text + 1, len - 2);
	int			i = argument_find(route->arguments, route->narguments, field);

	if (i < 0)
		bad_route(route->path, text);
	return i;
}

void
statement_make(Arena *arena, const Route *route, Statement *statement,
			   const char *text)
{
	Text		sql = {0};

	statement->number = -1;
	if (text[0] == '\0')
		return;
	while (*text != '\0')
	{
		size_t		len = text[0] == '{' ? strcspn(text, "}") + 1 : 1;

		/* {} and {"a": 1} name nothing that is put in */
		if (text[0] != '{' || (text[1] != '*' && !islower(text[1])))
			text_append(&sql, text, len = 1);
		else if (strncmp(text, "{*}", 3) == 0)
			put_all(&sql, route, statement);
		else if (strncmp(text, "{call}", 6) == 0)
		{
			text_printf(&sql, "%s(", route->function);
			put_all(&sql, route, statement);
			text_puts(&sql, ")");
		}
		else
			put_argument(&sql, route, statement,
						 place_of(arena, route, text, len));
		text += len;
	}
	statement->sql = arena_copy(arena, sql.data, sql.len);
	text_free(&sql);
	add_statement(statement);
}
