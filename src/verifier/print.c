/*
 * print.c
 *		A verified event as a line of JSON.
 *
 * The fields are those that the leaf was computed over, so that people read
 * what was verified and not what somebody says it means.  Invariant: control
 * characters are escaped, so that the output cannot affect a terminal.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "text/utf8.h"
#include "verifier/verifier.h"

/*
 * put_bytes
 *		Print text without control characters; quotes and backslashes are
 *		escaped, too, unless it is JSON already.
 */
static void
put_bytes(const uint8_t *s, size_t len, bool is_json)
{
	for (size_t i = 0; i < len;)
	{
		uint32_t	character;
		size_t		n = gov_utf8_next((const char *) s + i, len - i,
									  &character);

		if (n == 0)
		{
			fputs("\\ufffd", stdout);
			n = 1;
		}
		else if (character < 0x20 || (character >= 0x7f && character < 0xa0))
			printf("\\u%04x", (unsigned) character);
		else
		{
			if (!is_json && (s[i] == '"' || s[i] == '\\'))
				putchar('\\');
			fwrite(s + i, 1, n, stdout);
		}
		i += n;
	}
}

/*
 * is_json
 *		May these bytes be printed as they are, being JSON?
 *
 * json-c 0.18 in strict mode takes non-ASCII bytes for control characters, so
 * it judges a copy without them.
 */
static bool
is_json(const EventField *field)
{
	json_tokener *tokener;
	char	   *ascii;
	bool		ok = true;

	/* raw output must not swallow the rest of the line's own JSON */
	if (field->len > INT32_MAX)
		return false;
	tokener = json_tokener_new();
	ascii = malloc(field->len + 1);
	if (tokener == NULL || ascii == NULL)
		unreadable("out of memory");
	for (size_t i = 0; ok && i < field->len;)
	{
		uint32_t	character;
		size_t		n = gov_utf8_next((const char *) field->bytes + i,
									  field->len - i, &character);

		ok = n > 0;
		if (n > 1)
			memset(ascii + i, 'x', n);
		else
			ascii[i] = (char) field->bytes[i];
		i += n;
	}
	if (ok)
	{
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		json_object_put(json_tokener_parse_ex(tokener, ascii,
											  (int) field->len));
		/* a bare number goes on until something ends it */
		if (json_tokener_get_error(tokener) == json_tokener_continue)
			json_object_put(json_tokener_parse_ex(tokener, "", 1));
		ok = json_tokener_get_error(tokener) == json_tokener_success;
	}
	json_tokener_free(tokener);
	free(ascii);
	return ok;
}

static void
put_time(int64_t usec)
{
	int64_t		fraction = (usec % 1000000 + 1000000) % 1000000;
	time_t		seconds = (time_t) ((usec - fraction) / 1000000);
	struct tm	tm;
	char		text[64];

	if (gmtime_r(&seconds, &tm) == NULL ||
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		printf("%" PRId64, usec);
	else
		printf("\"%s.%06" PRId64 "Z\"", text, fraction);
}

void
print_event(uint64_t leaf_index, bool is_vouched, const Event *event)
{
	printf("{%s\"leaf_index\":%" PRIu64,
		   is_vouched ? "" : "\"vouched_for\":false,", leaf_index);
	for (int i = 0; i < EVENT_NUMBERS; i++)
	{
		const EventField *field = &event->field[i];
		bool		raw;

		if (field->type == 0)
			continue;
		if (event_column(i) != NULL)
			printf(",\"%s\":", event_column(i));
		else
			printf(",\"field_%d\":", i);
		switch (field->type)
		{
			case 'i':
				printf("%" PRId64, event_int(field));
				break;
			case 't':
				put_time(event_int(field));
				break;
			default:
				raw = field->type == 'j' && is_json(field);
				if (!raw)
					putchar('"');
				put_bytes(field->bytes, field->len, raw);
				if (!raw)
					putchar('"');
				break;
		}
	}
	puts("}");
}
