/*
 * work.h
 *		Which databases have work for the worker, and waking it.
 *
 * One slot in shared memory for each database.  Whoever leaves work behind (a
 * transaction that wrote an event, a denied attempt) raises its database's
 * flag and, if it was down, sets the launcher's latch.  So a busy writer
 * mostly pays for one read of memory.
 *
 * Invariants: a slot belongs to one database until that is gone; the flags
 * are atomics, everything else is under the lock; a visit lowers the flag
 * before it looks, so later work raises it again.
 */
#ifndef GOV_WORK_H
#define GOV_WORK_H

#include "datatype/timestamp.h"
#include "port/atomics.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "storage/lwlock.h"

#include "core/relations.h"

#define GOV_WORK_SLOTS 4096		/* databases that can be served */
#define GOV_WORK_JOBS 16		/* kinds of jobs, at most */

/* What the last visit found. */
typedef enum GovPresence
{
	GOV_PRESENCE_UNKNOWN,		/* not visited yet */
	GOV_PRESENCE_ABSENT,		/* no extension there */
	GOV_PRESENCE_RESTORING,		/* between gov_pre_ and gov_post_restore() */
	GOV_PRESENCE_PRESENT
} GovPresence;

/* A job that fails is left alone for a while; the others go on. */
typedef struct GovWorkJob
{
	uint32		failures;		/* in a row */
	TimestampTz next_at;		/* not before; 0: at once */
} GovWorkJob;

typedef struct GovWorkSlot
{
	Oid			dboid;			/* InvalidOid: free */
	pg_atomic_uint32 pending;	/* work since the last visit began */
	pg_atomic_uint32 prepared;	/* a prepared transaction wrote events */

	GovPresence presence;
	bool		is_running;		/* a visit is on its way */
	bool		is_done;		/* it came to its end */
	uint32		failures;		/* visits in a row that did not end */
	uint32		absences;		/* visits in a row that found no extension */
	uint32		missed;			/* look-ups of pg_database without it */
	TimestampTz known_since;
	TimestampTz began_at;		/* the last visit; 0: none */
	TimestampTz succeeded_at;	/* the last one's end; 0: none */
	TimestampTz next_at;		/* when to come without being called */
	char		kept_from[32];	/* what visits leave to somebody else, or "" */
	TimestampTz kept_since;		/* ... each of them since then */
	GovWorkJob	jobs[GOV_WORK_JOBS];	/* in the order of job_list.h */
} GovWorkSlot;

typedef struct GovWorkTable
{
	Latch	   *launcher;		/* NULL: it is not running */
	int			launcher_pid;
	int			used;			/* no slot in use from here on */
	GovWorkSlot slots[GOV_WORK_SLOTS];
} GovWorkTable;

/* NULL where the library is not preloaded. */
extern GovWorkTable *gov_work;
extern LWLock *gov_work_lock;

extern void gov_work_init(void);

/* Note that this database has work. */
extern void gov_work_mark(void);

/*
 * Note that it will have work when a transaction that is being prepared is
 * committed.
 */
extern void gov_work_mark_prepared(void);

/*
 * Make marks of this process not count: the worker looks after its own writes.
 */
extern void gov_work_ignore_own(void);

/*
 * Take a lock under which one holder at a time works; false where somebody
 * else has it and we do not wait.  A visit then notes in its slot, by
 * gov_work_take_kept(), what it left to the holder: otherwise a holder that
 * never ends would stop the work unnoticed.  what: a literal, for people.
 */
extern bool gov_work_lock_turn(const LOCKTAG *tag, bool wait,
							   const char *what);

/*
 * The same for work on a table, until the transaction ends.  It is not a lock
 * on the table itself: vacuum takes those, and neither need wait for the
 * other.
 */
extern bool gov_work_lock_table(GovRelation table, bool wait,
								const char *what);
extern void gov_work_take_kept(GovWorkSlot *slot);

/* When to try again after so many failures: 1, 2, 4 ... seconds from now. */
extern TimestampTz gov_work_backoff(uint32 failures, int most_ms);

/*
 * The database's slot, NULL where all are taken; call it under the exclusive
 * lock.
 */
extern GovWorkSlot *gov_work_slot(Oid dboid);

#endif							/* GOV_WORK_H */
