/*
 * outbox.h
 *		Events for the world outside, as rows of governance.events.
 *
 * A writer leaves an event in its own transaction, so both commit or neither;
 * it notifies nobody.  The worker (or gov_run_maintenance()) numbers what has
 * committed and sends one NOTIFY a batch.
 *
 * Invariants: published_no is dense and given by one transaction at a time,
 * under a lock that it keeps until it has committed; so whoever has read up to
 * a number misses nothing below it, however long a writer's transaction took.
 * The event with the highest number is never deleted: the next number follows
 * from it.
 */
#ifndef GOV_OUTBOX_H
#define GOV_OUTBOX_H

#include "utils/jsonb.h"

/* What consumers LISTEN to; the payload is the highest number. */
#define GOV_OUTBOX_CHANNEL "governance_events"

/*
 * Leave an event (CloudEvents 1.0).  type: "governance." and the type of the
 * audit event of the same change, e.g. "governance.incident.report"; subject:
 * "<kind>/<id>", or NULL; data: an object that every active user may read.
 * It needs no SPI connection, and the caller needs no right.
 */
extern void gov_outbox_add(const char *type, const char *subject,
						   const Jsonb *data);

/*
 * Number at most so many committed events and notify; returns how many. Where
 * another transaction is doing so, wait for it, or return 0.
 */
extern int64 gov_outbox_publish(bool wait, int limit);

/*
 * Delete at most so many published events that are older; returns how many. It
 * takes the same lock as numbering.
 */
extern int64 gov_outbox_expire(bool wait, int64 days, int limit);

#endif							/* GOV_OUTBOX_H */
