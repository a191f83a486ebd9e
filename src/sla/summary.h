/*
 * summary.h
 *		The numbers of a summary, and whether they are consistent.
 */
#ifndef GOV_SUMMARY_H
#define GOV_SUMMARY_H

#include "utils/jsonb.h"

/* METRIC(symbol, name, what it may be) */
#define GOV_METRIC_LIST \
	METRIC(P50, "response_time_p50", MILLISECONDS) \
	METRIC(P95, "response_time_p95", MILLISECONDS) \
	METRIC(P99, "response_time_p99", MILLISECONDS) \
	METRIC(AVAILABILITY, "availability_percent", PERCENT) \
	METRIC(ERROR_RATE, "error_rate", PERCENT) \
	METRIC(REQUESTS, "total_requests", WHOLE) \
	METRIC(FAILED, "failed_requests", WHOLE) \
	METRIC(UP, "uptime_seconds", SECONDS) \
	METRIC(DOWN, "downtime_seconds", SECONDS)

typedef enum GovMetric
{
#define METRIC(symbol, name, kind) GOV_METRIC_##symbol,
	GOV_METRIC_LIST
#undef METRIC
	GOV_METRIC_COUNT
} GovMetric;

typedef struct GovSummary
{
	bool		given[GOV_METRIC_COUNT];
	double		value[GOV_METRIC_COUNT];
} GovSummary;

/*
 * Read the argument "metrics", an object or NULL; 22023 unless each number is
 * in its range and they agree.  With "others" unknown names are ignored, and
 * an error_rate may be a share of 1.
 */
extern void gov_summary_read(const Jsonb *metrics, bool others,
							 GovSummary *summary);

#endif							/* GOV_SUMMARY_H */
