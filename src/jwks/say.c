/*
 * say.c
 *		Messages of governance-jwks: lines to standard error.
 */
#include <stdarg.h>
#include <stdio.h>

#include "jwks/jwks.h"

void
say(const char *issuer, const char *format, ...)
{
	char		line[WHY_LEN + 256];
	va_list		args;
	char	   *c;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);

	/* Text of others must not look like lines of ours. */
	for (c = line; *c != '\0'; c++)
	{
		if ((unsigned char) *c < ' ' || *c == 0x7f)
			*c = ' ';
	}
	fprintf(stderr, "governance-jwks: %s%s%s\n", issuer ? issuer : "",
			issuer ? ": " : "", line);
}
