/*
 * clock.h
 *		A clock that nobody can set.
 */
#ifndef GATEWAY_CLOCK_H
#define GATEWAY_CLOCK_H

#include <time.h>

/* Milliseconds of the monotonic clock. */
static inline long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif							/* GATEWAY_CLOCK_H */
