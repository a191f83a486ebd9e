/*
 * jobs.c
 *		The jobs of a visit; each calls the room that does the work.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "audit/denials.h"
#include "audit/seal.h"
#include "core/outbox.h"
#include "core/policy.h"
#include "core/spi.h"
#include "core/work.h"
#include "identity/key_request.h"
#include "incident/deadline.h"
#include "registry/approval.h"
#include "registry/usecase.h"
#include "sla/evaluate.h"
#include "sla/fold.h"
#include "worker/jobs.h"

#define DENIALS_BATCH 256
#define EXPIRY_BATCH 256
#define KEYS_BATCH 1024
#define DEADLINES_BATCH 256
#define CLASSES_BATCH 64
#define EVALUATIONS_BATCH 20
#define EVENTS_BATCH 5000
#define OLD_EVENTS_BATCH 5000
#define FOLD_BATCH 5000
#define RETENTION_BATCH 5000
#define FOLD_BY_HAND 50000
#define BATCHES_BY_HAND 10
#define FIRST_SEAL_BATCH 4096
#define QUICK_SEAL_MS 150
#define LONG_SEAL_MS 500

#define GOV_JOB(name, function) static void function(GovJobReport *report);
#include "worker/job_list.h"
#undef GOV_JOB

const GovJob gov_jobs[] = {
#define GOV_JOB(name, function) {name, function},
#include "worker/job_list.h"
#undef GOV_JOB
};

const int	gov_job_count = lengthof(gov_jobs);

StaticAssertDecl(lengthof(gov_jobs) <= GOV_WORK_JOBS,
				 "a slot has room for every job");

/* Add to a count in the report; name is a literal. */
static void
counted(GovJobReport *report, const char *name, int64 value)
{
	int			i;

	for (i = 0; i < report->ncounts; i++)
	{
		if (strcmp(report->counts[i].name, name) == 0)
			break;
	}
	if (i == report->ncounts)
	{
		if (i == GOV_JOB_COUNTS)
			elog(ERROR, "too many counts of a job");
		report->counts[i].name = name;
		report->counts[i].value = 0;
		report->ncounts++;
	}
	report->counts[i].value += value;
}

static void
gov_job_denials(GovJobReport *report)
{
	GovDenialCounts counts;

	gov_audit_write_denials(DENIALS_BATCH, report->by_hand, &counts);
	counted(report, "written", counts.written);
	counted(report, "suppressed", counts.suppressed);
	counted(report, "lost", counts.lost);
	report->more = counts.more;
}

static void
gov_job_expiry(GovJobReport *report)
{
	int64		expired = gov_approval_expire(EXPIRY_BATCH);
	int64		overdue;

	counted(report, "expired", expired);
	overdue = gov_approval_remind(EXPIRY_BATCH);
	counted(report, "overdue", overdue);
	report->more = expired == EXPIRY_BATCH || overdue == EXPIRY_BATCH;
}

/*
 * An answer that is just being replaced is left alone, so this waits for
 * nobody.
 */
GOV_SQL(forget_answers, (INT8OID, TIMESTAMPTZOID),
		"DELETE FROM governance.idempotency_keys AS k"
		" USING (SELECT o.user_id, o.key"
		" FROM governance.idempotency_keys AS o"
		" WHERE o.created_at < $2"
		" ORDER BY o.created_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS old"
		" WHERE k.user_id = old.user_id AND k.key = old.key");

/* Answers to requests with a key are kept for a day. */
static void
gov_job_idempotency(GovJobReport *report)
{
	int64		forgotten;

	gov_spi_begin();
	forgotten = gov_run(&forget_answers, gov_int8(KEYS_BATCH),
						gov_time(GetCurrentTimestamp() - USECS_PER_DAY));
	gov_spi_end();
	counted(report, "forgotten", forgotten);
	report->more = forgotten == KEYS_BATCH;
}

static void
gov_job_issuer_keys(GovJobReport *report)
{
	counted(report, "announced", gov_key_requests_announce());
}

static void
gov_job_deadlines(GovJobReport *report)
{
	int64		escalated = gov_incident_escalate_deadlines(DEADLINES_BATCH);

	counted(report, "escalated", escalated);
	report->more = escalated == DEADLINES_BATCH;
}

static void
gov_job_classes(GovJobReport *report)
{
	int64		changed = gov_usecase_follow_law(CLASSES_BATCH);

	counted(report, "changed", changed);
	report->more = changed == CLASSES_BATCH;
}

/*
 * By hand it evaluates every resource; a visit only those that are due and not
 * locked.
 */
static void
gov_job_sla_evaluate(GovJobReport *report)
{
	GovEvaluationCounts counts;

	gov_evaluate_due(EVALUATIONS_BATCH, report->by_hand, &counts);
	counted(report, "evaluated", counts.evaluated);
	counted(report, "violations", counts.changed);
	report->more = counts.more;
}

static void
gov_job_events(GovJobReport *report)
{
	int64		days = gov_policy_int("events.retention_days");
	int64		published = gov_outbox_publish(report->by_hand,
												   EVENTS_BATCH);
	int64		deleted = days == 0 ? 0 :
		gov_outbox_expire(report->by_hand, days, OLD_EVENTS_BATCH);

	counted(report, "published", published);
	counted(report, "deleted", deleted);
	report->more = published == EVENTS_BATCH || deleted == OLD_EVENTS_BATCH;
}

/*
 * By hand it waits for its turn and does many batches; a visit does nothing
 * while somebody else is folding.
 */
static void
gov_job_sla_fold(GovJobReport *report)
{
	int			batches = report->by_hand ? BATCHES_BY_HAND : 1;
	int			max = report->by_hand ? FOLD_BY_HAND : FOLD_BATCH;

	do
	{
		int64		folded;

		CHECK_FOR_INTERRUPTS();
		folded = gov_sla_fold(report->by_hand, max);
		counted(report, "folded", folded);
		report->more = folded == max;
	} while (report->more && --batches > 0);
}

static void
gov_job_sla_retention(GovJobReport *report)
{
	int64		removed = gov_sla_retain(report->by_hand, RETENTION_BATCH);

	counted(report, "removed", removed);
	report->more = removed >= RETENTION_BATCH;
}

/*
 * By hand it waits for its turn; a visit does nothing while somebody else is
 * sealing.  It ends when it has caught up with what was there: following a
 * stream of events in small batches would cost five times as much.
 *
 * A visit begins with a small batch and makes it larger while batches are
 * quick: a batch that takes longer than a visit may last would be undone, and
 * tried again, for ever.  For the same reason a batch ends early where events
 * are large.
 */
static void
gov_job_seal(GovJobReport *report)
{
	static int	max = FIRST_SEAL_BATCH;
	TimestampTz began_at = GetCurrentTimestamp();
	int			asked = report->by_hand ? GOV_SEAL_BATCH : max;
	int64		sealed = gov_audit_seal_batch(report->by_hand, asked,
											  report->by_hand ? 0 :
											  LONG_SEAL_MS, &report->more);

	if (!report->by_hand && sealed == max &&
		!TimestampDifferenceExceeds(began_at, GetCurrentTimestamp(),
									QUICK_SEAL_MS))
		max = Min(max * 2, GOV_SEAL_BATCH);
	counted(report, "sealed", sealed);
}
