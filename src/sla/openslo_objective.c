/*
 * openslo_objective.c
 *		The objectives of an OpenSLO document, and what they are about.
 *
 * Shares are of the observations made here, whatever query the document gives
 * for another system; the query is kept and exported again.  A threshold is a
 * response time, so its metric must be ours: otherwise a number of another
 * metric would be judged as milliseconds.
 */
#include "postgres.h"

#include "common/shortest_dec.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "core/args.h"
#include "sla/openslo.h"

/*
 * exact
 *		The number as a double, which must be exactly that number.
 */
static double
exact(Numeric number, const char *path)
{
	char		text[DOUBLE_SHORTEST_DECIMAL_LEN];
	Datum		value = DirectFunctionCall1(numeric_float8_no_overflow,
											NumericGetDatum(number));
	Datum		again;

	text[double_to_shortest_decimal_bufn(DatumGetFloat8(value),
										 text)] = '\0';
	again = DirectFunctionCall3(numeric_in, CStringGetDatum(text),
								ObjectIdGetDatum(InvalidOid),
								Int32GetDatum(-1));
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, again,
										  NumericGetDatum(number))))
		gov_openslo_refuse(psprintf("\"%s\" has more digits than are kept.",
									path), NULL);
	return DatumGetFloat8(value);
}

/*
 * objective_percent
 *		The share that has to be good, in per cent: 0.999 is exactly 99.9.
 */
static Numeric
objective_percent(JsonbContainer *objective, const char *path)
{
	Numeric		target = gov_openslo_number(objective, "target");
	Numeric		percent = gov_openslo_number(objective, "targetPercent");
	Numeric		hundred = int64_to_numeric(100);
	double		value;

	if ((target == NULL) == (percent == NULL))
		gov_openslo_refuse(psprintf("\"%s\" has %s of \"target\" and \"targetPercent\".",
									path, target == NULL ? "none" : "both"),
						   "An objective needs one of them.");
	if (target != NULL)
		percent = numeric_mul_opt_error(target, hundred, NULL);
	value = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											   NumericGetDatum(percent)));
	if (!(value >= 0 && value <= 100))
		gov_openslo_refuse(psprintf("\"%s.%s\" is not between 0 and 100 per cent.",
									path, target != NULL ? "target" :
									"targetPercent"),
						   "\"target\" is from 0 to 1, \"targetPercent\" from 0 to 100.");
	return percent;
}

static char *
target_path(JsonbContainer *objective, const char *path)
{
	return gov_openslo_at(path, gov_openslo_find(objective, "target") ?
						  "target" : "targetPercent");
}

/* "At most so many milliseconds for 95 (99) per cent." */
static GovObjective
read_latency(JsonbContainer *objective, const char *path, double *value)
{
	char	   *op = gov_openslo_text(objective, "op");
	Numeric		number = gov_openslo_number(objective, "value");
	char	   *target = target_path(objective, path);
	double		percent = exact(objective_percent(objective, path), target);

	gov_openslo_demand(objective, "op", path);
	gov_openslo_demand(objective, "value", path);
	if (strcmp(op, "lte") != 0)
		gov_openslo_refuse_value(gov_openslo_at(path, "op"), op,
								 "A response time can be promised with \"lte\" alone.");
	*value = exact(number, gov_openslo_at(path, "value"));
	if (!(*value > 0))
		gov_openslo_refuse(psprintf("\"%s.value\" is not a number of milliseconds above 0.",
									path), NULL);
	if (percent != 95 && percent != 99)
		gov_openslo_refuse(psprintf("\"%s\" is %g per cent of a response time.",
									target, percent),
						   "It can be promised for 95 and for 99 per cent.");
	return percent == 95 ? GOV_OBJECTIVE_P95 : GOV_OBJECTIVE_P99;
}

static GovObjective
read_ratio(JsonbContainer *objective, const char *path, double *value)
{
	char	   *name = gov_openslo_text(objective, "displayName");
	Numeric		percent = objective_percent(objective, path);
	char	   *target = target_path(objective, path);

	if (name != NULL && strcmp(name, "error_rate") == 0)
	{
		percent = numeric_sub_opt_error(int64_to_numeric(100), percent, NULL);
		*value = exact(percent, target);
		return GOV_OBJECTIVE_ERROR_RATE;
	}
	*value = exact(percent, target);
	if (*value <= 1)
		gov_openslo_refuse(psprintf("\"%s\" promises %g per cent.", target,
									*value),
						   "An availability is above 1 per cent: 99.9 per cent is \"target\" 0.999 or \"targetPercent\" 99.9.");
	return GOV_OBJECTIVE_AVAILABILITY;
}

/*
 * Is it a metric of this database, which gov_observe() counts in milliseconds?
 */
static bool
is_observed_latency(JsonbContainer *metric)
{
	JsonbContainer *source = gov_openslo_inner(metric, "metricSource");
	JsonbContainer *spec = gov_openslo_inner(source, "spec");
	static const struct
	{
		const char *key;
		const char *value;
	}			wanted[] = {
		{"relation", "governance.sla_observations"}, {"column", "latency_ms"}
	};
	char	   *type = gov_openslo_text(source, "type");
	int			i;

	if (type == NULL || strcmp(type, "governance") != 0 || spec == NULL ||
		JsonContainerSize(spec) != lengthof(wanted))
		return false;
	for (i = 0; i < lengthof(wanted); i++)
	{
		JsonbValue *value = gov_openslo_find(spec, wanted[i].key);

		if (value == NULL || value->type != jbvString ||
			value->val.string.len != strlen(wanted[i].value) ||
			memcmp(value->val.string.val, wanted[i].value,
				   value->val.string.len) != 0)
			return false;
	}
	return true;
}

static void
check_metric(JsonbContainer *ratio, const char *key, const char *path)
{
	JsonbContainer *metric = gov_openslo_inner(ratio, key);
	JsonbContainer *source;
	JsonbContainer *spec;

	if (metric == NULL)
		return;
	path = gov_openslo_at(path, key);
	gov_openslo_demand(metric, "metricSource", path);
	source = gov_openslo_inner(metric, "metricSource");
	path = gov_openslo_at(path, "metricSource");
	gov_openslo_demand(source, "spec", path);
	spec = gov_openslo_inner(source, "spec");
	if (JsonContainerSize(spec) == 0)
		gov_openslo_refuse(psprintf("\"%s.spec\" is empty.", path), NULL);
}

static void
check_ratio(JsonbContainer *ratio, const char *path)
{
	static const char *const metrics[] = {"good", "bad", "total", "raw"};
	bool		has[lengthof(metrics)] = {0};
	char	   *type = gov_openslo_text(ratio, "rawType");
	int			i;

	for (i = 0; i < lengthof(metrics); i++)
	{
		has[i] = gov_openslo_find(ratio, metrics[i]) != NULL;
		check_metric(ratio, metrics[i], path);
	}
	if (has[3] ? has[0] || has[1] || has[2] : !has[2] || has[0] == has[1])
		gov_openslo_refuse(psprintf("\"%s\" is no ratio.", path),
						   "It has \"total\" and one of \"good\" and \"bad\", or \"raw\" alone.");
	if (has[3] && type == NULL)
		gov_openslo_refuse(psprintf("\"%s.rawType\" is missing.", path),
						   NULL);
	if (type != NULL && (!has[3] || (strcmp(type, "success") != 0 &&
									 strcmp(type, "failure") != 0)))
		gov_openslo_refuse_value(gov_openslo_at(path, "rawType"), type,
								 "With \"raw\" it is success or failure.");
}

/*
 * indicator_is_latency
 *		Is the document about response times?
 *
 * A document without an indicator is about what is observed here, and its
 * objectives say about which part.
 */
static bool
indicator_is_latency(JsonbContainer *spec, const char *path)
{
	JsonbContainer *indicator = gov_openslo_inner(spec, "indicator");
	JsonbContainer *sli = gov_openslo_inner(indicator, "spec");
	JsonbContainer *threshold = gov_openslo_inner(sli, "thresholdMetric");
	JsonbContainer *ratio = gov_openslo_inner(sli, "ratioMetric");

	if (indicator == NULL)
	{
		JsonbContainer *list = gov_openslo_inner(spec, "objectives");
		JsonbValue *first = getIthJsonbValueFromContainer(list, 0);

		return gov_openslo_find(spec, "indicatorRef") == NULL &&
			(gov_openslo_find(first->val.binary.data, "op") != NULL ||
			 gov_openslo_find(first->val.binary.data, "value") != NULL);
	}
	path = gov_openslo_at(path, "indicator");
	if (gov_openslo_find(spec, "indicatorRef") != NULL)
		gov_openslo_refuse(psprintf("\"%sRef\" stands beside \"%s\".", path,
									path), NULL);
	gov_openslo_demand(indicator, "metadata", path);
	gov_openslo_demand(gov_openslo_inner(indicator, "metadata"), "name",
					   gov_openslo_at(path, "metadata"));
	gov_openslo_demand(indicator, "spec", path);
	path = gov_openslo_at(path, "spec");
	if ((threshold == NULL) == (ratio == NULL))
		gov_openslo_refuse(psprintf("\"%s\" has %s of \"thresholdMetric\" and \"ratioMetric\".",
									path, threshold == NULL ? "none" :
									"both"), NULL);
	if (ratio != NULL)
		check_ratio(ratio, gov_openslo_at(path, "ratioMetric"));
	else if (!is_observed_latency(threshold))
		gov_openslo_refuse(psprintf("\"%s.thresholdMetric\" is not what is watched here.",
									path),
						   "Response times of observations are: \"type\": \"governance\", \"spec\": {\"relation\": \"governance.sla_observations\", \"column\": \"latency_ms\"}.");
	return threshold != NULL;
}

void
gov_openslo_objectives(JsonbContainer *spec, const char *path,
					   GovPromise *promise)
{
	JsonbContainer *list = gov_openslo_inner(spec, "objectives");
	int			count = list != NULL ? JsonContainerSize(list) : 0;
	bool		is_latency;
	int			i;

	path = gov_openslo_at(path, "spec");
	if (count == 0)
		gov_openslo_refuse(psprintf("\"%s.objectives\" is missing or empty.",
									path), NULL);
	is_latency = indicator_is_latency(spec, path);
	for (i = 0; i < count; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(list, i);
		JsonbContainer *objective = element->val.binary.data;
		char	   *place = psprintf("%s.objectives[%d]", path, i);
		const char *other = gov_openslo_find(objective, "op") != NULL ? "op" :
			"value";
		GovObjective	which;
		double		value;

		if (is_latency && i > 0)
			gov_openslo_refuse(psprintf("\"%s\" is one too many.", place),
							   "A document of a response time has one objective: give a list of documents.");
		if (!is_latency && gov_openslo_find(objective, other) != NULL)
			gov_openslo_refuse(psprintf("\"%s.%s\" stands in a document of a ratio.",
										place, other),
							   "It is for response times, in a document of their own.");
		which = is_latency ? read_latency(objective, place, &value) :
			read_ratio(objective, place, &value);
		if (promise->given[which])
			gov_openslo_refuse(psprintf("\"%s\" promises what another objective does.",
										place),
							   "One each for response times of 95 and of 99 per cent, for availability and for the error rate.");
		promise->given[which] = true;
		promise->value[which] = value;
	}
}
