/*
 * insert.h
 *		Rows that are written often, without a statement for each.
 *
 * gov_insert() does what its statement would do: triggers of the row, CHECKs,
 * foreign keys and indexes have their say, in the same words, and the row can
 * be read at once.  What the executor needs for that is made once and kept
 * until the table, or any function, is altered.
 *
 * Where only a statement will do (the table has rules, triggers for statements
 * or columns that are not listed and have defaults; or is not as we made it),
 * the statement runs.
 *
 * No right is asked for: the caller has decided, and writes as the owner.
 */
#ifndef GOV_INSERT_H
#define GOV_INSERT_H

#include "core/relations.h"
#include "core/spi.h"

typedef struct GovInsert
{
	GovRelation table;
	const char *columns;		/* as the statement lists them, with spaces */
	GovStatement *statement;	/* a parameter for each, in their order */
	struct GovInsertState *kept;	/* insert.c's; NULL until first use */
} GovInsert;

extern void gov_insert_init(void);
extern void gov_insert(GovInsert *insert, const GovParam *params,
					   int nparams);

#endif							/* GOV_INSERT_H */
