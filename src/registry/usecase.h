/*
 * usecase.h
 *		Use-cases: names, locks and look-ups that the registry's functions
 *		share.
 *
 * Invariants: whoever changes a use-case, votes on it, assesses or deploys it
 * holds the lock on its row; what is decided about it is read after that
 * lock, on the newest snapshot.  Where two are locked, in the order of their
 * ids.  The lock on a use-case comes after those on models and before that on
 * an approval request.
 *
 * The locks need an SPI connection; what they find lives until
 * gov_spi_end().
 */
#ifndef GOV_USECASE_H
#define GOV_USECASE_H

#include "access/act.h"

typedef struct GovUsecase
{
	char	   *status;
	char	   *impact_level;
	char	   *risk_class;		/* NULL: not assessed */
	GovAct		created;
	GovAct		owned;
	GovAct		submitted;		/* by nobody: never */
	int32		review_round;
} GovUsecase;

/* "usecase/claims" */
extern char *gov_usecase_resource(const char *usecase_id);

/* Lock its row FOR NO KEY UPDATE and read it; 42704 if there is none. */
extern void gov_usecase_lock(const char *usecase_id, GovUsecase *found);

/* Thirteen columns of the last statement: status to submitted_backers. */
extern void gov_usecase_read(uint64 row, int column, GovUsecase *found);

/* 42704 unless there is such a use-case. */
extern void gov_usecase_require(const char *usecase_id);

pg_noreturn extern void
			gov_no_such_usecase(const char *usecase_id);

extern bool gov_usecase_is(const GovUsecase *usecase, const char *status);

/* low, medium, high, critical as 0 to 3. */
extern int	gov_impact_rank(const char *impact_level);
#define GOV_IMPACT_HIGH 2

#endif							/* GOV_USECASE_H */
