/*
 * base64url.c
 *		Base64 of RFC 4648, section 5, without padding.
 */
#include "postgres.h"

#include <openssl/evp.h>

#include "identity/base64url.h"

void
gov_base64url_encode(const uint8 *bytes, int len, char *out)
{
	int			n = EVP_EncodeBlock((unsigned char *) out, bytes, len);

	while (n > 0 && out[n - 1] == '=')
		out[--n] = '\0';
	for (; *out != '\0'; out++)
		*out = *out == '+' ? '-' : *out == '/' ? '_' : *out;
}

int
gov_base64url_decode(const char *text, int len, uint8 *out)
{
	uint32		bits = 0;
	int			held = 0;
	int			n = 0;
	int			i;

	if (len % 4 == 1)
		return -1;
	for (i = 0; i < len; i++)
	{
		char		c = text[i];
		int			digit;

		if (c >= 'A' && c <= 'Z')
			digit = c - 'A';
		else if (c >= 'a' && c <= 'z')
			digit = c - 'a' + 26;
		else if (c >= '0' && c <= '9')
			digit = c - '0' + 52;
		else if (c == '-')
			digit = 62;
		else if (c == '_')
			digit = 63;
		else
			return -1;
		bits = (bits << 6) | digit;
		held += 6;
		if (held >= 8)
		{
			held -= 8;
			out[n++] = (bits >> held) & 0xff;
		}
	}

	/* One text for one value: what is left over must be nothing. */
	if ((bits & ((1U << held) - 1)) != 0)
		return -1;
	return n;
}
