-- Who is behind a request: whoever lends to who asks, and a login that could
-- vote without the tokens that it shows.
\set VERBOSITY terse
\set SHOW_CONTEXT never

CREATE ROLE regress_behind_ada;     -- lends
CREATE ROLE regress_behind_ben;     -- borrows, and asks
CREATE ROLE regress_behind_cleo;    -- votes, too
CREATE ROLE regress_behind_desk;    -- a login whose user may vote
CREATE ROLE regress_behind_gate;    -- one whose user may nothing
SELECT role FROM gov_create_role('behind_board');
SELECT role FROM gov_create_role('behind_ops', permissions => '{model:rollback}');
SELECT count(gov_create_user('behind_' || u, NULL, ('regress_behind_' || u)::name)) FROM unnest('{ada,ben,cleo,desk,gate}'::text[]) AS u;
SELECT count(gov_assign_role('behind_' || u, r))
FROM (VALUES ('ada', 'behind_ops'), ('ada', 'behind_board'), ('cleo', 'behind_board'), ('desk', 'behind_board')) AS a(u, r);
SELECT enabled FROM gov_set_approval_policy('model_rollback', required_role => 'behind_board');
CREATE TEMP TABLE tokens AS
SELECT u AS who, gov_create_api_token('behind_' || u, 'behind') AS token FROM unnest('{ben,cleo}'::text[]) AS u;
GRANT SELECT ON tokens TO PUBLIC;

-- what a call ends in, by a login, as its user or with somebody's token
CREATE FUNCTION pg_temp.by(login text, call text, bearer text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    tester name := session_user;
    detail text;
BEGIN
    BEGIN
        PERFORM set_config('session_authorization', 'regress_behind_' || login, true);
        PERFORM gov_begin_as(token) FROM tokens WHERE who = bearer;
        EXECUTE call;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
        RETURN SQLSTATE || ': ' || detail;
    END;
    PERFORM set_config('session_authorization', tester, true);
    RETURN 'done';
END
$$;
CREATE FUNCTION pg_temp.asks(name text, login text, bearer text DEFAULT NULL) RETURNS text LANGUAGE sql
AS $$ SELECT pg_temp.by(login, format('SELECT gov_request_approval(''model_rollback'', ''{"model_id": "behind"}'', %L)', 'behind ' || name), bearer) $$;
CREATE FUNCTION pg_temp.votes(name text, login text, bearer text DEFAULT NULL) RETURNS text LANGUAGE sql
AS $$ SELECT pg_temp.by(login, format('SELECT gov_approve_request(request_id) FROM governance.approval_requests WHERE comments = %L', 'behind ' || name), bearer) $$;
CREATE FUNCTION pg_temp.lends() RETURNS text LANGUAGE sql
AS $$ SELECT pg_temp.by('ada', $call$SELECT gov_delegate('behind_ops', 'behind_ben', now() + interval '1 hour', 'away')$call$) $$;

-- asked with a right that is lent, which the request is for
SELECT pg_temp.lends();
SELECT pg_temp.asks('a', 'ben');
SELECT pg_temp.votes('a', 'ada');                   -- MG001
SELECT pg_temp.votes('a', 'cleo');
-- the loan taken back before the vote
SELECT pg_temp.asks('b', 'ben');
SELECT pg_temp.by('ada', $$SELECT gov_revoke_role('behind_ben', 'behind_ops', 'back')$$);
SELECT pg_temp.votes('b', 'ada');                   -- MG001
SELECT pg_temp.votes('b', 'cleo');
-- asked before anything was lent
SELECT pg_temp.asks('c', 'ben');
SELECT pg_temp.lends();
SELECT pg_temp.votes('c', 'ada');

-- two tokens at one login, whose user could vote without one
SELECT pg_temp.asks('d', 'desk', 'ben');
SELECT pg_temp.votes('d', 'desk', 'cleo');          -- MG001
SELECT pg_temp.votes('d', 'gate', 'cleo');
-- at one whose user could not: a gateway
SELECT pg_temp.asks('e', 'gate', 'ben');
SELECT pg_temp.votes('e', 'gate', 'cleo');

SELECT comments, status, (SELECT string_agg(substr(n, 6), ' ' ORDER BY n) FROM unnest(principals) AS n WHERE n LIKE 'user/%') AS principals
FROM governance.approval_requests WHERE comments LIKE 'behind %' ORDER BY comments;

-- an owner is who is named: by the user's id, login or address
SELECT role FROM gov_create_role('behind_cases', permissions => '{usecase:create,usecase:approve}');
SELECT count(gov_assign_role('behind_' || u, 'behind_cases')) FROM unnest('{ada,cleo}'::text[]) AS u;
SELECT email FROM gov_update_user('behind_ada', email => 'Ada@behind.example');
SELECT count(gov_create_usecase('behind_' || c, 'case', '', 'nobody')) FROM unnest('{a,b,c,d}'::text[]) AS c;
SELECT pg_temp.by('cleo', format('SELECT gov_update_usecase(''behind_%s'', owner => %L); SELECT gov_submit_usecase(''behind_%1$s'')', c, o))
FROM (VALUES ('a', 'behind_ada'), ('b', 'regress_behind_ada'), ('c', 'ada@BEHIND.example'), ('d', 'bda@behind.example')) AS u(c, o);
SELECT c, pg_temp.by('ada', format('SELECT gov_approve_usecase(''behind_%s'')', c)) AS approves FROM unnest('{a,b,c,d}'::text[]) AS c;

-- clean up
UPDATE governance.approval_policies SET required_role = 'approver', enabled = false WHERE required_role = 'behind_board';
SET client_min_messages = warning;
SELECT count(gov_revoke_role(user_id, role)) FROM governance.user_roles WHERE user_id LIKE 'behind\_%';
SELECT count(gov_deactivate_user(user_id)) FROM governance.users WHERE user_id LIKE 'behind\_%';
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'behind\_%';
SELECT gov_drop_role('behind_board'), gov_drop_role('behind_ops'), gov_drop_role('behind_cases');
RESET client_min_messages;
DROP ROLE regress_behind_ada, regress_behind_ben, regress_behind_cleo, regress_behind_desk, regress_behind_gate;
