/*
 * openslo.h
 *		What the parts that read OpenSLO documents share.
 *
 * Paths are those of openslo_shape.h.
 */
#ifndef GOV_OPENSLO_H
#define GOV_OPENSLO_H

#include "sla/openslo_shape.h"
#include "sla/target.h"

/* In the order of the arguments of gov_define_sla(). */
typedef enum GovObjective
{
	GOV_OBJECTIVE_P95,
	GOV_OBJECTIVE_P99,
	GOV_OBJECTIVE_AVAILABILITY,
	GOV_OBJECTIVE_ERROR_RATE,
	GOV_OBJECTIVE_COUNT
} GovObjective;

/* What one document says, or several together. */
typedef struct GovPromise
{
	const char *type;
	const char *id;
	bool		given[GOV_OBJECTIVE_COUNT];
	double		value[GOV_OBJECTIVE_COUNT]; /* milliseconds, per cent */
	int32		response_minutes;	/* 0: not given */
	int32		resolution_hours;
	int32		window_days;
	char		calendar;		/* its unit, as of a duration; 0: rolling */
	Jsonb	   *metadata;		/* or NULL */
} GovPromise;

/* Read the objectives, and what they are about, of the object at "path". */
extern void gov_openslo_objectives(JsonbContainer *spec, const char *path,
								   GovPromise *promise);

/* Read its window; without one it is 30 days. */
extern void gov_openslo_window(JsonbContainer *spec, const char *path,
							   GovPromise *promise);

/* The unit of a calendar window of so many days: month where none fits. */
extern char gov_openslo_calendar_unit(int32 days);

#endif							/* GOV_OPENSLO_H */
