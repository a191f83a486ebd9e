/*
 * file.h
 *		Reading files that the configuration names.
 */
#ifndef GATEWAY_FILE_H
#define GATEWAY_FILE_H

#include <stdbool.h>

#include "gateway/text.h"

/*
 * Returns the content of a file, zero-terminated, for file_forget(); or NULL,
 * with a line more in "problems", if it cannot be read.  A file with a secret
 * must be a regular one that only its owner can read, or one of root's that
 * its group can read too: libpq asks the same of keys.
 */
extern char *file_read(const char *path, bool secret, Text *problems);

/* Free a text, overwriting it first. */
extern void file_forget(char *text);

#endif							/* GATEWAY_FILE_H */
