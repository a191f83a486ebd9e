/*
 * restoring.h
 *		Is the database between gov_pre_restore() and gov_post_restore()?
 *
 * It is while the catalogs hold governance.restoring = on for the database. It
 * is a setting of the database, so that every session of pg_restore has it,
 * and nobody can give it to a session of their own.  Meanwhile the guards let
 * a superuser's rows pass as they are, and no gov_* function works that asks
 * who is acting.
 */
#ifndef GOV_RESTORING_H
#define GOV_RESTORING_H

extern bool gov_is_restoring(void);

/* May a row pass unguarded now?  Only where a superuser restores. */
extern bool gov_restoring_lets_pass(void);

/* Raise 55000 while it is. */
extern void gov_refuse_restoring(void);

#endif							/* GOV_RESTORING_H */
