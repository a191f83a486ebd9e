/*
 * record.h
 *		Writing audit events: the recording half of the trail.
 *
 * Invariants: an event is written by the transaction whose change it tells
 * of, so both commit or neither; writers share no row and wait for nobody;
 * the leaf hash is computed here, over the canonical form, before the row is
 * stored.  Only this unit inserts into governance.audit_events: the table's
 * trigger refuses everybody else.
 */
#ifndef GOV_RECORD_H
#define GOV_RECORD_H

#include "utils/inet.h"
#include "utils/jsonb.h"

#include "identity/actor.h"

/* The session that an event tells of, where it is not the one that writes. */
typedef struct GovOrigin
{
	TimestampTz occurred_at;
	const char *actor;			/* or NULL */
	GovEvidence evidence;
	const char *db_role;		/* or NULL */
	const char *login;	/* or NULL */
	const inet *client_addr;	/* or NULL */
	const char *application_name;	/* or NULL */
} GovOrigin;

typedef struct GovEvent
{
	const char *event_type;		/* "model_version.register" */
	const char *action;			/* "register" */
	const char *resource;		/* "model_version/risk:1.0.0", or NULL */
	const char *resource_type;	/* "model_version", or NULL */
	const char *outcome;		/* "success", "denied", "failure" */
	const Jsonb *old_row;
	const Jsonb *new_row;
	const Jsonb *changes;
	const Jsonb *details;
	const GovOrigin *origin;	/* NULL: this session, now */
	bool		is_direct;		/* of SQL on a table, by no function of ours */
} GovEvent;

extern void gov_audit_init(void);

/* Write the event; its id. */
extern int64 gov_audit_record(const GovEvent *event);

/* Write that something was done; details may be NULL. */
extern int64 gov_audit_done(const char *event_type, const char *action,
							const char *resource, const char *resource_type,
							const Jsonb *details);

#endif							/* GOV_RECORD_H */
