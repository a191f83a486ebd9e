/*
 * calendar.c
 *		Working days and clocks of a jurisdiction.
 *
 * A rule gives a holiday's day in each year: a date, or so many days from
 * Easter; it may count only in years in which that is one of some weekdays; it
 * may be moved to the next such weekday.  Reads see the transaction's own
 * snapshot, because a period decides nothing about rights.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "access/require.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"
#include "law/calendar.h"

PG_FUNCTION_INFO_V1(gov_add_holiday);

#define LAST_YEAR 2400			/* no search goes beyond it */

typedef struct HolidayRule
{
	int			month;			/* 0: from Easter */
	int			day;			/* of the month, or after Easter */
	char	   *weekdays;		/* a digit for each, Monday is 1 */
	int			moved_to;		/* a weekday, or -1 */
	int			first_year;
	int			last_year;
} HolidayRule;

struct GovCalendar
{
	pg_tz	   *time_zone;
	int			nrules;
	HolidayRule *rules;
	int			ndays;
	int		   *days;			/* single holidays, in order */
};

GOV_SQL(find_jurisdiction, (TEXTOID),
		"SELECT j.time_zone FROM governance.jurisdictions AS j"
		" WHERE j.jurisdiction = $1",
		.isolated = true);

GOV_SQL(list_jurisdictions, (),
		"SELECT pg_catalog.string_agg(j.jurisdiction, ', '"
		" ORDER BY j.jurisdiction) FROM governance.jurisdictions AS j",
		.isolated = true);

GOV_SQL(list_rules, (TEXTOID),
		"SELECT coalesce(r.month, 0),"
		" CASE WHEN r.month IS NULL THEN r.easter_offset ELSE r.day END,"
		" coalesce(r.on_weekdays, '1234567'),"
		" coalesce(r.moved_to % 7, -1), coalesce(r.first_year, 0),"
		" coalesce(r.last_year, 9999)"
		" FROM governance.holiday_rules AS r WHERE r.jurisdiction = $1",
		.isolated = true);

GOV_SQL(list_days, (TEXTOID, DATEOID),
		"SELECT h.day OPERATOR(pg_catalog.-) '2000-01-01'::date"
		" FROM governance.holidays AS h"
		" WHERE h.jurisdiction = $1 AND h.day >= $2 ORDER BY h.day",
		.isolated = true);

GOV_SQL(insert_holiday, (TEXTOID, DATEOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.holidays AS h (jurisdiction, day, name,"
		" added_by) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (jurisdiction, day) DO NOTHING RETURNING h");

/* Easter Sunday of a Gregorian year (Meeus, Jones and Butcher). */
static int
easter_of(int year)
{
	int			a = year % 19;
	int			b = year / 100;
	int			c = year % 100;
	int			g = (b - (b + 8) / 25 + 1) / 3;
	int			h = (19 * a + b - b / 4 - g + 15) % 30;
	int			l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	int			m = (a + 11 * h + 22 * l) / 451;
	int			n = h + l - 7 * m + 114;

	return date2j(year, n / 31, n % 31 + 1);
}

static bool
rule_hits(const HolidayRule *rule, int year, int day)
{
	int			base;

	if (year < rule->first_year || year > rule->last_year)
		return false;
	base = rule->month == 0 ? easter_of(year) + rule->day :
		date2j(year, rule->month, rule->day);
	if (strchr(rule->weekdays, "7123456"[j2day(base)]) == NULL)
		return false;
	if (rule->moved_to >= 0)
		base += (rule->moved_to - j2day(base) + 7) % 7;
	return base == day;
}

static int
compare_days(const void *a, const void *b)
{
	return *(const int *) a - *(const int *) b;
}

bool
gov_calendar_is_working_day(const GovCalendar *calendar, int day)
{
	int			year;
	int			month;
	int			mday;
	int			i;

	if (j2day(day) == 0 || j2day(day) == 6)
		return false;
	if (bsearch(&day, calendar->days, calendar->ndays, sizeof(int),
				compare_days) != NULL)
		return false;
	j2date(day, &year, &month, &mday);
	for (i = 0; i < calendar->nrules; i++)
	{
		if (rule_hits(&calendar->rules[i], year, day))
			return false;
	}
	return true;
}

int
gov_calendar_next_working_day(const GovCalendar *calendar, int day)
{
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (++day > date2j(LAST_YEAR, 12, 31))
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("the period ends after the year %d", LAST_YEAR)));
	} while (!gov_calendar_is_working_day(calendar, day));
	return day;
}

int
gov_calendar_day(const GovCalendar *calendar, TimestampTz at,
				 int64 *since_hour)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;

	if (timestamp2tm(at, &tz, &tm, &fsec, NULL, calendar->time_zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	*since_hour = tm.tm_min * USECS_PER_MINUTE + tm.tm_sec * USECS_PER_SEC +
		fsec;
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
}

/*
 * gov_calendar_moment
 *		Where a clock jumps over the hour, it is the moment of the jump.  Where
 *		a clock is put back and the hour comes twice, the first one counts.
 */
TimestampTz
gov_calendar_moment(const GovCalendar *calendar, int day, int hour)
{
	struct pg_tm tm = {.tm_hour = hour};
	TimestampTz result;
	int64		since_hour;
	int			tz;

	j2date(day, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	tz = DetermineTimeZoneOffset(&tm, calendar->time_zone);
	if (tm2timestamp(&tm, 0, &tz, &result) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	if (hour == 0 &&
		gov_calendar_day(calendar, result - USECS_PER_HOUR,
						 &since_hour) == day)
		result -= USECS_PER_HOUR;
	return result;
}

void
gov_calendar_check_jurisdiction(const char *jurisdiction)
{
	if (gov_run(&find_jurisdiction, gov_text(jurisdiction)) > 0)
		return;
	(void) gov_run0(&list_jurisdictions);
	gov_bad_value("jurisdiction",
				  psprintf("\"%s\" is not known.",
						   gov_excerpt(jurisdiction, strlen(jurisdiction))),
				  psprintf("Jurisdictions: %s.",
						   gov_row_null(0, 1) ? "none" : gov_row_text(0, 1)));
}

static pg_tz *
find_time_zone(const char *name)
{
	pg_tz	   *found = name[0] != '\0' && strlen(name) <= TZ_STRLEN_MAX ?
		pg_tzset(name) : NULL;

	if (found == NULL || !pg_tz_acceptable(found))
		gov_bad_value("time_zone",
					  psprintf("\"%s\" is not known.",
							   gov_excerpt(name, strlen(name))),
					  "SELECT name FROM pg_timezone_names lists them.");
	return found;
}

GovCalendar *
gov_calendar_open(const char *jurisdiction, const char *time_zone,
				  TimestampTz from)
{
	GovCalendar *calendar = palloc0(sizeof(GovCalendar));
	int64		since_hour;
	int			first;
	int			i;

	gov_calendar_check_jurisdiction(jurisdiction);
	calendar->time_zone = find_time_zone(time_zone ? time_zone :
										 gov_row_text(0, 1));
	calendar->nrules = gov_run(&list_rules, gov_text(jurisdiction));
	calendar->rules = palloc((calendar->nrules + 1) * sizeof(HolidayRule));
	for (i = 0; i < calendar->nrules; i++)
		calendar->rules[i] = (HolidayRule) {
			.month = gov_row_int4(i, 1), .day = gov_row_int4(i, 2),
			.weekdays = gov_row_text(i, 3), .moved_to = gov_row_int4(i, 4),
			.first_year = gov_row_int4(i, 5), .last_year = gov_row_int4(i, 6)
		};

	first = gov_calendar_day(calendar, from, &since_hour) -
		POSTGRES_EPOCH_JDATE;
	calendar->ndays = gov_run(&list_days, gov_text(jurisdiction),
							  gov_datum(DateADTGetDatum(first), false));
	calendar->days = palloc((calendar->ndays + 1) * sizeof(int));
	for (i = 0; i < calendar->ndays; i++)
		calendar->days[i] = gov_row_int4(i, 1) + POSTGRES_EPOCH_JDATE;
	return calendar;
}

/* A day in the years that make sense. */
static DateADT
arg_day(FunctionCallInfo fcinfo, int n, const char *name)
{
	DateADT		day;

	if (PG_ARGISNULL(n))
		gov_missing_value(name);
	day = PG_GETARG_DATEADT(n);
	if (DATE_NOT_FINITE(day))
		gov_bad_value(name, "It is not a finite date.", NULL);
	if (day < date2j(1970, 1, 1) - POSTGRES_EPOCH_JDATE ||
		day > date2j(2200, 12, 31) - POSTGRES_EPOCH_JDATE)
		gov_bad_value(name, "It is not of the years 1970 to 2200.", NULL);
	return day;
}

/*
 * gov_add_holiday(jurisdiction, day, name) → holidays
 */
Datum
gov_add_holiday(PG_FUNCTION_ARGS)
{
	const char *jurisdiction = gov_arg_reason(fcinfo, 0, "jurisdiction");
	DateADT		day = arg_day(fcinfo, 1, "day");
	const char *name = gov_arg_reason(fcinfo, 2, "name");
	GovActor	actor;

	gov_refuse_read_only("gov_add_holiday()");
	actor = gov_require(GOV_PERM_SYSTEM_CONFIG,
						psprintf("holiday/%s",
								 gov_excerpt(jurisdiction,
											 strlen(jurisdiction))));
	gov_spi_begin();
	gov_calendar_check_jurisdiction(jurisdiction);
	gov_operation_begin("add", NULL);
	if (gov_run(&insert_holiday, gov_text(jurisdiction),
				gov_datum(DateADTGetDatum(day), false), gov_text(name),
				gov_text(actor.user_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("holiday of \"%s\" on that day exists already",
						jurisdiction),
				 errhint("SELECT * FROM governance.holidays lists them.")));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}
