/*
 * base64.c
 *		Base64 of RFC 4648, section 4.
 *
 * OpenSSL's decoder is not used, because it skips white space and accepts
 * extra bits at the end.
 */
#include <openssl/evp.h>

#include "tlog/base64.h"

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/*
 * gov_base64_decode
 *		Decode; padding is required, and unused bits must be zero.
 */
bool
gov_base64_decode(const char *text, size_t len, uint8_t *out, size_t room,
				  size_t *out_len)
{
	size_t		digits = len;
	size_t		n = 0;
	uint32_t	bits = 0;
	size_t		i;

	if (len % 4 != 0)
		return false;
	while (digits > 0 && len - digits < 2 && text[digits - 1] == '=')
		digits--;
	for (i = 0; i < digits; i++)
	{
		int			value = base64_value(text[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t) value;
		if (i % 4 == 0)
			continue;
		/* the second, third and fourth digit each complete a byte */
		if (n < room)
			out[n] = (uint8_t) (bits >> (6 - 2 * (i % 4)));
		n++;
	}
	if ((digits % 4 == 2 && (bits & 0xf) != 0) ||
		(digits % 4 == 3 && (bits & 0x3) != 0))
		return false;
	*out_len = n;
	return true;
}

void
gov_base64_encode(const uint8_t *bytes, size_t len, char *out)
{
	(void) EVP_EncodeBlock((unsigned char *) out, bytes, (int) len);
}
