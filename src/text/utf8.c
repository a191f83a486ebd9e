/*
 * utf8.c
 *		UTF-8 as in RFC 3629: only the shortest form, no surrogates.
 */
#include "text/utf8.h"

size_t
gov_utf8_next(const char *text, size_t len, uint32_t *character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t *bytes = (const uint8_t *) text;
	size_t		n;
	size_t		i;

	*character = bytes[0];
	if (bytes[0] < 0x80)
		return 1;
	n = (bytes[0] & 0xe0) == 0xc0 ? 2 : (bytes[0] & 0xf0) == 0xe0 ? 3 :
		(bytes[0] & 0xf8) == 0xf0 ? 4 : 0;
	if (n == 0 || n > len)
		return 0;
	*character &= 0x7f >> n;
	for (i = 1; i < n; i++)
	{
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (bytes[i] & 0x3f);
	}
	if (*character < least[n] || *character > 0x10ffff ||
		(*character >= 0xd800 && *character <= 0xdfff))
		return 0;
	return n;
}

size_t
gov_utf8_span(const char *text, size_t len)
{
	uint32_t	character;
	size_t		at = 0;
	size_t		n;

	while (at < len && text[at] != '\0' &&
		   (n = gov_utf8_next(text + at, len - at, &character)) > 0)
		at += n;
	return at;
}
