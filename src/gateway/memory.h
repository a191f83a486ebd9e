/*
 * memory.h
 *		Memory that there is, or the end of the program.
 *
 * Running out of memory ends the program: the service manager starts it again,
 * and no request is half done.
 */
#ifndef GATEWAY_MEMORY_H
#define GATEWAY_MEMORY_H

#include <stddef.h>

/* As malloc() and its kin, but they do not return NULL. */
extern void *must_alloc(size_t size);	/* zeroed */
extern void *must_resize(void *memory, size_t size);
extern char *must_strdup(const char *text);

#endif							/* GATEWAY_MEMORY_H */
