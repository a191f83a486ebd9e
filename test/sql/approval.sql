-- Approval requests: asking, voting, using up.
\set VERBOSITY terse

CREATE ROLE regress_approval_rosa;      -- registers
CREATE ROLE regress_approval_amir;      -- approves
CREATE ROLE regress_approval_ben;       -- approves
CREATE ROLE regress_approval_olga;      -- deploys
CREATE ROLE regress_approval_nina;      -- nothing but an active user
CREATE ROLE regress_approval_none;      -- no user
SELECT count(*) FROM (
    SELECT gov_create_user(u, NULL, db_role => ('regress_approval_' || u)::name)
    FROM unnest('{rosa,amir,ben,olga,nina}'::text[]) AS u) AS s;
SELECT (gov_create_role('approval_registrar', permissions => '{model:register}')).role;
SELECT count(*) FROM (
    SELECT gov_assign_role(u, r)
    FROM (VALUES ('rosa', 'approval_registrar'), ('amir', 'approver'),
        ('ben', 'approver'), ('olga', 'operator')) AS a(u, r)) AS s;
SELECT (gov_set_policy('model.require_staging', 'false')).value;
SET ROLE regress_approval_rosa;
SELECT (gov_register_model('appr', v)).version FROM unnest('{1.0.0,1.1.0}'::text[]) AS v;
SET ROLE regress_approval_amir;
SELECT (gov_approve_model('appr', v)).status FROM unnest('{1.0.0,1.1.0}'::text[]) AS v;
RESET ROLE;

-- every action is off until it is set
SELECT action, required_role, required_count, timeout_hours, allow_self_approval, requires_sod, enabled
FROM governance.approval_policies ORDER BY action;

-- form of the policy call
SELECT gov_set_approval_policy('model_deploy');             -- 22023, the list in the hint
SELECT gov_set_approval_policy(NULL);                       -- 22023
SELECT gov_set_approval_policy('model_rollback', required_count => 0);      -- 22023
SELECT gov_set_approval_policy('model_rollback', timeout_hours => 0);       -- 22023
SELECT gov_set_approval_policy('model_rollback', required_role => 'nobody'); -- 42704
SET ROLE regress_approval_nina;
SELECT gov_set_approval_policy('model_rollback');           -- 42501
RESET ROLE;

-- on: the guarded call needs a request, and the hint shows how to ask
SELECT (gov_set_approval_policy('model_deploy_production', required_count => 2)).enabled;
SET ROLE regress_approval_olga;
\set VERBOSITY default
SELECT gov_deploy_model('appr', '1.0.0');                   -- MG002
\set VERBOSITY terse
SELECT status FROM gov_model_version('appr', '1.0.0');

-- form of a request
SELECT gov_request_approval('deploy', '{}');                                        -- 22023
SELECT gov_request_approval('model_deploy_production', NULL);                       -- 22023
SELECT gov_request_approval('model_deploy_production', '[]');                       -- 22023
SELECT gov_request_approval('model_deploy_production', '{"model_id": "appr"}');     -- 22023
SELECT gov_request_approval('model_deploy_production', '{"model_id": "appr", "version": 1}');   -- 22023
SELECT gov_request_approval('model_deploy_production', '{"model_id": "a b", "version": "1"}');  -- 22023
SELECT gov_request_approval('permission_grant', '{"role": "operator", "permission": "fly"}');   -- 22023
SELECT gov_request_approval('model_rollback', '{"model_id": "appr"}', timeout_hours => 0);      -- 22023
SET ROLE regress_approval_none;
SELECT gov_request_approval('model_rollback', '{"model_id": "appr"}');              -- 42501
RESET ROLE;

-- a request for one version does not open another
SET ROLE regress_approval_olga;
SELECT request_id AS r1, status, requester_id FROM gov_request_approval('model_deploy_production',
    '{"model_id": "appr", "version": "1.0.0"}', 'please') \gset
SELECT :'status' AS status, :'requester_id' AS requester_id;
SELECT count(*) FROM gov_approval_requests('pending', 'model_deploy_production');
-- it may be for a shorter time than the policy gives, for no longer one
\set VERBOSITY default
SELECT gov_request_approval('model_deploy_production', '{"model_id": "appr", "version": "3"}', timeout_hours => 87600);   -- 22023
SELECT gov_request_approval('model_deploy_production', '{"model_id": "appr", "version": "3"}', timeout_hours => 73);      -- 22023
SELECT expires_at > requested_at + interval '71 hours' AS all_of_it
FROM gov_request_approval('model_deploy_production', '{"model_id": "appr", "version": "3"}', timeout_hours => 72);
SELECT (gov_withdraw_request(request_id)).status FROM gov_approval_requests('pending') WHERE context ->> 'version' = '3';

-- who may decide: the policy's role, and not who asked
SET ROLE regress_approval_nina;
\set VERBOSITY sqlstate
SELECT gov_approve_request(:'r1');                          -- 42501
SELECT gov_reject_request(:'r1', 'no');                     -- 42501
SELECT gov_withdraw_request(:'r1');                         -- 42501
RESET ROLE;
SELECT gov_approve_request(:'r1');                          -- 42501: an admin is no approver
SET ROLE regress_approval_amir;
SELECT gov_approve_request('00000000-0000-0000-0000-000000000000');     -- 42704
SELECT gov_approve_request(NULL);                           -- 22023
SELECT gov_reject_request(:'r1', ' ');                      -- 22023
SELECT request_id AS self FROM gov_request_approval('model_deploy_production',
    '{"model_id": "appr", "version": "1.0.0"}') \gset
SELECT gov_approve_request(:'self');                        -- MG001: the requester
SELECT status FROM gov_withdraw_request(:'self', 'a mistake');
SELECT gov_approve_request(:'self');                        -- MG001 comes before 55000

-- quorum of two: the same person twice counts once
SELECT status FROM gov_approve_request(:'r1', 'fine');
SELECT gov_approve_request(:'r1');                          -- 55000
SET ROLE regress_approval_olga;
SELECT gov_deploy_model('appr', '1.0.0');                   -- MG002: one of two
SET ROLE regress_approval_ben;
SELECT status FROM gov_approve_request(:'r1');
SELECT gov_reject_request(:'r1', 'too late');               -- 55000: approved
SET ROLE regress_approval_olga;
SELECT gov_deploy_model('appr', '1.1.0');                   -- MG002: it is for 1.0.0

-- a rollback gives it back; used, it is consumed
BEGIN;
SELECT status, request_id = :'r1' AS by_request FROM gov_deploy_model('appr', '1.0.0');
SELECT gov_approval_request(:'r1') ->> 'status' AS status;
ROLLBACK;
SELECT gov_approval_request(:'r1') ->> 'status' AS status;
SELECT status, request_id = :'r1' AS by_request FROM gov_deploy_model('appr', '1.0.0');
SELECT gov_approval_request(:'r1') ->> 'status' AS status, gov_approval_request(:'r1') ->> 'consumed_by' AS consumed_by,
    jsonb_path_query_array(gov_approval_request(:'r1'), '$.approvals[*].approver') AS approvers;
SELECT gov_deploy_model('appr', '1.0.0');                   -- MG002: consumed
SELECT gov_withdraw_request(:'r1');                         -- 55000: consumed

-- one rejection rejects
SELECT request_id AS r2 FROM gov_request_approval('model_deploy_production',
    '{"model_id": "appr", "version": "1.1.0"}') \gset
SET ROLE regress_approval_amir;
SELECT status FROM gov_approve_request(:'r2');
SET ROLE regress_approval_ben;
SELECT status FROM gov_reject_request(:'r2', 'not on a Friday');
SET ROLE regress_approval_olga;
SELECT gov_deploy_model('appr', '1.1.0');                   -- MG002

-- past its time it is expired, whether or not anything has marked it
SELECT request_id AS r3 FROM gov_request_approval('model_deploy_production',
    '{"model_id": "appr", "version": "1.1.0"}', timeout_hours => 1) \gset
SET ROLE regress_approval_amir;
SELECT status FROM gov_approve_request(:'r3');
SET ROLE regress_approval_ben;
SELECT status FROM gov_approve_request(:'r3');
RESET ROLE;
BEGIN;  -- one transaction: the worker cannot mark it meanwhile
UPDATE governance.approval_requests SET expires_at = clock_timestamp() - interval '1 second' WHERE request_id = :'r3';
SELECT gov_approval_request(:'r3') ->> 'status' AS status;
SELECT count(*) FROM gov_approval_requests('expired') WHERE request_id = :'r3';
SET LOCAL ROLE regress_approval_olga;
SAVEPOINT s;
SELECT gov_deploy_model('appr', '1.1.0');                   -- MG002: expired
ROLLBACK TO s;
COMMIT;

-- nobody decides on what is decided or past its time; the vote before it stands alone
RESET ROLE;
SELECT request_id AS late FROM gov_request_approval('model_deploy_production',
    '{"model_id": "appr", "version": "1.1.0"}') \gset
SET ROLE regress_approval_amir;
SELECT status FROM gov_approve_request(:'late');
RESET ROLE;
UPDATE governance.approval_requests SET expires_at = clock_timestamp() - interval '1 second' WHERE request_id = :'late';
SET ROLE regress_approval_ben;
SELECT status FROM gov_approve_request(:'r1');               -- 55000: consumed
SELECT status FROM gov_approve_request(:'r2');               -- 55000: rejected
SELECT status FROM gov_reject_request(:'r2', 'again');      -- 55000: rejected
SELECT status FROM gov_approve_request(:'late');            -- 55000: expired
SELECT status FROM gov_reject_request(:'late', 'too late'); -- 55000: expired
SELECT count(*) FROM governance.approvals WHERE request_id = :'late';

-- the duties of the version bind who approves the request (requires_sod)
RESET ROLE;
SELECT (gov_set_approval_policy('model_deploy_production', required_role => 'approval_registrar')).required_count;
SET ROLE regress_approval_olga;
SELECT request_id AS r4 FROM gov_request_approval('model_deploy_production',
    '{"model_id": "appr", "version": "1.1.0"}') \gset
SET ROLE regress_approval_rosa;
SELECT gov_approve_request(:'r4');                          -- MG001: registered it
RESET ROLE;
SELECT (gov_set_approval_policy('model_deploy_production', required_role => 'approval_registrar', requires_sod => false)).requires_sod;
SET ROLE regress_approval_rosa;
SELECT status FROM gov_approve_request(:'r4');

-- turning the policy off strands nothing: the call goes through, the request stays
RESET ROLE;
SELECT (gov_set_approval_policy('model_deploy_production', enabled => false)).enabled;
SET ROLE regress_approval_olga;
SELECT status, request_id FROM gov_deploy_model('appr', '1.1.0');
SELECT gov_approval_request(:'r4') ->> 'status' AS status;
SELECT status FROM gov_request_approval('model_deploy_production', '{"model_id": "appr", "version": "1.0.0"}');    -- with a notice

-- self approval where the policy allows it
RESET ROLE;
SELECT (gov_set_approval_policy('model_rollback', allow_self_approval => true, required_role => 'operator')).allow_self_approval;
SET ROLE regress_approval_olga;
SELECT gov_rollback_model('appr', 'wrong numbers');         -- MG002
SELECT request_id AS r5 FROM gov_request_approval('model_rollback', '{"model_id": "appr"}') \gset
SELECT status FROM gov_approve_request(:'r5');
SELECT version, status FROM gov_rollback_model('appr', 'wrong numbers');

-- the other guarded calls
RESET ROLE;
SELECT (gov_set_approval_policy('permission_grant')).enabled;
SELECT gov_grant_permission('approval_registrar', 'MODEL_DEPLOY');      -- MG002
SELECT (gov_set_approval_policy('permission_grant', enabled => false)).enabled;
SELECT (gov_set_approval_policy('system_config_change')).enabled;
\set VERBOSITY default
SELECT gov_set_policy('sla.keep_raw', 'true');              -- MG002
\set VERBOSITY sqlstate
SELECT gov_set_deployment_gate('production', 'accuracy', '>=', 0.9);    -- MG002
SELECT gov_create_environment('canary', 50);                -- MG002
SELECT gov_set_approval_policy('system_config_change', enabled => false);   -- MG002: itself
SELECT request_id AS r6 FROM gov_request_approval('system_config_change', '{"name": "system_config_change"}') \gset
SET ROLE regress_approval_ben;
SELECT status FROM gov_approve_request(:'r6');
RESET ROLE;
SELECT (gov_set_approval_policy('system_config_change', enabled => false)).enabled;

-- an override, for one transaction, recorded
SELECT (gov_set_approval_policy('model_rollback')).enabled;
SET ROLE regress_approval_olga;
SELECT gov_override_policy('approval.model_rollback', 'false', 'fire');     -- 42501
RESET ROLE;
SELECT gov_override_policy('approval.model_rollback', 'true', 'fire');      -- 22023
SELECT gov_override_policy('approval.fly', 'false', 'fire');                -- 42704
SELECT gov_override_policy('model.require_staging', '3', 'fire');           -- 22023
SELECT gov_override_policy('model.require_staging', 'false', '');           -- 22023
SELECT (gov_create_role('approval_glass', permissions => '{policy:override,model:rollback,model:deploy}')).role;
SELECT (gov_assign_role('nina', 'approval_glass')).role;
SET ROLE regress_approval_nina;
SELECT gov_rollback_model('appr', 'fire');                  -- MG002
BEGIN;
SAVEPOINT s;
SELECT gov_override_policy('approval.model_rollback', 'false', 'fire');
ROLLBACK TO s;
SELECT gov_rollback_model('appr', 'fire');                  -- MG002: undone with its savepoint
ROLLBACK;
BEGIN;
SELECT gov_override_policy('approval.model_rollback', 'false', 'fire');
SELECT version FROM gov_rollback_model('appr', 'fire');
COMMIT;
SELECT gov_rollback_model('appr', 'fire');                  -- 55000: nothing is active now
RESET ROLE;
SELECT event_type, resource, actor, details FROM governance.audit_events
WHERE event_type = 'policy.override' ORDER BY event_id;
SELECT (gov_set_approval_policy('model_rollback', enabled => false)).enabled;

-- what the trail says of a request
SELECT event_type, actor, changes ->> 'status' AS status FROM governance.audit_events
WHERE resource = 'approval_request/' || :'r1' AND outcome = 'success' ORDER BY event_id;

-- pending longer than people should take to answer: told of, once
SELECT value FROM gov_set_policy('approval.response_hours', '2');
SELECT request_id AS slow FROM gov_request_approval('model_rollback', '{"model_id": "appr"}') \gset
SELECT request_id AS quick FROM gov_request_approval('model_rollback', '{"model_id": "appr"}') \gset
BEGIN;  -- as if three hours had gone by
ALTER TABLE governance.approval_requests DISABLE TRIGGER guard;
UPDATE governance.approval_requests SET requested_at = requested_at - interval '3 hours' WHERE request_id = :'slow';
ALTER TABLE governance.approval_requests ENABLE ALWAYS TRIGGER guard;
COMMIT;
SELECT gov_run_maintenance() IS NOT NULL AS ran;
SELECT gov_run_maintenance() IS NOT NULL AS ran;
SELECT r.request_id = :'slow' AS the_slow_one, r.status
FROM governance.approval_requests AS r WHERE r.request_id IN (:'slow', :'quick') AND r.overdue_at IS NOT NULL;
SELECT event_type, outcome FROM governance.audit_events
WHERE resource = 'approval_request/' || :'slow' AND event_type <> 'approval_request.request' AND outcome <> 'denied';
SELECT type, subject = 'approval_request/' || :'slow' AS the_slow_one, data -> 'context' AS context, data ->> 'action' AS action
FROM governance.events
WHERE type = 'governance.approval_overdue' AND subject IN ('approval_request/' || :'slow', 'approval_request/' || :'quick');
SELECT value FROM gov_set_policy('approval.response_hours', '0');
SELECT status FROM gov_withdraw_request(:'slow');
SELECT status FROM gov_withdraw_request(:'quick');

-- readers
SELECT gov_approval_requests('open');                       -- 22023
SELECT gov_approval_request('00000000-0000-0000-0000-000000000000') IS NULL AS none;
SET ROLE regress_approval_none;
SELECT gov_approval_requests();                             -- 42501
SELECT gov_approval_request(:'r1');                         -- 42501
SELECT count(*) FROM governance.approval_requests;
RESET ROLE;

-- suspension: only reads, incidents, revocations and rollbacks go on
SET ROLE regress_approval_nina;
SELECT gov_suspend('drill');                                -- 42501
RESET ROLE;
SELECT gov_suspend('');                                     -- 22023
SELECT request_id AS stale FROM gov_request_approval('model_rollback', '{"model_id": "appr"}') \gset
SELECT gov_resume('nothing to resume');                     -- 55000
SELECT is_suspended, reason, changed_by IS NOT NULL AS changed FROM gov_suspend('drill');
SELECT gov_suspend('again');                                -- 55000
SELECT gov_register_model('appr', '9');                     -- 55000
SELECT gov_set_policy('sla.keep_raw', 'true');              -- 55000
SELECT count(*) FROM gov_model_versions('appr');
SELECT gov_revoke_role('nina', 'approval_glass');
SELECT is_suspended FROM gov_resume('drill over');
-- time goes on: maintenance sweeps what it ends (in one transaction, or the
-- worker might before it is suspended)
BEGIN;
UPDATE governance.approval_requests SET expires_at = now() - interval '1 hour' WHERE request_id = :'stale';
SELECT is_suspended FROM gov_suspend('drill');
SELECT gov_run_maintenance() IS NOT NULL AS ran;
SELECT status FROM governance.approval_requests WHERE request_id = :'stale';
SELECT is_suspended FROM gov_resume('drill over');
COMMIT;
SELECT (gov_register_model('appr', '9')).version;

-- leave as found
SELECT (gov_set_policy('model.require_staging', 'true')).value;
SELECT count(*) FROM (
    SELECT gov_deactivate_user(u) FROM unnest('{rosa,amir,ben,olga,nina}'::text[]) AS u) AS s;
DROP ROLE regress_approval_rosa, regress_approval_amir, regress_approval_ben,
    regress_approval_olga, regress_approval_nina, regress_approval_none;
