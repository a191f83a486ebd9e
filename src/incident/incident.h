/*
 * incident.h
 *		Incidents, for whoever has one to open or something to add to one.
 *
 * Invariants: of one dedup_key there is at most one unresolved incident
 * (open, acknowledged, reopened); reports of the same key wait for each other
 * and the later ones join the first.  Every step is a row of
 * governance.incident_events, where rows are only added.  Locks: the key, the
 * incident's row, its deadlines.
 */
#ifndef GOV_INCIDENT_H
#define GOV_INCIDENT_H

#include "fmgr.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

/*
 * Open an incident, or join the unresolved one with that dedup_key; returns
 * its id.  It acts as the current actor (none in a superuser's statement) and
 * asks for no right.  category and severity are words of API's lists; resource
 * is what it is about ("risk:1.0.0"); description, dedup_key and metadata may
 * be NULL. The moment of awareness is now.
 */
extern int64 gov_incident_open(const char *category, const char *severity,
							   const char *title, const char *description,
							   const char *resource, int affected_count,
							   const char *dedup_key, Jsonb *metadata);

/*
 * Add to an incident's timeline.  kind is one of the words of
 * incident_events_kind_check ("violation": an SLA violation belongs to it);
 * comments may be "", details NULL.
 */
extern void gov_incident_note(int64 incident_id, const char *kind,
							  const char *comments, Jsonb *details);

/* An incident's row, locked. */
typedef struct GovIncident
{
	int64		id;
	char	   *status;
	char	   *dedup_key;		/* or NULL */
	TimestampTz aware_at;
} GovIncident;

/* The first argument, which is an incident's id. */
extern int64 gov_arg_incident(FunctionCallInfo fcinfo);

/* "incident/12" */
extern char *gov_incident_resource(int64 incident_id);

/* Lock and read it; 42704 where there is none.  Inside SPI. */
extern void gov_incident_lock(int64 incident_id, GovIncident *incident);

/*
 * Lock the key against others that report or reopen with it, until this
 * transaction ends.
 */
extern void gov_incident_lock_key(const char *dedup_key);

/* Lock the unresolved incident with the key; 0 where there is none. */
extern int64 gov_incident_find_key(const char *dedup_key);

#endif							/* GOV_INCIDENT_H */
