-- Install it, and say who may do what
\echo 'One statement installs everything.  The role that runs it becomes the first'
\echo 'user, an admin.'
\echo
CREATE EXTENSION governance;

\echo
\echo 'Four people, each with a login of their own.'
\echo
CREATE ROLE demo_dana LOGIN;
CREATE ROLE demo_amir LOGIN;
CREATE ROLE demo_olga LOGIN;
CREATE ROLE demo_ines LOGIN;

\o /dev/null
\set ECHO none
SELECT gov_create_user('dana', NULL, 'demo_dana', '{"does": "trains models"}');
SELECT gov_create_user('amir', NULL, 'demo_amir', '{"does": "decides on them"}');
SELECT gov_create_user('olga', NULL, 'demo_olga', '{"does": "runs them"}');
SELECT gov_create_user('ines', NULL, 'demo_ines', '{"does": "looks at what was done"}');
\o
\set ECHO queries
\echo 'SELECT gov_create_user(...) made each of them a user.  Rights come by roles; four'
\echo 'of the five built-in ones are used here, and one of our own:'
\echo
SELECT role, description FROM gov_create_role('data_scientist', 'trains and registers models', '{model:register}');
SELECT user_id, role FROM gov_assign_role('dana', 'data_scientist');
SELECT user_id, role FROM gov_assign_role('amir', 'approver');
SELECT user_id, role FROM gov_assign_role('olga', 'operator');
SELECT user_id, role FROM gov_assign_role('ines', 'auditor');

\echo 'What that comes to, for models:'
\echo
SELECT u.user_id, u.metadata ->> 'does' AS does, r.role,
    gov_has_permission(u.user_id, 'model:register') AS registers,
    gov_has_permission(u.user_id, 'model:approve') AS approves,
    gov_has_permission(u.user_id, 'model:deploy') AS deploys,
    gov_has_permission(u.user_id, 'audit:read') AS "reads trail"
FROM governance.users AS u JOIN governance.user_roles AS r USING (user_id)
WHERE u.metadata ? 'does' ORDER BY u.created_at;

\echo 'Some roles exclude each other: nobody checks what they did themselves.'
\echo
\set ON_ERROR_STOP off
SELECT gov_assign_role('olga', 'approver');
