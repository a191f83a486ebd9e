/*
 * arena.c
 *		Memory of one request, given back all at once; and growing texts.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/arena.h"

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

static void
out_of_memory(void)
{
	fputs("{\"level\":\"fatal\",\"message\":\"out of memory\"}\n", stderr);
	abort();
}

void *
must_alloc(size_t size)
{
	void	   *memory = calloc(1, size);

	if (memory == NULL)
		out_of_memory();
	return memory;
}

char *
must_strdup(const char *text)
{
	char	   *copy = strdup(text);

	if (copy == NULL)
		out_of_memory();
	return copy;
}

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

	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = ALIGN(size);
	if (chunk == NULL || chunk->room - chunk->used < size)
	{
		size_t		room = size > CHUNK ? size : CHUNK;

		chunk = malloc(ALIGN(sizeof(Chunk)) + room);
		if (chunk == NULL)
			out_of_memory();
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

static void
text_make_room(Text *text, size_t more)
{
	size_t		room = text->room ? text->room : 256;

	if (more > SIZE_MAX / 4 - text->len)
		out_of_memory();
	while (room < text->len + more + 1)
		room *= 2;
	if (room != text->room)
	{
		text->data = realloc(text->data, room);
		if (text->data == NULL)
			out_of_memory();
		text->room = room;
	}
}

void
text_append(Text *text, const char *data, size_t len)
{
	text_make_room(text, len);
	memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void
text_puts(Text *text, const char *string)
{
	text_append(text, string, strlen(string));
}

void
text_vprintf(Text *text, const char *format, va_list args)
{
	va_list		again;
	int			len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, args);
	if (len >= 0)
	{
		text_make_room(text, len);
		vsnprintf(text->data + text->len, (size_t) len + 1, format, again);
		text->len += len;
	}
	va_end(again);
}

void
text_printf(Text *text, const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	text_vprintf(text, format, args);
	va_end(args);
}

/* The length of the character that begins there; 0: none well-formed does. */
static size_t
utf8_length(const unsigned char *c, size_t left)
{
	size_t		len;
	unsigned int code;
	size_t		i;

	if (*c < 0x80)
		return *c != 0;
	len = (*c & 0xe0) == 0xc0 ? 2 : (*c & 0xf0) == 0xe0 ? 3 :
		(*c & 0xf8) == 0xf0 ? 4 : 0;
	if (len == 0 || len > left)
		return 0;
	code = *c & (0x7f >> len);
	for (i = 1; i < len; i++)
	{
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		code = (code << 6) | (c[i] & 0x3f);
	}
	if (code < (len == 2 ? 0x80u : len == 3 ? 0x800u : 0x10000u) ||
		code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return len;
}

bool
is_utf8(const char *text, size_t len)
{
	size_t		at = 0;

	while (at < len)
	{
		size_t		one = utf8_length((const unsigned char *) text + at,
									  len - at);

		if (one == 0)
			return false;
		at += one;
	}
	return true;
}

void
text_json_len(Text *text, const char *string, size_t len)
{
	size_t		i = 0;

	text_append(text, "\"", 1);
	while (i < len)
	{
		unsigned char c = string[i];
		size_t		one = utf8_length((const unsigned char *) string + i,
									  len - i);

		if (c == '"' || c == '\\')
			text_printf(text, "\\%c", c);
		else if (c == '\n')
			text_puts(text, "\\n");
		else if (c < 0x20 || c == 0x7f)
			text_printf(text, "\\u%04x", c);
		else if (one == 0)
			text_puts(text, "\\ufffd");
		else
			text_append(text, string + i, one);
		i += one > 0 ? one : 1;
	}
	text_append(text, "\"", 1);
}

void
text_json(Text *text, const char *string)
{
	if (string == NULL)
		text_puts(text, "null");
	else
		text_json_len(text, string, strlen(string));
}

void
text_free(Text *text)
{
	free(text->data);
	memset(text, 0, sizeof(*text));
}
