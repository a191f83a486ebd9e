/*
 * metrics.h
 *		Metrics of models and use-cases: numbers with names.
 */
#ifndef GOV_METRICS_H
#define GOV_METRICS_H

#include "core/args.h"

/*
 * A JSON object of at least one name and its number; otherwise 22023.  Metrics
 * with the names of a service level's summary must be consistent.
 */
extern Jsonb *gov_arg_metrics(FunctionCallInfo fcinfo, int n);

#endif							/* GOV_METRICS_H */
