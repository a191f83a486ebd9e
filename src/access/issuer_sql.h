/*
 * issuer_sql.h
 *		What the writers of issuers, their keys and their links share.
 */
#ifndef GOV_ISSUER_SQL_H
#define GOV_ISSUER_SQL_H

#include "fmgr.h"

#include "core/args.h"

/* The argument as text; 22023 where it cannot be an issuer's name. */
extern const char *gov_arg_issuer(FunctionCallInfo fcinfo, int n);
extern const char *gov_arg_subject(FunctionCallInfo fcinfo, int n);
extern const char *gov_arg_group(FunctionCallInfo fcinfo, int n);

/* Lock an issuer so that it stays; 42704 where there is none (SPI). */
extern void gov_issuer_share(const char *issuer);

/* Lock an issuer against everybody; false where there is none (SPI). */
extern bool gov_issuer_lock(const char *issuer);

#endif							/* GOV_ISSUER_SQL_H */
