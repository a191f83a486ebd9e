/*
 * plan.h
 *		Plans of kept statements that are right whatever the tables hold.
 */
#ifndef GOV_PLAN_H
#define GOV_PLAN_H

extern void gov_plan_init(void);

/*
 * Set the text of the statement that is run, NULL for none.  Returns the text
 * before, which is to be set again when the statement has ended or failed.
 */
extern PGDLLEXPORT const char *gov_plan_expect(const char *sql);

#endif							/* GOV_PLAN_H */
