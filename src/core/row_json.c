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

static void
push_text_array(JsonbParseState **state, Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	int			i;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &count);
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < count; i++)
		gov_json_push(state, WJB_ELEM, elements[i], nulls[i], TEXTOID);
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

void
gov_json_push(JsonbParseState **state, JsonbIteratorToken token, Datum value,
			  bool isnull, Oid type)
{
	JsonbValue	jv;

	if (isnull)
	{
		jv.type = jbvNull;
		pushJsonbValue(state, token, &jv);
		return;
	}

	switch (type)
	{
		case BOOLOID:
			jv.type = jbvBool;
			jv.val.boolean = DatumGetBool(value);
			break;
		case INT4OID:
			jv.type = jbvNumeric;
			jv.val.numeric = int64_to_numeric(DatumGetInt32(value));
			break;
		case INT8OID:
			jv.type = jbvNumeric;
			jv.val.numeric = int64_to_numeric(DatumGetInt64(value));
			break;
		case NUMERICOID:
			jv.type = jbvNumeric;
			jv.val.numeric = DatumGetNumeric(value);
			if (numeric_is_nan(jv.val.numeric) ||
				numeric_is_inf(jv.val.numeric))
				set_by_output(&jv, value, type);
			break;
		case FLOAT8OID:
			jv.type = jbvNumeric;
			if (isnan(DatumGetFloat8(value)) || isinf(DatumGetFloat8(value)))
				set_by_output(&jv, value, type);
			else
				jv.val.numeric =
					DatumGetNumeric(DirectFunctionCall1(float8_numeric,
														value));
			break;
		case TIMESTAMPTZOID:
			if (TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(value)))
				set_by_output(&jv, value, type);
			else
			{
				jv.type = jbvNumeric;
				jv.val.numeric =
					int64_div_fast_to_numeric(DatumGetTimestampTz(value) +
											  UNIX_EPOCH_USECS, 6);
			}
			break;
		case DATEOID:
			set_string(&jv, gov_date_text(DatumGetDateADT(value)));
			break;
		case TEXTOID:
			set_string(&jv, TextDatumGetCString(value));
			break;
		case NAMEOID:
			set_string(&jv, NameStr(*DatumGetName(value)));
			break;
		case JSONBOID:
			{
				Jsonb	   *jb = DatumGetJsonbP(value);

				jv.type = jbvBinary;
				jv.val.binary.data = &jb->root;
				jv.val.binary.len = VARSIZE(jb) - VARHDRSZ;
			}
			break;
		case TEXTARRAYOID:
			push_text_array(state, value);
			return;
		case BYTEAOID:
			{
				bytea	   *b = DatumGetByteaPP(value);
				int			len = VARSIZE_ANY_EXHDR(b);
				char	   *hex = palloc(len * 2 + 1);

				hex_encode(VARDATA_ANY(b), len, hex);
				hex[len * 2] = '\0';
				set_string(&jv, hex);
			}
			break;
		default:
			set_by_output(&jv, value, type);
			break;
	}
	pushJsonbValue(state, token, &jv);
}

void
gov_json_push_key(JsonbParseState **state, const char *key)
{
	JsonbValue	jv;

	set_string(&jv, unconstify(char *, key));
	pushJsonbValue(state, WJB_KEY, &jv);
}

static void
push_column(JsonbParseState **state, Form_pg_attribute att, Datum value,
			bool isnull)
{
	gov_json_push_key(state, NameStr(att->attname));
	gov_json_push(state, WJB_VALUE, value, isnull, att->atttypid);
}

static Jsonb *
row_to_jsonb(HeapTuple tuple, TupleDesc desc, AttrNumber hidden,
			 bool is_shown)
{
	JsonbParseState *state = NULL;
	Datum	   *values = palloc(sizeof(Datum) * desc->natts);
	bool	   *nulls = palloc(sizeof(bool) * desc->natts);
	int			i;

	heap_deform_tuple(tuple, desc, values, nulls);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Datum		value = values[i];

		if (att->attisdropped || att->attnum == hidden)
			continue;
		if (is_shown && att->atttypid == JSONBOID && !nulls[i])
			value = JsonbPGetDatum(gov_json_shown(DatumGetJsonbP(value)));
		push_column(&state, att, value, nulls[i]);
	}
	return gov_json_end(&state);
}

Jsonb *
gov_row_to_jsonb(HeapTuple tuple, TupleDesc desc, AttrNumber hidden)
{
	return row_to_jsonb(tuple, desc, hidden, false);
}

Jsonb *
gov_row_changes(HeapTuple old_tuple, HeapTuple new_tuple, TupleDesc desc,
				AttrNumber hidden)
{
	JsonbParseState *state = NULL;
	Datum	   *old_values = palloc(sizeof(Datum) * desc->natts);
	Datum	   *new_values = palloc(sizeof(Datum) * desc->natts);
	bool	   *old_nulls = palloc(sizeof(bool) * desc->natts);
	bool	   *new_nulls = palloc(sizeof(bool) * desc->natts);
	int			i;

	heap_deform_tuple(old_tuple, desc, old_values, old_nulls);
	heap_deform_tuple(new_tuple, desc, new_values, new_nulls);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || att->attnum == hidden)
			continue;
		if (old_nulls[i] == new_nulls[i] &&
			(old_nulls[i] || datum_image_eq(old_values[i], new_values[i],
											att->attbyval, att->attlen)))
			continue;
		push_column(&state, att, new_values[i], new_nulls[i]);
	}
	return gov_json_end(&state);
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
	Jsonb	   *result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	header = PG_GETARG_HEAPTUPLEHEADER(0);
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
								  HeapTupleHeaderGetTypMod(header));
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	tuple.t_data = header;
	result = row_to_jsonb(&tuple, desc, 0, true);
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
