-- Registering, deciding on, naming and retiring model versions.

-- People: reg and lib register; ann, bob and cyn decide; ops deploys; eve does
-- both; nia is nobody special.  Set up by the superuser.
CREATE ROLE regress_model_reg;
CREATE ROLE regress_model_lib;
CREATE ROLE regress_model_ann;
CREATE ROLE regress_model_bob;
CREATE ROLE regress_model_cyn;
CREATE ROLE regress_model_ops;
CREATE ROLE regress_model_eve;
CREATE ROLE regress_model_nia;
CREATE ROLE regress_model_pool;
CREATE ROLE regress_model_stranger;
INSERT INTO governance.users (user_id, db_role)
SELECT 'model_' || p, 'regress_model_' || p
FROM unnest('{reg,lib,ann,bob,cyn,ops,eve,nia}'::text[]) AS p;
INSERT INTO governance.roles (role) VALUES ('model_registrar'), ('model_both');
INSERT INTO governance.role_permissions (role, permission) VALUES
    ('model_registrar', 'model:register'), ('model_registrar', 'model:deprecate'),
    ('model_both', 'model:register'), ('model_both', 'model:approve');
INSERT INTO governance.user_roles (user_id, role) VALUES
    ('model_reg', 'model_registrar'), ('model_lib', 'model_registrar'),
    ('model_ann', 'approver'), ('model_bob', 'approver'), ('model_cyn', 'approver'),
    ('model_ops', 'operator'), ('model_eve', 'model_both');

-- --- registering -----------------------------------------------------------

SET ROLE regress_model_reg;
SELECT model_id, version, created_by, description, source_commit, training_data_hash,
    hyperparameters, model_path, model_size_bytes, artifacts, metadata, status, approval_status
FROM gov_register_model('model_risk', '1.0.0', 'credit risk',
    source_commit => 'a1b2c3', training_data_hash => 'sha256:77aa',
    hyperparameters => '{"depth": 8, "rate": 0.10}', model_path => 's3://models/risk/1.0.0',
    model_size_bytes => 1048576, artifacts => '["model.onnx", "card.md"]',
    metadata => '{"team": "lending"}');
-- the model came with its first version
SELECT model_id, description, owner, tags, created_by FROM governance.models WHERE model_id = 'model_risk';
-- a later version doesn't describe it anew; defaults, and NULL for each of them
SELECT description, source_commit, hyperparameters, model_path, model_size_bytes, artifacts, metadata
FROM gov_register_model('model_risk', '1.1.0+build.7', 'second', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT description, owner FROM governance.models WHERE model_id = 'model_risk';
-- what a version is made of is what its digest is of
SELECT v.version,
    v.content_digest = encode(sha256(convert_to('governance model content 1' || E'\n' || (
        SELECT string_agg(coalesce(octet_length(f.text) || ':' || f.text, '-') || ',', '' ORDER BY f.n)
        FROM unnest(ARRAY[v.source_commit, v.training_data_hash, v.hyperparameters::text,
            v.model_path, v.model_size_bytes::text, v.artifacts::text]) WITH ORDINALITY AS f(text, n)
    ), 'UTF8')), 'hex') AS as_documented
FROM governance.model_versions AS v
WHERE v.model_id = 'model_risk'
ORDER BY v.version;
-- and no field runs into the next one; NULL is not empty
SELECT count(DISTINCT r.content_digest) AS different
FROM (VALUES ('d1', 'ab', 'c'), ('d2', 'a', 'bc'), ('d3', NULL, 'abc'), ('d4', '', 'abc'), ('d5', 'abc', NULL)) AS c(v, a, b),
    gov_register_model('model_digest', c.v, source_commit => c.a, training_data_hash => c.b) AS r;

-- twice: nothing changes
SELECT md5(v::text) AS before FROM governance.model_versions AS v WHERE model_id = 'model_risk' AND version = '1.0.0' \gset
\set VERBOSITY terse
SELECT gov_register_model('model_risk', '1.0.0', 'another', model_path => '/tmp/other');   -- 23505
\set VERBOSITY default
SELECT md5(v::text) = :'before' AS unchanged FROM governance.model_versions AS v WHERE model_id = 'model_risk' AND version = '1.0.0';
DO $$
DECLARE
    state text;
    detail text;
    hint text;
BEGIN
    PERFORM gov_register_model('model_risk', '1.0.0');
EXCEPTION WHEN unique_violation THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RAISE NOTICE '% % / %', state, regexp_replace(detail, 'at [-0-9]{10} [:0-9]{8} UTC', 'at (time) UTC'), hint;
END
$$;
-- in the trail, once each
RESET ROLE;
SELECT event_type, resource, actor, evidence, outcome, new_row ->> 'status' AS status
FROM governance.audit_events
WHERE resource IN ('model/model_risk', 'model_version/model_risk:1.0.0') AND outcome <> 'denied'
ORDER BY event_id;

-- bad values
SET ROLE regress_model_reg;
SELECT gov_register_model('', '1');   -- 22023
SELECT gov_register_model('a b', '1');   -- 22023
SELECT gov_register_model(NULL, '1');   -- 22023
SELECT gov_register_model('model_risk', '-1');   -- 22023
SELECT gov_register_model('model_risk', '2', model_size_bytes => -1);   -- 22023
SELECT gov_register_model('model_risk', '2', hyperparameters => '[1]');   -- 22023
SELECT gov_register_model('model_risk', '2', metadata => '"x"');   -- 22023
SELECT gov_register_model('model_risk', '2', artifacts => '1');   -- 22023
-- without the right, and without a user
SET ROLE regress_model_nia;
SELECT gov_register_model('model_risk', '2');   -- 42501
SET ROLE regress_model_stranger;
SELECT gov_register_model('model_risk', '2');   -- 42501
-- form comes before rights
SELECT gov_register_model('a b', '2');   -- 22023
RESET ROLE;
BEGIN READ ONLY;
SELECT gov_register_model('model_risk', '2');   -- 25006
ROLLBACK;
SELECT count(*) AS versions FROM governance.model_versions WHERE model_id = 'model_risk';

-- --- whoever writes: the same guard -------------------------------------------

-- a superuser's direct change of content
UPDATE governance.model_versions SET model_path = '/tmp/evil' WHERE model_id = 'model_risk' AND version = '1.0.0';   -- 55000
\set VERBOSITY sqlstate
UPDATE governance.model_versions SET content_digest = repeat('0', 64) WHERE model_id = 'model_risk';   -- 55000
UPDATE governance.model_versions SET created_by = 'model_ann' WHERE model_id = 'model_risk';   -- 55000
UPDATE governance.model_versions SET artifacts = '{}' WHERE model_id = 'model_risk';   -- 55000
UPDATE governance.model_versions SET metadata = '{"x": 1}' WHERE model_id = 'model_risk';   -- 55000
DELETE FROM governance.model_versions WHERE model_id = 'model_risk';   -- 55000
SET client_min_messages = error;
TRUNCATE governance.model_versions CASCADE;   -- 55000
RESET client_min_messages;
INSERT INTO governance.model_versions (model_id, version, content_digest) VALUES ('model_risk', '9', repeat('0', 64));   -- 55000
\set VERBOSITY default
-- of a status, outside the function that owns the move
UPDATE governance.model_versions SET status = 'approved', approval_status = 'approved' WHERE model_id = 'model_risk' AND version = '1.0.0';   -- 55000
-- also with triggers turned off for the session, as far as that goes
SET session_replication_role = replica;
UPDATE governance.model_versions SET approval_status = 'approved' WHERE model_id = 'model_risk' AND version = '1.0.0';   -- 55000
RESET session_replication_role;
-- through a view: a status is refused, a description is recorded
CREATE VIEW regress_model_view AS SELECT * FROM governance.model_versions;
CREATE VIEW regress_model_view_of_models AS SELECT * FROM governance.models;
UPDATE regress_model_view SET approval_status = 'approved' WHERE model_id = 'model_risk' AND version = '1.0.0';   -- 55000
UPDATE regress_model_view_of_models SET description = 'by hand' WHERE model_id = 'model_risk';
SELECT event_type, actor = gov_current_actor() AS the_superuser, changes
FROM governance.audit_events WHERE resource = 'model/model_risk' AND outcome <> 'denied' ORDER BY event_id DESC LIMIT 1;
DROP VIEW regress_model_view, regress_model_view_of_models;
-- through a cascade: refused where the version is fixed
BEGIN;
CREATE TABLE regress_model_parent (version text COLLATE "C" PRIMARY KEY);
INSERT INTO regress_model_parent SELECT DISTINCT version FROM governance.model_versions;
ALTER TABLE governance.model_versions ADD CONSTRAINT regress_model_fkey
    FOREIGN KEY (version) REFERENCES regress_model_parent ON UPDATE CASCADE;
UPDATE regress_model_parent SET version = 'd9' WHERE version = 'd1';   -- 55000
ROLLBACK;
-- and recorded where it may
INSERT INTO governance.roles (role) VALUES ('model_short_lived');
INSERT INTO governance.role_permissions (role, permission) VALUES ('model_short_lived', 'audit:read');
DELETE FROM governance.roles WHERE role = 'model_short_lived';
SELECT event_type, resource FROM governance.audit_events WHERE resource LIKE 'role%/model\_short\_lived%' AND outcome <> 'denied' ORDER BY event_id;
-- nobody else writes at all
SET ROLE regress_model_reg;
UPDATE governance.models SET description = 'x';   -- 42501
RESET ROLE;
SELECT status, approval_status, model_path FROM governance.model_versions WHERE model_id = 'model_risk' AND version = '1.0.0';

-- --- describing ---------------------------------------------------------------

SET ROLE regress_model_lib;
SELECT model_id, description, owner, tags FROM gov_update_model('model_risk', tags => '{credit,eu}');
SELECT model_id, description, owner, tags FROM gov_update_model('model_risk', 'scores applicants', 'lending team');
-- what is the same is not written, and nothing given is nothing changed
SELECT description, owner, tags FROM gov_update_model('model_risk', 'scores applicants', tags => '{credit,eu}');
SELECT description, owner, tags FROM gov_update_model('model_risk');
SELECT tags FROM gov_update_model('model_risk', tags => '{}');
RESET ROLE;
SELECT event_type, changes FROM governance.audit_events
WHERE resource = 'model/model_risk' AND actor = 'model_lib' AND outcome <> 'denied' ORDER BY event_id;
SET ROLE regress_model_lib;
SELECT gov_update_model('model_none', 'x');   -- 42704
\set VERBOSITY terse
SELECT gov_update_model('model_risk', tags => '{a,NULL}');   -- 22023
SELECT gov_update_model('model_risk', tags => '{a,""}');   -- 22023
SELECT gov_update_model('model_risk', tags => array_fill('x'::text, ARRAY[1001]));   -- 22023
SELECT gov_update_model('model_risk', tags => ARRAY['a', 'a']);   -- 22023
SELECT gov_update_model('model_risk', tags => ARRAY[repeat('x', 129)]);   -- 22023
SELECT gov_update_model('model_risk', owner => ' ');   -- 22023
SELECT gov_update_model('model_risk', owner => repeat('x', 257));   -- 22023
SET ROLE regress_model_ann;
SELECT gov_update_model('model_risk', 'x');   -- 42501
\set VERBOSITY default

-- --- metrics --------------------------------------------------------------------

SET ROLE regress_model_reg;
SELECT model_id, version, recorded_by, metrics
FROM gov_record_model_metrics('model_risk', '1.0.0', '{"accuracy": 0.93, "latency_ms": 12, "fairness.gap": 1e-3}');
-- an operator may too: by model:deploy and sla:record
SET ROLE regress_model_ops;
SELECT recorded_by, metrics FROM gov_record_model_metrics('model_risk', '1.0.0', '{"error_rate": 0}');
SELECT gov_record_model_metrics('model_risk', '1.0.0', '{"accuracy": "high", "f1_score": 1}');   -- 22023
SELECT gov_record_model_metrics('model_risk', '1.0.0', '{"accuracy": [0.9]}');   -- 22023
SELECT gov_record_model_metrics('model_risk', '1.0.0', '{"accuracy": null}');   -- 22023
SELECT gov_record_model_metrics('model_risk', '1.0.0', '{"": 1}');   -- 22023
SELECT gov_record_model_metrics('model_risk', '1.0.0', '{}');   -- 22023
SELECT gov_record_model_metrics('model_risk', '1.0.0', NULL);   -- 22023
SELECT gov_record_model_metrics('model_risk', '1.0.0', '[1]');   -- 22023
\set VERBOSITY terse
SELECT gov_record_model_metrics('model_risk', '1.0.0', jsonb_build_object(repeat('x', 129), 1));   -- 22023
\set VERBOSITY default
SELECT gov_record_model_metrics('model_risk', '7', '{"accuracy": 1}');   -- 42704
SET ROLE regress_model_ann;
SELECT gov_record_model_metrics('model_risk', '1.0.0', '{"accuracy": 1}');   -- 42501
RESET ROLE;
\set VERBOSITY sqlstate
UPDATE governance.model_metrics SET metrics = '{"accuracy": 1}' WHERE model_id = 'model_risk';   -- 55000
DELETE FROM governance.model_metrics WHERE model_id = 'model_risk';   -- 55000
\set VERBOSITY default
SELECT event_type, count(*) FROM governance.audit_events
WHERE resource IN ('model_version/model_risk:1.0.0', 'model_metrics/model_risk:1.0.0') AND outcome <> 'denied' GROUP BY 1 ORDER BY 1;

-- --- approval ---------------------------------------------------------------------

SET ROLE regress_model_reg;
SELECT gov_approve_model('model_risk', '1.0.0');   -- 42501
-- no request is needed
SET ROLE regress_model_ann;
SELECT status, approval_status FROM gov_approve_model('model_risk', '1.0.0', 'looks fine');
SELECT gov_approve_model('model_risk', '1.0.0');   -- 55000
SELECT gov_reject_model('model_risk', '1.0.0', 'changed my mind');   -- 55000
SET ROLE regress_model_bob;
SELECT gov_approve_model('model_risk', '1.0.0');   -- 55000
SET ROLE regress_model_reg;
SELECT gov_request_model_approval('model_risk', '1.0.0');   -- 55000
-- unknown
SET ROLE regress_model_ann;
SELECT gov_approve_model('model_none', '1');   -- 42704
SELECT gov_approve_model('model_risk', '7');   -- 42704
SELECT gov_approve_model('model_risk', NULL);   -- 22023
-- an approval is recorded against the content
SELECT h.approval_status, h.reviewer, h.comments, h.content_digest = v.content_digest AS of_this_content
FROM governance.approval_history AS h JOIN governance.model_versions AS v USING (model_id, version)
WHERE h.model_id = 'model_risk' AND h.version = '1.0.0';
RESET ROLE;
SELECT event_type, resource, actor, changes, details FROM governance.audit_events
WHERE resource IN ('model_version/model_risk:1.0.0', 'model_approval/model_risk:1.0.0') AND action = 'approve'
ORDER BY event_id;
-- the decision is evidence
\set VERBOSITY sqlstate
UPDATE governance.approval_history SET reviewer = 'model_bob' WHERE model_id = 'model_risk';   -- 55000
DELETE FROM governance.approval_history WHERE model_id = 'model_risk';   -- 55000
\set VERBOSITY default

-- rejected: one vote, with a reason; then asked for again
SET ROLE regress_model_ann;
SELECT gov_reject_model('model_risk', '1.1.0+build.7', ' ');   -- 22023
SELECT gov_reject_model('model_risk', '1.1.0+build.7', NULL);   -- 22023
SELECT status, approval_status FROM gov_reject_model('model_risk', '1.1.0+build.7', 'biased');
SET ROLE regress_model_bob;
SELECT gov_approve_model('model_risk', '1.1.0+build.7');   -- 55000
SELECT gov_request_model_approval('model_risk', '1.1.0+build.7');   -- 42501
SET ROLE regress_model_lib;
SELECT status, approval_status FROM gov_request_model_approval('model_risk', '1.1.0+build.7', 'balanced the sample');
-- again while pending: votes count anew
SELECT status, approval_status FROM gov_request_model_approval('model_risk', '1.1.0+build.7');
-- sent back
SET ROLE regress_model_ann;
SELECT gov_request_model_changes('model_risk', '1.1.0+build.7', '');   -- 22023
SELECT status, approval_status FROM gov_request_model_changes('model_risk', '1.1.0+build.7', 'where is the card?');
SELECT gov_request_model_changes('model_risk', '1.1.0+build.7', 'again');   -- 55000
SET ROLE regress_model_lib;
SELECT approval_status FROM gov_request_model_approval('model_risk', '1.1.0+build.7', 'added');
SET ROLE regress_model_ann;
SELECT status, approval_status FROM gov_approve_model('model_risk', '1.1.0+build.7');
SELECT approval_status, reviewer, comments FROM governance.approval_history
WHERE model_id = 'model_risk' AND version = '1.1.0+build.7' ORDER BY approval_no;

-- --- separation of duties -----------------------------------------------------------

-- the registrar
SET ROLE regress_model_eve;
SELECT approval_status FROM gov_register_model('model_duty', '1');
SELECT gov_approve_model('model_duty', '1');   -- MG001
-- rejecting one's own work harms nobody
SELECT approval_status FROM gov_reject_model('model_duty', '1', 'found a flaw myself');
-- the last submitter, and still the registrar
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_duty', '2');
SET ROLE regress_model_eve;
SELECT approval_status FROM gov_request_model_approval('model_duty', '2');
SELECT gov_approve_model('model_duty', '2');   -- MG001
-- duty comes before state
SET ROLE regress_model_ann;
SELECT approval_status FROM gov_approve_model('model_duty', '2');
SET ROLE regress_model_eve;
SELECT gov_approve_model('model_duty', '2');   -- MG001
-- who submitted before somebody else did is free again
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_duty', '3');
SET ROLE regress_model_eve;
SELECT approval_status FROM gov_request_model_approval('model_duty', '3');
SET ROLE regress_model_lib;
SELECT approval_status FROM gov_request_model_approval('model_duty', '3');
SET ROLE regress_model_eve;
SELECT approval_status FROM gov_approve_model('model_duty', '3');
-- who registered cannot pass the vote to somebody by lending the role
RESET ROLE;
INSERT INTO governance.user_roles (user_id, role, expires_at, delegated_by)
VALUES ('model_nia', 'model_both', now() + interval '1 day', 'model_eve');
SET ROLE regress_model_eve;
SELECT approval_status FROM gov_register_model('model_duty', '4');
SET ROLE regress_model_nia;
SELECT gov_approve_model('model_duty', '4');   -- MG001
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_duty', '5');
SET ROLE regress_model_nia;
SELECT approval_status FROM gov_approve_model('model_duty', '5');
-- a login that may become two users counts once; a superuser's says nothing
RESET ROLE;
GRANT regress_model_reg, regress_model_ann, regress_model_bob TO regress_model_pool;
SET SESSION AUTHORIZATION regress_model_pool;
SET ROLE regress_model_reg;
SELECT approval_status, 'login/regress_model_pool' = ANY (created_principals) AS by_the_login FROM gov_register_model('model_duty', '6');
SET ROLE regress_model_ann;
SELECT gov_approve_model('model_duty', '6');   -- MG001
RESET SESSION AUTHORIZATION;
SET ROLE regress_model_ann;
SELECT approval_status FROM gov_approve_model('model_duty', '6');
SELECT reviewer, principals[1:2], backers FROM governance.approval_history WHERE model_id = 'model_duty' AND version = '6';
-- the policy relaxes all of them; here for one transaction
BEGIN;
RESET ROLE;
SET SESSION AUTHORIZATION regress_model_pool;
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_duty', '7');
RESET SESSION AUTHORIZATION;
UPDATE governance.policies SET value = 'true' WHERE name = 'sod.registrar_may_approve';
SET SESSION AUTHORIZATION regress_model_pool;
SET ROLE regress_model_ann;
SELECT approval_status FROM gov_approve_model('model_duty', '7');
RESET SESSION AUTHORIZATION;
SET ROLE regress_model_eve;
SELECT approval_status FROM gov_approve_model('model_duty', '4');
ROLLBACK;
RESET ROLE;

-- --- a quorum of two -------------------------------------------------------------------

-- the policy is put back by undoing all of this
\set ON_ERROR_ROLLBACK on
BEGIN;
UPDATE governance.policies SET value = '2' WHERE name = 'model.required_approvals';
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_quorum', '1');
SET ROLE regress_model_ann;
SELECT status, approval_status FROM gov_approve_model('model_quorum', '1');
SELECT gov_approve_model('model_quorum', '1');   -- 55000
SELECT gov_reject_model('model_quorum', '1', 'second thoughts');   -- 55000
SET ROLE regress_model_bob;
SELECT status, approval_status FROM gov_approve_model('model_quorum', '1');
SET ROLE regress_model_cyn;
SELECT gov_approve_model('model_quorum', '1');   -- 55000
-- one rejection rejects, whoever approved before; a request starts anew
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_quorum', '2');
SET ROLE regress_model_ann;
SELECT approval_status FROM gov_approve_model('model_quorum', '2');
SET ROLE regress_model_bob;
SELECT approval_status FROM gov_reject_model('model_quorum', '2', 'no');
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_request_model_approval('model_quorum', '2');
SET ROLE regress_model_bob;
SELECT approval_status FROM gov_approve_model('model_quorum', '2');
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_request_model_approval('model_quorum', '2');
SET ROLE regress_model_ann;
SELECT approval_status FROM gov_approve_model('model_quorum', '2');
SET ROLE regress_model_bob;
SELECT approval_status FROM gov_approve_model('model_quorum', '2');
-- each vote is an event, the approval one more
RESET ROLE;
SELECT event_type, actor FROM governance.audit_events
WHERE resource IN ('model_version/model_quorum:1', 'model_approval/model_quorum:1') AND outcome <> 'denied' ORDER BY event_id;
-- two votes of one login, or by one right, are one
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_quorum', '3');
SET SESSION AUTHORIZATION regress_model_pool;
SET ROLE regress_model_ann;
SELECT approval_status FROM gov_approve_model('model_quorum', '3');
SET ROLE regress_model_bob;
SELECT gov_approve_model('model_quorum', '3');   -- MG001
RESET SESSION AUTHORIZATION;
SET ROLE regress_model_nia;
SELECT approval_status FROM gov_approve_model('model_quorum', '3');
SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_quorum', '4');
SET ROLE regress_model_nia;
SELECT approval_status FROM gov_approve_model('model_quorum', '4');
SET ROLE regress_model_eve;
SELECT gov_approve_model('model_quorum', '4');   -- MG001
SET ROLE regress_model_bob;
SELECT approval_status FROM gov_approve_model('model_quorum', '4');
ROLLBACK;
\set ON_ERROR_ROLLBACK off
RESET ROLE;

-- --- aliases -----------------------------------------------------------------------------

SET ROLE regress_model_reg;
SELECT version FROM gov_register_model('model_risk', '2.0.0');
SELECT * FROM gov_set_model_alias('model_risk', 'candidate', '2.0.0');
SELECT * FROM gov_set_model_alias('model_risk', 'candidate', '1.0.0');
SELECT * FROM gov_set_model_alias('model_risk', 'candidate', '1.0.0');
SELECT gov_set_model_alias('model_risk', 'candidate', '7');   -- 42704
SELECT gov_set_model_alias('model_none', 'candidate', '1');   -- 42704
SELECT gov_set_model_alias('model_risk', 'no such', '1.0.0');   -- 22023
-- protecting one takes the right to deploy
SELECT gov_set_model_alias('model_risk', 'candidate', '1.0.0', protected => true);   -- 42501
SELECT gov_set_model_alias('model_risk', 'leading', '1.0.0', true);   -- 42501
RESET ROLE;
SELECT gov_set_model_alias('model_risk', 'leading', '2.0.0', true);   -- 55000
SELECT * FROM gov_set_model_alias('model_risk', 'leading', '1.0.0', true);
-- and so does whatever is done to a protected one
SET ROLE regress_model_reg;
SELECT gov_set_model_alias('model_risk', 'leading', '1.1.0+build.7');   -- 42501
SELECT gov_set_model_alias('model_risk', 'leading', '1.0.0', protected => false);   -- 42501
SELECT gov_drop_model_alias('model_risk', 'leading');   -- 42501
RESET ROLE;
SELECT * FROM gov_set_model_alias('model_risk', 'leading', '1.1.0+build.7');
SELECT gov_set_model_alias('model_risk', 'leading', '2.0.0');   -- 55000
SELECT * FROM gov_set_model_alias('model_risk', 'leading', '2.0.0', protected => false);
SELECT gov_set_model_alias('model_risk', 'leading', '2.0.0', protected => true);   -- 55000
SET ROLE regress_model_ops;
SELECT gov_set_model_alias('model_risk', 'leading', '1.0.0');   -- 42501
SET ROLE regress_model_reg;
SELECT gov_drop_model_alias('model_risk', 'leading');
SELECT gov_drop_model_alias('model_risk', 'leading');
SELECT gov_drop_model_alias('model_none', 'leading');   -- 42704
RESET ROLE;
SELECT event_type, resource, changes FROM governance.audit_events
WHERE resource_type = 'model_alias' AND resource LIKE 'model\_alias/model\_risk:%' AND outcome <> 'denied' ORDER BY event_id;

-- --- retiring --------------------------------------------------------------------------

SET ROLE regress_model_reg;
SELECT approval_status FROM gov_register_model('model_quorum', '5');
RESET ROLE;
-- Where deployments are active, written by hand: the guard stands aside.
BEGIN;
INSERT INTO governance.environments (name, rank) VALUES ('model_canary', 20);
ALTER TABLE governance.deployment_history DISABLE TRIGGER guard;
INSERT INTO governance.deployment_history (model_id, deployment_no, version, deployment_id, environment, deployed_by) VALUES
    ('model_risk', 1, '1.0.0', 'model_d1', 'model_canary', 'model_ops'),
    ('model_risk', 2, '1.0.0', 'model_d2', 'staging', 'model_ops'),
    ('model_quorum', 1, '5', 'model_d3', 'staging', 'model_ops');
ALTER TABLE governance.deployment_history ENABLE ALWAYS TRIGGER guard;
SET LOCAL ROLE regress_model_reg;
SAVEPOINT active;
SELECT gov_deprecate_model('model_risk', '1.0.0');   -- 55000
ROLLBACK TO active;
-- approved anew, a version is where it is still active
SET LOCAL ROLE regress_model_ann;
SELECT status, approval_status FROM gov_approve_model('model_quorum', '5');
ROLLBACK TO active;
RESET ROLE;
ALTER TABLE governance.deployment_history DISABLE TRIGGER guard;
INSERT INTO governance.deployment_history (model_id, deployment_no, version, deployment_id, environment, deployed_by)
VALUES ('model_quorum', 2, '5', 'model_d4', 'production', 'model_ops');
SET LOCAL ROLE regress_model_ann;
SELECT status, approval_status FROM gov_approve_model('model_quorum', '5');
ROLLBACK;

SET ROLE regress_model_ann;
SELECT gov_deprecate_model('model_risk', '1.0.0');   -- 42501
SET ROLE regress_model_reg;
SELECT gov_deprecate_model('model_risk', '7');   -- 42704
SELECT status, approval_status FROM gov_deprecate_model('model_risk', '1.0.0', 'replaced by 1.1');
SELECT status, approval_status FROM gov_deprecate_model('model_risk', '2.0.0');
-- for good
SELECT gov_deprecate_model('model_risk', '1.0.0');   -- 55000
SELECT gov_request_model_approval('model_risk', '2.0.0');   -- 55000
SET ROLE regress_model_ann;
SELECT gov_approve_model('model_risk', '2.0.0');   -- 55000
SELECT gov_reject_model('model_risk', '2.0.0', 'late');   -- 55000
RESET ROLE;
SELECT gov_set_model_alias('model_risk', 'old', '1.0.0', true);   -- 55000
SELECT event_type, changes, details FROM governance.audit_events
WHERE resource = 'model_version/model_risk:1.0.0' AND action = 'deprecate';

-- --- as found ----------------------------------------------------------------------------

DELETE FROM governance.user_roles WHERE user_id LIKE 'model\_%' AND delegated_by IS NOT NULL;
DELETE FROM governance.user_roles WHERE user_id LIKE 'model\_%';
DELETE FROM governance.roles WHERE role IN ('model_registrar', 'model_both');
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'model\_%';
DROP ROLE regress_model_reg, regress_model_lib, regress_model_ann, regress_model_bob, regress_model_cyn,
    regress_model_ops, regress_model_eve, regress_model_nia, regress_model_pool, regress_model_stranger;
