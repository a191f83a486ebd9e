/*
 * filter.h
 *		The filters of MLflow's clients, such as "name LIKE 'a%' AND tags.k =
 *		'v'".
 *
 * It knows nothing of the server, and its results are in a buffer that the
 * caller gives.
 */
#ifndef GOV_FILTER_H
#define GOV_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#define GOV_FILTER_TERMS 32
#define GOV_FILTER_VALUES 1000	/* of a list */
#define GOV_FILTER_ERROR 320

typedef enum GovFilterOp
{
	GOV_FILTER_EQ,
	GOV_FILTER_NE,
	GOV_FILTER_LIKE,
	GOV_FILTER_ILIKE,
	GOV_FILTER_IN,
	GOV_FILTER_LT,
	GOV_FILTER_LE,
	GOV_FILTER_GT,
	GOV_FILTER_GE
} GovFilterOp;

typedef struct GovFilterTerm
{
	bool		is_tag;
	const char *key;
	GovFilterOp op;
	int			nvalues;
	const char *values;			/* one after the other, each ends with a NUL */
} GovFilterTerm;

typedef struct GovFilter
{
	int			nterms;
	GovFilterTerm terms[GOV_FILTER_TERMS];
	char		error[GOV_FILTER_ERROR];
} GovFilter;

/* The size of the buffer for a text of that length. */
#define GOV_FILTER_BUFFER(len) ((len) + 2)

/*
 * Read a filter for models, or for versions; false, and "error", where it is
 * not one.
 */
extern bool gov_filter_parse(const char *text, bool versions, char *buffer,
							 GovFilter *filter);

#endif							/* GOV_FILTER_H */
