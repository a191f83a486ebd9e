/*
 * limiter.h
 *		So many requests a second for each token: token buckets.
 *
 * Invariants: a token itself is not kept, only a keyed hash of it; the table
 * does not grow.  Two tokens that meet in one place share it at worst until
 * the older one has been idle for a second.
 */
#ifndef GATEWAY_LIMITER_H
#define GATEWAY_LIMITER_H

#include <stdbool.h>

typedef struct Limiter Limiter;

extern Limiter *limiter_new(long rate, long burst);
extern void limiter_free(Limiter *limiter);

/* Returns whether it may go on; if not, "seconds" is how long to wait. */
extern bool limiter_allows(Limiter *limiter, const char *token, int *seconds);

#endif							/* GATEWAY_LIMITER_H */
