/*
 * json.c
 *		JSON (RFC 8259) as a signed document has it, read strictly.
 */
#include "signing/json.h"

#include <string.h>

typedef struct Reading
{
	char	   *at;
	char	   *end;
	GovJsonValue *values;
	size_t		used;
	int			depth;
	const char *flaw;
} Reading;

static bool read_value(Reading *reading, GovJsonValue *value);

static bool
fail(Reading *reading, const char *flaw)
{
	if (reading->flaw == NULL)
		reading->flaw = flaw;
	return false;
}

size_t
gov_json_room(const char *text, size_t len)
{
	size_t		room = 1;
	size_t		i;

	/* each but the first stands behind one of them */
	for (i = 0; i < len; i++)
		room += text[i] == ',' || text[i] == '[' || text[i] == '{';
	return room;
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

/* The length of the character that begins there (RFC 3629), or 0. */
static size_t
utf8_length(const unsigned char *c, size_t left)
{
	size_t		len = c[0] < 0x80 ? 1 : c[0] < 0xc2 ? 0 : c[0] < 0xe0 ? 2 :
		c[0] < 0xf0 ? 3 : c[0] < 0xf5 ? 4 : 0;
	size_t		i;

	if (len > left)
		return 0;
	for (i = 1; i < len; i++)
	{
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
		(c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return len;
}

/* The code of four digits; -1: there are none. */
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

static char *
put_utf8(char *out, long code)
{
	if (code < 0x80)
		*out++ = (char) code;
	else
	{
		if (code < 0x800)
			*out++ = (char) (0xc0 | code >> 6);
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
		}
		*out++ = (char) (0x80 | (code & 0x3f));
	}
	return out;
}

/* What is escaped is longer than what it means. */
static char *
read_escape(Reading *reading, char *out)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	char		c = reading->at < reading->end ? *reading->at++ : '\0';
	const char *name = c != '\0' ? strchr(names, c) : NULL;
	long		code;

	if (name != NULL)
	{
		*out++ = meant[name - names];
		return out;
	}
	code = c == 'u' ? read_hex(reading) : -1;
	if (code >= 0xd800 && code < 0xdc00)
	{
		long		low = -1;

		if (reading->end - reading->at > 2 &&
			memcmp(reading->at, "\\u", 2) == 0)
		{
			reading->at += 2;
			low = read_hex(reading);
		}
		code = low < 0xdc00 || low > 0xdfff ? -1 :
			0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	if (code <= 0 || (code >= 0xdc00 && code < 0xe000))
	{
		fail(reading, "has an escape that means no character");
		return NULL;
	}
	return put_utf8(out, code);
}

/* Behind the quote that begins it. */
static bool
read_string(Reading *reading, const char **text, size_t *len)
{
	char	   *begin = reading->at;
	char	   *out = begin;

	while (reading->at < reading->end && *reading->at != '"')
	{
		unsigned char c = *reading->at;
		size_t		length;

		if (c == '\\')
		{
			reading->at++;
			if ((out = read_escape(reading, out)) == NULL)
				return false;
			continue;
		}
		length = c < 0x20 ? 0 :
			utf8_length((unsigned char *) reading->at,
						reading->end - reading->at);
		if (length == 0)
			return fail(reading, c < 0x20 ?
						"has a control character in a string" :
						"is not UTF-8");
		memmove(out, reading->at, length);
		out += length;
		reading->at += length;
	}
	if (reading->at == reading->end)
		return fail(reading, "has a string without an end");
	reading->at++;
	*out = '\0';				/* where the quote was, or before it */
	*text = begin;
	*len = out - begin;
	return true;
}

static size_t
skip_digits(Reading *reading)
{
	char	   *begin = reading->at;

	while (reading->at < reading->end &&
		   *reading->at >= '0' && *reading->at <= '9')
		reading->at++;
	return reading->at - begin;
}

static bool
skip_char(Reading *reading, const char *one_of)
{
	if (reading->at == reading->end || *reading->at == '\0' ||
		strchr(one_of, *reading->at) == NULL)
		return false;
	reading->at++;
	return true;
}

static bool
read_number(Reading *reading)
{
	char	   *first;
	size_t		digits;

	(void) skip_char(reading, "-");
	first = reading->at;
	digits = skip_digits(reading);
	if (digits == 0 || (digits > 1 && *first == '0'))
		return false;
	if (skip_char(reading, ".") && skip_digits(reading) == 0)
		return false;
	if (skip_char(reading, "eE"))
	{
		(void) skip_char(reading, "+-");
		return skip_digits(reading) > 0;
	}
	return true;
}

static bool
is_doubled(const GovJsonValue *object)
{
	const GovJsonValue *a;
	const GovJsonValue *b;

	for (a = object->first; a != NULL; a = a->next)
	{
		for (b = object->first; b != a; b = b->next)
		{
			if (strcmp(a->name, b->name) == 0)
				return true;
		}
	}
	return false;
}

static bool
read_items(Reading *reading, GovJsonValue *value, char close)
{
	GovJsonValue **next = &value->first;

	if (++reading->depth > GOV_JSON_MAX_DEPTH)
		return fail(reading, "is nested too deeply");
	if (!take(reading, close))
	{
		do
		{
			GovJsonValue *item = &reading->values[reading->used++];
			size_t		len;

			memset(item, 0, sizeof(*item));
			if (value->type == GOV_JSON_OBJECT)
			{
				if (!take(reading, '"'))
					return fail(reading, "has a member without a name");
				if (!read_string(reading, &item->name, &len))
					return false;
				if (!take(reading, ':'))
					return fail(reading, "lacks a colon");
			}
			if (!read_value(reading, item))
				return false;
			*next = item;
			next = &item->next;
			value->count++;
		} while (take(reading, ','));
		if (!take(reading, close))
			return fail(reading, "ends too early, or lacks a comma");
	}
	reading->depth--;
	if (value->type != GOV_JSON_OBJECT)
		return true;
	if (value->count > GOV_JSON_MAX_MEMBERS)
		return fail(reading, "has an object of more than 64 members");
	return !is_doubled(value) || fail(reading, "has a member twice");
}

static bool
read_word(Reading *reading, const char *word)
{
	size_t		len = strlen(word);

	if ((size_t) (reading->end - reading->at) < len ||
		memcmp(reading->at, word, len) != 0)
		return false;
	reading->at += len;
	return true;
}

static bool
read_value(Reading *reading, GovJsonValue *value)
{
	if (take(reading, '{'))
	{
		value->type = GOV_JSON_OBJECT;
		return read_items(reading, value, '}');
	}
	if (take(reading, '['))
	{
		value->type = GOV_JSON_ARRAY;
		return read_items(reading, value, ']');
	}
	if (take(reading, '"'))
	{
		value->type = GOV_JSON_STRING;
		return read_string(reading, &value->text, &value->len);
	}
	if (read_word(reading, "null"))
		value->type = GOV_JSON_NULL;
	else if (read_word(reading, "false"))
		value->type = GOV_JSON_FALSE;
	else if (read_word(reading, "true"))
		value->type = GOV_JSON_TRUE;
	else if (read_number(reading))
		value->type = GOV_JSON_NUMBER;
	else
		return fail(reading, "ends too early, or has something that is no value");
	return true;
}

const GovJsonValue *
gov_json_parse(char *text, size_t len, GovJsonValue *values,
			   const char **flaw)
{
	Reading		reading = {text, text + len, values, 1, 0, NULL};

	memset(values, 0, sizeof(*values));
	if (read_value(&reading, values))
	{
		skip_blanks(&reading);
		if (reading.at < reading.end)
			fail(&reading, "has something behind its end");
	}
	*flaw = reading.flaw;
	return reading.flaw == NULL ? values : NULL;
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
