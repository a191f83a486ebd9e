/*
 * duties.h
 *		Static separation of duties: sets of roles.
 *
 * Invariants: a change of the role graph or of a duty set holds
 * ShareRowExclusiveLock on governance.access_generation; an assignment holds
 * RowExclusiveLock on it and then its user's row, so whoever checks sees all
 * that was decided before.  Checks read the newest committed data and this
 * transaction's own.
 */
#ifndef GOV_DUTIES_H
#define GOV_DUTIES_H

#include "nodes/bitmapset.h"

#include "core/compat.h"
#include "identity/actor.h"
#include "access/permission.h"

/* Locks, to be taken before anything is read for a decision. */
extern void gov_lock_role_graph(void);
extern void gov_lock_assignments(void);

/*
 * After a change: does the user, or anybody who holds the role, now break a
 * set?  If both are NULL, does anybody?  If so, raise MG001 with the names.
 */
extern void gov_duties_check_static(const char *user_id, const char *role);

/*
 * Which sets the user would break with these roles of the graph in addition to
 * the assigned ones, in words, or NULL; and raise MG001 with such words.
 */
extern char *gov_duties_report(const char *user_id, const Bitmapset *roles);
pg_noreturn extern void gov_duties_refuse(const char *user_id,
										  const char *report);

/* Who breaks a set now: a palloc'd List of GovConflict. */
typedef struct GovConflict
{
	const char *user_id;
	const char *sod_set;
	List	   *roles;			/* char *, in name order */
} GovConflict;

extern List *gov_duties_conflicts(void);

/*
 * Raise 55000, with the way round, if inheriting is or would be a cycle.
 */
extern void gov_duties_check_acyclic(const char *role,
									 const char *inherited_role);

/* After a change: is there still an active admin whose right won't expire? */
extern void gov_duties_check_last_admin(void);

#endif							/* GOV_DUTIES_H */
