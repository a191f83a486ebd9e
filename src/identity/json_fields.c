/*
 * json_fields.c
 *		Reading a JSON text from an unknown source, without raising errors.
 *
 * It is PostgreSQL's own parser, but neither json nor jsonb: their input
 * functions raise errors, by which a malformed token could be told from a
 * wrong one.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"

#include "core/compat.h"
#include "identity/json_fields.h"

#define MAX_DEPTH 16

/* The members of an object so far. */
typedef struct Members
{
	int			count;
	int			allocated;
	char	  **names;
} Members;

typedef struct Reading
{
	GovJsonReader reader;
	void	   *arg;
	bool		refused;
	int			depth;
	bool		in_array[MAX_DEPTH + 1];
	char	   *names[MAX_DEPTH + 1];
	Members		members[MAX_DEPTH + 1];
} Reading;

static void
tell(Reading *reading, GovJsonField *field)
{
	if (reading->refused)
		return;
	field->depth = reading->depth;
	field->in_array = reading->in_array[reading->depth];
	field->name = reading->names[reading->depth];
	if (field->in_array && reading->depth > 0)
		field->name = reading->names[reading->depth - 1];
	field->top = reading->depth > 0 ? reading->names[1] : NULL;
	if (!reading->reader(field, reading->arg))
		reading->refused = true;
}

static void
enter(Reading *reading, bool is_array)
{
	GovJsonField field = {.is_compound = true};

	tell(reading, &field);
	if (reading->depth == MAX_DEPTH || (reading->depth == 0 && is_array))
	{
		reading->refused = true;
		return;
	}
	reading->depth++;
	reading->in_array[reading->depth] = is_array;
	reading->names[reading->depth] = NULL;
	reading->members[reading->depth].count = 0;
}

static void
add_member(Members *members, char *name)
{
	if (members->count == members->allocated)
	{
		members->allocated = Max(16, 2 * members->allocated);
		members->names = members->names == NULL ?
			palloc(sizeof(char *) * members->allocated) :
			repalloc(members->names, sizeof(char *) * members->allocated);
	}
	members->names[members->count++] = name;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Readers differ in which of two counts. */
static bool
is_doubled(Members *members)
{
	int			i;

	if (members->count < 2)
		return false;
	qsort(members->names, members->count, sizeof(char *), compare_names);
	for (i = 1; i < members->count; i++)
	{
		if (strcmp(members->names[i - 1], members->names[i]) == 0)
			return true;
	}
	return false;
}

static void
leave(Reading *reading, bool is_array)
{
	GovJsonField field = {.is_end = true};

	/* beyond the greatest depth nothing is reported, so nothing counts */
	if (!is_array && !reading->refused)
	{
		reading->refused = is_doubled(&reading->members[reading->depth]);
		reading->names[reading->depth] = NULL;
		tell(reading, &field);
	}
	if (!reading->refused && reading->depth > 0)
		reading->depth--;
}

static GovSemResult
object_start(void *state)
{
	enter(state, false);
	GOV_SEM_RETURN;
}

static GovSemResult
object_end(void *state)
{
	leave(state, false);
	GOV_SEM_RETURN;
}

static GovSemResult
array_start(void *state)
{
	enter(state, true);
	GOV_SEM_RETURN;
}

static GovSemResult
array_end(void *state)
{
	leave(state, true);
	GOV_SEM_RETURN;
}

static GovSemResult
field_start(void *state, char *name, bool isnull)
{
	Reading    *reading = state;

	if (!reading->refused)
	{
		reading->names[reading->depth] = pstrdup(name);
		add_member(&reading->members[reading->depth],
				   reading->names[reading->depth]);
	}
	GOV_SEM_RETURN;
}

static GovSemResult
scalar(void *state, char *token, JsonTokenType type)
{
	GovJsonField field = {0};

	/* copies: later servers free theirs */
	if (type == JSON_TOKEN_STRING)
		field.string = pstrdup(token);
	else if (type == JSON_TOKEN_NUMBER)
		field.number = pstrdup(token);
	field.is_true = type == JSON_TOKEN_TRUE;
	if (((Reading *) state)->depth == 0)
		((Reading *) state)->refused = true;
	tell(state, &field);
	GOV_SEM_RETURN;
}

/*
 * The server's parser is recursive and raises an error where the stack is used
 * up, so a text that nests deeper than anybody reads is not parsed.
 */
static bool
is_shallow(const char *json, int len)
{
	bool		in_string = false;
	int			depth = 0;
	int			i;

	for (i = 0; i < len && depth <= MAX_DEPTH; i++)
	{
		if (json[i] == '"')
			in_string = !in_string;
		else if (in_string && json[i] == '\\')
			i++;
		else if (!in_string && (json[i] == '{' || json[i] == '['))
			depth++;
		else if (!in_string && (json[i] == '}' || json[i] == ']'))
			depth--;
	}
	return depth <= MAX_DEPTH;
}

bool
gov_json_read(const char *json, int len, GovJsonReader reader, void *arg)
{
	Reading		reading = {.reader = reader, .arg = arg};
	JsonSemAction actions = {0};
	JsonLexContext *lex;

	if (!is_shallow(json, len))
		return false;
	actions.semstate = &reading;
	actions.object_start = object_start;
	actions.object_end = object_end;
	actions.array_start = array_start;
	actions.array_end = array_end;
	actions.object_field_start = field_start;
	actions.scalar = scalar;
	lex = gov_json_lex(pnstrdup(json, len), len, GetDatabaseEncoding());
	return pg_parse_json(lex, &actions) == JSON_SUCCESS && !reading.refused;
}
