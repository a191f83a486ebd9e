/*
 * utf8.h
 *		Well-formed UTF-8 without NUL (RFC 3629).
 */
#ifndef GATEWAY_UTF8_H
#define GATEWAY_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Returns the length of the character that begins there, or 0 if none does. */
extern size_t utf8_length(const char *text, size_t left);

/* Returns whether all of the text is such characters. */
extern bool is_utf8(const char *text, size_t len);

#endif							/* GATEWAY_UTF8_H */
