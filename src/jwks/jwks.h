/*
 * jwks.h
 *		governance-jwks: fetch the keys that issuers of signed tokens publish.
 *
 * Invariants: a fetched set is stored as a whole or not at all, by
 * gov_store_issuer_keys(), so the last good keys stay whatever goes wrong.
 * Only https is spoken, and http to this machine for an issuer that runs on
 * it; no answer can redirect us to another host, and an answer's size and time
 * are limited.  Waiting goes by the monotonic clock, so a clock that is set
 * changes nothing.  No key is ever logged.
 */
#ifndef JWKS_H
#define JWKS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#define WHY_LEN 512				/* bytes of a reason in words */
#define MAX_ANSWER (64 * 1024)	/* bytes: more than the database takes */

typedef struct Settings
{
	const char *db;				/* conninfo */
	const char *ca_file;		/* NULL: the system's authorities */
	const char *issuer;			/* NULL: all of them */
	long		timeout;		/* ms that one answer may take */
	long		interval;		/* ms between two looks at an issuer */
	long		pause;			/* ms, at least, whoever asks for it */
	bool		is_check;		/* store nothing */
	bool		is_watch;		/* go on */
} Settings;

/* A signal said so. */
extern volatile sig_atomic_t stopping;

/*
 * Write a line to standard error; issuer is NULL, or the issuer it is about.
 */
extern void say(const char *issuer, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

/*
 * Is it an address to fetch from?  Issuers with other names get keys only by
 * hand.
 */
extern bool is_url(const char *issuer);

/* The key set that the issuer publishes (free it); or NULL, and why. */
extern char *fetch_keys(const char *issuer, const Settings *settings,
						char why[WHY_LEN]);

/*
 * Fetch the keys of the issuers that are asked for; returns the exit status.
 */
extern int	run_once(const Settings *settings);
extern int	run_watch(const Settings *settings);

#endif							/* JWKS_H */
