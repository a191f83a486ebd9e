/*
 * memory.h
 *		Allocation that ends the program where there is no memory.
 *
 * Running out of memory ends the program: the service manager starts it again,
 * and every request is one transaction.
 */
#ifndef GATEWAY_MEMORY_H
#define GATEWAY_MEMORY_H

#include <stddef.h>

/* As malloc() and the like, but they never return NULL. */
extern void *must_alloc(size_t size);	/* zeroed */
extern void *must_resize(void *memory, size_t size);
extern char *must_strdup(const char *text);

#endif							/* GATEWAY_MEMORY_H */
