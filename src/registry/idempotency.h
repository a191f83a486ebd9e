/*
 * idempotency.h
 *		Answers that are kept for requests with a key.
 */
#ifndef GOV_IDEMPOTENCY_H
#define GOV_IDEMPOTENCY_H

/* Forget at most so many of those that are a day old; how many. */
extern int64 gov_idempotency_expire(int limit);

#endif							/* GOV_IDEMPOTENCY_H */
