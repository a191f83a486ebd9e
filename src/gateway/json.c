/*
 * json.c
 *		JSON as the body of a request has it (RFC 8259), taken apart.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/json.h"

#define MAX_DEPTH 32
#define MAX_DIGITS 100			/* that count, of a number */
#define MAX_NUMBER 1e308
#define MAX_SCALE 408			/* digits behind the point */
#define MAX_EXPONENT 10000		/* 0 can have any */

typedef struct Reading
{
	Arena	   *arena;
	const char *begin;
	const char *at;
	const char *end;
	const char *why;
	int			depth;
} Reading;

static bool read_value(Reading *reading, Json *value);

static bool
fail(Reading *reading, const char *why)
{
	if (reading->why == NULL)
		reading->why = arena_printf(reading->arena, "%s, at byte %zu.", why,
									(size_t) (reading->at - reading->begin) +
									1);
	return false;
}

static void
skip_blanks(Reading *reading)
{
	while (reading->at < reading->end &&
		   memchr(" \t\r\n", *reading->at, 4) != NULL)
		reading->at++;
}

static bool
take(Reading *reading, char c)
{
	skip_blanks(reading);
	if (reading->at == reading->end || *reading->at != c)
		return false;
	reading->at++;
	return true;
}

/* Returns the code of four digits behind \u, or -1 if they are not there. */
static int
read_hex(Reading *reading)
{
	int			code = 0;
	int			i;

	for (i = 0; i < 4; i++, reading->at++)
	{
		int			c = reading->at < reading->end ? *reading->at : 0;

		if (!isxdigit(c))
			return -1;
		code = code * 16 + (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	return code;
}

static char *
put_utf8(char *out, int code)
{
	if (code < 0x80)
		*out++ = (char) code;
	else if (code < 0x800)
	{
		*out++ = (char) (0xc0 | code >> 6);
		*out++ = (char) (0x80 | (code & 0x3f));
	}
	else
	{
		if (code < 0x10000)
			*out++ = (char) (0xe0 | code >> 12);
		else
		{
			*out++ = (char) (0xf0 | code >> 18);
			*out++ = (char) (0x80 | (code >> 12 & 0x3f));
		}
		*out++ = (char) (0x80 | (code >> 6 & 0x3f));
		*out++ = (char) (0x80 | (code & 0x3f));
	}
	return out;
}

/* Read a character behind \u, or of a surrogate pair. */
static char *
read_unicode(Reading *reading, char *out)
{
	int			code = read_hex(reading);

	if (code >= 0xd800 && code < 0xdc00 &&
		reading->end - reading->at > 2 && memcmp(reading->at, "\\u", 2) == 0)
	{
		int			low;

		reading->at += 2;
		low = read_hex(reading);
		if (low >= 0xdc00 && low < 0xe000)
			return put_utf8(out, 0x10000 + ((code - 0xd800) << 10) +
							(low - 0xdc00));
	}
	if (code > 0 && (code < 0xd800 || code >= 0xe000))
		return put_utf8(out, code);
	fail(reading, code == 0 ? "A string has a NUL" :
		 code < 0 ? "Behind \\u are not four hexadecimal digits" :
		 "A string has half of a surrogate pair");
	return NULL;
}

static char *
read_escape(Reading *reading, char *out)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	char		c = reading->at < reading->end ? *reading->at++ : '\0';
	const char *name = c != '\0' ? strchr(names, c) : NULL;

	if (c == 'u')
		return read_unicode(reading, out);
	if (name == NULL)
	{
		fail(reading, "A string has an escape that does not exist");
		return NULL;
	}
	*out++ = meant[name - names];
	return out;
}

static const char *
read_string(Reading *reading)
{
	const char *quote;
	char	   *text;
	char	   *out;

	/* it is no longer than up to the quote that ends it */
	for (quote = reading->at; quote < reading->end && *quote != '"'; quote++)
	{
		if (*quote == '\\')
			quote++;
	}
	text = out = arena_alloc(reading->arena, quote - reading->at + 1);
	while (reading->at < reading->end && *reading->at != '"')
	{
		unsigned char c = *reading->at;

		if (c < 0x20)
		{
			fail(reading, "A string has a control character");
			return NULL;
		}
		reading->at++;
		if (c != '\\')
			*out++ = (char) c;
		else if ((out = read_escape(reading, out)) == NULL)
			return NULL;
	}
	if (reading->at == reading->end)
	{
		fail(reading, "A string does not end");
		return NULL;
	}
	reading->at++;
	return text;
}

static int
count_digits(Reading *reading)
{
	int			count = 0;

	while (reading->at < reading->end &&
		   isdigit((unsigned char) *reading->at))
	{
		reading->at++;
		count++;
	}
	return count;
}

/* Check that the database can keep the number; an exponent moves the point. */
static bool
check_number(Reading *reading, const char *text)
{
	int			seen = 0;
	int			digits = 0;
	long		scale = 0;
	bool		is_behind = false;
	const char *c;
	double		value = strtod(text, NULL);

	for (c = text; *c != '\0' && tolower((unsigned char) *c) != 'e'; c++)
	{
		is_behind |= *c == '.';
		if (!isdigit((unsigned char) *c))
			continue;
		scale += is_behind;
		if (seen > 0 || *c != '0')
			seen++;
		if (*c != '0')
			digits = seen;
	}
	if (digits > MAX_DIGITS)
		return fail(reading, "A number has more than 100 digits");
	if (fabs(value) > MAX_NUMBER || (value == 0 && digits > 0))
		return fail(reading, "A number is larger than 1e308, or too small to be told from 0");
	if (*c != '\0')
	{
		long		exponent = strtol(c + 1, NULL, 10);

		if (exponent > MAX_EXPONENT || exponent < -MAX_EXPONENT)
			return fail(reading, "A number has an exponent beyond 10000");
		scale -= exponent;
	}
	if (scale > MAX_SCALE)
		return fail(reading, "A number has more than 408 digits behind the point");
	return true;
}

static bool
read_number(Reading *reading, Json *value)
{
	const char *begin = reading->at;
	const char *first;
	bool		good;

	if (*reading->at == '-')
		reading->at++;
	first = reading->at;
	good = count_digits(reading) > 0 &&
		(*first != '0' || reading->at == first + 1);
	if (good && reading->at < reading->end && *reading->at == '.')
	{
		reading->at++;
		good = count_digits(reading) > 0;
	}
	if (good && reading->at < reading->end &&
		(*reading->at == 'e' || *reading->at == 'E'))
	{
		reading->at++;
		if (reading->at < reading->end &&
			(*reading->at == '+' || *reading->at == '-'))
			reading->at++;
		good = count_digits(reading) > 0;
	}
	if (!good)
		return fail(reading, "Something is no value");
	value->type = JSON_NUMBER;
	value->text = arena_copy(reading->arena, begin, reading->at - begin);
	return check_number(reading, value->text);
}

/* Read what stands between [ and ], or { and }. */
static bool
read_items(Reading *reading, Json *value, char close)
{
	Json	  **next = &value->first;

	if (++reading->depth > MAX_DEPTH)
		return fail(reading, "It is nested more than 32 levels deep");
	if (!take(reading, close))
	{
		do
		{
			Json	   *item = arena_alloc(reading->arena, sizeof(Json));

			skip_blanks(reading);
			item->member = reading->at;
			if (value->type == JSON_OBJECT)
			{
				if (!take(reading, '"'))
					return fail(reading, "A field has no name in quotes");
				if ((item->name = read_string(reading)) == NULL)
					return false;
				if (!take(reading, ':'))
					return fail(reading, "A colon is missing");
			}
			if (!read_value(reading, item))
				return false;
			*next = item;
			next = &item->next;
			value->count++;
		} while (take(reading, ','));
		if (!take(reading, close))
			return fail(reading, "A comma or the end is missing");
	}
	reading->depth--;
	return true;
}

static bool
read_word(Reading *reading, Json *value)
{
	static const struct
	{
		const char *word;
		JsonType	type;
	}			words[] = {
		{"null", JSON_NULL}, {"false", JSON_FALSE}, {"true", JSON_TRUE}
	};
	size_t		i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
	{
		size_t		len = strlen(words[i].word);

		if ((size_t) (reading->end - reading->at) >= len &&
			memcmp(reading->at, words[i].word, len) == 0)
		{
			reading->at += len;
			value->type = words[i].type;
			return true;
		}
	}
	return fail(reading, "Something is no value");
}

static bool
read_any(Reading *reading, Json *value)
{
	if (take(reading, '{'))
	{
		value->type = JSON_OBJECT;
		return read_items(reading, value, '}');
	}
	if (take(reading, '['))
	{
		value->type = JSON_ARRAY;
		return read_items(reading, value, ']');
	}
	if (take(reading, '"'))
	{
		value->type = JSON_STRING;
		return (value->text = read_string(reading)) != NULL;
	}
	if (reading->at == reading->end)
		return fail(reading, "It ends too early");
	if (*reading->at == '-' || isdigit((unsigned char) *reading->at))
		return read_number(reading, value);
	return read_word(reading, value);
}

static bool
read_value(Reading *reading, Json *value)
{
	bool		good;

	skip_blanks(reading);
	value->begin = reading->at;
	good = read_any(reading, value);
	value->end = reading->at;
	return good;
}

Json *
json_parse(Arena *arena, const char *text, size_t len, const char **why)
{
	Reading		reading = {.arena = arena,.begin = text,.at = text,
	.end = text + len};
	Json	   *value = arena_alloc(arena, sizeof(Json));

	if (read_value(&reading, value))
	{
		skip_blanks(&reading);
		if (reading.at < reading.end)
			fail(&reading, "Something follows it");
	}
	*why = reading.why;
	return reading.why == NULL ? value : NULL;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(Json *const *) a)->name, (*(Json *const *) b)->name);
}

const char *
json_twice(Arena *arena, const Json *value)
{
	const Json **members = arena_alloc(arena, sizeof(Json *) * value->count);
	const Json *item;
	const char *twice = NULL;
	int			count = 0;
	int			i;

	for (item = value->first; item != NULL && twice == NULL; item = item->next)
	{
		members[count++] = item;
		if (item->first != NULL)
			twice = json_twice(arena, item);
	}
	if (value->type != JSON_OBJECT || twice != NULL)
		return twice;
	/* sort: a body may have 100,000 names */
	qsort(members, count, sizeof(Json *), compare_names);
	for (i = 1; i < count; i++)
	{
		if (compare_names(&members[i - 1], &members[i]) == 0)
			return members[i]->name;
	}
	return NULL;
}
