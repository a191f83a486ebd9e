/*
 * operation.h
 *		Which governed operation is in progress in this backend.
 *
 * A gov_* function that moves a state names its operation before it writes;
 * the guard trigger lets a state move pass only inside the operation that
 * owns it, and the audit event takes its verb from it.  The flag lives in C
 * memory: no SQL reaches it.
 *
 * Invariants: operations nest; an error resets to what was in progress when
 * the aborted (sub)transaction began; none survives its transaction.
 */
#ifndef GOV_OPERATION_H
#define GOV_OPERATION_H

#include "core/spi.h"

extern void gov_operation_init(void);

/* verb: a string literal.  reason: NULL or text that goes into the event. */
extern void gov_operation_begin(const char *verb, const char *reason);
extern void gov_operation_end(void);

static inline uint64
gov_operation_ended(uint64 rows)
{
	gov_operation_end();
	return rows;
}

/* gov_run() as an operation of its own; the number of rows. */
#define gov_run_as(verb, reason, ...) \
	(gov_operation_begin((verb), (reason)), \
	 gov_operation_ended(gov_run(__VA_ARGS__)))

/* The verb and reason in progress, or NULL. */
extern const char *gov_operation_verb(void);
extern const char *gov_operation_reason(void);

#endif							/* GOV_OPERATION_H */
