/*
 * answer.c
 *		JSON answers, whose length is bounded whatever is stored.
 *
 * jsonb_agg(...)::text would first make one value of all rows, and then its
 * text, however long.  Here the text grows row by row, and the call fails as
 * soon as the text is longer than an answer may be.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "core/json_text.h"
#include "core/numbers.h"
#include "core/row_json.h"
#include "tlog/sha256.h"

PG_FUNCTION_INFO_V1(gov_shown_json);
PG_FUNCTION_INFO_V1(gov_list_add);
PG_FUNCTION_INFO_V1(gov_list_text);
PG_FUNCTION_INFO_V1(gov_json_digest);

#define ANSWER_MAX_MB 64
#define MB (1024 * 1024)

/*
 * governance.shown_json(jsonb) → jsonb
 */
Datum
gov_shown_json(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(gov_json_shown(PG_GETARG_JSONB_P(0)));
}

/* Keep the text as it is, and fail where it is too long. */
static bool
check_answer(StringInfo text, void *arg)
{
	CHECK_FOR_INTERRUPTS();
	if (text->len - VARHDRSZ > ANSWER_MAX_MB * MB)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the answer would be too large"),
				 errdetail("It has more than %d MB.", ANSWER_MAX_MB),
				 errhint("Ask for fewer at a time: \"limit\" is how many, and the header Link leads to the next ones.")));
	return true;
}

/*
 * governance.list_add(internal, jsonb): of the aggregate gov_list_json()
 *
 * The state is an unfinished text, with room for its header before it.
 */
Datum
gov_list_add(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext caller;
	StringInfo	text;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "list_add called in non-aggregate context");
	caller = MemoryContextSwitchTo(context);
	if (PG_ARGISNULL(0))
	{
		text = makeStringInfo();
		appendStringInfoSpaces(text, VARHDRSZ);
		appendStringInfoChar(text, '[');
	}
	else
	{
		text = (StringInfo) PG_GETARG_POINTER(0);
		appendStringInfoString(text, ", ");
	}
	MemoryContextSwitchTo(caller);
	if (PG_ARGISNULL(1))
		appendStringInfoString(text, "null");
	else
		(void) gov_json_text(text, PG_GETARG_JSONB_P(1), check_answer, NULL);
	(void) check_answer(text, NULL);
	PG_RETURN_POINTER(text);
}

/*
 * governance.list_text(internal): the text of the list
 */
Datum
gov_list_text(PG_FUNCTION_ARGS)
{
	StringInfo	text;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "list_text called in non-aggregate context");
	if (PG_ARGISNULL(0))
		PG_RETURN_TEXT_P(cstring_to_text("[]"));
	text = (StringInfo) PG_GETARG_POINTER(0);
	appendStringInfoChar(text, ']');
	SET_VARSIZE(text->data, text->len);
	PG_RETURN_TEXT_P(text->data);
}

static bool
take_digest(StringInfo text, void *arg)
{
	char	   *utf8;

	CHECK_FOR_INTERRUPTS();
	utf8 = pg_server_to_any(text->data, text->len, PG_UTF8);
	if (!gov_sha256_update(arg, utf8,
						   utf8 == text->data ? text->len : strlen(utf8)))
		elog(ERROR, "could not compute SHA-256");
	if (utf8 != text->data)
		pfree(utf8);
	resetStringInfo(text);
	return true;
}

/*
 * governance.json_digest(jsonb) → text
 *		SHA-256 in hex of a value's text, which is never in memory as a whole.
 */
Datum
gov_json_digest(PG_FUNCTION_ARGS)
{
	static GovSha256 *hash = NULL;
	StringInfoData text;
	uint8		digest[GOV_SHA256_LEN];
	char		hex[2 * GOV_SHA256_LEN + 1];

	if (hash == NULL)
		hash = gov_sha256_new();
	if (hash == NULL || !gov_sha256_reset(hash))
		elog(ERROR, "could not compute SHA-256");
	initStringInfo(&text);
	(void) gov_json_text(&text, PG_GETARG_JSONB_P(0), take_digest, hash);
	(void) take_digest(&text, hash);
	if (!gov_sha256_final(hash, digest))
		elog(ERROR, "could not compute SHA-256");
	gov_hex(digest, GOV_SHA256_LEN, hex);
	PG_RETURN_TEXT_P(cstring_to_text(hex));
}
