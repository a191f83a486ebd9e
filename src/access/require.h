/*
 * require.h
 *		The question every gov_* function asks before it does anything.
 *
 * Invariants: gov_require() answers from the permission cache, so a right that
 * was revoked a moment ago no longer counts; a refusal goes through
 * gov_deny(), which leaves a record that outlives the transaction.
 */
#ifndef GOV_REQUIRE_H
#define GOV_REQUIRE_H

#include "access/deny.h"
#include "access/permission.h"
#include "core/compat.h"
#include "core/spi.h"
#include "identity/actor.h"

/* The session's database role; 42501 where it was dropped meanwhile. */
extern char *gov_require_db_role(void);

/* The actor, who is active; or 42501. */
extern GovActor gov_require_actor(void);

/*
 * The actor, who is active and has the permission; or 42501.  The refusal
 * records the resource ("model/risk"); NULL where there is none.
 */
extern GovActor gov_require(GovPermission permission, const char *resource);

/* The same for at least one permission of a mask. */
extern GovActor gov_require_any(uint64 mask, const char *resource);

/*
 * Ask for the right, take a lock in a new SPI connection, and ask again:
 * whoever waited for the lock may have lost the right meanwhile.  Returns the
 * actor.
 */
#define gov_require_locking(permission, resource, lock) \
	gov_require_any_locking(GOV_MASK(permission), (resource), (lock))
#define gov_require_any_locking(mask, resource, lock) \
	((void) gov_require_any((mask), (resource)), gov_spi_begin(), (lock), \
	 gov_require_any((mask), (resource)))

/*
 * The actor, who may ask about the user: every active user may ask about
 * itself; asking about others takes audit:read or user:manage (42501).
 */
extern void gov_require_about(const char *user_id);

/* Has the actor the permission?  false where there is no actor. */
extern bool gov_actor_can(GovPermission permission);

/*
 * Where an organisation demands approval of each grant, this uses up the
 * request or raises MG002.  The registry room, which is above this one, sets
 * it at start.
 */
typedef void (*GovGrantApproval) (const GovActor *actor, const char *role,
								  const char *permission);
extern GovGrantApproval gov_grant_approval;

#endif							/* GOV_REQUIRE_H */
