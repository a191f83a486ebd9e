/*
 * key_file.h
 *		A private key in a file that only the server reads.
 */
#ifndef GOV_KEY_FILE_H
#define GOV_KEY_FILE_H

#include "tlog/note.h"

typedef struct GovKeyFile
{
	char	  **path;			/* the setting's value */
	const char *setting;
	const char *signs;			/* what it signs, for messages */
} GovKeyFile;

extern bool gov_key_file_is_set(const GovKeyFile *file);

/*
 * Read the key, which must be freed before anything can raise an error; 55000
 * where the file has none, or others could have read it.
 */
extern struct evp_pkey_st *gov_key_file_read(const GovKeyFile *file);

#endif							/* GOV_KEY_FILE_H */
