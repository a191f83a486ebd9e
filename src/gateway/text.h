/*
 * text.h
 *		Texts that grow.
 *
 * An empty one is {0}; text_free() makes it one again.
 */
#ifndef GATEWAY_TEXT_H
#define GATEWAY_TEXT_H

#include <stdarg.h>
#include <stddef.h>

typedef struct Text
{
	char	   *data;			/* zero-terminated once something is in it */
	size_t		len;
	size_t		room;
} Text;

extern void text_append(Text *text, const char *data, size_t len);
extern void text_puts(Text *text, const char *string);
extern void text_printf(Text *text, const char *format, ...)
			__attribute__((format(printf, 2, 3)));
extern void text_vprintf(Text *text, const char *format, va_list args);

/*
 * Append a string as JSON has it, with its quotes; NULL becomes null.  What is
 * not UTF-8, or was cut off in the middle of a character, is replaced.
 */
extern void text_json(Text *text, const char *string);
extern void text_json_len(Text *text, const char *string, size_t len);
extern void text_free(Text *text);

#endif							/* GATEWAY_TEXT_H */
