/*
 * file.c
 *		Reading files that the configuration names.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/file.h"
#include "gateway/memory.h"
#include "gateway/text.h"

#define FILE_MAX (1024 * 1024)

static const char *
exposed(const struct stat *st)
{
	mode_t		others = st->st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO :
		S_IRWXG | S_IRWXO;

	if (!S_ISREG(st->st_mode))
		return "is no regular file";
	if ((st->st_mode & others) != 0)
		return "is open to its group or to others: it must have mode 0600, or 0640 where root owns it";
	return NULL;
}

char *
file_read(const char *path, bool secret, Text *problems)
{
	FILE	   *file = fopen(path, "r");
	struct stat st;
	const char *why = NULL;
	char	   *text = NULL;

	/* check the open file: the name may lead to another one by now */
	if (file == NULL || fstat(fileno(file), &st) != 0)
		text_printf(problems, "\"%s\" cannot be read: %s\n", path,
					strerror(errno));
	else if (secret && (why = exposed(&st)) != NULL)
		text_printf(problems, "\"%s\" %s\n", path, why);
	else
	{
		text = must_alloc(FILE_MAX + 1);
		text[fread(text, 1, FILE_MAX, file)] = '\0';
	}
	if (file != NULL)
		fclose(file);
	return text;
}

void
file_forget(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}
