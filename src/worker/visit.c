/*
 * visit.c
 *		One visit of the worker in one database.
 *
 * The process connects, does the jobs, each batch in a transaction of its
 * own, and is gone within GOV_VISIT_MS: DROP DATABASE and CREATE DATABASE ...
 * TEMPLATE wait five seconds for others to leave.  Each job has its share of
 * that time: after half of it no further batch is begun, at its end the one
 * in progress is cancelled; what a job leaves over goes to the next one.
 *
 * Invariants: it acts as user "system", evidence "internal", and as the owner
 * of the extension, which it holds while a batch lasts, so that DROP EXTENSION
 * comes before a batch or after it; a job that fails is logged, left alone for
 * twice as long each time, and delays no other job; how it went is said in the
 * database's slot before the process ends.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/lock.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memdebug.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "access/denial_ring.h"
#include "core/relations.h"
#include "core/restoring.h"
#include "core/spi.h"
#include "core/work.h"
#include "identity/actor.h"
#include "worker/jobs.h"
#include "worker/worker.h"

#define SLOWNESS 50				/* for a server under valgrind */

/* Is the extension here, and ours while the transaction lasts? */
typedef enum Hold
{
	HOLD_GOT,
	HOLD_ABSENT,
	HOLD_BUSY					/* somebody is dropping or altering it */
} Hold;

/* A prepared transaction of this database may hold events to be sealed. */
GOV_SQL(find_prepared, (),
		"SELECT 1 FROM pg_catalog.pg_prepared_xacts AS p"
		" WHERE p.database = pg_catalog.current_database() LIMIT 1",
		.isolated = true);

/*
 * override_settings
 *		Undo what ALTER DATABASE and postgresql.conf set for sessions.
 */
static void
override_settings(void)
{
	static const struct
	{
		const char *name;
		const char *value;
	}			settings[] = {
		{"application_name", GOV_VISITOR_NAME},
		{"search_path", "pg_catalog, pg_temp"},
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"},
		{"default_transaction_deferrable", "off"},
		{"session_replication_role", "origin"},
		{"row_security", "on"},
		{"statement_timeout", "0"},
		{"lock_timeout", "500"},
		{"idle_in_transaction_session_timeout", "0"},
#if PG_VERSION_NUM >= 170000
		{"transaction_timeout", "0"},
#endif
		{"exit_on_error", "off"},
	};
	int			i;

	for (i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i].name, settings[i].value, PGC_SUSET,
						PGC_S_OVERRIDE);
}

/*
 * visit_ms
 *		How long a visit may last; longer on a slow server that is built to
 *		find errors.
 */
static int
visit_ms(void)
{
#ifdef USE_VALGRIND
	if (RUNNING_ON_VALGRIND)
		return SLOWNESS * GOV_VISIT_MS;
#endif
	return GOV_VISIT_MS;
}

static void
job_context(void *arg)
{
	errcontext("visit of the governance worker, job \"%s\"",
			   (const char *) arg);
}

/* Milliseconds until then, not less than 1. */
static int
time_left(TimestampTz deadline)
{
	return Max(1, TimestampDifferenceMilliseconds(GetCurrentTimestamp(),
												  deadline));
}

static void
begin(TimestampTz deadline, const char *activity)
{
	SetCurrentStatementStartTimestamp();
	pgstat_report_activity(STATE_RUNNING, activity);
	StartTransactionCommand();
	enable_timeout_after(STATEMENT_TIMEOUT, time_left(deadline));
}

static void
commit(void)
{
	disable_timeout(STATEMENT_TIMEOUT, false);
	CommitTransactionCommand();
	pgstat_report_stat(true);
	pgstat_report_activity(STATE_IDLE, NULL);
}

/*
 * hold_extension
 *		Keep the extension until the transaction ends.
 *
 * It never waits: whoever drops the extension would wait for us in turn.
 */
static Hold
hold_extension(void)
{
	Oid			extension = get_extension_oid("governance", true);
	LOCKTAG		tag;

	if (!OidIsValid(extension))
		return HOLD_ABSENT;
	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, ExtensionRelationId, extension, 0);
	if (LockAcquire(&tag, AccessShareLock, false, true) ==
		LOCKACQUIRE_NOT_AVAIL)
		return HOLD_BUSY;

	/* Whoever had the lock before us may have dropped it. */
	AcceptInvalidationMessages();
	if (get_extension_oid("governance", true) != extension)
		return HOLD_ABSENT;
	return HOLD_GOT;
}

/* One batch of a job in one transaction. */
static Hold
run_batch(const GovJob *job, GovJobReport *report, TimestampTz deadline)
{
	Hold		hold;
	Oid			save_userid;
	int			save_context;

	report->more = false;
	begin(deadline, job->name);
	hold = hold_extension();
	if (hold == HOLD_GOT)
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		gov_actor_bind(GOV_SYSTEM_USER, GOV_EVIDENCE_INTERNAL);
		GetUserIdAndSecContext(&save_userid, &save_context);
		SetUserIdAndSecContext(gov_owner(),
							   save_context | SECURITY_LOCAL_USERID_CHANGE);
		job->run(report);
		SetUserIdAndSecContext(save_userid, save_context);
		PopActiveSnapshot();
	}
	commit();
	return hold;
}

/*
 * run_job
 *		Run the job until it has nothing left to do or its time is over.
 *
 * Returns false where it failed; *more says that something is left.
 */
static bool
run_job(const GovJob *job, TimestampTz soft_deadline, TimestampTz deadline,
		bool *more)
{
	MemoryContext caller = CurrentMemoryContext;
	ErrorContextCallback context;
	GovJobReport report = {0};
	volatile bool ok = true;

	context.callback = job_context;
	context.arg = unconstify(char *, job->name);
	context.previous = error_context_stack;
	error_context_stack = &context;

	PG_TRY();
	{
		do
		{
			CHECK_FOR_INTERRUPTS();
			if (run_batch(job, &report, deadline) != HOLD_GOT)
			{
				/* It is being dropped; maybe that is undone. */
				*more = true;
				break;
			}
		} while (report.more && GetCurrentTimestamp() < soft_deadline);
		if (report.more)
			*more = true;
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		disable_timeout(STATEMENT_TIMEOUT, false);
		QueryCancelPending = false;
		EmitErrorReport();
		AbortCurrentTransaction();
		MemoryContextSwitchTo(caller);
		FlushErrorState();
		RESUME_INTERRUPTS();
		ok = false;
	}
	PG_END_TRY();

	error_context_stack = context.previous;
	return ok;
}

/* Is there something of ours to work on? */
static Hold
look_around(TimestampTz deadline, GovPresence *presence)
{
	bool		restoring = false;
	Hold		hold;

	begin(deadline, "looking for the extension");
	hold = hold_extension();
	if (hold == HOLD_GOT &&
		!OidIsValid(gov_relation_or_invalid(GOV_REL_AUDIT_EVENTS)))
		hold = HOLD_ABSENT;
	if (hold == HOLD_GOT)
		restoring = gov_is_restoring();
	commit();

	if (hold == HOLD_ABSENT)
		*presence = GOV_PRESENCE_ABSENT;
	else if (restoring)
		*presence = GOV_PRESENCE_RESTORING;
	else
		*presence = GOV_PRESENCE_PRESENT;
	return hold;
}

static bool
has_prepared(TimestampTz deadline)
{
	bool		found;

	begin(deadline, "looking for prepared transactions");
	PushActiveSnapshot(GetTransactionSnapshot());
	gov_spi_begin();
	found = gov_run0(&find_prepared) > 0;
	gov_spi_end();
	PopActiveSnapshot();
	commit();
	return found;
}

/* How a job went in a visit. */
typedef enum Outcome
{
	JOB_LEFT,					/* it failed lately and has to wait */
	JOB_DONE,
	JOB_FAILED
} Outcome;

StaticAssertDecl(JOB_LEFT == 0, "a visit that ends early has done no job");

static void
say_done(GovWorkSlot *slot, GovPresence presence, const Outcome *outcomes)
{
	int			i;

	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	slot->presence = presence;
	slot->is_done = true;
	slot->succeeded_at = GetCurrentTimestamp();
	gov_work_take_kept(slot);
	if (presence != GOV_PRESENCE_PRESENT)
		memset(slot->jobs, 0, sizeof(slot->jobs));
	for (i = 0; i < gov_job_count; i++)
	{
		GovWorkJob *job = &slot->jobs[i];

		if (outcomes[i] == JOB_LEFT)
			continue;
		job->failures = outcomes[i] == JOB_FAILED ? job->failures + 1 : 0;
		job->next_at = outcomes[i] == JOB_FAILED ?
			gov_work_backoff(job->failures, GOV_FAILURE_BACKOFF_MS) : 0;
	}
	LWLockRelease(gov_work_lock);
}

static void
visit(GovWorkSlot *slot, TimestampTz began_at)
{
	const int	ms = visit_ms();
	TimestampTz deadline = TimestampTzPlusMilliseconds(began_at, ms);
	GovPresence presence;
	Hold		hold;
	Outcome		outcomes[GOV_WORK_JOBS] = {0};
	bool		more = false;
	int			i;

	/* This comes first: what comes from now on is for the next visit. */
	pg_atomic_exchange_u32(&slot->pending, 0);
	hold = look_around(deadline, &presence);

	if (hold == HOLD_BUSY)
		pg_atomic_write_u32(&slot->pending, 1);
	else if (presence == GOV_PRESENCE_ABSENT)
	{
		int			dropped = gov_denial_forget(MyDatabaseId);

		if (dropped > 0)
			ereport(LOG,
					(errmsg("governance: %d denied attempts dropped: no extension in database \"%s\"",
							dropped, MyBgworkerEntry->bgw_extra)));
	}
	else if (presence == GOV_PRESENCE_PRESENT)
	{
		if (pg_atomic_read_u32(&slot->prepared) != 0)
		{
			/* It is lowered before we look: what comes now raises it again. */
			pg_atomic_exchange_u32(&slot->prepared, 0);
			if (has_prepared(deadline))
				pg_atomic_write_u32(&slot->prepared, 1);
		}
		for (i = 0; i < gov_job_count; i++)
		{
			int			share = ms * (i + 1) / gov_job_count;

			/* Only visits write there, one at a time. */
			if (slot->jobs[i].next_at > GetCurrentTimestamp())
				continue;
			outcomes[i] =
				run_job(&gov_jobs[i],
						TimestampTzPlusMilliseconds(began_at, share / 2),
						TimestampTzPlusMilliseconds(began_at, share),
						&more) ? JOB_DONE : JOB_FAILED;
		}
		if (more)
			pg_atomic_write_u32(&slot->pending, 1);
	}
	say_done(slot, presence, outcomes);
}

/*
 * gov_visit_main
 *		The process of a visit; the argument is the database's OID.
 */
void
gov_visit_main(Datum arg)
{
	Oid			dboid = DatumGetObjectId(arg);
	TimestampTz began_at = GetCurrentTimestamp();
	GovWorkSlot *slot;

	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();

	/* A database being copied or dropped keeps new connections waiting. */
	SetConfigOption("lock_timeout", "500", PGC_SUSET, PGC_S_OVERRIDE);
	BackgroundWorkerInitializeConnectionByOid(dboid, InvalidOid, 0);
	override_settings();
	gov_work_ignore_own();

	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	slot = gov_work_slot(dboid);
	LWLockRelease(gov_work_lock);
	if (slot != NULL)
		visit(slot, began_at);
	proc_exit(0);
}
