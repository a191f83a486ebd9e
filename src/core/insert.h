/*
 * insert.h
 *		Rows that are written often, without a statement for each.
 *
 * gov_insert() and gov_update() do what their statement would do: triggers of
 * the row, CHECKs, foreign keys and indexes have their say, in the same words,
 * and the row can be read at once.  What the executor needs for that is made
 * once and kept until the table, or any function, is altered.
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
	GovRelation key;			/* of an update: the index of its key, and */
	int			nkeys;			/* how many columns, the first, are in it */
	bool		unless_taken;	/* ON CONFLICT DO NOTHING, RETURNING no row */
	struct GovInsertState *kept;	/* insert.c's; NULL until used */
} GovInsert;

extern void gov_insert_init(void);
extern void gov_insert(GovInsert *insert, const GovParam *params,
					   int nparams);

/*
 * The same, and the row as the table has it now, in the memory of whoever
 * called gov_spi_begin(); the statement ends in RETURNING t.
 */
extern Datum gov_insert_returning(GovInsert *insert, const GovParam *params,
								  int nparams);

/* The same where unless_taken is set; false where a key was taken. */
extern bool gov_insert_unless_taken(GovInsert *insert, const GovParam *params,
									int nparams);

/*
 * Give the row of that key, whose columns are text, other values: it is there,
 * and this transaction has locked it.
 */
extern Datum gov_update(GovInsert *update, const GovParam *params,
						int nparams);

/* The row of that key as it is, in the same memory; it is there. */
extern Datum gov_read(const GovInsert *update, const GovParam *params);

#endif							/* GOV_INSERT_H */
