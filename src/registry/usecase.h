/*
 * usecase.h
 *		Use-cases: names, locks and look-ups that the registry's functions
 *		share.
 *
 * Invariants: whoever changes a use-case, votes on it, assesses or deploys it
 * holds the lock on its row; what is decided about it is read after that lock,
 * on the newest snapshot.  Two are locked in the order of their ids.  The lock
 * on a use-case comes after those on models and before that on an approval
 * request.
 *
 * The locks need an SPI connection; what they find lives until
 * gov_spi_end().
 */
#ifndef GOV_USECASE_H
#define GOV_USECASE_H

#include "utils/timestamp.h"

#include "access/act.h"
#include "registry/inbox.h"

typedef struct GovUsecase
{
	char	   *status;
	char	   *impact_level;
	char	   *risk_class;		/* NULL: not assessed */
	TimestampTz prohibited_from;	/* DT_NOEND: never */
	GovAct		created;
	GovAct		owned;
	GovAct		submitted;		/* by nobody: never */
	int32		review_round;
} GovUsecase;

/* "usecase/claims" */
extern char *gov_usecase_resource(const char *usecase_id);

/* Lock its row FOR NO KEY UPDATE and read it; 42704 if there is none. */
extern void gov_usecase_lock(const char *usecase_id, GovUsecase *found);

/*
 * Read fourteen columns of the last statement: status to submitted_backers,
 * and prohibited_from.
 */
extern void gov_usecase_read(uint64 row, int column, GovUsecase *found);

/* Raise 42704 unless there is such a use-case. */
extern void gov_usecase_require(const char *usecase_id);

pg_noreturn extern void
			gov_no_such_usecase(const char *usecase_id);

extern bool gov_usecase_is(const GovUsecase *usecase, const char *status);

/* Does the law prohibit a use-case with these answers now? */
extern bool gov_usecase_is_prohibited(const GovUsecase *usecase);

/* Raise 55000 if it does. */
extern void gov_usecase_refuse_prohibited(const char *usecase_id,
										  const GovUsecase *usecase);

/*
 * Update use-cases whose class the law has changed, and report those whose
 * class it will change within 30 days; at most limit of each.
 */
extern int64 gov_usecase_follow_law(int limit);

/* Add those that wait for the caller's decision. */
extern void gov_inbox_usecases(GovInbox *inbox);

/* The place of a level: 0 to 3 for low, medium, high and critical. */
extern int	gov_impact_rank(const char *impact_level);
#define GOV_IMPACT_HIGH 2

#endif							/* GOV_USECASE_H */
