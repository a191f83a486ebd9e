/*
 * base64url.c
 *		Base64 of RFC 4648, section 5, without padding.
 */
#include "postgres.h"

#include "identity/base64url.h"

void
gov_base64url_encode(const uint8 *bytes, int len, char *out)
{
	gov_base64_encode(bytes, len, out);
	out[strcspn(out, "=")] = '\0';
	for (; *out != '\0'; out++)
		*out = *out == '+' ? '-' : *out == '/' ? '_' : *out;
}

int
gov_base64url_decode(const char *text, int len, uint8 *out)
{
	int			padded = (len + 3) / 4 * 4;
	char	   *base64 = palloc(padded);
	size_t		n = 0;
	bool		good = true;
	int			i;

	for (i = 0; i < len; i++)
	{
		good = good && strchr("+/=", text[i]) == NULL;
		base64[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	}
	memset(base64 + len, '=', padded - len);
	good = good && gov_base64_decode(base64, padded, out, len, &n);

	/* it may be a secret */
	explicit_bzero(base64, padded);
	pfree(base64);
	return good ? (int) n : -1;
}
