/*
 * base64url.c
 *		Base64 of RFC 4648, section 5, without padding.
 */
#include <string.h>

#include "identity/base64url.h"

void
gov_base64url_encode(const uint8_t *bytes, int len, char *out)
{
	gov_base64_encode(bytes, len, out);
	out[strcspn(out, "=")] = '\0';
	for (; *out != '\0'; out++)
		*out = *out == '+' ? '-' : *out == '/' ? '_' : *out;
}

int
gov_base64url_decode(const char *text, int len, uint8_t *out)
{
	int			done = 0;
	int			i;
	int			j;

	for (i = 0; i < len; i += 4)
	{
		char		four[] = "====";
		size_t		n;

		for (j = 0; j < 4 && i + j < len; j++)
		{
			char		c = text[i + j];

			if (c == '+' || c == '/' || c == '=')
				return -1;
			four[j] = c == '-' ? '+' : c == '_' ? '/' : c;
		}
		if (!gov_base64_decode(four, 4, out + done, 3, &n))
			return -1;
		done += (int) n;
	}
	return done;
}
