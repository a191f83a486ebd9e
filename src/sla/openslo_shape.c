/*
 * openslo_shape.c
 *		The form of an OpenSLO document, and reading values in it.
 *
 * An unknown key is refused: it may be misspelt, and what it should say would
 * be lost.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "sla/openslo_shape.h"

#define NAME_LEN		63
#define PREFIX_LEN		253
#define DESCRIPTION_LEN 1050

typedef enum Kind
{
	BOOLEAN,
	NUMBER,
	TEXT,						/* at most "max" characters */
	NAME,						/* a label of RFC 1123 */
	OBJECT,						/* "fields", or keys of its own */
	LIST,						/* of objects */
	LABELS,
	ANNOTATIONS,
	UNKEPT						/* "why" says why */
} Kind;

typedef struct Field Field;
struct Field
{
	const char *name;
	Kind		kind;
	const Field *fields;
	int			max;
	const char *why;
};

#define ONE_INDICATOR "A service level is of one indicator: composites have several."
#define NO_SLICES "Observations are counted here, by budgeting method \"Occurrences\"."

static const Field source_fields[] = {
	{"metricSourceRef", NAME},
	{"type", TEXT},
	{"spec", OBJECT},
	{NULL}
};
static const Field metric_fields[] = {
	{"metricSource", OBJECT, source_fields},
	{NULL}
};
static const Field ratio_fields[] = {
	{"counter", BOOLEAN},
	{"good", OBJECT, metric_fields},
	{"bad", OBJECT, metric_fields},
	{"total", OBJECT, metric_fields},
	{"raw", OBJECT, metric_fields},
	{"rawType", TEXT},
	{NULL}
};
static const Field sli_fields[] = {
	{"description", TEXT, NULL, DESCRIPTION_LEN},
	{"thresholdMetric", OBJECT, metric_fields},
	{"ratioMetric", OBJECT, ratio_fields},
	{NULL}
};
static const Field metadata_fields[] = {
	{"name", NAME},
	{"displayName", TEXT, NULL, NAME_LEN},
	{"labels", LABELS},
	{"annotations", ANNOTATIONS},
	{NULL}
};
static const Field indicator_fields[] = {
	{"metadata", OBJECT, metadata_fields},
	{"spec", OBJECT, sli_fields},
	{NULL}
};
static const Field calendar_fields[] = {
	{"startTime", TEXT},
	{"timeZone", TEXT},
	{NULL}
};
static const Field window_fields[] = {
	{"duration", TEXT},
	{"isRolling", BOOLEAN},
	{"calendar", OBJECT, calendar_fields},
	{NULL}
};
static const Field objective_fields[] = {
	{"displayName", TEXT},
	{"op", TEXT},
	{"value", NUMBER},
	{"target", NUMBER},
	{"targetPercent", NUMBER},
	{"timeSliceTarget", UNKEPT, NULL, 0, NO_SLICES},
	{"timeSliceWindow", UNKEPT, NULL, 0, NO_SLICES},
	{"indicator", UNKEPT, NULL, 0, ONE_INDICATOR},
	{"indicatorRef", UNKEPT, NULL, 0, ONE_INDICATOR},
	{"compositeWeight", UNKEPT, NULL, 0, ONE_INDICATOR},
	{NULL}
};
static const Field spec_fields[] = {
	{"description", TEXT, NULL, DESCRIPTION_LEN},
	{"service", TEXT},
	{"indicator", OBJECT, indicator_fields},
	{"indicatorRef", NAME},
	{"timeWindow", LIST, window_fields},
	{"budgetingMethod", TEXT},
	{"objectives", LIST, objective_fields},
	{"alertPolicies", LIST},
	{NULL}
};
static const Field document_fields[] = {
	{"apiVersion", TEXT},
	{"kind", TEXT},
	{"metadata", OBJECT, metadata_fields},
	{"spec", OBJECT, spec_fields},
	{NULL}
};

void
gov_openslo_refuse(const char *detail, const char *hint)
{
	gov_bad_value("document", detail, hint);
}

void
gov_openslo_refuse_value(const char *path, const char *value,
						 const char *hint)
{
	gov_openslo_refuse(psprintf("\"%s\" is \"%s\".", path,
								gov_excerpt(value, strlen(value))), hint);
}

char *
gov_openslo_at(const char *path, const char *key)
{
	return path[0] != '\0' ? psprintf("%s.%s", path, key) : pstrdup(key);
}

int32
gov_openslo_whole(const char *digits, int len, int32 max)
{
	int64		value = 0;
	int			i;

	for (i = 0; i < len; i++)
	{
		if (digits[i] < '0' || digits[i] > '9')
			return 0;
		value = Min(value * 10 + (digits[i] - '0'), PG_INT32_MAX);
	}
	return value <= max ? (int32) value : 0;
}

JsonbValue *
gov_openslo_find(JsonbContainer *object, const char *key)
{
	JsonbValue *value;

	if (object == NULL)
		return NULL;
	value = getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
	return value != NULL && value->type == jbvNull ? NULL : value;
}

JsonbContainer *
gov_openslo_inner(JsonbContainer *object, const char *key)
{
	JsonbValue *value = gov_openslo_find(object, key);

	return value != NULL ? value->val.binary.data : NULL;
}

char *
gov_openslo_text(JsonbContainer *object, const char *key)
{
	JsonbValue *value = gov_openslo_find(object, key);

	return value != NULL ?
		pnstrdup(value->val.string.val, value->val.string.len) : NULL;
}

Numeric
gov_openslo_number(JsonbContainer *object, const char *key)
{
	JsonbValue *value = gov_openslo_find(object, key);

	return value != NULL ? value->val.numeric : NULL;
}

void
gov_openslo_demand(JsonbContainer *object, const char *key, const char *path)
{
	if (gov_openslo_find(object, key) == NULL)
		gov_openslo_refuse(psprintf("\"%s\" is missing.",
									gov_openslo_at(path, key)), NULL);
}

/* --- names --- */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9');
}

/* Letters and digits at both ends; within also those of "inner". */
static bool
is_name(const char *s, int len, int max, const char *inner)
{
	int			i;

	if (len < 1 || len > max || !is_alnum(s[0]) || !is_alnum(s[len - 1]))
		return false;
	for (i = 1; i < len - 1; i++)
	{
		if (!is_alnum(s[i]) && (s[i] == '\0' || strchr(inner, s[i]) == NULL))
			return false;
	}
	return true;
}

static bool
is_lower(const char *s, int len)
{
	int			i;

	for (i = 0; i < len; i++)
	{
		if (s[i] >= 'A' && s[i] <= 'Z')
			return false;
	}
	return true;
}

static bool
is_dns_label(const char *s, int len)
{
	return is_name(s, len, NAME_LEN, "-") && is_lower(s, len);
}

/* [DNS name/]name */
static bool
is_annotation_key(const char *s, int len)
{
	const char *slash = memchr(s, '/', len);
	const char *label = s;
	const char *c;

	if (slash == NULL)
		return is_name(s, len, NAME_LEN, "-._");
	if (slash - s > PREFIX_LEN)
		return false;
	for (c = s; c <= slash; c++)
	{
		if (*c != '.' && c != slash)
			continue;
		if (!is_dns_label(label, c - label))
			return false;
		label = c + 1;
	}
	return is_name(slash + 1, s + len - slash - 1, NAME_LEN, "-._");
}

/* --- types --- */

static bool
is_container(const JsonbValue *value, bool is_array)
{
	return value->type == jbvBinary &&
		(is_array ? JsonContainerIsArray(value->val.binary.data) :
		 JsonContainerIsObject(value->val.binary.data));
}

static void
wrong_type(const char *path, const char *wanted)
{
	gov_openslo_refuse(psprintf("\"%s\" is not %s.", path, wanted), NULL);
}

static char *
known_names(const Field *fields)
{
	const char *names[16];
	int			n = 0;

	for (; fields->name != NULL; fields++)
	{
		if (fields->kind != UNKEPT)
			names[n++] = fields->name;
	}
	names[n] = NULL;
	return psprintf("Known here: %s.", gov_word_list(names));
}

static char *
key_path(const char *path, const JsonbValue *key)
{
	return gov_openslo_at(path, gov_excerpt(key->val.string.val,
											key->val.string.len));
}

/* A label is a text or a list of texts, an annotation is a text. */
static void
check_pairs(JsonbContainer *pairs, const char *path, bool are_labels)
{
	JsonbIterator *it = JsonbIteratorInit(pairs);
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *key = NULL;
	bool		in_list = false;

	while ((token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			key = key_path(path, &value);
			if (are_labels ?
				!is_name(value.val.string.val, value.val.string.len, NAME_LEN,
						 "-._") :
				!is_annotation_key(value.val.string.val,
								   value.val.string.len))
				gov_openslo_refuse(psprintf("\"%s\" is no name for %s.", key,
											are_labels ? "a label" :
											"an annotation"), NULL);
		}
		else if ((token == WJB_BEGIN_ARRAY && (!are_labels || in_list)) ||
				 (token == WJB_BEGIN_OBJECT && key != NULL) ||
				 ((token == WJB_VALUE || token == WJB_ELEM) &&
				  value.type != jbvString))
			wrong_type(key, are_labels ? "a string or an array of them" :
					   "a string");
		in_list = token != WJB_KEY && token != WJB_END_ARRAY &&
			(in_list || token == WJB_BEGIN_ARRAY);
	}
}

static void check_object(JsonbContainer *object, const Field *fields,
						 const char *path);

static void
check_list(JsonbContainer *list, const Field *fields, const char *path)
{
	int			count = JsonContainerSize(list);
	int			i;

	for (i = 0; fields != NULL && i < count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(list, i);
		char	   *place = psprintf("%s[%d]", path, i);

		if (!is_container(element, false))
			wrong_type(place, "an object");
		check_object(element->val.binary.data, fields, place);
	}
}

static void
check_text(const Field *field, const JsonbValue *value, const char *path)
{
	const char *text = value->val.string.val;
	int			len = value->val.string.len;

	if (field->kind == NAME && !is_dns_label(text, len))
		gov_openslo_refuse(psprintf("\"%s\" is \"%s\", which is no name.",
									path, gov_excerpt(text, len)),
						   "A name is a label of RFC 1123: up to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit.");
	if (field->max > 0 && pg_mbstrlen_with_len(text, len) > field->max)
		gov_openslo_refuse(psprintf("\"%s\" is longer than %d characters.",
									path, field->max), NULL);
}

static void
check_value(const Field *field, const JsonbValue *value, const char *path)
{
	switch (field->kind)
	{
		case BOOLEAN:
			if (value->type != jbvBool)
				wrong_type(path, "true or false");
			break;
		case NUMBER:
			if (value->type != jbvNumeric)
				wrong_type(path, "a number");
			break;
		case TEXT:
		case NAME:
			if (value->type != jbvString)
				wrong_type(path, "a string");
			check_text(field, value, path);
			break;
		case LIST:
			if (!is_container(value, true))
				wrong_type(path, "an array");
			check_list(value->val.binary.data, field->fields, path);
			break;
		case OBJECT:
		case LABELS:
		case ANNOTATIONS:
			if (!is_container(value, false))
				wrong_type(path, "an object");
			if (field->kind != OBJECT)
				check_pairs(value->val.binary.data, path,
							field->kind == LABELS);
			else if (field->fields != NULL)
				check_object(value->val.binary.data, field->fields, path);
			break;
		case UNKEPT:
			gov_openslo_refuse(psprintf("\"%s\" cannot be kept.", path),
							   field->why);
	}
}

static void
check_object(JsonbContainer *object, const Field *fields, const char *path)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	value;
	const Field *field = NULL;
	char	   *place = NULL;

	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			place = key_path(path, &value);
			for (field = fields; field->name != NULL; field++)
			{
				if (strlen(field->name) == value.val.string.len &&
					memcmp(field->name, value.val.string.val,
						   value.val.string.len) == 0)
					break;
			}
			if (field->name == NULL)
				gov_openslo_refuse(psprintf("\"%s\" is no key of OpenSLO.",
											place), known_names(fields));
		}
		else if (token == WJB_VALUE && value.type != jbvNull)
			check_value(field, &value, place);
	}
}

void
gov_openslo_check(JsonbContainer *document, const char *path)
{
	check_object(document, document_fields, path);
}
