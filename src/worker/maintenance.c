/*
 * maintenance.c
 *		The worker's jobs by hand, and what the worker is up to.
 *
 * gov_run_maintenance() does in the caller's transaction what a visit does,
 * each job once, so that a scheduler can stand in for the worker where the
 * library is not preloaded.  The caller is the actor.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "access/denial_ring.h"
#include "access/require.h"
#include "core/args.h"
#include "core/guc.h"
#include "core/row_json.h"
#include "core/work.h"
#include "worker/jobs.h"
#include "worker/worker.h"

PG_FUNCTION_INFO_V1(gov_run_maintenance);
PG_FUNCTION_INFO_V1(gov_worker_problem);

#define LATE_MS			30000	/* without a visit, beyond what is planned */
#define LOST_TOLD_MS	(3600 * 1000)	/* how long a loss is told of */

static void
push_report(JsonbParseState **state, const GovJob *job,
			const GovJobReport *report)
{
	int			i;

	gov_json_push_key(state, job->name);
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < report->ncounts; i++)
	{
		gov_json_push_key(state, report->counts[i].name);
		gov_json_push(state, WJB_VALUE,
					  Int64GetDatum(report->counts[i].value), false, INT8OID);
	}
	gov_json_push_key(state, "more");
	gov_json_push(state, WJB_VALUE, BoolGetDatum(report->more), false,
				  BOOLOID);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * gov_run_maintenance() → jsonb
 *		Every job once: {job: {count, ..., "more": is something left}}.
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
		report.by_hand = true;
		gov_jobs[i].run(&report);
		push_report(&state, &gov_jobs[i], &report);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT,
													   NULL)));
}

/* What is wrong with the visits of this database, or NULL. */
static char *
visits_problem(void)
{
	TimestampTz now = GetCurrentTimestamp();
	GovWorkSlot slot = {0};
	int			launcher_pid;
	TimestampTz since;
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
		return psprintf("the last %u visits of this database failed; the server log says why",
						slot.failures);

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
