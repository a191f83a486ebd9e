/*
 * approval_internal.h
 *		What the files of the approval engine share.
 */
#ifndef GOV_APPROVAL_INTERNAL_H
#define GOV_APPROVAL_INTERNAL_H

#include "registry/approval.h"
#include "registry/inbox.h"
#include "registry/votes.h"

typedef struct GovApprovalActionInfo
{
	const char *name;
	const char *first_key;
	const char *second_key;		/* or NULL */
} GovApprovalActionInfo;

extern const GovApprovalActionInfo gov_approval_actions[];

typedef struct GovApprovalPolicy
{
	char	   *required_role;
	int			required_count;
	int			timeout_hours;
	bool		allow_self_approval;
	bool		requires_sod;
	bool		enabled;
} GovApprovalPolicy;

#define GOV_TIMEOUT_HOURS_MAX 87600 /* ten years */

/* The action of that name; a wrong word is 22023 with the list. */
extern const char *gov_arg_approval_action(FunctionCallInfo fcinfo, int n);

/* The number of the action of that name; -1 where there is none. */
extern int	gov_approval_action_find(const char *name);

/* The action's policy as committed now; inside an SPI connection. */
extern void gov_approval_policy(GovApprovalAction action,
								GovApprovalPolicy *policy);

extern char *gov_approval_key(const char *first, const char *second);

/*
 * Why the voter on a request may not decide on the thing that it is about (as
 * its registrar, creator, owner or last submitter), or NULL.
 */
extern char *gov_approval_conflict(GovApprovalAction action, const char *key,
								   const GovAct *vote);

/* The votes on a request, a List of GovVote. */
extern List *gov_approval_votes(const char *request_id);

/* Add those that wait for the caller's vote. */
extern void gov_inbox_requests(GovInbox *inbox);

#endif							/* GOV_APPROVAL_INTERNAL_H */
