/*
 * credentials.h
 *		The way in by a token, for oneself or on behalf of somebody else.
 *
 * Invariants: every refusal is the same 28000, whatever was wrong, and leaves
 * the trace of a denied attempt; the token is gone from the statement that the
 * session shows before anything else is done.
 */
#ifndef GOV_CREDENTIALS_H
#define GOV_CREDENTIALS_H

/*
 * Who writes the event of an impersonation ("user/ada"): the audit room,
 * which is above this one, sets it at start.
 */
typedef void (*GovImpersonationRecorder) (const char *resource);
extern GovImpersonationRecorder gov_impersonation_recorder;

#endif							/* GOV_CREDENTIALS_H */
