-- Rollbacks: which version comes back, what becomes of the one that goes.
\set VERBOSITY terse
CREATE ROLE regress_rollback_ann;
CREATE ROLE regress_rollback_ops;
SELECT user_id FROM gov_create_user('rollback_ann', 'ann@rollback.example', db_role => 'regress_rollback_ann');
SELECT user_id FROM gov_create_user('rollback_ops', 'ops@rollback.example', db_role => 'regress_rollback_ops');
SELECT role FROM gov_assign_role('rollback_ann', 'approver');
SELECT role FROM gov_assign_role('rollback_ops', 'operator');
SELECT environment FROM (VALUES (gov_create_environment('rollback_dev', 1)), (gov_create_environment('rollback_global', 200))) AS v(e), LATERAL (SELECT (v.e).name) AS n(environment);

-- approved versions of a model
CREATE FUNCTION pg_temp.approved(model_id text, VARIADIC versions text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    version text;
BEGIN
    FOREACH version IN ARRAY versions LOOP
        PERFORM gov_register_model(model_id, version);
        PERFORM set_config('role', 'regress_rollback_ann', true);
        PERFORM gov_approve_model(model_id, version);
        PERFORM set_config('role', 'none', true);
    END LOOP;
END
$$;
-- deployed to an environment one after the other
CREATE FUNCTION pg_temp.deployed(model_id text, environment text, VARIADIC versions text[])
RETURNS void LANGUAGE sql AS $$
    SELECT gov_deploy_model($1, v, $2) FROM unnest($3) WITH ORDINALITY AS u(v, n) ORDER BY n;
$$;
-- what was active where, when; numbers count from the model's first row
CREATE FUNCTION pg_temp.history(model_id text)
RETURNS TABLE (no bigint, environment text, version text, status text, restores bigint, reason text, ended_by text)
LANGUAGE sql AS $$
    SELECT h.deployment_no - min(h.deployment_no) OVER () + 1, h.environment, h.version, h.status,
        h.restores - min(h.deployment_no) OVER () + 1, h.reason, h.ended_by
    FROM governance.deployment_history AS h WHERE h.model_id = $1 ORDER BY 1;
$$;
CREATE FUNCTION pg_temp.versions(model_id text)
RETURNS TABLE (version text, status text, approval_status text)
LANGUAGE sql AS $$
    SELECT v.version, v.status, v.approval_status FROM governance.model_versions AS v WHERE v.model_id = $1 ORDER BY 1;
$$;

SELECT pg_temp.approved('rollback_a', 'v0', 'v1', 'v2', 'v3');

-- refusals in order: form, right, existence, state
\set VERBOSITY default
SET ROLE regress_rollback_ann;
SELECT gov_rollback_model('rollback_a', NULL);                          -- 22023
SELECT gov_rollback_model('rollback_a', '  ');                          -- 22023
SELECT gov_rollback_model('rollback_a', 'x', to_version => 'a b');      -- 22023
SELECT gov_rollback_model('no_such_model', 'x');                        -- 42501
SET ROLE regress_rollback_ops;
SELECT gov_rollback_model('no_such_model', 'x');                        -- 42704
SELECT gov_rollback_model('rollback_a', 'x', to_version => 'v9');       -- 42704
SELECT gov_rollback_model('rollback_a', 'x', to_version => 'v1');       -- 55000, nothing active
\set VERBOSITY terse
SELECT gov_rollback_model('rollback_a', 'x', 'nowhere');                -- 42704
SELECT gov_rollback_model('rollback_a', 'x');                           -- 55000

-- v0, v1, v2 to staging: the first two rollbacks go back one each, the third
-- finds nothing before
SELECT pg_temp.deployed('rollback_a', 'staging', 'v0', 'v1', 'v2');
SELECT version, environment, status, deployed_by, ended_at, gate_results,
    regexp_replace(notes, '[0-9a-f]{8}-[0-9a-f-]+', '<id>') AS notes
FROM gov_rollback_model('rollback_a', 'too slow', 'staging') \gx
SELECT * FROM pg_temp.history('rollback_a');
SELECT * FROM pg_temp.versions('rollback_a');
SELECT version, status FROM gov_rollback_model('rollback_a', 'too wrong', 'staging');
SELECT * FROM pg_temp.history('rollback_a');
\set VERBOSITY default
SELECT version, status FROM gov_rollback_model('rollback_a', 'all wrong', 'staging');
SELECT gov_rollback_model('rollback_a', 'once more', 'staging');        -- 55000
\set VERBOSITY terse
SELECT * FROM pg_temp.versions('rollback_a');
-- one row ends when the next begins, and the reasons are in the trail
RESET ROLE;
SELECT bool_and(ended_at = next_at) AS seamless
FROM (SELECT ended_at, lead(deployed_at) OVER (ORDER BY deployment_no) AS next_at
      FROM governance.deployment_history WHERE model_id = 'rollback_a') AS s
WHERE next_at IS NOT NULL;
SELECT e.event_type, e.actor, coalesce(d.version, split_part(e.resource, ':', 2)) AS version,
    e.changes - 'ended_at' AS changes, e.details
FROM governance.audit_events AS e
LEFT JOIN governance.deployment_history AS d ON e.resource = 'deployment/' || d.deployment_id
WHERE (d.model_id = 'rollback_a' OR e.resource LIKE 'model\_version/rollback\_a:%')
    AND e.action IN ('rollback', 'restore')
ORDER BY e.event_id;

-- a version rolled back comes back only by a new request and approval
SET ROLE regress_rollback_ops;
SELECT gov_deploy_model('rollback_a', 'v2', 'staging');                 -- 55000
RESET ROLE;
SELECT status, approval_status FROM gov_request_model_approval('rollback_a', 'v2');
SET ROLE regress_rollback_ann;
SELECT status, approval_status FROM gov_approve_model('rollback_a', 'v2');
SET ROLE regress_rollback_ops;
SELECT version FROM gov_deploy_model('rollback_a', 'v2', 'staging');
-- the one before it, v1, awaits approval itself
SELECT version FROM gov_rollback_model('rollback_a', 'still slow', 'staging');

-- redeployed versions count once: v0, v1, v1 goes back to v0
RESET ROLE;
SELECT pg_temp.approved('rollback_b', 'v0', 'v1', 'v2');
SET ROLE regress_rollback_ops;
SELECT pg_temp.deployed('rollback_b', 'staging', 'v0', 'v1', 'v1');
SELECT version FROM gov_rollback_model('rollback_b', 'x', 'staging');
SELECT * FROM pg_temp.versions('rollback_b');
-- a row that restored one stands where that one stood, also after others
SELECT version FROM gov_deploy_model('rollback_b', 'v2', 'staging');
SELECT version FROM gov_rollback_model('rollback_b', 'x', 'staging');
SELECT * FROM pg_temp.history('rollback_b');
SELECT version FROM gov_rollback_model('rollback_b', 'x', 'staging');

-- a deployment that was rolled back is passed over, even if its version is
-- approved again
RESET ROLE;
SELECT pg_temp.approved('rollback_p', 'v1', 'v2');
SET ROLE regress_rollback_ops;
SELECT pg_temp.deployed('rollback_p', 'staging', 'v1');
SELECT gov_rollback_model('rollback_p', 'x', 'staging') IS NULL AS nothing;
RESET ROLE;
SELECT status FROM gov_request_model_approval('rollback_p', 'v1');
SET ROLE regress_rollback_ann;
SELECT status FROM gov_approve_model('rollback_p', 'v1');
SET ROLE regress_rollback_ops;
SELECT pg_temp.deployed('rollback_p', 'staging', 'v2');
SELECT gov_rollback_model('rollback_p', 'x', 'staging') IS NULL AS nothing;
-- deploying it again is a decision of its own
SELECT pg_temp.deployed('rollback_p', 'staging', 'v1');
SELECT * FROM pg_temp.versions('rollback_p');

-- after an undeployment, what was active last before
RESET ROLE;
SELECT pg_temp.approved('rollback_u', 'v0', 'v1');
SET ROLE regress_rollback_ops;
SELECT version FROM gov_deploy_model('rollback_u', 'v0', 'staging');
SELECT version, status, reason FROM gov_undeploy_model('rollback_u', 'staging');
SELECT version FROM gov_deploy_model('rollback_u', 'v1', 'staging');
SELECT version FROM gov_rollback_model('rollback_u', 'x', 'staging');
SELECT * FROM pg_temp.versions('rollback_u');

-- the version before is deprecated: nothing is active, and the notice says why
RESET ROLE;
SELECT pg_temp.approved('rollback_d', 'v0', 'v1', 'v2');
SET ROLE regress_rollback_ops;
SELECT pg_temp.deployed('rollback_d', 'staging', 'v0', 'v1', 'v2');
RESET ROLE;
SELECT status FROM gov_deprecate_model('rollback_d', 'v1');
SET ROLE regress_rollback_ops;
\set VERBOSITY default
SELECT gov_rollback_model('rollback_d', 'x', 'staging') IS NULL AS nothing;
\set VERBOSITY terse
SELECT * FROM pg_temp.history('rollback_d');
SELECT * FROM pg_temp.versions('rollback_d');

-- the version before was rolled back elsewhere and awaits approval
RESET ROLE;
SELECT pg_temp.approved('rollback_e', 'v0', 'v1');
SET ROLE regress_rollback_ops;
SELECT pg_temp.deployed('rollback_e', 'staging', 'v0', 'v1');
SELECT pg_temp.deployed('rollback_e', 'rollback_dev', 'v0');
SELECT gov_rollback_model('rollback_e', 'x', 'rollback_dev') IS NULL AS nothing;
SELECT gov_rollback_model('rollback_e', 'x', 'staging') IS NULL AS nothing;
SELECT * FROM pg_temp.versions('rollback_e');

-- to_version: another that was active there before
RESET ROLE;
SELECT pg_temp.approved('rollback_t', 'v0', 'v1', 'v2', 'v3');
SET ROLE regress_rollback_ops;
SELECT pg_temp.deployed('rollback_t', 'staging', 'v0', 'v1', 'v2');
SELECT pg_temp.deployed('rollback_t', 'rollback_dev', 'v3');
\set VERBOSITY default
SELECT gov_rollback_model('rollback_t', 'x', 'staging', 'v2');          -- 55000, it is active
SELECT gov_rollback_model('rollback_t', 'x', 'staging', 'v3');          -- 55000, never there
RESET ROLE;
SELECT status FROM gov_deprecate_model('rollback_t', 'v1');
SET ROLE regress_rollback_ops;
SELECT gov_rollback_model('rollback_t', 'x', 'staging', 'v1');          -- 55000, deprecated
\set VERBOSITY terse
SELECT * FROM pg_temp.history('rollback_t');
SELECT version FROM gov_rollback_model('rollback_t', 'x', 'staging', 'v0');
SELECT * FROM pg_temp.history('rollback_t');
SELECT * FROM pg_temp.versions('rollback_t');

-- several environments: rolled back although a lower-ranked one keeps it ...
RESET ROLE;
SELECT pg_temp.approved('rollback_m', 'v0', 'v1');
SET ROLE regress_rollback_ops;
SELECT pg_temp.deployed('rollback_m', 'staging', 'v0', 'v1');
SELECT pg_temp.deployed('rollback_m', 'production', 'v0', 'v1');
SELECT * FROM pg_temp.versions('rollback_m');
SELECT version FROM gov_rollback_model('rollback_m', 'complaints');
SELECT * FROM pg_temp.versions('rollback_m');
-- ... in staging it stays active, and superseding it there does not revive it
SELECT environment, version FROM pg_temp.history('rollback_m') WHERE status = 'active';
-- approved again, it is what its active deployment says
RESET ROLE;
SELECT status, approval_status FROM gov_request_model_approval('rollback_m', 'v1');
SET ROLE regress_rollback_ops;
SELECT gov_deploy_model('rollback_m', 'v1');                            -- 55000
RESET ROLE;
SET ROLE regress_rollback_ann;
SELECT status, approval_status FROM gov_approve_model('rollback_m', 'v1');
SET ROLE regress_rollback_ops;
SELECT version FROM gov_deploy_model('rollback_m', 'v1');
-- ... but not while a higher-ranked one keeps it
SELECT version FROM gov_rollback_model('rollback_m', 'x', 'staging');
SELECT * FROM pg_temp.versions('rollback_m');
SELECT environment, version FROM pg_temp.history('rollback_m') WHERE status = 'active';
-- above production, likewise
SELECT pg_temp.deployed('rollback_m', 'rollback_global', 'v0', 'v1');
SELECT version FROM gov_rollback_model('rollback_m', 'x', 'rollback_global');
SELECT * FROM pg_temp.versions('rollback_m');
RESET ROLE;
SELECT status FROM gov_request_model_approval('rollback_m', 'v1');
SET ROLE regress_rollback_ann;
SELECT status, approval_status FROM gov_approve_model('rollback_m', 'v1');
SET ROLE regress_rollback_ops;

-- a version rolled back above and awaiting a decision, rolled back below too
SELECT version FROM gov_deploy_model('rollback_m', 'v1', 'staging');
SELECT version FROM gov_rollback_model('rollback_m', 'x');
RESET ROLE;
SELECT status FROM gov_request_model_approval('rollback_m', 'v1');
SET ROLE regress_rollback_ops;
SELECT version FROM gov_rollback_model('rollback_m', 'x', 'staging');
SELECT * FROM pg_temp.versions('rollback_m');

-- superseding what was rolled back above leaves it rolled back
RESET ROLE;
SELECT pg_temp.approved('rollback_s', 'v0', 'v1');
SET ROLE regress_rollback_ops;
SELECT pg_temp.deployed('rollback_s', 'staging', 'v0', 'v1');
SELECT pg_temp.deployed('rollback_s', 'production', 'v0', 'v1');
SELECT version FROM gov_rollback_model('rollback_s', 'x');
SELECT version FROM gov_deploy_model('rollback_s', 'v0', 'staging');
SELECT * FROM pg_temp.versions('rollback_s');
-- so does undeploying
SELECT status FROM gov_undeploy_model('rollback_s', 'staging');
SELECT * FROM pg_temp.versions('rollback_s');

-- what was live at each moment of all this: one version, or none
RESET ROLE;
SELECT count(*) AS overlaps
FROM governance.deployment_history AS a
JOIN governance.deployment_history AS b USING (model_id, environment)
WHERE a.model_id LIKE 'rollback\_%' AND a.deployment_no < b.deployment_no
    AND (a.ended_at IS NULL OR a.ended_at > b.deployed_at);
SELECT count(*) AS disagree
FROM (SELECT DISTINCT model_id, environment, deployed_at FROM governance.deployment_history
      WHERE model_id LIKE 'rollback\_%') AS h
CROSS JOIN LATERAL (
    SELECT count(*) FROM gov_deployed_model(h.model_id, h.environment, h.deployed_at)) AS live(versions)
WHERE live.versions <> 1;

-- undone with its transaction, and with an exception block
BEGIN;
SET LOCAL ROLE regress_rollback_ops;
SELECT gov_rollback_model('rollback_u', 'x', 'staging') IS NULL AS nothing;
ROLLBACK;
DO $$
BEGIN
    PERFORM gov_rollback_model('rollback_u', 'x', 'staging');
    RAISE EXCEPTION 'never mind';
EXCEPTION WHEN raise_exception THEN
    NULL;
END
$$;
SELECT environment, version FROM pg_temp.history('rollback_u') WHERE status = 'active';
SELECT * FROM pg_temp.versions('rollback_u');
BEGIN READ ONLY;
SELECT gov_rollback_model('rollback_u', 'x', 'staging');
ROLLBACK;

SELECT count(gov_deactivate_user(u)) FROM unnest('{rollback_ann,rollback_ops}'::text[]) AS u;
DROP ROLE regress_rollback_ann, regress_rollback_ops;
