-- Order that decides is counted for each thing by itself: no sequence has a say
-- in it, which others might set.
\set VERBOSITY terse
\set SHOW_CONTEXT never

-- what still is numbered by a sequence, and so no order that decides
SELECT c.relname, a.attname
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = 'governance'::regnamespace
    AND pg_get_serial_sequence('governance.' || c.relname, a.attname) IS NOT NULL
ORDER BY c.relname, a.attname;
SELECT count(*) AS sequences_of_no_column FROM pg_class AS s
WHERE s.relnamespace = 'governance'::regnamespace AND s.relkind = 'S'
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = s.oid AND d.deptype = 'i' AND d.refobjsubid > 0);

-- somebody who may set every sequence; each is put back at the end
SELECT string_agg(format('SELECT setval(%L, %s, %L);', oid::regclass, coalesce(pg_sequence_last_value(oid), 1), pg_sequence_last_value(oid) IS NOT NULL), ' ') AS back
FROM pg_class
WHERE relnamespace = 'governance'::regnamespace AND relkind = 'S'
    AND relname NOT IN ('audit_events_event_id_seq', 'events_event_no_seq') \gset put_
CREATE ROLE regress_order_max;
GRANT pg_write_all_data TO regress_order_max;
CREATE ROLE regress_order_ann;
SELECT role FROM gov_create_role('order_all', permissions => '{model:register,model:approve,model:deploy,model:rollback,usecase:create,usecase:approve,usecase:deploy}');
SELECT count(gov_create_user('order_' || u, NULL, ('regress_order_' || u)::name)) FROM unnest('{max,ann}'::text[]) AS u;
SELECT count(gov_assign_role('order_' || u, 'order_all')) FROM unnest('{max,ann}'::text[]) AS u;
CREATE PROCEDURE pg_temp.meddle() LANGUAGE plpgsql AS $$
DECLARE
    sequence regclass;
    stands_at bigint;
BEGIN
    FOR sequence IN SELECT oid FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relkind = 'S' LOOP
        EXECUTE format('SELECT last_value FROM %s', sequence) INTO stands_at;
        SET LOCAL ROLE regress_order_max;
        PERFORM setval(sequence, stands_at + 1000);
        RESET ROLE;
    END LOOP;
END
$$;

--
-- Votes since the last request
--
SET ROLE regress_order_ann;
SELECT status FROM gov_register_model('order_a', '1');
SET ROLE regress_order_max;
SELECT approval_status FROM gov_request_model_approval('order_a', '1');
RESET ROLE;
CALL pg_temp.meddle();
SET ROLE regress_order_max;
SELECT gov_approve_model('order_a', '1');                                   -- MG001
SET ROLE regress_order_ann;
SELECT approval_status FROM gov_request_model_approval('order_a', '1');
SET ROLE regress_order_max;
SELECT approval_status FROM gov_approve_model('order_a', '1');
SELECT gov_deploy_model('order_a', '1', 'staging');                         -- MG001
RESET ROLE;
SELECT approval_no, approval_status, reviewer FROM governance.approval_history WHERE model_id = 'order_a' ORDER BY approval_no;
-- nor does a number count that was taken and given back
BEGIN;
SELECT version FROM gov_register_model('order_a', '2');
SAVEPOINT s;
SELECT approval_status FROM gov_reject_model('order_a', '2', 'no');
ROLLBACK TO s;
SELECT approval_status FROM gov_reject_model('order_a', '2', 'no');
SELECT approval_no, approval_status FROM governance.approval_history WHERE model_id = 'order_a' AND version = '2';
ROLLBACK;

--
-- The latest metric at a gate
--
SELECT threshold FROM gov_set_deployment_gate('staging', 'order_quality', '>=', 0.9, 'order_a');
SET ROLE regress_order_ann;
SELECT metrics_no FROM gov_record_model_metrics('order_a', '1', '{"order_quality": 0.95}');
RESET ROLE;
CALL pg_temp.meddle();
SET ROLE regress_order_ann;
SELECT metrics_no FROM gov_record_model_metrics('order_a', '1', '{"order_quality": 0.5}');
SELECT gov_deploy_model('order_a', '1', 'staging');                         -- MG003
SELECT metrics_no FROM gov_record_model_metrics('order_a', '1', '{"order_quality": 0.92}');
SELECT version, gate_results -> 0 -> 'value' AS value FROM gov_deploy_model('order_a', '1', 'staging');

--
-- What was before
--
SELECT count(gov_register_model('order_a', v)) FROM unnest('{2,3}'::text[]) AS v;
SELECT count(gov_record_model_metrics('order_a', v, '{"order_quality": 1}')) FROM unnest('{2,3}'::text[]) AS v;
SET ROLE regress_order_max;
SELECT count(gov_approve_model('order_a', v)) FROM unnest('{2,3}'::text[]) AS v;
SET ROLE regress_order_ann;
SELECT deployment_no FROM gov_deploy_model('order_a', '2', 'staging');
RESET ROLE;
CALL pg_temp.meddle();
SET ROLE regress_order_ann;
SELECT deployment_no FROM gov_deploy_model('order_a', '3', 'staging');
SELECT deployment_no, version, restores FROM gov_rollback_model('order_a', 'bad', 'staging');
SELECT deployment_no, version, restores FROM gov_rollback_model('order_a', 'bad', 'staging', to_version => '1');
SELECT deployment_no, version FROM gov_model_history('order_a');
-- each model counts by itself
SELECT count(gov_register_model('order_b', '1'));
SET ROLE regress_order_max;
SELECT count(gov_approve_model('order_b', '1'));
SET ROLE regress_order_ann;
SELECT deployment_no FROM gov_deploy_model('order_b', '1', 'staging');
RESET ROLE;

--
-- The latest assessment of a use-case; its votes, deployments and metrics
--
CREATE TEMP TABLE order_harmless AS
SELECT jsonb_object_agg(question_id,
    CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END) AS answers
FROM governance.impact_questions;
GRANT SELECT ON order_harmless TO PUBLIC;
SET ROLE regress_order_ann;
SELECT status FROM gov_create_usecase('order_a', 'order', '', 'a team', impact_level => 'low');
SELECT impact_level FROM order_harmless, gov_assess_impact('order_a', answers);
RESET ROLE;
CALL pg_temp.meddle();
SET ROLE regress_order_ann;
SET client_min_messages = warning;
SELECT impact_level FROM order_harmless, gov_assess_impact('order_a', answers || '{"area.employment": true}');
RESET client_min_messages;
SELECT gov_update_usecase('order_a', impact_level => 'low');                -- 55000
SELECT status FROM gov_submit_usecase('order_a');
SET ROLE regress_order_max;
SELECT status FROM gov_reject_usecase('order_a', 'no');
SET ROLE regress_order_ann;
SELECT status FROM gov_submit_usecase('order_a');
SET ROLE regress_order_max;
SELECT status FROM gov_approve_usecase('order_a');
SELECT deployment_no FROM gov_deploy_usecase('order_a', environment => 'staging');
SELECT deployment_no FROM gov_deploy_usecase('order_a', environment => 'staging');
RESET ROLE;
CALL pg_temp.meddle();
SET ROLE regress_order_max;
SELECT metrics_no FROM gov_record_usecase_metrics('order_a', '{"error_rate": 1}');
SELECT metrics_no FROM gov_record_usecase_metrics('order_a', '{"error_rate": 2}');
SELECT gov_usecase_json(u) -> 'metrics' AS metrics FROM gov_usecase('order_a') AS u;
RESET ROLE;
SELECT assessment_no, suggested_level FROM governance.usecase_assessments WHERE usecase_id = 'order_a' ORDER BY assessment_no;
SELECT approval_no, status FROM governance.usecase_approvals WHERE usecase_id = 'order_a' ORDER BY approval_no;

--
-- The latest of overdue incidents, which an escalation is about
--
BEGIN;      -- the worker evaluates none of it
SELECT revision FROM gov_define_sla('model', 'order_a', incident_response_minutes => 15);
SELECT threshold FROM gov_set_escalation_rule('model', 'order_a', 'incident_response', 2, 'manager', create_incident => true);
SELECT incident_id > 0 AS reported FROM gov_report_incident('safety', 'critical', 'first', '', 'order_a:1', aware_at => now() - interval '60 minutes');
SELECT last_value AS stands_at FROM governance.sla_violations_violation_id_seq \gset
CALL pg_temp.meddle();
SELECT violation_type FROM gov_evaluate_sla() AS v WHERE v.resource_id = 'order_a';
SET LOCAL ROLE regress_order_max;
SELECT setval('governance.sla_violations_violation_id_seq', :stands_at + 1) > 0 AS set_back;
RESET ROLE;
SELECT incident_id > 0 AS reported FROM gov_report_incident('safety', 'critical', 'second', '', 'order_a:1', aware_at => now() - interval '30 minutes');
SELECT count(*) AS evaluated FROM gov_evaluate_sla() AS v WHERE v.resource_id = 'order_a';
SELECT i.title, e.incident_id = v.incident_id AS same, e.violations
FROM governance.sla_escalations AS e
JOIN governance.sla_violations AS v USING (violation_id)
JOIN governance.incidents AS i ON i.incident_id = v.incident_id
WHERE e.resource_id = 'order_a';
ROLLBACK;

-- clean up
SELECT count(gov_drop_deployment_gate(gate_id)) FROM governance.deployment_gates WHERE metric = 'order_quality';
SELECT count(gov_revoke_role(user_id, role)) FROM governance.user_roles WHERE user_id LIKE 'order\_%';
SELECT count(gov_deactivate_user(user_id)) FROM governance.users WHERE user_id LIKE 'order\_%';
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'order\_%';
SELECT gov_drop_role('order_all');
DROP ROLE regress_order_max, regress_order_ann;
\o /dev/null
:put_back
-- but for what the worker numbered meanwhile
SELECT gov_repair_sequences();
\o
