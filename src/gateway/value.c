/*
 * value.c
 *		Values of a request as parameters of a statement.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

static bool
is_one_of(const Json *json, JsonType one, JsonType other)
{
	return json->type == one || json->type == other;
}

/* What JSON of that type is; NULL: this. */
static const char *
other_type(const Json *json, ArgumentType type)
{
	switch (type)
	{
		case TYPE_TEXT:
		case TYPE_UUID:
			return json->type == JSON_STRING ? NULL : "a string";
		case TYPE_INT:
		case TYPE_LONG:
		case TYPE_LIMIT:
			return json->type == JSON_NUMBER ? NULL : "a whole number";
		case TYPE_NUMBER:
		case TYPE_NUMERIC:
			return json->type == JSON_NUMBER ? NULL : "a number";
		case TYPE_BOOL:
			return is_one_of(json, JSON_FALSE, JSON_TRUE) ? NULL :
				"true or false";
		case TYPE_TIME:
			return is_one_of(json, JSON_NUMBER, JSON_STRING) ? NULL :
				"a time: seconds since 1970, or a text in ISO 8601";
		case TYPE_OBJECT:
		case TYPE_METRICS:
		case TYPE_ANSWERS:
			return json->type == JSON_OBJECT ? NULL : "an object";
		case TYPE_JSON:
			return is_one_of(json, JSON_OBJECT, JSON_ARRAY) ? NULL :
				"an object or an array";
		case TYPE_ROWS:
			return json->type == JSON_ARRAY ? NULL : "an array of objects";
		case TYPE_TEXTS:
			return json->type == JSON_ARRAY ? NULL : "an array of strings";
		default:
			return NULL;
	}
}

/* Does it go on as the text that it came as? */
static bool
is_jsonb(ArgumentType type)
{
	return type == TYPE_OBJECT || type == TYPE_JSON || type == TYPE_METRICS ||
		type == TYPE_ANSWERS || type == TYPE_ANY;
}

ArgumentType
element_type(ArgumentType type)
{
	return type == TYPE_TEXTS ? TYPE_TEXT : type == TYPE_NUMBERS ?
		TYPE_NUMBER : type == TYPE_BOOLS ? TYPE_BOOL : type == TYPE_TIMES ?
		TYPE_TIME : type;
}

const char *
value_of_json(Arena *arena, const Json *json, ArgumentType type,
			  const char **value)
{
	const char *wanted;
	bool		malformed;

	*value = NULL;
	if (json->type == JSON_NULL)
		return NULL;
	wanted = other_type(json, type);
	if (wanted != NULL)
		return wanted;
	*value = json->type == JSON_STRING && !is_jsonb(type) ? json->text :
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
