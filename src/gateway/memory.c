/*
 * memory.c
 *		Allocation that ends the program where there is no memory.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/memory.h"

_Noreturn static void
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

void *
must_resize(void *memory, size_t size)
{
	void	   *resized = size > SIZE_MAX / 2 ? NULL : realloc(memory, size);

	if (resized == NULL)
		out_of_memory();
	return resized;
}
