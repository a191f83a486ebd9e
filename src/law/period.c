/*
 * period.c
 *		Periods of time as laws count them: Regulation (EEC, Euratom)
 *		No 1182/71, the rules applicable to periods, dates and time limits.
 *
 * How Article 3 applies to hours is contested.  Here, as two supervisory
 * authorities read it, a period in hours neither moves for a weekend nor grows
 * to two working days; and its hours are elapsed ones, also when the clocks
 * change.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "core/args.h"
#include "core/citus.h"
#include "core/moment.h"
#include "core/spi.h"
#include "law/period.h"

PG_FUNCTION_INFO_V1(gov_period_end);
PG_FUNCTION_INFO_V1(gov_period_end_by_rule);

#define NOON 12

/* The regulation applies since 1 July 1971. */
#define FIRST_DAY date2j(1971, 7, 1)

const char *const gov_period_units[] = {
	"hours", "days", "working_days", "weeks", "months", "years", NULL
};

static const int most[] = {
	100 * 366 * 24, 100 * 366, 100 * 250, 100 * 53, 100 * 12, 100
};

GovPeriodUnit
gov_period_unit(const char *word)
{
	int			unit = gov_word_index(gov_period_units, word);

	if (unit < 0)
		elog(ERROR, "unit \"%s\" of a period is unknown", word);
	return unit;
}

int
gov_period_most(GovPeriodUnit unit)
{
	return most[unit];
}

/* The same date so many months later, or that month's last day. */
static int
add_months(int day, int months)
{
	int			year;
	int			month;
	int			mday;

	j2date(day, &year, &month, &mday);
	months += month - 1;
	year += months / MONTHS_PER_YEAR;
	month = months % MONTHS_PER_YEAR + 1;
	return date2j(year, month,
				  Min(mday, day_tab[isleap(year)][month - 1]));
}

/* The day at whose end the period ends, before any rule moves it. */
static int
last_day(const GovCalendar *calendar, GovPeriodUnit unit, int amount, int day)
{
	switch (unit)
	{
		case GOV_PERIOD_WORKING_DAYS:
			while (amount-- > 0)
				day = gov_calendar_next_working_day(calendar, day);
			return day;
		case GOV_PERIOD_WEEKS:
			return day + 7 * amount;
		case GOV_PERIOD_MONTHS:
			return add_months(day, amount);
		case GOV_PERIOD_YEARS:
			return add_months(day, MONTHS_PER_YEAR * amount);
		default:
			return day + amount;
	}
}

/* Article 3(4) and 3(5): it ends on a working day, the second one or later. */
static int
move_last_day(const GovCalendar *calendar, int first, int last, bool is_one)
{
	int			wanted = is_one ? 1 : 2;
	int			seen = 0;
	int			day;

	for (day = first + 1; day <= last && seen < wanted; day++)
		seen += gov_calendar_is_working_day(calendar, day);
	if (!gov_calendar_is_working_day(calendar, last))
	{
		last = gov_calendar_next_working_day(calendar, last);
		seen++;
	}
	for (; seen < wanted; seen++)
		last = gov_calendar_next_working_day(calendar, last);
	return last;
}

/*
 * The end by Regulation (EEC, Euratom) No 1182/71.  With to_noon, a limit on a
 * day that is no working day moves to noon of the next one, by Delegated
 * Regulation (EU) 2025/301, Article 5(4).
 */
static TimestampTz
period_end(const GovCalendar *calendar, GovPeriodUnit unit, int amount,
		   TimestampTz from, bool to_noon)
{
	int64		since_hour;
	int			first = gov_calendar_day(calendar, from, &since_hour);
	int			last;
	TimestampTz end;

	if (unit == GOV_PERIOD_HOURS)
	{
		int64		ignored;

		end = from - since_hour + (amount + INT64CONST(1)) * USECS_PER_HOUR;
		last = gov_calendar_day(calendar, end - 1, &ignored);
		if (!to_noon || gov_calendar_is_working_day(calendar, last))
			return end;
	}
	else
		last = last_day(calendar, unit, amount, first);

	if (to_noon && !gov_calendar_is_working_day(calendar, last))
		return gov_calendar_moment(calendar,
								   gov_calendar_next_working_day(calendar,
																 last), NOON);
	if (unit != GOV_PERIOD_WORKING_DAYS)
		last = move_last_day(calendar, first, last,
							 unit == GOV_PERIOD_DAYS && amount == 1);
	return gov_calendar_moment(calendar, last + 1, 0);
}

/*
 * gov_period_end(jurisdiction, unit, amount, from_moment, time_zone)
 *		→ timestamptz
 */
Datum
gov_period_end(PG_FUNCTION_ARGS)
{
	const char *jurisdiction = gov_arg_reason(fcinfo, 0, "jurisdiction");
	GovPeriodUnit unit = gov_period_unit(gov_arg_word(fcinfo, 1, "unit",
													  gov_period_units, NULL));
	int			amount = gov_arg_int4(fcinfo, 2, "amount", 1, most[unit]);
	TimestampTz from = gov_arg_time(fcinfo, 3, "from_moment", false);
	const char *time_zone = gov_arg_text(fcinfo, 4, "time_zone", NULL);
	GovCalendar *calendar;
	int64		since_hour;
	TimestampTz end;

	gov_citus_refuse();
	gov_spi_begin();
	calendar = gov_calendar_open(jurisdiction, time_zone, from);
	if (gov_calendar_day(calendar, from, &since_hour) < FIRST_DAY)
		gov_bad_value("from_moment",
					  "Regulation (EEC, Euratom) No 1182/71 applies since 1 July 1971.",
					  NULL);
	end = period_end(calendar, unit, amount, from, false);
	gov_spi_end();
	PG_RETURN_TIMESTAMPTZ(end);
}

/*
 * period_end(jurisdiction, unit, amount, from_moment, to_noon) → timestamptz
 */
Datum
gov_period_end_by_rule(PG_FUNCTION_ARGS)
{
	char	   *jurisdiction = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *unit = text_to_cstring(PG_GETARG_TEXT_PP(1));
	TimestampTz from = PG_GETARG_TIMESTAMPTZ(3);
	TimestampTz end;

	gov_spi_begin();
	end = period_end(gov_calendar_open(jurisdiction, NULL, from),
					 gov_period_unit(unit), PG_GETARG_INT32(2), from,
					 PG_GETARG_BOOL(4));
	gov_spi_end();
	PG_RETURN_TIMESTAMPTZ(end);
}
