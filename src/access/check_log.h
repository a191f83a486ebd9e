/*
 * check_log.h
 *		A record of permission checks, when governance.log_checks is on.
 */
#ifndef GOV_CHECK_LOG_H
#define GOV_CHECK_LOG_H

#include "access/permission.h"

/*
 * Who writes the event of a check: the audit room, which is above this one,
 * sets it at start.  NULL only before that.
 */
typedef void (*GovCheckRecorder) (const char *user_id,
								  const char *permission,
								  const char *resource, bool allowed);
extern GovCheckRecorder gov_check_recorder;

/* user_id and resource may be NULL. */
extern void gov_check_log(const char *user_id, GovPermission permission,
						  const char *resource, bool allowed);

#endif							/* GOV_CHECK_LOG_H */
