-- One person under two names is one, whatever the names are known by.
\set VERBOSITY terse
\set SHOW_CONTEXT never
-- the same on any day: whether a law applies yet is shown in control_law
UPDATE governance.controls SET applies_from = NULL, effective_from = NULL;

-- Two people who may do everything, each with a database role; a third; a login
-- that may become the two; a gateway; a pool; who makes tokens.
CREATE ROLE regress_pr_one;
CREATE ROLE regress_pr_two;
CREATE ROLE regress_pr_other;
CREATE ROLE regress_pr_admin;
CREATE ROLE regress_pr_shared;
CREATE ROLE regress_pr_gate;
CREATE ROLE regress_pr_pool;
GRANT regress_pr_one, regress_pr_two TO regress_pr_shared;
GRANT regress_pr_two, regress_pr_pool TO regress_pr_one;
SELECT role FROM gov_create_role('pr_all', permissions => '{model:register,model:approve,model:deploy,model:rollback,usecase:create,usecase:approve,usecase:deploy}');
SELECT role FROM gov_create_role('pr_clerk', permissions => '{user:manage}', inherits => '{pr_all}');
SELECT role FROM gov_create_role('pr_pool', permissions => '{actor:impersonate}');
SELECT count(gov_create_user('pr_' || u, NULL, ('regress_pr_' || u)::name))
FROM unnest('{one,two,other,admin,pool}'::text[]) AS u;
SELECT user_id FROM gov_create_user('pr_team', NULL);
SELECT count(gov_assign_role('pr_' || u, r))
FROM (VALUES ('one', 'pr_clerk'), ('two', 'pr_all'), ('other', 'pr_all'), ('admin', 'pr_clerk'), ('pool', 'pr_pool')) AS a(u, r);
SELECT enabled FROM gov_set_approval_policy('model_rollback', required_role => 'pr_all');
SELECT enabled FROM gov_set_approval_policy('usecase_deprecate', required_role => 'pr_all', required_count => 2);
SELECT value FROM gov_set_policy('model.required_approvals', '2');
SELECT value FROM gov_set_policy('usecase.required_approvals.medium', '2');

--
-- Ways to act as somebody: by a login, in its own role or in one that it may
-- set, with a token, or on the word of a pool
--
CREATE TABLE pr_ways (way text PRIMARY KEY, login text, role text, token text, asserted text);
CREATE TABLE pr_said (way_one text, way_two text, duty text, said text);
GRANT SELECT ON pr_ways TO PUBLIC;

-- The SQLSTATE of a call that is made in that way, 00000 if it succeeds.  It is
-- a statement of its own: a binding ends with the transaction.
CREATE FUNCTION pr_act(way text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    w pr_ways;
    tester name := session_user;
BEGIN
    SELECT * INTO w FROM pr_ways WHERE pr_ways.way = pr_act.way;
    BEGIN
        PERFORM set_config('session_authorization', w.login, true);
        IF w.role IS NOT NULL THEN
            PERFORM set_config('role', w.role, true);
        END IF;
        IF w.token IS NOT NULL THEN
            PERFORM gov_begin_as(w.token);
        END IF;
        IF w.asserted IS NOT NULL THEN
            PERFORM gov_set_actor(w.asserted);
        END IF;
        EXECUTE call;
    EXCEPTION WHEN OTHERS THEN
        RETURN SQLSTATE;
    END;
    PERFORM set_config('role', 'none', true), set_config('session_authorization', tester, true);
    RETURN '00000';
END
$$;
-- a token for somebody that is made in that way
CREATE FUNCTION pr_token(way text, login text, role text, user_id text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    made text;
    tester name := session_user;
BEGIN
    PERFORM set_config('session_authorization', login, true);
    PERFORM set_config('role', coalesce(role, 'none'), true);
    made := gov_create_api_token(user_id, way);
    PERFORM set_config('role', 'none', true), set_config('session_authorization', tester, true);
    RETURN made;
END
$$;

-- as the one
INSERT INTO pr_ways VALUES
    ('1 login', 'regress_pr_one', NULL, NULL, NULL),
    ('1 shared login', 'regress_pr_shared', 'regress_pr_one', NULL, NULL),
    ('1 token by admin', 'regress_pr_gate', NULL, pr_token('1a', 'regress_pr_admin', NULL, 'pr_one'), NULL),
    ('1 token by self', 'regress_pr_gate', NULL, pr_token('1b', 'regress_pr_one', NULL, 'pr_one'), NULL),
    ('1 token by shared', 'regress_pr_gate', NULL, pr_token('1c', 'regress_pr_shared', 'regress_pr_one', 'pr_one'), NULL),
    ('1 token, own login', 'regress_pr_one', NULL, pr_token('1d', 'regress_pr_admin', NULL, 'pr_one'), NULL),
    ('1 token, shared', 'regress_pr_shared', NULL, pr_token('1e', 'regress_pr_admin', NULL, 'pr_one'), NULL),
    ('1 pool', 'regress_pr_pool', NULL, NULL, 'pr_one');
-- and as the other
INSERT INTO pr_ways VALUES
    ('2 login', 'regress_pr_two', NULL, NULL, NULL),
    ('2 login of one', 'regress_pr_one', 'regress_pr_two', NULL, NULL),
    ('2 shared login', 'regress_pr_shared', 'regress_pr_two', NULL, NULL),
    ('2 token by admin', 'regress_pr_gate', NULL, pr_token('2a', 'regress_pr_admin', NULL, 'pr_two'), NULL),
    ('2 token by one', 'regress_pr_gate', NULL, pr_token('2b', 'regress_pr_one', NULL, 'pr_two'), NULL),
    ('2 token by shared', 'regress_pr_gate', NULL, pr_token('2c', 'regress_pr_shared', 'regress_pr_two', 'pr_two'), NULL),
    ('2 token, one''s login', 'regress_pr_one', NULL, pr_token('2d', 'regress_pr_admin', NULL, 'pr_two'), NULL),
    ('2 token, shared', 'regress_pr_shared', NULL, pr_token('2e', 'regress_pr_admin', NULL, 'pr_two'), NULL),
    ('2 pool', 'regress_pr_pool', NULL, NULL, 'pr_two'),
    ('2 pool, one''s login', 'regress_pr_one', 'regress_pr_pool', NULL, 'pr_two');
-- somebody else, who is in nobody's way
INSERT INTO pr_ways VALUES ('3 login', 'regress_pr_other', NULL, NULL, NULL);

-- What one does, and what the other may not do then; before that, what somebody
-- else has to.  %s is a name of the pair's own.
CREATE TABLE pr_duties (duty text PRIMARY KEY, other_call text, one_call text, two_call text);
INSERT INTO pr_duties VALUES
    ('register, approve', NULL,
     'SELECT gov_register_model(''pr_%1$s_a'', ''1'')',
     'SELECT gov_approve_model(''pr_%1$s_a'', ''1'')'),
    ('submit, approve', 'SELECT gov_register_model(''pr_%1$s_b'', ''1'')',
     'SELECT gov_request_model_approval(''pr_%1$s_b'', ''1'')',
     'SELECT gov_approve_model(''pr_%1$s_b'', ''1'')'),
    ('approve, approve', 'SELECT gov_register_model(''pr_%1$s_c'', ''1'')',
     'SELECT gov_approve_model(''pr_%1$s_c'', ''1'')',
     'SELECT gov_approve_model(''pr_%1$s_c'', ''1'')'),
    ('approve, deploy', 'SELECT gov_register_model(''pr_%1$s_d'', ''1'')',
     'SELECT gov_approve_model(''pr_%1$s_d'', ''1'')',
     'SELECT gov_deploy_model(''pr_%1$s_d'', ''1'', ''staging'')'),
    ('create, approve', NULL,
     'SELECT gov_create_usecase(''pr_%1$s_e'', ''use'', '''', ''pr_team''); SELECT gov_submit_usecase(''pr_%1$s_e'')',
     'SELECT gov_approve_usecase(''pr_%1$s_e'')'),
    ('submit use-case, approve', 'SELECT gov_create_usecase(''pr_%1$s_f'', ''use'', '''', ''pr_team'')',
     'SELECT gov_submit_usecase(''pr_%1$s_f'')',
     'SELECT gov_approve_usecase(''pr_%1$s_f'')'),
    ('approve use-case, approve', 'SELECT gov_create_usecase(''pr_%1$s_g'', ''use'', '''', ''pr_team''); SELECT gov_submit_usecase(''pr_%1$s_g'')',
     'SELECT gov_approve_usecase(''pr_%1$s_g'')',
     'SELECT gov_approve_usecase(''pr_%1$s_g'')'),
    ('request, approve', NULL,
     'SELECT gov_request_approval(''model_rollback'', ''{"model_id": "pr_%1$s"}'', ''pr %1$s'')',
     'SELECT gov_approve_request(request_id) FROM governance.approval_requests WHERE comments = ''pr %1$s'''),
    ('approve request, approve', 'SELECT gov_request_approval(''usecase_deprecate'', ''{"usecase_id": "pr_%1$s"}'', ''pr2 %1$s'')',
     'SELECT gov_approve_request(request_id) FROM governance.approval_requests WHERE comments = ''pr2 %1$s''',
     'SELECT gov_approve_request(request_id) FROM governance.approval_requests WHERE comments = ''pr2 %1$s''');

-- every way of the one, every way of the other, every duty
\o /dev/null
SELECT CASE WHEN step < 3 THEN
        format('INSERT INTO pr_said SELECT %L, %L, %L, s FROM pr_act(%L, %L) AS s WHERE s <> ''00000''',
            one, two, 'before ' || duty, CASE step WHEN 1 THEN '3 login' ELSE one END, format(call, n))
    ELSE
        format('INSERT INTO pr_said SELECT %L, %L, %L, s FROM pr_act(%L, %L) AS s', one, two, duty, two, format(call, n))
    END
FROM (SELECT a.way, b.way, row_number() OVER (ORDER BY a.way, b.way)
      FROM pr_ways AS a, pr_ways AS b
      WHERE a.way LIKE '1%' AND b.way LIKE '2%') AS p(one, two, n)
CROSS JOIN pr_duties AS d
CROSS JOIN LATERAL (VALUES (1, d.other_call), (2, d.one_call), (3, d.two_call)) AS s(step, call)
WHERE call IS NOT NULL
ORDER BY n, duty, step
\gexec
\o
-- the same for every duty: X is one person, - are two people
SELECT string_agg(way, ', ' ORDER BY way COLLATE "C") AS ways_of_the_one FROM pr_ways WHERE way LIKE '1%';
SELECT * FROM pr_said WHERE duty LIKE 'before%';
SELECT way_two,
    string_agg(verdict, ' ' ORDER BY way_one COLLATE "C") AS "by the ways of the one, in their order"
FROM (
    SELECT way_one, way_two, CASE
        WHEN bool_and(said = 'MG001') THEN 'X'
        WHEN bool_and(said = CASE duty WHEN 'approve, deploy' THEN '55000' ELSE '00000' END) THEN '-'
        ELSE string_agg(DISTINCT duty || ' ' || said, ',') END AS verdict
    FROM pr_said
    GROUP BY way_one, way_two
) AS v
GROUP BY way_two
ORDER BY way_two COLLATE "C";
-- what a control asks finds the same: nothing that was let through conflicts
SELECT count(*) AS votes, count(*) FILTER (WHERE gov_acts_conflict(h.reviewer, h.principals, h.backers,
    v.created_by, v.created_principals, v.created_backers)) AS of_one_person
FROM governance.approval_history AS h
JOIN governance.model_versions AS v ON v.model_id = h.model_id AND v.version = h.version
WHERE h.model_id LIKE 'pr\_%\_a';

--
-- Names that change between the one act and the other
--
SELECT value FROM gov_set_policy('model.required_approvals', '1');
SELECT value FROM gov_set_policy('usecase.required_approvals.medium', '1');
INSERT INTO pr_ways VALUES
    ('renamed', 'regress_pr_uno', 'regress_pr_two', NULL, NULL),
    ('renamed, 3', 'regress_pr_uno', 'regress_pr_other', NULL, NULL);
GRANT regress_pr_other TO regress_pr_one;

-- the login of a user who came with a token
SELECT pr_act('1 token by admin', $$SELECT gov_register_model('pr_names', '1')$$);
SELECT pr_act('1 token by admin', $$SELECT gov_create_usecase('pr_names', 'names', '', 'pr_other'); SELECT gov_submit_usecase('pr_names')$$);
SELECT pr_act('3 login', $$SELECT gov_create_usecase('pr_owned', 'owned', '', 'pr_one'); SELECT gov_submit_usecase('pr_owned')$$);
ALTER ROLE regress_pr_one RENAME TO regress_pr_uno;
SELECT pr_act('renamed', $$SELECT gov_approve_model('pr_names', '1')$$);                -- MG001
SELECT pr_act('renamed', $$SELECT gov_approve_usecase('pr_names')$$);                   -- MG001
SELECT pr_act('renamed', $$SELECT gov_approve_usecase('pr_owned')$$);                   -- MG001
\set VERBOSITY default
SET SESSION AUTHORIZATION regress_pr_uno;
SET ROLE regress_pr_two;
SELECT gov_approve_model('pr_names', '1');                                              -- MG001
RESET SESSION AUTHORIZATION;
\set VERBOSITY terse
-- of who made a token
SELECT pr_act('renamed, 3', $$SELECT gov_register_model('pr_names', '2')$$);
SELECT pr_act('2 token by one', $$SELECT gov_approve_model('pr_names', '2')$$);         -- MG001
SELECT pr_act('2 token by admin', $$SELECT gov_approve_model('pr_names', '2')$$);
ALTER ROLE regress_pr_uno RENAME TO regress_pr_one;
-- of a login that is nobody's
SELECT pr_act('1 shared login', $$SELECT gov_register_model('pr_names', '3')$$);
ALTER ROLE regress_pr_shared RENAME TO regress_pr_uno;
SELECT pr_act('renamed', $$SELECT gov_approve_model('pr_names', '3')$$);                -- MG001
-- dropped, and made anew
DROP ROLE regress_pr_uno;
CREATE ROLE regress_pr_shared;
GRANT regress_pr_one, regress_pr_two TO regress_pr_shared;
SELECT pr_act('2 shared login', $$SELECT gov_approve_model('pr_names', '3')$$);         -- MG001
SELECT pr_act('2 login', $$SELECT gov_approve_model('pr_names', '3')$$);
-- the user gone, or with another login
SELECT pr_act('1 token by admin', $$SELECT gov_register_model('pr_names', '4')$$);
SELECT is_active FROM gov_deactivate_user('pr_one');
SELECT pr_act('2 login of one', $$SELECT gov_approve_model('pr_names', '4')$$);         -- MG001
UPDATE governance.users SET db_role = NULL WHERE user_id = 'pr_one';
SELECT pr_act('2 login of one', $$SELECT gov_approve_model('pr_names', '4')$$);         -- MG001
SELECT db_role FROM gov_create_user('pr_new', NULL, 'regress_pr_one');
SELECT role FROM gov_assign_role('pr_new', 'pr_all');
SELECT pr_act('1 login', $$SELECT gov_approve_model('pr_names', '4')$$);                -- MG001
UPDATE governance.users SET db_role = NULL WHERE user_id = 'pr_new';
UPDATE governance.users SET db_role = 'regress_pr_one' WHERE user_id = 'pr_one';
SELECT is_active FROM gov_reactivate_user('pr_one');
UPDATE pr_ways SET token = pr_token('1a', 'regress_pr_admin', NULL, 'pr_one') WHERE way = '1 token by admin';
SELECT pr_act('2 token by admin', $$SELECT gov_approve_model('pr_names', '4')$$);

--
-- Who stands for many
--
-- a login with actor:impersonate, also where it sets a role
INSERT INTO pr_ways VALUES
    ('pool as 1', 'regress_pr_many', 'regress_pr_one', NULL, NULL),
    ('pool as 2', 'regress_pr_many', 'regress_pr_two', NULL, NULL),
    ('gate as 2', 'regress_pr_gate', 'regress_pr_two', NULL, NULL);
CREATE ROLE regress_pr_many;
GRANT regress_pr_one, regress_pr_two TO regress_pr_many;
SELECT user_id FROM gov_create_user('pr_many', NULL, 'regress_pr_many');
SELECT role FROM gov_assign_role('pr_many', 'pr_pool');
SELECT pr_act('pool as 1', $$SELECT gov_register_model('pr_many', '1')$$);
SELECT pr_act('pool as 2', $$SELECT gov_approve_model('pr_many', '1')$$);
-- a login through which only tokens act; once it does more, it is one login
SELECT pr_act('1 token by admin', $$SELECT gov_register_model('pr_many', '2')$$);
GRANT regress_pr_two TO regress_pr_gate;
SELECT pr_act('gate as 2', $$SELECT gov_approve_model('pr_many', '2')$$);               -- MG001
SELECT pr_act('2 token by admin', $$SELECT gov_approve_model('pr_many', '2')$$);
REVOKE regress_pr_two FROM regress_pr_gate;
-- two tokens at a login that could do without them
INSERT INTO pr_ways
SELECT '3 at 1', 'regress_pr_one', NULL, pr_token('3', 'regress_pr_admin', NULL, 'pr_other'), NULL;
SELECT pr_act('3 at 1', $$SELECT gov_register_model('pr_many', '3')$$);
SELECT pr_act('2 token, one''s login', $$SELECT gov_approve_model('pr_many', '3')$$);   -- MG001
SELECT pr_act('2 login', $$SELECT gov_approve_model('pr_many', '3')$$);
-- a superuser, who may become anybody, backs nobody by a login ...
SET ROLE regress_pr_one;
SELECT status FROM gov_register_model('pr_many', '4');
SET ROLE regress_pr_two;
SELECT status FROM gov_approve_model('pr_many', '4');
-- ... but by a token; so does an admin
RESET ROLE;
SELECT status FROM gov_register_model('pr_many', '5');
INSERT INTO pr_ways
SELECT '2 by dba', 'regress_pr_gate', NULL, gov_create_api_token('pr_two', 'by the dba'), NULL;
\set VERBOSITY default
BEGIN;
SET LOCAL SESSION AUTHORIZATION regress_pr_gate;
SELECT gov_begin_as(token) FROM pr_ways WHERE way = '2 by dba' \g /dev/null
SAVEPOINT s;
SELECT regexp_replace(gov_approve_model('pr_many', '5')::text, '.*', 'approved');       -- MG001
ROLLBACK;
\set VERBOSITY terse
SELECT pr_act('2 token by admin', $$SELECT gov_approve_model('pr_many', '5')$$);
INSERT INTO pr_ways VALUES ('admin', 'regress_pr_admin', NULL, NULL, NULL);
SELECT pr_act('admin', $$SELECT gov_register_model('pr_many', '6')$$);
SELECT pr_act('2 token by admin', $$SELECT gov_approve_model('pr_many', '6')$$);        -- MG001
-- and who made a token by a token that somebody else had made
INSERT INTO pr_ways
SELECT '2 by 2', 'regress_pr_gate', NULL, made, NULL
FROM (SELECT gov_begin_as(token) FROM pr_ways WHERE way = '2 token by admin') AS b,
    LATERAL (SELECT gov_create_api_token(gov_begin_as, 'by oneself')) AS t(made);
SELECT pr_act('2 by 2', $$SELECT gov_approve_model('pr_many', '6')$$);                  -- MG001
SELECT pr_act('2 by dba', $$SELECT gov_approve_model('pr_many', '6')$$);

--
-- Requests that are approved before the thing is there
--
SELECT enabled FROM gov_set_approval_policy('model_deploy_production', required_role => 'pr_all');
SELECT enabled FROM gov_set_approval_policy('usecase_approve', required_role => 'pr_all');
SELECT value FROM gov_set_policy('model.require_staging', 'false');
SELECT pr_act('3 login', $$SELECT gov_request_approval('model_deploy_production', '{"model_id": "pr_early", "version": "1"}', 'pr early')$$);
SELECT pr_act('3 login', $$SELECT gov_request_approval('usecase_approve', '{"usecase_id": "pr_early"}', 'pr early')$$);
SELECT pr_act('2 token, one''s login', $$SELECT gov_approve_request(request_id) FROM governance.approval_requests WHERE comments = 'pr early'$$);
SELECT pr_act('1 login', $$SELECT gov_register_model('pr_early', '1')$$);
SELECT pr_act('1 login', $$SELECT gov_create_usecase('pr_early', 'early', '', 'pr_team'); SELECT gov_submit_usecase('pr_early')$$);
SELECT pr_act('2 login', $$SELECT gov_approve_model('pr_early', '1')$$);
SELECT pr_act('admin', $$SELECT gov_deploy_model('pr_early', '1')$$);                   -- MG001
SELECT pr_act('admin', $$SELECT gov_approve_usecase('pr_early')$$);                     -- MG001
CREATE FUNCTION pg_temp.pr_refusal(call text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE call;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END
$$;
SET ROLE regress_pr_admin;
SELECT regexp_replace(message, '"[0-9a-f-]{36}"', '"..."') AS message, detail, hint
FROM pg_temp.pr_refusal($$SELECT gov_deploy_model('pr_early', '1')$$) \gx
RESET ROLE;

--
-- Controls judge by the same
--
SELECT enabled FROM gov_set_approval_policy('model_deploy_production', enabled => false);
SELECT enabled FROM gov_set_approval_policy('usecase_approve', enabled => false);
SELECT enabled FROM gov_set_approval_policy('model_rollback', enabled => false);
SELECT value FROM gov_set_policy('sod.registrar_may_approve', 'true');
SELECT value FROM gov_set_policy('sod.approver_may_deploy', 'true');
SELECT pr_act('1 login', $$SELECT gov_register_model('pr_control', '1')$$);
SELECT pr_act('2 login of one', $$SELECT gov_approve_model('pr_control', '1')$$);
SELECT pr_act('3 login', $$SELECT gov_deploy_model('pr_control', '1')$$);
SELECT pr_act('3 login', $$SELECT gov_register_model('pr_control', '2')$$);
SELECT pr_act('2 token by one', $$SELECT gov_approve_model('pr_control', '2')$$);
SELECT pr_act('1 login', $$SELECT gov_deploy_model('pr_control', '2')$$);
SELECT pr_act('3 login', $$SELECT gov_register_model('pr_control', '3')$$);
SELECT pr_act('2 token by admin', $$SELECT gov_approve_model('pr_control', '3')$$);
SELECT pr_act('1 token by admin', $$SELECT gov_deploy_model('pr_control', '3')$$);
-- who approved before it was sent back has not approved it
SELECT pr_act('3 login', $$SELECT gov_register_model('pr_control', '4')$$);
SELECT pr_act('1 login', $$SELECT gov_approve_model('pr_control', '4')$$);
SELECT pr_act('3 login', $$SELECT gov_deploy_model('pr_control', '4')$$);
SELECT pr_act('3 login', $$SELECT gov_rollback_model('pr_control', 'bad')$$);
SELECT pr_act('3 login', $$SELECT gov_request_model_approval('pr_control', '4')$$);
SELECT pr_act('2 login', $$SELECT gov_approve_model('pr_control', '4')$$);
SELECT pr_act('1 login', $$SELECT gov_deploy_model('pr_control', '4')$$);
SELECT id, f AS exception
FROM unnest('{eu-ai-act-14.1,soc2-cc8.1}'::text[]) AS id,
    gov_check_control(id) AS c, jsonb_array_elements_text(c -> 'findings') AS f
WHERE f LIKE 'pr\_control%' ORDER BY id, f;
SELECT value FROM gov_set_policy('sod.registrar_may_approve', 'false');
SELECT value FROM gov_set_policy('sod.approver_may_deploy', 'false');
SELECT value FROM gov_set_policy('model.require_staging', 'true');

-- the function by itself
SELECT gov_acts_conflict('a', '{user/a}', '{}', 'b', '{user/b}', '{user/a}') AS backed,
    gov_acts_conflict('a', '{user/a}', '{user/x,login/gate}', 'b', '{user/b}', '{user/x,login/gate}') AS backers_alone,
    gov_acts_conflict('a', '{user/a,login/x}', '{}', 'b', '{user/b}', '{login/x}') AS by_login,
    gov_acts_conflict('a', '{}', '{}', 'a', NULL, NULL) AS by_who,
    gov_acts_conflict(NULL, NULL, NULL, NULL, NULL, NULL) AS nobody;

-- what was known stays as it was, whoever writes
\set VERBOSITY sqlstate
UPDATE governance.model_versions SET created_principals = '{}' WHERE model_id = 'pr_control';       -- 55000
UPDATE governance.approval_history SET backers = '{}' WHERE model_id = 'pr_control';                -- 55000
UPDATE governance.deployment_history SET principals = '{}' WHERE model_id = 'pr_control';           -- 55000
UPDATE governance.use_cases SET created_backers = '{}' WHERE usecase_id = 'pr_names';               -- 55000
UPDATE governance.usecase_approvals SET principals = '{}' WHERE usecase_id LIKE 'pr\_%';            -- 55000
UPDATE governance.approval_requests SET principals = '{}' WHERE comments = 'pr early';              -- 55000
UPDATE governance.approvals SET principals = '{}';                                                  -- 55000
UPDATE governance.api_tokens SET backers = '{}' WHERE user_id = 'pr_two';                           -- 55000
\set VERBOSITY terse

-- clean up
SET client_min_messages = warning;
SELECT count(gov_revoke_role(user_id, role)) FROM governance.user_roles WHERE user_id LIKE 'pr\_%';
SELECT count(gov_deactivate_user(user_id)) FROM governance.users WHERE user_id LIKE 'pr\_%';
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'pr\_%';
UPDATE governance.approval_policies SET required_role = 'approver', required_count = 1, enabled = false WHERE required_role = 'pr_all';
SELECT value FROM gov_set_policy('usecase.required_approvals.medium', '1');
SELECT gov_drop_role('pr_clerk'), gov_drop_role('pr_all'), gov_drop_role('pr_pool');
DROP FUNCTION pr_act(text, text), pr_token(text, text, text, text);
DROP TABLE pr_ways, pr_said, pr_duties;
DROP ROLE regress_pr_one, regress_pr_two, regress_pr_other, regress_pr_admin, regress_pr_shared, regress_pr_gate, regress_pr_pool, regress_pr_many;
