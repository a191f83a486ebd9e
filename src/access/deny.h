/*
 * deny.h
 *		A refusal that leaves a trace.
 */
#ifndef GOV_DENY_H
#define GOV_DENY_H

#include "core/compat.h"

typedef struct GovDenial
{
	int			sqlerrcode;		/* 42501, 28000, MG001, MG002, MG003 */
	const char *user_id;		/* NULL: nobody known */
	const char *permission;		/* name, or NULL */
	const char *resource;		/* or NULL */
	const char *message;
	const char *detail;			/* or NULL */
	const char *log_detail;		/* for the server log instead; or NULL */
	const char *hint;			/* or NULL */
	bool		hide_statement; /* it may contain a secret */
} GovDenial;

/* Record a refusal so that it survives its rollback, then raise it. */
pg_noreturn extern void gov_deny(const GovDenial *denial);

#endif							/* GOV_DENY_H */
