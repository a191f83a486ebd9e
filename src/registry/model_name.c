/*
 * model_name.c
 *		Names of models: any printable text, in addition to the model_id.
 *
 * People decide by the name that they see, so it has no invisible characters:
 * no controls, no space at either end, nothing that changes the direction of
 * text.  Characters beyond ASCII are allowed only in a UTF-8 database.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "core/args.h"
#include "registry/model_name.h"

PG_FUNCTION_INFO_V1(gov_name_model);

#define SLUG_LEN 64
#define MADE_BYTES 6

typedef struct Range
{
	uint32		first;
	uint32		last;
} Range;

/* Controls, format characters, separators, surrogates and non-characters. */
static const Range unseen[] = {
	{0x00, 0x1f}, {0x7f, 0x9f}, {0xad, 0xad}, {0x34f, 0x34f},
	{0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f},
	{0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f},
	{0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xd800, 0xf8ff},
	{0xfdd0, 0xfdef}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
	{0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1bca0, 0x1bca3},
	{0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

static const Range spaces[] = {
	{0x20, 0x20}, {0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200a},
	{0x202f, 0x202f}, {0x205f, 0x205f}, {0x2800, 0x2800}, {0x3000, 0x3000},
};

/* Characters that look like a Latin letter, and which one. */
static const struct
{
	uint32		c;
	char		as;
}			alike[] = {
	{0x391, 'a'}, {0x392, 'b'}, {0x395, 'e'}, {0x396, 'z'}, {0x397, 'h'},
	{0x399, 'l'}, {0x39a, 'k'}, {0x39c, 'm'}, {0x39d, 'n'}, {0x39f, 'o'},
	{0x3a1, 'p'}, {0x3a4, 't'}, {0x3a5, 'y'}, {0x3a7, 'x'}, {0x3b1, 'a'},
	{0x3b9, 'l'}, {0x3bd, 'v'}, {0x3bf, 'o'}, {0x3c1, 'p'}, {0x3c5, 'u'},
	{0x405, 's'}, {0x406, 'l'}, {0x408, 'j'}, {0x410, 'a'}, {0x412, 'b'},
	{0x415, 'e'}, {0x41a, 'k'}, {0x41c, 'm'}, {0x41d, 'h'}, {0x41e, 'o'},
	{0x420, 'p'}, {0x421, 'c'}, {0x422, 't'}, {0x423, 'y'}, {0x425, 'x'},
	{0x430, 'a'}, {0x435, 'e'}, {0x43e, 'o'}, {0x440, 'p'}, {0x441, 'c'},
	{0x443, 'y'}, {0x445, 'x'}, {0x455, 's'}, {0x456, 'l'}, {0x458, 'j'},
	{0x501, 'd'}, {0x51b, 'q'}, {0x51d, 'w'},
};

static bool
is_in(uint32 c, const Range *ranges, int count)
{
	int			i;

	for (i = 0; i < count; i++)
	{
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

/* The character at s, and how many bytes it has. */
static uint32
character(const char *s, int *len)
{
	if ((unsigned char) *s < 0x80 || GetDatabaseEncoding() != PG_UTF8)
	{
		*len = 1;
		return (unsigned char) *s;
	}
	*len = pg_utf_mblen((const unsigned char *) s);
	return utf8_to_unicode((const unsigned char *) s);
}

/* Why it is not a name, or NULL. */
static const char *
name_flaw(const char *name)
{
	bool		wide = GetDatabaseEncoding() == PG_UTF8;
	bool		space = true;
	int			count = 0;
	int			len;
	const char *s;

	if (name[0] == '\0')
		return "It is empty.";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "It reads as a path.";
	for (s = name; *s != '\0'; s += len)
	{
		uint32		c = character(s, &len);
		bool		is_space = is_in(c, spaces, lengthof(spaces));

		if (c == '/' || c == ':')
			return "It contains \"/\" or \":\".";
		if (c > 0x7f && !wide)
			return "It is not ASCII, which this database's encoding asks for.";
		if (is_in(c, unseen, lengthof(unseen)) || (c & 0xfffe) == 0xfffe)
			return "It contains a character that is not printed.";
		if (s == name && is_space)
			return "It begins or ends with a space.";
		space = is_space;
		if (++count > GOV_MODEL_NAME_MAX)
			return "It is longer than 255 characters.";
	}
	return space ? "It begins or ends with a space." : NULL;
}

const char *
gov_arg_model_name(FunctionCallInfo fcinfo, int n, const char *argument)
{
	const char *name = gov_arg_text(fcinfo, n, argument, NULL);
	const char *flaw;

	if (name == NULL)
		gov_missing_value(argument);
	flaw = name_flaw(name);
	if (flaw != NULL)
		gov_bad_value(argument, flaw,
					  "Use 1 to 255 printable characters without \"/\" and \":\".");
	return name;
}

static char
looks_like(uint32 c)
{
	int			i;

	/* full-width forms */
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (is_in(c, spaces, lengthof(spaces)) || c == '_' || c == '-' ||
		c == '.' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212)
		return '-';
	if (c < 0x80)
	{
		c = pg_ascii_tolower((unsigned char) c);
		return c == '0' ? 'o' : c == '1' || c == 'i' || c == '|' ? 'l' : c;
	}
	for (i = 0; i < lengthof(alike); i++)
	{
		if (alike[i].c == c)
			return alike[i].as;
	}
	return '\0';
}

char *
gov_model_name_skeleton(const char *name)
{
	StringInfoData out;
	int			len;

	initStringInfo(&out);
	for (; *name != '\0'; name += len)
	{
		char		c = looks_like(character(name, &len));

		if (c != '\0')
			appendStringInfoChar(&out, c);
		else
			appendBinaryStringInfo(&out, name, len);
	}
	return out.data;
}

char *
gov_model_id_made(const char *name)
{
	StringInfoData id;
	unsigned char bytes[MADE_BYTES];
	int			i;

	initStringInfo(&id);
	for (; *name != '\0' && id.len < SLUG_LEN; name++)
	{
		if (gov_id_is_valid(name, 1))
			appendStringInfoChar(&id, *name);
		else if (id.len > 0 && id.data[id.len - 1] != '-')
			appendStringInfoChar(&id, strchr("._", *name) ? *name : '-');
	}
	if (id.len == 0)
		appendStringInfoString(&id, "model");
	if (!pg_strong_random(bytes, MADE_BYTES))
		elog(ERROR, "no random numbers");
	if (id.data[id.len - 1] != '-')
		appendStringInfoChar(&id, '-');
	for (i = 0; i < MADE_BYTES; i++)
		appendStringInfo(&id, "%02x", bytes[i]);
	return id.data;
}

/*
 * gov_name_model
 *		The trigger: a model without a name is called by its model_id; a form
 *		for comparing what names look like is kept with it.
 */
Datum
gov_name_model(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	HeapTuple	tuple;
	TupleDesc	desc;
	int			columns[2];
	Datum		values[2];
	bool		nulls[2] = {false};
	char	   *looks_like;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_BEFORE(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"name_model\" is a BEFORE ROW trigger of models")));
	desc = RelationGetDescr(trigdata->tg_relation);
	tuple = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ?
		trigdata->tg_newtuple : trigdata->tg_trigtuple;
	columns[0] = SPI_fnumber(desc, "name");
	columns[1] = SPI_fnumber(desc, "looks_like");
	if (columns[0] <= 0 || columns[1] <= 0 ||
		SPI_fnumber(desc, "model_id") <= 0)
		elog(ERROR, "table \"%s\" has no models",
			 RelationGetRelationName(trigdata->tg_relation));
	values[0] = heap_getattr(tuple, columns[0], desc, &nulls[0]);
	if (nulls[0])
		values[0] = heap_getattr(tuple, SPI_fnumber(desc, "model_id"), desc,
								 &nulls[0]);
	if (nulls[0])
		return PointerGetDatum(tuple);	/* the primary key refuses it */
	looks_like = gov_model_name_skeleton(TextDatumGetCString(values[0]));
	values[1] = CStringGetTextDatum(looks_like);
	return PointerGetDatum(heap_modify_tuple_by_cols(tuple, desc, 2, columns,
													 values, nulls));
}
