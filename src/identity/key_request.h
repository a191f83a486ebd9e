/*
 * key_request.h
 *		Asking for an issuer's keys to be fetched again.
 *
 * A token may be signed by a key that its issuer published after its keys were
 * fetched.  The token is refused; all that the database can do is to notify
 * governance-jwks, which fetches keys.  The transaction of the refused call is
 * rolled back, so the request waits in shared memory until the worker sends
 * the notification.
 *
 * Invariants: an issuer is asked for at most once a minute, however many
 * tokens name keys that do not exist; only issuers with a row are asked for.
 */
#ifndef GOV_KEY_REQUEST_H
#define GOV_KEY_REQUEST_H

#define GOV_KEY_CHANNEL "governance_issuer_keys"

extern void gov_key_request_init(void);

/* Note that a token of this issuer names an unknown key. */
extern void gov_key_request(const char *issuer);

/*
 * Send notifications for what waits in this database; returns for how many
 * issuers.
 */
extern int64 gov_key_requests_announce(void);

#endif							/* GOV_KEY_REQUEST_H */
