-- The views for auditors: what they show, and to whom.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;
\set VERBOSITY terse
SET TIME ZONE 'UTC';

-- people: rita registers, ann approves, olaf deploys and handles incidents
CREATE ROLE regress_views_rita;
CREATE ROLE regress_views_ann;
CREATE ROLE regress_views_olaf;
CREATE ROLE regress_views_vera;
CREATE ROLE regress_views_stranger;
INSERT INTO governance.users (user_id, email, db_role) VALUES
    ('views-rita', 'rita@example.com', 'regress_views_rita'), ('views-ann', NULL, 'regress_views_ann'),
    ('views-olaf', NULL, 'regress_views_olaf'), ('views-vera', NULL, 'regress_views_vera');
INSERT INTO governance.roles (role) VALUES ('views-registrars'), ('views-leads');
INSERT INTO governance.role_permissions (role, permission) VALUES
    ('views-registrars', 'model:register'), ('views-registrars', 'usecase:create'), ('views-leads', 'incident:report');
INSERT INTO governance.role_inheritance (role, inherited_role) VALUES ('views-leads', 'views-registrars');
INSERT INTO governance.user_roles (user_id, role, expires_at, reason) VALUES
    ('views-rita', 'views-leads', NULL, 'runs the team'), ('views-ann', 'approver', NULL, ''),
    ('views-olaf', 'operator', '2100-01-01', 'on call'), ('views-olaf', 'views-registrars', '2020-01-01', 'was on loan');

-- every view reads with the rights of who asks, and says what it shows
SELECT c.relname AS "not so" FROM pg_class AS c
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'v'
    AND (NOT c.reloptions @> '{security_invoker=true}' OR obj_description(c.oid, 'pg_class') IS NULL);

-- a story of three versions
SET ROLE regress_views_rita;
SELECT owner FROM gov_register_model('views-risk', '1.0.0', source_commit => 'c0ffee') CROSS JOIN gov_update_model('views-risk', owner => 'rita');
SELECT count(*) FROM gov_register_model('views-risk', '2.0.0');
SELECT count(*) FROM gov_register_model('views-risk', '3.0.0');
SELECT count(*) FROM gov_request_model_approval('views-risk', '1.0.0', 'the first');
SELECT kind, resource, requested_by, votes, required, comments FROM governance.v_open_approvals WHERE resource LIKE 'views-%' ORDER BY resource;
SET ROLE regress_views_ann;
SELECT count(*) FROM gov_approve_model('views-risk', '1.0.0');
SELECT count(*) FROM gov_approve_model('views-risk', '2.0.0');
SET ROLE regress_views_olaf;
SELECT count(*) FROM gov_deploy_model('views-risk', '1.0.0', 'staging');
SELECT count(*) FROM gov_deploy_model('views-risk', '1.0.0', deployment_id => 'views-d1');
SELECT count(*) FROM gov_deploy_model('views-risk', '2.0.0', 'staging');
SELECT count(*) FROM gov_deploy_model('views-risk', '2.0.0', deployment_id => 'views-d2');
SELECT model_id, version, environment, owner, deployed_by, deployment_id, source_commit, approved_by FROM governance.v_production_models WHERE model_id LIKE 'views-%';
SELECT count(*) FROM gov_rollback_model('views-risk', 'worse');
SELECT version, deployed_by, approved_by, source_commit, length(content_digest) AS digest FROM governance.v_production_models WHERE model_id LIKE 'views-%';

-- counts by month may be of two months: add them up; other tests deploy, too
SELECT count(*) > 0 AS rows, bool_and(rolled_back <= deployments) AS fits,
    bool_and(failure_percent = round(100.0 * rolled_back / deployments, 1)) AS percent
FROM governance.v_change_failure_rate;
SELECT sum(deployments) = (SELECT count(*) FROM governance.deployment_history WHERE restores IS NULL) AS all_counted
FROM governance.v_deployment_frequency;
SELECT version, approved_at >= registered_at AS approved, in_production_at >= approved_at AS live, hours_to_production < 1 AS quick
FROM governance.v_lead_time WHERE model_id = 'views-risk' ORDER BY version;

-- use-cases and the rest of what waits
SET ROLE regress_views_rita;
SELECT count(*) FROM gov_create_usecase('views-parking', 'Parking', '', 'rita', '{views-risk}');
SELECT count(*) FROM gov_submit_usecase('views-parking');
SELECT count(*) FROM gov_request_approval('model_deploy_production', '{"model_id": "views-risk", "version": "3.0.0"}', 'soon');
SELECT count(*) FROM gov_request_model_approval('views-risk', '3.0.0');
SELECT kind, resource, requested_by, votes, required, expires_at IS NOT NULL AS expires, comments
FROM governance.v_open_approvals WHERE resource LIKE '%views-%' ORDER BY requested_at;
SELECT usecase_id, owner, status, risk_class, model_ids, environments, deployed_at FROM governance.v_usecase_inventory WHERE usecase_id LIKE 'views-%';

-- incidents: one resolved, one that owes a report long overdue
SET ROLE regress_views_olaf;
SELECT count(*) FROM gov_report_incident('safety', 'critical', 'views-1', '', 'views-risk:2.0.0', 4, aware_at => '2026-01-01 00:00+00');
SELECT count(*) FROM gov_report_incident('other', 'info', 'views-2', '', 'views-risk');
SELECT id.incident_id AS one FROM governance.incidents AS id WHERE title = 'views-1' \gset
SELECT id.incident_id AS two FROM governance.incidents AS id WHERE title = 'views-2' \gset
SELECT count(*) FROM gov_mark_incident_reportable(:one, 'gdpr', 'personal_data_breach');
SELECT count(*) FROM gov_mark_incident_reportable(:two, 'gdpr', 'personal_data_breach');
SELECT count(*) FROM gov_mark_incident_reportable(:two, 'eu_ai_act', 'death');
SELECT count(*) FROM gov_record_notification(:two, 'eu_ai_act', 'complete');
SELECT count(*) FROM gov_resolve_incident(:two, 'done');
SELECT severity, title, resource, status, affected_count, reported_by, age > '0' AS has_age, next_report_due_at
FROM governance.v_unresolved_incidents WHERE title LIKE 'views-%';
SELECT title, regime, kind, stage, due_at, overdue_by > '1 day' AS for_long FROM governance.v_overdue_deadlines WHERE title LIKE 'views-%';
SELECT title, regime, stage, state FROM governance.v_incident_deadlines WHERE title LIKE 'views-%' ORDER BY 1, 2, 3;
SELECT count(*) FROM gov_record_notification(:one, 'gdpr', 'initial');
SELECT title, regime, stage, state FROM governance.v_incident_deadlines WHERE title = 'views-1' ORDER BY 1, 2, 3;
SELECT sum(incidents) = (SELECT count(*) FROM governance.incidents) AS all_counted,
    sum(unresolved) = (SELECT count(*) FROM governance.v_unresolved_incidents) AS unresolved_counted,
    bool_and(mean_hours_to_resolve >= 0) AS no_time_before
FROM governance.v_incident_kpis;
SELECT model_id, owner, versions, latest_version, latest_approval_status, production_version, unresolved_incidents, usecase_ids
FROM governance.v_model_inventory WHERE model_id LIKE 'views-%';

-- service levels
RESET ROLE;
SELECT revision FROM gov_define_sla('model', 'views-risk', 100, 200);
SELECT revision FROM gov_define_sla('model', 'views-risk', 500, 1000);
SELECT gov_observe_many('model', 'views-risk', array_fill(50::float8, ARRAY[100]));
SELECT gov_observe_many('model', 'views-risk', '{600}', '{false}');
SET ROLE regress_views_vera;
SELECT resource_type, resource_id, status, observations, round(p95) AS p95, p95_target, round(error_rate::numeric, 3) AS error_rate, error_rate_target, revision
FROM governance.v_sla_overview WHERE resource_id LIKE 'views-%';
-- the worker may have found it missed by now
SELECT (SELECT count(*) FROM governance.v_open_violations) = (SELECT count(*) FROM governance.sla_violations WHERE status = 'open') AS all_open;

-- access: everybody about themselves, a reader of the trail about all
SET ROLE regress_views_olaf;
SELECT user_id, email, role, permissions, expires_at, is_in_force, reason, last_seen_at IS NOT NULL AS seen
FROM governance.v_access_review WHERE user_id LIKE 'views-%' ORDER BY user_id, role;
SET ROLE regress_views_vera;
SELECT user_id, role, permissions, is_in_force, last_seen_at FROM governance.v_access_review;
-- other than the trail, every active user reads all of it
SELECT (SELECT count(*) FROM governance.v_policy_overrides), (SELECT count(*) FROM governance.v_denied_access),
    (SELECT count(*) > 0 FROM governance.v_production_models) AS models;
SET ROLE regress_views_stranger;
SELECT (SELECT count(*) FROM governance.v_production_models) + (SELECT count(*) FROM governance.v_open_approvals)
    + (SELECT count(*) FROM governance.v_access_review) + (SELECT count(*) FROM governance.v_unresolved_incidents)
    + (SELECT count(*) FROM governance.v_incident_kpis) + (SELECT count(*) FROM governance.v_overdue_deadlines) AS nothing;
RESET ROLE;
BEGIN;
SELECT gov_override_policy('approval.model_rollback', 'false', 'views: fire');
SELECT actor IS NOT NULL AS actor, policy, value, reason, is_break_glass FROM governance.v_policy_overrides WHERE reason = 'views: fire';
ROLLBACK;

-- clean up
SELECT count(*) FROM (SELECT 'views-' || n AS id FROM unnest('{rita,ann,olaf,vera}'::text[]) AS n) AS u, gov_deactivate_user(u.id);
DROP ROLE regress_views_rita, regress_views_ann, regress_views_olaf, regress_views_vera, regress_views_stranger;
