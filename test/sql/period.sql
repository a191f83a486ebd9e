-- Periods as laws count them: holidays, what moves an end, and what is no period.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;
SET TIME ZONE 'UTC';

-- days: the event's is not counted, an end on a weekend or holiday moves, two working days are in it
CREATE FUNCTION pg_temp.local_end(jurisdiction text, unit text, amount int, day text, zone text = NULL) RETURNS text LANGUAGE sql AS
    $$SELECT to_char(gov_period_end($1, $2, $3, day::timestamp AT TIME ZONE coalesce(zone, j.time_zone), zone) AT TIME ZONE coalesce(zone, j.time_zone), 'Dy YYYY-MM-DD HH24:MI')
      FROM governance.jurisdictions AS j WHERE j.jurisdiction = $1$$;
SELECT j.jurisdiction, pg_temp.local_end(j.jurisdiction, 'days', 2, '2026-12-04 15:00') AS two_days, pg_temp.local_end(j.jurisdiction, 'days', 10, '2026-12-22 15:00') AS ten_days,
    pg_temp.local_end(j.jurisdiction, 'days', 15, '2026-12-04 15:00') AS fifteen_days, pg_temp.local_end(j.jurisdiction, 'working_days', 2, '2027-03-24 10:00') AS working
FROM governance.jurisdictions AS j ORDER BY 1;
-- hours: the event's is not counted, and the clocks may change
SELECT pg_temp.local_end('DE', 'hours', 72, '2027-03-26 17:10') AS spring, pg_temp.local_end('DE', 'hours', 72, '2027-10-29 17:10') AS autumn,
    pg_temp.local_end('DE', 'hours', 1, '2026-12-05 15:00') AS full_hour, pg_temp.local_end('EU', 'hours', 24, '2026-12-05 15:29', 'Asia/Kolkata') AS half_hour_zone;
-- weeks, months, years: the same weekday or date, or the month's last
SELECT pg_temp.local_end('NL', 'weeks', 2, '2027-05-03 17:40') AS whitsun, pg_temp.local_end('DE', 'months', 1, '2028-01-31 09:00') AS no_30_february,
    pg_temp.local_end('DE', 'months', 1, '2027-01-31 09:00') AS and_a_sunday, pg_temp.local_end('DE', 'years', 1, '2028-02-29 12:00') AS leap_day,
    pg_temp.local_end('EU', 'weeks', 1, '2026-12-23 10:00') AS between_the_years;
-- a day that begins where the clock is put forward, or twice: its first moment
SELECT gov_period_end('DE', 'days', 1, '2021-03-24 12:00+02', 'Asia/Amman') AS from_one_o_clock, gov_period_end('DE', 'days', 1, '2021-10-27 12:00+03', 'Asia/Amman') AS twice,
    gov_period_end('DE', 'days', 1, '2021-10-20 12:00+03', 'Asia/Amman') AS usual, gov_period_end('DE', 'working_days', 1, '2011-12-28 12:00-10', 'Pacific/Apia') AS no_30_december;

-- where law changed
SELECT pg_temp.local_end('IT', 'days', 1, '2021-10-03 12:00') AS before_2026, pg_temp.local_end('IT', 'days', 1, '2027-10-03 12:00') AS since_2026,
    pg_temp.local_end('PL', 'days', 1, '2024-12-23 12:00') AS worked, pg_temp.local_end('PL', 'days', 1, '2025-12-23 12:00') AS christmas_eve,
    pg_temp.local_end('NL', 'days', 1, '2013-04-29 12:00') AS queen, pg_temp.local_end('NL', 'days', 1, '2014-04-25 12:00') AS king_on_saturday,
    pg_temp.local_end('IE', 'days', 1, '2022-01-31 12:00') AS before_brigid, pg_temp.local_end('IE', 'days', 1, '2030-01-31 12:00') AS brigid_on_friday,
    pg_temp.local_end('IE', 'days', 1, '2027-01-31 12:00') AS brigid_on_monday;

-- what is no period, and no place
SELECT gov_period_end('DE', 'days', 0, now());  -- 22023
SELECT gov_period_end('DE', 'days', -1, now());  -- 22023
SELECT gov_period_end('DE', 'days', 2147483647, now());  -- 22023
SELECT gov_period_end('DE', 'fortnights', 1, now());  -- 22023
SELECT gov_period_end('DE', NULL, 1, now());  -- 22023
SELECT gov_period_end('DE', 'days', NULL, now());  -- 22023
SELECT gov_period_end('DE', 'days', 1, NULL);  -- 22023
SELECT gov_period_end(NULL, 'days', 1, now());  -- 22023
SELECT gov_period_end('DE', 'days', 1, 'infinity');  -- 22023
SELECT gov_period_end('DE', 'days', 1, '294276-01-01');  -- 22023
SELECT gov_period_end('DE', 'days', 1, now(), 'Europe/Nowhere');  -- 22023
SELECT gov_period_end('DE', 'days', 1, now(), '');  -- 22023
\set VERBOSITY default
SELECT gov_period_end('XX', 'days', 1, now());  -- 22023, with the list
SELECT gov_period_end('de', 'days', 1, now());  -- 22023: it is DE
SELECT gov_period_end('DE', 'days', 1, '1971-06-30 22:59:59+00');  -- 22023: before there was the regulation
\set VERBOSITY terse
-- the longest there are
SELECT gov_period_end('EU', 'years', 100, '2200-12-31 12:00+00') AS years, gov_period_end('IT', 'working_days', 25000, '2200-12-31 12:00+00') AS working_days,
    gov_period_end('DE', 'hours', 1, '1971-06-30 23:00:00+00') AS first;

-- an authority's own holiday
CREATE ROLE regress_period_rosa;
INSERT INTO governance.users (user_id, db_role) VALUES ('period-rosa', 'regress_period_rosa');
SET ROLE regress_period_rosa;
SELECT gov_add_holiday('DE', '2031-06-12', 'Corpus Christi');  -- 42501
RESET ROLE;
SELECT pg_temp.local_end('DE', 'days', 1, '2031-06-11 12:00');
SELECT jurisdiction, day, name, added_by IS NOT NULL AS by_somebody FROM gov_add_holiday('DE', '2031-06-12', 'Corpus Christi');
SELECT pg_temp.local_end('DE', 'days', 1, '2031-06-11 12:00'), pg_temp.local_end('FR', 'days', 1, '2031-06-11 12:00') AS not_there;
SELECT gov_add_holiday('DE', '2031-06-12', 'again');  -- 23505
SELECT gov_add_holiday('XX', '2031-06-12', 'x');  -- 22023
SELECT gov_add_holiday('DE', 'infinity', 'x');  -- 22023
SELECT gov_add_holiday('DE', '12031-06-12', 'x');  -- 22023
SELECT gov_add_holiday('DE', NULL, 'x');  -- 22023
SELECT gov_add_holiday('DE', '2031-06-13', ' ');  -- 22023
SELECT gov_add_holiday('DE', '2031-02-30', 'x');  -- 22008, PostgreSQL's own
-- the trail tells the day in one way, whatever the session's DateStyle
SET DateStyle = 'German';
DELETE FROM governance.holidays WHERE jurisdiction = 'DE';
RESET DateStyle;
SELECT event_type, resource, coalesce(new_row, old_row) ->> 'day' AS day FROM governance.audit_events WHERE resource LIKE 'holiday/DE:2031%' AND outcome <> 'denied' ORDER BY event_id;
-- a rule holds what can be computed
INSERT INTO governance.holiday_rules (jurisdiction, name, month, day) VALUES ('DE', 'x', 2, 29);  -- 22008
INSERT INTO governance.holiday_rules (jurisdiction, name, month, easter_offset) VALUES ('DE', 'x', 2, 29);  -- 23514
INSERT INTO governance.holiday_rules (jurisdiction, name, month, day, on_weekdays) VALUES ('DE', 'x', 2, 1, '8');  -- 23514

-- clean up
SELECT is_active FROM gov_deactivate_user('period-rosa');
DROP ROLE regress_period_rosa;
