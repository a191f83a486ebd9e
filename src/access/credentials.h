/*
 * credentials.h
 *		Whose token it is that somebody shows.
 *
 * Invariants: every refusal is the same 28000, whatever was wrong, and leaves
 * the trace of a denied attempt; the token is gone from the statement that the
 * session shows before anything else is done.
 */
#ifndef GOV_CREDENTIALS_H
#define GOV_CREDENTIALS_H

#include "core/args.h"
#include "identity/actor.h"

typedef struct GovCredentials
{
	char		user_id[GOV_ID_LEN + 1];
	GovTokenMaker maker;
} GovCredentials;

/* The active user of the token (NULL is none), or 28000. */
extern void gov_credentials_check(const text *given,
								  GovCredentials *credentials);

/*
 * The user acts for the rest of this transaction; MG001 where groups of the
 * token would break separation of duties.
 */
extern void gov_credentials_bind(const GovCredentials *credentials);

#endif							/* GOV_CREDENTIALS_H */
