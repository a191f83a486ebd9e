/*
 * observe.h
 *		Taking observations in, by function or by table.
 *
 * Invariants: whoever observes may (sla:record) and is not suspended, asked
 * on the newest state once for each call or command; an observation is
 * refused whole, and with it everything of its (sub)transaction.
 */
#ifndef GOV_OBSERVE_H
#define GOV_OBSERVE_H

#include "sla/target.h"

/* What an observation is held against, known once for a call or command. */
typedef struct GovObserving
{
	TimestampTz oldest;
	TimestampTz newest;
	bool		keep_raw;
} GovObserving;

/* Where an observation stands, for messages. */
typedef struct GovObservationPlace
{
	bool		is_column;		/* of the table, not an argument */
	int64		number;			/* from 1; 0: it is the only one */
} GovObservationPlace;

/*
 * May the actor observe, does it go on, what is accepted?  The resource, of
 * these lengths, is for a refusal.
 */
extern void gov_observe_begin(GovObserving *observing, const char *type,
							  int type_len, const char *id, int id_len);

/* 22023 unless it is finite and not negative. */
extern void gov_observe_check_latency(double latency,
									  const GovObservationPlace *place);

/* 22023 unless it is neither too old nor in the future. */
extern void gov_observe_check_time(const GovObserving *observing,
								   TimestampTz at,
								   const GovObservationPlace *place);

/*
 * A run of observations that were checked, all at one time; success NULL: all
 * succeeded.
 */
extern void gov_observe_add_at(const GovSlaResource *resource, TimestampTz at,
							   const double *latency, const bool *success,
							   int n);

#endif							/* GOV_OBSERVE_H */
