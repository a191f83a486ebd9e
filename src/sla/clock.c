/*
 * clock.c
 *		The clocks of critical incidents: response and resolution.
 *
 * A clock runs from the moment of awareness of the incident, by the target of
 * that moment, until the incident was acknowledged, or resolved.  A late
 * evaluation finds what a timely one would have found: a violation opens at
 * the moment at which the time ran out, and closes when the incident was
 * acknowledged, or resolved.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "core/spi.h"
#include "sla/clock.h"
#include "sla/target.h"
#include "sla/verdict.h"
#include "sla/violation.h"

/* How long a resolved incident is looked at, as evaluations may pause. */
#define LOOK_BACK_DAYS "31"

/*
 * The id is the resource up to the first ':', which sorts before ';'.  The
 * column is COLLATE "C".
 */
GOV_SQL(find_incidents, (TEXTOID, TIMESTAMPTZOID),
		"SELECT i.incident_id, i.aware_at, i.acknowledged_at,"
		" i.resolved_at FROM governance.incidents AS i"
		" WHERE (i.resource = $1"
		" OR (i.resource >= $1 || ':' AND i.resource < $1 || ';'))"
		" AND i.severity = 'critical' AND i.aware_at <= $2"
		" AND (i.resolved_at IS NULL OR i.resolved_at > $2"
		" - pg_catalog.make_interval(days => " LOOK_BACK_DAYS "))"
		" ORDER BY i.incident_id");

typedef struct Incident
{
	int64		id;
	TimestampTz aware_at;
	TimestampTz acknowledged_at;	/* DT_NOEND: not as of "at" */
	TimestampTz resolved_at;
} Incident;

/*
 * judge_clock
 *		Report a violation unless it was done in time or there is time left.
 */
static void
judge_clock(const Incident *incident, GovMiss *miss, int64 unit,
			TimestampTz done_at, TimestampTz at, List **changed)
{
	TimestampTz due_at = incident->aware_at + (int64) miss->target * unit;
	TimestampTz end = Min(done_at, at);

	if (end <= due_at)
		return;
	miss->actual = (double) (end - incident->aware_at) / (double) unit;
	miss->severity = gov_miss_severity(gov_miss_times(miss));
	gov_violation_of_incident(miss, incident->id, due_at, done_at, at,
							  changed);
}

void
gov_evaluate_clocks(const char *type, const char *id, TimestampTz at,
					List **changed)
{
	uint64		count = gov_run(&find_incidents, gov_text(id), gov_time(at));
	Incident   *incidents = palloc(sizeof(Incident) * Max(count, 1));
	GovMiss		miss = {0};
	uint64		i;

	for (i = 0; i < count; i++)
	{
		Incident   *incident = &incidents[i];

		incident->id = gov_row_int8(i, 1);
		incident->aware_at = gov_row_time(i, 2);
		incident->acknowledged_at = gov_row_time(i, 3);
		incident->resolved_at = gov_row_time(i, 4);
		if (incident->acknowledged_at > at)
			incident->acknowledged_at = DT_NOEND;
		if (incident->resolved_at > at)
			incident->resolved_at = DT_NOEND;
	}

	miss.resource_type = type;
	miss.resource_id = id;
	for (i = 0; i < count; i++)
	{
		GovSlaTarget target;

		if (!gov_sla_target_at(type, id, incidents[i].aware_at, &target))
			continue;
		miss.type = GOV_VIOLATION_INCIDENT_RESPONSE;
		miss.target = target.incident_response_minutes;
		judge_clock(&incidents[i], &miss, USECS_PER_MINUTE,
					Min(incidents[i].acknowledged_at,
						incidents[i].resolved_at), at, changed);
		miss.type = GOV_VIOLATION_INCIDENT_RESOLUTION;
		miss.target = target.incident_resolution_hours;
		judge_clock(&incidents[i], &miss, USECS_PER_HOUR,
					incidents[i].resolved_at, at, changed);
	}
}
