/*
 * act.h
 *		Who stands behind an act, and whether two acts are one person's.
 *
 * An act is what duties ask about: registering, submitting, voting, deploying,
 * owning, requesting or making a token.  It is stored with two sets of names,
 * which are made at that moment and never changed:
 *
 * principals	who did it: the user, whoever lent the right that was used,
 *				their database roles, and the login, unless it stands for many
 * backers		who may have had it done: the user of the login, who made the
 *				token, and a login through which only tokens act
 *
 * Where the server authenticated a person (identity/authn.h) who is linked to
 * a user, that identity is the principal, and the database role and its user
 * are backers: people who share a role are told apart.  An identity that is
 * not linked may be a pool's and is a backer.
 *
 * Two acts conflict where a principal of one is a principal or a backer of
 * the other.  Backers alone never do: two people who come through one
 * gateway, or whose tokens one admin made, are two.
 *
 * A name is "user/ID", "login/ROLE", "role/OID@SYSTEM" or "identity/ISSUER
 * SUBJECT".  A database role goes by its name and by its number in this
 * cluster, so neither renaming it nor making it anew is a way to be somebody
 * else; nor is linking an identity to another user.
 *
 * Invariants: no duty compares people in any other way.  A login whose user
 * holds actor:impersonate stands for many and is no name at all; nor is that
 * of a superuser, who becomes anybody.
 */
#ifndef GOV_ACT_H
#define GOV_ACT_H

#include "fmgr.h"

#include "access/group_role.h"
#include "access/permission.h"
#include "access/require.h"
#include "core/scan.h"
#include "core/spi.h"
#include "identity/actor.h"

extern void gov_act_init(void);

typedef struct GovAct
{
	const char *user_id;		/* who acted; NULL: nobody did */
	List	   *principals;		/* of char * */
	List	   *backers;
	bool		is_named;		/* an owner, who did nothing */
	const GovGroupRole *group;	/* by whose role it is done; NULL: by none */
} GovAct;

/*
 * The act that the actor is about to do by a permission; 42501 without it.
 * Call it after taking the lock that the act waits for: a right that was
 * revoked meanwhile no longer counts.
 */
extern GovAct gov_act_by_permission(const GovActor *actor,
									GovPermission permission,
									const char *resource);

/* The same, asked before and after a lock, as gov_require_locking() does. */
#define gov_act_locking(actor, permission, resource, lock) \
	(*(actor) = gov_require((permission), (resource)), gov_spi_begin(), \
	 (lock), gov_act_by_permission((actor), (permission), (resource)))

/* The act by holding a role; false where the actor does not hold it. */
extern bool gov_act_by_role(const GovActor *actor, const char *role,
							GovAct *act);

/*
 * The act of asking for something that some right will be used for later. It
 * is not known yet which right, so everybody who lends one is behind it.
 */
extern GovAct gov_act_by_any_role(const GovActor *actor);

/* An act that every active user may do, without any right. */
extern GovAct gov_act_of_actor(const GovActor *actor);

/*
 * The act of owning a thing.  The owner, who did nothing, is named by user id,
 * database role or e-mail address.
 */
extern GovAct gov_act_of_owner(const char *owner);

/*
 * The act that the last statement read: from this column on, who acted,
 * principals and backers.
 */
extern GovAct gov_act_read(uint64 row, int column);

/* An act as a row has it, in three columns: who, principals, backers. */
extern GovAct gov_act_scan(GovScan *scan, const char *who,
						   const char *principals, const char *backers);

/* Names as a parameter, text[]. */
extern GovParam gov_names(const List *names);

/* The group whose role the act uses, as a jsonb parameter; NULL for none. */
extern GovParam gov_act_group(const GovAct *act);

/*
 * Why the two acts are one person's, as the detail of a refusal, or NULL.
 * "did" says what the past act was ("registered it").
 */
extern char *gov_act_conflict(const GovAct *now, const GovAct *past,
							  const char *did);

/* Raise MG001 with that detail, unless it is NULL; the denial has the rest. */
extern void gov_act_refuse(const GovAct *now, const char *detail,
						   const GovDenial *denial);

/* Raise MG001 where the two acts are one person's. */
extern void gov_act_keep_apart(const GovAct *now, const GovAct *past,
							   const char *did, const GovDenial *denial);

#endif							/* GOV_ACT_H */
