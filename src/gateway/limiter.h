/*
 * limiter.h
 *		Limits the requests a second of each token, by token buckets.
 *
 * Invariants: a token itself is not kept, only a keyed hash; the table does
 * not grow. Two tokens that fall into the same place share it at most until
 * the older one has been idle for a second.
 */
#ifndef GATEWAY_LIMITER_H
#define GATEWAY_LIMITER_H

#include <stdbool.h>

typedef struct Limiter Limiter;

extern Limiter *limiter_new(long rate, long burst);
extern void limiter_free(Limiter *limiter);

/*
 * Returns whether the request may go on; if not, "seconds" is how long to
 * wait.
 */
extern bool limiter_allows(Limiter *limiter, const char *token, int *seconds);

#endif							/* GATEWAY_LIMITER_H */
