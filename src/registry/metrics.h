/*
 * metrics.h
 *		Numbers by name, as models and use-cases record them.
 */
#ifndef GOV_METRICS_H
#define GOV_METRICS_H

#include "core/args.h"

/*
 * A JSON object that gives numbers names, at least one; else 22023.  Those
 * with the names of a summary of a service level must be possible together.
 */
extern Jsonb *gov_arg_metrics(FunctionCallInfo fcinfo, int n);

#endif							/* GOV_METRICS_H */
