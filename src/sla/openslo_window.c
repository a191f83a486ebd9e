/*
 * openslo_window.c
 *		The time window of an OpenSLO document.
 */
#include "postgres.h"

#include <ctype.h>

#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "core/args.h"
#include "sla/openslo.h"

#define DEFAULT_WINDOW_DAYS 30

static const struct
{
	char		unit;
	int			minutes;
	int			min_days;		/* a calendar window of that unit */
	int			max_days;
}			units[] = {
	{'m', 1, 0, 0}, {'h', 60, 0, 0}, {'d', 1440, 1, 1}, {'w', 10080, 7, 7},
	{'M', 43200, 28, 31}, {'Q', 129600, 90, 92}, {'Y', 525600, 365, 366}
};

/*
 * read_duration
 *		Read "30d" or "720h": its unit, and how many days that is.
 */
static char
read_duration(const char *duration, const char *path, int32 *days)
{
	int			len = strlen(duration);
	int32		number = len > 1 ? gov_openslo_whole(duration, len - 1,
												366 * 1440) : 0;
	int			i;

	for (i = 0; number > 0 && i < lengthof(units); i++)
	{
		int64		minutes = (int64) number * units[i].minutes;

		if (duration[len - 1] != units[i].unit || minutes % 1440 != 0 ||
			minutes > 366 * 1440)
			continue;
		*days = minutes / 1440;
		return number == 1 ? units[i].unit : '\0';
	}
	gov_openslo_refuse(psprintf("\"%s\" is \"%s\", not whole days up to a year.",
								path, gov_excerpt(duration, len)),
					   "Write it as 30d, 720h, 4w, 1M, 1Q or 1Y.");
}

/*
 * check_start
 *		Check that a calendar window begins where ours do: a day at midnight, a
 *		week on Monday, a month, quarter or year on its first day.
 */
static void
check_start(const char *start, char unit, const char *path)
{
	static const char form[] = "yyyy-mm-dd 00:00:00";
	struct pg_tm now;
	fsec_t		fsec;
	int			year = 0;
	int			month = 0;
	int			day = 0;
	int			i;

	for (i = 0; start[i] != '\0' && (isalpha((unsigned char) form[i]) ?
									 isdigit((unsigned char) start[i]) :
									 start[i] == form[i]); i++)
		;
	if (start[i] == '\0' && form[i] == '\0')
		(void) sscanf(start, "%d-%d-%d", &year, &month, &day);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
		day > day_tab[isleap(year)][month - 1] ||
		(unit == 'w' && j2day(date2j(year, month, day)) != 1) ||
		(unit != 'd' && unit != 'w' && day != 1) ||
		(unit == 'Q' && month % 3 != 1) || (unit == 'Y' && month != 1))
		gov_openslo_refuse_value(path, start,
								 "Calendar windows begin at midnight, weeks on Monday, months, quarters and years on their first day, as 2026-01-01 00:00:00.");
	if (timestamp2tm(GetCurrentTimestamp(), NULL, &now, &fsec, NULL,
					 NULL) == 0 &&
		date2j(year, month, day) > date2j(now.tm_year, now.tm_mon,
										  now.tm_mday))
		gov_openslo_refuse_value(path, start,
								 "It is still to come: the service level is judged from now on.");
}

static void
read_calendar(JsonbContainer *calendar, char unit, const char *path)
{
	char	   *zone = gov_openslo_text(calendar, "timeZone");
	char	   *start = gov_openslo_text(calendar, "startTime");

	gov_openslo_demand(calendar, "startTime", path);
	gov_openslo_demand(calendar, "timeZone", path);
	if (strcmp(zone, "UTC") != 0 && strcmp(zone, "Etc/UTC") != 0)
		gov_openslo_refuse_value(gov_openslo_at(path, "timeZone"), zone,
								 "Calendar windows begin and end in UTC here.");
	check_start(start, unit, gov_openslo_at(path, "startTime"));
}

void
gov_openslo_window(JsonbContainer *spec, const char *path, GovPromise *promise)
{
	JsonbContainer *windows = gov_openslo_inner(spec, "timeWindow");
	JsonbContainer *calendar;
	JsonbContainer *window;
	JsonbValue *rolling;
	char		unit;

	promise->window_days = DEFAULT_WINDOW_DAYS;
	if (windows == NULL)
		return;
	path = gov_openslo_at(path, "spec.timeWindow");
	if (JsonContainerSize(windows) != 1)
		gov_openslo_refuse(psprintf("\"%s\" is not an array of one object.",
									path), NULL);
	path = psprintf("%s[0]", path);
	window = getIthJsonbValueFromContainer(windows, 0)->val.binary.data;
	gov_openslo_demand(window, "duration", path);
	unit = read_duration(gov_openslo_text(window, "duration"),
						 gov_openslo_at(path, "duration"),
						 &promise->window_days);

	calendar = gov_openslo_inner(window, "calendar");
	rolling = gov_openslo_find(window, "isRolling");
	if (rolling != NULL && rolling->val.boolean == (calendar != NULL))
		gov_openslo_refuse(psprintf("\"%s.isRolling\" is %s %s a calendar.",
									path, calendar != NULL ? "true" : "false",
									calendar != NULL ? "beside" : "without"),
						   "A window either rolls or has a calendar.");
	if (calendar == NULL)
		return;
	if (unit == '\0' || unit == 'm' || unit == 'h')
		gov_openslo_refuse_value(gov_openslo_at(path, "duration"),
								 gov_openslo_text(window, "duration"),
								 "A calendar window is 1d, 1w, 1M, 1Q or 1Y.");
	read_calendar(calendar, unit, gov_openslo_at(path, "calendar"));
	promise->calendar = unit;
}

char
gov_openslo_calendar_unit(int32 days)
{
	char		unit = 'M';		/* where no other fits, as budget.c has it */
	int			i;

	for (i = 0; i < lengthof(units); i++)
	{
		if (days >= units[i].min_days && days <= units[i].max_days)
			unit = units[i].unit;
	}
	return unit;
}
