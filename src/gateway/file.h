/*
 * file.h
 *		Files that the configuration names.
 */
#ifndef GATEWAY_FILE_H
#define GATEWAY_FILE_H

#include <stdbool.h>

#include "gateway/text.h"

/*
 * What is in a file, zero-terminated, to be given back by file_forget();
 * NULL, and a line more in "problems", where it cannot be read.  One with a
 * secret must be a regular file that only its owner can read, or root's with
 * the right to read for its group: as libpq demands it of keys.
 */
extern char *file_read(const char *path, bool secret, Text *problems);

/* Nothing of it stays in memory. */
extern void file_forget(char *text);

#endif							/* GATEWAY_FILE_H */
