/*
 * moment.c
 *		Moments that callers give, checked for the years that make sense.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/datetime.h"

#include "core/args.h"
#include "core/compat.h"
#include "core/moment.h"

PG_FUNCTION_INFO_V1(gov_moment);

#define FIRST_YEAR 1970
#define LAST_YEAR 2200
#define EXPIRY_YEARS 100
#define MILLISECONDS_FROM 1e11	/* seconds: the year 5138 */
#define MILLISECONDS_HINT \
	"It looks like milliseconds since 1970: give seconds."

static TimestampTz
begin_of_year(int year)
{
	return (date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

double
gov_seconds_since_1970(TimestampTz t)
{
	return (double) (t - SetEpochTimestamp()) / USECS_PER_SEC;
}

bool
gov_looks_like_ms(double seconds)
{
	return seconds >= MILLISECONDS_FROM;
}

char *
gov_moment_fault(TimestampTz t, const char **hint)
{
	*hint = NULL;
	if (TIMESTAMP_NOT_FINITE(t))
		return pstrdup("It is not a finite time.");
	if (t >= begin_of_year(FIRST_YEAR) && t < begin_of_year(LAST_YEAR + 1))
		return NULL;
	if (gov_looks_like_ms(gov_seconds_since_1970(t)))
		*hint = MILLISECONDS_HINT;
	return psprintf("%s is not of the years %d to %d.",
					timestamptz_to_str(t), FIRST_YEAR, LAST_YEAR);
}

/* Is the text a number, and which one? */
static bool
read_seconds(const char *s, double *seconds)
{
	char	   *end;

	if (s[0] == '\0' || s[strspn(s, "0123456789+-.eE")] != '\0')
		return false;
	*seconds = strtod(s, &end);
	return *end == '\0';
}

/* Read any other text as timestamptz does, but without its errors. */
static bool
read_date(const char *s, TimestampTz *t)
{
	char		work[MAXDATELEN + MAXDATEFIELDS];
	char	   *fields[MAXDATEFIELDS];
	int			types[MAXDATEFIELDS];
	struct pg_tm tm;
	fsec_t		fsec;
	GovDateTimeExtra extra;
	int			count;
	int			kind;
	int			tz;

	if (ParseDateTime(s, work, sizeof(work), fields, types, MAXDATEFIELDS,
					  &count) != 0 ||
		gov_decode_datetime(fields, types, count, &kind, &tm, &fsec, &tz,
							&extra) != 0)
		return false;
	switch (kind)
	{
		case DTK_DATE:
			return tm2timestamp(&tm, fsec, &tz, t) == 0;
		case DTK_EPOCH:
			*t = SetEpochTimestamp();
			return true;
		case DTK_LATE:
			*t = DT_NOEND;
			return true;
		case DTK_EARLY:
			*t = DT_NOBEGIN;
			return true;
		default:
			return false;
	}
}

/* Raise 22023 unless it is finite and between 1970 and 2200. */
static void
check_moment(const char *name, TimestampTz t)
{
	const char *hint;
	char	   *fault = gov_moment_fault(t, &hint);

	if (fault != NULL)
		gov_bad_value(name, fault, hint);
}

TimestampTz
gov_last_expiry(void)
{
	Interval	years = {.month = EXPIRY_YEARS * MONTHS_PER_YEAR};
	TimestampTz now = GetCurrentTimestamp();

	return DatumGetTimestampTz(DirectFunctionCall2(timestamptz_pl_interval,
												   TimestampTzGetDatum(now),
												   IntervalPGetDatum(&years)));
}

TimestampTz
gov_arg_time(FunctionCallInfo fcinfo, int n, const char *name, bool or_null)
{
	TimestampTz t;

	if (PG_ARGISNULL(n))
	{
		if (!or_null)
			gov_missing_value(name);
		return DT_NOEND;
	}
	t = PG_GETARG_TIMESTAMPTZ(n);
	check_moment(name, t);
	return t;
}

TimestampTz
gov_arg_past(FunctionCallInfo fcinfo, int n, const char *name)
{
	TimestampTz t = gov_arg_time(fcinfo, n, name, true);

	if (t != DT_NOEND && t > GetCurrentTimestamp() + GOV_MAX_AHEAD)
		gov_bad_value(name, "It is more than 5 minutes ahead.",
					  "Give a moment that has come; check the clock that it is from.");
	return t;
}

TimestampTz
gov_arg_expiry(FunctionCallInfo fcinfo, int n, const char *name, bool or_null)
{
	TimestampTz t;

	if (or_null && !PG_ARGISNULL(n) &&
		TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(n)))
		gov_bad_value(name, "It is not a finite time.",
					  "Leave it NULL where there is no limit.");
	t = gov_arg_time(fcinfo, n, name, or_null);
	if (t == DT_NOEND)
		return t;
	if (t <= GetCurrentTimestamp())
		gov_bad_value(name, "It is past.", "Give a moment to come.");
	if (t > gov_last_expiry())
		gov_bad_value(name,
					  psprintf("It is more than %d years ahead.",
							   EXPIRY_YEARS),
					  or_null ? "Leave it NULL where there is no limit." :
					  NULL);
	return t;
}

TimestampTz
gov_arg_bound(FunctionCallInfo fcinfo, int n, const char *name,
			  TimestampTz unbounded)
{
	if (PG_ARGISNULL(n) || TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(n)))
		return unbounded;
	return gov_arg_time(fcinfo, n, name, false);
}

/*
 * gov_moment(name, value) → timestamptz
 */
Datum
gov_moment(PG_FUNCTION_ARGS)
{
	const char *name;
	char	   *value;
	double		seconds;
	TimestampTz t;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	name = gov_arg_reason(fcinfo, 0, "name");
	value = text_to_cstring(PG_GETARG_TEXT_PP(1));
	if (read_seconds(value, &seconds))
	{
		/* A moment farther from now has no timestamptz. */
		if (fabs(seconds) >= MILLISECONDS_FROM)
			gov_bad_value(name,
						  psprintf("%s is not of the years %d to %d.",
								   gov_excerpt(value, strlen(value)),
								   FIRST_YEAR, LAST_YEAR),
						  gov_looks_like_ms(seconds) ? MILLISECONDS_HINT :
						  NULL);
		t = SetEpochTimestamp() + (int64) rint(seconds * USECS_PER_SEC);
	}
	else if (!read_date(value, &t))
		gov_bad_value(name,
					  psprintf("\"%s\" is not a time.",
							   gov_excerpt(value, strlen(value))),
					  "Give seconds since 1970, or ISO 8601 such as 2026-01-31T12:00:00Z.");
	if (!TIMESTAMP_NOT_FINITE(t))
		check_moment(name, t);
	PG_RETURN_TIMESTAMPTZ(t);
}
