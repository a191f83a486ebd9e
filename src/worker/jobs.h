/*
 * jobs.h
 *		What the worker does in a database, and gov_run_maintenance() does by
 *		hand.
 *
 * A job does one bounded batch in the transaction it is called in, as the
 * owner of the extension, with an active snapshot, and reports what it did.
 * It does not wait for locks that others may hold.  The worker calls it again,
 * in the next transaction, while it says that there is more.
 */
#ifndef GOV_JOBS_H
#define GOV_JOBS_H

#define GOV_JOB_COUNTS 6

typedef struct GovJobReport
{
	bool		by_hand;		/* not the worker: do it all */
	bool		more;			/* set by the job: call again */
	const char *error;			/* by hand: why it failed, or NULL */
	int			ncounts;
	struct
	{
		const char *name;
		int64		value;
	}			counts[GOV_JOB_COUNTS];
} GovJobReport;

typedef struct GovJob
{
	const char *name;
	void		(*run) (GovJobReport *report);
} GovJob;

extern const GovJob gov_jobs[];
extern const int gov_job_count;

#endif							/* GOV_JOBS_H */
