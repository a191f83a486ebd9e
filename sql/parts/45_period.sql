-- Periods of time as laws count them, and the calendars that they need.

CREATE TABLE governance.jurisdictions (
    jurisdiction text COLLATE "C" NOT NULL,
    name         text NOT NULL,
    time_zone    text NOT NULL,
    CONSTRAINT jurisdictions_pkey PRIMARY KEY (jurisdiction)
);
COMMENT ON TABLE governance.jurisdictions IS
'The jurisdictions by whose calendar and clock a period can be counted: Member States, and the institutions of the EU.';
COMMENT ON COLUMN governance.jurisdictions.time_zone IS
'The time zone in which days and hours are counted, unless a call names another.';

INSERT INTO governance.jurisdictions (jurisdiction, name, time_zone) VALUES
    ('DE', 'Germany', 'Europe/Berlin'),
    ('ES', 'Spain', 'Europe/Madrid'),
    ('EU', 'institutions of the European Union', 'Europe/Brussels'),
    ('FR', 'France', 'Europe/Paris'),
    ('IE', 'Ireland', 'Europe/Dublin'),
    ('IT', 'Italy', 'Europe/Rome'),
    ('NL', 'Netherlands', 'Europe/Amsterdam'),
    ('PL', 'Poland', 'Europe/Warsaw');

CREATE TABLE governance.holiday_rules (
    jurisdiction  text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    month         integer,
    day           integer,
    easter_offset integer,
    on_weekdays   text,
    moved_to      integer,
    first_year    integer,
    last_year     integer,
    CONSTRAINT holiday_rules_pkey PRIMARY KEY (jurisdiction, name),
    CONSTRAINT holiday_rules_jurisdiction_fkey FOREIGN KEY (jurisdiction)
        REFERENCES governance.jurisdictions,
    CONSTRAINT holiday_rules_base_check CHECK (
        (month IS NULL) = (day IS NULL) AND (month IS NULL) <> (easter_offset IS NULL)),
    -- 2001 has no 29 February, so no rule may have it
    CONSTRAINT holiday_rules_day_check CHECK (pg_catalog.make_date(2001, month, day) IS NOT NULL OR month IS NULL),
    CONSTRAINT holiday_rules_easter_offset_check CHECK (easter_offset BETWEEN -60 AND 100),
    CONSTRAINT holiday_rules_on_weekdays_check CHECK (
        on_weekdays ~ '^[1-7]+$'),
    CONSTRAINT holiday_rules_moved_to_check CHECK (moved_to BETWEEN 1 AND 7)
);
COMMENT ON TABLE governance.holiday_rules IS
'Public holidays of each year, as laws designate them for a whole jurisdiction; those of regions are left out, and so are those that never fall on a working day.';
COMMENT ON COLUMN governance.holiday_rules.month IS 'With day, the date of each year; NULL: it follows Easter.';
COMMENT ON COLUMN governance.holiday_rules.easter_offset IS 'Days from Easter Sunday; NULL: it has a date.';
COMMENT ON COLUMN governance.holiday_rules.on_weekdays IS
'The weekdays on which the day must fall to be a holiday: 12345 is Monday to Friday; NULL: it is one in each year.';
COMMENT ON COLUMN governance.holiday_rules.moved_to IS
'The weekday (1 is Monday) to which the holiday moves: the first on or after the day; NULL: it does not move.';
COMMENT ON COLUMN governance.holiday_rules.first_year IS
'The first year in which it is a holiday; NULL: it is one as far back as periods are counted.';
COMMENT ON COLUMN governance.holiday_rules.last_year IS
'The last year in which it was a holiday; NULL: it still is.';

INSERT INTO governance.holiday_rules (jurisdiction, name, month, day, first_year, last_year) VALUES
    ('DE', 'New Year''s Day', 1, 1, NULL, NULL),
    ('DE', 'Labour Day', 5, 1, NULL, NULL),
    ('DE', 'Day of German Unity, until 1990', 6, 17, NULL, 1990),
    ('DE', 'Day of German Unity', 10, 3, 1990, NULL),
    ('DE', 'Reformation Day, once', 10, 31, 2017, 2017),
    ('DE', 'Christmas Day', 12, 25, NULL, NULL),
    ('DE', 'Second day of Christmas', 12, 26, NULL, NULL),
    ('ES', 'New Year''s Day', 1, 1, NULL, NULL),
    ('ES', 'Epiphany', 1, 6, NULL, NULL),
    ('ES', 'Labour Day', 5, 1, NULL, NULL),
    ('ES', 'Assumption', 8, 15, NULL, NULL),
    ('ES', 'National Day', 10, 12, NULL, NULL),
    ('ES', 'All Saints', 11, 1, NULL, NULL),
    ('ES', 'Constitution Day', 12, 6, 1983, NULL),
    ('ES', 'Immaculate Conception', 12, 8, NULL, NULL),
    ('ES', 'Christmas Day', 12, 25, NULL, NULL),
    ('EU', 'New Year''s Day', 1, 1, NULL, NULL),
    ('EU', 'Day after New Year''s Day', 1, 2, NULL, NULL),
    ('EU', 'Labour Day', 5, 1, NULL, NULL),
    ('EU', 'Schuman Declaration', 5, 9, NULL, NULL),
    ('EU', 'Belgian National Day', 7, 21, NULL, NULL),
    ('EU', 'Assumption', 8, 15, NULL, NULL),
    ('EU', 'All Saints', 11, 1, NULL, NULL),
    ('EU', 'All Souls', 11, 2, NULL, NULL),
    ('FR', 'New Year''s Day', 1, 1, NULL, NULL),
    ('FR', 'Labour Day', 5, 1, NULL, NULL),
    ('FR', 'Victory of 1945', 5, 8, 1982, NULL),
    ('FR', 'National Day', 7, 14, NULL, NULL),
    ('FR', 'Assumption', 8, 15, NULL, NULL),
    ('FR', 'All Saints', 11, 1, NULL, NULL),
    ('FR', 'Armistice of 1918', 11, 11, NULL, NULL),
    ('FR', 'Christmas Day', 12, 25, NULL, NULL),
    ('IE', 'New Year''s Day', 1, 1, 1974, NULL),
    ('IE', 'St Patrick''s Day', 3, 17, NULL, NULL),
    ('IE', 'Day of remembrance, once', 3, 18, 2022, 2022),
    ('IE', 'Christmas Day', 12, 25, NULL, NULL),
    ('IE', 'St Stephen''s Day', 12, 26, NULL, NULL),
    ('IT', 'New Year''s Day', 1, 1, NULL, NULL),
    ('IT', 'Epiphany, until 1977', 1, 6, NULL, 1977),
    ('IT', 'Epiphany', 1, 6, 1986, NULL),
    ('IT', 'Liberation Day', 4, 25, NULL, NULL),
    ('IT', 'Labour Day', 5, 1, NULL, NULL),
    ('IT', 'Republic Day, until 1976', 6, 2, NULL, 1976),
    ('IT', 'Republic Day', 6, 2, 2001, NULL),
    ('IT', 'Assumption', 8, 15, NULL, NULL),
    ('IT', 'St Francis', 10, 4, 2026, NULL),
    ('IT', 'All Saints', 11, 1, NULL, NULL),
    ('IT', 'Immaculate Conception', 12, 8, NULL, NULL),
    ('IT', 'Christmas Day', 12, 25, NULL, NULL),
    ('IT', 'St Stephen''s Day', 12, 26, NULL, NULL),
    ('NL', 'New Year''s Day', 1, 1, NULL, NULL),
    ('NL', 'Christmas Day', 12, 25, NULL, NULL),
    ('NL', 'Second day of Christmas', 12, 26, NULL, NULL),
    ('PL', 'New Year''s Day', 1, 1, NULL, NULL),
    ('PL', 'Epiphany', 1, 6, 2011, NULL),
    ('PL', 'Labour Day', 5, 1, NULL, NULL),
    ('PL', 'Constitution Day', 5, 3, 1990, NULL),
    ('PL', 'Assumption', 8, 15, 1989, NULL),
    ('PL', 'All Saints', 11, 1, NULL, NULL),
    ('PL', 'Independence Day', 11, 11, 1989, NULL),
    ('PL', 'Independence Day, second day, once', 11, 12, 2018, 2018),
    ('PL', 'Christmas Eve', 12, 24, 2025, NULL),
    ('PL', 'Christmas Day', 12, 25, NULL, NULL),
    ('PL', 'Second day of Christmas', 12, 26, NULL, NULL);

-- the last week of the year
INSERT INTO governance.holiday_rules (jurisdiction, name, month, day)
SELECT 'EU', 'End of the year, ' || d.day || ' December', 12, d.day
FROM pg_catalog.generate_series(24, 31) AS d(day);

INSERT INTO governance.holiday_rules (jurisdiction, name, easter_offset)
SELECT f.jurisdiction, f.name, f.easter_offset
FROM (VALUES
    ('Maundy Thursday', -3, 'EU'),
    ('Good Friday', -2, 'DE ES EU'),
    ('Easter Monday', 1, 'DE EU FR IE IT NL PL'),
    ('Ascension', 39, 'DE EU FR NL'),
    ('Day after Ascension', 40, 'EU'),
    ('Whit Monday', 50, 'DE EU FR NL'),
    ('Corpus Christi', 60, 'PL')
) AS r(name, easter_offset, jurisdictions),
    LATERAL (SELECT j.jurisdiction, r.name, r.easter_offset
        FROM pg_catalog.string_to_table(r.jurisdictions, ' ') AS j(jurisdiction)) AS f;

INSERT INTO governance.holiday_rules
    (jurisdiction, name, month, day, on_weekdays, moved_to, first_year, last_year)
VALUES
    ('DE', 'Day of Prayer and Repentance', 11, 16, NULL, 3, 1990, 1994),
    ('IE', 'St Brigid''s Day, a Friday', 2, 1, '5', NULL, 2023, NULL),
    ('IE', 'St Brigid''s Day', 2, 1, '123467', 1, 2023, NULL),
    ('IE', 'May Day', 5, 1, NULL, 1, 1994, NULL),
    ('IE', 'June holiday', 6, 1, NULL, 1, 1974, NULL),
    ('IE', 'August holiday', 8, 1, NULL, 1, NULL, NULL),
    ('IE', 'October holiday', 10, 25, NULL, 1, 1977, NULL),
    ('NL', 'Queen''s Day', 4, 30, '123456', NULL, NULL, 2013),
    ('NL', 'King''s Day', 4, 27, '123456', NULL, 2014, NULL),
    ('NL', 'King''s Day, a day early', 4, 26, '6', NULL, 2014, NULL);

CREATE TABLE governance.holidays (
    jurisdiction text COLLATE "C" NOT NULL,
    day          date NOT NULL,
    name         text NOT NULL,
    added_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    added_by     text COLLATE "C",
    CONSTRAINT holidays_pkey PRIMARY KEY (jurisdiction, day),
    CONSTRAINT holidays_jurisdiction_fkey FOREIGN KEY (jurisdiction)
        REFERENCES governance.jurisdictions
);
COMMENT ON TABLE governance.holidays IS
'Holidays that no rule of holiday_rules gives: of an authority''s own region, or of one year''s official list.';

CREATE FUNCTION @extschema@.gov_add_holiday(
    jurisdiction text,
    day date,
    name text)
RETURNS governance.holidays
AS 'MODULE_PATHNAME', 'gov_add_holiday'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_add_holiday(text, date, text) IS
'Add a holiday that no rule of holiday_rules gives; its row.  Clocks that run already keep their ends.  Needs system:config.  Unknown jurisdiction, a day that is none of the years 1970 to 2200, no name: 22023; added already: 23505.';

CREATE FUNCTION @extschema@.gov_period_end(
    jurisdiction text,
    unit text,
    amount int,
    from_moment timestamptz,
    time_zone text = NULL)
RETURNS timestamptz
AS 'MODULE_PATHNAME', 'gov_period_end'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_period_end(text, text, int, timestamptz, text) IS
'The first moment after a period that an event begins.  What happens before it is in time.  Counted by Regulation (EEC, Euratom) No 1182/71 with the holidays of that jurisdiction.  unit: hours, days, working_days, weeks, months, years; amount at least 1 and at most a hundred years; time_zone NULL: the jurisdiction''s.  Needs nothing.  Unknown words, a moment before July 1971 or after 2200: 22023.';
