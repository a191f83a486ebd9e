/*
 * jobs.c
 *		The jobs of a visit: each calls the room that knows how.
 */
#include "postgres.h"

#include "audit/denials.h"
#include "audit/seal.h"
#include "registry/approval.h"
#include "worker/jobs.h"

#define DENIALS_BATCH 256
#define EXPIRY_BATCH 256

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

/* By hand it waits for its turn; a visit leaves a busy log alone. */
static void
gov_job_seal(GovJobReport *report)
{
	int64		sealed = gov_audit_seal_batch(report->by_hand);

	gov_job_counted(report, "sealed", sealed);
	report->more = sealed > 0;
}
