/*
 * violation.h
 *		Violations of service levels: opened, made worse, closed.
 *
 * Invariants: of those from observations at most one is open for each resource
 * and type, and no two overlap; a violation is announced in the outbox when it
 * opens or, if that is in maintenance, when it is still open afterwards; a
 * closed one stays closed.  Callers hold the resource's evaluation lock
 * (gov_evaluation_lock), except for measurements, which share no row.
 *
 * All functions here need an SPI connection.
 */
#ifndef GOV_VIOLATION_H
#define GOV_VIOLATION_H

#include "nodes/pg_list.h"
#include "utils/timestamp.h"

/* GOV_VIOLATION(symbol, name) */
#define GOV_VIOLATION_LIST \
	GOV_VIOLATION(RESPONSE_TIME_P95, "response_time_p95") \
	GOV_VIOLATION(RESPONSE_TIME_P99, "response_time_p99") \
	GOV_VIOLATION(AVAILABILITY, "availability") \
	GOV_VIOLATION(ERROR_RATE, "error_rate") \
	GOV_VIOLATION(ERROR_BUDGET_BURN, "error_budget_burn") \
	GOV_VIOLATION(INCIDENT_RESPONSE, "incident_response") \
	GOV_VIOLATION(INCIDENT_RESOLUTION, "incident_resolution") \
	GOV_VIOLATION(NO_DATA, "no_data")

typedef enum GovViolationType
{
#define GOV_VIOLATION(symbol, name) GOV_VIOLATION_##symbol,
	GOV_VIOLATION_LIST
#undef GOV_VIOLATION
	GOV_VIOLATION_COUNT
} GovViolationType;

/* The names, NULL at the end. */
extern const char *const gov_violation_types[];

/* What was found. */
typedef struct GovMiss
{
	const char *resource_type;
	const char *resource_id;
	GovViolationType type;
	double		target;
	double		actual;
	const char *severity;
} GovMiss;

/* By what factor the actual value is worse than the target. */
extern double gov_miss_times(const GovMiss *miss);

/*
 * Record what the evaluation of a resource as of "at" finds for one type: a
 * miss, or none.  Ids of violations that it opened, changed or closed are
 * added to *changed, as pointers to int64.
 */
extern void gov_violation_found(const GovMiss *miss, TimestampTz at,
								List **changed);
extern void gov_violation_over(const char *resource_type,
							   const char *resource_id,
							   GovViolationType type, TimestampTz at,
							   List **changed);

/* Announce violations that opened in a maintenance that is over. */
extern void gov_violation_announce_late(const char *resource_type,
										const char *resource_id,
										TimestampTz at, List **changed);

/*
 * Record that a summary misses a target, and announce it unless "quiet";
 * returns the violation's id.
 */
extern int64 gov_violation_record(const GovMiss *miss, TimestampTz at,
								  int64 measurement_id, bool quiet);

/*
 * Record that the clock of a critical incident ran out at "opened_at";
 * closed_at is DT_NOEND while it goes on.
 */
extern void gov_violation_of_incident(const GovMiss *miss, int64 incident_id,
									  TimestampTz opened_at,
									  TimestampTz closed_at, TimestampTz at,
									  List **changed);

#endif							/* GOV_VIOLATION_H */
