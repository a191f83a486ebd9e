/*
 * value.c
 *		Turns values of a request into parameters of a statement.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/text.h"
#include "gateway/value.h"

#define MAX_DIGITS 18			/* that fit any bigint */

static bool
is_digits(const char *text)
{
	if (*text == '-')
		text++;
	return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool
is_uuid(const char *text)
{
	int			i;

	for (i = 0; text[i] != '\0'; i++)
	{
		if (i == 8 || i == 13 || i == 18 || i == 23 ?
			text[i] != '-' : !isxdigit((unsigned char) text[i]))
			return false;
	}
	return i == 36;
}

/* "1795985000.123456~42" */
static bool
is_mark(const char *text)
{
	size_t		whole = strspn(text, "0123456789");
	size_t		fraction = text[whole] == '.' ?
		1 + strspn(text + whole + 1, "0123456789") : 0;
	const char *number = text + whole + fraction;

	return whole > 0 && whole <= MAX_DIGITS && fraction <= MAX_DIGITS &&
		*number++ == '~' && *number != '\0' &&
		strspn(number, "0123456789") == strlen(number) &&
		strlen(number) <= MAX_DIGITS;
}

static const char *
whole_number(const char *text, ArgumentType type, bool *malformed)
{
	static const struct
	{
		ArgumentType type;
		long long	min;
		long long	max;
		const char *what;
	}			ranges[] = {
		{TYPE_INT, INT32_MIN, INT32_MAX,
		"a whole number from -2147483648 to 2147483647"},
		{TYPE_SECONDS, INT32_MIN, INT32_MAX,
		"a whole number from -2147483648 to 2147483647"},
		{TYPE_LONG, INT64_MIN, INT64_MAX,
		"a whole number of at most 18 digits"},
		{TYPE_LIMIT, 1, 10000, "a whole number from 1 to 10000"},
	};
	long long	number;
	int			i = 0;

	*malformed = !is_digits(text);
	if (*malformed)
		return "a whole number";
	while (ranges[i].type != type)
		i++;
	errno = 0;
	number = strtoll(text, NULL, 10);
	return errno == 0 && number >= ranges[i].min && number <= ranges[i].max ?
		NULL : ranges[i].what;
}

const char *
value_of_text(const char *text, ArgumentType type, bool *malformed)
{
	char	   *end;

	switch (type)
	{
		case TYPE_INT:
		case TYPE_SECONDS:
		case TYPE_LONG:
		case TYPE_LIMIT:
			return whole_number(text, type, malformed);
		case TYPE_NUMBER:
		case TYPE_NUMERIC:
			*malformed = true;
			return text[strspn(text, "0123456789+-.eE")] == '\0' &&
				isfinite(strtod(text, &end)) && end != text && *end == '\0' ?
				NULL : "a number";
		case TYPE_BOOL:
			*malformed = true;
			return strcasecmp(text, "true") == 0 ||
				strcasecmp(text, "false") == 0 || strcmp(text, "1") == 0 ||
				strcmp(text, "0") == 0 ? NULL : "true or false";
		case TYPE_UUID:
			*malformed = true;
			return is_uuid(text) ? NULL : "a UUID";
		case TYPE_MARK:
			*malformed = true;
			return is_mark(text) ? NULL : "one that a page has led to";
		default:
			return NULL;
	}
}

const char *
value_of_json(Arena *arena, const GovJsonValue *json, ArgumentType type,
			  const char **value)
{
	const TypeFacts *facts = &type_facts[type];
	bool		malformed;

	*value = NULL;
	if (json->type == GOV_JSON_NULL)
		return NULL;
	if (facts->json != 0 && (facts->json & 1u << json->type) == 0)
		return facts->wanted;
	/* everything but a string is passed on as the text that was sent */
	*value = json->type == GOV_JSON_STRING && type != TYPE_ANY ? json->text :
		arena_copy(arena, json->begin, json->end - json->begin);
	return value_of_text(*value, type, &malformed);
}

void
column_put(Column *column, const char *element)
{
	text_puts(&column->text, column->count++ == 0 ? "{" : ",");
	if (element == NULL)
	{
		text_puts(&column->text, "NULL");
		return;
	}
	text_puts(&column->text, "\"");
	for (; *element != '\0'; element++)
	{
		if (*element == '"' || *element == '\\')
			text_puts(&column->text, "\\");
		text_append(&column->text, element, 1);
	}
	text_puts(&column->text, "\"");
}

const char *
column_end(Arena *arena, Column *column)
{
	const char *array;

	text_puts(&column->text, column->count == 0 ? "{}" : "}");
	array = arena_copy(arena, column->text.data, column->text.len);
	text_free(&column->text);
	return array;
}
