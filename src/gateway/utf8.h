/*
 * utf8.h
 *		Well-formed UTF-8 without NUL (RFC 3629).
 */
#ifndef GATEWAY_UTF8_H
#define GATEWAY_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the character that begins there; 0 where none does. */
extern size_t utf8_length(const char *text, size_t left);

/* Is all of the text such characters? */
extern bool is_utf8(const char *text, size_t len);

#endif							/* GATEWAY_UTF8_H */
