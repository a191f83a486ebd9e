/*
 * issuer.h
 *		Whom an issuer means by a subject.
 *
 * Invariants: a subject is a name within its issuer alone, so the same text of
 * two issuers is two people; nobody is known by it but who was linked to it.
 */
#ifndef GOV_ISSUER_H
#define GOV_ISSUER_H

#include "core/args.h"

#define GOV_ISSUER_LEN 512		/* longest name of an issuer, bytes */
#define GOV_SUBJECT_LEN 2048	/* of a subject: an SPIFFE ID may be as long */
#define GOV_GROUP_LEN 512		/* of a group's name */

/* Issuers of this kind are what PostgreSQL itself authenticated by. */
#define GOV_POSTGRES_ISSUER "postgres:"

/* The user, active or not, as linked now; false: nobody is. */
extern bool gov_identity_user(const char *issuer, const char *subject,
							  char user_id[GOV_ID_LEN + 1]);

#endif							/* GOV_ISSUER_H */
