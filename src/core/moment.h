/*
 * moment.h
 *		Moments that callers give, checked for the years that make sense.
 *
 * A moment before 1970 or after 2200 is a mistake, most often milliseconds in
 * place of seconds: it is refused with 22023, and the hint says so.
 */
#ifndef GOV_MOMENT_H
#define GOV_MOMENT_H

#include "fmgr.h"
#include "utils/timestamp.h"

/* How far another clock may be ahead of the server's. */
#define GOV_MAX_AHEAD (5 * USECS_PER_MINUTE)

/*
 * What is wrong with a moment, or NULL: it has to be finite and between 1970
 * and 2200.
 */
extern char *gov_moment_fault(TimestampTz t, const char **hint);

/* Does a number of seconds since 1970 look like milliseconds? */
extern bool gov_looks_like_ms(double seconds);

extern double gov_seconds_since_1970(TimestampTz t);

/* The last moment at which something may expire: 100 years from now. */
extern TimestampTz gov_last_expiry(void);

/* NULL (where allowed) reads as DT_NOEND. */
extern TimestampTz gov_arg_time(FunctionCallInfo fcinfo, int n,
								const char *name, bool or_null);

/*
 * The moment of something that has happened: like gov_arg_time, and at most 5
 * minutes ahead.
 */
extern TimestampTz gov_arg_past(FunctionCallInfo fcinfo, int n,
								const char *name);

/* The end of something: like gov_arg_time, in the future, within 100 years. */
extern TimestampTz gov_arg_expiry(FunctionCallInfo fcinfo, int n,
								  const char *name, bool or_null);

/* For since and until: NULL and both infinities are "unbounded". */
extern TimestampTz gov_arg_bound(FunctionCallInfo fcinfo, int n,
								 const char *name, TimestampTz unbounded);

#endif							/* GOV_MOMENT_H */
