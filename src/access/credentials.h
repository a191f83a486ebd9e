/*
 * credentials.h
 *		Acting by a token, for oneself or on behalf of somebody else.
 *
 * Invariants: every refusal is the same 28000, whatever was wrong, and is
 * recorded as a denied attempt; before anything else, the token is removed
 * from the statement that the session shows.
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
