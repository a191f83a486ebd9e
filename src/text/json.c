/*
 * json.c
 *		Strict reading of JSON (RFC 8259) from an unknown source.
 */
#include "text/json.h"

#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"

#define MAX_DEPTH 32

typedef struct Reading
{
	const char *begin;
	const char *at;
	const char *end;
	char	   *out;			/* where the next string or number is put */
	int			depth;
	GovJsonKeep keep;
	void	   *arg;
	GovJsonFlaw *flaw;
} Reading;

static bool read_value(Reading *reading, GovJsonValue *value);

static bool
fail(Reading *reading, const char *what)
{
	reading->flaw->what = what;
	reading->flaw->at = reading->at - reading->begin + 1;
	return false;
}

/* Memory that the caller keeps; NULL where there is none. */
static void *
keep(Reading *reading, size_t size)
{
	void	   *memory = reading->keep(reading->arg, size);

	if (memory == NULL)
		fail(reading, "There is not enough memory to read on");
	return memory;
}

/* Take a character if it is one of those. */
static bool
take_any(Reading *reading, const char *chars)
{
	if (reading->at == reading->end || strchr(chars, *reading->at) == NULL)
		return false;
	reading->at++;
	return true;
}

static void
skip_blanks(Reading *reading)
{
	while (take_any(reading, " \t\r\n"))
		;
}

static bool
take(Reading *reading, const char *mark)
{
	skip_blanks(reading);
	return take_any(reading, mark);
}

/* Returns the code of the four digits behind \u, or -1: they are not there. */
static long
read_hex(Reading *reading)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	long		code = 0;
	int			i;

	for (i = 0; i < 4; i++, reading->at++)
	{
		const char *digit = reading->at < reading->end ?
			memchr(digits, *reading->at, 32) : NULL;

		if (digit == NULL)
			return -1;
		code = code * 16 + (digit - digits) % 16;
	}
	return code;
}

static void
put_utf8(Reading *reading, long code)
{
	static const int marks[] = {0, 0xc0, 0xe0, 0xf0};
	int			behind = code < 0x80 ? 0 : code < 0x800 ? 1 :
		code < 0x10000 ? 2 : 3;

	*reading->out++ = (char) (marks[behind] | code >> 6 * behind);
	while (behind-- > 0)
		*reading->out++ = (char) (0x80 | (code >> 6 * behind & 0x3f));
}

/* Read a character behind \u, or of a surrogate pair. */
static bool
read_unicode(Reading *reading)
{
	long		code = read_hex(reading);

	if (code >= 0xd800 && code < 0xdc00 &&
		reading->end - reading->at > 2 && memcmp(reading->at, "\\u", 2) == 0)
	{
		long		low;

		reading->at += 2;
		low = read_hex(reading);
		if (low >= 0xdc00 && low < 0xe000)
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	if (code <= 0 || (code >= 0xd800 && code < 0xe000))
		return fail(reading, code == 0 ? "A string has a NUL" :
					code < 0 ? "Behind \\u are not four hexadecimal digits" :
					"A string has half of a surrogate pair");
	put_utf8(reading, code);
	return true;
}

static bool
read_escape(Reading *reading)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	const char *name;

	if (take_any(reading, "u"))
		return read_unicode(reading);
	name = reading->at < reading->end ? strchr(names, *reading->at++) : NULL;
	if (name == NULL)
		return fail(reading, "A string has an escape that does not exist");
	*reading->out++ = meant[name - names];
	return true;
}

/* Read a string behind the quote that begins it. */
static bool
read_string(Reading *reading, const char **text, size_t *len)
{
	*text = reading->out;
	while (reading->at < reading->end && *reading->at != '"')
	{
		if ((unsigned char) *reading->at < 0x20)
			return fail(reading, "A string has a control character");
		if (*reading->at != '\\')
			*reading->out++ = *reading->at++;
		else
		{
			reading->at++;
			if (!read_escape(reading))
				return false;
		}
	}
	if (!take_any(reading, "\""))
		return fail(reading, "A string does not end");
	*len = reading->out - *text;
	*reading->out++ = '\0';
	return true;
}

static size_t
skip_digits(Reading *reading)
{
	const char *begin = reading->at;

	while (take_any(reading, "0123456789"))
		;
	return reading->at - begin;
}

static bool
read_number(Reading *reading, GovJsonValue *value)
{
	const char *first;
	size_t		digits;

	(void) take_any(reading, "-");
	first = reading->at;
	digits = skip_digits(reading);
	if (digits == 0 || (digits > 1 && *first == '0') ||
		(take_any(reading, ".") && skip_digits(reading) == 0))
		return false;
	if (take_any(reading, "eE"))
	{
		(void) take_any(reading, "+-");
		if (skip_digits(reading) == 0)
			return false;
	}
	value->type = GOV_JSON_NUMBER;
	value->text = reading->out;
	value->len = reading->at - value->begin;
	memcpy(reading->out, value->begin, value->len);
	reading->out += value->len;
	*reading->out++ = '\0';
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(GovJsonValue *const *) a)->name,
				  (*(GovJsonValue *const *) b)->name);
}

/* Readers differ in which of two counts. */
static bool
check_twice(Reading *reading, const GovJsonValue *object)
{
	const GovJsonValue **members = keep(reading, object->count *
										sizeof(GovJsonValue *));
	const GovJsonValue *item;
	int			count = 0;
	int			i;

	if (members == NULL)
		return false;
	for (item = object->first; item != NULL; item = item->next)
		members[count++] = item;
	/* sort: there may be 100,000 names */
	qsort(members, count, sizeof(GovJsonValue *), compare_names);
	for (i = 1; i < count; i++)
	{
		if (compare_names(&members[i - 1], &members[i]) == 0)
		{
			reading->flaw->twice = members[i]->name;
			return fail(reading, "An object has a name twice");
		}
	}
	return true;
}

static bool
read_member(Reading *reading, GovJsonValue *item)
{
	size_t		len;

	if (!take(reading, "\""))
		return fail(reading, "A field has no name in quotes");
	return read_string(reading, &item->name, &len) &&
		(take(reading, ":") || fail(reading, "A colon is missing"));
}

/* Read what stands between [ and ], or { and }. */
static bool
read_items(Reading *reading, GovJsonValue *value, const char *close)
{
	GovJsonValue **next = &value->first;

	if (++reading->depth > MAX_DEPTH)
		return fail(reading, "It is nested more than 32 levels deep");
	if (!take(reading, close))
	{
		do
		{
			GovJsonValue *item = keep(reading, sizeof(GovJsonValue));

			if (item == NULL)
				return false;
			skip_blanks(reading);
			item->member = reading->at;
			if ((value->type == GOV_JSON_OBJECT &&
				 !read_member(reading, item)) || !read_value(reading, item))
				return false;
			*next = item;
			next = &item->next;
			value->count++;
		} while (take(reading, ","));
		if (!take(reading, close))
			return fail(reading, "A comma or the end is missing");
	}
	reading->depth--;
	return value->type == GOV_JSON_ARRAY || value->count < 2 ||
		check_twice(reading, value);
}

static bool
read_word(Reading *reading, GovJsonValue *value)
{
	static const char *const words[] = {
		[GOV_JSON_NULL] = "null",
		[GOV_JSON_FALSE] = "false",
		[GOV_JSON_TRUE] = "true"
	};
	int			i;

	for (i = GOV_JSON_NULL; i <= GOV_JSON_TRUE; i++)
	{
		size_t		len = strlen(words[i]);

		if ((size_t) (reading->end - reading->at) >= len &&
			memcmp(reading->at, words[i], len) == 0)
		{
			reading->at += len;
			value->type = i;
			return true;
		}
	}
	return false;
}

static bool
read_any(Reading *reading, GovJsonValue *value)
{
	if (take_any(reading, "{"))
	{
		value->type = GOV_JSON_OBJECT;
		return read_items(reading, value, "}");
	}
	if (take_any(reading, "["))
	{
		value->type = GOV_JSON_ARRAY;
		return read_items(reading, value, "]");
	}
	if (take_any(reading, "\""))
	{
		value->type = GOV_JSON_STRING;
		return read_string(reading, &value->text, &value->len);
	}
	if (reading->at == reading->end)
		return fail(reading, "It ends too early");
	return read_word(reading, value) || read_number(reading, value) ||
		fail(reading, "Something is no value");
}

static bool
read_value(Reading *reading, GovJsonValue *value)
{
	bool		good;

	skip_blanks(reading);
	value->begin = reading->at;
	good = read_any(reading, value);
	value->end = reading->at;
	return good;
}

const GovJsonValue *
gov_json_parse(const char *text, size_t len, GovJsonKeep keep_memory,
			   void *arg, GovJsonFlaw *flaw)
{
	Reading		reading = {.begin = text, .at = text, .end = text + len,
	.keep = keep_memory, .arg = arg, .flaw = flaw};
	GovJsonValue *value = keep(&reading, sizeof(GovJsonValue));
	size_t		good = gov_utf8_span(text, len);

	flaw->twice = NULL;
	/* a string has lost its quotes, and after a number comes something else */
	reading.out = keep(&reading, len + 1);
	if (value == NULL || reading.out == NULL)
		return NULL;
	if (good < len)
	{
		reading.at += good;
		fail(&reading, "It is not well-formed UTF-8, or contains a NUL");
		return NULL;
	}
	if (!read_value(&reading, value))
		return NULL;
	skip_blanks(&reading);
	if (reading.at == reading.end)
		return value;
	fail(&reading, "Something follows it");
	return NULL;
}

const GovJsonValue *
gov_json_member(const GovJsonValue *object, const char *name,
				GovJsonType type)
{
	const GovJsonValue *item;

	if (object == NULL || object->type != GOV_JSON_OBJECT)
		return NULL;
	for (item = object->first; item != NULL; item = item->next)
	{
		if (strcmp(item->name, name) == 0)
			return item->type == type ? item : NULL;
	}
	return NULL;
}
