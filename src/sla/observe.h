/*
 * observe.h
 *		Taking observations in, by function or by table.
 *
 * Invariants: whoever observes has the right (sla:record), and recording is
 * not suspended; both are checked on the newest state, once for each call or
 * command.  A bad observation is an error, which undoes its (sub)transaction.
 */
#ifndef GOV_OBSERVE_H
#define GOV_OBSERVE_H

#include "sla/target.h"

/* What observations are checked by; it is read once for a call or command. */
typedef struct GovObserving
{
	TimestampTz oldest;
	TimestampTz newest;
	bool		keep_raw;
} GovObserving;

/* Where an observation came from, for messages. */
typedef struct GovObservationPlace
{
	bool		is_column;		/* of the table, not an argument */
	int64		number;			/* from 1; 0: it is the only one */
} GovObservationPlace;

/*
 * Check that the actor may observe and that it is not suspended; find out what
 * is accepted.  The resource, with these lengths, is for a refusal.
 */
extern void gov_observe_begin(GovObserving *observing, const char *type,
							  int type_len, const char *id, int id_len);

/* Raise 22023 unless it is finite and not negative. */
extern void gov_observe_check_latency(double latency,
									  const GovObservationPlace *place);

/* Raise 22023 if it is too old or in the future. */
extern void gov_observe_check_time(const GovObserving *observing,
								   TimestampTz at,
								   const GovObservationPlace *place);

/*
 * Count a run of checked observations, all at one time; if success is NULL,
 * all succeeded.
 */
extern void gov_observe_add_at(const GovSlaResource *resource, TimestampTz at,
							   const double *latency, const bool *success,
							   int n);

#endif							/* GOV_OBSERVE_H */
