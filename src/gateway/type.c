/*
 * type.c
 *		The types of fields in requests: THE list.
 *
 * A parameter is a text that the type's input function accepts: value.c makes
 * sure of that.
 */
#include "gateway/type.h"
#include "text/json.h"

#define STRING (1 << GOV_JSON_STRING)
#define NUMBER (1 << GOV_JSON_NUMBER)
#define BOOLEAN (1 << GOV_JSON_TRUE | 1 << GOV_JSON_FALSE)
#define ARRAY (1 << GOV_JSON_ARRAY)
#define OBJECT (1 << GOV_JSON_OBJECT)

#define SAME(schema) "{" schema "}", "{" schema "}"
#define OF_TYPE(type) SAME("\"type\": \"" type "\"")
#define ONE_OR_MANY(type) \
	SAME("\"anyOf\": [{\"type\": " type "}," \
		 " {\"type\": \"array\", \"items\": {\"type\": " type "}}]")
#define OBJECT_OF(schema) \
	SAME("\"type\": \"object\", \"additionalProperties\": " schema)
#define MOMENT "\"description\": \"seconds since 1970, or ISO 8601\"}"

const TypeFacts type_facts[TYPE_COUNT] = {
	[TYPE_TEXT] = {"text", "$::text", TYPE_TEXT, STRING, "a string",
	OF_TYPE("string")},
	[TYPE_INT] = {"int", "$::int4", TYPE_INT, NUMBER, "a whole number",
	SAME("\"type\": \"integer\", \"format\": \"int32\"")},
	[TYPE_LIMIT] = {"limit", "$::int4", TYPE_LIMIT, NUMBER, "a whole number",
	SAME("\"type\": \"integer\", \"minimum\": 1, \"maximum\": 10000")},
	[TYPE_SECONDS] = {"seconds", "make_interval(secs => $::int4)",
		TYPE_SECONDS, NUMBER, "a whole number",
	SAME("\"type\": \"integer\", \"format\": \"int32\"")},
	[TYPE_LONG] = {"long", "$::int8", TYPE_LONG, NUMBER, "a whole number",
	SAME("\"type\": \"integer\", \"format\": \"int64\"")},
	[TYPE_NUMBER] = {"number", "$::float8", TYPE_NUMBER, NUMBER, "a number",
	OF_TYPE("number")},
	[TYPE_NUMERIC] = {"numeric", "$::numeric", TYPE_NUMERIC, NUMBER,
	"a number", OF_TYPE("number")},
	[TYPE_BOOL] = {"bool", "$::bool", TYPE_BOOL, BOOLEAN, "true or false",
	OF_TYPE("boolean")},
	[TYPE_TIME] = {"time", "gov_moment('@', $::text)", TYPE_TIME,
		NUMBER | STRING,
		"a time: seconds since 1970, or a text in ISO 8601",
		"{\"type\": \"string\", " MOMENT,
	"{\"type\": [\"number\", \"string\"], " MOMENT},
	[TYPE_UUID] = {"uuid", "$::uuid", TYPE_UUID, STRING, "a string",
	SAME("\"type\": \"string\", \"format\": \"uuid\"")},
	[TYPE_MARK] = {"mark", "$::text", TYPE_MARK, STRING, "a string",
	OF_TYPE("string")},
	[TYPE_TEXTS] = {"texts", "$::text[]", TYPE_TEXT, ARRAY,
		"an array of strings",
	SAME("\"type\": \"array\", \"items\": {\"type\": \"string\"}")},
	[TYPE_NUMBERS] = {"numbers", "$::float8[]", TYPE_NUMBER, 0,
	"a number, or an array of such", ONE_OR_MANY("\"number\"")},
	[TYPE_BOOLS] = {"bools", "array_replace($::bool[], NULL, true)",
		TYPE_BOOL, 0,
	"true or false, or an array of such", ONE_OR_MANY("\"boolean\"")},
	[TYPE_TIMES] = {"times",
		"(SELECT array_agg(coalesce(gov_moment('@', e.t), clock_timestamp())"
		" ORDER BY e.n) FROM unnest($::text[]) WITH ORDINALITY AS e(t, n))",
		TYPE_TIME, 0, "a time, or an array of such",
	ONE_OR_MANY("[\"number\", \"string\"]")},
	[TYPE_ROWS] = {"rows", "", TYPE_ROWS, ARRAY, "an array of objects",
	NULL, NULL},
	[TYPE_OBJECT] = {"object", "$::jsonb", TYPE_OBJECT, OBJECT, "an object",
	OBJECT_OF("true")},
	[TYPE_JSON] = {"json", "$::jsonb", TYPE_JSON, ARRAY | OBJECT,
		"an object or an array",
		SAME("\"type\": [\"object\", \"array\"],"
			 " \"additionalProperties\": true, \"items\": {}")
	},
	[TYPE_METRICS] = {"metrics", "$::jsonb", TYPE_METRICS, OBJECT,
	"an object", OBJECT_OF("{\"type\": \"number\"}")},
	[TYPE_ANSWERS] = {"answers", "$::jsonb", TYPE_ANSWERS, OBJECT,
		"an object",
	OBJECT_OF("{\"type\": [\"boolean\", \"string\"]}")},
	[TYPE_DOCUMENT] = {"document", "$::jsonb", TYPE_DOCUMENT, OBJECT,
	"an object", OBJECT_OF("true")},
	[TYPE_ANY] = {"any", "$::jsonb", TYPE_ANY, 0, NULL, SAME("")},
};

bool
type_takes_rest(ArgumentType type)
{
	return type == TYPE_METRICS || type == TYPE_ANSWERS ||
		type == TYPE_DOCUMENT;
}
