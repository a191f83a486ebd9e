/*
 * search.h
 *		Models and versions by a filter, in an order, page by page.
 */
#ifndef GOV_SEARCH_H
#define GOV_SEARCH_H

#include "lib/stringinfo.h"

#define GOV_SEARCH_MAX 10000	/* rows of a page */

/* A tag that makes a model a prompt, with the value "true". */
#define GOV_PROMPT_TAG "mlflow.prompt.is_prompt"

/*
 * The last moment at which a model m was changed, or one of its versions was
 * made, moved or deleted.
 */
#define GOV_MODEL_MOVED_AT \
	"(SELECT greatest(m.last_updated_at, (SELECT max(greatest(x.created_at," \
	" x.deleted_at, CASE x.status WHEN 'deprecated'" \
	" THEN x.last_updated_at END)) FROM governance.model_versions AS x" \
	" WHERE x.model_id = m.model_id)," \
	" (SELECT max(greatest(d.deployed_at, d.ended_at))" \
	" FROM governance.deployment_history AS d" \
	" WHERE d.model_id = m.model_id)))"

/* The version v as a number, NULL where it is not one. */
#define GOV_VERSION_NUMBER "governance.version_number(v.version)"

typedef struct GovSearch
{
	bool		versions;		/* of models m, else models m alone */
	bool		hides_prompts;	/* unless the filter asks for them */
	const char *row;			/* SQL of a row or of a text that is JSON */
	const char *list;			/* what the members of the answer are called */
	const char *next;
	bool		is_of_mlflow;	/* its form: no empty members */
	const char *filter;
	const char **order_by;
	int			norder;
	int			limit;			/* at most that many rows, and about 8 MB */
	const char *page;			/* the value of "next" before, or "" */
} GovSearch;

/* Append the answer, an object; 22023 where the question makes no sense. */
extern void gov_search_run(const GovSearch *search, StringInfo out);

#endif							/* GOV_SEARCH_H */
