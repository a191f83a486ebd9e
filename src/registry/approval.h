/*
 * approval.h
 *		Approval requests, and the question that a guarded call asks before it
 *		acts.
 *
 * Invariants: a request allows one call on one resource, once; that call marks
 * it consumed in its own transaction, so a rollback gives it back; two calls
 * at once cannot use the same request, since its row is locked first and
 * judged afterwards.
 */
#ifndef GOV_APPROVAL_H
#define GOV_APPROVAL_H

#include "identity/actor.h"

/* GOV_APPROVAL_ACTION(symbol, name, first key, second key or NULL) */
#define GOV_APPROVAL_ACTION_LIST \
	GOV_APPROVAL_ACTION(MODEL_DEPLOY_PRODUCTION, "model_deploy_production", \
						"model_id", "version") \
	GOV_APPROVAL_ACTION(MODEL_ROLLBACK, "model_rollback", "model_id", NULL) \
	GOV_APPROVAL_ACTION(USECASE_APPROVE, "usecase_approve", "usecase_id", \
						NULL) \
	GOV_APPROVAL_ACTION(USECASE_DEPRECATE, "usecase_deprecate", \
						"usecase_id", NULL) \
	GOV_APPROVAL_ACTION(PERMISSION_GRANT, "permission_grant", "role", \
						"permission") \
	GOV_APPROVAL_ACTION(SYSTEM_CONFIG_CHANGE, "system_config_change", \
						"name", NULL)

typedef enum GovApprovalAction
{
#define GOV_APPROVAL_ACTION(symbol, name, first, second) GOV_ACTION_##symbol,
	GOV_APPROVAL_ACTION_LIST
#undef GOV_APPROVAL_ACTION
	GOV_ACTION_COUNT
} GovApprovalAction;

extern void gov_approval_init(void);

/* Mark at most so many expired requests; returns how many. */
extern int64 gov_approval_expire(int limit);

/* Report at most so many that have waited too long; returns how many. */
extern int64 gov_approval_remind(int limit);

/*
 * Where the action's policy is on, use up an approved request for this call;
 * without one raise MG002, whose hint shows how to ask.  The values are those
 * of the action's keys, in the order above (NULL for a missing second one).
 * Returns the request's id as text, or NULL where none was needed.
 *
 * Call it inside gov_spi_begin()/gov_spi_end(), after the checks of state and
 * before the gates; the caller has locked its object.
 */
extern char *gov_approval_use(GovApprovalAction action,
							  const GovActor *actor, const char *first,
							  const char *second);

/* Would that find a request, or need none?  It locks and writes nothing. */
extern bool gov_approval_is_there(GovApprovalAction action, const char *first,
								  const char *second);

#endif							/* GOV_APPROVAL_H */
