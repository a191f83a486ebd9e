-- A target that is not there: nothing is judged by it, neither in force nor of
-- the past, and what is there is judged as ever.
\set VERBOSITY terse
SET client_min_messages = warning;
-- the same on any day: whether a law applies yet is shown in control_law
UPDATE governance.controls SET applies_from = NULL, effective_from = NULL;
\pset format unaligned

-- given explicitly it is NULL, left out it has its default
SELECT response_time_p95, response_time_p99, availability_target, error_rate_target, max_downtime_hours, incident_response_minutes, window_days
FROM gov_define_sla('system', 'no_p95', NULL);
SELECT response_time_p95, response_time_p99, availability_target, error_rate_target, max_downtime_hours
FROM gov_define_sla('system', 'no_availability', 100, 200, NULL, 1);
SELECT response_time_p95, response_time_p99, availability_target, error_rate_target, max_downtime_hours
FROM gov_define_sla('system', 'no_target', NULL, NULL, NULL, NULL);
SELECT response_time_p95, response_time_p99 FROM gov_define_sla('system', 'no_p99', 5000, NULL);   -- more than the default of the other
SELECT gov_define_sla('system', 'no_p95', NULL, -1);              -- 22023
SELECT gov_define_sla('system', 'no_p95', NULL, 'infinity');      -- 22023
SELECT gov_define_sla('system', 'no_p95', 'NaN');                 -- 22023
SELECT gov_define_sla('system', 'no_p95', NULL, NULL, 101);       -- 22023
BEGIN;
-- no other way in
ALTER TABLE governance.sla_targets DISABLE TRIGGER ALL;
UPDATE governance.sla_targets SET response_time_p99 = -1 WHERE resource_id = 'no_p95';   -- 23514
ROLLBACK;

CREATE FUNCTION pg_temp.standing(id text, OUT status text, OUT met jsonb, OUT budget_left jsonb, OUT burn_rate jsonb, OUT exhausted jsonb, OUT exhausted_at jsonb, OUT alerts bigint, OUT violations text)
LANGUAGE sql AS $$
    SELECT r ->> 'status', r -> 'met', r -> 'budget_left', r -> 'burn_rate', r #> '{budget,rolling,exhausted}', to_jsonb(r ->> 'exhausted_at' IS NOT NULL),
        (SELECT count(*) FROM jsonb_array_elements(r -> 'burn_rates') AS b WHERE (b -> 'alert')::boolean),
        (SELECT string_agg(v.violation_type || ' ' || v.status, ', ' ORDER BY v.violation_type, v.violation_id) FROM gov_sla_violations('system', id) AS v)
    FROM gov_sla_report('system', id) AS r
$$;
-- slow, and failing all the time: each misses what it promises and nothing else
SELECT id, gov_observe_many('system', id, array_fill(3000::float8, '{500}'), array_fill(false, '{500}'))
FROM unnest('{no_p95,no_availability,no_target,no_p99}'::text[]) AS id;
-- what is over the one and under no other is folded, too
SELECT FROM gov_run_maintenance();
SELECT observations, failed, over_p95, over_p99 FROM governance.sla_days WHERE resource_id = 'no_p95';
SELECT count(*) >= 0 AS evaluated FROM gov_evaluate_sla();
SELECT gov_sla_status('system', id) AS plain, s.* FROM unnest('{no_p95,no_availability,no_target,no_p99}'::text[]) AS id, pg_temp.standing(id) AS s;
SELECT resource_id, status, p95_target, p99_target, availability_target, error_rate_target, budget_left FROM governance.v_sla_overview WHERE resource_id LIKE 'no\_%' ORDER BY 1;
SELECT regexp_replace(line, ' [^ ]*$', '') AS metric FROM regexp_split_to_table(gov_metrics(), E'\n') AS line
WHERE line ~ 'resource_id="no_(target|availability)"' AND line ~ 'p95_target|budget|burn' ORDER BY 1;

-- summaries
SELECT revision FROM gov_define_sla('system', 'no_summary', NULL, NULL, NULL, NULL);
SELECT gov_record_measurement('system', 'no_summary', '{"response_time_p95": 9e9, "response_time_p99": 9e9, "availability_percent": 0, "error_rate": 100}') IS NOT NULL AS recorded;
SELECT gov_record_measurement('system', 'no_summary', '{"total_requests": 10, "failed_requests": 10, "uptime_seconds": 0, "downtime_seconds": 5}') IS NOT NULL AS recorded;
SELECT * FROM pg_temp.standing('no_summary');

-- a target that goes: what was open closes, the past stays judged, nothing new is
SELECT revision FROM gov_define_sla('system', 'no_longer', 100, 200, 99, 1);
SELECT gov_observe_many('system', 'no_longer', array_fill(3000::float8, '{500}'), array_fill(false, '{500}'));
SELECT count(*) >= 0 AS evaluated FROM gov_evaluate_sla();
SELECT * FROM pg_temp.standing('no_longer');
SELECT revision FROM gov_define_sla('system', 'no_longer', NULL, NULL, NULL, NULL);
SELECT count(*) >= 0 AS evaluated FROM gov_evaluate_sla();
SELECT * FROM pg_temp.standing('no_longer');
-- and one that comes: what was not promised then is not missed
SELECT revision FROM gov_define_sla('system', 'no_target', 100, 200, 99, 1);
SELECT count(*) >= 0 AS evaluated FROM gov_evaluate_sla();
SELECT * FROM pg_temp.standing('no_target');
-- the failures of the one excuse none of the other
SELECT revision FROM gov_define_sla('system', 'no_excuse', 100, 200, 99, 1);
SELECT gov_observe_many('system', 'no_excuse', array_fill(10::float8, '{100}'), array_fill(true, '{97}') || array_fill(false, '{3}'));
SELECT revision FROM gov_define_sla('system', 'no_excuse', NULL, NULL, NULL, NULL);
SELECT gov_observe_many('system', 'no_excuse', array_fill(10::float8, '{100000}'));
SELECT gov_sla_status('system', 'no_excuse'), s.met FROM pg_temp.standing('no_excuse') AS s;
SELECT revision FROM gov_define_sla('system', 'no_slow_excuse', 100, NULL, NULL, NULL);
SELECT gov_observe_many('system', 'no_slow_excuse', array_fill(10::float8, '{94}') || array_fill(150::float8, '{6}'));
SELECT revision FROM gov_define_sla('system', 'no_slow_excuse', NULL, 100, NULL, NULL);
SELECT gov_observe_many('system', 'no_slow_excuse', array_fill(10::float8, '{100000}'));
SELECT gov_sla_status('system', 'no_slow_excuse'), s.met FROM pg_temp.standing('no_slow_excuse') AS s;
SELECT revision FROM gov_define_sla('system', 'no_slower_excuse', NULL, 100, NULL, NULL);
SELECT gov_observe_many('system', 'no_slower_excuse', array_fill(10::float8, '{98}') || array_fill(150::float8, '{2}'));
SELECT revision FROM gov_define_sla('system', 'no_slower_excuse', 100, NULL, NULL, NULL);
SELECT gov_observe_many('system', 'no_slower_excuse', array_fill(10::float8, '{100000}'));
SELECT gov_sla_status('system', 'no_slower_excuse'), s.met FROM pg_temp.standing('no_slower_excuse') AS s;
-- nor do those of the one without count against the other
SELECT revision FROM gov_define_sla('system', 'no_blame', NULL, NULL, NULL, NULL);
SELECT gov_observe_many('system', 'no_blame', array_fill(3000::float8, '{500}'), array_fill(false, '{500}'));
SELECT revision FROM gov_define_sla('system', 'no_blame', 100, 200, 99, 1);
SELECT gov_observe_many('system', 'no_blame', array_fill(10::float8, '{500}'));
SELECT count(*) >= 0 AS evaluated FROM gov_evaluate_sla();
SELECT gov_sla_status('system', 'no_blame'), s.* FROM pg_temp.standing('no_blame') AS s;

-- a gate by the budget asks for none that is not there
SELECT revision FROM gov_define_sla('model', 'no_budget');
SELECT gov_observe_many('model', 'no_budget', array_fill(3000::float8, '{500}'), array_fill(false, '{500}'));
SELECT revision FROM gov_define_sla('model', 'no_budget', availability_target => NULL);
SELECT gov_observe_many('model', 'no_budget', array_fill(3000::float8, '{500}'), array_fill(false, '{500}'));
BEGIN;
SELECT value FROM gov_set_policy('gate.sla', 'true', 'to see');
SELECT value FROM gov_set_policy('sod.registrar_may_approve', 'true', 'to see');
SELECT value FROM gov_set_policy('sod.approver_may_deploy', 'true', 'to see');
SELECT version FROM gov_register_model('no_budget', '1');
SELECT approval_status FROM gov_approve_model('no_budget', '1');
SELECT environment FROM gov_deploy_model('no_budget', '1', 'staging');
SELECT d.environment, g FROM gov_deploy_model('no_budget', '1') AS d, jsonb_array_elements(d.gate_results) AS g WHERE g ->> 'metric' = 'sla.budget_left';
-- a level without any target watches nothing
SELECT gov_check_control('eu-ai-act-26.5', 1, clock_timestamp()) -> 'findings' ? 'no_budget:1 in production' AS unwatched;
SELECT revision FROM gov_define_sla('model', 'no_budget', NULL, NULL, NULL, NULL);
SELECT gov_check_control('eu-ai-act-26.5', 1, clock_timestamp()) -> 'findings' ? 'no_budget:1 in production' AS unwatched;
-- nor is it a commitment to availability
SELECT gov_check_control('soc2-a1.2', 1, clock_timestamp()) ->> 'query' ~ 'availability_target IS NOT NULL' AS of_those;
ROLLBACK;

-- reports and controls, of the first resources that they list
SELECT revision FROM gov_define_sla('model', '0-no-target', NULL, NULL, NULL, NULL);
SELECT gov_observe('model', '0-no-target', 5);
BEGIN;
CREATE TEMP TABLE report ON COMMIT DROP AS SELECT gov_compliance_report(1) AS r;
SELECT x -> 'target' AS target, x ->> 'status' AS status FROM report, jsonb_array_elements(r #> '{sla,resources}') AS x WHERE x ->> 'resource_id' = '0-no-target';
SELECT line FROM report, regexp_split_to_table(gov_compliance_report_markdown((r ->> 'report_id')::bigint), E'\n') AS line WHERE line LIKE '| model 0-no-target %';
SELECT h !~ 'y1=""' AS no_empty_line, h ~ '0-no-target' AS listed FROM report, gov_compliance_report_html((r ->> 'report_id')::bigint) AS h;
ROLLBACK;
