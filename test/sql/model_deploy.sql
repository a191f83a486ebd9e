-- Deployments: who may, in which order it is judged, gates, environments.
\set VERBOSITY terse
CREATE ROLE regress_deploy_ann;
CREATE ROLE regress_deploy_ops;
CREATE ROLE regress_deploy_both;
CREATE ROLE regress_deploy_guest;
CREATE ROLE regress_deploy_nobody;
CREATE ROLE regress_deploy_pool NOINHERIT;
GRANT regress_deploy_ann, regress_deploy_ops TO regress_deploy_pool;
SELECT user_id FROM gov_create_user('deploy_ann', 'ann@deploy.example', db_role => 'regress_deploy_ann');
SELECT user_id FROM gov_create_user('deploy_ops', 'ops@deploy.example', db_role => 'regress_deploy_ops');
SELECT user_id FROM gov_create_user('deploy_both', 'both@deploy.example', db_role => 'regress_deploy_both');
SELECT user_id FROM gov_create_user('deploy_guest', 'guest@deploy.example', db_role => 'regress_deploy_guest');
SELECT role FROM gov_assign_role('deploy_ann', 'approver');
SELECT role FROM gov_assign_role('deploy_ops', 'operator');
SELECT role FROM gov_assign_role('deploy_both', 'admin');

-- register a version; approve it as somebody
CREATE FUNCTION pg_temp.registered(model_id text, version text)
RETURNS void LANGUAGE sql AS $$
    SELECT gov_register_model($1, $2);
$$;
CREATE FUNCTION pg_temp.approved(model_id text, version text, db_role text = 'regress_deploy_ann')
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gov_register_model(model_id, version);
    PERFORM set_config('role', db_role, true);
    PERFORM gov_approve_model(model_id, version);
    PERFORM set_config('role', 'none', true);
END
$$;
-- gates have numbers that depend on what ran before
CREATE FUNCTION pg_temp.refusal(statement text)
RETURNS TABLE (part text, said text) LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    EXECUTE statement;
    RETURN QUERY VALUES ('state'::text, 'done'::text);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
        detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN QUERY VALUES ('state', state), ('message', message),
        ('detail', regexp_replace(detail, 'Gate \d+', 'Gate N', 'g')), ('hint', hint);
END
$$;

SELECT pg_temp.approved('deploy_a', '1.0.0');

-- form comes first, whoever asks
SET ROLE regress_deploy_nobody;
\set VERBOSITY default
SELECT gov_deploy_model(NULL, '1.0.0');                                             -- 22023
SELECT gov_deploy_model('deploy_a', 'one two');                                     -- 22023
SELECT gov_deploy_model('deploy_a', '1.0.0', 'some where');                         -- 22023
SELECT gov_deploy_model('deploy_a', '1.0.0', deployment_id => '');                  -- 22023
SELECT gov_deploy_model('deploy_a', '1.0.0', deployment_id => E'a\tb');             -- 22023
SELECT gov_deploy_model('deploy_a', '1.0.0', deployment_id => repeat('x', 256));    -- 22023

-- then the actor and the right, before anything is said about what exists
SELECT gov_deploy_model('no_such_model', '1.0.0');          -- 42501
SET ROLE regress_deploy_ann;
SELECT gov_deploy_model('no_such_model', '1.0.0');          -- 42501
-- then existence
SET ROLE regress_deploy_ops;
SELECT gov_deploy_model('no_such_model', '1.0.0');          -- 42704
SELECT gov_deploy_model('deploy_a', '9.9.9');               -- 42704
\set VERBOSITY terse
SELECT gov_deploy_model('deploy_a', '1.0.0', 'nowhere');    -- 42704
SELECT said LIKE 'Environments: %staging%production%' FROM pg_temp.refusal($$SELECT gov_deploy_model('deploy_a', '1.0.0', 'nowhere')$$) WHERE part = 'hint';
\set VERBOSITY default
RESET ROLE;

-- duties before state: who approved it hears of that, not of staging
SELECT pg_temp.approved('deploy_a', '1.1.0', 'regress_deploy_both');
SET ROLE regress_deploy_both;
SELECT gov_deploy_model('deploy_a', '1.1.0');               -- MG001
SET ROLE regress_deploy_ops;
SELECT gov_deploy_model('deploy_a', '1.1.0');               -- 55000
RESET ROLE;

-- state: only what is approved, and the hint names the next step
SELECT pg_temp.registered('deploy_a', '2.0.0');
SET ROLE regress_deploy_ops;
SELECT gov_deploy_model('deploy_a', '2.0.0', 'staging');    -- 55000, pending
SET ROLE regress_deploy_ann;
SELECT approval_status FROM gov_reject_model('deploy_a', '2.0.0', 'biased');
SET ROLE regress_deploy_ops;
SELECT gov_deploy_model('deploy_a', '2.0.0', 'staging');    -- 55000, rejected
RESET ROLE;
SELECT status, approval_status FROM gov_deprecate_model('deploy_a', '1.1.0', 'not needed');
SET ROLE regress_deploy_ops;
SELECT gov_deploy_model('deploy_a', '1.1.0', 'staging');    -- 55000, deprecated

-- nothing of all this left a trace in the registry
RESET ROLE;
SELECT count(*) FROM governance.deployment_history WHERE model_id = 'deploy_a';

-- staging first, then production; each deployment is returned and recorded
SET ROLE regress_deploy_ops;
SELECT model_id, version, environment, status, deployed_by, notes, gate_results, ended_at, ended_by, reason,
    deployment_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' AS is_uuid,
    deployed_at BETWEEN transaction_timestamp() AND clock_timestamp() AS is_now
FROM gov_deploy_model('deploy_a', '1.0.0', 'staging', notes => 'a first look') \gx
SELECT status, approval_status FROM gov_model_version('deploy_a', '1.0.0');
SELECT version, deployment_id, environment FROM gov_deploy_model('deploy_a', '1.0.0', deployment_id => 'release 1/α');
SELECT status, approval_status FROM gov_model_version('deploy_a', '1.0.0');
SELECT gov_deploy_model('deploy_a', '1.0.0', deployment_id => 'release 1/α');       -- 23505
RESET ROLE;
SELECT event_type, actor, coalesce(replace(resource, d.deployment_id, '<id>'), resource) AS resource, e.changes
FROM governance.audit_events AS e
LEFT JOIN governance.deployment_history AS d ON e.resource = 'deployment/' || d.deployment_id
WHERE (d.model_id = 'deploy_a' OR e.resource = 'model_version/deploy_a:1.0.0' AND e.action <> 'register') AND e.outcome <> 'denied'
ORDER BY e.event_id;

-- the next version supersedes it, there alone
SELECT pg_temp.approved('deploy_a', '1.2.0');
SET ROLE regress_deploy_ops;
SELECT version, status FROM gov_deploy_model('deploy_a', '1.2.0', 'staging');
SELECT version, status FROM gov_model_versions('deploy_a') ORDER BY version;
SELECT version, status FROM gov_deploy_model('deploy_a', '1.2.0');
SELECT version, status FROM gov_model_versions('deploy_a') ORDER BY version;
-- redeploying what is active: the old row ends, the version stays what it is
SELECT version, status FROM gov_deploy_model('deploy_a', '1.2.0', notes => 'again');
RESET ROLE;
SELECT environment, version, status, notes, ended_by, reason,
    ended_at = lead(deployed_at) OVER (PARTITION BY environment ORDER BY deployment_no) AS seamless
FROM governance.deployment_history WHERE model_id = 'deploy_a' ORDER BY deployment_no;
SELECT event_type, changes FROM governance.audit_events
WHERE resource = 'model_version/deploy_a:1.2.0' AND outcome <> 'denied' ORDER BY event_id;

-- in one transaction, intervals follow each other too
BEGIN;
SET LOCAL ROLE regress_deploy_ops;
SELECT count(*) FROM generate_series(1, 5), gov_deploy_model('deploy_a', '1.2.0', 'staging');
ROLLBACK;
BEGIN;
SET LOCAL ROLE regress_deploy_ops;
SELECT version FROM gov_deploy_model('deploy_a', '1.0.0', 'staging');
SELECT version FROM gov_deploy_model('deploy_a', '1.2.0', 'staging');
RESET ROLE;
SELECT count(*) FILTER (WHERE ended_at < deployed_at) AS ends_before_it_begins,
    count(*) FILTER (WHERE is_early) AS begins_too_early
FROM (
    SELECT ended_at, deployed_at, deployed_at < lag(ended_at) OVER (ORDER BY deployment_no) AS is_early
    FROM governance.deployment_history WHERE model_id = 'deploy_a' AND environment = 'staging'
) AS s;
ROLLBACK;

-- policy model.require_staging: production without staging
SELECT pg_temp.approved('deploy_b', '1.0.0');
SELECT pg_temp.approved('deploy_b', '1.1.0');
SET ROLE regress_deploy_ops;
SELECT gov_deploy_model('deploy_b', '1.0.0');               -- 55000
RESET ROLE;
SELECT value FROM gov_set_policy('model.require_staging', 'false');
SET ROLE regress_deploy_ops;
SELECT version, environment, status FROM gov_deploy_model('deploy_b', '1.0.0');
SELECT status FROM gov_model_version('deploy_b', '1.0.0');
RESET ROLE;
SELECT value FROM gov_set_policy('model.require_staging', 'true');
-- another model's staging, or another version's, does not count
SET ROLE regress_deploy_ops;
\set VERBOSITY terse
SELECT gov_deploy_model('deploy_b', '1.1.0');               -- 55000

-- custom environments: below production no staging is needed, from its rank up
-- it is, and only that of 'staging' counts
SELECT gov_create_environment('canary', 50);                -- 42501
RESET ROLE;
SELECT * FROM gov_create_environment('deploy_dev', 1, 'for developers');
SELECT * FROM gov_create_environment('deploy_canary', 50);
SELECT * FROM gov_create_environment('deploy_eu', 100);
SELECT * FROM gov_create_environment('deploy_global', 200);
SELECT gov_create_environment('deploy_dev', 2);             -- 23505
SELECT gov_create_environment('deploy dev', 2);             -- 22023
SELECT gov_create_environment('deploy_x', NULL);            -- 22023
SET ROLE regress_deploy_ops;
SELECT version FROM gov_deploy_model('deploy_b', '1.1.0', 'deploy_dev');
SELECT status FROM gov_model_version('deploy_b', '1.1.0');
SELECT version FROM gov_deploy_model('deploy_b', '1.1.0', 'deploy_canary');
SELECT status FROM gov_model_version('deploy_b', '1.1.0');
SELECT gov_deploy_model('deploy_b', '1.1.0', 'deploy_eu');      -- 55000
SELECT gov_deploy_model('deploy_b', '1.1.0', 'deploy_global');  -- 55000
SELECT version FROM gov_deploy_model('deploy_b', '1.1.0', 'staging');
SELECT version FROM gov_deploy_model('deploy_b', '1.1.0', 'deploy_eu');
SELECT status FROM gov_model_version('deploy_b', '1.1.0');
SELECT version FROM gov_deploy_model('deploy_b', '1.1.0', 'deploy_global');
-- the version's status is that of its highest-ranked active environment
SELECT status FROM gov_undeploy_model('deploy_b', 'deploy_global');
SELECT status FROM gov_model_version('deploy_b', '1.1.0');
SELECT status, reason, ended_by FROM gov_undeploy_model('deploy_b', 'deploy_eu', 'too early');
SELECT status FROM gov_model_version('deploy_b', '1.1.0');
SELECT count(gov_undeploy_model('deploy_b', e)) FROM unnest('{deploy_canary,deploy_dev,staging}'::text[]) AS e;
SELECT status FROM gov_model_version('deploy_b', '1.1.0');
-- undeploying: refusals in order
SELECT gov_undeploy_model('deploy_b', 'nowhere');           -- 42704
\set VERBOSITY default
SELECT gov_undeploy_model('deploy_b', NULL);                -- 22023
SELECT gov_undeploy_model('no_such_model', 'staging');      -- 42704
SELECT gov_undeploy_model('deploy_b', 'staging');           -- 55000
SET ROLE regress_deploy_ann;
SELECT gov_undeploy_model('deploy_b', 'production');        -- 42501
RESET ROLE;
SELECT event_type, changes ->> 'status' AS status, changes ->> 'reason' AS reason, details
FROM governance.audit_events AS e
JOIN governance.deployment_history AS d ON e.resource = 'deployment/' || d.deployment_id
WHERE d.environment = 'deploy_eu' AND e.outcome <> 'denied' ORDER BY e.event_id;

-- gates: who may set them, and to what
\set VERBOSITY terse
SET ROLE regress_deploy_ops;
SELECT gov_set_deployment_gate('staging', 'accuracy', '>=', 0.9);                   -- 42501
SELECT gov_drop_deployment_gate(1);                                                 -- 42501
RESET ROLE;
SELECT gov_set_deployment_gate('nowhere', 'accuracy', '>=', 0.9);                   -- 42704
\set VERBOSITY default
SELECT gov_set_deployment_gate('staging', 'accuracy', '>=', 0.9, 'no_such_model');  -- 42704
SELECT gov_set_deployment_gate('staging', 'accuracy', '~', 0.9);                    -- 22023
SELECT gov_set_deployment_gate('staging', '', '>=', 0.9);                           -- 22023
SELECT gov_set_deployment_gate('staging', repeat('m', 129), '>=', 0.9);             -- 22023
SELECT gov_set_deployment_gate('staging', 'accuracy', '>=', 'NaN');                 -- 22023
SELECT gov_set_deployment_gate('staging', 'accuracy', '>=', 'Infinity');            -- 22023
SELECT gov_set_deployment_gate('staging', 'accuracy', '>=', NULL);                  -- 22023
SELECT gov_drop_deployment_gate(NULL);                                              -- 22023

SELECT pg_temp.approved('deploy_g', '1.0.0');
SELECT pg_temp.approved('deploy_g', '1.1.0');
SELECT environment, metric, operator, threshold, model_id
FROM gov_set_deployment_gate('staging', 'accuracy', '>=', 0.80, 'deploy_g');
-- the same gate again: only its threshold changes; the same threshold: nothing
SELECT threshold, gate_id = (SELECT max(gate_id) FROM governance.deployment_gates WHERE model_id = 'deploy_g') AS same
FROM gov_set_deployment_gate('staging', 'accuracy', '>=', 0.90, 'deploy_g');
SELECT threshold FROM gov_set_deployment_gate('staging', 'accuracy', '>=', 0.9, 'deploy_g');
SELECT event_type, changes FROM governance.audit_events
WHERE resource_type = 'deployment_gate' AND new_row ->> 'model_id' = 'deploy_g' ORDER BY event_id;
-- one for every model, one of another model, one of another environment
SELECT model_id FROM gov_set_deployment_gate('staging', 'latency_ms', '<', 100);
SELECT model_id FROM gov_set_deployment_gate('staging', 'recall', '>', 0.5, 'deploy_a');
SELECT environment FROM gov_set_deployment_gate('deploy_dev', 'recall', '>', 0.5, 'deploy_g');

SET ROLE regress_deploy_ops;
-- what was never recorded meets no gate: every failure is listed
SELECT * FROM pg_temp.refusal($$SELECT gov_deploy_model('deploy_g', '1.0.0', 'staging')$$);
SELECT count(*) FROM gov_record_model_metrics('deploy_g', '1.0.0', '{"accuracy": 0.95, "latency_ms": 99.9}');
SELECT count(*) FROM gov_record_model_metrics('deploy_g', '1.0.0', '{"accuracy": 0.85}');
-- the latest value of each name counts: accuracy of the second record,
-- latency of the first
SELECT * FROM pg_temp.refusal($$SELECT gov_deploy_model('deploy_g', '1.0.0', 'staging')$$);
SELECT count(*) FROM gov_record_model_metrics('deploy_g', '1.0.0', '{"accuracy": 0.9}');
SELECT version, g.metric, g.operator, g.threshold, g.value, g.met
FROM gov_deploy_model('deploy_g', '1.0.0', 'staging') AS d,
    jsonb_to_recordset(d.gate_results) AS g(gate_id bigint, metric text, operator text, threshold numeric, value numeric, met boolean);
RESET ROLE;
-- the gates' numbers are in it
SELECT every(g.gate_id IS NOT NULL) FROM governance.deployment_history AS d
JOIN LATERAL jsonb_to_recordset(d.gate_results) AS r(gate_id bigint) ON true
LEFT JOIN governance.deployment_gates AS g USING (gate_id)
WHERE d.model_id = 'deploy_g';
-- another version's metrics do not count; state is judged before gates
SET ROLE regress_deploy_ops;
SELECT part, said FROM pg_temp.refusal($$SELECT gov_deploy_model('deploy_g', '1.1.0', 'staging')$$) WHERE part IN ('state', 'detail');
SELECT part, said FROM pg_temp.refusal($$SELECT gov_deploy_model('deploy_g', '1.1.0')$$) WHERE part IN ('state', 'message');
SELECT count(*) FROM gov_record_model_metrics('deploy_g', '1.1.0', '{"accuracy": 1, "latency_ms": 100}');
SELECT part, said FROM pg_temp.refusal($$SELECT gov_deploy_model('deploy_g', '1.1.0', 'staging')$$) WHERE part IN ('state', 'detail');
RESET ROLE;
-- each operator on its edge, the threshold being 2
CREATE FUNCTION pg_temp.edges(op text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    gate bigint := (gov_set_deployment_gate('deploy_canary', 'edge', op, 2, 'deploy_g')).gate_id;
    result text := '';
BEGIN
    FOR v IN 1..3 LOOP
        PERFORM gov_record_model_metrics('deploy_g', '1.0.0', jsonb_build_object('edge', v));
        result := result || v || ': '
            || (SELECT said FROM pg_temp.refusal($q$SELECT gov_deploy_model('deploy_g', '1.0.0', 'deploy_canary')$q$) LIMIT 1)
            || '  ';
    END LOOP;
    PERFORM gov_drop_deployment_gate(gate);
    RETURN result;
END
$$;
SELECT op, pg_temp.edges(op) FROM unnest('{>=,>,<=,<,=}'::text[]) AS op;

-- dropping
SELECT metric, gov_drop_deployment_gate(gate_id) FROM governance.deployment_gates
WHERE model_id LIKE 'deploy\_%' OR metric = 'latency_ms' ORDER BY gate_id;
\set VERBOSITY terse
SELECT gov_drop_deployment_gate(0);
SET ROLE regress_deploy_ops;
SELECT version, gate_results FROM gov_deploy_model('deploy_g', '1.1.0', 'staging');
RESET ROLE;

-- separation of duties: who approved it since it was last submitted
\set VERBOSITY default
SELECT pg_temp.approved('deploy_s', '1.0.0', 'regress_deploy_both');
SET ROLE regress_deploy_both;
SELECT gov_deploy_model('deploy_s', '1.0.0', 'staging');    -- MG001
RESET ROLE;
SELECT value FROM gov_set_policy('sod.approver_may_deploy', 'true');
SET ROLE regress_deploy_both;
SELECT version FROM gov_deploy_model('deploy_s', '1.0.0', 'staging');
RESET ROLE;
SELECT value FROM gov_set_policy('sod.approver_may_deploy', 'false');
-- approved by one, rolled back, approved by another: the first may deploy it
SET ROLE regress_deploy_ops;
SELECT gov_rollback_model('deploy_s', 'a try', 'staging');
RESET ROLE;
SELECT approval_status FROM gov_request_model_approval('deploy_s', '1.0.0');
SET ROLE regress_deploy_ann;
SELECT status FROM gov_approve_model('deploy_s', '1.0.0');
SET ROLE regress_deploy_both;
SELECT version FROM gov_deploy_model('deploy_s', '1.0.0', 'staging');
RESET ROLE;
-- whoever acts by a right that the approver lends
INSERT INTO governance.user_roles (user_id, role, expires_at, delegated_by)
VALUES ('deploy_guest', 'admin', 'infinity', 'deploy_both');
SELECT pg_temp.approved('deploy_s', '1.1.0', 'regress_deploy_both');
SET ROLE regress_deploy_guest;
SELECT gov_deploy_model('deploy_s', '1.1.0', 'staging');    -- MG001
RESET ROLE;
-- and the lender of what somebody approved with
SELECT pg_temp.approved('deploy_s', '1.2.0', 'regress_deploy_guest');
SET ROLE regress_deploy_both;
SELECT gov_deploy_model('deploy_s', '1.2.0', 'staging');    -- MG001
-- one login that may become two users counts once
RESET ROLE;
SELECT count(*) FROM gov_register_model('deploy_s', '1.3.0');
SET SESSION AUTHORIZATION regress_deploy_pool;
SET ROLE regress_deploy_ann;
SELECT status FROM gov_approve_model('deploy_s', '1.3.0');
SET ROLE regress_deploy_ops;
SELECT gov_deploy_model('deploy_s', '1.3.0', 'staging');    -- MG001
RESET SESSION AUTHORIZATION;
SET ROLE regress_deploy_ops;
SELECT version FROM gov_deploy_model('deploy_s', '1.3.0', 'staging');
RESET ROLE;

-- whoever writes: one active deployment per model and environment, and no
-- deployment begins or ends but by these functions
\set VERBOSITY terse
INSERT INTO governance.deployment_history (model_id, version, deployment_id, environment, deployed_by)
VALUES ('deploy_s', '1.0.0', 'by hand', 'staging', 'deploy_ops');       -- 23505
INSERT INTO governance.deployment_history (model_id, version, deployment_id, environment, deployed_by)
VALUES ('deploy_s', '1.0.0', 'by hand', 'production', 'deploy_ops');    -- 55000
\set VERBOSITY sqlstate
UPDATE governance.deployment_history SET status = 'undeployed', ended_at = now()
WHERE model_id = 'deploy_s' AND status = 'active';                      -- 55000
UPDATE governance.deployment_history SET version = '1.1.0'
WHERE model_id = 'deploy_s' AND status = 'active';                      -- 55000
UPDATE governance.model_versions SET status = 'deployed_production'
WHERE model_id = 'deploy_s' AND version = '1.1.0';                      -- 55000
DELETE FROM governance.deployment_history WHERE model_id = 'deploy_s';  -- 55000
SET ROLE regress_deploy_ops;
INSERT INTO governance.deployment_history (model_id, version, deployment_id, environment, deployed_by)
VALUES ('deploy_s', '1.0.0', 'by hand', 'production', 'deploy_ops');    -- 42501
RESET ROLE;

-- a read-only transaction is told so
BEGIN READ ONLY;
SELECT gov_deploy_model('deploy_s', '1.3.0', 'staging');
ROLLBACK;
BEGIN READ ONLY;
SELECT gov_undeploy_model('deploy_s', 'staging');
ROLLBACK;

-- names, and the defaults of the contract
SELECT version, environment FROM gov_deploy_model(model_id => 'deploy_s', version => '1.3.0', environment => NULL,
    deployment_id => NULL, notes => NULL);

-- everywhere: status and active deployments tell the same
SELECT count(*) AS disagree
FROM governance.model_versions AS v
LEFT JOIN LATERAL (
    SELECT CASE WHEN max(e.rank) >= 100 THEN 'deployed_production' WHEN max(e.rank) < 100 THEN 'deployed_staging' ELSE 'approved' END
    FROM governance.deployment_history AS d JOIN governance.environments AS e ON e.name = d.environment
    WHERE d.model_id = v.model_id AND d.version = v.version AND d.status = 'active'
) AS s(status) ON true
WHERE v.model_id LIKE 'deploy\_%' AND v.status IN ('approved', 'deployed_staging', 'deployed_production')
    AND v.status <> s.status;

DELETE FROM governance.user_roles WHERE user_id = 'deploy_guest';
SELECT count(gov_deactivate_user(u)) FROM unnest('{deploy_ann,deploy_ops,deploy_both,deploy_guest}'::text[]) AS u;
DROP ROLE regress_deploy_ann, regress_deploy_ops, regress_deploy_both, regress_deploy_guest,
    regress_deploy_nobody, regress_deploy_pool;
