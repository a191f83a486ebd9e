/*
 * form.c
 *		The form of names and digests, for CHECKs and indexes.
 *
 * Invariant: the same text has the same answer for good: rows that are stored
 * were judged by it, and an index holds it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "core/args.h"

PG_FUNCTION_INFO_V1(gov_sql_is_id);
PG_FUNCTION_INFO_V1(gov_sql_is_version);
PG_FUNCTION_INFO_V1(gov_sql_is_sha256);
PG_FUNCTION_INFO_V1(gov_sql_version_number);

#define SHA256_HEX_LEN 64
#define NUMBER_LEN 9			/* fits into an integer, whatever it is */

/*
 * governance.is_id(id) → boolean
 */
Datum
gov_sql_is_id(PG_FUNCTION_ARGS)
{
	text	   *id = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BOOL(gov_id_is_valid(VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id)));
}

/*
 * governance.is_version(version) → boolean
 */
Datum
gov_sql_is_version(PG_FUNCTION_ARGS)
{
	text	   *version = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BOOL(gov_version_is_valid(VARDATA_ANY(version),
										VARSIZE_ANY_EXHDR(version)));
}

/*
 * governance.is_sha256(digest) → boolean
 */
Datum
gov_sql_is_sha256(PG_FUNCTION_ARGS)
{
	text	   *digest = PG_GETARG_TEXT_PP(0);
	const char *s = VARDATA_ANY(digest);
	int			i;

	if (VARSIZE_ANY_EXHDR(digest) != SHA256_HEX_LEN)
		PG_RETURN_BOOL(false);
	for (i = 0; i < SHA256_HEX_LEN; i++)
	{
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}

/*
 * governance.version_number(version) → integer
 *		Of 1 to 9 digits, the first no 0; else NULL.
 */
Datum
gov_sql_version_number(PG_FUNCTION_ARGS)
{
	text	   *version = PG_GETARG_TEXT_PP(0);
	const char *s = VARDATA_ANY(version);
	int			len = VARSIZE_ANY_EXHDR(version);
	int32		number = 0;
	int			i;

	if (len < 1 || len > NUMBER_LEN || s[0] == '0')
		PG_RETURN_NULL();
	for (i = 0; i < len; i++)
	{
		if (s[i] < '0' || s[i] > '9')
			PG_RETURN_NULL();
		number = number * 10 + (s[i] - '0');
	}
	PG_RETURN_INT32(number);
}
