/*
 * convey.h
 *		Nobody conveys what they do not hold.
 *
 * Invariants: whoever gives somebody more rights (by a role, by what it
 * inherits or permits, by a token, by a database role, by reactivation) holds
 * all that is conveyed, and not only by a loan.  That is every permission, and
 * every role that an approval policy names: such a role is power even without
 * a permission.
 */
#ifndef GOV_CONVEY_H
#define GOV_CONVEY_H

#include "access/permission_cache.h"
#include "identity/actor.h"

typedef struct GovConveyed
{
	uint64		mask;			/* permissions */
	List	   *powers;			/* char *: roles that approval policies name */
} GovConveyed;

/* What these roles of the graph give, with all that they inherit. */
extern GovConveyed gov_conveyed_roles(const GovRoleGraph *graph,
									  const Bitmapset *roles);

/* The same of one role, which must exist (42704). */
extern GovConveyed gov_conveyed_role(const char *role);

/*
 * What the user's assignments give, or would give if the user were active.
 */
extern GovConveyed gov_conveyed_user(const char *user_id);

/*
 * Raise 42501 unless the actor may convey it to that user (NULL: to nobody
 * yet, or to many) until that time (DT_NOBEGIN: no time is conveyed).
 */
extern void gov_require_conveyable(const GovActor *actor,
								   const GovConveyed *conveyed,
								   const char *to_user, TimestampTz until,
								   const char *resource);

/* Might that user convey it to others now? */
extern bool gov_may_convey(const char *user_id, const GovConveyed *conveyed);

/* Does an active user hold the role now, in any way? */
extern bool gov_role_is_held(const char *role);

/*
 * Give a NOTICE for each approval policy that is on and whose role nobody
 * holds any more; only these roles (places in the graph) are looked at.
 */
extern void gov_tell_unheld(const Bitmapset *roles);

#endif							/* GOV_CONVEY_H */
