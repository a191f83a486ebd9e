/*
 * target.h
 *		The service level of a resource, revision by revision.
 *
 * gov_define_sla() makes a revision.  The first one also counts for all time
 * before it, a later one from when it was made until the next.  A revision
 * never changes, except that its end is set.
 *
 * Invariants: an answer is right as of the newest commit that this backend
 * can know of plus this transaction's own work, at every isolation level, and
 * uses no SPI.  A GovSlaResource stays in place until the transaction ends;
 * its revisions are valid until the next look-up.
 */
#ifndef GOV_SLA_TARGET_H
#define GOV_SLA_TARGET_H

#include "datatype/timestamp.h"

#include "core/args.h"
#include "core/compat.h"

/*
 * A row of governance.sla_targets without its documents.  A target that is not
 * set is NaN, so that nothing is above or below it.
 */
typedef struct GovSlaTarget
{
	char		resource_type[8];
	char		resource_id[GOV_ID_LEN + 1];
	int32		revision;		/* from 1 */
	double		response_time_p95;	/* milliseconds; may be none, as the */
	double		response_time_p99;	/* next three */
	double		availability_target;	/* per cent */
	double		error_rate_target;
	int32		incident_response_minutes;
	int32		incident_resolution_hours;
	int32		window_days;
	TimestampTz valid_from;		/* DT_NOBEGIN (NULL): the first */
	TimestampTz valid_to;		/* DT_NOEND: the one in force */
	char		updated_by[GOV_ID_LEN + 1]; /* "" if not known */
} GovSlaTarget;

typedef struct GovSlaResourceKey
{
	char		type[8];		/* zero-padded, as the id is */
	char		id[GOV_ID_LEN + 1];
} GovSlaResourceKey;

typedef struct GovSlaResource
{
	GovSlaResourceKey key;		/* first: the hash table's */
	uint64		generation;		/* of what is loaded; 0: nothing */
	int			count;
	GovSlaTarget *revisions;	/* in order */
} GovSlaResource;

#define GOV_SLA_MAX_RESPONSE_MINUTES (366 * 24 * 60)
#define GOV_SLA_MAX_RESOLUTION_HOURS (366 * 24)

/* model, usecase, system; NULL at the end. */
extern const char *const gov_sla_types[];

extern void gov_sla_target_init(void);

/* Is it one of them? */
extern bool gov_sla_is_type(const char *type, int len);

/* The resource and its revisions; NULL where it has no service level. */
extern const GovSlaResource *gov_sla_resource(const char *type, int type_len,
											  const char *id, int id_len);

/* The revision with that number, by which counts were kept. */
extern const GovSlaTarget *gov_sla_revision(const GovSlaResource *resource,
											int32 revision);

/*
 * The revision of a moment; never NULL, as the first counts for all time
 * before.
 */
extern const GovSlaTarget *gov_sla_revision_at(const GovSlaResource *resource,
											   TimestampTz at);

/* Raise 42704, and say how to define a service level. */
pg_noreturn extern void gov_sla_no_resource(const char *type,
											const char *id);

/* The revision in force at a time; false where there is no service level. */
extern bool gov_sla_target_at(const char *type, const char *id,
							  TimestampTz at, GovSlaTarget *target);
extern bool gov_sla_target_exists(const char *type, const char *id);

#endif							/* GOV_SLA_TARGET_H */
