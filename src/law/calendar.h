/*
 * calendar.h
 *		Working days and clocks of a jurisdiction.
 *
 * Invariants: a calendar lives inside the SPI connection that it was opened
 * in.  Days are Julian day numbers.  Holidays are the rules of
 * governance.holiday_rules and the days of governance.holidays.
 */
#ifndef GOV_CALENDAR_H
#define GOV_CALENDAR_H

#include "pgtime.h"
#include "utils/timestamp.h"

typedef struct GovCalendar GovCalendar;

/*
 * Open the calendar as of a moment.  A NULL time_zone is the jurisdiction's
 * own; 22023 where one of the two is unknown.
 */
extern GovCalendar *gov_calendar_open(const char *jurisdiction,
									  const char *time_zone,
									  TimestampTz from);

/* Raise 22023 with the list of known jurisdictions. */
extern void gov_calendar_check_jurisdiction(const char *jurisdiction);

extern bool gov_calendar_is_working_day(const GovCalendar *calendar, int day);
extern int	gov_calendar_next_working_day(const GovCalendar *calendar,
										  int day);

/* The local day of a moment, and the microseconds since its full hour. */
extern int	gov_calendar_day(const GovCalendar *calendar, TimestampTz at,
							 int64 *since_hour);

/* The first moment of a local day's hour. */
extern TimestampTz gov_calendar_moment(const GovCalendar *calendar, int day,
									   int hour);

#endif							/* GOV_CALENDAR_H */
