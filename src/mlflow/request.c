/*
 * request.c
 *		What MLflow's clients send: fields of a JSON object.
 */
#include "postgres.h"

#include <ctype.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "core/args.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "mlflow/request.h"

#define SEE_DOCS \
	"See the API docs for more information about request parameters."

void
gov_mlflow_bad(const char *format, ...)
{
	va_list		args;
	char		text[1024];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg_internal("%s", text)));
}

static char *
number_text(const JsonbValue *value)
{
	Datum		number = NumericGetDatum(value->val.numeric);

	return DatumGetCString(DirectFunctionCall1(numeric_out, number));
}

static const char *
type_name(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return "str";
		case jbvNumeric:
			return "int";
		case jbvBool:
			return "bool";
		default:
			return value->type == jbvBinary &&
				JsonContainerIsArray(value->val.binary.data) ? "list" : "dict";
	}
}

pg_noreturn static void
bad_type(const JsonbValue *value, const char *field)
{
	const char *shown = "";

	if (value->type == jbvNumeric)
		shown = number_text(value);
	gov_mlflow_bad("Invalid value %.40s for parameter '%s' supplied. Hint: Value was of type '%s'. "
				   SEE_DOCS, shown, field, type_name(value));
}

/* NULL where it is absent or null. */
static JsonbValue *
find(const Jsonb *object, const char *field)
{
	JsonbValue *value =
		getKeyJsonValueFromContainer((JsonbContainer *) &object->root, field,
									 strlen(field), NULL);

	return value == NULL || value->type == jbvNull ? NULL : value;
}

static const char *
text_of(const JsonbValue *value, const char *field)
{
	if (value->type != jbvString)
		bad_type(value, field);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

const char *
gov_mlflow_given(const Jsonb *request, const char *field)
{
	JsonbValue *value = find(request, field);

	return value == NULL ? NULL : text_of(value, field);
}

const char *
gov_mlflow_text(const Jsonb *request, const char *field)
{
	const char *text = gov_mlflow_given(request, field);

	return text == NULL ? "" : text;
}

const char *
gov_mlflow_needed(const Jsonb *request, const char *field)
{
	const char *text = gov_mlflow_text(request, field);

	if (text[strspn(text, " \t\r\n")] == '\0')
		gov_mlflow_bad("Missing value for required parameter '%s'. " SEE_DOCS,
					   field);
	return text;
}

int
gov_mlflow_number(const Jsonb *request, const char *field, int missing,
				  int max)
{
	JsonbValue *value = find(request, field);
	const char *text;
	char	   *end;
	long		number;

	if (value == NULL)
		return missing;
	if (value->type == jbvNumeric)
		text = number_text(value);
	else
		text = text_of(value, field);
	if (text[0] == '\0')
		return missing;
	errno = 0;
	number = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || !isdigit((unsigned char) end[-1]))
		bad_type(value, field);
	if (number < 1 || number > max)
		gov_mlflow_bad("Invalid value %ld for parameter '%s' supplied: it must be from 1 to %d.",
					   number, field, max);
	return (int) number;
}

bool
gov_mlflow_bool(const Jsonb *request, const char *field)
{
	JsonbValue *value = find(request, field);
	const char *text;

	if (value == NULL || value->type == jbvBool)
		return value != NULL && value->val.boolean;
	text = text_of(value, field);
	if (pg_strcasecmp(text, "true") == 0)
		return true;
	if (text[0] != '\0' && pg_strcasecmp(text, "false") != 0)
		bad_type(value, field);
	return false;
}

const char **
gov_mlflow_texts(const Jsonb *request, const char *field, int *count)
{
	JsonbValue *value = find(request, field);
	const char **texts = palloc(sizeof(char *));
	JsonbContainer *list;
	int			i;

	*count = 0;
	if (value == NULL)
		return texts;
	if (value->type == jbvString)
	{
		texts[(*count)++] = text_of(value, field);
		return texts;
	}
	if (value->type != jbvBinary ||
		!JsonContainerIsArray(value->val.binary.data))
		bad_type(value, field);
	list = value->val.binary.data;
	if (JsonContainerSize(list) > GOV_ARRAY_MAX)
		gov_mlflow_bad("Parameter '%s' has more than %d values.", field,
					   GOV_ARRAY_MAX);
	texts = palloc(sizeof(char *) * Max(JsonContainerSize(list), 1));
	for (i = 0; i < (int) JsonContainerSize(list); i++)
		texts[(*count)++] = text_of(getIthJsonbValueFromContainer(list, i),
									field);
	return texts;
}

/* Put the member of a tag into the object. */
static void
push(JsonbParseState **state, JsonbIteratorToken token, const char *text)
{
	JsonbValue	value = {.type = jbvString};

	value.val.string.val = unconstify(char *, text);
	value.val.string.len = strlen(text);
	(void) pushJsonbValue(state, token, &value);
}

Jsonb *
gov_mlflow_tags(const Jsonb *request)
{
	JsonbValue *value = find(request, "tags");
	JsonbParseState *state = NULL;
	JsonbContainer *list;
	int			i;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	if (value != NULL)
	{
		if (value->type != jbvBinary ||
			!JsonContainerIsArray(value->val.binary.data))
			bad_type(value, "tags");
		list = value->val.binary.data;
		for (i = 0; i < (int) JsonContainerSize(list); i++)
		{
			JsonbValue *item = getIthJsonbValueFromContainer(list, i);
			Jsonb	   *tag;

			if (item->type != jbvBinary ||
				!JsonContainerIsObject(item->val.binary.data))
				bad_type(item, "tags");
			tag = JsonbValueToJsonb(item);
			push(&state, WJB_KEY, gov_mlflow_needed(tag, "key"));
			push(&state, WJB_VALUE, gov_mlflow_text(tag, "value"));
		}
	}
	return gov_json_end(&state);
}
