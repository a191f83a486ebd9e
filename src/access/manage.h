/*
 * manage.h
 *		What the writers of users, roles and assignments share.
 *
 * Invariants: a writer takes the access lock (duties.h), then a user's row,
 * then reads what it decides on.  A wait for the lock may have taken the
 * actor's right away, so the right is asked for before and after it.  What a
 * role graph's mask gives is copied before the next look-up.
 */
#ifndef GOV_MANAGE_H
#define GOV_MANAGE_H

#include "access/convey.h"
#include "access/permission_cache.h"
#include "access/require.h"

/* Lock a user's row; 42704 where there is none.  Returns is_active. */
extern bool gov_user_lock(const char *user_id);

/* 42704 where there is no such user, 55000 unless active. */
extern void gov_user_require_active(const char *user_id);

/* 55000 unless active. */
extern void gov_user_must_be_active(const char *user_id, bool is_active);

/*
 * Revoke the API tokens of a user whose row is locked, so that those of a
 * former life open nothing later.
 */
extern void gov_tokens_revoke_all(const char *user_id, const char *actor);

/* The role's index; 42704 where there is no such role. */
extern int	gov_role_must_exist(const GovRoleGraph *graph, const char *role);

/* Is it the role "admin", or one that inherits it? */
extern bool gov_role_is_admin(const GovRoleGraph *graph, int role);

#endif							/* GOV_MANAGE_H */
