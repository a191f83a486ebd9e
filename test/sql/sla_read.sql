-- Reading: the report with its budgets, status and rights.
\set VERBOSITY terse
CREATE ROLE regress_sla_read_guest;
SELECT user_id FROM gov_create_user('sla_read_guest', NULL, 'regress_sla_read_guest');
SELECT revision FROM gov_define_sla('model', 'read', 100, 200, 99, 1, window_days => 7);
SELECT jsonb_pretty(gov_sla_report('model', 'read') - 'from' - 'until' - 'budget' - 'burn_rates');
-- a hundred nearly every day for a week, two of the first hundred failed
SELECT count(gov_observe_many('model', 'read', array_fill(10.0::float8 * d, '{100}'),
    array_fill(d <> 6, '{2}') || array_fill(true, '{98}'), array_fill(now() - d * interval '23 hours', '{100}')))
FROM generate_series(0, 6) AS d;

-- everybody who is a user may look
SET ROLE regress_sla_read_guest;
SELECT gov_sla_status('model', 'read');
SELECT key, jsonb_typeof(value) FROM jsonb_each(gov_sla_report('model', 'read')) ORDER BY key COLLATE "C";
RESET ROLE;
SELECT r - 'from' - 'until' - 'budget' - 'burn_rates' - 'p50' - 'p95' - 'p99' AS report
FROM gov_sla_report('model', 'read') AS r;
-- over the whole week: 2 of 700 failed, 7 may
SELECT r -> 'count' AS count, r -> 'failed' AS failed, round((r ->> 'budget_left')::numeric, 4) AS budget_left,
    abs((r ->> 'p50')::float8 / 30 - 1) < 0.01 AS p50, abs((r ->> 'p95')::float8 / 60 - 1) < 0.01 AS p95, abs((r ->> 'p99')::float8 / 60 - 1) < 0.01 AS p99,
    r ->> 'status' AS status, round((r ->> 'burn_rate')::numeric, 4) AS burn_rate,
    round(((r ->> 'exhausted_at')::numeric - extract(epoch FROM now())) / 86400, 2) AS days_left
FROM gov_sla_report('model', 'read', 168) AS r;
SELECT r #>> '{budget,rolling,window}' AS rolling, r #> '{budget,rolling,count}' AS count, r #> '{budget,rolling,failed}' AS failed,
    r #>> '{budget,calendar,window}' AS calendar,
    to_timestamp((r #>> '{budget,calendar,from}')::float8) = date_trunc('week', now(), 'UTC') AS from_monday,
    to_timestamp((r #>> '{budget,calendar,until}')::float8) = date_trunc('week', now() + interval '168 hours', 'UTC') AS until_monday,
    r -> 'budget_left' = r #> '{budget,rolling,budget_left}' AS rolling_counts
FROM gov_sla_report('model', 'read') AS r;
-- seven of them, and it is exhausted, now
SELECT gov_observe_many('model', 'read', array_fill(10::float8, '{10}'), array_fill(false, '{6}') || array_fill(true, '{4}'));
SELECT round((r ->> 'budget_left')::numeric, 4) AS budget_left, r #> '{budget,rolling,exhausted}' AS exhausted, r ->> 'status' AS status,
    (r ->> 'exhausted_at')::numeric BETWEEN extract(epoch FROM now()) AND extract(epoch FROM clock_timestamp()) AS now
FROM gov_sla_report('model', 'read', 168) AS r;

-- by the calendar, where the target says so
SELECT revision FROM gov_define_sla('model', 'read_monthly', metadata => '{"window": "calendar"}');
WITH o AS MATERIALIZED (
    SELECT gov_observe_many('model', 'read_monthly', array_fill(1::float8, '{2000}'), array_fill(false, '{1}') || array_fill(true, '{1999}')) AS n)
SELECT o.n, r -> 'budget_left' AS budget_left, r #>> '{budget,calendar,window}' AS calendar,
    r -> 'budget_left' = r #> '{budget,calendar,budget_left}' AS calendar_counts,
    to_timestamp((r #>> '{budget,calendar,from}')::float8) = date_trunc('month', now(), 'UTC') AS from_first,
    to_timestamp((r #>> '{budget,calendar,until}')::float8) = date_trunc('month', date_trunc('month', now(), 'UTC') + interval '32 days', 'UTC') AS until_first
FROM o, gov_sla_report('model', CASE WHEN o.n > 0 THEN 'read_monthly' END) AS r;
SELECT revision FROM gov_define_sla('model', 'read_day', window_days => 1);
SELECT revision FROM gov_define_sla('model', 'read_quarter', window_days => 91);
SELECT revision FROM gov_define_sla('model', 'read_year', window_days => 365);
SELECT id, r #>> '{budget,calendar,window}' AS calendar, ((r #>> '{budget,calendar,until}')::numeric - (r #>> '{budget,calendar,from}')::numeric) / 86400 BETWEEN least AND most AS of_its_length
FROM (VALUES ('read_day', 1, 1), ('read_quarter', 90, 92), ('read_year', 365, 366)) AS v(id, least, most), gov_sla_report('model', id) AS r;

-- budgets and status go by the revision of each observation
SELECT revision FROM gov_define_sla('model', 'read_again', availability_target => 90, error_rate_target => 10);
SELECT gov_observe_many('model', 'read_again', array_fill(1::float8, '{100}'), array_fill(false, '{5}') || array_fill(true, '{95}'));
SELECT revision FROM gov_define_sla('model', 'read_again', availability_target => 99, error_rate_target => 1);
SELECT gov_observe_many('model', 'read_again', array_fill(1::float8, '{100}'), array_fill(false, '{1}') || array_fill(true, '{99}'));
-- 6 of 10 + 1
SELECT r -> 'revision' AS revision, round((r ->> 'budget_left')::numeric, 4) AS budget_left, r ->> 'status' AS status FROM gov_sla_report('model', 'read_again') AS r;

-- nobody promised anything
SELECT gov_sla_report('model', 'read_nothing');
SELECT gov_sla_report('model', 'read', 0);          -- 22023
SELECT gov_sla_report('model', NULL);               -- 22023
CREATE ROLE regress_sla_read_nobody;
SET ROLE regress_sla_read_nobody;
SELECT gov_sla_report('model', 'read');             -- 42501
SELECT gov_sla_violations();                        -- 42501
SELECT count(*) FROM governance.sla_violations;
RESET ROLE;
DROP ROLE regress_sla_read_nobody;
-- in a transaction that only reads, and after a change in this one
BEGIN READ ONLY;
SELECT gov_sla_status('model', 'read');
SELECT gov_sla_report('model', 'read') ->> 'status' AS status;
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT revision FROM gov_define_sla('model', 'read_fresh');
SELECT gov_observe('model', 'read_fresh', 5000);
SELECT gov_sla_status('model', 'read_fresh');
ROLLBACK;

SELECT is_active FROM gov_deactivate_user('sla_read_guest');
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'sla\_read\_%';
DROP ROLE regress_sla_read_guest;
