-- What web services show and need.

CREATE ROLE regress_rest_ann;
CREATE ROLE regress_rest_ben;
CREATE ROLE regress_rest_pool;
INSERT INTO governance.roles (role) VALUES ('rest-maker'), ('rest-pool');
INSERT INTO governance.role_permissions (role, permission) VALUES
    ('rest-maker', 'model:register'), ('rest-maker', 'usecase:create'), ('rest-maker', 'sla:record'),
    ('rest-pool', 'actor:impersonate');
INSERT INTO governance.users (user_id, db_role) VALUES
    ('rest-ann', 'regress_rest_ann'), ('rest-ben', 'regress_rest_ben'), ('rest-pool', 'regress_rest_pool'),
    ('rest-op', NULL), ('rest-gone', NULL);
INSERT INTO governance.user_roles (user_id, role) VALUES
    ('rest-ann', 'rest-maker'), ('rest-ben', 'approver'), ('rest-op', 'operator'), ('rest-pool', 'rest-pool');
UPDATE governance.users SET is_active = false WHERE user_id = 'rest-gone';

-- -------------------------------------------------------------------------
-- rows as JSON: times are seconds, whatever the session says
-- -------------------------------------------------------------------------
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'German';
SELECT gov_row_json(t) FROM (VALUES (1, 'a', NULL::text, true, timestamptz '2001-09-09 01:46:40.25Z', '{x,y}'::text[])) AS t(n, s, nothing, b, at, list);
SELECT gov_row_json(t) FROM (SELECT timestamptz '1969-12-31 23:59:59Z' AS before, timestamptz 'infinity' AS never, '\x00ff'::bytea AS bytes, 1.50::numeric AS exact, '{"a": [1]}'::jsonb AS j) AS t;
SELECT gov_row_json(NULL) IS NULL AS nothing;
RESET TimeZone;
RESET DateStyle;

-- -------------------------------------------------------------------------
-- a model version, through its life
-- -------------------------------------------------------------------------
CREATE FUNCTION pg_temp.shown(version text) RETURNS TABLE (key text, value text) LANGUAGE sql
AS $$ SELECT e.key, CASE WHEN e.key LIKE '%\_at' AND e.value <> 'null' OR e.key = 'created_principals' THEN jsonb_typeof(e.value) ELSE e.value::text END
      FROM gov_model_version('rest-risk', version) AS v, jsonb_each(gov_model_version_json(v)) AS e
      WHERE e.key NOT IN ('content_digest', 'deployment_history') ORDER BY e.key COLLATE "C" $$;
SET ROLE regress_rest_ann;
SELECT status FROM gov_register_model('rest-risk', '1.0.0', 'first', hyperparameters => '{"depth": 6}');
SELECT * FROM pg_temp.shown('1.0.0');
SELECT metrics FROM gov_record_model_metrics('rest-risk', '1.0.0', '{"accuracy": 0.9, "auc": 0.7}');
SELECT metrics FROM gov_record_model_metrics('rest-risk', '1.0.0', '{"accuracy": 0.95}');
SET ROLE regress_rest_ben;
SELECT status FROM gov_approve_model('rest-risk', '1.0.0');
SET ROLE regress_rest_pool;
BEGIN;
SELECT gov_set_actor('rest-op');
SELECT status FROM gov_deploy_model('rest-risk', '1.0.0', 'staging', 'rest-stage-1');
SELECT status FROM gov_deploy_model('rest-risk', '1.0.0', 'production', 'rest-live-1');
COMMIT;
SET ROLE regress_rest_ben;
SELECT * FROM pg_temp.shown('1.0.0') WHERE key IN ('metrics', 'approved_by', 'approved_at', 'deployed_by', 'deployed_at', 'deployment_id', 'status');
SELECT d ->> 'deployment_id' AS deployment_id, d ->> 'environment' AS environment, d ->> 'status' AS status
FROM gov_model_version('rest-risk', '1.0.0') AS v, jsonb_array_elements(gov_model_version_json(v) -> 'deployment_history') AS d;
SELECT gov_model_version_json(NULL) ->> 'model_id' IS NULL AS nothing;

-- only the version that is named is rolled back
SET ROLE regress_rest_ann;
SELECT status FROM gov_register_model('rest-risk', '2.0.0');
SET ROLE regress_rest_pool;
BEGIN;
SELECT gov_set_actor('rest-op');
SAVEPOINT s;
\set VERBOSITY default
SELECT gov_rollback_version('rest-risk', '2.0.0', 'no good');   -- 55000
\set VERBOSITY sqlstate
ROLLBACK TO s;
SELECT gov_rollback_version('rest-risk', '9.9.9', 'no good');   -- 42704
ROLLBACK TO s;
SELECT gov_rollback_version('rest-risk', '1.0.0', '');   -- 22023
ROLLBACK TO s;
SELECT gov_rollback_version('rest-risk', '1.0.0', 'no good') IS NULL AS nothing_before;
COMMIT;
SET ROLE regress_rest_ben;
SELECT * FROM pg_temp.shown('1.0.0') WHERE key IN ('status', 'approval_status', 'approved_by', 'deployment_id');
SELECT gov_rollback_version('rest-risk', '1.0.0', 'me too');   -- 42501
SET ROLE regress_rest_ann;

-- -------------------------------------------------------------------------
-- a use-case
-- -------------------------------------------------------------------------
SELECT status FROM gov_create_usecase('rest-claims', 'Claims', '', 'rest-ann', '{rest-risk}');
SELECT metrics FROM gov_record_usecase_metrics('rest-claims', '{"total_queries": 5}');
SELECT metrics FROM gov_record_usecase_metrics('rest-claims', '{"total_queries": 7, "error_rate": 0.5}');
SELECT e.key, e.value FROM gov_usecase('rest-claims') AS u, jsonb_each(gov_usecase_json(u)) AS e
WHERE e.key IN ('metrics', 'approved_by', 'approved_at', 'deployed_at', 'deployed_by', 'deployment_id', 'status', 'model_ids')
ORDER BY e.key COLLATE "C";

-- -------------------------------------------------------------------------
-- held until the end of the transaction
-- -------------------------------------------------------------------------
BEGIN;
SELECT gov_hold_model_version('rest-risk', '1.0.0');
SELECT gov_hold_usecase('rest-claims');
SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'RowShareLock'
    AND relation IN ('governance.models'::regclass, 'governance.model_versions'::regclass, 'governance.use_cases'::regclass);
COMMIT;
SELECT gov_hold_model_version('rest-risk', '9.9.9');   -- 42704
SELECT gov_hold_usecase('rest-nothing');   -- 42704
SET ROLE regress_rest_pool;
SELECT gov_hold_model_version('rest-risk', '1.0.0');   -- 42501
SELECT gov_hold_usecase('rest-claims');   -- 42501
RESET ROLE;

-- -------------------------------------------------------------------------
-- acting for somebody else on the word of a token's user
-- -------------------------------------------------------------------------
SELECT gov_create_api_token('rest-ben', 'test') AS ben \gset
SET ROLE regress_rest_pool;
SELECT gov_create_api_token('rest-pool', 'test') AS pool \gset
BEGIN;
SELECT gov_begin_for(:'pool', 'rest-op');
SELECT w ->> 'user_id' AS user_id, w ->> 'evidence' AS evidence FROM gov_whoami() AS w;
SELECT gov_begin_for(:'pool', 'rest-ben');   -- 55000
COMMIT;
BEGIN;
SELECT gov_begin_for(:'pool', 'rest-pool');
SELECT w ->> 'user_id' AS user_id, w ->> 'evidence' AS evidence FROM gov_whoami() AS w;
COMMIT;
SELECT gov_begin_for(:'ben', NULL);
SELECT gov_begin_for(:'ben', 'rest-op');   -- 42501
SELECT gov_begin_for(:'pool', 'rest-nobody');   -- 42704
SELECT gov_begin_for(:'pool', 'rest-gone');   -- 55000
SELECT gov_begin_for('gov_wrong', 'rest-op');   -- 28000
SELECT gov_begin_for(NULL, 'rest-op');   -- 28000
BEGIN;
SELECT gov_begin_for(:'pool', 'rest-op');
SELECT outcome FROM gov_log_event('rest-probe', 'look', 'rest');
COMMIT;
RESET ROLE;
SELECT event_type, actor, evidence, resource FROM governance.audit_events
WHERE event_type IN ('user.impersonate', 'rest-probe') AND (actor LIKE 'rest-%') ORDER BY event_id;

\set VERBOSITY default
UPDATE governance.users SET is_active = false WHERE user_id LIKE 'rest-%' AND is_active;
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'rest-%';
DROP ROLE regress_rest_ann, regress_rest_ben, regress_rest_pool;
