/*
 * maintenance.c
 *		The worker's jobs by hand, and the worker's state.
 *
 * gov_run_maintenance() does in the caller's transaction what a visit does,
 * each job once, so that a scheduler can replace the worker where the library
 * is not preloaded.  The caller is the actor.  A job that fails affects no
 * other here either: each is a subtransaction.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "access/denial_ring.h"
#include "access/require.h"
#include "core/args.h"
#include "core/guc.h"
#include "core/row_json.h"
#include "core/work.h"
#include "core/xact.h"
#include "worker/jobs.h"
#include "worker/worker.h"

PG_FUNCTION_INFO_V1(gov_run_maintenance);
PG_FUNCTION_INFO_V1(gov_worker_problem);

#define LATE_MS			30000	/* without a visit, beyond what is planned */
#define LOST_TOLD_MS	(3600 * 1000)	/* how long a loss is reported */

static void
push_report(JsonbParseState **state, const GovJob *job,
			const GovJobReport *report)
{
	int			i;

	gov_json_push_key(state, job->name);
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < report->ncounts; i++)
	{
		gov_json_put_int8(state, report->counts[i].name,
						  report->counts[i].value);
	}
	if (report->error != NULL)
	{
		gov_json_put_text(state, "error", report->error);
	}
	gov_json_put(state, "more", BoolGetDatum(report->more), false, BOOLOID);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* The problem is the server's or the whole transaction's, not the job's. */
static bool
concerns_all(int sqlerrcode)
{
	switch (ERRCODE_TO_CATEGORY(sqlerrcode))
	{
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
			return true;
		default:
			return false;
	}
}

/* Run it in a subtransaction; where it fails, the report only says so. */
static void
run_job(const GovJob *job, GovJobReport *report)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		report->by_hand = true;
		job->run(report);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		/*
		 * The end of a transaction that was begun by one statement does not
		 * expect a subtransaction.
		 */
		ErrorData  *error = gov_subxact_undo(caller, owner);

		if (concerns_all(error->sqlerrcode))
			ReThrowError(error);
		memset(report, 0, sizeof(*report));
		report->error = error->message;
		ereport(WARNING,
				(errcode(error->sqlerrcode),
				 errmsg("job \"%s\" failed: %s", job->name, error->message),
				 error->detail ? errdetail("%s", error->detail) : 0,
				 error->hint ? errhint("%s", error->hint) : 0));
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
}

/*
 * gov_run_maintenance() → jsonb
 *		Every job once: {job: {count, ..., "more": is something left}}, with
 *		"error" where it failed.
 */
Datum
gov_run_maintenance(PG_FUNCTION_ARGS)
{
	JsonbParseState *state = NULL;
	int			i;

	gov_refuse_read_only("gov_run_maintenance()");
	(void) gov_require(GOV_PERM_SYSTEM_CONFIG, NULL);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < gov_job_count; i++)
	{
		GovJobReport report = {0};

		CHECK_FOR_INTERRUPTS();
		run_job(&gov_jobs[i], &report);
		push_report(&state, &gov_jobs[i], &report);
	}
	PG_RETURN_JSONB_P(gov_json_end(&state));
}

/* Which jobs failed the last time, or NULL. */
static char *
jobs_problem(const GovWorkSlot *slot)
{
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	for (i = 0; i < gov_job_count; i++)
	{
		if (slot->jobs[i].failures > 0)
			appendStringInfo(&buf, "%s\"%s\" (%u in a row)",
							 buf.len == 0 ? "" : ", ", gov_jobs[i].name,
							 slot->jobs[i].failures);
	}
	if (buf.len == 0)
		return NULL;
	return psprintf("jobs fail: %s; the server log says why", buf.data);
}

/* What is wrong with the visits of this database, or NULL. */
static char *
visits_problem(void)
{
	TimestampTz now = GetCurrentTimestamp();
	GovWorkSlot slot = {0};
	int			launcher_pid;
	TimestampTz since;
	char	   *problem;
	int			i;

	LWLockAcquire(gov_work_lock, LW_SHARED);
	launcher_pid = gov_work->launcher_pid;
	for (i = 0; i < gov_work->used; i++)
	{
		if (gov_work->slots[i].dboid == MyDatabaseId)
			memcpy(&slot, &gov_work->slots[i], sizeof(slot));
	}
	LWLockRelease(gov_work_lock);

	if (!gov_worker_enabled)
		return pstrdup("governance.worker is off");
	if (launcher_pid == 0)
		return pstrdup("the launcher is not running");
	if (slot.failures > 0)
		return psprintf("the last %u visits of this database broke off; the server log says why",
						slot.failures);
	problem = jobs_problem(&slot);
	if (problem != NULL)
		return problem;

	/* A database that is new to the worker has some time. */
	since = Max(slot.succeeded_at, slot.known_since);
	if (since != 0 &&
		TimestampDifferenceExceeds(since, now,
								   GOV_IDLE_MS + gov_seal_interval + LATE_MS))
		return psprintf("no visit of this database for %ld seconds",
						(long) ((now - since) / USECS_PER_SEC));
	if (slot.kept_from[0] != '\0' &&
		TimestampDifferenceExceeds(slot.kept_since, now, LATE_MS))
		return psprintf("%s has been left to a transaction that has not ended for %ld seconds (pg_locks, pg_prepared_xacts)",
						slot.kept_from,
						(long) ((now - slot.kept_since) / USECS_PER_SEC));
	return NULL;
}

/*
 * governance.worker_problem() → text
 *		Why the worker does not do its work here; NULL: it does.
 *
 * On a standby it has none.
 */
Datum
gov_worker_problem(PG_FUNCTION_ARGS)
{
	TimestampTz lost_at;
	int64		lost;
	char	   *problem = NULL;

	if (gov_work == NULL)
		PG_RETURN_TEXT_P(cstring_to_text("the library is not in shared_preload_libraries: gov_run_maintenance() must be scheduled, denied attempts go to the server log only"));
	if (!RecoveryInProgress())
		problem = visits_problem();
	if (problem == NULL)
	{
		lost = gov_denial_lost(&lost_at);
		if (lost > 0 &&
			!TimestampDifferenceExceeds(lost_at, GetCurrentTimestamp(),
										LOST_TOLD_MS))
			problem = psprintf(INT64_FORMAT " denied attempts found no room in governance.denial_ring_size",
							   lost);
	}
	if (problem == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(problem));
}
