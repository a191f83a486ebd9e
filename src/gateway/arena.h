/*
 * arena.h
 *		Memory of one request, given back all at once; and growing texts.
 *
 * Invariants: an arena belongs to one thread at a time; what it gave out lives
 * until arena_free().  Running out of memory ends the program: the service
 * manager starts it again, and no request is half done.
 */
#ifndef GATEWAY_ARENA_H
#define GATEWAY_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Arena Arena;

extern Arena *arena_new(void);
extern void arena_free(Arena *arena);
extern void *arena_alloc(Arena *arena, size_t size);	/* zeroed */
extern char *arena_copy(Arena *arena, const char *text, size_t len);
extern char *arena_strdup(Arena *arena, const char *text);
extern char *arena_printf(Arena *arena, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

/* malloc and its kin, for what lives longer; they do not return NULL. */
extern void *must_alloc(size_t size);	/* zeroed */
extern char *must_strdup(const char *text);

typedef struct Text
{
	char	   *data;			/* zero-terminated once something is in it */
	size_t		len;
	size_t		room;
} Text;

extern void text_append(Text *text, const char *data, size_t len);
extern void text_puts(Text *text, const char *string);
extern void text_printf(Text *text, const char *format, ...)
			__attribute__((format(printf, 2, 3)));
extern void text_vprintf(Text *text, const char *format, va_list args);

/* Is it well-formed UTF-8 without NUL (RFC 3629)? */
extern bool is_utf8(const char *text, size_t len);

/*
 * As a JSON string with its quotes; NULL is null.  What is no UTF-8, or was
 * cut off in the middle of a character, is replaced.
 */
extern void text_json(Text *text, const char *string);
extern void text_json_len(Text *text, const char *string, size_t len);
extern void text_free(Text *text);

#endif							/* GATEWAY_ARENA_H */
