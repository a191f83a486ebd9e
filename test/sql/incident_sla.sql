-- The clocks of critical incidents: response and resolution.
\set VERBOSITY terse
-- one transaction, so that the worker evaluates none of it
BEGIN;
SELECT revision FROM gov_define_sla('model', 'clocked', incident_response_minutes => 15, incident_resolution_hours => 4);
CREATE FUNCTION pg_temp.aware(id bigint) RETURNS timestamptz LANGUAGE sql AS
'SELECT aware_at FROM governance.incidents AS i WHERE i.incident_id = id';
-- what the evaluation of a moment finds, in whole minutes (or hours)
CREATE FUNCTION pg_temp.evaluated(at timestamptz, id text)
RETURNS TABLE (violation_type text, status text, target float8, actual numeric, severity text, opened numeric, closed text)
LANGUAGE sql AS $$
    SELECT v.violation_type, v.status, v.target_value, floor(v.actual_value::numeric), v.severity,
        floor(extract(epoch FROM v.opened_at - i.aware_at) / 60),
        CASE v.closed_at WHEN i.acknowledged_at THEN 'acknowledged' WHEN i.resolved_at THEN 'resolved' END
    FROM gov_evaluate_sla(at) AS v JOIN governance.incidents AS i USING (incident_id)
    WHERE v.resource_id = id ORDER BY v.violation_id;
$$;
-- only critical ones, of this resource
SELECT severity FROM gov_report_incident('performance', 'error', 'slow', 'not critical', 'clocked');
SELECT severity FROM gov_report_incident('performance', 'critical', 'other', 'of another', 'clocked_not:1.0');
SELECT severity FROM gov_report_incident('performance', 'critical', 'longer', 'of another', 'clockedx');
SELECT incident_id AS down FROM gov_report_incident('performance', 'critical', 'down', 'does not answer', 'clocked:1.0.0') \gset
SELECT * FROM pg_temp.evaluated(pg_temp.aware(:down), 'clocked');
SELECT * FROM pg_temp.evaluated(pg_temp.aware(:down) + interval '14 minutes', 'clocked');
-- the response is overdue; it opens when the time ran out, once
SELECT * FROM pg_temp.evaluated(pg_temp.aware(:down) + interval '20 minutes', 'clocked');
SELECT * FROM pg_temp.evaluated(pg_temp.aware(:down) + interval '21 minutes', 'clocked');
-- then the resolution
SELECT * FROM pg_temp.evaluated(pg_temp.aware(:down) + interval '3 hours 59 minutes', 'clocked');
SELECT * FROM pg_temp.evaluated(pg_temp.aware(:down) + interval '8 hours', 'clocked');
SELECT count(*) FROM governance.sla_violations WHERE resource_id = 'clocked' AND status = 'open';
-- an incident in time: nothing
SELECT incident_id AS quick FROM gov_report_incident('performance', 'critical', 'short', 'soon over', 'clocked') \gset
SELECT status FROM gov_acknowledge_incident(:quick);
SELECT status FROM gov_resolve_incident(:quick, 'restarted');
SELECT count(*) FROM gov_evaluate_sla(clock_timestamp() + interval '9 hours') AS v WHERE v.incident_id = :quick;

-- known for an hour, reported now: the clock runs from when somebody knew
SELECT revision FROM gov_define_sla('system', 'late', incident_response_minutes => 15, incident_resolution_hours => 4);
SELECT incident_id AS late FROM gov_report_incident('reliability', 'critical', 'late', 'told late', 'late', aware_at => now() - interval '60 minutes') \gset
SELECT * FROM pg_temp.evaluated(pg_temp.aware(:late) + interval '60 minutes', 'late');
-- acknowledged: it closes when that was done
SELECT status FROM gov_acknowledge_incident(:late);
SELECT * FROM pg_temp.evaluated(clock_timestamp() + interval '1 minute', 'late');
SELECT * FROM pg_temp.evaluated(clock_timestamp() + interval '2 minutes', 'late');
-- found only afterwards: the same as if it had been found in time, counted
-- until it was resolved
SELECT incident_id AS missed FROM gov_report_incident('reliability', 'critical', 'missed', 'nobody evaluated', 'late', aware_at => now() - interval '300 minutes') \gset
SELECT status FROM gov_resolve_incident(:missed, 'gone by itself');
SELECT violation_type, status, target, actual >= CASE target WHEN 15 THEN 300 ELSE 5 END AS until_then, severity, opened, closed
FROM pg_temp.evaluated(clock_timestamp() + interval '3 minutes', 'late');
SELECT * FROM pg_temp.evaluated(clock_timestamp() + interval '4 minutes', 'late');
-- reopened: its resolution is overdue again, from then on
SELECT status FROM gov_reopen_incident(:missed, 'it is back');
-- but not for a moment before it was resolved: the violation of then is known
SELECT * FROM pg_temp.evaluated(pg_temp.aware(:missed) + interval '299 minutes', 'late');
SELECT violation_type, status, severity, closed FROM pg_temp.evaluated(clock_timestamp() + interval '50 minutes', 'late');
SELECT violation_type, status FROM governance.sla_violations WHERE incident_id = :missed ORDER BY violation_id;
-- resolved; nor does a moment before a violation opened close it
SELECT status FROM gov_resolve_incident(:missed, 'gone for good');
SELECT * FROM pg_temp.evaluated(clock_timestamp() + interval '10 minutes', 'late');
SELECT violation_type, status FROM governance.sla_violations WHERE incident_id = :missed ORDER BY violation_id;
SELECT violation_type, status FROM pg_temp.evaluated(clock_timestamp() + interval '60 minutes', 'late');

-- a violation of a clock counts in the status, where there is data
SELECT gov_sla_status('system', 'late');
SELECT gov_observe_many('system', 'late', '{1,2,3}');
SELECT gov_sla_status('system', 'late');

-- escalation of an overdue incident opens no other one
SELECT revision FROM gov_define_sla('model', 'overdue');
SELECT escalation_level FROM gov_set_escalation_rule('model', 'overdue', 'incident_response', 1, 'manager', create_incident => true);
SELECT incident_id AS overdue FROM gov_report_incident('safety', 'critical', 'hurt', 'somebody', 'overdue:2', aware_at => now() - interval '1 hour') \gset
SELECT violation_type, status FROM gov_evaluate_sla() AS v WHERE v.resource_id = 'overdue';
SELECT incident_id = :overdue AS same, fired_at IS NOT NULL AS fired FROM governance.sla_escalations WHERE resource_id = 'overdue';
SELECT count(*) FROM governance.incidents WHERE resource LIKE 'overdue%';
COMMIT;
