/*
 * args.c
 *		Arguments of gov_* functions, checked for form before anything else.
 *
 * gov_* functions are not STRICT: a NULL where one is needed must be an error
 * and not a silent NULL.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "core/args.h"
#include "core/json_text.h"
#include "core/numbers.h"
#include "core/row_json.h"

void
gov_bad_value(const char *name, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for argument \"%s\"", name),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0));
}

void
gov_missing_value(const char *name)
{
	gov_bad_value(name, psprintf("The argument \"%s\" is missing.", name),
				  psprintf("Give a value: %s => ...", name));
}

static bool
is_alphanumeric(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9');
}

static bool
name_is_valid(const char *s, int len, const char *others)
{
	int			i;

	if (len < 1 || len > GOV_ID_LEN || !is_alphanumeric(s[0]))
		return false;
	for (i = 1; i < len; i++)
	{
		if (!is_alphanumeric(s[i]) &&
			(s[i] == '\0' || strchr(others, s[i]) == NULL))
			return false;
	}
	return true;
}

bool
gov_id_is_valid(const char *s, int len)
{
	return name_is_valid(s, len, "._-");
}

bool
gov_version_is_valid(const char *s, int len)
{
	return name_is_valid(s, len, "._+-");
}

/* How much of a bad value an error repeats: enough to recognise it. */
char *
gov_excerpt(const char *s, int len)
{
	if (len > 64)
	{
		len = pg_mbcliplen(s, len, 64);
		return psprintf("%.*s...", len, s);
	}
	return pnstrdup(s, len);
}

static void
check_name(const char *s, const char *name, const char *others)
{
	int			len = strlen(s);

	if (name_is_valid(s, len, others))
		return;
	if (len == 0)
		gov_bad_value(name, "It is empty.",
					  "Use 1 to 128 letters, digits, dots, underscores and hyphens, a letter or digit first.");
	if (len > GOV_ID_LEN)
		gov_bad_value(name,
					  psprintf("\"%s\" is longer than %d characters.",
							   gov_excerpt(s, len), GOV_ID_LEN),
					  NULL);
	gov_bad_value(name,
				  psprintf("\"%s\" does not match the pattern for names.",
						   gov_excerpt(s, len)),
				  strchr(others, '+') ?
				  "Use 1 to 128 letters, digits, dots, underscores, hyphens and plus signs, a letter or digit first." :
				  "Use 1 to 128 letters, digits, dots, underscores and hyphens, a letter or digit first.");
}

void
gov_check_name(const char *s, const char *name, bool is_version)
{
	check_name(s, name, is_version ? "._+-" : "._-");
}

static const char *
arg_name(FunctionCallInfo fcinfo, int n, const char *name, const char *others,
		 bool or_null)
{
	char	   *s;

	if (PG_ARGISNULL(n))
	{
		if (!or_null)
			gov_missing_value(name);
		return NULL;
	}
	s = text_to_cstring(PG_GETARG_TEXT_PP(n));
	check_name(s, name, others);
	return s;
}

const char *
gov_arg_id(FunctionCallInfo fcinfo, int n, const char *name)
{
	return arg_name(fcinfo, n, name, "._-", false);
}

const char *
gov_arg_id_or_null(FunctionCallInfo fcinfo, int n, const char *name)
{
	return arg_name(fcinfo, n, name, "._-", true);
}

const char *
gov_arg_version(FunctionCallInfo fcinfo, int n)
{
	return arg_name(fcinfo, n, "version", "._+-", false);
}

const char *
gov_arg_version_or_null(FunctionCallInfo fcinfo, int n, const char *name)
{
	return arg_name(fcinfo, n, name, "._+-", true);
}

const char *
gov_arg_text(FunctionCallInfo fcinfo, int n, const char *name,
			 const char *missing)
{
	text	   *t;

	if (PG_ARGISNULL(n))
		return missing;
	t = PG_GETARG_TEXT_PP(n);
	if (VARSIZE_ANY_EXHDR(t) > GOV_TEXT_MAX)
		gov_bad_value(name,
					  psprintf("It has %zu bytes, more than %d.",
							   (size_t) VARSIZE_ANY_EXHDR(t), GOV_TEXT_MAX),
					  "Keep the document elsewhere and give its address and hash.");
	return text_to_cstring(t);
}

const char *
gov_arg_reason(FunctionCallInfo fcinfo, int n, const char *name)
{
	const char *s = gov_arg_text(fcinfo, n, name, NULL);

	if (s == NULL)
		gov_missing_value(name);
	if (s[strspn(s, " \t\r\n\v\f")] == '\0')
		gov_bad_value(name, "It is empty.",
					  "Give a text that says something: the audit trail keeps it.");
	return s;
}

char *
gov_word_list(const char *const *words)
{
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	for (i = 0; words[i] != NULL; i++)
		appendStringInfo(&buf, "%s%s", i > 0 ? ", " : "", words[i]);
	return buf.data;
}

int
gov_word_index(const char *const *words, const char *word)
{
	int			i = 0;

	while (words[i] != NULL && strcmp(words[i], word) != 0)
		i++;
	return words[i] != NULL ? i : -1;
}

const char *
gov_arg_word(FunctionCallInfo fcinfo, int n, const char *name,
			 const char *const *words, const char *missing)
{
	const char *s = gov_arg_text(fcinfo, n, name, missing);
	int			i;

	if (s == NULL)
		gov_missing_value(name);
	i = gov_word_index(words, s);
	if (i >= 0)
		return words[i];
	gov_bad_value(name,
				  psprintf("\"%s\" is not one of the allowed words.",
						   gov_excerpt(s, strlen(s))),
				  psprintf("Allowed: %s.", gov_word_list(words)));
}

static Jsonb *
empty_object(void)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	return gov_json_end(&state);
}

/*
 * A value that is short as stored may be long as text, so its numbers are
 * judged first, and then its text.
 */
static Jsonb *
check_json(Jsonb *jb, const char *name)
{
	const char *flaw = gov_json_flaw(jb);

	if (flaw != NULL)
		gov_bad_value(name, flaw, GOV_NUMBER_HINT);
	if (gov_json_exceeds(jb, GOV_TEXT_MAX))
		gov_bad_value(name,
					  psprintf("It has more than %d bytes as text.",
							   GOV_TEXT_MAX),
					  "Keep the document elsewhere and give its address and hash.");
	return jb;
}

/*
 * The type of an argument: the declared one, or for a polymorphic argument the
 * one that the caller's expression has.  The expression alone would not do, as
 * a function call by the protocol has none.
 */
static Oid
arg_type(FunctionCallInfo fcinfo, int n)
{
	Oid		   *types;
	int			ntypes;

	(void) get_func_signature(fcinfo->flinfo->fn_oid, &types, &ntypes);
	if (types[n] != ANYELEMENTOID)
		return types[n];
	return getBaseType(get_fn_expr_argtype(fcinfo->flinfo, n));
}

/* A number, a boolean or anything else that is one value. */
static Jsonb *
scalar_json(Datum value, Oid type)
{
	JsonbParseState *state = NULL;
	JsonbValue	scalar = {0};

	if (type == INT2OID)
	{
		value = Int32GetDatum(DatumGetInt16(value));
		type = INT4OID;
	}
	else if (type == FLOAT4OID)
	{
		value = Float8GetDatum(DatumGetFloat4(value));
		type = FLOAT8OID;
	}
	scalar.type = jbvArray;
	scalar.val.array.nElems = 1;
	scalar.val.array.rawScalar = true;
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, &scalar);
	gov_json_push(&state, WJB_ELEM, value, false, type);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

Jsonb *
gov_arg_json(FunctionCallInfo fcinfo, int n, const char *name)
{
	Oid			type;
	Jsonb	   *jb;

	if (PG_ARGISNULL(n))
		gov_missing_value(name);
	type = arg_type(fcinfo, n);
	if (type == JSONBOID)
		jb = PG_GETARG_JSONB_P(n);
	else if (type == TEXTOID || type == JSONOID)
	{
		char	   *json = text_to_cstring(PG_GETARG_TEXT_PP(n));

		jb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
												CStringGetDatum(json)));
	}
	else
		jb = scalar_json(PG_GETARG_DATUM(n), type);
	return check_json(jb, name);
}

Jsonb *
gov_arg_object(FunctionCallInfo fcinfo, int n, const char *name, bool or_null)
{
	Jsonb	   *jb;

	if (PG_ARGISNULL(n))
		return or_null ? NULL : empty_object();
	jb = PG_GETARG_JSONB_P(n);
	if (!JB_ROOT_IS_OBJECT(jb))
		gov_bad_value(name, "It is not a JSON object.",
					  "Give an object such as {\"key\": \"value\"}.");
	return check_json(jb, name);
}

Jsonb *
gov_arg_document(FunctionCallInfo fcinfo, int n, const char *name,
				 bool or_null)
{
	Jsonb	   *jb;

	if (PG_ARGISNULL(n))
		return or_null ? NULL : empty_object();
	jb = PG_GETARG_JSONB_P(n);
	if (JB_ROOT_IS_SCALAR(jb))
		gov_bad_value(name, "It is neither a JSON object nor an array.", NULL);
	return check_json(jb, name);
}

/*
 * The shortest text that reads as this number, whatever extra_float_digits is.
 */
static Numeric
shortest_number(float8 value)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(value, digits);
	return DatumGetNumeric(DirectFunctionCall3(numeric_in,
											   CStringGetDatum(digits),
											   ObjectIdGetDatum(InvalidOid),
											   Int32GetDatum(-1)));
}

Numeric
gov_arg_number(FunctionCallInfo fcinfo, int n, const char *name)
{
	Numeric		number;
	const char *flaw;

	if (PG_ARGISNULL(n))
		gov_missing_value(name);
	number = arg_type(fcinfo, n) == FLOAT8OID ?
		shortest_number(PG_GETARG_FLOAT8(n)) : PG_GETARG_NUMERIC(n);
	flaw = gov_number_flaw(number);
	if (flaw != NULL)
		gov_bad_value(name, flaw, NULL);
	return number;
}

const char **
gov_arg_text_array(FunctionCallInfo fcinfo, int n, const char *name,
				   int *count)
{
	ArrayType  *array;
	Datum	   *elements;
	bool	   *nulls;
	const char **result;
	int			i;

	*count = -1;
	if (PG_ARGISNULL(n))
		return NULL;
	array = PG_GETARG_ARRAYTYPE_P(n);
	if (ARR_NDIM(array) > 1)
		gov_bad_value(name, "The array has more than one dimension.", NULL);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, count);
	if (*count > GOV_ARRAY_MAX)
		gov_bad_value(name,
					  psprintf("The array has %d elements, more than %d.",
							   *count, GOV_ARRAY_MAX),
					  NULL);
	result = palloc(sizeof(char *) * Max(*count, 1));
	for (i = 0; i < *count; i++)
	{
		if (nulls[i])
			gov_bad_value(name, "An element of the array is NULL.", NULL);
		result[i] = TextDatumGetCString(elements[i]);
		if (result[i][0] == '\0')
			gov_bad_value(name, "An element of the array is empty.", NULL);
	}
	return result;
}

const char **
gov_arg_id_array(FunctionCallInfo fcinfo, int n, const char *name, int *count)
{
	const char **result = gov_arg_text_array(fcinfo, n, name, count);
	int			i;
	int			j;

	for (i = 0; i < *count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		check_name(result[i], name, "._-");
		for (j = 0; j < i; j++)
		{
			if (strcmp(result[i], result[j]) == 0)
				gov_bad_value(name,
							  psprintf("\"%s\" is given twice.", result[i]),
							  NULL);
		}
	}
	return result;
}

static int64
check_range(int64 v, const char *name, int64 min, int64 max)
{
	if (v < min || v > max)
		gov_bad_value(name,
					  psprintf("%lld is not between %lld and %lld.",
							   (long long) v, (long long) min,
							   (long long) max),
					  NULL);
	return v;
}

int32
gov_arg_int4(FunctionCallInfo fcinfo, int n, const char *name,
			 int32 min, int32 max)
{
	if (PG_ARGISNULL(n))
		gov_missing_value(name);
	return (int32) check_range(PG_GETARG_INT32(n), name, min, max);
}

int64
gov_arg_int8(FunctionCallInfo fcinfo, int n, const char *name,
			 int64 min, int64 max)
{
	if (PG_ARGISNULL(n))
		gov_missing_value(name);
	return check_range(PG_GETARG_INT64(n), name, min, max);
}

void
gov_refuse_restricted(const char *function)
{
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("cannot execute %s within security-restricted operation",
						function)));
}

void
gov_refuse_read_only(const char *function)
{
	gov_refuse_restricted(function);
	PreventCommandIfReadOnly(function);
	PreventCommandIfParallelMode(function);
	PreventCommandDuringRecovery(function);
}

List *
gov_array_texts(const ArrayType *array)
{
	List	   *names = NIL;
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	int			i;

	if (array == NULL)
		return NIL;
	deconstruct_array(unconstify(ArrayType *, array), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, &nulls, &count);
	for (i = 0; i < count; i++)
	{
		if (!nulls[i])
			names = lappend(names, TextDatumGetCString(elements[i]));
	}
	return names;
}
