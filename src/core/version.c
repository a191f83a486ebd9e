/*
 * version.c
 *		The version of the library, held against that of the SQL script.
 */
#include "postgres.h"

#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "core/scan.h"

#define GOV_VERSION "1.0"

PG_FUNCTION_INFO_V1(gov_version);

Datum
gov_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(GOV_VERSION));
}
