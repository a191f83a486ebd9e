/*
 * utf8.c
 *		Well-formed UTF-8 without NUL (RFC 3629).
 */
#include "gateway/utf8.h"

size_t
utf8_length(const char *text, size_t left)
{
	const unsigned char *c = (const unsigned char *) text;
	size_t		len;
	unsigned int code;
	size_t		i;

	if (*c < 0x80)
		return *c != 0;
	len = (*c & 0xe0) == 0xc0 ? 2 : (*c & 0xf0) == 0xe0 ? 3 :
		(*c & 0xf8) == 0xf0 ? 4 : 0;
	if (len == 0 || len > left)
		return 0;
	code = *c & (0x7f >> len);
	for (i = 1; i < len; i++)
	{
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		code = (code << 6) | (c[i] & 0x3f);
	}
	if (code < (len == 2 ? 0x80u : len == 3 ? 0x800u : 0x10000u) ||
		code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return len;
}

bool
is_utf8(const char *text, size_t len)
{
	size_t		at = 0;

	while (at < len)
	{
		size_t		one = utf8_length(text + at, len - at);

		if (one == 0)
			return false;
		at += one;
	}
	return true;
}
