/*
 * arena.c
 *		Memory of one request, freed all at once.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/arena.h"
#include "gateway/memory.h"
#include "gateway/text.h"

#define CHUNK 8192
#define ALIGN(n) (((n) + 15) & ~(size_t) 15)

typedef struct Chunk
{
	struct Chunk *next;
	size_t		used;
	size_t		room;
} Chunk;

struct Arena
{
	Chunk	   *chunks;
};

Arena *
arena_new(void)
{
	return must_alloc(sizeof(Arena));
}

void
arena_free(Arena *arena)
{
	Chunk	   *chunk;

	if (arena == NULL)
		return;
	while ((chunk = arena->chunks) != NULL)
	{
		arena->chunks = chunk->next;
		free(chunk);
	}
	free(arena);
}

void *
arena_alloc(Arena *arena, size_t size)
{
	Chunk	   *chunk = arena->chunks;
	void	   *memory;

	size = ALIGN(size);
	if (chunk == NULL || chunk->room - chunk->used < size)
	{
		size_t		room = size > CHUNK ? size : CHUNK;

		chunk = must_resize(NULL, ALIGN(sizeof(Chunk)) + room);
		chunk->used = 0;
		chunk->room = room;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	memory = (char *) chunk + ALIGN(sizeof(Chunk)) + chunk->used;
	chunk->used += size;
	memset(memory, 0, size);
	return memory;
}

char *
arena_copy(Arena *arena, const char *text, size_t len)
{
	char	   *copy = arena_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *
arena_strdup(Arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text));
}

char *
arena_printf(Arena *arena, const char *format, ...)
{
	Text		text = {0};
	va_list		args;
	char	   *copy;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	copy = arena_copy(arena, text.data ? text.data : "", text.len);
	text_free(&text);
	return copy;
}
