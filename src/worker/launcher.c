/*
 * launcher.c
 *		The process that sends visits to the databases that need one.
 *
 * It is connected to no database and reads only pg_database, a shared catalog,
 * so it is in nobody's way.  What it knows about each database is in the slots
 * of core/work.h, which outlive it.
 *
 * Invariants: no more than governance.max_workers visits at a time, one in a
 * database; never to templates, nor where connections are not allowed; a
 * database whose visit broke off, or that has no extension, is left alone for
 * twice as long each time, as is a job that failed (visit.c); work in any
 * other database calls at once.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "access/denial_ring.h"
#include "core/guc.h"
#include "core/work.h"
#include "worker/worker.h"

#define ABSENCE_BACKOFF_MS	(300 * 1000)
#define LOOK_EVERY_MS		10000	/* at pg_database */
#define BUSY_MS				500		/* a database that is being copied */
#define NO_SLOT_MS			5000	/* no background worker was free */
#define MAX_VISITS			8

/* A visit on its way. */
typedef struct Visit
{
	Oid			dboid;			/* InvalidOid: none */
	BackgroundWorkerHandle *handle;
} Visit;

static Visit visits[MAX_VISITS];

/* A database that may be visited, of the last look at pg_database. */
typedef struct Database
{
	Oid			dboid;
	char		name[NAMEDATALEN];
} Database;

void
gov_worker_init(void)
{
	BackgroundWorker worker = {0};

	if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade)
		return;
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS |
		BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = 5;
	strlcpy(worker.bgw_library_name, "governance", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "gov_launcher_main", BGW_MAXLEN);
	strlcpy(worker.bgw_name, GOV_LAUNCHER_NAME, BGW_MAXLEN);
	strlcpy(worker.bgw_type, GOV_LAUNCHER_NAME, BGW_MAXLEN);
	RegisterBackgroundWorker(&worker);
}

/* --- pg_database ------------------------------------------------------- */

/*
 * list_databases
 *		Those that may be visited, and all that there are.
 */
static List *
list_databases(List **all)
{
	List	   *databases = NIL;
	Relation	rel = table_open(DatabaseRelationId, AccessShareLock);
	TableScanDesc scan = table_beginscan_catalog(rel, 0, NULL);
	HeapTuple	tuple;

	*all = NIL;
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database form = (Form_pg_database) GETSTRUCT(tuple);
		Database   *database;

		*all = lappend_oid(*all, form->oid);
		/* -2: a DROP DATABASE that was cut off left it unusable. */
		if (!form->datallowconn || form->datistemplate ||
			form->datconnlimit == -2)
			continue;
		database = palloc(sizeof(Database));
		database->dboid = form->oid;
		strlcpy(database->name, NameStr(form->datname), NAMEDATALEN);
		databases = lappend(databases, database);
	}
	table_endscan(scan);
	table_close(rel, AccessShareLock);
	return databases;
}

/* Is the database free to connect to, that is not being copied or dropped? */
static bool
is_free(Oid dboid)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, InvalidOid, DatabaseRelationId, dboid, 0);
	if (LockAcquire(&tag, RowExclusiveLock, false, true) ==
		LOCKACQUIRE_NOT_AVAIL)
		return false;
	(void) LockRelease(&tag, RowExclusiveLock, false);
	return true;
}

/*
 * sync_slots
 *		A slot for every database, none for those that are gone.
 *
 * A database that was missed once may be newer than our look at the catalog.
 */
static void
sync_slots(List *databases, List *all)
{
	static bool complained = false;
	Oid			gone[64];
	int			ngone = 0;
	bool		full = false;
	ListCell   *lc;
	int			i;

	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	foreach(lc, databases)
	{
		if (gov_work_slot(((Database *) lfirst(lc))->dboid) == NULL)
			full = true;
	}
	for (i = 0; i < gov_work->used; i++)
	{
		GovWorkSlot *slot = &gov_work->slots[i];

		if (!OidIsValid(slot->dboid))
			continue;
		if (list_member_oid(all, slot->dboid))
			slot->missed = 0;
		else if (++slot->missed > 1 && !slot->is_running &&
				 ngone < lengthof(gone))
		{
			gone[ngone++] = slot->dboid;
			slot->dboid = InvalidOid;
		}
	}
	LWLockRelease(gov_work_lock);

	for (i = 0; i < ngone; i++)
		(void) gov_denial_forget(gone[i]);
	if (full && !complained)
		ereport(LOG,
				(errmsg("governance: only %d databases can be served",
						GOV_WORK_SLOTS)));
	complained = full;
}

/* --- visits ------------------------------------------------------------ */

/* When the slot's database should be visited. */
static TimestampTz
due_at(const GovWorkSlot *slot)
{
	bool		called =
		pg_atomic_read_u32(&unconstify(GovWorkSlot *, slot)->pending) != 0 ||
		pg_atomic_read_u32(&unconstify(GovWorkSlot *, slot)->prepared) != 0;

	if (!called || slot->failures > 0 || slot->next_at == 0)
		return slot->next_at;
	return Min(slot->next_at,
			   TimestampTzPlusMilliseconds(slot->began_at,
										   gov_seal_interval));
}

/* When to come without being called: for what is due by time, or for a job. */
static TimestampTz
next_look(const GovWorkSlot *slot)
{
	TimestampTz at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
												 GOV_IDLE_MS);
	TimestampTz soonest = gov_work_backoff(1, GOV_IDLE_MS);
	int			i;

	for (i = 0; i < GOV_WORK_JOBS; i++)
	{
		if (slot->jobs[i].next_at != 0)
			at = Min(at, Max(slot->jobs[i].next_at, soonest));
	}
	return at;
}

/* The visit ended: when shall the next one be? */
static void
settle(Oid dboid)
{
	GovWorkSlot *slot;

	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	slot = gov_work_slot(dboid);
	if (slot != NULL)
	{
		slot->is_running = false;
		if (!slot->is_done)
		{
			slot->failures++;
			slot->next_at = gov_work_backoff(slot->failures,
											 GOV_FAILURE_BACKOFF_MS);
		}
		else if (slot->presence == GOV_PRESENCE_ABSENT)
		{
			slot->failures = 0;
			slot->absences++;
			slot->next_at = gov_work_backoff(slot->absences,
											 ABSENCE_BACKOFF_MS);
		}
		else
		{
			slot->failures = slot->absences = 0;
			slot->next_at = next_look(slot);
		}
	}
	LWLockRelease(gov_work_lock);
}

static int
reap_visits(void)
{
	int			running = 0;
	int			i;

	for (i = 0; i < MAX_VISITS; i++)
	{
		pid_t		pid;

		if (!OidIsValid(visits[i].dboid))
			continue;
		if (GetBackgroundWorkerPid(visits[i].handle, &pid) != BGWH_STOPPED)
		{
			running++;
			continue;
		}
		pfree(visits[i].handle);
		settle(visits[i].dboid);
		visits[i].dboid = InvalidOid;
	}
	return running;
}

static bool
start_visit(const Database *database)
{
	BackgroundWorker worker = {0};
	BackgroundWorkerHandle *handle;
	MemoryContext caller;
	GovWorkSlot *slot;
	bool		started;
	int			i;

	for (i = 0; i < MAX_VISITS && OidIsValid(visits[i].dboid); i++)
		;
	if (i == MAX_VISITS)
		return false;

	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	slot = gov_work_slot(database->dboid);
	if (slot != NULL)
	{
		slot->is_running = true;
		slot->is_done = false;
		slot->began_at = GetCurrentTimestamp();
	}
	LWLockRelease(gov_work_lock);
	if (slot == NULL)
		return true;

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS |
		BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_notify_pid = MyProcPid;
	worker.bgw_main_arg = ObjectIdGetDatum(database->dboid);
	strlcpy(worker.bgw_library_name, "governance", BGW_MAXLEN);
	strlcpy(worker.bgw_function_name, "gov_visit_main", BGW_MAXLEN);
	snprintf(worker.bgw_name, BGW_MAXLEN, "%s for database %u",
			 GOV_VISITOR_NAME, database->dboid);
	strlcpy(worker.bgw_type, GOV_VISITOR_NAME, BGW_MAXLEN);
	strlcpy(worker.bgw_extra, database->name, BGW_EXTRALEN);

	caller = MemoryContextSwitchTo(TopMemoryContext);
	started = RegisterDynamicBackgroundWorker(&worker, &handle);
	MemoryContextSwitchTo(caller);
	if (started)
	{
		visits[i].dboid = database->dboid;
		visits[i].handle = handle;
		return true;
	}

	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	slot->is_running = false;
	LWLockRelease(gov_work_lock);
	return false;
}

typedef struct Due
{
	TimestampTz at;
	const Database *database;
} Due;

static int
compare_due(const void *a, const void *b)
{
	TimestampTz x = ((const Due *) a)->at;
	TimestampTz y = ((const Due *) b)->at;

	return x < y ? -1 : x > y ? 1 : 0;
}

/*
 * send_visits
 *		Start the visits that are due, the longest due first; returns when to
 *		come back.
 *
 * In a transaction, for it reads a catalog.
 */
static TimestampTz
send_visits(int running)
{
	static TimestampTz complained_at = 0;
	TimestampTz now;
	TimestampTz wake_at;
	List	   *all;
	List	   *databases;
	Due		   *due;
	int			ndue = 0;
	int			i;
	ListCell   *lc;

	StartTransactionCommand();
	(void) GetTransactionSnapshot();
	databases = list_databases(&all);
	sync_slots(databases, all);

	now = GetCurrentTimestamp();
	wake_at = TimestampTzPlusMilliseconds(now, LOOK_EVERY_MS);
	due = palloc(Max(list_length(databases), 1) * sizeof(Due));
	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	foreach(lc, databases)
	{
		const Database *database = lfirst(lc);
		GovWorkSlot *slot = gov_work_slot(database->dboid);

		if (slot == NULL || slot->is_running)
			continue;
		due[ndue].at = due_at(slot);
		due[ndue].database = database;
		if (due[ndue].at <= now)
			ndue++;
		else
			wake_at = Min(wake_at, due[ndue].at);
	}
	LWLockRelease(gov_work_lock);
	qsort(due, ndue, sizeof(Due), compare_due);

	for (i = 0; i < ndue && running < Min(gov_max_workers, MAX_VISITS); i++)
	{
		if (!is_free(due[i].database->dboid))
		{
			wake_at = Min(wake_at, TimestampTzPlusMilliseconds(now, BUSY_MS));
			continue;
		}
		if (!start_visit(due[i].database))
		{
			wake_at = TimestampTzPlusMilliseconds(now, NO_SLOT_MS);
			if (complained_at == 0 ||
				TimestampDifferenceExceeds(complained_at, now, 600 * 1000))
				ereport(LOG,
						(errmsg("governance: no background worker left for a visit"),
						 errhint("Raise max_worker_processes.")));
			complained_at = now;
			break;
		}
		running++;
	}
	CommitTransactionCommand();
	return wake_at;
}

/* --- the process ------------------------------------------------------- */

static void
leave(int code, Datum arg)
{
	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	gov_work->launcher = NULL;
	gov_work->launcher_pid = 0;
	LWLockRelease(gov_work_lock);
}

static void
enter(void)
{
	int			i;

	before_shmem_exit(leave, (Datum) 0);
	LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
	gov_work->launcher = MyLatch;
	gov_work->launcher_pid = MyProcPid;

	/* A launcher before this one may have ended in the middle of a visit. */
	for (i = 0; i < gov_work->used; i++)
		gov_work->slots[i].is_running = false;
	LWLockRelease(gov_work_lock);
}

void
gov_launcher_main(Datum arg)
{
	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	SetConfigOption("application_name", GOV_LAUNCHER_NAME, PGC_SUSET,
					PGC_S_OVERRIDE);
	enter();
	pgstat_report_activity(STATE_IDLE, NULL);

	for (;;)
	{
		TimestampTz wake_at;
		long		wait_ms;
		int			running;

		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}

		running = reap_visits();
		if (!gov_worker_enabled)
			wake_at = TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
												  LOOK_EVERY_MS);
		else
			wake_at = send_visits(running);

		wait_ms = TimestampDifferenceMilliseconds(GetCurrentTimestamp(),
												  wake_at);
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 Max(10, wait_ms), PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
	}
}
