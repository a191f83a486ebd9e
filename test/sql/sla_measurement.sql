-- Summaries: recorded, judged at once, decisive only without observations.
\set VERBOSITY terse
CREATE ROLE regress_measurement_ops;
CREATE ROLE regress_measurement_guest;
SELECT user_id FROM gov_create_user('measurement_ops', NULL, 'regress_measurement_ops');
SELECT user_id FROM gov_create_user('measurement_guest', NULL, 'regress_measurement_guest');
SELECT role FROM gov_assign_role('measurement_ops', 'operator');
SELECT revision FROM gov_define_sla('model', 'measured', 100, 200, 99.9, 0.1);

-- what each target that is missed leaves
CREATE FUNCTION pg_temp.misses(id text)
RETURNS TABLE (violation_type text, status text, at_once boolean, target_value float8, actual_value float8, severity text)
LANGUAGE sql AS $$
    SELECT v.violation_type, v.status, v.opened_at = m.measured_at AND v.closed_at = m.measured_at,
        v.target_value, v.actual_value, v.severity
    FROM governance.sla_violations AS v JOIN governance.sla_measurements AS m USING (measurement_id)
    WHERE v.resource_id = id
        AND v.measurement_id = (SELECT max(measurement_id) FROM governance.sla_measurements WHERE resource_id = id)
    ORDER BY v.violation_id;
$$;

-- who may
SET ROLE regress_measurement_guest;
SELECT gov_record_measurement('model', 'measured', '{"response_time_p95": 10}');    -- 42501
SET ROLE regress_measurement_ops;
SELECT resource_type, resource_id, metrics, recorded_by, measured_at = now() AS now
FROM gov_record_measurement('model', 'measured', '{"response_time_p50": 20, "response_time_p95": 100, "response_time_p99": 200, "availability_percent": 99.9, "error_rate": 0.1, "total_requests": 1000, "failed_requests": 1, "uptime_seconds": 3596.4, "downtime_seconds": 3.6}');
-- at the target is met
SELECT * FROM pg_temp.misses('measured');
SELECT gov_sla_status('model', 'measured');

-- each target missed is a violation of its own, closed at once
SELECT resource_id FROM gov_record_measurement('model', 'measured', '{"response_time_p95": 101, "response_time_p99": 400, "availability_percent": 99.85, "error_rate": 0.15}');
SELECT * FROM pg_temp.misses('measured');
SELECT gov_sla_status('model', 'measured');
-- five are too many (policy sla.violated_after)
SELECT resource_id FROM gov_record_measurement('model', 'measured', '{"response_time_p95": 100.5}');
SELECT * FROM pg_temp.misses('measured');
SELECT gov_sla_status('model', 'measured');
-- they are not open, ever
SELECT count(*) FROM gov_sla_violations('model', 'measured');
SELECT count(*) FROM gov_sla_violations('model', 'measured', open_only => true);

-- without a share the counts decide, exactly
RESET ROLE;
SELECT revision FROM gov_define_sla('model', 'measured_counts', 100, 200, 99.9, 0.7);
SELECT resource_id FROM gov_record_measurement('model', 'measured_counts', '{"total_requests": 1000, "failed_requests": 7}');
SELECT * FROM pg_temp.misses('measured_counts');
SELECT resource_id FROM gov_record_measurement('model', 'measured_counts', '{"total_requests": 999, "failed_requests": 7, "uptime_seconds": 9989, "downtime_seconds": 11}');
SELECT violation_type, target_value, round(actual_value::numeric, 4) AS actual_value FROM pg_temp.misses('measured_counts');
-- requests alone say nothing
SELECT resource_id FROM gov_record_measurement('model', 'measured_counts', '{"failed_requests": 7}');
SELECT * FROM pg_temp.misses('measured_counts');
SELECT resource_id FROM gov_record_measurement('model', 'measured_counts', '{"total_requests": 0, "failed_requests": 0, "uptime_seconds": 0, "downtime_seconds": 0}');
SELECT * FROM pg_temp.misses('measured_counts');

-- it is held against the target of its time
SELECT revision FROM gov_define_sla('model', 'measured_past', 100, 200);
SELECT now() AS before_redefinition \gset
SELECT revision FROM gov_define_sla('model', 'measured_past', 10, 20);
SELECT resource_id FROM gov_record_measurement('model', 'measured_past', '{"response_time_p95": 50}', :'before_redefinition');
SELECT * FROM pg_temp.misses('measured_past');
SELECT resource_id FROM gov_record_measurement('model', 'measured_past', '{"response_time_p95": 50}');
SELECT violation_type, target_value FROM pg_temp.misses('measured_past');

-- it decides only where the period has no observation
SELECT gov_sla_status('model', 'measured');
SELECT gov_observe_many('model', 'measured', array_fill(1.0::float8, '{100}'));
SELECT gov_sla_status('model', 'measured');
SELECT r -> 'violations' AS violations, r -> 'count' AS count FROM gov_sla_report('model', 'measured') AS r;

-- what is refused leaves nothing
SELECT count(*) AS measurements FROM governance.sla_measurements WHERE resource_id LIKE 'measured%' \gset before_
\set VERBOSITY default
SELECT gov_record_measurement('model', 'measured', '{"response_time_p90": 10}');            -- 22023
SELECT gov_record_measurement('model', 'measured', '{"response_time_p95": "fast"}');        -- 22023
SELECT gov_record_measurement('model', 'measured', '{"error_rate": 101}');                  -- 22023
SELECT gov_record_measurement('model', 'measured', '{"response_time_p95": -1}');            -- 22023
\set VERBOSITY terse
SELECT gov_record_measurement('model', 'measured', '{"response_time_p95": 1e400}');         -- 22023
SELECT gov_record_measurement('model', 'measured', '{"response_time_p95": null}');          -- 22023
SELECT gov_record_measurement('model', 'measured', '{"response_time_p95": {"ms": 1}}');     -- 22023
SELECT gov_record_measurement('model', 'measured', '{"total_requests": 1.5}');              -- 22023
SELECT gov_record_measurement('model', 'measured', '{"total_requests": 1, "failed_requests": 2}');  -- 22023
SELECT gov_record_measurement('model', 'measured', '{}');                                   -- 22023
SELECT gov_record_measurement('model', 'measured', '[1]');                                  -- 22023
SELECT gov_record_measurement('model', 'measured', NULL);                                   -- 22023
SELECT gov_record_measurement('engine', 'measured', '{"error_rate": 1}');                   -- 22023
\set VERBOSITY sqlstate
SELECT gov_record_measurement('model', 'measured', '{"error_rate": 1}', now() + interval '6 minutes');  -- 22023
SELECT gov_record_measurement('model', 'measured', '{"error_rate": 1}', now() - interval '8 days');     -- 22023
SELECT gov_record_measurement('model', 'measured', '{"error_rate": 1}', 'infinity');        -- 22023
SELECT gov_record_measurement('model', 'measured_nobody', '{"error_rate": 1}');             -- 42704
\set VERBOSITY terse
SELECT gov_record_measurement('model', 'measured_nobody', '{"error_rate": 1}');             -- 42704
SELECT count(*) - :before_measurements AS more FROM governance.sla_measurements WHERE resource_id LIKE 'measured%';
-- late, but not too late; a little ahead
SELECT resource_id FROM gov_record_measurement('model', 'measured', '{"error_rate": 0}', now() - interval '167 hours');
SELECT resource_id FROM gov_record_measurement('model', 'measured', '{"error_rate": 0}', now() + interval '4 minutes');

-- evidence, and in the trail
\set VERBOSITY sqlstate
UPDATE governance.sla_measurements SET metrics = '{}' WHERE resource_id = 'measured';       -- 55000
DELETE FROM governance.sla_violations WHERE resource_id = 'measured';                       -- 55000
\set VERBOSITY terse
SELECT event_type, resource FROM gov_audit_trail(resource => 'sla_measurement/model:measured', limit_rows => 1);
SELECT count(*) FROM governance.audit_events AS e JOIN governance.sla_violations AS v
    ON e.resource = 'sla_violation/' || v.violation_id
WHERE v.resource_id = 'measured' AND e.event_type = 'sla_violation.record' AND e.actor = 'measurement_ops';

SELECT is_active FROM gov_deactivate_user('measurement_ops');
SELECT is_active FROM gov_deactivate_user('measurement_guest');
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'measurement\_%';
DROP ROLE regress_measurement_ops, regress_measurement_guest;
