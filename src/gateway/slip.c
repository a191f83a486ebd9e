/*
 * slip.c
 *		Finds the field that was probably meant by one that does not exist.
 */
#include <string.h>

#include "gateway/slip.h"

#define MAX_FIELD_NAME 64

/* Returns how many insertions, removals and replacements turn a into b. */
static size_t
edits(const char *a, const char *b)
{
	size_t		row[MAX_FIELD_NAME + 1];
	size_t		len = strlen(b);
	size_t		i;
	size_t		j;

	if (len > MAX_FIELD_NAME)
		return len;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++)
	{
		size_t		diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= len; j++)
		{
			size_t		best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[len];
}

static bool
resembles(const char *field, const char *known)
{
	size_t		len = strlen(known);

	return (strlen(field) > 2 && strstr(known, field) != NULL) ||
		strstr(field, known) != NULL ||
		edits(field, known) <= (len > 5 ? 2 : 1);
}

const char *
slip_of(const char *field, const Argument *arguments, int count,
		const char *const *given)
{
	int			i;
	int			j;

	for (i = 0; i < count; i++)
	{
		if (arguments[i].place == IN_PATH || (given && given[i] != NULL))
			continue;
		for (j = 0; j < arguments[i].nfields; j++)
		{
			if (resembles(field, arguments[i].fields[j]))
				return arguments[i].fields[j];
		}
	}
	return NULL;
}
