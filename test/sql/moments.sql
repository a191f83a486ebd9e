-- Moments: those of the years 1970 to 2200 and no others, in every function
-- that takes one, as the catalog says.
SELECT user_id FROM gov_create_user('moments', 'moments@example.com');
SELECT revision FROM gov_define_sla('system', 'moments');

-- every argument that is a moment, or an array of them
CREATE TEMP VIEW arguments AS
SELECT p.oid AS function, p.proname, a.name, a.type::regtype AS type, a.n <= p.pronargs - p.pronargdefaults AS is_needed
FROM pg_proc AS p
JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
    AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'governance')
CROSS JOIN LATERAL unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) WITH ORDINALITY AS a(name, type, n)
WHERE p.proname LIKE 'gov\_%' AND a.name <> '';
CREATE TEMP VIEW moments AS
SELECT function, proname, name, proname || '.' || name AS argument,
    name IN ('since', 'until') AND proname <> 'gov_delegate' AS is_bound
FROM pg_temp.arguments WHERE type IN ('timestamptz'::regtype, 'timestamptz[]'::regtype);
SELECT count(*) >= 19 AS all_that_there_are FROM pg_temp.moments;

-- Call it with that value and what else it needs; nothing of the call stays.
CREATE FUNCTION pg_temp.attempt(called oid, moment text, value text, OUT result text, OUT hint text)
LANGUAGE plpgsql AS $$
DECLARE
    arguments text;
    message text;
BEGIN
    SELECT string_agg(format('%I => %L::%s', a.name, CASE
            WHEN a.name = moment AND a.type = 'timestamptz[]'::regtype THEN '{' || value || '}'
            WHEN a.name = moment THEN value
            WHEN a.name = 'resource_type' THEN 'system'
            WHEN a.name = 'category' THEN 'safety'
            WHEN a.name = 'severity' THEN 'error'
            WHEN a.name = 'jurisdiction' THEN 'EU'
            WHEN a.name = 'unit' THEN 'days'
            WHEN a.name = 'time_zone' THEN 'UTC'
            WHEN a.type = 'int4'::regtype THEN '1'
            WHEN a.name = 'starts_at' THEN '2026-01-01'
            WHEN a.name = 'ends_at' THEN '2026-01-02'
            WHEN a.type = 'jsonb'::regtype THEN '{"response_time_p95": 1}'
            WHEN a.type = 'float8'::regtype THEN '1'
            WHEN a.type = 'float8[]'::regtype THEN '{1}'
            WHEN a.type = 'timestamptz'::regtype THEN now()::text
            ELSE 'moments' END, a.type), ', ')
    INTO arguments
    FROM pg_temp.arguments AS a
    WHERE a.function = called AND (a.is_needed OR a.name = moment);
    EXECUTE format('SELECT count(*) FROM %s(%s)', called::regproc, arguments);
    RAISE EXCEPTION USING ERRCODE = 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN result := 'done';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS hint := PG_EXCEPTION_HINT, message := MESSAGE_TEXT;
        result := SQLSTATE || CASE WHEN SQLSTATE = '22023' AND message <> format('invalid value for argument "%s"', moment) THEN ' for another reason' ELSE '' END;
END
$$;
SET TimeZone = 'UTC';

-- none takes what is not of these years: no row
SELECT m.argument, v.value, a.*
FROM pg_temp.moments AS m, (VALUES ('1969-12-31 23:59:59.999999'), ('2201-01-01'), ('0001-01-01 BC'), ('5000-01-01')) AS v(value),
    LATERAL pg_temp.attempt(m.function, m.name, v.value) AS a
WHERE a.result <> '22023' OR a.hint LIKE '%millisecond%';
-- nor infinities, but for bounds
SELECT m.argument, v.value, a.*
FROM pg_temp.moments AS m, (VALUES ('infinity'), ('-infinity')) AS v(value), LATERAL pg_temp.attempt(m.function, m.name, v.value) AS a
WHERE (a.result = '22023') = m.is_bound;
-- milliseconds are told as such
SELECT m.argument, a.*
FROM pg_temp.moments AS m, LATERAL pg_temp.attempt(m.function, m.name, to_timestamp(1795985000000)::text) AS a
WHERE a.result <> '22023' OR a.hint IS DISTINCT FROM 'It looks like milliseconds since 1970: give seconds.';
-- the first and the last moment, where nothing else limits it
SELECT m.argument, v.value, a.*
FROM pg_temp.moments AS m, (VALUES ('1970-01-01'), ('2200-12-31 23:59:59.999999')) AS v(value), LATERAL pg_temp.attempt(m.function, m.name, v.value) AS a
WHERE m.argument IN ('gov_audit_trail.since', 'gov_audit_trail.until', 'gov_model_versions.before', 'gov_evaluate_sla.at')
ORDER BY m.argument COLLATE "C", v.value;
-- what ends: to come, and within 100 years
SELECT m.argument, v.value, a.result = '22023' AS refused
FROM pg_temp.moments AS m, (VALUES ('-1 second'), ('100 years'), ('100 years 1 hour')) AS v(value),
    LATERAL pg_temp.attempt(m.function, m.name, (clock_timestamp() + v.value::interval)::text) AS a
WHERE m.name = 'expires_at' OR m.argument = 'gov_delegate.until'
ORDER BY m.argument COLLATE "C", v.value::interval;
-- what has happened: at most 5 minutes ahead
SELECT m.argument, v.value, a.result
FROM pg_temp.moments AS m, (VALUES ('4 minutes'), ('6 minutes')) AS v(value),
    LATERAL pg_temp.attempt(m.function, m.name, (clock_timestamp() + v.value::interval)::text) AS a
WHERE m.name IN ('as_of', 'aware_at', 'measured_at', 'observed_at')
ORDER BY m.argument COLLATE "C", v.value;

-- in words
\set VERBOSITY default
SELECT gov_assign_role('moments', 'analyst', to_timestamp(1795985000000));
SELECT gov_assign_role('moments', 'analyst', '2190-01-01');
SELECT gov_assign_role('moments', 'analyst', 'infinity');
SELECT version FROM gov_deployed_model('moments', as_of => '2190-01-01');
SELECT version FROM gov_deployed_model('moments', as_of => 'infinity');
INSERT INTO governance.sla_observations VALUES ('system', 'moments', to_timestamp(1795985000000), 1, true);
COPY governance.sla_observations (resource_type, resource_id, observed_at, latency_ms) FROM stdin;
system	moments	now	1
system	moments	58882-01-01	1
\.

-- no bound: all there is
SELECT count(*) > 0 AS some, count(*) = (SELECT count(*) FROM governance.audit_events WHERE actor = gov_current_actor()) AS every_one
FROM gov_audit_trail(gov_current_actor(), since => '-infinity', until => 'infinity', limit_rows => 10000);
SELECT (SELECT count(*) FROM gov_audit_trail(since => 'infinity', limit_rows => 3)) AS since, (SELECT count(*) FROM gov_audit_trail(until => '-infinity', limit_rows => 3)) AS until;
SELECT count(*) FROM gov_sla_series('system', 'moments', '-infinity', 'infinity', '1 day');
BEGIN;
SELECT gov_observe('system', 'moments', 5, observed_at => now() - interval '48 hours');
SELECT gov_observe('system', 'moments', 7, observed_at => now() + interval '4 minutes');
SELECT sum(count) AS observed, sum(count) FILTER (WHERE bucket < now() - interval '48 hours 5 minutes') AS before, bool_or(count = 1 AND bucket < now() - interval '47 hours') AS first
FROM gov_sla_series('system', 'moments', '-infinity', 'infinity');
SELECT min(bucket) = date_trunc('minute', now()) - interval '48 hours' AS begins_with_it, min(count) FILTER (WHERE bucket < now() - interval '47 hours') FROM gov_sla_series('system', 'moments', '-infinity', now() - interval '47 hours', '1 minute');
SELECT count(*) FROM gov_sla_series('system', 'moments', '-infinity', now() - interval '3 days');
ROLLBACK;

-- as a web service is given them
SELECT v.value, gov_moment('as_of', v.value)
FROM (VALUES ('0'), ('1795985000'), ('1795985000.123456'), ('1.795985e9'), ('-0'), ('2026-11-28T10:00:00Z'), ('2026-11-28 10:00:00+02'), ('2026-11-28'), ('7289654399.999999'), ('infinity'), ('-infinity'), (NULL), ('epoch')) AS v(value);
SELECT gov_moment('as_of', '1700000000000');
SELECT gov_moment('as_of', '1e300');
SELECT gov_moment('as_of', '-1e300');
SELECT gov_moment('as_of', '-1');
SELECT gov_moment('as_of', '7289654400');
SELECT gov_moment('as_of', '58882-01-01');
SELECT gov_moment('as_of', '2026-02-30');
SELECT gov_moment('as_of', '');
SELECT gov_moment('as_of', '0x10');
SELECT gov_moment('as_of', 'yesterday evening');
SELECT gov_moment('as_of', '10:00');
SELECT gov_moment('as_of', repeat('9', 10000));
SELECT gov_moment('as_of', '2026-11-28T10:00:00' || repeat('0', 10000));
SELECT gov_moment(NULL, '1');

-- leave as it was
RESET TimeZone;
SELECT is_active FROM gov_deactivate_user('moments');
