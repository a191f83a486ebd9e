-- Verdicts of gov_sla_status(): exact at every boundary, the past left alone.
\set VERBOSITY terse
CREATE FUNCTION pg_temp.defined(id text, p95 float8 = 100, p99 float8 = 200, availability float8 = 1.01, errors float8 = 100)
RETURNS void LANGUAGE sql AS $$
    SELECT gov_define_sla('model', id, p95, p99, availability, errors);
$$;
-- so many observations, each in that time, some failed
CREATE FUNCTION pg_temp.observed(id text, how_many int, latency float8, failed int = 0, age interval = '0')
RETURNS void LANGUAGE sql AS $$
    SELECT gov_observe_many('model', id, array_agg(latency), array_agg(n > failed), array_agg(clock_timestamp() - age))
    FROM generate_series(1, how_many) AS n;
$$;

-- one transaction, so that the worker opens no violation of what is missed only
-- for a while
BEGIN;
-- not defined, and defined without data
SELECT gov_sla_status('model', 'verdict_nobody');
SELECT pg_temp.defined('verdict_none');
SELECT gov_sla_status('model', 'verdict_none');
SELECT gov_sla_status('usecase', 'verdict_none');

-- p95: 95 of 100 at most the target is compliant, 95 of 101 is not
SELECT pg_temp.defined('verdict_p95');
SELECT pg_temp.observed('verdict_p95', 95, 100), pg_temp.observed('verdict_p95', 5, 100.001);
SELECT gov_sla_status('model', 'verdict_p95');
SELECT pg_temp.observed('verdict_p95', 1, 100.001);
SELECT gov_sla_status('model', 'verdict_p95');
-- 96 of 102 is not, 114 of 120 is
SELECT pg_temp.observed('verdict_p95', 1, 0);
SELECT gov_sla_status('model', 'verdict_p95');
SELECT pg_temp.observed('verdict_p95', 18, 0);
SELECT gov_sla_status('model', 'verdict_p95');

-- one observation is all there is
SELECT pg_temp.defined('verdict_one');
SELECT pg_temp.observed('verdict_one', 1, 100);
SELECT gov_sla_status('model', 'verdict_one');
SELECT pg_temp.defined('verdict_slow');
SELECT pg_temp.observed('verdict_slow', 1, 101);
SELECT gov_sla_status('model', 'verdict_slow');

-- p99: 99 of 100, 99 of 101, 198 of 200
SELECT pg_temp.defined('verdict_p99', 200, 200);
SELECT pg_temp.observed('verdict_p99', 99, 200), pg_temp.observed('verdict_p99', 1, 201);
SELECT gov_sla_status('model', 'verdict_p99');
SELECT pg_temp.observed('verdict_p99', 1, 201);
SELECT gov_sla_status('model', 'verdict_p99');
SELECT pg_temp.observed('verdict_p99', 99, 1);
SELECT gov_sla_status('model', 'verdict_p99');

-- the error rate as it is written: 0.1 per cent of 1000 is one
SELECT pg_temp.defined('verdict_errors', errors => 0.1);
SELECT pg_temp.observed('verdict_errors', 1000, 1, 1);
SELECT gov_sla_status('model', 'verdict_errors');
SELECT pg_temp.observed('verdict_errors', 999, 1, 1);
SELECT gov_sla_status('model', 'verdict_errors');
SELECT pg_temp.observed('verdict_errors', 1, 1);
SELECT gov_sla_status('model', 'verdict_errors');
-- a rate that no double is: 0.7 per cent of 1000 are 7, not 6.99999
SELECT pg_temp.defined('verdict_seven', errors => 0.7);
SELECT pg_temp.observed('verdict_seven', 1000, 1, 7);
SELECT gov_sla_status('model', 'verdict_seven');
SELECT pg_temp.defined('verdict_zero', errors => 0);
SELECT pg_temp.observed('verdict_zero', 1000, 1);
SELECT gov_sla_status('model', 'verdict_zero');
SELECT pg_temp.observed('verdict_zero', 1, 1, 1);
SELECT gov_sla_status('model', 'verdict_zero');

-- availability: 99.9 per cent is 999 of 1000; 100 forgives nothing
SELECT pg_temp.defined('verdict_available', availability => 99.9);
SELECT pg_temp.observed('verdict_available', 1000, 1, 1);
SELECT gov_sla_status('model', 'verdict_available');
SELECT pg_temp.observed('verdict_available', 1, 1, 1);
SELECT gov_sla_status('model', 'verdict_available');
SELECT pg_temp.defined('verdict_always', availability => 100);
SELECT pg_temp.observed('verdict_always', 5, 1);
SELECT gov_sla_status('model', 'verdict_always');
SELECT pg_temp.observed('verdict_always', 100000, 1, 1);
SELECT gov_sla_status('model', 'verdict_always');

-- a failed one counts in latency
SELECT pg_temp.defined('verdict_failed');
SELECT pg_temp.observed('verdict_failed', 94, 1), pg_temp.observed('verdict_failed', 6, 150, 6);
SELECT gov_sla_status('model', 'verdict_failed');

-- the last hours, no more
SELECT pg_temp.defined('verdict_hours');
SELECT pg_temp.observed('verdict_hours', 100, 150, age => '2 hours 30 minutes'), pg_temp.observed('verdict_hours', 100, 1, age => '30 minutes');
SELECT h AS hours, gov_sla_status('model', 'verdict_hours', h) FROM unnest('{1,2,3,4,24}'::int[]) AS h;
SELECT gov_sla_status('model', 'verdict_hours', NULL);
-- what began that many hours ago belongs to it, to the minute
CREATE FUNCTION pg_temp.aged(id text, age interval, hours int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    minute timestamptz;
    verdict text;
BEGIN
    FOR n IN 1 .. 1000 LOOP
        minute := date_trunc('minute', clock_timestamp());
        PERFORM pg_temp.defined(id || n);
        PERFORM gov_observe('model', id || n, 150, observed_at => clock_timestamp() - age);
        verdict := gov_sla_status('model', id || n, hours);
        -- another one, if a minute has ended meanwhile
        EXIT WHEN minute = date_trunc('minute', clock_timestamp());
    END LOOP;
    RETURN verdict;
END
$$;
SELECT pg_temp.aged('aged_edge', '60 minutes', 1);
SELECT pg_temp.aged('aged_beyond', '61 minutes', 1), pg_temp.aged('aged_within', '61 minutes', 2);

-- a redefined target says nothing about the past: latency ...
SELECT pg_temp.defined('verdict_again');
SELECT pg_temp.observed('verdict_again', 100, 90);
SELECT pg_temp.defined('verdict_again', 50, 60);
SELECT gov_sla_status('model', 'verdict_again');
-- ... but counts for what comes: 100 of 105 are in time, 100 of 106 are not
SELECT pg_temp.observed('verdict_again', 5, 55);
SELECT gov_sla_status('model', 'verdict_again');
SELECT pg_temp.observed('verdict_again', 1, 55);
SELECT gov_sla_status('model', 'verdict_again');
-- nor does a looser one forgive
SELECT pg_temp.defined('verdict_again', 1000, 1000);
SELECT gov_sla_status('model', 'verdict_again');
-- ... and errors, in the same minute: 5 per cent were allowed
SELECT pg_temp.defined('verdict_past', errors => 5);
SELECT pg_temp.observed('verdict_past', 100, 1, 5);
SELECT pg_temp.defined('verdict_past', errors => 0);
SELECT gov_sla_status('model', 'verdict_past');
SELECT pg_temp.observed('verdict_past', 100, 1);
SELECT gov_sla_status('model', 'verdict_past');
SELECT pg_temp.observed('verdict_past', 1, 1, 1);
SELECT gov_sla_status('model', 'verdict_past');
SELECT pg_temp.defined('verdict_past', errors => 100);
SELECT gov_sla_status('model', 'verdict_past');
COMMIT;

-- the same before and after folding
SELECT gov_run_maintenance() IS NOT NULL AS ran;
SELECT count(*) AS unfolded FROM governance.sla_deltas WHERE resource_id LIKE 'verdict\_%';
SELECT right(resource_id, -8) AS resource, gov_sla_status(resource_type, resource_id)
FROM governance.sla_targets WHERE resource_id LIKE 'verdict\_%' AND valid_to IS NULL ORDER BY 1;

-- what is no question
SELECT gov_sla_status('model', 'verdict_one', 0);           -- 22023
SELECT gov_sla_status('model', 'verdict_one', 87601);       -- 22023
SELECT gov_sla_status('models', 'verdict_one');             -- 22023
SELECT gov_sla_status('model', 'one two');                  -- 22023
SELECT gov_sla_status(NULL, 'verdict_one');                 -- 22023
CREATE ROLE regress_verdict_nobody;
SET ROLE regress_verdict_nobody;
SELECT gov_sla_status('model', 'verdict_one');              -- 42501
RESET ROLE;
DROP ROLE regress_verdict_nobody;
