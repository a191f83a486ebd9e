/*
 * permission_cache.h
 *		What each user may do, from a cache in this backend.
 *
 * Invariants: an answer is right as of the newest commit this backend can
 * know of, whatever the isolation level, in parallel workers and on a hot
 * standby; it uses no SPI.  Role closure is folded into a mask per user.  An
 * entry is rebuilt at the first look-up after its nearest expiry or after any
 * change to the access tables.  Pointers returned are valid until the next
 * call that may look up.
 */
#ifndef GOV_PERMISSION_CACHE_H
#define GOV_PERMISSION_CACHE_H

#include "utils/array.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

#include "access/permission.h"

typedef struct GovRole
{
	const char *name;
	uint64		direct;			/* permissions granted to it */
	uint64		mask;			/* those and the inherited ones */
	Bitmapset  *inherits;		/* direct parents, by index */
	Bitmapset  *closure;		/* itself and all it inherits, by index */
} GovRole;

typedef struct GovRoleGraph
{
	int			count;
	GovRole    *roles;			/* in name order */
} GovRoleGraph;

/* The permissions of an active user; false where there is no such user. */
extern bool gov_user_mask(const char *user_id, int len, uint64 *mask);

/* The same without those that are only lent to the user. */
extern bool gov_user_own_mask(const char *user_id, uint64 *mask);

/* The role graph as committed now; it is valid until the next look-up. */
extern const GovRoleGraph *gov_role_graph(void);
extern int	gov_role_index(const GovRoleGraph *graph, const char *role);

/* The roles (indexes) with the permission; NULL for none. */
extern Bitmapset *gov_roles_granting(const GovRoleGraph *graph,
									 GovPermission permission);

/* The role itself, which must exist, and all roles that inherit it. */
extern Bitmapset *gov_role_heirs(const GovRoleGraph *graph, const char *role);

/* One assignment of a user that counts now. */
typedef struct GovAssignment
{
	int			role;			/* index in the graph */
	TimestampTz expires_at;		/* DT_NOEND: none */
	char	   *lender;			/* delegated by; NULL: the user's own */
	const ArrayType *lent_by;	/* everybody behind the lending, by name */
	TimestampTz assigned_at;
	char	   *assigned_by;	/* NULL: not known */
} GovAssignment;

/*
 * The assignments of a user that count now: they have not expired, and for a
 * loan the lender holds the role.  A palloc'd List.
 */
extern List *gov_user_assignments(const GovRoleGraph *graph,
								  const char *user_id);

/*
 * Every role that these assignments give, by index, with all inherited ones.
 */
extern Bitmapset *gov_assigned_roles(const GovRoleGraph *graph,
									 List *assignments);

/*
 * Every user who is assigned one of these roles (NULL: any role), once each
 * and in order; expired assignments count, too.  A List of char *.
 */
extern List *gov_users_with_roles(const GovRoleGraph *graph,
								  const Bitmapset *roles);

/* Every unexpired assignment, even where its lender lost the role. */
extern List *gov_user_assignment_rows(const GovRoleGraph *graph,
									  const char *user_id);

/*
 * Does an active user hold the role by an assignment of its own, directly or
 * inherited, and until when (DT_NOEND: for good)?  What is lent to somebody
 * is not theirs to lend on.
 */
extern bool gov_user_owns_role(const GovRoleGraph *graph, const char *user_id,
							   int role, TimestampTz *until);

#endif							/* GOV_PERMISSION_CACHE_H */
