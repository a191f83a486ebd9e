/*
 * trail_keys.c
 *		Keys by which gov_audit_trail() finds events where no kind is given.
 *
 * Invariant: both functions are used in indexes, so they must always return
 * the same for the same arguments.  They are in C because they run for each
 * event that is written.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(gov_sql_event_name);
PG_FUNCTION_INFO_V1(gov_sql_event_owner);

typedef struct Word
{
	const char *data;
	int			len;
} Word;

/* The first of the parts that the character separates. */
static Word
until(Word word, char separator)
{
	const char *end = memchr(word.data, separator, word.len);

	if (end != NULL)
		word.len = end - word.data;
	return word;
}

/* "risk" of "model_version/risk:1.0.0": an id without kind and version. */
static Word
name_of(text *resource)
{
	Word		word = {VARDATA_ANY(resource), VARSIZE_ANY_EXHDR(resource)};
	const char *slash = memchr(word.data, '/', word.len);

	if (slash != NULL)
	{
		word.len -= slash + 1 - word.data;
		word.data = slash + 1;
	}
	return until(word, ':');
}

/*
 * What the row belongs to: a deployment to its model, an incident to its
 * resource, a request to what it asks for.  If data is NULL, to nothing.
 */
static Word
owner_in(Jsonb *row)
{
	static const struct
	{
		const char *column;
		char		separator;	/* ends the id; 0: the id is all of it */
	}			owners[] = {
		{"model_id", 0}, {"usecase_id", 0}, {"resource_id", 0},
		{"user_id", 0}, {"resource", ':'}, {"resource_key", '\n'}
	};
	Word		word = {NULL, 0};
	JsonbValue	value;

	for (int i = 0; i < lengthof(owners) && JB_ROOT_IS_OBJECT(row); i++)
	{
		if (getKeyJsonValueFromContainer(&row->root, owners[i].column,
										 strlen(owners[i].column),
										 &value) == NULL ||
			value.type != jbvString)
			continue;
		word.data = value.val.string.val;
		word.len = value.val.string.len;
		return owners[i].separator ? until(word, owners[i].separator) : word;
	}
	return word;
}

Datum
gov_sql_event_name(PG_FUNCTION_ARGS)
{
	Word		name = name_of(PG_GETARG_TEXT_PP(0));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(name.data, name.len));
}

/* NULL where the resource's name has it already. */
Datum
gov_sql_event_owner(PG_FUNCTION_ARGS)
{
	int			row = PG_ARGISNULL(1) ? 2 : 1;
	Word		owner;
	Word		name = {NULL, 0};

	if (PG_ARGISNULL(row))
		PG_RETURN_NULL();
	owner = owner_in(PG_GETARG_JSONB_P(row));
	if (!PG_ARGISNULL(0))
		name = name_of(PG_GETARG_TEXT_PP(0));
	if (owner.data == NULL ||
		(name.data != NULL && name.len == owner.len &&
		 memcmp(name.data, owner.data, name.len) == 0))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(owner.data, owner.len));
}
