/*
 * issuer_sql.h
 *		What the writers of issuers and of what hangs on them share.
 */
#ifndef GOV_ISSUER_SQL_H
#define GOV_ISSUER_SQL_H

#include "fmgr.h"

#include "core/args.h"

/* Arguments; 22023 where they are no name. */
extern const char *gov_arg_issuer(FunctionCallInfo fcinfo, int n);
extern const char *gov_arg_subject(FunctionCallInfo fcinfo, int n);
extern const char *gov_arg_group(FunctionCallInfo fcinfo, int n);

/* Hold an issuer that must not go meanwhile; 42704: there is none (SPI). */
extern void gov_issuer_share(const char *issuer);

/* Hold it alone; false: there is none (SPI). */
extern bool gov_issuer_lock(const char *issuer);

#endif							/* GOV_ISSUER_SQL_H */
