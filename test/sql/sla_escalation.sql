-- Escalation: thresholds, levels with delays, once per crossing, incidents.
\set VERBOSITY terse
CREATE ROLE regress_escalation_ops;
SELECT user_id FROM gov_create_user('escalation_ops', NULL, 'regress_escalation_ops');
SELECT user_id FROM gov_create_user('escalation_guest', NULL);
SELECT role FROM gov_assign_role('escalation_ops', 'operator');

CREATE FUNCTION pg_temp.missed(id text)
RETURNS void LANGUAGE sql AS $$
    SELECT gov_record_measurement('model', id, '{"response_time_p95": 150}');
$$;
CREATE FUNCTION pg_temp.escalations(id text)
RETURNS TABLE (level text, violations int, due interval, fired boolean, ended boolean, with_incident boolean) LANGUAGE sql AS $$
    SELECT e.escalation_level, e.violations, e.due_at - e.crossed_at, e.fired_at IS NOT NULL, e.ended_at IS NOT NULL, e.incident_id IS NOT NULL
    FROM governance.sla_escalations AS e WHERE e.resource_id = escalations.id ORDER BY e.escalation_id;
$$;
CREATE FUNCTION pg_temp.told(id text)
RETURNS TABLE (level text, violations jsonb, users jsonb, teams jsonb, has_incident boolean) LANGUAGE sql AS $$
    SELECT e.data ->> 'escalation_level', e.data -> 'violations', e.data -> 'notify_users', e.data -> 'notify_teams',
        e.data -> 'incident_id' <> 'null'
    FROM governance.events AS e
    WHERE e.type = 'governance.sla_escalation.fire' AND e.data ->> 'resource_id' = told.id ORDER BY e.event_no;
$$;

-- each part is one transaction, so that the worker evaluates none of it
BEGIN;
SELECT revision FROM gov_define_sla('model', 'paged', 100, 200);
SELECT resource_id, violation_type, threshold, escalation_level, notify_users, notify_teams, create_incident, delay
FROM gov_set_escalation_rule('model', 'paged', 'response_time_p95', 3, 'team', '{escalation_ops}', '{risk}');
SELECT escalation_level, create_incident, delay
FROM gov_set_escalation_rule('model', 'paged', 'response_time_p95', 3, 'manager', notify_teams => '{managers}', create_incident => true, delay => '30 minutes');

-- two are not three, and other types do not count
SELECT pg_temp.missed('paged'), pg_temp.missed('paged');
SELECT resource_id FROM gov_record_measurement('model', 'paged', '{"response_time_p99": 1000}');
SELECT * FROM pg_temp.escalations('paged');
-- the third crosses; the first level fires at once, the second waits
SELECT pg_temp.missed('paged');
SELECT * FROM pg_temp.escalations('paged');
SELECT * FROM pg_temp.told('paged');
-- once per crossing
SELECT pg_temp.missed('paged');
SELECT count(*) FROM gov_evaluate_sla(now() + interval '29 minutes') AS v WHERE v.resource_id = 'paged';
SELECT * FROM pg_temp.escalations('paged');
-- half an hour later the second level, with an incident
SELECT count(*) FROM gov_evaluate_sla(now() + interval '31 minutes') AS v WHERE v.resource_id = 'paged';
SELECT count(*) FROM gov_evaluate_sla(now() + interval '40 minutes') AS v WHERE v.resource_id = 'paged';
SELECT * FROM pg_temp.escalations('paged');
SELECT * FROM pg_temp.told('paged');
SELECT category, severity, title, description, resource, status, dedup_key, metadata - 'rule_id' - 'violation_id' AS metadata
FROM gov_incidents() WHERE resource = 'paged';
SELECT count(*) AS linked FROM governance.sla_violations AS v JOIN governance.incidents AS i USING (incident_id)
WHERE v.resource_id = 'paged' AND i.resource = 'paged';
-- a day later it is over; the next crossing fires again, into the same incident
SELECT count(*) FROM gov_evaluate_sla(now() + interval '25 hours') AS v WHERE v.resource_id = 'paged';
SELECT * FROM pg_temp.escalations('paged');
SELECT escalation_level, delay FROM gov_set_escalation_rule('model', 'paged', 'response_time_p95', 3, 'manager', notify_teams => '{managers}', create_incident => true);
SELECT pg_temp.missed('paged');
SELECT * FROM pg_temp.escalations('paged');
SELECT count(*) FROM gov_incidents() WHERE resource = 'paged';
COMMIT;

-- what was acknowledged goes no further
BEGIN;
SELECT revision FROM gov_define_sla('model', 'taken', 100, 200);
SELECT escalation_level FROM gov_set_escalation_rule('model', 'taken', 'response_time_p95', 1, 'later', delay => '10 minutes');
SELECT pg_temp.missed('taken');
SET ROLE regress_escalation_ops;
SELECT v.acknowledged_by FROM gov_sla_violations('model', 'taken') AS o, gov_acknowledge_violation(o.violation_id) AS v;
RESET ROLE;
SELECT count(*) FROM gov_evaluate_sla(now() + interval '11 minutes') AS v WHERE v.resource_id = 'taken';
SELECT * FROM pg_temp.escalations('taken');
-- unless there is another one
SELECT pg_temp.missed('taken');
SELECT count(*) FROM gov_evaluate_sla(now() + interval '12 minutes') AS v WHERE v.resource_id = 'taken';
SELECT * FROM pg_temp.escalations('taken');
COMMIT;

-- maintenance holds it back: what it silences does not count
BEGIN;
SELECT revision FROM gov_define_sla('model', 'hushed', 100, 200);
SELECT escalation_level FROM gov_set_escalation_rule('model', 'hushed', 'response_time_p95', 1, 'team');
SELECT reason FROM gov_add_maintenance_window('model', 'hushed', now() - interval '1 minute', now() + interval '1 hour', 'move');
SELECT pg_temp.missed('hushed');
SELECT count(*) FROM gov_evaluate_sla() AS v WHERE v.resource_id = 'hushed';
SELECT * FROM pg_temp.escalations('hushed');
SELECT count(*) FROM gov_sla_violations('model', 'hushed');
COMMIT;

-- from observations
BEGIN;
SELECT revision FROM gov_define_sla('usecase', 'seen', 100, 200, 2, 100);
SELECT escalation_level FROM gov_set_escalation_rule('usecase', 'seen', 'response_time_p95', 1, 'team', create_incident => true);
SELECT gov_observe_many('usecase', 'seen', array_fill(150::float8, '{10}'));
SELECT violation_type, status, incident_id IS NOT NULL AS with_incident FROM gov_evaluate_sla() AS v WHERE v.resource_id = 'seen';
SELECT * FROM pg_temp.escalations('seen');
SELECT status, category FROM gov_incidents() WHERE resource = 'seen';
COMMIT;

-- what no level can be
\set VERBOSITY default
SELECT gov_set_escalation_rule('model', 'paged', 'slowness', 1, 'team');                                -- 22023
\set VERBOSITY terse
SELECT gov_set_escalation_rule('model', 'paged', 'no_data', 0, 'team');                                 -- 22023
SELECT gov_set_escalation_rule('model', 'paged', 'no_data', 1, '');                                     -- 22023
SELECT gov_set_escalation_rule('model', 'paged', 'no_data', 1, 'team', delay => '-1 second');           -- 22023
SELECT gov_set_escalation_rule('model', 'paged', 'no_data', 1, 'team', delay => '31 days');             -- 22023
SELECT gov_set_escalation_rule('model', 'paged', 'no_data', 1, 'team', '{escalation_nobody}');          -- 42704
SELECT gov_set_escalation_rule('model', 'paged_not', 'no_data', 1, 'team');                             -- 42704
SET ROLE regress_escalation_ops;
SELECT gov_set_escalation_rule('model', 'paged', 'no_data', 1, 'team');                                 -- 42501
SELECT gov_drop_escalation_rule(1);                                                                     -- 42501
RESET ROLE;
SELECT gov_drop_escalation_rule(rule_id) FROM governance.escalation_rules WHERE resource_id = 'paged' AND escalation_level = 'manager';
SELECT bool_and(ended) AS all_ended FROM pg_temp.escalations('paged') WHERE level = 'manager';
SELECT gov_drop_escalation_rule(0);
SELECT event_type FROM governance.audit_events WHERE resource_type = 'escalation_rule' AND coalesce(new_row, old_row) ->> 'resource_id' = 'paged' AND outcome <> 'denied' ORDER BY event_id;

SELECT is_active FROM gov_deactivate_user('escalation_ops');
SELECT is_active FROM gov_deactivate_user('escalation_guest');
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'escalation\_%';
DROP ROLE regress_escalation_ops;
