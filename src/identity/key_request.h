/*
 * key_request.h
 *		Asking for the keys of an issuer anew.
 *
 * A token may be signed by a key that its issuer has published since its keys
 * were fetched.  Whoever came with it is refused; what the database can do is
 * to tell governance-jwks, which fetches keys.  The transaction of the refused
 * call takes with it what it wrote, so the request waits in shared memory
 * until the worker sends a notification.
 *
 * Invariants: an issuer is asked for at most once a minute, however many
 * tokens name keys that do not exist; only issuers with a row are asked for.
 */
#ifndef GOV_KEY_REQUEST_H
#define GOV_KEY_REQUEST_H

#define GOV_KEY_CHANNEL "governance_issuer_keys"

extern void gov_key_request_init(void);

/* A token of this issuer names a key that is not known. */
extern void gov_key_request(const char *issuer);

/* Notify of what waits in this database; how many issuers that are. */
extern int64 gov_key_requests_announce(void);

#endif							/* GOV_KEY_REQUEST_H */
