/*
 * metadata.c
 *		The keys that have a meaning in a service level's metadata.
 *
 * Metadata may have any keys, but some are read: by verdicts, by budgets, by
 * the watch for silence.  A value of another type, or a misspelt key, would be
 * stored and do nothing.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/varlena.h"

#include "sla/metadata.h"

#define KEY_MAX 64				/* a longer key is no misspelling */
#define SLIP 2					/* insertions, removals, replacements */

typedef struct Key
{
	const char *name;
	const char *bare;			/* its letters only */
	int64		min;			/* a whole number within these; or */
	int64		max;
	const char *words[3];		/* one of these */
} Key;

static const Key keys[] = {
	{"minimum_count", "minimumcount", 1, INT64CONST(1000000000000)},
	{"no_data_minutes", "nodataminutes", 0, 525600},
	{"window", "window", 0, 0, {"calendar", "rolling"}}
};

static bool
is_text(const JsonbValue *value, const char *text)
{
	return value->val.string.len == strlen(text) &&
		memcmp(value->val.string.val, text, value->val.string.len) == 0;
}

static void
check_value(const Key *key, const JsonbValue *value)
{
	int			i;

	if (key->words[0] != NULL)
	{
		for (i = 0; value->type == jbvString && key->words[i] != NULL; i++)
		{
			if (is_text(value, key->words[i]))
				return;
		}
		gov_bad_value("metadata",
					  psprintf("\"%s\" is not one of the words.", key->name),
					  psprintf("Allowed are: %s.", gov_word_list(key->words)));
	}
	if (value->type == jbvNumeric)
	{
		Datum		number = NumericGetDatum(value->val.numeric);
		Datum		least = DirectFunctionCall1(int8_numeric,
												Int64GetDatum(key->min));
		Datum		most = DirectFunctionCall1(int8_numeric,
											   Int64GetDatum(key->max));

		Datum		whole = DirectFunctionCall1(numeric_floor, number);

		if (DatumGetBool(DirectFunctionCall2(numeric_ge, number, least)) &&
			DatumGetBool(DirectFunctionCall2(numeric_le, number, most)) &&
			DatumGetBool(DirectFunctionCall2(numeric_eq, number, whole)))
			return;
	}
	gov_bad_value("metadata",
				  psprintf("\"%s\" is not a whole number from %lld to %lld.",
						   key->name, (long long) key->min,
						   (long long) key->max),
				  NULL);
}

/* The letters only, in lower case: "minimumCount" equals "minimum-count". */
static int
bare(const JsonbValue *name, char *letters)
{
	int			len = 0;
	int			i;

	for (i = 0; i < name->val.string.len; i++)
	{
		char		c = name->val.string.val[i];

		if (c != '_' && c != '-' && c != ' ')
			letters[len++] = pg_ascii_tolower((unsigned char) c);
	}
	return len;
}

static void
check_slip(const JsonbValue *name)
{
	char		letters[KEY_MAX];
	int			len;
	int			i;

	if (name->val.string.len > KEY_MAX)
		return;
	len = bare(name, letters);
	for (i = 0; i < lengthof(keys); i++)
	{
		if (varstr_levenshtein_less_equal(letters, len, keys[i].bare,
										  strlen(keys[i].bare), 1, 1, 1,
										  SLIP, true) <= SLIP)
			gov_bad_value("metadata",
						  psprintf("The key \"%.*s\" means nothing.",
								   name->val.string.len,
								   name->val.string.val),
						  psprintf("Is \"%s\" meant?", keys[i].name));
	}
}

void
gov_sla_check_metadata(Jsonb *metadata)
{
	JsonbIterator *it = JsonbIteratorInit(&metadata->root);
	JsonbIteratorToken token;
	JsonbValue	name;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&it, &name, true)) != WJB_DONE)
	{
		const Key  *key = NULL;
		int			i;

		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &value, true);
		for (i = 0; i < lengthof(keys); i++)
		{
			if (is_text(&name, keys[i].name))
				key = &keys[i];
		}
		if (key != NULL)
			check_value(key, &value);
		else
			check_slip(&name);
	}
}
