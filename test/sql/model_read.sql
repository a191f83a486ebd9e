-- Reading the model registry.

CREATE ROLE regress_mread_ana;
CREATE ROLE regress_mread_stranger;
INSERT INTO governance.users (user_id, db_role) VALUES ('mread_ana', 'regress_mread_ana');
-- Everything below is undone at the end: the deployments have fixed times,
-- written by hand while the guards stand aside.
BEGIN;
INSERT INTO governance.roles (role) VALUES ('mread_registrar');
INSERT INTO governance.role_permissions (role, permission) VALUES
    ('mread_registrar', 'model:register'), ('mread_registrar', 'model:deprecate');
INSERT INTO governance.user_roles (user_id, role) VALUES ('mread_ana', 'mread_registrar');
ALTER TABLE governance.model_versions DISABLE TRIGGER guard;
ALTER TABLE governance.approval_history DISABLE TRIGGER guard;
ALTER TABLE governance.deployment_history DISABLE TRIGGER guard;
INSERT INTO governance.models (model_id, description, owner, tags) VALUES
    ('mread_a', 'finds 100% of the fraud', 'team-f', '{mread_fraud,eu}'),
    ('mread_b', 'finds 1000 cats', 'team-c', '{cats}'),
    ('mread_c', 'path c:\new', 'team-f', '{mread_fraud}'),
    ('mread-d', 'counts apples', NULL, '{}');
INSERT INTO governance.model_versions (model_id, version, created_at, created_by, content_digest, status, approval_status)
SELECT m, v, t, 'mread_ana', repeat('0', 64), s, a
FROM (VALUES
    ('mread_a', '1.0', timestamptz '2024-01-01 10:00Z', 'deprecated', 'approved'),
    ('mread_a', '1.1', '2024-02-01 10:00Z', 'deployed_production', 'approved'),
    ('mread_a', '1.10', '2024-03-01 10:00Z', 'deployed_staging', 'approved'),
    ('mread_a', '1.9', '2024-04-01 10:00Z', 'registered', 'rejected'),
    ('mread_b', '1', '2024-01-02 10:00Z', 'registered', 'pending')
) AS v(m, v, t, s, a);
INSERT INTO governance.deployment_history (model_id, deployment_no, version, deployment_id, environment, deployed_at, deployed_by, status, ended_at)
SELECT 'mread_a', id, v, 'mread_' || id, e, t, 'mread_ana', s, u
FROM (VALUES
    ('1.0', 1, 'staging', timestamptz '2024-01-02 00:00Z', 'superseded', timestamptz '2024-02-02 00:00Z'),
    ('1.0', 2, 'production', '2024-01-10 00:00Z', 'superseded', '2024-02-10 00:00Z'),
    ('1.1', 3, 'staging', '2024-02-02 00:00Z', 'undeployed', '2024-02-20 00:00Z'),
    ('1.1', 4, 'production', '2024-02-10 00:00Z', 'active', NULL),
    ('1.10', 5, 'staging', '2024-03-02 00:00Z', 'active', NULL)
) AS d(v, id, e, t, s, u);
INSERT INTO governance.approval_history (model_id, version, approval_no, approval_status, reviewer, comments, content_digest)
SELECT 'mread_a', '1.9', n, s, 'mread_ana', c, repeat('0', 64)
FROM (VALUES (1, 'requires_changes', 'first'), (2, 'pending', 'second'), (3, 'rejected', 'third')) AS h(n, s, c);
INSERT INTO governance.model_aliases (model_id, alias, version) VALUES ('mread_a', 'champion', '1.1');
SET LOCAL ROLE regress_mread_ana;

-- one version
SELECT model_id, version, status FROM gov_model_version('mread_a', '1.1');
SELECT model_id, version, status FROM gov_model_version(model_id => 'mread_a', version => '1.10');
SELECT count(*) AS none FROM gov_model_version('mread_a', '2');
SELECT count(*) AS none FROM gov_model_version('mread_none', '1');
SELECT count(*) AS none FROM gov_model_version(NULL, '1');

-- all versions: newest first, page by page
SELECT version, created_at AT TIME ZONE 'UTC' AS created_at FROM gov_model_versions('mread_a');
SELECT version FROM gov_model_versions('mread_a', limit_rows => 2);
SELECT version FROM gov_model_versions('mread_a', 2, before => '2024-03-01 10:00Z');
SELECT version FROM gov_model_versions('mread_a', NULL, NULL);
SELECT count(*) AS none FROM gov_model_versions('mread_none');
-- the latest is the one registered last, not the highest number
SELECT version, status FROM gov_latest_model('mread_a');
SELECT count(*) AS none FROM gov_latest_model('mread-d');
-- by alias
SELECT version, status FROM gov_model_by_alias('mread_a', 'champion');
SELECT count(*) AS none FROM gov_model_by_alias('mread_a', 'challenger');

-- what is live, and what was
SELECT version FROM gov_deployed_model('mread_a');
SELECT version FROM gov_deployed_model('mread_a', environment => NULL);
SELECT version FROM gov_deployed_model('mread_a', 'staging');
SELECT count(*) AS none FROM gov_deployed_model('mread_b');
SELECT count(*) AS none FROM gov_deployed_model('mread_a', 'moon');
SELECT t AT TIME ZONE 'UTC' AS as_of, e AS environment, v.version, v.status AS status_now
FROM (VALUES
    (timestamptz '2024-01-09 23:59:59.999999Z', 'production'),
    ('2024-01-10 00:00Z', 'production'),
    ('2024-02-09 23:59:59.999999Z', 'production'),
    ('2024-02-10 00:00Z', 'production'),
    ('2026-01-01 00:00Z', 'production'),
    ('2024-02-02 00:00Z', 'staging'),
    ('2024-02-20 00:00Z', 'staging'),
    ('2024-02-25 00:00Z', 'staging')
) AS q(t, e)
LEFT JOIN LATERAL gov_deployed_model('mread_a', q.e, as_of => q.t) AS v ON true
ORDER BY e, t;

-- deployments, newest first
SELECT deployment_id, version, environment, status FROM gov_model_history('mread_a');
SELECT deployment_id FROM gov_model_history('mread_a', '1.1');
SELECT deployment_id FROM gov_model_history('mread_a', limit_rows => 2);
SELECT deployment_id FROM gov_model_history('mread_a', limit_rows => 2, after => (
    SELECT min(deployment_no) FROM gov_model_history('mread_a', limit_rows => 2)));
SELECT count(*) AS none FROM gov_model_history('mread_none');
-- requests and votes, newest first
SELECT approval_status, comments FROM gov_model_approvals('mread_a', '1.9');
SELECT count(*) AS none FROM gov_model_approvals('mread_a', '1.1');

-- models: search takes % _ and \ literally, in any case
SELECT model_id FROM gov_models(search => '100% Of');
SELECT model_id FROM gov_models(search => 'C:\N');
SELECT model_id FROM gov_models(search => 'MREAD_');
SELECT model_id FROM gov_models(search => 'Counts APPLES');
SELECT model_id FROM gov_models(search => 'FINDS', owner => 'team-f');
SELECT model_id FROM gov_models(owner => 'team-f');
SELECT model_id FROM gov_models(tag => 'mread_fraud');
SELECT model_id FROM gov_models(tag => 'mread_frau');
SELECT model_id FROM gov_models(search => 'mread', status => 'registered');
SELECT model_id FROM gov_models(search => 'mread', status => 'deployed_staging');
SELECT model_id FROM gov_models(search => 'mread', status => 'rolled_back');
-- page by page, by model_id
SELECT model_id FROM gov_models('mread', limit_rows => 2);
SELECT model_id FROM gov_models('mread', limit_rows => 2, after => 'mread_a');
SELECT model_id FROM gov_models('mread', limit_rows => 2, after => 'mread_c');

-- what this transaction has just written is there to read
SELECT version FROM gov_register_model('mread_b', '2');
SELECT version FROM gov_latest_model('mread_b');

-- bad values
\set VERBOSITY terse
\set SHOW_CONTEXT never
SAVEPOINT bad;
SELECT * FROM gov_model_versions('mread_a', limit_rows => 0);   -- 22023
ROLLBACK TO bad;
SELECT * FROM gov_models(limit_rows => 10001);   -- 22023
ROLLBACK TO bad;
SELECT * FROM gov_model_history('mread_a', limit_rows => -1);   -- 22023
ROLLBACK TO bad;
SELECT * FROM gov_model_version('no such', '1');   -- 22023
ROLLBACK TO bad;
SELECT * FROM gov_model_approvals('mread_a', '-1');   -- 22023
ROLLBACK TO bad;
SELECT * FROM gov_deployed_model('mread_a', '');   -- 22023
ROLLBACK TO bad;
\set VERBOSITY default
SELECT * FROM gov_models(status => 'deployed');   -- 22023
ROLLBACK TO bad;
-- nobody reads without being an active user
\set VERBOSITY sqlstate
SET LOCAL ROLE regress_mread_stranger;
SAVEPOINT denied;
SELECT * FROM gov_model_version('mread_a', '1.0');   -- 42501
ROLLBACK TO denied;
SELECT * FROM gov_model_versions('mread_a');   -- 42501
ROLLBACK TO denied;
SELECT * FROM gov_latest_model('mread_a');   -- 42501
ROLLBACK TO denied;
SELECT * FROM gov_model_by_alias('mread_a', 'champion');   -- 42501
ROLLBACK TO denied;
SELECT * FROM gov_models();   -- 42501
ROLLBACK TO denied;
SELECT * FROM gov_deployed_model('mread_a');   -- 42501
ROLLBACK TO denied;
SELECT * FROM gov_model_history('mread_a');   -- 42501
ROLLBACK TO denied;
SELECT * FROM gov_model_approvals('mread_a', '1.9');   -- 42501
ROLLBACK TO denied;
SELECT count(*) AS rows_of_the_table FROM governance.model_versions;
\set VERBOSITY default
ROLLBACK;

-- The signatures, as documented.
SELECT p.proname, pg_get_function_arguments(p.oid) AS arguments, pg_get_function_result(p.oid) AS result
FROM pg_proc AS p
WHERE p.proname IN ('gov_register_model', 'gov_update_model', 'gov_record_model_metrics',
    'gov_request_model_approval', 'gov_approve_model', 'gov_reject_model', 'gov_request_model_changes',
    'gov_deprecate_model', 'gov_set_model_alias', 'gov_drop_model_alias', 'gov_model_version',
    'gov_model_versions', 'gov_latest_model', 'gov_model_by_alias', 'gov_models',
    'gov_deployed_model', 'gov_model_history', 'gov_model_approvals')
ORDER BY p.proname COLLATE "C";

UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id = 'mread_ana';
DROP ROLE regress_mread_ana, regress_mread_stranger;
