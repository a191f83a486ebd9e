-- Use-cases: creating, changing, deciding on, deploying and ending them.

-- People: cora creates; ann, bob and dan approve; ops deploys; rita deprecates;
-- olaf owns and approves; eve may do everything; nia is nobody special.
CREATE ROLE regress_usecase_cora;
CREATE ROLE regress_usecase_ann;
CREATE ROLE regress_usecase_bob;
CREATE ROLE regress_usecase_dan;
CREATE ROLE regress_usecase_ops;
CREATE ROLE regress_usecase_rita;
CREATE ROLE regress_usecase_olaf;
CREATE ROLE regress_usecase_eve;
CREATE ROLE regress_usecase_nia;
CREATE ROLE regress_usecase_pool;
CREATE ROLE regress_usecase_stranger;
INSERT INTO governance.users (user_id, db_role)
SELECT 'usecase_' || p, 'regress_usecase_' || p
FROM unnest('{cora,ann,bob,dan,ops,rita,olaf,eve,nia}'::text[]) AS p;
INSERT INTO governance.roles (role) VALUES ('usecase_creator'), ('usecase_ender'), ('usecase_all');
INSERT INTO governance.role_permissions (role, permission) VALUES
    ('usecase_creator', 'usecase:create'), ('usecase_ender', 'usecase:deprecate'),
    ('usecase_all', 'usecase:create'), ('usecase_all', 'usecase:approve'),
    ('usecase_all', 'usecase:deploy'), ('usecase_all', 'usecase:deprecate');
INSERT INTO governance.user_roles (user_id, role) VALUES
    ('usecase_cora', 'usecase_creator'), ('usecase_ann', 'approver'), ('usecase_bob', 'approver'),
    ('usecase_dan', 'approver'), ('usecase_ops', 'operator'), ('usecase_rita', 'usecase_ender'),
    ('usecase_olaf', 'approver'), ('usecase_eve', 'usecase_all');
SELECT model_id FROM gov_register_model('usecase_m1', '1.0.0');
SELECT model_id FROM gov_register_model('usecase_m2', '1.0.0');

-- --- creating --------------------------------------------------------------

SET ROLE regress_usecase_cora;
SELECT usecase_id, name, description, owner, model_ids, input_schema, output_schema, impact_level,
    risk_class, impact_score, affected_systems, dependencies, status, created_by, replaced_by
FROM gov_create_usecase('uc.claims', 'Claims triage', 'sorts claims', 'claims team',
    model_ids => '{usecase_m1,usecase_m2}', input_schema => '{"type": "object"}',
    output_schema => '{"type": "string"}', impact_level => 'low',
    affected_systems => '{core,"data lake"}', dependencies => '{uc.intake}');
-- defaults, and NULL for each of them
SELECT model_ids, input_schema, output_schema, impact_level, affected_systems, dependencies
FROM gov_create_usecase('uc.plain', 'Plain', NULL, 'olaf', NULL, NULL, NULL, NULL, NULL, NULL);

\set VERBOSITY default
SELECT gov_create_usecase('uc.claims', 'Again', '', 'me');                     -- 23505
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me', '{usecase_m1,usecase_mm}');    -- 42704
SELECT gov_create_usecase('uc slip', 'Slip', '', 'me');                        -- 22023
SELECT gov_create_usecase('uc.slip', ' ', '', 'me');                           -- 22023
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me', impact_level => 'huge');  -- 22023
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me', dependencies => '{uc.slip}');  -- 22023
\set VERBOSITY terse
SELECT gov_create_usecase(NULL, 'Slip', '', 'me');                             -- 22023
SELECT gov_create_usecase('uc.slip', 'Slip', '', NULL);                        -- 22023
SELECT gov_create_usecase('uc.slip', 'Slip', '', repeat('o', 300));            -- 22023
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me', '{a b}');               -- 22023
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me', '{usecase_m1,usecase_m1}');    -- 22023
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me', input_schema => '[]');  -- 22023
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me', dependencies => '{a b}');      -- 22023
SET ROLE regress_usecase_nia;
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me');                        -- 42501
SET ROLE regress_usecase_stranger;
SELECT gov_create_usecase('uc.slip', 'Slip', '', 'me');                        -- 42501
RESET ROLE;
SELECT count(*) FROM governance.use_cases WHERE usecase_id = 'uc.slip';

-- --- changing a draft ---------------------------------------------------------

SET ROLE regress_usecase_cora;
SELECT name, description, owner, model_ids, impact_level, affected_systems, dependencies
FROM gov_update_usecase('uc.plain', description => 'changed', owner => 'usecase_olaf', model_ids => '{usecase_m1}');
-- nothing given: nothing written
SELECT name, owner FROM gov_update_usecase('uc.plain');
SELECT name, owner FROM gov_update_usecase('uc.plain', owner => 'usecase_olaf');
SELECT gov_update_usecase('uc.none', name => 'x');                             -- 42704
SELECT gov_update_usecase('uc.plain', model_ids => '{usecase_mm}');            -- 42704
SELECT gov_update_usecase('uc.plain', name => '');                             -- 22023
SELECT gov_update_usecase('uc.plain', dependencies => '{uc.plain}');           -- 22023
SET ROLE regress_usecase_ann;
SELECT gov_update_usecase('uc.plain', name => 'x');                            -- 42501
RESET ROLE;
SELECT count(*) AS updates FROM governance.audit_events
WHERE resource = 'usecase/uc.plain' AND event_type = 'usecase.update';

-- --- submitting -----------------------------------------------------------

-- a draft is not decided on
SET ROLE regress_usecase_ann;
\set VERBOSITY default
SELECT gov_approve_usecase('uc.plain');                                        -- 55000
\set VERBOSITY terse
SELECT gov_reject_usecase('uc.plain', 'no');                                   -- 55000
SELECT gov_approve_usecase('uc.none');                                         -- 42704
SELECT gov_submit_usecase('uc.plain');                                         -- 42501
SET ROLE regress_usecase_cora;
SELECT gov_submit_usecase('uc.none');                                          -- 42704
SELECT status, submitted_by, review_round FROM gov_submit_usecase('uc.plain', 'please');
\set VERBOSITY default
SELECT gov_submit_usecase('uc.plain');                                         -- 55000
SELECT gov_update_usecase('uc.plain', name => 'x');                            -- 55000
\set VERBOSITY terse

-- --- duties -------------------------------------------------------------

\set VERBOSITY default
-- the owner may not approve it
SET ROLE regress_usecase_olaf;
SELECT gov_approve_usecase('uc.plain');                                        -- MG001
-- nor who created it
SET ROLE regress_usecase_eve;
SELECT status FROM gov_create_usecase('uc.own', 'Own', '', 'team');
SELECT status FROM gov_submit_usecase('uc.own');
SELECT gov_approve_usecase('uc.own');                                          -- MG001
-- nor who submitted it, though somebody else created it
SET ROLE regress_usecase_cora;
SELECT status FROM gov_create_usecase('uc.handed', 'Handed over', '', 'team');
SET ROLE regress_usecase_eve;
SELECT status FROM gov_submit_usecase('uc.handed');
SELECT gov_approve_usecase('uc.handed');                                       -- MG001
\set VERBOSITY terse
-- sending it back is no decision in one's own favour
SELECT status FROM gov_reject_usecase('uc.handed', 'not yet');
-- after a new submission by somebody else that one may
SET ROLE regress_usecase_cora;
SELECT status FROM gov_submit_usecase('uc.handed');
SET ROLE regress_usecase_eve;
SELECT status FROM gov_approve_usecase('uc.handed');
RESET ROLE;

-- a lent right brings the lender's history along
INSERT INTO governance.user_roles (user_id, role, delegated_by, expires_at, reason)
VALUES ('usecase_nia', 'usecase_all', 'usecase_eve', now() + interval '1 hour', 'holiday');
\set VERBOSITY default
SET ROLE regress_usecase_nia;
SELECT gov_approve_usecase('uc.own');                                          -- MG001
RESET ROLE;
DELETE FROM governance.user_roles WHERE user_id = 'usecase_nia';

-- a login that may become two users counts once
GRANT regress_usecase_eve, regress_usecase_ann, regress_usecase_bob TO regress_usecase_pool;
SET SESSION AUTHORIZATION regress_usecase_pool;
SET ROLE regress_usecase_eve;
SELECT 'login/regress_usecase_pool' = ANY (created_principals) AS by_the_login FROM gov_create_usecase('uc.pool', 'Pool', '', 'team');
SELECT 'login/regress_usecase_pool' = ANY (submitted_principals) AS by_the_login FROM gov_submit_usecase('uc.pool');
SET ROLE regress_usecase_ann;
SELECT gov_approve_usecase('uc.pool');                                         -- MG001
\set VERBOSITY terse
RESET SESSION AUTHORIZATION;

-- --- deciding ---------------------------------------------------------------

SET ROLE regress_usecase_ann;
SELECT gov_reject_usecase('uc.plain', ' ');                                    -- 22023
SELECT status FROM gov_reject_usecase('uc.plain', 'say what it is for');
SELECT gov_reject_usecase('uc.plain', 'again');                                -- 55000
SET ROLE regress_usecase_cora;
SELECT name FROM gov_update_usecase('uc.plain', name => 'Plain and said');
SELECT status, review_round FROM gov_submit_usecase('uc.plain');
-- one approver suffices for a medium one; a rejection before counts no more
SET ROLE regress_usecase_ann;
SELECT status FROM gov_approve_usecase('uc.plain', 'fine');
SELECT gov_approve_usecase('uc.plain');                                        -- 55000
SELECT gov_reject_usecase('uc.plain', 'oh');                                   -- 55000
SET ROLE regress_usecase_cora;
SELECT gov_update_usecase('uc.plain', name => 'x');                            -- 55000
SELECT gov_submit_usecase('uc.plain');                                         -- 55000
RESET ROLE;
SELECT reviewer, status, comments, review_round FROM governance.usecase_approvals
WHERE usecase_id = 'uc.plain' ORDER BY approval_no;

-- from high up an assessment comes first; a critical one needs two approvers
SET ROLE regress_usecase_cora;
SELECT impact_level FROM gov_update_usecase('uc.claims', impact_level => 'critical');
SELECT status FROM gov_submit_usecase('uc.claims');
SET ROLE regress_usecase_ann;
\set VERBOSITY default
SELECT gov_approve_usecase('uc.claims');                                       -- 55000
\set VERBOSITY terse
CREATE TEMP TABLE usecase_harmless AS
SELECT jsonb_object_agg(question_id,
    CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END) AS answers
FROM governance.impact_questions;
SELECT risk_class, impact_score, impact_level FROM usecase_harmless, gov_assess_impact('uc.claims', answers);
RESET ROLE;
SET SESSION AUTHORIZATION regress_usecase_pool;
SET ROLE regress_usecase_ann;
SELECT status FROM gov_approve_usecase('uc.claims');
\set VERBOSITY default
SELECT gov_approve_usecase('uc.claims');                                       -- 55000
SELECT gov_reject_usecase('uc.claims', 'on second thoughts');                  -- 55000
-- the same login as somebody else
SET ROLE regress_usecase_bob;
SELECT gov_approve_usecase('uc.claims');                                       -- MG001
\set VERBOSITY terse
RESET SESSION AUTHORIZATION;
SELECT status FROM gov_usecase('uc.claims');
SET ROLE regress_usecase_dan;
SELECT status FROM gov_approve_usecase('uc.claims');
RESET ROLE;
SELECT reviewer, status, 'login/regress_usecase_pool' = ANY (principals) AS by_the_login FROM governance.usecase_approvals
WHERE usecase_id = 'uc.claims' ORDER BY approval_no;

-- the quorum is a policy
SELECT value FROM gov_set_policy('usecase.required_approvals.low', '2');
SET ROLE regress_usecase_cora;
SELECT status FROM gov_create_usecase('uc.low', 'Low', '', 'team', impact_level => 'low');
SELECT status FROM gov_submit_usecase('uc.low');
SET ROLE regress_usecase_ann;
SELECT status FROM gov_approve_usecase('uc.low');
-- and one rejection ends what others approved
SET ROLE regress_usecase_bob;
SELECT status FROM gov_reject_usecase('uc.low', 'no');
SET ROLE regress_usecase_cora;
SELECT status FROM gov_submit_usecase('uc.low');
SET ROLE regress_usecase_bob;
SELECT status FROM gov_approve_usecase('uc.low');
SET ROLE regress_usecase_ann;
SELECT status FROM gov_approve_usecase('uc.low');
RESET ROLE;
SELECT value FROM gov_set_policy('usecase.required_approvals.low', '1');

-- an approval request where the organisation demands one
SELECT enabled FROM gov_set_approval_policy('usecase_approve');
SELECT enabled FROM gov_set_approval_policy('usecase_deprecate');
SET ROLE regress_usecase_cora;
SELECT status FROM gov_create_usecase('uc.asked', 'Asked', '', 'team');
SELECT status FROM gov_submit_usecase('uc.asked');
SET ROLE regress_usecase_ann;
\set VERBOSITY default
SELECT gov_approve_usecase('uc.asked');                                        -- MG002
\set VERBOSITY terse
SELECT request_id AS request FROM gov_request_approval('usecase_approve', '{"usecase_id": "uc.asked"}') \gset
SET ROLE regress_usecase_bob;
SELECT status FROM gov_approve_request(:'request');
SET ROLE regress_usecase_ann;
SELECT status FROM gov_approve_usecase('uc.asked');
RESET ROLE;
SELECT a.request_id = :'request' AS by_request, r.status
FROM governance.usecase_approvals AS a JOIN governance.approval_requests AS r USING (request_id)
WHERE a.usecase_id = 'uc.asked';
SET ROLE regress_usecase_rita;
SELECT gov_deprecate_usecase('uc.asked');                                      -- MG002
RESET ROLE;
SELECT enabled FROM gov_set_approval_policy('usecase_approve', enabled => false);
SELECT enabled FROM gov_set_approval_policy('usecase_deprecate', enabled => false);

-- --- deploying -----------------------------------------------------------

SET ROLE regress_usecase_cora;
SELECT status FROM gov_create_usecase('uc.draft', 'Draft', '', 'team');
SELECT gov_deploy_usecase('uc.draft');                                         -- 42501
SET ROLE regress_usecase_ops;
\set VERBOSITY default
SELECT gov_deploy_usecase('uc.draft');                                         -- 55000
\set VERBOSITY terse
SELECT gov_deploy_usecase('uc.claims', environment => 'nowhere');              -- 42704
\set VERBOSITY default
-- its models are not live, and it says which
SELECT gov_deploy_usecase('uc.claims');                                        -- 55000
\set VERBOSITY terse
SELECT gov_deploy_usecase('uc.none');                                          -- 42704
SELECT gov_deploy_usecase('uc.claims', 'a b');                                 -- 22023
-- below production it may go without
SELECT deployment_id, environment, status, deployed_by, notes
FROM gov_deploy_usecase('uc.claims', 'uc-claims-1', 'staging', 'try');
SELECT status FROM gov_usecase('uc.claims');
SET ROLE regress_usecase_ann;
SELECT status FROM gov_approve_model('usecase_m1', '1.0.0');
SELECT status FROM gov_approve_model('usecase_m2', '1.0.0');
SET ROLE regress_usecase_ops;
SELECT status FROM gov_deploy_model('usecase_m1', '1.0.0', 'staging');
SELECT status FROM gov_deploy_model('usecase_m1', '1.0.0');
SELECT status FROM gov_deploy_model('usecase_m2', '1.0.0', 'staging');
-- staging is not production
\set VERBOSITY default
SELECT gov_deploy_usecase('uc.claims');                                        -- 55000, one of the two
\set VERBOSITY terse
SELECT status FROM gov_deploy_model('usecase_m2', '1.0.0');
SELECT deployment_id, environment, status FROM gov_deploy_usecase('uc.claims', 'uc-claims-2');
SELECT gov_deploy_usecase('uc.claims', 'uc-claims-1');                         -- 23505
SELECT gov_deploy_usecase('uc.plain', 'uc-claims-1');                          -- 23505
-- again: the one before is superseded, in that environment alone
SELECT length(deployment_id), status FROM gov_deploy_usecase('uc.claims');
SELECT environment, status, ended_at IS NOT NULL AS ended, ended_by FROM gov_usecase_deployments('uc.claims');
-- with staging first
RESET ROLE;
SELECT value FROM gov_set_policy('usecase.require_staging', 'true');
SET ROLE regress_usecase_ops;
\set VERBOSITY default
SELECT gov_deploy_usecase('uc.plain');                                         -- 55000
\set VERBOSITY terse
SELECT status FROM gov_deploy_usecase('uc.plain', environment => 'staging');
SELECT status FROM gov_deploy_usecase('uc.plain');
RESET ROLE;
SELECT value FROM gov_set_policy('usecase.require_staging', 'false');
-- the models' rule is a policy, too
SET ROLE regress_usecase_cora;
SELECT status FROM gov_create_usecase('uc.dead', 'Dead', '', 'team', '{usecase_m3}');    -- 42704
RESET ROLE;
SELECT model_id FROM gov_register_model('usecase_m3', '1.0.0');
SET ROLE regress_usecase_cora;
SELECT status FROM gov_create_usecase('uc.dead', 'Dead', '', 'team', '{usecase_m3}');
SELECT status FROM gov_submit_usecase('uc.dead');
SET ROLE regress_usecase_ann;
SELECT status FROM gov_approve_usecase('uc.dead');
SET ROLE regress_usecase_ops;
SELECT gov_deploy_usecase('uc.dead');                                          -- 55000
RESET ROLE;
SELECT value FROM gov_set_policy('usecase.require_deployed_models', 'false');
SET ROLE regress_usecase_ops;
SELECT status FROM gov_deploy_usecase('uc.dead');
RESET ROLE;
SELECT value FROM gov_set_policy('usecase.require_deployed_models', 'true');

-- --- metrics ------------------------------------------------------------

SET ROLE regress_usecase_ops;
SELECT usecase_id, recorded_by, metrics FROM gov_record_usecase_metrics('uc.claims', '{"total_queries": 12, "user_satisfaction": 4.5}');
SELECT gov_record_usecase_metrics('uc.none', '{"x": 1}');                      -- 42704
SELECT gov_record_usecase_metrics('uc.claims', '{}');                          -- 22023
SELECT gov_record_usecase_metrics('uc.claims', NULL);                          -- 22023
SELECT gov_record_usecase_metrics('uc.claims', '{"error_rate": "low"}');       -- 22023
SET ROLE regress_usecase_ann;
SELECT gov_record_usecase_metrics('uc.claims', '{"x": 1}');                    -- 42501

-- --- ending -------------------------------------------------------------

SELECT gov_deprecate_usecase('uc.claims');                                     -- 42501
SELECT gov_archive_usecase('uc.claims');                                       -- 42501
SET ROLE regress_usecase_rita;
SELECT gov_archive_usecase('uc.claims');                                       -- 55000
SELECT gov_deprecate_usecase('uc.none');                                       -- 42704
SELECT gov_deprecate_usecase('uc.claims', replaced_by => 'uc.none');           -- 42704
SELECT gov_deprecate_usecase('uc.claims', replaced_by => 'uc.claims');         -- 22023
SELECT status, replaced_by FROM gov_deprecate_usecase('uc.claims', 'superseded', 'uc.plain');
SELECT environment, status, ended_by FROM gov_usecase_deployments('uc.claims');
SELECT gov_deprecate_usecase('uc.claims');                                     -- 55000
\set VERBOSITY default
SELECT gov_deprecate_usecase('uc.plain', replaced_by => 'uc.claims');          -- 55000
\set VERBOSITY terse
-- from every state but archived
SELECT status FROM gov_deprecate_usecase('uc.draft');
SELECT status FROM gov_deprecate_usecase('uc.pool');
SELECT status FROM gov_deprecate_usecase('uc.low');
SELECT status FROM gov_archive_usecase('uc.claims');
SELECT gov_archive_usecase('uc.claims');                                       -- 55000
SELECT gov_deprecate_usecase('uc.claims');                                     -- 55000
SET ROLE regress_usecase_ops;
SELECT gov_deploy_usecase('uc.claims');                                        -- 55000
RESET ROLE;

-- --- reading ------------------------------------------------------------

SET ROLE regress_usecase_nia;
SELECT usecase_id, status FROM gov_usecase('uc.claims');
SELECT count(*) FROM gov_usecase('uc.none');
SELECT usecase_id FROM gov_usecases(status => 'deployed') WHERE usecase_id LIKE 'uc.%';
SELECT usecase_id FROM gov_usecases(owner => 'usecase_olaf');
SELECT usecase_id FROM gov_usecases(owner => 'team', limit_rows => 2);
SELECT count(*) FROM gov_usecases(limit_rows => NULL) WHERE usecase_id LIKE 'uc.%';
SELECT gov_usecases(status => 'live');                                         -- 22023
SELECT gov_usecases(limit_rows => 0);                                          -- 22023
SELECT gov_usecase('a b');                                                     -- 22023
SET ROLE regress_usecase_stranger;
SELECT gov_usecase('uc.claims');                                               -- 42501
SELECT gov_usecases();                                                         -- 42501
SELECT gov_usecase_deployments('uc.claims');                                   -- 42501
SELECT count(*) FROM governance.use_cases;
RESET ROLE;

-- --- past the functions ---------------------------------------------------

SET ROLE regress_usecase_eve;
UPDATE governance.use_cases SET status = 'approved' WHERE usecase_id = 'uc.own';      -- 42501
RESET ROLE;
\set VERBOSITY default
UPDATE governance.use_cases SET status = 'approved' WHERE usecase_id = 'uc.own';      -- 55000
\set VERBOSITY terse
UPDATE governance.use_cases SET created_by = NULL WHERE usecase_id = 'uc.own';        -- 55000
INSERT INTO governance.use_cases (usecase_id, name, owner, status) VALUES ('uc.sly', 'Sly', 'me', 'approved');    -- 55000
UPDATE governance.usecase_deployments SET status = 'active', ended_at = NULL WHERE deployment_id = 'uc-claims-2'; -- 55000
UPDATE governance.usecase_approvals SET status = 'approved' WHERE usecase_id = 'uc.low';    -- 55000
DELETE FROM governance.use_cases WHERE usecase_id = 'uc.own';                  -- 55000
TRUNCATE governance.use_cases CASCADE;                                         -- 55000

-- every change is in the trail, in order
SELECT event_type, actor, details ->> 'reason' AS reason, changes - '{submitted_at,submitted_principals}'::text[] AS changes
FROM governance.audit_events
WHERE (resource = 'usecase/uc.handed' OR resource = 'usecase_approval/uc.handed')
    AND event_type <> 'access.denied'
ORDER BY event_id;
SELECT event_type, actor, details ->> 'reason' AS reason, changes - '{ended_at,impact_score,submitted_at,submitted_principals}'::text[] AS changes
FROM governance.audit_events
WHERE (resource = 'usecase/uc.claims' OR resource LIKE 'usecase\_deployment/uc-claims%')
    AND event_type <> 'access.denied'
ORDER BY event_id;

-- the machine
SELECT gov_state_diagram('usecase');
SELECT machine, from_state, to_state, permission FROM gov_transitions() WHERE machine LIKE 'usecase%';

-- leave as found
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'usecase\_%';
REVOKE regress_usecase_eve, regress_usecase_ann, regress_usecase_bob FROM regress_usecase_pool;
DROP TABLE usecase_harmless;
DROP ROLE regress_usecase_cora, regress_usecase_ann, regress_usecase_bob, regress_usecase_dan,
    regress_usecase_ops, regress_usecase_rita, regress_usecase_olaf, regress_usecase_eve,
    regress_usecase_nia, regress_usecase_pool, regress_usecase_stranger;
