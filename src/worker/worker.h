/*
 * worker.h
 *		The background worker: a launcher and its short visits.
 *
 * src/worker/README.md says why it is made this way.
 */
#ifndef GOV_WORKER_H
#define GOV_WORKER_H

#include "fmgr.h"

#define GOV_LAUNCHER_NAME "governance launcher"
#define GOV_VISITOR_NAME "governance worker"

#define GOV_VISIT_MS		2000	/* a visit is over by then */
#define GOV_IDLE_MS			10000	/* between visits without a call */
#define GOV_FAILURE_BACKOFF_MS	(60 * 1000)	/* the longest */

extern void gov_worker_init(void);

/* The entry points of the processes, which the server finds by name. */
extern PGDLLEXPORT void gov_launcher_main(Datum arg);
extern PGDLLEXPORT void gov_visit_main(Datum arg);

#endif							/* GOV_WORKER_H */
