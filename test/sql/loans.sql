-- What was done by a right that is lent was done by the lender too: then, and
-- whatever has become of the loan since.
\set VERBOSITY terse
\set SHOW_CONTEXT never

CREATE ROLE regress_loans_ada;      -- lends
CREATE ROLE regress_loans_ben;      -- borrows, has nothing of their own
CREATE ROLE regress_loans_eve;      -- has rights of their own
CREATE ROLE regress_loans_fay;      -- lends, too
SELECT role FROM gov_create_role('loans_all', permissions => '{model:register,model:approve,model:deploy,model:rollback,usecase:create,usecase:approve,usecase:deploy}');
SELECT role FROM gov_create_role('loans_board');
SELECT role FROM gov_create_role('loans_chair', inherits => '{loans_board}', permissions => '{model:approve}');
SELECT count(gov_create_user('loans_' || u, NULL, ('regress_loans_' || u)::name)) FROM unnest('{ada,ben,eve,fay}'::text[]) AS u;
SELECT count(gov_assign_role('loans_' || u, r))
FROM (VALUES ('ada', 'loans_all'), ('ada', 'loans_chair'), ('eve', 'loans_all'), ('eve', 'loans_board'), ('fay', 'loans_chair')) AS a(u, r);
SELECT value FROM gov_set_policy('model.required_approvals', '2');
SELECT value FROM gov_set_policy('usecase.required_approvals.medium', '2');
SELECT enabled FROM gov_set_approval_policy('model_rollback', required_role => 'loans_board', required_count => 2);

CREATE FUNCTION pg_temp.users(names text[]) RETURNS text LANGUAGE sql
AS $$ SELECT string_agg(substr(n, 6), ' ' ORDER BY o) FROM unnest(names) WITH ORDINALITY AS u(n, o) WHERE n LIKE 'user/%' $$;
-- a call by somebody, and what it said
CREATE FUNCTION pg_temp.by(who text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    PERFORM set_config('role', 'regress_loans_' || who, true);
    EXECUTE call;
    PERFORM set_config('role', 'none', true);
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ': ' || detail;
END
$$;
CREATE FUNCTION pg_temp.lend(role text) RETURNS text LANGUAGE sql
AS $$ SELECT pg_temp.by('ada', format('SELECT gov_delegate(%L, ''loans_ben'', now() + interval ''1 hour'', ''away'')', role)) $$;
CREATE FUNCTION pg_temp.take_back(role text) RETURNS text LANGUAGE sql
AS $$ SELECT pg_temp.by('ada', format('SELECT gov_revoke_role(''loans_ben'', %L, ''back'')', role)) $$;
SELECT pg_temp.by('eve', format('SELECT gov_register_model(''loans_%s'', ''1'')', m)) FROM unnest('{a,b,c,d,e,f}'::text[]) AS m;

--
-- A quorum of two by one right
--
-- taken back
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_a', '1')$$);
SELECT pg_temp.take_back('loans_all');
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_a', '1')$$);                -- MG001
SELECT pg_temp.by('ada', $$SELECT gov_reject_model('loans_a', '1', 'no')$$);           -- MG001
-- lent afterwards
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_b', '1')$$);
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_b', '1')$$);                -- MG001
-- expired
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_c', '1')$$);
UPDATE governance.user_roles SET expires_at = now() - interval '1 second' WHERE user_id = 'loans_ben';
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_d', '1')$$);                -- 42501
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_c', '1')$$);                -- MG001
-- the lender gone in between
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_d', '1')$$);
SELECT is_active FROM gov_deactivate_user('loans_ada');
SELECT is_active FROM gov_reactivate_user('loans_ada');
SELECT * FROM governance.user_roles WHERE user_id = 'loans_ben';
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_d', '1')$$);                -- MG001
-- the loan turned into an assignment: now the right is one's own, then it was not
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_e', '1')$$);
SELECT delegated_by FROM gov_assign_role('loans_ben', 'loans_all');
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_e', '1')$$);                -- MG001
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_f', '1')$$);
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_f', '1')$$);
SELECT gov_revoke_role('loans_ben', 'loans_all');
-- of two who lend, both
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('fay', $$SELECT gov_delegate('loans_chair', 'loans_ben', now() + interval '1 hour', 'away')$$);
SELECT pg_temp.by('eve', $$SELECT gov_register_model('loans_g', '1')$$);
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_g', '1')$$);
SELECT gov_revoke_role('loans_ben', 'loans_chair');
SELECT pg_temp.by('fay', $$SELECT gov_approve_model('loans_g', '1')$$);                -- MG001
SELECT pg_temp.take_back('loans_all');
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_g', '1')$$);                -- MG001
-- whose right each vote was
SELECT model_id, reviewer, pg_temp.users(principals) AS principals, pg_temp.users(backers) AS backers
FROM governance.approval_history WHERE model_id LIKE 'loans\_%' ORDER BY model_id, approval_no;
SELECT count(*) AS approved FROM governance.model_versions WHERE model_id LIKE 'loans\_%' AND approval_status = 'approved';

--
-- Use-cases
--
SELECT pg_temp.by('eve', format('SELECT gov_create_usecase(%L, ''use'', '''', ''team''); SELECT gov_submit_usecase(%1$L)', 'loans_' || u)) FROM unnest('{a}'::text[]) AS u;
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_approve_usecase('loans_a')$$);
SELECT pg_temp.by('ben', $$SELECT gov_create_usecase('loans_c', 'use', '', 'team')$$);
SELECT pg_temp.by('ben', $$SELECT gov_create_usecase('loans_d', 'use', '', 'team')$$);
SELECT pg_temp.take_back('loans_all');
SELECT pg_temp.by('ada', $$SELECT gov_approve_usecase('loans_a')$$);                   -- MG001
SELECT pg_temp.by('ada', $$SELECT gov_reject_usecase('loans_a', 'no')$$);              -- MG001
-- created, and submitted, by the lender's right
SELECT pg_temp.by('eve', $$SELECT gov_submit_usecase('loans_c')$$);
SELECT pg_temp.by('ada', $$SELECT gov_approve_usecase('loans_c')$$);                   -- MG001
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_submit_usecase('loans_d')$$);
SELECT pg_temp.take_back('loans_all');
SELECT pg_temp.by('ada', $$SELECT gov_approve_usecase('loans_d')$$);                   -- MG001
-- owned by who lends
SELECT pg_temp.by('eve', $$SELECT gov_create_usecase('loans_e', 'use', '', 'loans_ada')$$);
SELECT pg_temp.by('eve', $$SELECT gov_submit_usecase('loans_e')$$);
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_approve_usecase('loans_e')$$);                   -- MG001

--
-- Registering, deploying, rolling back
--
SELECT pg_temp.by('ben', $$SELECT gov_register_model('loans_h', '1')$$);
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_b', '1')$$);                -- MG001
SELECT value FROM gov_set_policy('model.required_approvals', '1');
SELECT pg_temp.by('eve', format('SELECT gov_register_model(''loans_%s'', ''1'')', m)) FROM unnest('{i,j,k}'::text[]) AS m;
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_i', '1')$$);
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_j', '1')$$);
SELECT pg_temp.by('ben', $$SELECT gov_deploy_model('loans_j', '1', 'staging')$$);      -- MG001
SELECT pg_temp.take_back('loans_all');
-- registered by the lender's right
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_h', '1')$$);                -- MG001
-- approved by the lender's right
SELECT pg_temp.by('ada', $$SELECT gov_deploy_model('loans_i', '1', 'staging')$$);      -- MG001
-- submitted by it
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_request_model_approval('loans_k', '1')$$);
SELECT pg_temp.take_back('loans_all');
SELECT pg_temp.by('ada', $$SELECT gov_approve_model('loans_k', '1')$$);                -- MG001
SELECT pg_temp.by('eve', $$SELECT gov_deploy_model('loans_j', '1', 'staging')$$);
SELECT pg_temp.lend('loans_all');
SELECT pg_temp.by('ben', $$SELECT gov_deploy_model('loans_g', '1', 'staging')$$);      -- MG001
SELECT pg_temp.by('eve', $$SELECT gov_register_model('loans_j', '2')$$);
SELECT pg_temp.by('fay', $$SELECT gov_approve_model('loans_j', '2')$$);
SELECT pg_temp.by('ben', $$SELECT gov_deploy_model('loans_j', '2', 'staging')$$);
SELECT pg_temp.by('ben', $$SELECT gov_rollback_model('loans_j', 'bad', 'staging')$$);
SELECT deployment_no, version, deployed_by, pg_temp.users(principals) AS principals, restores
FROM governance.deployment_history WHERE model_id = 'loans_j' ORDER BY deployment_no;
SELECT pg_temp.take_back('loans_all');
-- why, in full
SET ROLE regress_loans_ada;
\set VERBOSITY default
SELECT gov_approve_model('loans_h', '1');                                              -- MG001
SELECT gov_deploy_model('loans_i', '1', 'staging');                                    -- MG001
\set VERBOSITY terse
RESET ROLE;

--
-- Requests: by the policy's role, held by way of another one that is lent
--
CREATE FUNCTION pg_temp.request(who text) RETURNS text LANGUAGE sql
AS $$ SELECT pg_temp.by(who, format('SELECT gov_request_approval(''model_rollback'', ''{"model_id": "loans_j"}'', %L)', 'loans ' || who)) $$;
CREATE FUNCTION pg_temp.vote(who text, asker text, verb text = 'approve') RETURNS text LANGUAGE sql
AS $$ SELECT pg_temp.by(who, format('SELECT gov_%s_request(request_id%s) FROM governance.approval_requests WHERE comments = %L',
    verb, CASE verb WHEN 'reject' THEN ', ''no''' ELSE '' END, 'loans ' || asker)) $$;
SELECT pg_temp.request('eve');
SELECT pg_temp.lend('loans_chair');
SELECT pg_temp.vote('ben', 'eve');
SELECT pg_temp.take_back('loans_chair');
SELECT pg_temp.vote('ada', 'eve');                                                     -- MG001
SELECT pg_temp.vote('ada', 'eve', 'reject');                                           -- MG001
SELECT pg_temp.vote('fay', 'eve');
-- asked for by who lends
SELECT pg_temp.request('ada');
SELECT pg_temp.lend('loans_chair');
SELECT pg_temp.vote('ben', 'ada');                                                     -- MG001
-- lent after the lender's own vote
SELECT pg_temp.request('fay');
SELECT pg_temp.vote('ada', 'fay');
SELECT pg_temp.vote('ben', 'fay');                                                     -- MG001
SELECT pg_temp.vote('eve', 'fay');
SELECT r.comments, r.status, a.approver_id, pg_temp.users(a.principals) AS principals
FROM governance.approval_requests AS r
LEFT JOIN governance.approvals AS a ON a.request_id = r.request_id
WHERE r.comments LIKE 'loans %' ORDER BY r.comments, a.approver_id;

-- who lends as a colleague whose role they may set is behind the loan too
GRANT regress_loans_ada TO regress_loans_eve;
SELECT pg_temp.by('eve', $$SELECT gov_register_model('loans_z', '1')$$);
SET SESSION AUTHORIZATION regress_loans_eve;
SET ROLE regress_loans_ada;
SELECT role, lent_by @> '{user/loans_ada,user/loans_eve,login/regress_loans_eve}' AS lent_by
FROM gov_delegate('loans_all', 'loans_ben', now() + interval '1 hour', 'away');
RESET SESSION AUTHORIZATION;
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_z', '1')$$);                -- MG001
-- lent anew by the colleague's own login
SET SESSION AUTHORIZATION regress_loans_ada;
SELECT role, lent_by @> '{user/loans_eve}' AS lent_by
FROM gov_delegate('loans_all', 'loans_ben', now() + interval '1 hour', 'away');
RESET SESSION AUTHORIZATION;
SELECT pg_temp.by('ben', $$SELECT gov_approve_model('loans_z', '1')$$);
SELECT pg_temp.take_back('loans_all');
REVOKE regress_loans_ada FROM regress_loans_eve;

-- a token that is made by a right that is lent has the lender behind it
SELECT role FROM gov_create_role('loans_tokens', permissions => '{user:manage}', inherits => '{loans_all}');
SELECT role FROM gov_assign_role('loans_ada', 'loans_tokens');
SELECT pg_temp.lend('loans_tokens');
SELECT pg_temp.by('ben', $$SELECT gov_create_api_token('loans_fay', 'by a lent right')$$);     -- 42501
SELECT gov_revoke_role('loans_fay', 'loans_chair');
SELECT pg_temp.by('ben', $$SELECT gov_create_api_token('loans_fay', 'by a lent right')$$);
SELECT name, created_by, pg_temp.users(principals) AS principals FROM governance.api_tokens WHERE user_id = 'loans_fay';

-- clean up
UPDATE governance.approval_policies SET required_role = 'approver', required_count = 1, enabled = false WHERE required_role = 'loans_board';
SELECT value FROM gov_set_policy('usecase.required_approvals.medium', '1');
SET client_min_messages = warning;
SELECT count(gov_revoke_role(user_id, role)) FROM governance.user_roles WHERE user_id LIKE 'loans\_%';
SELECT count(gov_deactivate_user(user_id)) FROM governance.users WHERE user_id LIKE 'loans\_%';
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'loans\_%';
SELECT count(gov_drop_role(role)) FROM governance.roles WHERE role LIKE 'loans\_%';
RESET client_min_messages;
DROP ROLE regress_loans_ada, regress_loans_ben, regress_loans_eve, regress_loans_fay;
