/*
 * filter_fuzz.c
 *		Any text as a filter: refused in words, or comparisons whose keys and
 *		values lie in the buffer; input "m..." is of models, others are of
 *		versions.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry/filter.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* A text that ends in the buffer; returns what is behind it. */
static const char *
must_be_text(const char *text, const char *buffer, size_t size)
{
	must(text >= buffer && text < buffer + size);
	must(memchr(text, '\0', buffer + size - text) != NULL);
	return text + strlen(text) + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool		versions = size == 0 || data[0] != 'm';
	size_t		len = size > 0 ? size - 1 : 0;
	char	   *text = malloc(len + 1); /* nothing lies behind it */
	char	   *buffer = malloc(GOV_FILTER_BUFFER(len));
	GovFilter  *filter = malloc(sizeof(GovFilter));
	int			i;
	int			j;

	memcpy(text, data + (size > 0), len);
	text[len] = '\0';
	len = strlen(text);
	if (gov_filter_parse(text, versions, buffer, filter))
	{
		must(filter->nterms >= 0 && filter->nterms <= GOV_FILTER_TERMS);
		for (i = 0; i < filter->nterms; i++)
		{
			const GovFilterTerm *term = &filter->terms[i];
			const char *value = term->values;

			must(term->nvalues >= 1 && term->nvalues <= GOV_FILTER_VALUES);
			must_be_text(term->key, buffer, GOV_FILTER_BUFFER(len));
			for (j = 0; j < term->nvalues; j++)
				value = must_be_text(value, buffer, GOV_FILTER_BUFFER(len));
		}
	}
	else
		must(filter->error[0] != '\0' &&
			 memchr(filter->error, '\0', GOV_FILTER_ERROR) != NULL);
	free(filter);
	free(buffer);
	free(text);
	return 0;
}
