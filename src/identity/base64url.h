/*
 * base64url.h
 *		Base64 of RFC 4648, section 5, without padding.
 */
#ifndef GOV_BASE64URL_H
#define GOV_BASE64URL_H

#include "tlog/base64.h"

/* The text, zero-terminated; "out" has room for GOV_BASE64_ROOM(len). */
extern void gov_base64url_encode(const uint8_t *bytes, int len, char *out);

/*
 * The number of bytes that the text stands for, at most "len", or -1 where it
 * is not base64url in its one spelling.
 */
extern int	gov_base64url_decode(const char *text, int len, uint8_t *out);

#endif							/* GOV_BASE64URL_H */
