/*
 * text.c
 *		Texts that grow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/memory.h"
#include "gateway/text.h"
#include "text/utf8.h"

static void
text_make_room(Text *text, size_t more)
{
	size_t		room = text->room ? text->room : 256;

	while (room < text->len + more + 1)
		room *= 2;
	if (room != text->room)
	{
		text->data = must_resize(text->data, room);
		text->room = room;
	}
}

void
text_append(Text *text, const char *data, size_t len)
{
	text_make_room(text, len);
	memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void
text_puts(Text *text, const char *string)
{
	text_append(text, string, strlen(string));
}

void
text_vprintf(Text *text, const char *format, va_list args)
{
	va_list		again;
	int			len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len >= 0)
	{
		text_make_room(text, len);
		vsnprintf(text->data + text->len, (size_t) len + 1, format, again);
		text->len += len;
	}
	va_end(again);
}

void
text_printf(Text *text, const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	text_vprintf(text, format, args);
	va_end(args);
}

void
text_json_len(Text *text, const char *string, size_t len)
{
	uint32_t	character;
	size_t		i = 0;

	text_append(text, "\"", 1);
	while (i < len)
	{
		unsigned char c = string[i];
		size_t		one = gov_utf8_next(string + i, len - i, &character);

		if (c == '"' || c == '\\')
			text_printf(text, "\\%c", c);
		else if (c == '\n')
			text_puts(text, "\\n");
		else if (c < 0x20 || c == 0x7f)
			text_printf(text, "\\u%04x", c);
		else if (one == 0)
			text_puts(text, "\\ufffd");
		else
			text_append(text, string + i, one);
		i += one > 0 ? one : 1;
	}
	text_append(text, "\"", 1);
}

void
text_json(Text *text, const char *string)
{
	if (string == NULL)
		text_puts(text, "null");
	else
		text_json_len(text, string, strlen(string));
}

void
text_free(Text *text)
{
	free(text->data);
	memset(text, 0, sizeof(*text));
}
