/*
 * utf8.h
 *		UTF-8 as in RFC 3629: only the shortest form, no surrogates.
 */
#ifndef GOV_TEXT_UTF8_H
#define GOV_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Returns the length of the first character of a text of at least a byte, and
 * the character; or 0 if it is not one.
 */
extern size_t gov_utf8_next(const char *text, size_t len, uint32_t *character);

/*
 * Returns the length of the longest valid beginning of a text, without a NUL.
 */
extern size_t gov_utf8_span(const char *text, size_t len);

#endif							/* GOV_TEXT_UTF8_H */
