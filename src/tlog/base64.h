/*
 * base64.h
 *		Base64 of RFC 4648, section 4, in one spelling only.
 */
#ifndef GOV_BASE64_H
#define GOV_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Write at most "room" bytes; *out_len tells how many there are.  False where
 * the text is not base64.
 */
extern bool gov_base64_decode(const char *text, size_t len, uint8_t *out,
							  size_t room, size_t *out_len);

/* The text, zero-terminated; "out" has room for GOV_BASE64_ROOM(len). */
#define GOV_BASE64_ROOM(len) (((len) + 2) / 3 * 4 + 1)
extern void gov_base64_encode(const uint8_t *bytes, size_t len, char *out);

#endif							/* GOV_BASE64_H */
