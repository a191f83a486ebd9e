/*
 * jobs.c
 *		The jobs of a visit: each calls the room that knows how.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "audit/denials.h"
#include "audit/seal.h"
#include "registry/approval.h"
#include "sla/fold.h"
#include "worker/jobs.h"

#define DENIALS_BATCH 256
#define EXPIRY_BATCH 256
#define FOLD_BATCH 5000
#define RETENTION_BATCH 5000
#define FOLD_BY_HAND 50000
#define BATCHES_BY_HAND 10
#define FIRST_SEAL_BATCH 4096
#define QUICK_SEAL_MS 150

#define GOV_JOB(name, function) static void function(GovJobReport *report);
#include "worker/job_list.h"
#undef GOV_JOB

const GovJob gov_jobs[] = {
#define GOV_JOB(name, function) {name, function},
#include "worker/job_list.h"
#undef GOV_JOB
};

const int	gov_job_count = lengthof(gov_jobs);

void
gov_job_counted(GovJobReport *report, const char *name, int64 value)
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
	gov_job_counted(report, "written", counts.written);
	gov_job_counted(report, "suppressed", counts.suppressed);
	gov_job_counted(report, "lost", counts.lost);
	report->more = counts.more;
}

static void
gov_job_expiry(GovJobReport *report)
{
	int64		expired = gov_approval_expire(EXPIRY_BATCH);

	gov_job_counted(report, "expired", expired);
	report->more = expired == EXPIRY_BATCH;
}

/*
 * By hand it waits for its turn and does many batches; a visit leaves alone
 * what somebody else is folding.
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
		gov_job_counted(report, "folded", folded);
		report->more = folded == max;
	} while (report->more && --batches > 0);
}

static void
gov_job_sla_retention(GovJobReport *report)
{
	int64		removed = gov_sla_retain(report->by_hand, RETENTION_BATCH);

	gov_job_counted(report, "removed", removed);
	report->more = removed >= RETENTION_BATCH;
}

/*
 * By hand it waits for its turn; a visit leaves a busy log alone.
 *
 * A visit begins small and grows while batches are quick: one that takes
 * longer than a visit may would be undone, and tried again, for ever.
 */
static void
gov_job_seal(GovJobReport *report)
{
	static int	max = FIRST_SEAL_BATCH;
	TimestampTz began_at = GetCurrentTimestamp();
	int			asked = report->by_hand ? GOV_SEAL_BATCH : max;
	int64		sealed = gov_audit_seal_batch(report->by_hand, asked);

	if (!report->by_hand && sealed == max &&
		!TimestampDifferenceExceeds(began_at, GetCurrentTimestamp(),
									QUICK_SEAL_MS))
		max = Min(max * 2, GOV_SEAL_BATCH);
	gov_job_counted(report, "sealed", sealed);

	/* A head that finished an older difference has not seen the present. */
	report->more = sealed > 0;
}
