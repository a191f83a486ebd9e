/*
 * summary.c
 *		The numbers of a summary, and whether they are consistent.
 *
 * A summary that contradicts itself was made by a faulty program: what it says
 * about the service may be wrong as well, and would count as evidence.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "core/args.h"
#include "sla/summary.h"

#define MOST INT64CONST(1000000000000)	/* requests, seconds */

/* How far two equal percentages may differ, because they were rounded. */
#define ROUNDED 0.01
#define EPSILON 1e-9			/* the same for doubles */

typedef enum MetricKind
{
	MILLISECONDS,
	PERCENT,
	WHOLE,
	SECONDS
} MetricKind;

static const char *const metric_names[] = {
#define METRIC(symbol, name, kind) name,
	GOV_METRIC_LIST
#undef METRIC
	NULL
};

static const MetricKind metric_kinds[] = {
#define METRIC(symbol, name, kind) kind,
	GOV_METRIC_LIST
#undef METRIC
};

/* The metric of that name, or GOV_METRIC_COUNT. */
static GovMetric
find_metric(const char *name, int len)
{
	int			i;

	for (i = 0; i < GOV_METRIC_COUNT; i++)
	{
		if (strlen(metric_names[i]) == len &&
			memcmp(metric_names[i], name, len) == 0)
			break;
	}
	return i;
}

/* The number, which must be in the range of its kind. */
static double
metric_value(GovMetric metric, const JsonbValue *jv)
{
	const char *name = metric_names[metric];
	Datum		as_float;
	double		value;

	if (jv->type != jbvNumeric)
		gov_bad_value("metrics",
					  psprintf("The value of \"%s\" is not a number.", name),
					  "Give numbers by name, such as {\"response_time_p95\": 420}.");

	/* A number that is too big for a double becomes an infinity. */
	as_float = DirectFunctionCall1(numeric_float8_no_overflow,
								   NumericGetDatum(jv->val.numeric));
	value = DatumGetFloat8(as_float);
	if (isnan(value) || isinf(value))
		gov_bad_value("metrics",
					  psprintf("The value of \"%s\" is not finite.", name),
					  NULL);
	if (value < 0)
		gov_bad_value("metrics",
					  psprintf("The value of \"%s\" is negative.", name),
					  NULL);
	if (metric_kinds[metric] == PERCENT && value > 100)
		gov_bad_value("metrics",
					  psprintf("The value of \"%s\" is more than 100.", name),
					  "It is in per cent.");
	if (metric_kinds[metric] == WHOLE && value != floor(value))
		gov_bad_value("metrics",
					  psprintf("The value of \"%s\" is not a whole number.",
							   name),
					  NULL);
	if (metric_kinds[metric] >= WHOLE && value > MOST)
		gov_bad_value("metrics",
					  psprintf("The value of \"%s\" is more than %lld.",
							   name, (long long) MOST),
					  NULL);
	return value;
}

/* Are both given?  A response time of 0 was not measured. */
static bool
both(const GovSummary *summary, GovMetric a, GovMetric b, bool above_zero)
{
	return summary->given[a] && summary->given[b] &&
		(!above_zero || (summary->value[a] > 0 && summary->value[b] > 0));
}

static void
check_order(const GovSummary *summary, GovMetric low, GovMetric high,
			bool above_zero, const char *hint)
{
	if (both(summary, low, high, above_zero) &&
		summary->value[low] > summary->value[high])
		gov_bad_value("metrics",
					  psprintf("\"%s\" is more than \"%s\".",
							   metric_names[low], metric_names[high]), hint);
}

/* Is the given percentage the one that follows from two numbers? */
static void
check_share(const GovSummary *summary, GovMetric given, double of,
			double total, GovMetric a, GovMetric b, bool or_of_one)
{
	double		share = total > 0 ? 100 * of / total : 0;
	double		value = summary->value[given];

	if (!summary->given[given] || !both(summary, a, b, false) ||
		fabs(value - share) <= ROUNDED + EPSILON ||
		(or_of_one && fabs(100 * value - share) <= ROUNDED + EPSILON))
		return;
	gov_bad_value("metrics",
				  psprintf("\"%s\" is %g, and by \"%s\" and \"%s\" it is %g.",
						   metric_names[given], value, metric_names[a],
						   metric_names[b], share),
				  "It is in per cent; give what agrees, or only one of both.");
}

static void
check_agreement(const GovSummary *summary, bool others)
{
	static const char *const percentiles =
		"Of one set of requests a higher percentile is never below a lower one.";
	const double *value = summary->value;
	double		seconds = value[GOV_METRIC_UP] + value[GOV_METRIC_DOWN];

	check_order(summary, GOV_METRIC_P50, GOV_METRIC_P95, true, percentiles);
	check_order(summary, GOV_METRIC_P95, GOV_METRIC_P99, true, percentiles);
	check_order(summary, GOV_METRIC_P50, GOV_METRIC_P99, true, percentiles);
	check_order(summary, GOV_METRIC_FAILED, GOV_METRIC_REQUESTS, false, NULL);
	check_share(summary, GOV_METRIC_ERROR_RATE, value[GOV_METRIC_FAILED],
				value[GOV_METRIC_REQUESTS], GOV_METRIC_FAILED,
				GOV_METRIC_REQUESTS, others);
	if (seconds > 0)
		check_share(summary, GOV_METRIC_AVAILABILITY, value[GOV_METRIC_UP],
					seconds, GOV_METRIC_UP, GOV_METRIC_DOWN, false);
}

void
gov_summary_read(const Jsonb *metrics, bool others, GovSummary *summary)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;
	GovMetric	metric = GOV_METRIC_COUNT;

	memset(summary, 0, sizeof(GovSummary));
	if (metrics == NULL || JB_ROOT_COUNT(metrics) == 0)
		gov_bad_value("metrics", "There is no metric in it.",
					  psprintf("Allowed: %s.", gov_word_list(metric_names)));
	it = JsonbIteratorInit((JsonbContainer *) &metrics->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			metric = find_metric(value.val.string.val, value.val.string.len);
			if (metric == GOV_METRIC_COUNT && !others)
				gov_bad_value("metrics",
							  psprintf("\"%s\" is no metric of a service level.",
									   gov_excerpt(value.val.string.val,
												   value.val.string.len)),
							  psprintf("Allowed: %s.",
									   gov_word_list(metric_names)));
		}
		else if (token == WJB_VALUE && metric != GOV_METRIC_COUNT)
		{
			summary->value[metric] = metric_value(metric, &value);
			summary->given[metric] = true;
		}
	}
	check_agreement(summary, others);
}
