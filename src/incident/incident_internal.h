/*
 * incident_internal.h
 *		What the files of this room share.
 */
#ifndef GOV_INCIDENT_INTERNAL_H
#define GOV_INCIDENT_INTERNAL_H

#include "identity/actor.h"
#include "incident/incident.h"

/* An incident's row, locked. */
typedef struct GovIncident
{
	int64		id;
	char	   *status;
	char	   *dedup_key;		/* or NULL */
	TimestampTz aware_at;
} GovIncident;

/* The argument in place 0, an incident's id. */
extern int64 gov_arg_incident(FunctionCallInfo fcinfo);

/* "incident/12" */
extern char *gov_incident_resource(int64 incident_id);

/* Lock and read it; 42704 where there is none.  Inside SPI. */
extern void gov_incident_lock(int64 incident_id, GovIncident *incident);

/*
 * Wait for others that report or reopen with the key, and keep them waiting
 * until this transaction ends.
 */
extern void gov_incident_lock_key(const char *dedup_key);

/* The unresolved incident with the key, locked; 0: there is none. */
extern int64 gov_incident_find_key(const char *dedup_key);

/* What it owes from a corrective measure on is owed from its resolution on. */
extern void gov_incident_begin_measure(int64 incident_id);

#endif							/* GOV_INCIDENT_INTERNAL_H */
