-- Compliance reports: what is in them, that the same period gives the same
-- report, who may make one.
\set VERBOSITY default
-- the same on any day: whether a law applies yet is shown in control_law
UPDATE governance.controls SET applies_from = NULL, effective_from = NULL;
CREATE ROLE regress_report_maker;
CREATE ROLE regress_report_ops;
CREATE ROLE regress_report_approver;
CREATE ROLE regress_report_auditor;
SELECT role FROM gov_create_role('report_maker', '', '{model:register}');
SELECT user_id FROM gov_create_user('report_maker', 'maker@report.example', db_role => 'regress_report_maker');
SELECT user_id FROM gov_create_user('report_ops', 'ops@report.example', db_role => 'regress_report_ops');
SELECT user_id FROM gov_create_user('report_approver', 'approver@report.example', db_role => 'regress_report_approver');
SELECT user_id FROM gov_create_user('report_auditor', 'auditor@report.example', db_role => 'regress_report_auditor');
SELECT role FROM gov_assign_role('report_maker', 'report_maker');
SELECT role FROM gov_assign_role('report_ops', 'operator');
SELECT role FROM gov_assign_role('report_approver', 'approver');
SELECT role FROM gov_assign_role('report_auditor', 'auditor');

-- attempts that other tests were denied a moment ago are in the trail from here on
SELECT gov_run_maintenance() IS NOT NULL AS written;

-- something to report on
SELECT clock_timestamp() AS began \gset
SET ROLE regress_report_maker;
SELECT status FROM gov_register_model('report.risk', '1.0.0', source_commit => 'abc', training_data_hash => 'sha256:00');
SELECT status FROM gov_register_model('report.risk', '2.0.0');
SET ROLE regress_report_approver;
SELECT approval_status FROM gov_approve_model('report.risk', '1.0.0', 'fine');
SELECT approval_status FROM gov_reject_model('report.risk', '2.0.0', 'no data sheet');
SET ROLE regress_report_ops;
SELECT metrics FROM gov_record_model_metrics('report.risk', '1.0.0', '{"accuracy": 0.9}');
SELECT status FROM gov_deploy_model('report.risk', '1.0.0', 'staging');
SELECT status FROM gov_deploy_model('report.risk', '1.0.0');
SELECT status FROM gov_report_incident('safety', 'critical', 'Wrong class', '', 'report.risk');
SELECT status FROM gov_report_incident('security', 'error', 'Leaked key', '', 'report.risk');
SELECT status FROM gov_report_incident('performance', 'warning', 'Slow', '', 'report.risk');
SELECT (gov_resolve_incident(max(incident_id), 'more memory')).status FROM governance.incidents;
SELECT outcome FROM gov_log_event('test', 'try', 'report.risk', 'denied');
RESET ROLE;
SELECT revision FROM gov_define_sla('model', 'report.risk', response_time_p95 => 100, response_time_p99 => 200);
SET ROLE regress_report_ops;
SELECT gov_observe_many('model', 'report.risk', ARRAY[50, 50, 50, 300], ARRAY[true, true, true, false]);

-- -------------------------------------------------------------------------
-- what is in a report
-- -------------------------------------------------------------------------
SET ROLE regress_report_auditor;
CREATE TEMP TABLE made (name text PRIMARY KEY, report jsonb);
-- in one snapshot, whatever the worker writes meanwhile
BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO made SELECT 'first', gov_compliance_report();
SELECT array_agg(k ORDER BY k COLLATE "C") AS keys FROM made, jsonb_object_keys(report) AS k WHERE name = 'first';
SELECT section, array_agg(k ORDER BY k COLLATE "C") AS keys
FROM made, unnest('{period,summary,incidents,sla,deployments,approvals,access,audit}'::text[]) AS section,
    jsonb_object_keys(report -> section) AS k
WHERE name = 'first' GROUP BY section ORDER BY section;
SELECT DISTINCT array_agg(k ORDER BY k COLLATE "C") AS keys_of_a_control
FROM made, jsonb_array_elements(report -> 'controls') AS c, jsonb_object_keys(c - 'error') AS k
WHERE name = 'first' GROUP BY c ->> 'id';

-- the figures are those of the tables
SELECT report ->> 'report_type' AS type, report -> 'framework' AS framework, report ->> 'generated_by' AS by,
    report #> '{period,days}' AS days,
    (report #>> '{period,end}')::numeric - (report #>> '{period,start}')::numeric = 30 * 86400 AS thirty_days,
    (report #>> '{summary,total_incidents}')::int = (SELECT count(*) FROM governance.incidents) AS incidents,
    (report #>> '{summary,critical_incidents}')::int = (SELECT count(*) FROM governance.incidents WHERE severity = 'critical') AS critical,
    (report #>> '{summary,violations,safety}')::int = (SELECT count(*) FROM governance.incidents WHERE category = 'safety') AS safety,
    (report #>> '{summary,violations,security}')::int = (SELECT count(*) FROM governance.incidents WHERE category = 'security') AS security,
    (report #>> '{summary,violations,performance}')::int = (SELECT count(*) FROM governance.incidents WHERE category = 'performance') AS performance,
    (report #>> '{summary,policy_violations}')::int = (SELECT count(*) FROM governance.audit_events WHERE outcome = 'denied') AS refused,
    (report #>> '{summary,audit_events}')::int = (SELECT count(*) FROM governance.audit_events
        WHERE extract(epoch FROM occurred_at) < (report #>> '{period,end}')::numeric) AS events,
    (report #>> '{summary,average_resolution_hours}')::numeric = (SELECT round(avg(extract(epoch FROM resolved_at - reported_at)) / 3600, 2)
        FROM governance.incidents) AS resolution,
    (report #>> '{summary,deployments}')::int = (SELECT count(*) FROM governance.deployment_history) AS deployments
FROM made WHERE name = 'first';
SELECT i ->> 'category' AS category, i ->> 'severity' AS severity, i ->> 'title' AS title, i ->> 'resource' AS resource,
    (i ->> 'id')::bigint > 0 AS has_id
FROM made, jsonb_array_elements(report -> 'unresolved_incidents') AS i
WHERE name = 'first' AND i ->> 'resource' = 'report.risk' ORDER BY title;
SELECT d ->> 'environment' AS environment, d ->> 'version' AS version, d ->> 'status' AS status, d ->> 'deployed_by' AS by
FROM made, jsonb_array_elements(report #> '{deployments,history}') AS d
WHERE name = 'first' AND d ->> 'model_id' = 'report.risk' ORDER BY 1;
SELECT d ->> 'kind' AS kind, d ->> 'resource' AS resource, d ->> 'decision' AS decision, d ->> 'by' AS by, d ->> 'comments' AS comments
FROM made, jsonb_array_elements(report #> '{approvals,decisions}') AS d
WHERE name = 'first' AND d ->> 'resource' LIKE 'report.risk%' ORDER BY 2;
SELECT u ->> 'user_id' AS user_id, u ->> 'is_active' AS active, u -> 'roles' AS roles
FROM made, jsonb_array_elements(report #> '{access,users}') AS u
WHERE name = 'first' AND u ->> 'user_id' LIKE 'report\_%' ORDER BY 1;
SELECT jsonb_array_length(report #> '{incidents,trend}') AS days,
    (SELECT sum((t ->> 'total')::int) FROM jsonb_array_elements(report #> '{incidents,trend}') AS t)
        = (report #>> '{summary,total_incidents}')::int AS all_there,
    (SELECT sum((t ->> 'events')::int) FROM jsonb_array_elements(report #> '{audit,trend}') AS t)
        = (report #>> '{summary,audit_events}')::int AS all_events_there
FROM made WHERE name = 'first';

SELECT s ->> 'status' AS status, s -> 'count' AS count, s -> 'failed' AS failed, s -> 'over_p95_target' AS over_p95, s -> 'availability_percent' AS availability,
    s #> '{target,response_time_p95}' AS p95_target, round((s ->> 'p95')::numeric) BETWEEN 297 AND 303 AS p95, jsonb_array_length(s -> 'series') AS steps,
    (SELECT sum((x ->> 'count')::int) FROM jsonb_array_elements(s -> 'series') AS x) AS in_steps
FROM made, jsonb_array_elements(report #> '{sla,resources}') AS s
WHERE name = 'first' AND s ->> 'resource_id' = 'report.risk';

-- the controls
SELECT (SELECT count(*) FROM jsonb_array_elements(report -> 'controls')) = (SELECT count(*) FROM governance.controls) AS all_controls,
    (SELECT bool_and(c ->> 'result' IN ('pass', 'fail', 'manual')) FROM jsonb_array_elements(report -> 'controls') AS c) AS in_words,
    (SELECT sum(n::int) FROM jsonb_each_text(report #> '{summary,controls}') AS s(w, n)) = (SELECT count(*) FROM governance.controls) AS counted
FROM made WHERE name = 'first';
SELECT c ->> 'id' AS id, c ->> 'result' AS result, f AS finding
FROM made, jsonb_array_elements(report -> 'controls') AS c, jsonb_array_elements_text(c -> 'findings') AS f
WHERE name = 'first' AND f LIKE '%report.risk%' ORDER BY 1, 3;
SELECT gov_compliance_report(framework => 'GDPR') #> '{controls,0,id}' AS only_this_framework,
    (gov_compliance_report(1, 'daily', 'SOC 2') #>> '{summary,controls,pass}')::int >= 0 AS counted;

-- one line of it, run again
SELECT c ->> 'query' AS query FROM made, jsonb_array_elements(report -> 'controls') AS c
WHERE name = 'first' AND c ->> 'id' = 'gdpr-33.5' \gset
RESET ROLE;
SELECT count(*) = (SELECT (c ->> 'evidence_count')::int FROM pg_temp.made, jsonb_array_elements(report -> 'controls') AS c
    WHERE name = 'first' AND c ->> 'id' = 'gdpr-33.5') AS as_reported
FROM (:query) AS q;
COMMIT;

-- -------------------------------------------------------------------------
-- kept, with a digest
-- -------------------------------------------------------------------------
SET ROLE regress_report_auditor;
SELECT r.report = m.report AS as_returned, r.digest = m.report ->> 'digest' AS digest,
    r.digest = encode(sha256(convert_to((r.report - '{report_id,generated_at,generated_by,digest}'::text[])::text, 'UTF8')), 'hex') AS recomputed,
    r.report_type, r.generated_by, extract(epoch FROM r.period_end) = (m.report #>> '{period,end}')::numeric AS ends
FROM governance.compliance_reports AS r JOIN made AS m ON (m.report ->> 'report_id')::bigint = r.report_id;
SELECT e.event_type, e.actor, e.new_row ->> 'digest' = m.report ->> 'digest' AS digest, e.new_row ? 'report' AS whole_report
FROM made AS m JOIN gov_audit_trail(resource => 'compliance_report/' || (m.report ->> 'report_id')) AS e ON true;
RESET ROLE;
UPDATE governance.compliance_reports SET digest = repeat('0', 64);   -- 55000
DELETE FROM governance.compliance_reports;                           -- 55000

-- -------------------------------------------------------------------------
-- the same period again, after much has changed
-- -------------------------------------------------------------------------
SET ROLE regress_report_ops;
SELECT count(gov_resolve_incident(incident_id, 'later')) FROM gov_incidents(resource => 'report.risk');
SELECT status FROM gov_report_incident('safety', 'critical', 'Another', '', 'report.risk');
RESET ROLE;
SELECT revision FROM gov_define_sla('model', 'report.risk', response_time_p95 => 50);
SELECT revision FROM gov_define_sla('usecase', 'report.later');
SET ROLE regress_report_ops;
SELECT status FROM gov_undeploy_model('report.risk', 'production', 'enough');
RESET ROLE;
SELECT gov_revoke_role('report_maker', 'report_maker');
SELECT is_active FROM gov_deactivate_user('report_maker');
SELECT expires_at IS NOT NULL FROM gov_assign_role('report_approver', 'approver', expires_at => now() + interval '1 day');
SET ROLE regress_report_auditor;
INSERT INTO made
SELECT 'again', gov_compliance_report(until => r.period_end)
FROM made AS m JOIN governance.compliance_reports AS r ON r.report_id = (m.report ->> 'report_id')::bigint
WHERE m.name = 'first';
SELECT a.report ->> 'report_id' <> f.report ->> 'report_id' AS another_report, a.report ->> 'digest' = f.report ->> 'digest' AS same_digest
FROM made AS f, made AS a WHERE f.name = 'first' AND a.name = 'again';
-- where they differ, if they do
SELECT k AS section FROM made AS f, made AS a, jsonb_object_keys(f.report) AS k
WHERE f.name = 'first' AND a.name = 'again' AND f.report -> k IS DISTINCT FROM a.report -> k
    AND k NOT IN ('report_id', 'generated_at', 'generated_by', 'digest') ORDER BY 1;
-- today's tells of the changes
INSERT INTO made SELECT 'now', gov_compliance_report();
SELECT u ->> 'user_id' AS user_id, u ->> 'is_active' AS active, u -> 'roles' = '[]' AS no_roles, u #> '{roles,0,expires_at}' <> 'null' AS expires
FROM made, jsonb_array_elements(report #> '{access,users}') AS u
WHERE name = 'now' AND u ->> 'user_id' LIKE 'report\_%' ORDER BY 1;
SELECT d ->> 'environment' AS environment, d ->> 'status' AS status, d ->> 'reason' AS reason
FROM made, jsonb_array_elements(report #> '{deployments,history}') AS d
WHERE name = 'now' AND d ->> 'model_id' = 'report.risk' ORDER BY 1;
SELECT i ->> 'title' AS title FROM made, jsonb_array_elements(report -> 'unresolved_incidents') AS i
WHERE name = 'now' AND i ->> 'resource' = 'report.risk';

-- a period before anything happened
SELECT report #> '{summary,total_incidents}' AS incidents, report #> '{summary,audit_events}' AS events,
    report #> '{summary,average_resolution_hours}' AS resolution, report #>> '{audit,root}' AS root
FROM gov_compliance_report(7, until => '2020-02-03 04:05:06+00') AS report;

-- what this transaction did belongs to a report that it makes
RESET ROLE;
BEGIN;
SELECT gov_compliance_report() #>> '{summary,total_incidents}' AS before \gset
SELECT status FROM gov_report_incident('other', 'info', 'In this transaction', '', 'report.risk');
SELECT (gov_compliance_report() #>> '{summary,total_incidents}')::int - :before AS counted;
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT status FROM gov_report_incident('other', 'info', 'In this transaction', '', 'report.risk');
SELECT (gov_compliance_report() #>> '{summary,total_incidents}')::int - :before AS counted;
ROLLBACK;

-- -------------------------------------------------------------------------
-- wrong words, and who may not
-- -------------------------------------------------------------------------
SET ROLE regress_report_auditor;
SELECT gov_compliance_report(0);                                 -- 22023
SELECT gov_compliance_report(-30);                               -- 22023
SELECT gov_compliance_report(3651);                              -- 22023
SELECT gov_compliance_report(report_type => 'two words');        -- 22023
SELECT gov_compliance_report(framework => 'GDPR 2');             -- 22023
SELECT gov_compliance_report(until => '2300-01-01');             -- 22023
SELECT gov_compliance_report(until => '1970-01-02 00:00+00');    -- 22023
SELECT gov_compliance_report(NULL, NULL, NULL, NULL) #> '{period,days}' AS defaults;
SET ROLE regress_report_ops;
SELECT gov_compliance_report();                                  -- 42501
SELECT gov_compliance_report_markdown(1);                        -- 42501
SELECT gov_compliance_report_html(1);                            -- 42501
SELECT gov_compliance_report_oscal(1);                           -- 42501
SELECT gov_compliance_report_poam(1);                            -- 42501
SET ROLE regress_report_auditor;
SELECT gov_compliance_report_markdown(-1);                       -- 42704
SELECT gov_compliance_report_html(NULL);                         -- 22023
BEGIN READ ONLY;
SELECT gov_compliance_report();                                  -- 25006
ROLLBACK;

-- while operation is suspended, reports are made
RESET ROLE;
SELECT is_suspended FROM gov_suspend('a look at things');
SET ROLE regress_report_auditor;
SELECT gov_compliance_report(1) #> '{period,days}' AS days;
RESET ROLE;
SELECT is_suspended FROM gov_resume('done');

DROP TABLE made;
SELECT status FROM gov_undeploy_model('report.risk', 'staging');
SELECT count(gov_resolve_incident(incident_id, 'end of the test')) FROM gov_incidents(resource => 'report.risk');
SELECT user_id, (gov_deactivate_user(user_id)).is_active FROM governance.users WHERE user_id LIKE 'report\_%' AND is_active ORDER BY user_id;
SELECT gov_drop_role('report_maker');
DROP ROLE regress_report_maker, regress_report_ops, regress_report_approver, regress_report_auditor;
