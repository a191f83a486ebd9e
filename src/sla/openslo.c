/*
 * openslo.c
 *		gov_sla_import_openslo(): a service level by OpenSLO documents.
 *
 * If a document demands what a service level cannot do, it is refused, and
 * what it does not say is not promised: a promise that is not watched, or that
 * nobody made, would be worse than none.  The documents are stored with the
 * target and can be exported again.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "access/require.h"
#include "sla/define.h"
#include "sla/openslo.h"

PG_FUNCTION_INFO_V1(gov_sla_import_openslo);
PG_FUNCTION_INFO_V1(gov_sql_require_sla);

#define DEFINE_ARGS 10			/* of gov_define_sla() */
#define ANNOTATION "governance/"

/*
 * OpenSLO's percentages are below 100.  governance.openslo_complete() writes
 * this one in place of 100, and an annotation that says so.
 */
#define STAND_IN 99.99999
#define STAND_IN_ERRORS 0.00001

/* The text of a key, which must be there and be a text. */
static void
demand_text(JsonbContainer *object, const char *key, const char *path,
			const char *wanted, const char *hint)
{
	JsonbValue *value = gov_openslo_find(object, key);
	char	   *text;

	if (value == NULL || value->type != jbvString)
		gov_openslo_refuse(psprintf("\"%s\" is %s.", path, value == NULL ?
									"missing" : "not a string"), hint);
	text = gov_openslo_text(object, key);
	if (strcmp(text, wanted) != 0)
		gov_openslo_refuse_value(path, text, hint);
}

/* --- annotations --- */

static const char *const annotations_known[] = {
	"resource_type", "resource_id", "incident_response_minutes",
	"incident_resolution_hours", "window_days", "availability_target",
	"error_rate_target", "metadata", NULL
};

/* An annotation of ours, or NULL. */
static char *
annotation(JsonbContainer *annotations, const char *name)
{
	return gov_openslo_text(annotations, psprintf(ANNOTATION "%s", name));
}

static void
refuse_annotation(const char *path, const char *name, const char *value,
				  const char *hint)
{
	gov_openslo_refuse_value(psprintf("%s." ANNOTATION "%s", path, name),
							 value, hint);
}

static int32
whole_annotation(JsonbContainer *annotations, const char *path,
				 const char *name, int32 max)
{
	char	   *text = annotation(annotations, name);
	int32		number = text ? gov_openslo_whole(text, strlen(text), max) : 0;

	if (text != NULL && number == 0)
		refuse_annotation(path, name, text,
						  psprintf("It is a number from 1 to %d.", max));
	return number;
}

/* An unknown annotation with our prefix is a typing error. */
static void
check_annotations(JsonbContainer *annotations, const char *path)
{
	JsonbIterator *it = JsonbIteratorInit(annotations);
	JsonbIteratorToken token;
	JsonbValue	key;

	while ((token = JsonbIteratorNext(&it, &key, true)) != WJB_DONE)
	{
		char	   *name;
		int			i = 0;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(key.val.string.val, key.val.string.len);
		if (strncmp(name, ANNOTATION, strlen(ANNOTATION)) != 0)
			continue;
		while (annotations_known[i] != NULL &&
			   strcmp(name + strlen(ANNOTATION), annotations_known[i]) != 0)
			i++;
		if (annotations_known[i] == NULL)
			gov_openslo_refuse(psprintf("\"%s.%s\" is no annotation of governance.",
										path, gov_excerpt(name, strlen(name))),
							   psprintf("Known behind \"" ANNOTATION "\": %s.",
										gov_word_list(annotations_known)));
	}
}

/*
 * The exact target, where OpenSLO cannot express it.  It counts only together
 * with the objective that stands in for it, as somebody may have changed that.
 */
static void
read_extreme(JsonbContainer *annotations, const char *path, const char *name,
			 const char *wanted, GovObjective which, double stand_in,
			 GovPromise *promise)
{
	char	   *text = annotation(annotations, name);

	if (text == NULL)
		return;
	if (strcmp(text, wanted) != 0 || !promise->given[which] ||
		promise->value[which] != stand_in)
		refuse_annotation(path, name, text,
						  psprintf("It is %s, beside an objective of %.7g per cent. Leave it out to have what the objectives say.",
								   wanted, STAND_IN));
	promise->value[which] = atof(wanted);
}

/* The exact length of the window, which a duration may only give roughly. */
static void
read_days(JsonbContainer *annotations, const char *path, GovPromise *promise)
{
	int32		days = whole_annotation(annotations, path, "window_days", 366);

	if (days == 0)
		return;
	if (promise->calendar != '\0' ?
		gov_openslo_calendar_unit(days) != promise->calendar :
		days != promise->window_days)
		refuse_annotation(path, "window_days", psprintf("%d", days),
						  "The duration of \"timeWindow\" says otherwise. Leave it out to have what that says.");
	promise->window_days = days;
}

static Jsonb *
read_metadata(const char *text, const char *path)
{
	JsonLexContext *lex = gov_json_lex(unconstify(char *, text), strlen(text),
									   GetDatabaseEncoding());
	Jsonb	   *metadata = NULL;

	if (pg_parse_json(lex, &nullSemAction) == JSON_SUCCESS)
		metadata = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
													  CStringGetDatum(text)));
	if (metadata == NULL || !JB_ROOT_IS_OBJECT(metadata))
		gov_openslo_refuse(psprintf("\"%s." ANNOTATION "metadata\" is not the text of a JSON object.",
									path), NULL);
	return metadata;
}

static void
read_annotations(JsonbContainer *metadata, JsonbContainer *spec,
				 const char *path, GovPromise *promise)
{
	JsonbContainer *annotations = gov_openslo_inner(metadata, "annotations");
	char	   *text;

	promise->type = "system";
	promise->id = gov_openslo_text(spec, "service");
	gov_openslo_demand(spec, "service", gov_openslo_at(path, "spec"));
	if (annotations == NULL)
		return;
	path = gov_openslo_at(path, "metadata.annotations");
	check_annotations(annotations, path);
	text = annotation(annotations, "resource_type");
	if (text != NULL && !gov_sla_is_type(text, strlen(text)))
		refuse_annotation(path, "resource_type", text,
						  psprintf("Allowed: %s.",
								   gov_word_list(gov_sla_types)));
	promise->type = text != NULL ? text : promise->type;
	text = annotation(annotations, "resource_id");
	promise->id = text != NULL ? text : promise->id;
	promise->response_minutes =
		whole_annotation(annotations, path, "incident_response_minutes",
						 GOV_SLA_MAX_RESPONSE_MINUTES);
	promise->resolution_hours =
		whole_annotation(annotations, path, "incident_resolution_hours",
						 GOV_SLA_MAX_RESOLUTION_HOURS);
	read_days(annotations, path, promise);
	read_extreme(annotations, path, "availability_target", "100",
				 GOV_OBJECTIVE_AVAILABILITY, STAND_IN, promise);
	read_extreme(annotations, path, "error_rate_target", "0",
				 GOV_OBJECTIVE_ERROR_RATE, STAND_IN_ERRORS, promise);
	text = annotation(annotations, "metadata");
	if (text != NULL)
		promise->metadata = read_metadata(text, path);
}

/* --- documents --- */

static void
read_document(JsonbValue *value, const char *path, GovPromise *promise)
{
	JsonbContainer *root = value->val.binary.data;
	JsonbContainer *metadata;
	JsonbContainer *spec;
	JsonbContainer *alerts;

	if (value->type != jbvBinary || !JsonContainerIsObject(root))
		gov_openslo_refuse(psprintf("\"%s\" is not an object.", path), NULL);
	demand_text(root, "apiVersion", gov_openslo_at(path, "apiVersion"),
				"openslo/v1",
				"Documents of OpenSLO version v1 are understood.");
	demand_text(root, "kind", gov_openslo_at(path, "kind"), "SLO",
				"A service level is a document of kind SLO.");
	gov_openslo_check(root, path);
	metadata = gov_openslo_inner(root, "metadata");
	gov_openslo_demand(metadata, "name", gov_openslo_at(path, "metadata"));
	gov_openslo_demand(root, "spec", path);
	spec = gov_openslo_inner(root, "spec");
	demand_text(spec, "budgetingMethod",
				gov_openslo_at(path, "spec.budgetingMethod"), "Occurrences",
				"Observations are counted here, not time slices.");
	alerts = gov_openslo_inner(spec, "alertPolicies");
	if (alerts != NULL && JsonContainerSize(alerts) > 0)
		gov_openslo_refuse(psprintf("\"%s.alertPolicies\" is not empty.",
									gov_openslo_at(path, "spec")),
						   "Leave it out, and set escalation rules with gov_set_escalation_rule().");
	gov_openslo_objectives(spec, path, promise);
	gov_openslo_window(spec, path, promise);
	read_annotations(metadata, spec, path, promise);
}

static bool
same_metadata(Jsonb *a, Jsonb *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return compareJsonbContainers(&a->root, &b->root) == 0;
}

/*
 * Add what another document of the list promises; it must agree with those
 * before about the resource.
 */
static void
add_promise(GovPromise *promise, const GovPromise *other, const char *path)
{
	int			i;

	if (strcmp(promise->type, other->type) != 0 ||
		strcmp(promise->id, other->id) != 0)
		gov_openslo_refuse(psprintf("\"%s\" is of another resource than the first document.",
									path),
						   "One call defines the service level of one resource.");
	if (promise->response_minutes != other->response_minutes ||
		promise->resolution_hours != other->resolution_hours ||
		promise->window_days != other->window_days ||
		promise->calendar != other->calendar ||
		!same_metadata(promise->metadata, other->metadata))
		gov_openslo_refuse(psprintf("\"%s\" has another window, or other annotations of governance, than the first document.",
									path), NULL);
	for (i = 0; i < GOV_OBJECTIVE_COUNT; i++)
	{
		if (!other->given[i])
			continue;
		if (promise->given[i])
			gov_openslo_refuse(psprintf("\"%s\" promises what another document does.",
										path), NULL);
		promise->given[i] = true;
		promise->value[i] = other->value[i];
	}
}

static void
read_documents(Jsonb *jb, GovPromise *promise)
{
	JsonbValue	whole;
	int			count;
	int			i;

	if (JB_ROOT_IS_OBJECT(jb))
	{
		whole.type = jbvBinary;
		whole.val.binary.data = &jb->root;
		whole.val.binary.len = VARSIZE(jb) - VARHDRSZ;
		read_document(&whole, "", promise);
	}
	else
	{
		count = JB_ROOT_COUNT(jb);
		if (count == 0)
			gov_openslo_refuse("There is no document in it.", NULL);
		for (i = 0; i < count; i++)
		{
			GovPromise		other = {0};
			char	   *path = psprintf("[%d]", i);

			read_document(getIthJsonbValueFromContainer(&jb->root, i), path,
						  i == 0 ? promise : &other);
			if (i > 0)
				add_promise(promise, &other, path);
		}
	}
	if (promise->given[GOV_OBJECTIVE_P95] &&
		promise->given[GOV_OBJECTIVE_P99] &&
		promise->value[GOV_OBJECTIVE_P99] < promise->value[GOV_OBJECTIVE_P95])
		gov_openslo_refuse("The \"value\" for 99 per cent is below the one for 95.",
						   "Of one set of observations the 99th percentile is never below the 95th.");
}

/* {"window": "calendar"} where the document says so, and only there. */
static Jsonb *
window_metadata(const GovPromise *promise)
{
	Datum		metadata = promise->metadata != NULL ?
		JsonbPGetDatum(promise->metadata) :
		DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
	Datum		window = CStringGetTextDatum("window");
	Datum		calendar;

	if (promise->calendar == '\0')
		return DatumGetJsonbP(DirectFunctionCall2(jsonb_delete, metadata,
												  window));
	calendar = DirectFunctionCall1(jsonb_in,
								   CStringGetDatum("{\"window\": \"calendar\"}"));
	return DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, metadata,
											  calendar));
}

static void
set_arg(FunctionCallInfo call, int n, Datum value, bool isnull)
{
	call->args[n].value = value;
	call->args[n].isnull = isnull;
}

/*
 * gov_sla_import_openslo(document) → sla_targets
 */
Datum
gov_sla_import_openslo(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(call, DEFINE_ARGS);
	Jsonb	   *jb = gov_arg_document(fcinfo, 0, "document", true);
	GovPromise		promise = {0};
	Datum		result;
	int			i;

	if (jb == NULL)
		gov_missing_value("document");
	read_documents(jb, &promise);
	InitFunctionCallInfoData(*call, NULL, DEFINE_ARGS, InvalidOid, NULL,
							 NULL);
	set_arg(call, 0, CStringGetTextDatum(promise.type), false);
	set_arg(call, 1, CStringGetTextDatum(promise.id), false);
	for (i = 0; i < GOV_OBJECTIVE_COUNT; i++)
		set_arg(call, 2 + i, Float8GetDatum(promise.value[i]),
				!promise.given[i]);
	set_arg(call, 6, Int32GetDatum(promise.response_minutes),
			promise.response_minutes == 0);
	set_arg(call, 7, Int32GetDatum(promise.resolution_hours),
			promise.resolution_hours == 0);
	set_arg(call, 8, Int32GetDatum(promise.window_days), false);
	set_arg(call, 9, JsonbPGetDatum(window_metadata(&promise)), false);
	result = gov_sla_define(call, jb);
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
