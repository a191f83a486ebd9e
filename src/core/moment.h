/*
 * moment.h
 *		Moments that callers give, held against the years that mean something.
 *
 * A moment before 1970 or after 2200 is a mistake, most often milliseconds
 * where seconds were asked for: it is 22023, and the hint says so.
 */
#ifndef GOV_MOMENT_H
#define GOV_MOMENT_H

#include "fmgr.h"
#include "utils/timestamp.h"

/* By so much a clock elsewhere may be ahead of the server's. */
#define GOV_MAX_AHEAD (5 * USECS_PER_MINUTE)

/*
 * What is wrong with a moment, which has to be finite and of the years 1970 to
 * 2200, or NULL.
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

/* Of what has happened: like that, and at most 5 minutes ahead. */
extern TimestampTz gov_arg_past(FunctionCallInfo fcinfo, int n,
								const char *name);

/* Of what will end: like gov_arg_time, to come, and within 100 years. */
extern TimestampTz gov_arg_expiry(FunctionCallInfo fcinfo, int n,
								  const char *name, bool or_null);

/* since, until: NULL and both infinities are no bound, "unbounded". */
extern TimestampTz gov_arg_bound(FunctionCallInfo fcinfo, int n,
								 const char *name, TimestampTz unbounded);

#endif							/* GOV_MOMENT_H */
