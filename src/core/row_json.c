/*
 * row_json.c
 *		A row as jsonb, the same whatever the session's settings are.
 *
 * to_jsonb() would write times by the session's TimeZone; here they are
 * seconds since 1970 with six decimals, as in all JSON of this extension.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "core/json_text.h"
#include "core/row_json.h"

PG_FUNCTION_INFO_V1(gov_row_json);

#define UNIX_EPOCH_USECS \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

static void
set_string(JsonbValue *jv, char *s)
{
	jv->type = jbvString;
	jv->val.string.val = s;
	jv->val.string.len = strlen(s);
}

char *
gov_date_text(DateADT day)
{
	int			year;
	int			month;
	int			mday;

	if (DATE_NOT_FINITE(day))
		return pstrdup(DATE_IS_NOEND(day) ? "infinity" : "-infinity");
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return psprintf("%04d-%02d-%02d", year, month, mday);
}

static void
set_by_output(JsonbValue *jv, Datum value, Oid type)
{
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(type, &output, &is_varlena);
	set_string(jv, OidOutputFunctionCall(output, value));
}

/* A text as it lies there: it is not copied. */
static void
set_text(JsonbValue *jv, Datum value)
{
	text	   *t = DatumGetTextPP(value);

	jv->type = jbvString;
	jv->val.string.val = VARDATA_ANY(t);
	jv->val.string.len = VARSIZE_ANY_EXHDR(t);
}

/* Of any type but jsonb and text[]. */
static void
set_scalar(JsonbValue *jv, Datum value, Oid type)
{
	switch (type)
	{
		case BOOLOID:
			jv->type = jbvBool;
			jv->val.boolean = DatumGetBool(value);
			break;
		case INT4OID:
			jv->type = jbvNumeric;
			jv->val.numeric = int64_to_numeric(DatumGetInt32(value));
			break;
		case INT8OID:
			jv->type = jbvNumeric;
			jv->val.numeric = int64_to_numeric(DatumGetInt64(value));
			break;
		case NUMERICOID:
			jv->type = jbvNumeric;
			jv->val.numeric = DatumGetNumeric(value);
			if (numeric_is_nan(jv->val.numeric) ||
				numeric_is_inf(jv->val.numeric))
				set_by_output(jv, value, type);
			break;
		case FLOAT8OID:
			jv->type = jbvNumeric;
			if (isnan(DatumGetFloat8(value)) || isinf(DatumGetFloat8(value)))
				set_by_output(jv, value, type);
			else
				jv->val.numeric =
					DatumGetNumeric(DirectFunctionCall1(float8_numeric,
														value));
			break;
		case TIMESTAMPTZOID:
			if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(value)))
				set_by_output(jv, value, type);
			else
			{
				jv->type = jbvNumeric;
				jv->val.numeric =
					int64_div_fast_to_numeric(DatumGetTimestampTz(value) +
											  UNIX_EPOCH_USECS, 6);
			}
			break;
		case DATEOID:
			set_string(jv, gov_date_text(DatumGetDateADT(value)));
			break;
		case TEXTOID:
			set_text(jv, value);
			break;
		case NAMEOID:
			set_string(jv, NameStr(*DatumGetName(value)));
			break;
		case BYTEAOID:
			{
				bytea	   *b = DatumGetByteaPP(value);
				int			len = VARSIZE_ANY_EXHDR(b);
				char	   *hex = palloc(len * 2 + 1);

				hex_encode(VARDATA_ANY(b), len, hex);
				hex[len * 2] = '\0';
				set_string(jv, hex);
			}
			break;
		default:
			set_by_output(jv, value, type);
			break;
	}
}

static void
set_text_array(JsonbValue *jv, Datum value)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	int			i;

	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, &nulls, &count);
	jv->type = jbvArray;
	jv->val.array.rawScalar = false;
	jv->val.array.nElems = count;
	jv->val.array.elems = palloc(sizeof(JsonbValue) * Max(count, 1));
	for (i = 0; i < count; i++)
	{
		if (nulls[i])
			jv->val.array.elems[i].type = jbvNull;
		else
			set_text(&jv->val.array.elems[i], elements[i]);
	}
}

void
gov_json_push(JsonbParseState **state, JsonbIteratorToken token, Datum value,
			  bool isnull, Oid type)
{
	JsonbValue	jv;

	if (isnull)
		jv.type = jbvNull;
	else if (type == JSONBOID)
	{
		Jsonb	   *jb = DatumGetJsonbP(value);

		jv.type = jbvBinary;
		jv.val.binary.data = &jb->root;
		jv.val.binary.len = VARSIZE(jb) - VARHDRSZ;
	}
	else if (type == TEXTARRAYOID)
		set_text_array(&jv, value);
	else
		set_scalar(&jv, value, type);
	pushJsonbValue(state, token, &jv);
}

void
gov_json_push_key(JsonbParseState **state, const char *key)
{
	JsonbValue	jv;

	set_string(&jv, unconstify(char *, key));
	pushJsonbValue(state, WJB_KEY, &jv);
}

/*
 * set_tree
 *		A jsonb as what JsonbValueToJsonb() takes: not as it is stored.
 */
static void
set_tree(JsonbValue *jv, Jsonb *jb)
{
	JsonbParseState *state = NULL;
	JsonbValue *tree = NULL;
	JsonbValue	part;
	JsonbIterator *it;
	JsonbIteratorToken token;

	if (JB_ROOT_IS_SCALAR(jb))
	{
		(void) JsonbExtractScalar(&jb->root, jv);
		return;
	}
	it = JsonbIteratorInit(&jb->root);
	while ((token = JsonbIteratorNext(&it, &part, false)) != WJB_DONE)
		tree = pushJsonbValue(&state, token,
							  token < WJB_BEGIN_ARRAY ? &part : NULL);
	*jv = *tree;
}

/* Shorter names first, as jsonb has its keys. */
static int
compare_names(const GovColumn *a, const GovColumn *b)
{
	return a->len != b->len ? a->len - b->len :
		memcmp(a->name, b->name, a->len);
}

/* The columns there are: few, so one is put after another. */
static void
order_columns(GovRow *row)
{
	int			i;
	int			j;

	row->columns = palloc(sizeof(GovColumn) * Max(row->desc->natts, 1));
	row->ncolumns = 0;
	for (i = 0; i < row->desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(row->desc, i);
		GovColumn	column = {att->attnum, strlen(NameStr(att->attname)),
		NameStr(att->attname)};

		if (att->attisdropped)
			continue;
		for (j = row->ncolumns++;
			 j > 0 && compare_names(&row->columns[j - 1], &column) > 0; j--)
			row->columns[j] = row->columns[j - 1];
		row->columns[j] = column;
	}
}

void
gov_row_take_apart(GovRow *row, HeapTuple tuple, TupleDesc desc,
				   const GovRow *like)
{
	row->desc = desc;
	row->values = palloc(sizeof(Datum) * Max(desc->natts, 1));
	row->nulls = palloc(sizeof(bool) * Max(desc->natts, 1));
	heap_deform_tuple(tuple, desc, row->values, row->nulls);
	if (like == NULL)
		order_columns(row);
	else
	{
		row->ncolumns = like->ncolumns;
		row->columns = like->columns;
	}
}

bool
gov_row_differs(const GovRow *a, const GovRow *b, AttrNumber column)
{
	Form_pg_attribute att = TupleDescAttr(a->desc, column - 1);
	int			i = column - 1;

	if (a->nulls[i] || b->nulls[i])
		return a->nulls[i] != b->nulls[i];
	return !datum_image_eq(a->values[i], b->values[i], att->attbyval,
						   att->attlen);
}

/*
 * The row's columns, or those that differ from before, as an object.  Its
 * keys are in their order already: they are not sorted once more.
 */
static Jsonb *
row_to_jsonb(const GovRow *row, const GovRow *before, AttrNumber hidden,
			 bool is_shown)
{
	JsonbValue	object = {.type = jbvObject};
	JsonbPair  *pairs = palloc(sizeof(JsonbPair) * Max(row->ncolumns, 1));
	int			count = 0;
	int			i;

	for (i = 0; i < row->ncolumns; i++)
	{
		const GovColumn *column = &row->columns[i];
		int			at = column->number - 1;
		Datum		value = row->values[at];
		Oid			type = TupleDescAttr(row->desc, at)->atttypid;
		JsonbPair  *pair;

		if (column->number == hidden ||
			(before != NULL && !gov_row_differs(before, row, column->number)))
			continue;
		pair = &pairs[count++];
		pair->key.type = jbvString;
		pair->key.val.string.val = unconstify(char *, column->name);
		pair->key.val.string.len = column->len;
		if (row->nulls[at])
			pair->value.type = jbvNull;
		else if (type == JSONBOID)
			set_tree(&pair->value, is_shown ?
					 gov_json_shown(DatumGetJsonbP(value)) :
					 DatumGetJsonbP(value));
		else if (type == TEXTARRAYOID)
			set_text_array(&pair->value, value);
		else
			set_scalar(&pair->value, value, type);
	}
	object.val.object.nPairs = count;
	object.val.object.pairs = pairs;
	return JsonbValueToJsonb(&object);
}

Jsonb *
gov_row_image(const GovRow *row, AttrNumber hidden)
{
	return row_to_jsonb(row, NULL, hidden, false);
}

Jsonb *
gov_row_to_jsonb(HeapTuple tuple, TupleDesc desc, AttrNumber hidden)
{
	GovRow		row;

	gov_row_take_apart(&row, tuple, desc, NULL);
	return gov_row_image(&row, hidden);
}

Jsonb *
gov_row_changes(const GovRow *before, const GovRow *after, AttrNumber hidden)
{
	return row_to_jsonb(after, before, hidden, false);
}

/*
 * gov_row_json(row) → jsonb
 */
Datum
gov_row_json(PG_FUNCTION_ARGS)
{
	HeapTupleHeader header;
	HeapTupleData tuple = {0};
	TupleDesc	desc;
	GovRow		row;
	Jsonb	   *result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	header = PG_GETARG_HEAPTUPLEHEADER(0);
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
								  HeapTupleHeaderGetTypMod(header));
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	tuple.t_data = header;
	gov_row_take_apart(&row, &tuple, desc, NULL);
	result = row_to_jsonb(&row, NULL, InvalidAttrNumber, true);
	ReleaseTupleDesc(desc);
	PG_RETURN_JSONB_P(result);
}

void
gov_json_put(JsonbParseState **state, const char *key, Datum value,
			 bool isnull, Oid type)
{
	gov_json_push_key(state, key);
	gov_json_push(state, WJB_VALUE, value, isnull, type);
}

void
gov_json_put_text(JsonbParseState **state, const char *key, const char *value)
{
	gov_json_put(state, key, value ? CStringGetTextDatum(value) : (Datum) 0,
				 value == NULL, TEXTOID);
}

void
gov_json_put_int8(JsonbParseState **state, const char *key, int64 value)
{
	gov_json_put(state, key, Int64GetDatum(value), false, INT8OID);
}

Jsonb *
gov_json_shown(Jsonb *jb)
{
	JsonbParseState *state = NULL;

	if (!gov_json_exceeds(jb, GOV_SHOWN_MAX))
		return jb;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put(&state, "left_out",
				 CStringGetTextDatum(psprintf("a value of more than %d MB as text",
											  GOV_SHOWN_MAX / (1024 * 1024))),
				 false, TEXTOID);
	return gov_json_end(&state);
}

Jsonb *
gov_json_end(JsonbParseState **state)
{
	return JsonbValueToJsonb(pushJsonbValue(state, WJB_END_OBJECT, NULL));
}
