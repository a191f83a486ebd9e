/*
 * group_role.h
 *		Roles that a signed token gives by the groups that it names.
 *
 * Invariants: the actor has them in the token's own transaction, and only
 * while it acts for nobody else; one counts while whoever mapped its group
 * could still map it, and gives that person nothing; what they permit can be
 * neither conveyed nor lent; where they and the user's assignments together
 * would break a duty set, none of them counts.
 */
#ifndef GOV_GROUP_ROLE_H
#define GOV_GROUP_ROLE_H

#include "access/permission_cache.h"
#include "identity/actor.h"

/* A mapping as it stands in governance.group_roles. */
typedef struct GovGroupRole
{
	char	   *issuer;
	char	   *group;
	char	   *role;
	char	   *mapped_by;		/* NULL: not known */
	TimestampTz mapped_at;
} GovGroupRole;

/* The mask of permissions that they give the actor now. */
extern uint64 gov_group_mask(const GovActor *actor);

/* The mappings that count for the actor now, a List of GovGroupRole. */
extern List *gov_group_roles(const GovActor *actor);

/* The first of them that gives one of these roles (indexes), or NULL. */
extern const GovGroupRole *gov_group_role_of(const GovActor *actor,
											 const Bitmapset *roles);

/* Every mapping that counts, whoever is in the group. */
extern List *gov_group_roles_all(void);

/* Raise MG001 where the groups of the actor's token would break a duty set. */
extern void gov_group_roles_admit(const GovActor *actor);

/* "group "g" of issuer "i"" */
extern char *gov_group_name(const GovGroupRole *mapping);

#endif							/* GOV_GROUP_ROLE_H */
