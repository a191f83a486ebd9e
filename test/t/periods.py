"""Ends of periods, without a line of ours: for 180_periods.pl.

Reads lines "jurisdiction, time zone, unit, amount, rule, event" (tab-separated,
the event in ISO 8601) and writes the end of each.  Holidays are those of
Debian's python3-holidays where it has them, and EXPLAINED says where it does not
have them as they are.  Ends are found by counting days one by one.
"""
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import holidays
from dateutil.easter import easter

DAY = timedelta(days=1)

# What the package does not know, or takes for a holiday that it is not for all.
EXPLAINED = {
    "DE": lambda d: None,
    "ES": lambda d: None,
    "FR": lambda d: None,
    # restored by law in October 2025
    "IT": lambda d: True if (d.month, d.day) == (10, 4) and d.year >= 2026 else None,
    # a day off for some, every fifth year; and Good Friday is none, in newer ones it is
    "NL": lambda d: False if d == easter(d.year) - 2 * DAY or (d.month, d.day) == (5, 5)
    and d != easter(d.year) + 39 * DAY and d != easter(d.year) + 50 * DAY else None,
    # Christmas Eve since 2025; a day after the hundredth Independence Day
    "PL": lambda d: True if (d.month, d.day) == (12, 24) and d.year >= 2025 or d == date(2018, 11, 12) else None,
}


def first(weekday, day):
    """The first such weekday on or after the day."""
    return day + (weekday - day.weekday()) % 7 * DAY


def ireland(year):
    """Ireland's, which the package takes for those of the United Kingdom."""
    days = {date(year, 1, 1), date(year, 3, 17), easter(year) + DAY, first(0, date(year, 5, 1)), first(0, date(year, 6, 1)),
            first(0, date(year, 8, 1)), first(0, date(year, 10, 31) - 6 * DAY), date(year, 12, 25), date(year, 12, 26)}
    if year >= 2023:
        brigid = date(year, 2, 1)
        days.add(brigid if brigid.weekday() == 4 else first(0, brigid))
    if year == 2022:
        days.add(date(2022, 3, 18))
    return days


def institutions(year):
    """Those of the EU's institutions, of which the package has none."""
    days = {date(year, m, d) for m, d in [(1, 1), (1, 2), (5, 1), (5, 9), (7, 21), (8, 15), (11, 1), (11, 2)]}
    days |= {date(year, 12, d) for d in range(24, 32)}
    return days | {easter(year) + n * DAY for n in (-3, -2, 1, 39, 40, 50)}


NAMES = {"DE": "Germany", "ES": "Spain", "FR": "France", "IT": "Italy", "NL": "Netherlands", "PL": "Poland"}
OWN = {"IE": ireland, "EU": institutions}
known = {}


def works(where, day):
    if day.weekday() >= 5:
        return False
    if where in OWN:
        if (where, day.year) not in known:
            known[where, day.year] = OWN[where](day.year)
        return day not in known[where, day.year]
    explained = EXPLAINED[where](day)
    if where not in known:
        known[where] = getattr(holidays, NAMES[where])(observed=False)
    return not (explained if explained is not None else day in known[where])


def later(day, unit, amount):
    """The same weekday or date, or the last of its month."""
    if unit == "weeks":
        return day + 7 * amount * DAY
    months = day.year * 12 + day.month - 1 + amount * (12 if unit == "years" else 1)
    for mday in range(day.day, 0, -1):
        try:
            return date(months // 12, months % 12 + 1, mday)
        except ValueError:
            pass


def end(where, zone, unit, amount, rule, event):
    zone = ZoneInfo(zone)
    local = event.astimezone(zone)
    if unit == "hours":
        over = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        found = event - over + timedelta(hours=amount + 1)
        day = (found - timedelta(microseconds=1)).astimezone(zone).date()
        if rule != "dora" or works(where, day):
            return found
    elif unit == "working_days":
        day = local.date()
        left = amount
        while left:
            day += DAY
            left -= works(where, day)
    elif unit == "days":
        day = local.date() + amount * DAY
    else:
        day = later(local.date(), unit, amount)
    if rule == "dora" and not works(where, day):
        while not works(where, day):
            day += DAY
        return datetime(day.year, day.month, day.day, 12, tzinfo=zone)
    if unit != "working_days":
        wanted = 1 if (unit, amount) == ("days", 1) else 2
        while not works(where, day) or wanted > sum(
                works(where, local.date() + n * DAY) for n in range(1, min((day - local.date()).days, 40) + 1)):
            day += DAY
    day += DAY
    return datetime(day.year, day.month, day.day, tzinfo=zone)


for line in sys.stdin:
    where, zone, unit, amount, rule, event = line.rstrip("\n").split("\t")
    found = end(where, zone, unit, int(amount), rule, datetime.fromisoformat(event))
    print(found.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
