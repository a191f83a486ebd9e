/*
 * openslo.c
 *		gov_sla_import_openslo(): a service level by an OpenSLO document.
 *
 * Source: github.com/OpenSLO/OpenSLO, version v1.  What the document asks for
 * and a service level cannot keep is refused: a promise that is not watched
 * would be worse than none.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "access/require.h"
#include "core/compat.h"
#include "sla/target.h"

PG_FUNCTION_INFO_V1(gov_sla_import_openslo);
PG_FUNCTION_INFO_V1(gov_sql_require_sla);

/* What gov_define_sla() takes, in its order. */
#define DEFINE_ARGS 10
extern PGDLLEXPORT Datum gov_define_sla(PG_FUNCTION_ARGS);

#define DEFAULT_P95 500.0
#define DEFAULT_P99 1000.0
#define DEFAULT_WINDOW_DAYS 30
#define ANNOTATION "governance/"

typedef enum Objective
{
	OBJECTIVE_P95,
	OBJECTIVE_P99,
	OBJECTIVE_AVAILABILITY,
	OBJECTIVE_ERROR_RATE,
	OBJECTIVE_COUNT
} Objective;

/* What the document says. */
typedef struct Document
{
	char	   *type;
	char	   *id;
	bool		given[OBJECTIVE_COUNT];
	double		value[OBJECTIVE_COUNT]; /* milliseconds, per cent */
	double		unavailability; /* what availability leaves, as written */
	char	   *response_minutes;	/* NULL: not said */
	char	   *resolution_hours;
	int32		window_days;
	bool		is_calendar;
	Jsonb	   *metadata;		/* or NULL */
} Document;

pg_noreturn static void
refuse(const char *detail, const char *hint)
{
	gov_bad_value("document", detail, hint);
}

/* The value of a key, or NULL; JSON's null is none, too. */
static JsonbValue *
find(JsonbContainer *object, const char *key)
{
	JsonbValue *value;

	if (object == NULL || !JsonContainerIsObject(object))
		return NULL;
	value = getKeyJsonValueFromContainer(object, key, strlen(key), NULL);
	return value != NULL && value->type == jbvNull ? NULL : value;
}

/* The object or array of a key, or NULL where there is none. */
static JsonbContainer *
find_container(JsonbContainer *object, const char *key, const char *path,
			   bool is_array)
{
	JsonbValue *value = find(object, key);

	if (value == NULL)
		return NULL;
	if (value->type != jbvBinary ||
		(is_array ? !JsonContainerIsArray(value->val.binary.data) :
		 !JsonContainerIsObject(value->val.binary.data)))
		refuse(psprintf("\"%s\" is not %s.", path,
						is_array ? "an array" : "an object"), NULL);
	return value->val.binary.data;
}

static char *
find_text(JsonbContainer *object, const char *key, const char *path)
{
	JsonbValue *value = find(object, key);

	if (value == NULL)
		return NULL;
	if (value->type != jbvString)
		refuse(psprintf("\"%s\" is not a string.", path), NULL);
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static Numeric
find_number(JsonbContainer *object, const char *key, const char *path)
{
	JsonbValue *value = find(object, key);

	if (value == NULL)
		return NULL;
	if (value->type != jbvNumeric)
		refuse(psprintf("\"%s\" of an objective is not a number.", path),
			   NULL);
	return value->val.numeric;
}

/* The text of a key, which must be there and be that. */
static void
demand(JsonbContainer *object, const char *key, const char *path,
	   const char *wanted, const char *hint)
{
	char	   *text = find_text(object, key, path);

	if (text == NULL)
		refuse(psprintf("\"%s\" is missing.", path), hint);
	if (strcmp(text, wanted) != 0)
		refuse(psprintf("\"%s\" is \"%s\", not \"%s\".", path,
						gov_excerpt(text, strlen(text)), wanted), hint);
}

static double
to_double(Numeric number)
{
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  NumericGetDatum(number)));
}

static Numeric
hundred(void)
{
	return int64_to_numeric(100);
}

/*
 * objective_percent
 *		The share that has to be good, in per cent and as written: 0.999 is
 *		99.9.
 */
static Numeric
objective_percent(JsonbContainer *objective)
{
	Numeric		target = find_number(objective, "target", "target");
	Numeric		percent = find_number(objective, "targetPercent",
									  "targetPercent");

	if ((target == NULL) == (percent == NULL))
		refuse("An objective needs either \"target\" or \"targetPercent\".",
			   NULL);
	if (target != NULL)
		percent = numeric_mul_opt_error(target, hundred(), NULL);
	if (to_double(percent) < 0 || to_double(percent) > 100)
		refuse("The target of an objective is not between 0 and 100 per cent.",
			   "\"target\" is from 0 to 1, \"targetPercent\" from 0 to 100.");
	return percent;
}

/* "At most so many milliseconds for 95 (99) per cent." */
static Objective
read_latency(JsonbContainer *objective, double percent, double *value)
{
	char	   *op = find_text(objective, "op", "op");
	Numeric		number = find_number(objective, "value", "value");

	if (op == NULL || number == NULL)
		refuse("An objective has only one of \"op\" and \"value\".", NULL);
	if (strcmp(op, "lte") != 0)
		refuse(psprintf("The \"op\" of an objective is \"%s\".",
						gov_excerpt(op, strlen(op))),
			   "A response time can be promised with \"lte\" alone.");
	*value = to_double(number);
	if (percent == 95)
		return OBJECTIVE_P95;
	if (percent == 99)
		return OBJECTIVE_P99;
	refuse(psprintf("A response time is promised for %g per cent.", percent),
		   "It can be promised for 95 and for 99 per cent.");
}

static void
read_objective(JsonbContainer *objective, Document *document)
{
	Numeric		percent = objective_percent(objective);
	char	   *name = find_text(objective, "displayName", "displayName");
	Objective	which;
	double		value;

	if (find(objective, "timeSliceTarget") != NULL ||
		find(objective, "timeSliceWindow") != NULL)
		refuse("An objective counts time slices.",
			   "Observations are counted here, by budgeting method \"Occurrences\".");
	if (find(objective, "op") != NULL || find(objective, "value") != NULL)
		which = read_latency(objective, to_double(percent), &value);
	else if (name != NULL && strcmp(name, "error_rate") == 0)
	{
		which = OBJECTIVE_ERROR_RATE;
		value = to_double(numeric_sub_opt_error(hundred(), percent, NULL));
	}
	else
	{
		which = OBJECTIVE_AVAILABILITY;
		value = to_double(percent);
		document->unavailability =
			to_double(numeric_sub_opt_error(hundred(), percent, NULL));
	}
	if (document->given[which])
		refuse("Two objectives promise the same.",
			   "One each for response times of 95 and of 99 per cent, for availability and for the error rate.");
	document->given[which] = true;
	document->value[which] = value;
}

static void
read_objectives(JsonbContainer *spec, Document *document)
{
	JsonbContainer *objectives = find_container(spec, "objectives",
												"spec.objectives", true);
	int			count = objectives ? JsonContainerSize(objectives) : 0;
	int			i;

	if (count == 0)
		refuse("\"spec.objectives\" is missing or empty.", NULL);
	for (i = 0; i < count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(objectives, i);

		if (element->type != jbvBinary ||
			!JsonContainerIsObject(element->val.binary.data))
			refuse("An objective is not an object.", NULL);
		read_objective(element->val.binary.data, document);
	}
}

/* "30d": days of a duration. */
static int32
read_duration(const char *duration)
{
	static const struct
	{
		char		unit;
		int			days;
	}			units[] = {
		{'d', 1}, {'w', 7}, {'M', 30}, {'Q', 91}, {'Y', 365}
	};
	char	   *end;
	long		number = strtol(duration, &end, 10);
	int			i;

	for (i = 0; i < lengthof(units); i++)
	{
		if (end != duration && end[0] == units[i].unit && end[1] == '\0' &&
			number >= 1 && number * units[i].days <= 366)
			return number * units[i].days;
	}
	refuse(psprintf("The duration \"%s\" is not from a day to a year.",
					gov_excerpt(duration, strlen(duration))),
		   "Write it as 30d, 4w, 1M, 1Q or 1Y.");
}

static void
read_window(JsonbContainer *spec, Document *document)
{
	JsonbContainer *windows = find_container(spec, "timeWindow",
											 "spec.timeWindow", true);
	JsonbContainer *calendar;
	JsonbContainer *window;
	JsonbValue *value;
	char	   *duration;
	char	   *zone;

	document->window_days = DEFAULT_WINDOW_DAYS;
	if (windows == NULL)
		return;
	value = JsonContainerSize(windows) == 1 ?
		getIthJsonbValueFromContainer(windows, 0) : NULL;
	if (value == NULL || value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data))
		refuse("\"spec.timeWindow\" is not an array of one object.", NULL);
	window = value->val.binary.data;
	duration = find_text(window, "duration", "spec.timeWindow[0].duration");
	if (duration != NULL)
		document->window_days = read_duration(duration);
	else
		refuse("\"spec.timeWindow[0].duration\" is missing.", NULL);

	calendar = find_container(window, "calendar",
							  "spec.timeWindow[0].calendar", false);
	value = find(window, "isRolling");
	document->is_calendar = calendar != NULL ||
		(value != NULL && value->type == jbvBool && !value->val.boolean);
	zone = find_text(calendar, "timeZone",
					 "spec.timeWindow[0].calendar.timeZone");
	if (zone != NULL && strcmp(zone, "UTC") != 0 &&
		strcmp(zone, "Etc/UTC") != 0)
		refuse(psprintf("The calendar is that of time zone \"%s\".",
						gov_excerpt(zone, strlen(zone))),
			   "Calendar windows begin and end in UTC here.");
}

static char *
annotation(JsonbContainer *annotations, const char *name)
{
	char	   *key = psprintf(ANNOTATION "%s", name);

	return find_text(annotations, key,
					 psprintf("metadata.annotations.%s", key));
}

static void
read_annotations(JsonbContainer *root, JsonbContainer *spec,
				 Document *document)
{
	JsonbContainer *metadata = find_container(root, "metadata", "metadata",
											  false);
	JsonbContainer *annotations =
		find_container(metadata, "annotations", "metadata.annotations",
					   false);
	char	   *text;

	document->type = annotation(annotations, "resource_type");
	document->id = annotation(annotations, "resource_id");
	if (document->type == NULL)
		document->type = pstrdup("system");
	if (document->id == NULL)
		document->id = find_text(spec, "service", "spec.service");
	if (document->id == NULL)
		refuse("\"spec.service\" is missing: it names the resource.", NULL);
	document->response_minutes = annotation(annotations,
											"incident_response_minutes");
	document->resolution_hours = annotation(annotations,
											"incident_resolution_hours");
	text = annotation(annotations, "window_days");
	if (text != NULL)
		document->window_days = pg_strtoint32(text);
	text = annotation(annotations, "metadata");
	if (text != NULL)
	{
		document->metadata =
			DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											   CStringGetDatum(text)));
		if (!JB_ROOT_IS_OBJECT(document->metadata))
			refuse("The annotation \"" ANNOTATION "metadata\" is not the text of a JSON object.",
				   NULL);
	}
}

static void
read_document(Jsonb *jb, Document *document)
{
	JsonbContainer *root = &jb->root;
	JsonbContainer *spec;
	JsonbContainer *alerts;

	demand(root, "apiVersion", "apiVersion", "openslo/v1",
		   "Documents of OpenSLO version v1 are understood.");
	demand(root, "kind", "kind", "SLO",
		   "A service level is a document of kind SLO.");
	spec = find_container(root, "spec", "spec", false);
	if (spec == NULL)
		refuse("\"spec\" is missing.", NULL);
	demand(spec, "budgetingMethod", "spec.budgetingMethod", "Occurrences",
		   "Observations are counted here, not time slices.");
	alerts = find_container(spec, "alertPolicies", "spec.alertPolicies",
							true);
	if (alerts != NULL && JsonContainerSize(alerts) > 0)
		refuse("\"spec.alertPolicies\" is not empty.",
			   "Leave it out, and set escalation rules with gov_set_escalation_rule().");
	read_objectives(spec, document);
	read_window(spec, document);
	read_annotations(root, spec, document);
}

/* {"window": "calendar"} where the document says so, not elsewhere. */
static Jsonb *
window_metadata(const Document *document)
{
	JsonbParseState *state = NULL;
	JsonbValue	key;
	JsonbValue	value;
	Jsonb	   *calendar;
	Datum		metadata;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	if (document->is_calendar)
	{
		key.type = value.type = jbvString;
		key.val.string.val = "window";
		key.val.string.len = strlen("window");
		value.val.string.val = "calendar";
		value.val.string.len = strlen("calendar");
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	calendar = JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT,
												NULL));
	if (document->metadata == NULL)
		return calendar;
	metadata = JsonbPGetDatum(document->metadata);
	if (!document->is_calendar)
		metadata = DirectFunctionCall2(jsonb_delete, metadata,
									   CStringGetTextDatum("window"));
	return DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, metadata,
											  JsonbPGetDatum(calendar)));
}

static void
set_arg(FunctionCallInfo call, int n, Datum value, bool isnull)
{
	call->args[n].value = value;
	call->args[n].isnull = isnull;
}

static void
set_whole(FunctionCallInfo call, int n, const char *text)
{
	set_arg(call, n, text ? Int32GetDatum(pg_strtoint32(text)) : (Datum) 0,
			text == NULL);
}

static double
value_or(const Document *document, Objective which, double missing)
{
	return document->given[which] ? document->value[which] : missing;
}

/*
 * gov_sla_import_openslo(document) → sla_targets
 */
Datum
gov_sla_import_openslo(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(call, DEFINE_ARGS);
	Jsonb	   *jb = gov_arg_object(fcinfo, 0, "document", true);
	Document	document = {0};
	double		p95;
	double		p99;
	Datum		result;

	if (jb == NULL)
		refuse("The argument \"document\" is missing.", NULL);
	read_document(jb, &document);
	p95 = value_or(&document, OBJECTIVE_P95,
				   Min(DEFAULT_P95, value_or(&document, OBJECTIVE_P99,
											 DEFAULT_P95)));
	p99 = value_or(&document, OBJECTIVE_P99, Max(DEFAULT_P99, p95));

	InitFunctionCallInfoData(*call, NULL, DEFINE_ARGS, InvalidOid, NULL,
							 NULL);
	set_arg(call, 0, CStringGetTextDatum(document.type), false);
	set_arg(call, 1, CStringGetTextDatum(document.id), false);
	set_arg(call, 2, Float8GetDatum(p95), false);
	set_arg(call, 3, Float8GetDatum(p99), false);
	set_arg(call, 4, Float8GetDatum(document.value[OBJECTIVE_AVAILABILITY]),
			!document.given[OBJECTIVE_AVAILABILITY]);
	if (document.given[OBJECTIVE_ERROR_RATE])
		set_arg(call, 5,
				Float8GetDatum(document.value[OBJECTIVE_ERROR_RATE]), false);
	else if (document.given[OBJECTIVE_AVAILABILITY])
		set_arg(call, 5, Float8GetDatum(document.unavailability), false);
	else
		set_arg(call, 5, (Datum) 0, true);
	set_whole(call, 6, document.response_minutes);
	set_whole(call, 7, document.resolution_hours);
	set_arg(call, 8, Int32GetDatum(document.window_days), false);
	set_arg(call, 9, JsonbPGetDatum(window_metadata(&document)), false);
	result = gov_define_sla(call);
	fcinfo->isnull = call->isnull;
	return result;
}

/*
 * governance.require_sla(resource_type, resource_id)
 */
Datum
gov_sql_require_sla(PG_FUNCTION_ARGS)
{
	const char *type = gov_arg_word(fcinfo, 0, "resource_type",
									gov_sla_types, NULL);
	const char *id = gov_arg_id(fcinfo, 1, "resource_id");

	(void) gov_require_actor();
	if (!gov_sla_target_exists(type, id))
		gov_sla_no_resource(type, id);
	PG_RETURN_VOID();
}
