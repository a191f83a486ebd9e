-- Observations: what counts, what does not, and nothing by half.
\set VERBOSITY default
SET TimeZone = 'UTC';
CREATE ROLE regress_sla_ingest_ops;
CREATE ROLE regress_sla_ingest_aud;
CREATE ROLE regress_sla_ingest_nobody;
SELECT user_id FROM gov_create_user('sla_ingest_ops', 'ops@sla-ingest.example', db_role => 'regress_sla_ingest_ops');
SELECT user_id FROM gov_create_user('sla_ingest_aud', 'aud@sla-ingest.example', db_role => 'regress_sla_ingest_aud');
SELECT role FROM gov_assign_role('sla_ingest_ops', 'operator');
SELECT role FROM gov_assign_role('sla_ingest_aud', 'auditor');
SELECT revision FROM gov_define_sla('model', 'ingest', 100, 200);
SELECT revision FROM gov_define_sla('system', 'ingest', 100, 200);

-- what is committed, folded or not
CREATE VIEW pg_temp.counted AS
SELECT resource_type, resource_id, revision, sum(observations) AS n, sum(failed) AS failed,
    sum(over_p95) AS over_p95, sum(over_p99) AS over_p99
FROM (
    SELECT resource_type, resource_id, revision, observations, failed, over_p95, over_p99 FROM governance.sla_deltas
    UNION ALL
    SELECT resource_type, resource_id, revision, observations, failed, over_p95, over_p99 FROM governance.sla_minutes
) AS s
GROUP BY 1, 2, 3;
GRANT SELECT ON pg_temp.counted TO PUBLIC;
-- what this session sees of the last hour, its own included
CREATE FUNCTION pg_temp.seen(type text, id text) RETURNS bigint LANGUAGE sql AS
$$SELECT sum(count)::bigint FROM gov_sla_series(type, id, now() - interval '1 hour', now() + interval '10 min', '1 day')$$;

-- -------------------------------------------------------------------------
-- who may
-- -------------------------------------------------------------------------
SET ROLE regress_sla_ingest_nobody;
SELECT gov_observe('model', 'ingest', 1);                                                 -- 42501
INSERT INTO governance.sla_observations VALUES ('model', 'ingest', now(), 1, true);       -- 42501
COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;    -- 42501
model	ingest	1
\.
SELECT * FROM gov_sla_series('model', 'ingest', now());                                   -- 42501
SET ROLE regress_sla_ingest_aud;
SELECT gov_observe('model', 'ingest', 1);                                                 -- 42501
SELECT gov_observe_many('model', 'ingest', '{1}');                                        -- 42501
INSERT INTO governance.sla_observations VALUES ('model', 'ingest', now(), 1, true);       -- 42501
SELECT gov_observe('model', 'no-such', 1);                                                -- 42501: rights come first
SELECT gov_observe('model', 'no such', 1);                                                -- 22023: form comes before
RESET ROLE;
SELECT count(*) FROM pg_temp.counted WHERE resource_id = 'ingest';

-- -------------------------------------------------------------------------
-- what counts
-- -------------------------------------------------------------------------
SET ROLE regress_sla_ingest_ops;
SELECT gov_observe('model', 'ingest', 100), gov_observe('model', 'ingest', 100.1), gov_observe('model', 'ingest', 200);
SELECT gov_observe('model', 'ingest', 0, false, NULL), gov_observe('model', 'ingest', 201, NULL),
    gov_observe('model', 'ingest', '-0', success => false, observed_at => now());
SELECT gov_observe_many('model', 'ingest', '{1,2,300}');
SELECT gov_observe_many('model', 'ingest', '{1,2,300}', '{t,f,f}', ARRAY[now(), now() - interval '1 min', now()]);
SELECT gov_observe_many('model', 'ingest', '{}'), gov_observe_many('model', 'ingest', '{}', '{}', '{}');
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('model', 'ingest', 5);
INSERT INTO governance.sla_observations VALUES ('model', 'ingest', DEFAULT, 5, false), ('system', 'ingest', now(), 500, DEFAULT)
RETURNING resource_type, observed_at = now() AS at_now, latency_ms, success;
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms)
SELECT 'model', 'ingest', i FROM generate_series(1, 1500) AS i;
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('model', 'ingest', 5) ON CONFLICT DO NOTHING;
COPY governance.sla_observations (latency_ms, resource_id, resource_type) FROM stdin;
1	ingest	model
2	ingest	system
300	ingest	model
\.
COPY governance.sla_observations (resource_type, resource_id, latency_ms, success) FROM stdin WITH (FORMAT csv, HEADER);
a,b,c,d
model,ingest,1e3,no
\.
SELECT * FROM pg_temp.counted WHERE resource_id = 'ingest' ORDER BY 1, 2;
-- it stores nothing
SELECT count(*) FROM governance.sla_observations;

-- -------------------------------------------------------------------------
-- what does not
-- -------------------------------------------------------------------------
SELECT gov_observe('model', 'ingest', -0.1);                                              -- 22023
SELECT gov_observe('model', 'ingest', 'nan');                                             -- 22023
SELECT gov_observe('model', 'ingest', 'infinity');                                        -- 22023
SELECT gov_observe('model', 'ingest', NULL);                                              -- 22023
SELECT gov_observe(NULL, 'ingest', 1);                                                    -- 22023
SELECT gov_observe('models', 'ingest', 1);                                                -- 22023
SELECT gov_observe('model', NULL, 1);                                                     -- 22023
SELECT gov_observe('model', 'ingest ', 1);                                                -- 22023
SELECT gov_observe('model', 'no-such', 1);                                                -- 42704
SELECT gov_observe('usecase', 'ingest', 1);                                               -- 42704
SELECT gov_observe('model', 'ingest', 1, observed_at => '2001-02-03 04:05Z');             -- 22023: too late
SELECT gov_observe('model', 'ingest', 1, observed_at => '2199-02-03 04:05Z');             -- 22023: in the future
SELECT gov_observe('model', 'ingest', 1, observed_at => 'infinity');                      -- 22023
SELECT gov_observe('model', 'ingest', 1, observed_at => '-infinity');                     -- 22023
SELECT gov_observe_many('model', 'ingest', NULL);                                         -- 22023
SELECT gov_observe_many('model', 'ingest', '{1,NULL,3}');                                 -- 22023
SELECT gov_observe_many('model', 'ingest', '{{1,2},{3,4}}');                              -- 22023
SELECT gov_observe_many('model', 'ingest', '{1,2,-3}');                                   -- 22023
SELECT gov_observe_many('model', 'ingest', '{1,nan,3}');                                  -- 22023
SELECT gov_observe_many('model', 'ingest', '{1,2}', '{t}');                               -- 22023
SELECT gov_observe_many('model', 'ingest', '{1,2}', '{t,NULL}');                          -- 22023
SELECT gov_observe_many('model', 'ingest', '{1,2}', NULL, ARRAY[now(), now(), now()]);    -- 22023
SELECT gov_observe_many('model', 'ingest', '{1,2}', NULL, ARRAY[now(), '2001-02-03Z']);   -- 22023
SELECT gov_observe_many('model', 'no-such', '{1,2}');                                     -- 42704
INSERT INTO governance.sla_observations VALUES ('model', 'ingest', now(), 1, true), ('model', 'ingest', now(), 'nan', true);  -- 22023
INSERT INTO governance.sla_observations VALUES ('model', 'no-such', now(), 1, true);      -- 42704
INSERT INTO governance.sla_observations VALUES ('model', '', now(), 1, true);             -- 42704
INSERT INTO governance.sla_observations VALUES ('Model', 'ingest', now(), 1, true);       -- 22023
\set VERBOSITY terse
INSERT INTO governance.sla_observations VALUES ('model', 'ingest', now(), NULL, true);    -- 23502
\set VERBOSITY default
INSERT INTO governance.sla_observations VALUES ('model', 'ingest', '2001-02-03 04:05Z', 1, true);  -- 22023
INSERT INTO governance.sla_observations VALUES ('model', 'ingest', '2199-02-03 04:05Z', 1, true);  -- 22023
INSERT INTO governance.sla_observations SELECT 'model', 'ingest', now(), 3000 - i, true FROM generate_series(1, 5000) AS i;  -- 22023
COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;    -- 22P02
model	ingest	1
model	ingest	fast
\.
COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;    -- 22P04
model	ingest	1
model	ingest
\.
COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;    -- 22023
model	ingest	1
model	ingest	-1
model	ingest	1
\.
COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;    -- 42704
model	ingest	1
model	no-such	1
\.
SELECT * FROM pg_temp.counted WHERE resource_id = 'ingest' ORDER BY 1, 2;

-- how late is for the organisation to say
RESET ROLE;
SELECT value FROM gov_set_policy('sla.max_lateness', '"1 hour"');
\set VERBOSITY sqlstate
SELECT gov_observe('model', 'ingest', 1, observed_at => now() - interval '61 min');       -- 22023
\set VERBOSITY default
SELECT count(gov_observe('model', 'ingest', 1, observed_at => now() - interval '59 min'));
BEGIN;
SELECT gov_override_policy('sla.max_lateness', '"2 hours"', 'a backlog');
SELECT count(gov_observe('model', 'ingest', 1, observed_at => now() - interval '61 min'));
COMMIT;
SELECT value FROM gov_set_policy('sla.max_lateness', '"0"');
SELECT gov_observe('model', 'ingest', 1), pg_sleep(0.01);
SELECT gov_observe('model', 'ingest', 1);   -- now() is never late
SELECT value FROM gov_set_policy('sla.max_lateness', '"7 days"');
SELECT n FROM pg_temp.counted WHERE resource_id = 'ingest' ORDER BY resource_type;

-- -------------------------------------------------------------------------
-- transactions
-- -------------------------------------------------------------------------
SELECT revision FROM gov_define_sla('model', 'ingest-tx', 100, 200);
SET ROLE regress_sla_ingest_ops;

-- one sees one's own before it is committed
BEGIN;
SELECT gov_observe('model', 'ingest-tx', 1);
SELECT pg_temp.seen('model', 'ingest-tx'), (SELECT count(*) FROM pg_temp.counted WHERE resource_id = 'ingest-tx') AS committed;
SAVEPOINT a;
SELECT gov_observe_many('model', 'ingest-tx', '{1,2}');
SELECT pg_temp.seen('model', 'ingest-tx');
SAVEPOINT b;
COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;
model	ingest-tx	1
model	ingest-tx	1
model	ingest-tx	1
model	ingest-tx	1
\.
SELECT pg_temp.seen('model', 'ingest-tx');
RELEASE b;
SELECT pg_temp.seen('model', 'ingest-tx');
SAVEPOINT c;
SELECT gov_observe_many('model', 'ingest-tx', '{1,2,3,4,5,6,7,8}');
SAVEPOINT d;
SELECT gov_observe_many('model', 'ingest-tx', array_agg(i)) FROM generate_series(1, 2000) AS i;
SELECT pg_temp.seen('model', 'ingest-tx');
ROLLBACK TO c;
SELECT pg_temp.seen('model', 'ingest-tx');
COMMIT;
SELECT n FROM pg_temp.counted WHERE resource_id = 'ingest-tx';
BEGIN;
SAVEPOINT a;
SELECT gov_observe('model', 'ingest-tx', 1);
RELEASE a;
SAVEPOINT a;
SELECT gov_observe('model', 'ingest-tx', 1);
SAVEPOINT b;
SELECT gov_observe('model', 'ingest-tx', 1);
RELEASE b;
ROLLBACK TO a;
SELECT gov_observe('model', 'ingest-tx', 1);
COMMIT;
SELECT n FROM pg_temp.counted WHERE resource_id = 'ingest-tx';
BEGIN;
SELECT gov_observe_many('model', 'ingest-tx', '{1,2,3}');
ROLLBACK;
SELECT n FROM pg_temp.counted WHERE resource_id = 'ingest-tx';

-- a statement that fails in an exception block takes back what it had counted
DO $$
BEGIN
    PERFORM gov_observe('model', 'ingest-tx', 1);
    BEGIN
        PERFORM gov_observe('model', 'ingest-tx', 10 - i) FROM generate_series(1, 20) AS i;
    EXCEPTION WHEN invalid_parameter_value THEN
        RAISE NOTICE 'caught: %', SQLERRM;
    END;
    BEGIN
        INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms)
        SELECT 'model', CASE WHEN i < 1500 THEN 'ingest-tx' ELSE 'no-such' END, i FROM generate_series(1, 2000) AS i;
    EXCEPTION WHEN undefined_object THEN
        RAISE NOTICE 'caught: %', SQLERRM;
    END;
    FOR i IN 1 .. 3000 LOOP
        BEGIN
            PERFORM gov_observe('model', 'ingest-tx', i);
            IF i % 3 = 0 THEN
                RAISE division_by_zero;
            END IF;
        EXCEPTION WHEN division_by_zero THEN
            NULL;
        END;
    END LOOP;
END
$$;
SELECT n, over_p95, over_p99 FROM pg_temp.counted WHERE resource_id = 'ingest-tx';

-- read-only: not at all; made read-only afterwards: what was before is good
BEGIN READ ONLY;
SELECT gov_observe('model', 'ingest-tx', 1);                                              -- 25006
ROLLBACK;
BEGIN READ ONLY;
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('model', 'ingest-tx', 5);  -- 25006
ROLLBACK;
BEGIN;
SELECT gov_observe('model', 'ingest-tx', 1);
SET TRANSACTION READ ONLY;
SELECT pg_temp.seen('model', 'ingest-tx');
COMMIT;
SELECT n FROM pg_temp.counted WHERE resource_id = 'ingest-tx';

-- nor in a parallel worker's plan
SELECT set_config(name, 'on', false) AS forced FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query');   -- its names up to 15 and since 16
CREATE FUNCTION pg_temp.sly() RETURNS void LANGUAGE plpgsql PARALLEL SAFE AS
$$BEGIN PERFORM gov_observe('model', 'ingest-tx', 1); END$$;
\set VERBOSITY sqlstate
SELECT pg_temp.sly();                                                                     -- 25000
\set VERBOSITY default
SELECT set_config(name, 'off', false) AS forced FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query');

-- REPEATABLE READ and SERIALIZABLE count like others
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT gov_observe('model', 'ingest-tx', 1);
COMMIT;
SELECT n FROM pg_temp.counted WHERE resource_id = 'ingest-tx';

-- -------------------------------------------------------------------------
-- memory has a limit: beyond it nothing counts
-- -------------------------------------------------------------------------
SET governance.accumulator_limit = '1MB';                                                 -- 42501
RESET ROLE;
SET governance.accumulator_limit = '1MB';
SET ROLE regress_sla_ingest_ops;
INSERT INTO governance.sla_observations
SELECT 'model', 'ingest-tx', now() - i * interval '1 min', 1, true FROM generate_series(0, 9000) AS i;  -- 53200
BEGIN;
SELECT gov_observe('model', 'ingest-tx', 1);
SAVEPOINT a;
INSERT INTO governance.sla_observations
SELECT 'model', 'ingest-tx', now() - i * interval '1 min', 1, true FROM generate_series(0, 9000) AS i;  -- 53200
ROLLBACK TO a;
-- and what was given back can be used again
INSERT INTO governance.sla_observations
SELECT 'model', 'ingest-tx', now() - i * interval '1 min', 1, true FROM generate_series(0, 999) AS i;
COMMIT;
SELECT n FROM pg_temp.counted WHERE resource_id = 'ingest-tx';
RESET ROLE;
RESET governance.accumulator_limit;

-- -------------------------------------------------------------------------
-- a redefinition in the middle
-- -------------------------------------------------------------------------
SELECT revision FROM gov_define_sla('model', 'ingest-re', 100, 200);
BEGIN;
SELECT gov_observe_many('model', 'ingest-re', '{50,150,250}');
SELECT revision FROM gov_define_sla('model', 'ingest-re', 10, 20);
-- now() is before it
SELECT gov_observe_many('model', 'ingest-re', '{50,150,250}');
SELECT gov_observe('model', 'ingest-re', l, observed_at => clock_timestamp()) FROM unnest('{5,15,50}'::float8[]) AS l;
SAVEPOINT a;
SELECT revision FROM gov_define_sla('model', 'ingest-re', 1, 2);
SELECT gov_observe('model', 'ingest-re', l, observed_at => clock_timestamp()) FROM unnest('{5,15,50}'::float8[]) AS l;
ROLLBACK TO a;
SELECT gov_observe('model', 'ingest-re', l, observed_at => clock_timestamp()) FROM unnest('{5,15,50}'::float8[]) AS l;
COMMIT;
-- late ones are held against what was in force
SELECT gov_observe_many('model', 'ingest-re', '{5,15,150,250}', NULL,
    ARRAY[clock_timestamp(), clock_timestamp(), now() - interval '1 hour', now() - interval '1 hour']);
SELECT revision, n, over_p95, over_p99 FROM pg_temp.counted WHERE resource_id = 'ingest-re' ORDER BY 1;

-- -------------------------------------------------------------------------
-- suspended
-- -------------------------------------------------------------------------
SELECT FROM gov_suspend('a test');
SELECT gov_observe('model', 'ingest', 1);                                                 -- 55000
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('model', 'ingest', 5);  -- 55000
SELECT FROM gov_resume('a test');

-- -------------------------------------------------------------------------
-- the table, as others see it
-- -------------------------------------------------------------------------
UPDATE governance.sla_observations SET latency_ms = 0;
DELETE FROM governance.sla_observations;
SELECT ctid, * FROM governance.sla_observations WHERE ctid = '(0,1)' OR latency_ms > 0 FOR UPDATE;
TRUNCATE governance.sla_observations;                                                     -- 0A000
CREATE INDEX ON governance.sla_observations (resource_id);                                -- 0A000
ALTER TABLE governance.sla_observations ADD UNIQUE (resource_id);                         -- 0A000
ALTER TABLE governance.sla_observations ALTER latency_ms TYPE numeric;                    -- 0A000
ALTER TABLE governance.sla_observations SET UNLOGGED;                                     -- 0A000
CREATE TABLE public.regress_sla_ingest_own (i int) USING governance_observations;         -- 0A000
CREATE TABLE public.regress_sla_ingest_own USING governance_observations AS SELECT 1;     -- 0A000
VACUUM governance.sla_observations;
VACUUM (FULL, ANALYZE) governance.sla_observations;
SELECT relpages, reltuples, reltoastrelid, relrowsecurity FROM pg_class WHERE oid = 'governance.sla_observations'::regclass;
-- a column more, and it is not the table we made: no datum is read as another
BEGIN;
ALTER TABLE governance.sla_observations ADD COLUMN more int;
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('model', 'ingest', 5);  -- 55000
ROLLBACK;
SET ROLE regress_sla_ingest_ops;
UPDATE governance.sla_observations SET latency_ms = 0;                                    -- 42501
DELETE FROM governance.sla_observations;                                                  -- 42501
INSERT INTO governance.sla_deltas SELECT * FROM governance.sla_deltas;                    -- 42501
RESET ROLE;

-- -------------------------------------------------------------------------
-- the observations themselves, where they are wanted
-- -------------------------------------------------------------------------
SELECT revision FROM gov_define_sla('model', 'ingest-raw', 100, 200);
SELECT value FROM gov_set_policy('sla.keep_raw', 'true');
SET ROLE regress_sla_ingest_ops;
BEGIN;
SELECT gov_observe('model', 'ingest-raw', 1);
SAVEPOINT a;
SELECT gov_observe('model', 'ingest-raw', 2);
ROLLBACK TO a;
SELECT gov_observe_many('model', 'ingest-raw', '{3,4}', '{t,f}', ARRAY[now() - interval '1 hour', now()]);
COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;
model	ingest-raw	5
model	ingest-raw	6
\.
COMMIT;
SELECT latency_ms, success, now() - observed_at > interval '30 min' AS earlier
FROM governance.sla_raw_observations WHERE resource_id = 'ingest-raw' ORDER BY 1;
SELECT n, failed FROM pg_temp.counted WHERE resource_id = 'ingest-raw';
RESET ROLE;
SELECT value FROM gov_set_policy('sla.keep_raw', 'false');
SELECT gov_observe('model', 'ingest-raw', 7);
SELECT count(*) FROM governance.sla_raw_observations WHERE resource_id = 'ingest-raw';

-- -------------------------------------------------------------------------
-- the series
-- -------------------------------------------------------------------------
SELECT revision FROM gov_define_sla('system', 'ingest-series', 100, 200);
CREATE TEMP TABLE base AS SELECT date_trunc('day', now(), 'UTC') - interval '1 day' AS t;
SELECT gov_observe_many('system', 'ingest-series', array_agg(i), array_agg(i % 4 <> 0), array_agg(t + interval '12 min' + i * interval '1 s'))
FROM base, generate_series(1, 100) AS i GROUP BY t;
SELECT bucket - t AS bucket, count, abs(p50 / 50 - 1) < 0.01 AS p50, abs(p95 / 95 - 1) < 0.01 AS p95, abs(p99 / 99 - 1) < 0.01 AS p99,
    availability_percent, error_rate
FROM base, gov_sla_series('system', 'ingest-series', t + interval '7 min 30 s', t + interval '20 min') ORDER BY bucket;
SELECT bucket - t AS bucket, count, availability_percent, error_rate
FROM base, gov_sla_series('system', 'ingest-series', t + interval '13 min', t + interval '13 min 1 s', '1 h') ORDER BY bucket;
SELECT sum(count) FROM base, gov_sla_series('system', 'ingest-series', t, step => '2 h');
SELECT count(*) FROM gov_sla_series('system', 'no-such', now() - interval '1 hour');
SELECT count(*) FROM gov_sla_series('system', 'ingest-series', now(), now());   -- the present minute
SELECT gov_sla_series('system', 'ingest-series', now(), now() - interval '1 s');          -- 22023
SELECT gov_sla_series('system', 'ingest-series', NULL);                                   -- 22023
SELECT gov_sla_series('system', 'ingest-series', '1969-12-31');                           -- 22023
SELECT gov_sla_series('system', 'ingest-series', now(), step => '0');                     -- 22023
SELECT gov_sla_series('system', 'ingest-series', now(), step => '90 s');                  -- 22023
SELECT gov_sla_series('system', 'ingest-series', now(), step => '1 month');               -- 22023
SELECT gov_sla_series('system', 'ingest-series', '2001-01-01');                           -- 22023
SELECT gov_sla_series('service', 'ingest-series', now());                                 -- 22023

-- -------------------------------------------------------------------------
-- folding changes nothing of what is seen; nor does retention, but for ends
-- -------------------------------------------------------------------------
SELECT revision FROM gov_define_sla('model', 'ingest-old', 100, 200);
SELECT value FROM gov_set_policy('sla.max_lateness', '"3650 days"');
-- one a minute for three days, two years ago and now
CREATE TEMP TABLE at AS
SELECT d.kind, d.day + i * interval '1 min' AS observed_at, i % 250 AS latency_ms, i % 10 <> 0 AS success
FROM (VALUES ('old', date_trunc('day', now(), 'UTC') - interval '800 days'),
    ('recent', date_trunc('day', now(), 'UTC') - interval '4 days')) AS d(kind, day),
    generate_series(0, 3 * 1440 - 1) AS i;
INSERT INTO governance.sla_observations
SELECT 'model', 'ingest-old', observed_at, latency_ms, success FROM at;
CREATE FUNCTION pg_temp.shows(which text) RETURNS TABLE (step interval, steps bigint, n numeric, failed numeric, lowest bigint, highest bigint)
LANGUAGE sql AS $$
    -- steps that do not divide a day begin elsewhere every day
    SELECT s.step, CASE WHEN s.divides THEN count(*) END, sum(c.count), sum(c.count * c.error_rate / 100)::numeric(9,2),
        CASE WHEN s.divides THEN min(c.count) END, CASE WHEN s.divides THEN max(c.count) END
    FROM (SELECT min(observed_at) AS since, max(observed_at) + interval '1 min' AS until FROM at WHERE kind = which) AS p,
        (VALUES (interval '7 min', false), (interval '10 min', true), (interval '1 hour', true), (interval '90 min', true),
            (interval '1 day', true), (interval '30 hours', false)) AS s(step, divides),
        gov_sla_series('model', 'ingest-old', p.since, p.until, s.step) AS c
    GROUP BY s.step, s.divides ORDER BY s.step
$$;
SELECT * FROM pg_temp.shows('recent');
-- parts of a day, from the middle of an hour to the middle of another
SELECT count, availability_percent FROM (SELECT min(observed_at) AS t FROM at WHERE kind = 'recent') AS f,
    gov_sla_series('model', 'ingest-old', t + interval '17 min', t + interval '2 days 5 hours 43 min', '1 day') ORDER BY bucket;
SELECT gov_run_maintenance() -> 'sla_fold' -> 'more' AS more;
SELECT count(*) FROM governance.sla_deltas WHERE resource_id = 'ingest-old';
SELECT (SELECT count(*) FROM governance.sla_minutes WHERE resource_id = 'ingest-old' AND minute > now() - interval '30 days') AS minutes,
    (SELECT count(*) FROM governance.sla_hours WHERE resource_id = 'ingest-old' AND hour > now() - interval '30 days') AS hours,
    (SELECT count(*) FROM governance.sla_days WHERE resource_id = 'ingest-old') AS days;
SELECT * FROM pg_temp.shows('recent');
SELECT count, availability_percent FROM (SELECT min(observed_at) AS t FROM at WHERE kind = 'recent') AS f,
    gov_sla_series('model', 'ingest-old', t + interval '17 min', t + interval '2 days 5 hours 43 min', '1 day') ORDER BY bucket;
-- by default what is two years old is kept by the day
SELECT level, kept_from = date_trunc(CASE level WHEN 'minute' THEN 'hour' ELSE 'day' END, kept_from, 'UTC') AS is_whole,
    (now() - kept_from) BETWEEN days * interval '1 day' AND (days + 2) * interval '1 day' AS as_set
FROM governance.sla_retention JOIN (VALUES ('minute', 35), ('hour', 400)) AS v(level, days) USING (level) ORDER BY 1;
SELECT * FROM pg_temp.shows('old');
-- three days old: minutes go first, then hours; what is asked for by day stays
SELECT value FROM gov_set_policy('sla.minute_retention_days', '1');
SELECT gov_run_maintenance() -> 'sla_retention' -> 'more' AS more;
SELECT count(*) FROM governance.sla_minutes WHERE resource_id = 'ingest-old';
SELECT * FROM pg_temp.shows('recent');
SELECT value FROM gov_set_policy('sla.hour_retention_days', '1');
SELECT gov_run_maintenance() -> 'sla_retention' -> 'more' AS more;
SELECT * FROM pg_temp.shows('recent');
-- late ones are added to what is kept
SELECT count(gov_observe('model', 'ingest-old', 1, observed_at => first))
FROM (SELECT min(observed_at) AS first FROM at WHERE kind = 'recent') AS f;
SELECT steps, n FROM pg_temp.shows('recent');
SELECT gov_run_maintenance() -> 'sla_fold' -> 'more' AS more;
SELECT steps, n FROM pg_temp.shows('recent');
-- coarser rows are kept no shorter than finer ones
-- (what the worker finds is both)
BEGIN;
SELECT value FROM gov_set_policy('sla.day_retention_days', '1');
SELECT value FROM gov_set_policy('sla.hour_retention_days', '0');
COMMIT;
SELECT gov_run_maintenance() -> 'sla_retention' -> 'more' AS more;
SELECT count(*) FROM governance.sla_days WHERE resource_id = 'ingest-old';
BEGIN;
SELECT value FROM gov_set_policy('sla.hour_retention_days', '400');
SELECT value FROM gov_set_policy('sla.minute_retention_days', '35');
SELECT value FROM gov_set_policy('sla.day_retention_days', '0');
COMMIT;
SELECT value FROM gov_set_policy('sla.max_lateness', '"7 days"');
-- raw ones go after their time
UPDATE governance.sla_raw_observations SET observed_at = now() - interval '7 days 1 hour' WHERE latency_ms = 3;
SELECT gov_run_maintenance() -> 'sla_retention' -> 'more' AS more;
SELECT count(*) FROM governance.sla_raw_observations WHERE resource_id = 'ingest-raw';

-- other tests begin with everything kept
DELETE FROM governance.sla_retention;

DROP VIEW pg_temp.counted;
DROP FUNCTION pg_temp.sly();
DROP ROLE regress_sla_ingest_ops, regress_sla_ingest_aud, regress_sla_ingest_nobody;
SELECT u.is_active FROM unnest(ARRAY['sla_ingest_ops', 'sla_ingest_aud']) AS n, gov_deactivate_user(n) AS u;
