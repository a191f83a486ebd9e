/*
 * event.c
 *		An audit event read from its canonical bytes.
 *
 * It is strict: what could be written in two ways is accepted in only one, so
 * that different bytes are never the same event.  Fields with numbers beyond
 * the list are those of a later extension; the known ones keep their meaning.
 *
 * Invariant: nothing is read past the length given.
 */
#include <string.h>

#include "verifier/event.h"

#define CANONICAL_VERSION 1
#define HEAD_LEN	6			/* number, type, length */
#define INT_LEN		8

#define CODE_INT	'i'
#define CODE_TIME	't'
#define CODE_TEXT	's'
#define CODE_NAME	's'
#define CODE_INET	's'
#define CODE_JSON	'j'

static const struct
{
	const char *column;
	char		code;
}			known[EVENT_NUMBERS] =
{
#define GOV_AUDIT_FIELD(number, column, type) \
	[number] = {#column, CODE_##type},
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
};

const char *
event_column(int number)
{
	return known[number].column;
}

int64_t
event_int(const EventField *field)
{
	uint64_t	value = 0;

	for (int i = 0; i < INT_LEN; i++)
		value = value << 8 | field->bytes[i];
	return (int64_t) value;
}

bool
event_text_is(const EventField *field, const char *text)
{
	return field->type == CODE_TEXT && field->len == strlen(text) &&
		memcmp(field->bytes, text, field->len) == 0;
}

const char *
event_decode(const uint8_t *bytes, size_t len, Event *event)
{
	int			last = 0;

	memset(event, 0, sizeof(*event));
	if (len == 0)
		return "they are none";
	if (bytes[0] != CANONICAL_VERSION)
		return "they are of another version of the canonical form";
	bytes++;
	len--;
	while (len > 0)
	{
		EventField *field;
		size_t		content;
		int			number;
		char		type;

		if (len < HEAD_LEN)
			return "they end within the head of a field";
		number = bytes[0];
		type = (char) bytes[1];
		content = (size_t) bytes[2] << 24 | (size_t) bytes[3] << 16 |
			(size_t) bytes[4] << 8 | bytes[5];
		bytes += HEAD_LEN;
		len -= HEAD_LEN;
		if (number <= last)
			return "their fields are not in ascending order";
		if (content > len)
			return "they end within a field";
		if (type != CODE_INT && type != CODE_TIME && type != CODE_TEXT &&
			type != CODE_JSON)
			return "they have a field of an unknown type";
		if (known[number].code != 0 && type != known[number].code)
			return "they have a field of the wrong type";
		if ((type == CODE_INT || type == CODE_TIME) && content != INT_LEN)
			return "they have a number of the wrong length";
		field = &event->field[number];
		field->type = type;
		field->bytes = bytes;
		field->len = content;
		bytes += content;
		len -= content;
		last = number;
	}
	if (event->field[EVENT_event_id].type == 0)
		return "they have no event_id";
	event->event_id = event_int(&event->field[EVENT_event_id]);
	return NULL;
}
