-- Violations from observations: opened, made worse, closed, acknowledged;
-- maintenance; burn rates; silence.
\set VERBOSITY terse
-- each part is one transaction, so that the worker evaluates none of it; what is
-- refused takes back itself alone
\set ON_ERROR_ROLLBACK on
CREATE ROLE regress_violation_ops;
CREATE ROLE regress_violation_guest;
SELECT user_id FROM gov_create_user('violation_ops', NULL, 'regress_violation_ops');
SELECT user_id FROM gov_create_user('violation_guest', NULL, 'regress_violation_guest');
SELECT role FROM gov_assign_role('violation_ops', 'operator');

CREATE FUNCTION pg_temp.observed(id text, how_many int, latency float8, failed int = 0, age interval = '0')
RETURNS void LANGUAGE sql AS $$
    SELECT gov_observe_many('model', id, array_agg(latency), array_agg(n > failed), array_agg(clock_timestamp() - age))
    FROM generate_series(1, how_many) AS n;
$$;
-- what an evaluation changes of one resource
CREATE FUNCTION pg_temp.evaluated(id text, ahead interval = '0')
RETURNS TABLE (violation_type text, status text, target float8, actual numeric, peak numeric, severity text, announced boolean)
LANGUAGE sql AS $$
    SELECT v.violation_type, v.status, v.target_value, round(v.actual_value::numeric, 2), round(v.peak_value::numeric, 2),
        v.severity, v.notified_at IS NOT NULL
    FROM gov_evaluate_sla(clock_timestamp() + ahead) AS v WHERE v.resource_id = id ORDER BY v.violation_id;
$$;
-- what the outbox was told of one resource
CREATE FUNCTION pg_temp.told(id text)
RETURNS TABLE (type text, violation_type text, status text) LANGUAGE sql AS $$
    SELECT e.type, e.data ->> 'violation_type', e.data ->> 'status' FROM governance.events AS e
    WHERE e.data ->> 'resource_id' = told.id AND e.type LIKE 'governance.sla%' ORDER BY e.event_no;
$$;

BEGIN;
SELECT revision FROM gov_define_sla('model', 'slow', 100, 200, 2, 100);
SELECT * FROM pg_temp.evaluated('slow');
SELECT pg_temp.observed('slow', 100, 100);
SELECT * FROM pg_temp.evaluated('slow');
-- one is open per type, however often it is evaluated
SELECT pg_temp.observed('slow', 6, 150);
SELECT * FROM pg_temp.evaluated('slow');
SELECT * FROM pg_temp.evaluated('slow');
-- worse: more are slow, and slower
SELECT pg_temp.observed('slow', 20, 180);
SELECT * FROM pg_temp.evaluated('slow');
SELECT pg_temp.observed('slow', 10, 300);
SELECT * FROM pg_temp.evaluated('slow');
SELECT count(*) FROM gov_sla_violations('model', 'slow', open_only => true);
-- an earlier moment changes nothing
SELECT * FROM pg_temp.evaluated('slow', '-30 minutes');
-- an hour later (policy sla.evaluation_window) nothing is missed
SELECT * FROM pg_temp.evaluated('slow', '62 minutes');
SELECT * FROM pg_temp.evaluated('slow', '62 minutes');
-- they do not overlap: what is judged stays judged
SELECT * FROM pg_temp.evaluated('slow', '1 minute');
SELECT * FROM pg_temp.told('slow');
SELECT event_type, count(*) FROM governance.audit_events AS e JOIN governance.sla_violations AS v
    ON e.resource = 'sla_violation/' || v.violation_id
WHERE v.resource_id = 'slow' GROUP BY 1 ORDER BY 1;

-- failures: availability is worse the lower it is
SELECT revision FROM gov_define_sla('model', 'failing', 1000, 2000, 99, 2, metadata => '{"minimum_count": 10}');
SELECT pg_temp.observed('failing', 90, 1, 1);
SELECT * FROM pg_temp.evaluated('failing');
SELECT pg_temp.observed('failing', 10, 1, 5);
SELECT * FROM pg_temp.evaluated('failing');

-- acknowledging
SELECT violation_id FROM gov_sla_violations('model', 'failing') WHERE violation_type = 'availability' \gset
SET ROLE regress_violation_guest;
SELECT gov_acknowledge_violation(:violation_id);                    -- 42501
SELECT count(*) > 0 AS may_read FROM gov_sla_violations('model', 'failing');
SELECT gov_evaluate_sla();                                          -- 42501
SELECT gov_add_maintenance_window('model', 'failing', now(), now() + interval '1 hour', 'x');   -- 42501
SET ROLE regress_violation_ops;
SELECT violation_type, status, acknowledged_by, acknowledged_at IS NOT NULL AS acknowledged, notes
FROM gov_acknowledge_violation(:violation_id, 'on it');
\set VERBOSITY sqlstate
SELECT gov_acknowledge_violation(:violation_id);                    -- 55000
\set VERBOSITY terse
SELECT gov_acknowledge_violation(0);                                -- 42704
SELECT gov_acknowledge_violation(NULL);                             -- 22023
RESET ROLE;
-- a closed one can be acknowledged, too
SELECT violation_id FROM gov_sla_violations('model', 'slow') WHERE violation_type = 'response_time_p99' \gset
SELECT status, notes, acknowledged_at IS NOT NULL AS acknowledged FROM gov_acknowledge_violation(:violation_id);

-- not by hand, not twice
\set VERBOSITY sqlstate
UPDATE governance.sla_violations SET status = 'closed', closed_at = opened_at WHERE resource_id = 'failing';    -- 55000
UPDATE governance.sla_violations SET target_value = 0 WHERE resource_id = 'failing';                            -- 55000
INSERT INTO governance.sla_violations (resource_type, resource_id, violation_type, opened_at, target_value, actual_value, peak_value, severity, source)
VALUES ('model', 'slow', 'no_data', now(), 1, 1, 1, 'error', 'observation');                                   -- 55000
INSERT INTO governance.sla_violations (resource_type, resource_id, violation_type, opened_at, target_value, actual_value, peak_value, severity, source)
VALUES ('model', 'failing', 'availability', now(), 1, 1, 1, 'error', 'observation');                           -- 23505
\set VERBOSITY terse
SELECT machine, from_state, to_state, permission, rule FROM gov_transitions() WHERE machine = 'sla_violation';
COMMIT;

-- maintenance silences, and leaves the record as it is
BEGIN;
SELECT revision FROM gov_define_sla('model', 'kept', 100, 200, 99.9, 0.1);
SELECT pg_temp.observed('kept', 100, 150);
SELECT resource_id, reason, created_by FROM gov_add_maintenance_window('model', 'kept', now() - interval '10 minutes', now() + interval '30 minutes', 'new disks');
SELECT * FROM pg_temp.evaluated('kept');
SELECT * FROM pg_temp.told('kept');
SELECT gov_sla_status('model', 'kept');
SELECT r ->> 'status' AS status, r ->> 'status_without_maintenance' AS without FROM gov_sla_report('model', 'kept') AS r;
-- what is still wrong afterwards is told of then
SELECT * FROM pg_temp.evaluated('kept', '31 minutes');
SELECT * FROM pg_temp.told('kept');
-- a summary in maintenance is recorded in silence
SELECT resource_id FROM gov_record_measurement('model', 'kept', '{"response_time_p95": 5000}', clock_timestamp());
SELECT source, notified_at IS NOT NULL AS announced FROM governance.sla_violations WHERE resource_id = 'kept' AND source = 'measurement';
-- data outside of the window counts without it
SELECT pg_temp.observed('kept', 100, 1, age => '2 hours');
SELECT r ->> 'status' AS status, r ->> 'status_without_maintenance' AS without FROM gov_sla_report('model', 'kept') AS r;
\set VERBOSITY default
SELECT gov_add_maintenance_window('model', 'kept', now(), now(), 'nothing');                            -- 22023
\set VERBOSITY terse
SELECT gov_add_maintenance_window('model', 'kept', now(), 'infinity', 'for ever');                      -- 22023
SELECT gov_add_maintenance_window('model', 'kept', now(), now() + interval '1 hour', ' ');              -- 22023
SELECT gov_add_maintenance_window('model', 'kept_not', now(), now() + interval '1 hour', 'x');          -- 42704
COMMIT;

-- burn rates: the four rules
SELECT rule, severity, budget_percent, long_window, short_window, factor, minimum_count, hold_for, keep_firing_for
FROM governance.burn_rate_rules ORDER BY factor DESC;
BEGIN;
-- 14.4 times 0.1 per cent is 144 of 10000: not more than that
SELECT revision FROM gov_define_sla('model', 'burning', 1000, 2000, 99.9, 100);
SELECT pg_temp.observed('burning', 200000, 1, age => '20 hours');
SELECT pg_temp.observed('burning', 10000, 1, 144);
SELECT r ->> 'rule' AS rule, (r ->> 'long')::numeric(6, 2) AS long, (r ->> 'short')::numeric(6, 2) AS short, r ->> 'alert' AS alert
FROM jsonb_array_elements(gov_sla_report('model', 'burning') -> 'burn_rates') AS r;
SELECT gov_sla_status('model', 'burning', 72);
SELECT pg_temp.observed('burning', 1, 1, 1);
SELECT r ->> 'rule' AS rule, (r ->> 'long')::numeric(8, 4) AS long, (r ->> 'short')::numeric(8, 4) AS short, r ->> 'alert' AS alert
FROM jsonb_array_elements(gov_sla_report('model', 'burning') -> 'burn_rates') AS r;
-- the day as a whole meets its targets: at risk by the rate alone
SELECT gov_sla_status('model', 'burning');
SELECT * FROM pg_temp.evaluated('burning') WHERE violation_type = 'error_budget_burn';
-- it fires on for keep_firing_for, and is over then
SELECT * FROM pg_temp.evaluated('burning', '6 minutes') WHERE violation_type = 'error_budget_burn';
SELECT a.rule, a.firing_since IS NOT NULL AS fires FROM governance.burn_rate_alerts AS a WHERE a.resource_id = 'burning' ORDER BY 1;
SELECT * FROM pg_temp.evaluated('burning', '40 minutes') WHERE violation_type = 'error_budget_burn';
SELECT count(*) FROM governance.sla_violations WHERE resource_id = 'burning' AND violation_type = 'error_budget_burn' AND status = 'open';
COMMIT;
BEGIN;
-- a ticket's condition has to hold for a while (hold_for)
SELECT revision FROM gov_define_sla('model', 'smoulder', 1000, 2000, 99.9, 100);
SELECT pg_temp.observed('smoulder', 5000, 1, age => '20 hours');
SELECT pg_temp.observed('smoulder', 10000, 1, 50);
SELECT * FROM pg_temp.evaluated('smoulder') WHERE violation_type = 'error_budget_burn';
SELECT a.rule, a.firing_since IS NOT NULL AS fires FROM governance.burn_rate_alerts AS a WHERE a.resource_id = 'smoulder' ORDER BY 1;
SELECT * FROM pg_temp.evaluated('smoulder', '61 minutes') WHERE violation_type = 'error_budget_burn';
COMMIT;
BEGIN;
-- the long window alone is no alert: it is over
SELECT revision FROM gov_define_sla('model', 'cooled', 1000, 2000, 99.9, 100);
SELECT pg_temp.observed('cooled', 10000, 1, 200, age => '40 minutes');
SELECT pg_temp.observed('cooled', 1000, 1);
SELECT r ->> 'rule' AS rule, (r ->> 'long')::numeric(8, 4) AS long, (r ->> 'short')::numeric(8, 4) AS short, r ->> 'alert' AS alert
FROM jsonb_array_elements(gov_sla_report('model', 'cooled') -> 'burn_rates') AS r;
-- too little traffic is no alert
SELECT revision FROM gov_define_sla('model', 'quiet', 1000, 2000, 99.9, 100);
SELECT pg_temp.observed('quiet', 99, 1, 99);
SELECT bool_or((r ->> 'alert')::boolean) AS alert FROM jsonb_array_elements(gov_sla_report('model', 'quiet') -> 'burn_rates') AS r;
SELECT pg_temp.observed('quiet', 1, 1);
SELECT bool_or((r ->> 'alert')::boolean) AS alert FROM jsonb_array_elements(gov_sla_report('model', 'quiet') -> 'burn_rates') AS r;
COMMIT;

-- silence, where the target says how long is too long
BEGIN;
SELECT revision FROM gov_define_sla('model', 'silent', metadata => '{"no_data_minutes": 15}');
SELECT revision FROM gov_define_sla('model', 'unheard', metadata => '{"no_data_minutes": 0}');
SELECT * FROM pg_temp.evaluated('silent');
SELECT * FROM pg_temp.evaluated('silent', '16 minutes');
SELECT * FROM pg_temp.evaluated('unheard', '16 minutes');
-- data that is too old ends nothing, a summary does
SELECT pg_temp.observed('silent', 1, 1);
SELECT * FROM pg_temp.evaluated('silent', '17 minutes');
SELECT measured_at AS heard_at FROM gov_record_measurement('model', 'silent', '{"error_rate": 0}', clock_timestamp() + interval '4 minutes') \gset
SELECT v.violation_type, v.status, v.closed_at > :'heard_at' AS since_then
FROM gov_evaluate_sla(:'heard_at'::timestamptz + interval '14 minutes') AS v WHERE v.resource_id = 'silent';
COMMIT;

-- reading
SELECT count(*) FROM gov_sla_violations('model', 'slow');
SELECT count(*) FROM gov_sla_violations(resource_id => 'slow', limit_rows => 1);
SELECT gov_sla_violations('motor');                                 -- 22023
SELECT gov_sla_violations(hours => 0);                              -- 22023
SELECT gov_sla_violations(limit_rows => 0);                         -- 22023
SELECT count(*) AS all_of_them, (SELECT count(*) FROM gov_sla_violations('model', 'slow', after => max(v.violation_id))) AS after_the_newest,
    (SELECT count(*) FROM gov_sla_violations(resource_id => 'slow', after => min(v.violation_id))) AS after_the_oldest
FROM gov_sla_violations('model', 'slow') AS v;
SELECT gov_sla_violations(after => -1);                             -- 22023
SELECT gov_evaluate_sla('infinity');                                -- 22023
BEGIN READ ONLY;
SELECT gov_evaluate_sla();                                          -- 25006
ROLLBACK;
-- while operation is suspended violations are found all the same
BEGIN;
SELECT pg_temp.observed('failing', 1000, 5000);
SELECT is_suspended FROM gov_suspend('audit');
SELECT * FROM pg_temp.evaluated('failing', '2 minutes') WHERE violation_type LIKE 'response%';
ROLLBACK;

SELECT is_active FROM gov_deactivate_user('violation_ops');
SELECT is_active FROM gov_deactivate_user('violation_guest');
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'violation\_%';
DROP ROLE regress_violation_ops, regress_violation_guest;
