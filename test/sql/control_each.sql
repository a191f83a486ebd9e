-- Each control of governance's own passes, fails, and where it has a date is not
-- applicable before it: a history in which all that can pass does, then one
-- change after the other, each taken back.  What only people judge is seen with
-- evidence and without.  The list at the end has what was not seen.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\set QUIET on
\set back :DBNAME
CREATE DATABASE regress_control_each;
\c regress_control_each
SET client_min_messages = warning;
CREATE EXTENSION governance;
SET DateStyle = 'ISO';
CREATE TABLE seen (id text, result text, had_evidence boolean, how text);
CREATE FUNCTION look(ids text, how text) RETURNS text LANGUAGE sql AS $$
    INSERT INTO seen
    SELECT c.id, k.j ->> 'result', k.j ->> 'evidence_count' <> '0', look.how
    FROM governance.controls AS c, LATERAL (SELECT gov_check_control(c.id, 30, clock_timestamp())) AS k(j)
    WHERE c.id ~ look.ids;
    SELECT string_agg(DISTINCT result, ', ' ORDER BY result) FROM seen WHERE seen.how = look.how
$$;
-- what the controls say while a change stands, which is then taken back
CREATE FUNCTION with_change(ids text, how text, change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found record;
    results jsonb;
BEGIN
    BEGIN
        EXECUTE change;
        SELECT jsonb_agg(jsonb_build_array(c.id, k.j ->> 'result', k.j ->> 'evidence_count' <> '0', k.j ->> 'error')) INTO results
        FROM governance.controls AS c, LATERAL (SELECT gov_check_control(c.id, 30, clock_timestamp())) AS k(j)
        WHERE c.id ~ ids;
        RAISE EXCEPTION USING ERRCODE = 'ZZ001';
    EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
        INSERT INTO seen SELECT r ->> 0, r ->> 1, (r ->> 2)::boolean, how FROM jsonb_array_elements(results) AS r;
    END;
    RETURN (SELECT string_agg(DISTINCT concat_ws(': ', r ->> 1, r ->> 3), ', ') FROM jsonb_array_elements(results) AS r);
END $$;
-- the guards off, as a superuser can
CREATE FUNCTION unguarded(tables text, change text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('ALTER TABLE governance.%I DISABLE TRIGGER ALL', t), '; ') || '; ' || change FROM unnest(string_to_array(tables, ' ')) AS t
$$;

-- the day before each date, whatever day it is
INSERT INTO seen
SELECT c.id, k.j ->> 'result', false, 'before its day'
FROM governance.controls AS c,
    LATERAL (SELECT gov_check_control(c.id, 1, coalesce(c.effective_from, c.applies_from)::timestamp AT TIME ZONE 'Europe/Brussels')) AS k(j)
WHERE c.applies_from IS NOT NULL;
SELECT result, count(*) = (SELECT count(*) FROM governance.controls WHERE applies_from IS NOT NULL) AS each_dated_one FROM seen GROUP BY result;
-- and judged as if all of it applied
UPDATE governance.controls SET applies_from = NULL, effective_from = NULL;
SELECT look('.', 'nothing has happened') IS NOT NULL AS looked;

-- a history in which everything is as it should be
CREATE ROLE regress_each_ann;
CREATE ROLE regress_each_lea;
SELECT user_id FROM gov_create_user('each-ann', 'ann@each.example', 'regress_each_ann');
SELECT user_id FROM gov_create_user('each-lea', 'lea@each.example', 'regress_each_lea');
SELECT role FROM gov_assign_role('each-ann', 'approver');
SELECT token_id > 0 AS token FROM (SELECT gov_create_api_token('each-ann', 'hers', now() + interval '30 days')) AS t, governance.api_tokens;
SELECT gov_create_api_token('each-lea', 'hers', now() + interval '30 days') IS NOT NULL AS token;
SELECT is_active FROM gov_deactivate_user('each-lea', 'leaves');
CREATE FUNCTION answers(changes jsonb = '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(question_id, CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END) || changes
    FROM governance.impact_questions $$;
SELECT metric FROM gov_set_deployment_gate('production', 'accuracy', '>=', 0.8);
SELECT version FROM gov_register_model('each.model', '1.0.0', source_commit => 'abc', training_data_hash => 'sha256:00');
SELECT version FROM gov_register_model('each.model', '2.0.0', source_commit => 'abd', training_data_hash => 'sha256:00');
SELECT owner <> '' AS owned FROM gov_update_model('each.model', owner => 'team');
SELECT metrics FROM gov_record_model_metrics('each.model', '1.0.0', '{"accuracy": 0.9}');
SELECT revision FROM gov_define_sla('model', 'each.model', response_time_p95 => 100, response_time_p99 => 200);
SELECT usecase_id FROM gov_create_usecase('each.use', 'Use', '', 'team', '{each.model}', impact_level => 'high');
SELECT risk_class IS NOT NULL AS assessed FROM gov_assess_impact('each.use', answers('{"transparency.interaction": true, "transparency.synthetic_content": true, "transparency.emotion_or_biometrics": true,
    "transparency.deep_fake": true, "area.employment": true, "public_authority": true}'));
SELECT usecase_id FROM gov_create_usecase('each.relieved', 'Relieved', '', 'team', impact_level => 'high');
SELECT risk_class FROM gov_assess_impact('each.relieved', answers('{"area.essential_services": true, "area.preparatory_only": true}'));
SELECT status FROM gov_submit_usecase('each.relieved');
SELECT status FROM gov_submit_usecase('each.use');
SET ROLE regress_each_ann;
SELECT approval_status FROM gov_approve_model('each.model', '1.0.0');
SELECT approval_status FROM gov_approve_model('each.model', '2.0.0');
SELECT status FROM gov_approve_usecase('each.use');
SELECT status FROM gov_approve_usecase('each.relieved');
SELECT outcome FROM gov_log_event('test', 'try', 'each.model', 'denied');
RESET ROLE;
SELECT environment FROM gov_deploy_model('each.model', '1.0.0', 'staging');
SELECT environment FROM gov_deploy_model('each.model', '1.0.0');
SELECT environment FROM gov_deploy_usecase('each.use');
SELECT environment FROM gov_deploy_usecase('each.relieved');
SELECT id, gov_check_control(id) -> 'findings' AS findings FROM unnest('{eu-ai-act-27.1,eu-ai-act-6.4}'::text[]) AS c(id);
SELECT gov_observe('model', 'each.model', 20);
-- a rollback, and something that is done with
SELECT metrics FROM gov_record_model_metrics('each.model', '2.0.0', '{"accuracy": 0.9}');
SELECT environment FROM gov_deploy_model('each.model', '2.0.0', 'staging');
SELECT environment FROM gov_deploy_model('each.model', '2.0.0');
SELECT version FROM gov_rollback_model('each.model', 'worse');
SELECT version FROM gov_register_model('each.old', '1.0.0');
SELECT status FROM gov_deprecate_model('each.old', '1.0.0');
SELECT approval_status FROM gov_request_model_approval('each.model', '2.0.0');
SET ROLE regress_each_ann;
SELECT approval_status FROM gov_approve_model('each.model', '2.0.0');
RESET ROLE;
-- incidents that were told of in time: the clocks ended a moment ago, and were stopped before
SELECT incident_id AS incident FROM gov_report_incident('security', 'critical', 'leak', '', 'each.old:1.0.0', aware_at => now() - interval '25 days') \gset
SELECT count(*) FROM gov_mark_incident_reportable(:incident, 'eu_ai_act', 'serious_incident', '{DE}');
SELECT count(*) FROM gov_mark_incident_reportable(:incident, 'gdpr', 'personal_data_breach', '{DE}');
SELECT stage FROM gov_record_notification(:incident, 'eu_ai_act', 'complete');
SELECT stage FROM gov_record_notification(:incident, 'gdpr', 'complete');
UPDATE governance.incident_deadlines SET notified_at = due_at - interval '1 hour' WHERE due_at IS NOT NULL;
SELECT status FROM gov_acknowledge_incident(:incident);
SELECT status FROM gov_resolve_incident(:incident, 'closed the hole', 'a hole');
SELECT incident_id AS other FROM gov_report_incident('safety', 'error', 'at a deployer', '', 'each.model') \gset
SELECT count(*) FROM gov_mark_incident_reportable(:other, 'eu_ai_act', 'serious_incident_at_deployer', '{DE}');
SELECT title FROM gov_report_incident('performance', 'info', 'slow', '', 'each.model');
SELECT stage FROM gov_record_notification(:other, 'eu_ai_act', 'provider');
SELECT stage FROM gov_record_notification(:other, 'eu_ai_act', 'authority');
-- a miss whose three days are not over
ALTER TABLE governance.sla_violations DISABLE TRIGGER ALL;
INSERT INTO governance.sla_violations (resource_type, resource_id, violation_type, status, opened_at, closed_at, target_value, actual_value, peak_value, severity, source)
VALUES ('model', 'each.model', 'response_time_p95', 'closed', now() - interval '1 hour', now(), 100, 120, 120, 'warning', 'observation');
ALTER TABLE governance.sla_violations ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate, ENABLE ALWAYS TRIGGER moves;
SELECT gov_run_maintenance() IS NOT NULL AS ran;
SELECT gov_audit_seal() ->> 'tree_size' > '0' AS sealed;
SELECT bool_and(ok) AS verified FROM gov_audit_verify();
SELECT look('.', 'all is well') AS results;
SELECT id, result FROM seen WHERE how = 'all is well' AND result <> 'pass' AND id IN (SELECT id FROM governance.controls WHERE judged <> 'manual') ORDER BY 1;

-- what nobody has said to be serious
SELECT r ->> 'evidence' AS not_judged FROM gov_control_evidence('eu-ai-act-73.2') AS r;
-- one change after the other
SELECT with_change('12\.1$', 'no guard', 'ALTER TABLE governance.models DISABLE TRIGGER guard') AS no_guard,
    with_change('act-(12\.2|17\.1\.m)$', 'nobody knows who', $$UPDATE governance.models SET owner = 'x'; SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE governance.audit_events DISABLE TRIGGER ALL; UPDATE governance.audit_events SET actor = NULL WHERE event_id = (SELECT max(event_id) FROM governance.audit_events WHERE outcome = 'success')$$) AS by_nobody,
    with_change('12\.3$', 'an altered event', unguarded('audit_seal_flags', $$INSERT INTO governance.audit_seal_flags SELECT e.event_id, 0, '\x00', '\x01', clock_timestamp() FROM governance.audit_events AS e LIMIT 1$$)) AS altered,
    with_change('act-(14\.1|17\.1\.m)$', 'approved by the maker', unguarded('approval_history', $$UPDATE governance.approval_history AS h SET reviewer = v.created_by, principals = v.created_principals FROM governance.model_versions AS v WHERE (v.model_id, v.version) = (h.model_id, h.version)$$)) AS by_the_maker,
    with_change('act-(18\.1|19\.1|26\.6)$', 'a short memory', $$SELECT gov_set_policy('audit.retention_days', '183')$$) AS forgets,
    with_change('act-18\.1$', 'ten years from the first day', unguarded('use_cases usecase_deployments', $$SELECT gov_set_policy('audit.retention_days', '3653'); UPDATE governance.use_cases SET created_at = created_at - interval '5 days'$$)) AS ten_years,
    with_change('act-18\.1$', 'placed on the market later', unguarded('usecase_assessments', $$SELECT gov_set_policy('audit.retention_days', '4000'); UPDATE governance.usecase_assessments SET answers = answers || '{"placed_on_market_on": "2199-01-01"}'$$)) AS placed_later,
    with_change('act-18\.1$', 'enough for ten years', $$SELECT gov_set_policy('audit.retention_days', '4000')$$) AS enough,
    with_change('act-26\.5$', 'no service level', unguarded('sla_targets audit_events', $$DELETE FROM governance.audit_events WHERE resource_type = 'sla_target'; DELETE FROM governance.sla_targets$$)) AS no_target,
    with_change('act-5\.1$', 'prohibited since today', $$UPDATE governance.use_cases SET prohibited_from = clock_timestamp()$$) AS prohibited,
    with_change('act-72\.1$|measure-2\.4', 'never measured', unguarded('model_metrics deployment_history', $$DELETE FROM governance.model_metrics; UPDATE governance.deployment_history SET model_id = 'each.old', version = '1.0.0' WHERE ended_at IS NULL$$)) AS unmeasured,
    with_change('act-73\.1$|a\.8\.5', 'told too late', $$UPDATE governance.incident_deadlines SET notified_at = due_at WHERE regime = 'eu_ai_act'$$) AS late,
    with_change('gdpr-33\.1|a\.8\.5', 'a breach told too late', $$UPDATE governance.incident_deadlines SET notified_at = due_at WHERE regime = 'gdpr' AND due_at IS NOT NULL$$) AS late_breach,
    with_change('gdpr-33\.1|a\.8\.5', 'and with reasons', $$UPDATE governance.incident_deadlines SET notified_at = due_at, reasons = 'found out on Sunday' WHERE regime = 'gdpr' AND due_at IS NOT NULL$$) AS with_reasons;
SELECT with_change('act-73\.6$', 'done away with', format($$UPDATE governance.incident_deadlines SET notified_at = clock_timestamp() WHERE incident_id = %s$$, :incident)) AS done_away,
    with_change('act-26\.5\.b$', 'the authority first', format($$UPDATE governance.incident_deadlines SET notified_at = notified_at + interval '1 hour' WHERE incident_id = %s AND stage = 'provider'$$, :other)) AS authority_first,
    with_change('act-26\.5\.b$', 'the provider never', format($$UPDATE governance.incident_deadlines SET notified_at = NULL, marked_at = marked_at - interval '2 days' WHERE incident_id = %s; ALTER TABLE governance.incidents DISABLE TRIGGER ALL; UPDATE governance.incidents SET aware_at = aware_at - interval '2 days'$$, :other)) AS provider_never,
    with_change('act-9\.8$', 'the threshold after the test', $$SELECT gov_set_deployment_gate('production', 'accuracy', '>=', 0.7); SELECT gov_deploy_model('each.model', '2.0.0', 'staging'); SELECT gov_deploy_model('each.model', '2.0.0')$$) AS moved_gate,
    with_change('act-9\.8$', 'no threshold', unguarded('deployment_history', $$UPDATE governance.deployment_history SET gate_results = '[]'$$)) AS no_gate;
-- frameworks
SELECT with_change('a\.3\.2', 'nobody to do it', unguarded('role_permissions', $$DELETE FROM governance.role_permissions WHERE permission = 'incident:manage'$$)) AS nobody,
    with_change('manage-2\.4', 'nobody to stop it', unguarded('role_permissions', $$DELETE FROM governance.role_permissions WHERE permission = 'model:rollback'$$)) AS none_to_stop,
    with_change('manage-2\.4', 'nothing to fall back on', unguarded('model_versions', $$UPDATE governance.model_versions SET approval_status = 'pending' WHERE version = '2.0.0'$$)) AS no_other,
    with_change('a\.4\.2', 'unknown data', unguarded('model_versions', $$UPDATE governance.model_versions SET training_data_hash = ''$$)) AS unknown_data,
    with_change('a\.5\.[23]', 'an assessment that is lost', unguarded('usecase_assessments', 'DELETE FROM governance.usecase_assessments')) AS lost,
    with_change('a\.6\.2\.[45]', 'a gate that was not met', unguarded('deployment_history', $$UPDATE governance.deployment_history SET gate_results = '[{"met": false}]'$$)) AS unmet,
    with_change('a\.6\.2\.5', 'no trial', unguarded('deployment_history', $$DELETE FROM governance.deployment_history WHERE environment = 'staging'$$)) AS no_trial,
    with_change('a\.6\.2\.6', 'nobody looked', unguarded('sla_violations', $$UPDATE governance.sla_violations SET opened_at = opened_at - interval '4 days'$$)) AS nobody_looked,
    with_change('a\.6\.2\.8', 'a trail that is not whole', unguarded('audit_verify_progress', 'UPDATE governance.audit_verify_progress SET failures = 1')) AS not_whole,
    with_change('a\.6\.2\.8', 'no use was seen', unguarded('deployment_history', $$UPDATE governance.deployment_history SET model_id = 'each.old', version = '1.0.0' WHERE ended_at IS NULL$$)) AS unseen,
    with_change('govern-1\.6', 'nobody''s', unguarded('models', $$UPDATE governance.models SET owner = ''$$)) AS nobodys,
    with_change('manage-1\.1', 'never approved', unguarded('usecase_approvals', 'DELETE FROM governance.usecase_approvals')) AS unapproved;
SELECT with_change('manage-4\.1|cc7\.3', 'nobody acknowledged it', unguarded('incidents', $$UPDATE governance.incidents SET reported_at = reported_at - interval '2 days', acknowledged_at = NULL, resolved_at = NULL, status = 'open'$$)) AS unanswered,
    with_change('manage-4\.3', 'without a word', unguarded('incidents', $$UPDATE governance.incidents SET resolution = ''$$)) AS wordless,
    with_change('manage-4\.3', 'resolved, and not told', format($$UPDATE governance.incident_deadlines SET notified_at = NULL WHERE incident_id = %s$$, :incident)) AS untold,
    with_change('a1\.2', 'it was not there', unguarded('sla_violations', $$UPDATE governance.sla_violations SET violation_type = 'availability'$$)) AS unavailable,
    with_change('cc6\.1', 'a token for ever', $$SELECT gov_create_api_token('each-ann', 'for ever')$$) AS for_ever,
    with_change('cc6\.2$', 'given by nobody', $$ALTER TABLE governance.audit_events DISABLE TRIGGER ALL; UPDATE governance.audit_events SET actor = NULL WHERE resource LIKE 'user_role/%'$$) AS by_nobody,
    with_change('cc6\.2\.b', 'her token is in force', unguarded('api_tokens', $$UPDATE governance.api_tokens SET revoked_at = NULL WHERE user_id = 'each-lea'$$)) AS left_behind,
    with_change('cc6\.3', 'both duties', unguarded('user_roles', $$INSERT INTO governance.user_roles (user_id, role) VALUES ('each-ann', 'auditor')$$)) AS both,
    with_change('cc7\.4', 'a target missed', unguarded('sla_violations', format($$INSERT INTO governance.sla_violations (resource_type, resource_id, violation_type, opened_at, target_value, actual_value, peak_value, severity, source, incident_id)
        VALUES ('model', 'each.model', 'incident_response', now(), 15, 20, 20, 'warning', 'incident', %s)$$, :incident))) AS missed,
    with_change('cc7\.4', 'of another kind', unguarded('sla_violations', format($$INSERT INTO governance.sla_violations (resource_type, resource_id, violation_type, opened_at, target_value, actual_value, peak_value, severity, source, incident_id)
        VALUES ('model', 'each.model', 'incident_response', now(), 15, 20, 20, 'warning', 'incident', %s)$$, :other))) AS not_of_security,
    with_change('cc7\.5', 'the cause is unknown', unguarded('incidents', $$UPDATE governance.incidents SET root_cause = ''$$)) AS no_cause,
    with_change('cc8\.1', 'an override', $$SELECT gov_override_policy('model.require_staging', 'false', 'in haste')$$) AS override,
    with_change('cc8\.1', 'deployed by the approver', unguarded('deployment_history', $$UPDATE governance.deployment_history SET deployed_by = 'each-ann', principals = '{each-ann}'$$)) AS by_the_approver;

-- what was not seen: nothing
SELECT c.id, c.judged, string_agg(DISTINCT s.result, ', ') AS seen
FROM governance.controls AS c
LEFT JOIN seen AS s ON s.id = c.id
WHERE c.is_builtin
GROUP BY c.id
HAVING NOT CASE c.judged WHEN 'manual' THEN bool_or(s.result = 'manual' AND s.had_evidence) AND bool_or(s.result = 'manual' AND NOT s.had_evidence) AND NOT bool_or(s.result IN ('pass', 'fail'))
    ELSE bool_or(s.result = 'pass') AND bool_or(s.result = 'fail') END
ORDER BY c.id;
\c :back
DROP DATABASE regress_control_each;
DROP ROLE regress_each_ann, regress_each_lea;
