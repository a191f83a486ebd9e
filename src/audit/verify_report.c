/*
 * verify_report.c
 *		The rows of gov_audit_verify(): what failed, and which checks did not.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "audit/verify.h"

#define MAX_NAMED 5				/* failures that an error names */

static const char *const check_names[GOV_CHECK_COUNT] = {
	"events", "added_events", "leaf_map", "tiles", "tree_heads", "retirements"
};

static void
emit(GovVerify *verify, const char *check, bool ok, const char *detail)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	if (verify->result == NULL)
	{
		if (!ok && verify->failures_named++ < MAX_NAMED)
			appendStringInfo(verify->named, "%s%s",
							 verify->named->len > 0 ? "; " : "", detail);
		return;
	}
	values[0] = CStringGetTextDatum(check);
	values[1] = BoolGetDatum(ok);
	values[2] = CStringGetTextDatum(detail);
	tuplestore_putvalues(verify->result->setResult, verify->result->setDesc,
						 values, nulls);
	pfree(DatumGetPointer(values[0]));
	pfree(DatumGetPointer(values[2]));
}

void
gov_verify_failed(GovVerify *verify, GovCheck check, const char *format,...)
{
	StringInfoData detail;

	initStringInfo(&detail);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&detail, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&detail, needed);
	}
	emit(verify, check_names[check], false, detail.data);
	verify->failures[check]++;
	pfree(detail.data);
}

int64
gov_verify_failures(const GovVerify *verify)
{
	int64		failures = 0;
	int			i;

	for (i = 0; i < GOV_CHECK_COUNT; i++)
		failures += verify->failures[i];
	return failures;
}

/* Add a row for each check that did not fail. */
void
gov_verify_report(GovVerify *verify)
{
	const char *range = psprintf("leaves " INT64_FORMAT " to before "
								 INT64_FORMAT " of " INT64_FORMAT,
								 verify->from, verify->to,
								 verify->head.tree_size);
	const char *details[GOV_CHECK_COUNT];
	int			i;

	details[GOV_CHECK_EVENTS] = verify->retired_seen == 0 ?
		psprintf("every row gives the hash that was sealed: %s", range) :
		psprintf("every row gives the hash that was sealed: %s, " INT64_FORMAT
				 " retired", range, verify->retired_seen);
	details[GOV_CHECK_ADDED] = "no event is there that should be in a leaf and is in none";
	details[GOV_CHECK_LEAF_MAP] = "every leaf is the one of one event";
	details[GOV_CHECK_TILES] = "every tile follows from those below it";
	details[GOV_CHECK_TREE_HEADS] = psprintf("every root follows from the tiles: " INT64_FORMAT " heads",
											 verify->heads_checked);
	details[GOV_CHECK_RETIREMENTS] = psprintf("every row that is gone was retired by an event: " INT64_FORMAT " retirements",
											  verify->retirements);
	for (i = 0; i < GOV_CHECK_COUNT; i++)
	{
		if (verify->failures[i] == 0)
			emit(verify, check_names[i], true, details[i]);
	}
}
