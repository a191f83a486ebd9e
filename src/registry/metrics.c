/*
 * metrics.c
 *		Metrics of models and use-cases: numbers with names.
 */
#include "postgres.h"

#include "registry/metrics.h"
#include "sla/summary.h"

Jsonb *
gov_arg_metrics(FunctionCallInfo fcinfo, int n)
{
	Jsonb	   *metrics = gov_arg_object(fcinfo, n, "metrics", true);
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;
	GovSummary	summary;
	char	   *name = NULL;

	if (metrics == NULL || JB_ROOT_COUNT(metrics) == 0)
		gov_bad_value("metrics", "There is no metric in it.",
					  "Give numbers by name, such as {\"accuracy\": 0.93}.");
	it = JsonbIteratorInit(&metrics->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			name = pnstrdup(value.val.string.val, value.val.string.len);
			if (name[0] == '\0')
				gov_bad_value("metrics", "The name of a metric is empty.",
							  NULL);
			if (strlen(name) > GOV_ID_LEN)
				gov_bad_value("metrics",
							  psprintf("The name \"%s\" is longer than %d bytes.",
									   gov_excerpt(name, strlen(name)),
									   GOV_ID_LEN),
							  NULL);
		}
		else if (token == WJB_VALUE && value.type != jbvNumeric)
			gov_bad_value("metrics",
						  psprintf("The value of \"%s\" is not a number.",
								   name),
						  "Give numbers by name, such as {\"accuracy\": 0.93}.");
	}
	gov_summary_read(metrics, true, &summary);
	return metrics;
}
