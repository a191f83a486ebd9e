/*
 * arena.h
 *		Memory of one request, freed all at once.
 *
 * Invariants: an arena belongs to one thread at a time; what it allocated
 * lives until arena_free().
 */
#ifndef GATEWAY_ARENA_H
#define GATEWAY_ARENA_H

#include <stddef.h>

typedef struct Arena Arena;

extern Arena *arena_new(void);
extern void arena_free(Arena *arena);
extern void *arena_alloc(Arena *arena, size_t size);	/* zeroed */
extern char *arena_copy(Arena *arena, const char *text, size_t len);
extern char *arena_strdup(Arena *arena, const char *text);
extern char *arena_printf(Arena *arena, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

#endif							/* GATEWAY_ARENA_H */
