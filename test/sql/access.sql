-- Users, roles, permissions, inheritance and assignments: who may be what.
\set VERBOSITY terse
\set SHOW_CONTEXT never

SELECT gov_current_actor() AS dba \gset

CREATE ROLE regress_access_ann;
CREATE ROLE regress_access_new;
CREATE ROLE regress_access_nobody;

-- the trail of this file, and what a user may do
CREATE VIEW access_trail AS
SELECT event_type, resource,
       CASE WHEN actor = session_user THEN 'dba' ELSE actor END AS actor,
       coalesce(details ->> 'reason', '') AS reason
FROM governance.audit_events
WHERE event_type <> 'access.denied' AND resource LIKE '%/access\_%' AND actor IS NOT NULL
ORDER BY event_id;
CREATE FUNCTION access_rights(who text) RETURNS text LANGUAGE sql AS
$$SELECT coalesce(string_agg(c.permission, ' ' ORDER BY c.permission COLLATE "C"), '-')
  FROM governance.permission_catalog() AS c
  WHERE gov_has_permission(who, c.permission)$$;

--
-- Users
--
SELECT user_id, email, db_role, is_active, created_by = :'dba' AS by_dba, metadata
FROM gov_create_user('access_ann', 'ann@example.com', 'regress_access_ann',
                     '{"team": "risk"}');
-- an empty e-mail address is none; a user need not have a database role
SELECT email, db_role, metadata FROM gov_create_user('access_bob', '');
SELECT email, metadata FROM gov_create_user('access_cat', NULL, metadata => NULL);
-- bad values: 22023
SELECT gov_create_user('system', '');
SELECT gov_create_user('access dan', '');
SELECT gov_create_user(NULL, '');
SELECT gov_create_user('access_dan', 'no-address');
SELECT gov_create_user('access_dan', 'two@at@signs');
SELECT gov_create_user('access_dan', '@domain');
SELECT gov_create_user('access_dan', 'name@');
SELECT gov_create_user('access_dan', 'white space@example.com');
SELECT gov_create_user('access_dan', repeat('x', 320) || '@example.com');
SELECT gov_create_user('access_dan', '', '');
SELECT gov_create_user('access_dan', '', metadata => '[]');
\set VERBOSITY default
-- the database role does not exist: 42704
SELECT gov_create_user('access_dan', '', 'regress_access_missing');
-- it is somebody else's: 23505
SELECT gov_create_user('access_dan', '', 'regress_access_ann');
-- the user exists already, and nothing of the old row changes: 23505
SELECT gov_create_user('access_ann', 'other@example.com');
\set VERBOSITY terse
SELECT email FROM governance.users WHERE user_id = 'access_ann';

-- without user:manage nobody learns what exists
SET ROLE regress_access_ann;
SELECT gov_create_user('access_dan', '');     -- 42501
SELECT gov_update_user('access_bob', '');     -- 42501
SELECT gov_update_user('access_none', '');    -- 42501
SELECT gov_deactivate_user('access_none');    -- 42501
SELECT gov_reactivate_user('access_none');    -- 42501
SET ROLE regress_access_nobody;
SELECT gov_create_user('access_dan', '');     -- 42501, no actor
RESET ROLE;

-- NULL leaves a field as it was, '' removes the e-mail address
SELECT email, db_role, metadata FROM gov_update_user('access_ann', metadata => '{"team": "fraud"}');
SELECT email, db_role, metadata FROM gov_update_user('access_ann', '');
SELECT email, db_role, metadata FROM gov_update_user('access_ann', 'ann@example.com', 'regress_access_new');
SELECT email, db_role, metadata FROM gov_update_user('access_ann', db_role => 'regress_access_ann');
-- nothing to change: nothing is written
SELECT count(*) AS events FROM access_trail \gset
SELECT email, db_role, metadata FROM gov_update_user('access_ann');
SELECT user_id FROM gov_update_user('access_ann', 'ann@example.com', 'regress_access_ann', '{"team": "fraud"}');
SELECT count(*) - :events AS new_events FROM access_trail;
SELECT gov_update_user('access_none');                                   -- 42704
SELECT gov_update_user('access_bob', db_role => 'regress_access_ann');   -- 23505
SELECT gov_update_user('access_bob', db_role => 'regress_access_none');  -- 42704
SELECT gov_update_user('access_bob', 'nonsense');                        -- 22023

--
-- Roles
--
\set VERBOSITY default
SELECT role, description, is_builtin, created_by = :'dba' AS by_dba
FROM gov_create_role('access_deployer', 'deploys', '{model:deploy,MODEL_ROLLBACK,MODEL_DEPLOY}');
-- stored as the list spells it, each once
SELECT permission, granted_by = :'dba' AS by_dba FROM governance.role_permissions
WHERE role = 'access_deployer' ORDER BY 1;
SELECT role FROM gov_create_role('access_lead', inherits => '{access_deployer,analyst}');
SELECT gov_create_role('access_lead');                                  -- 23505
SELECT gov_create_role('access_x', permissions => '{model:fly}');       -- 22023
SELECT gov_create_role('access_x', inherits => '{access_none}');        -- 42704
\set VERBOSITY terse
SELECT gov_create_role('access_x', inherits => '{analyst,analyst}');    -- 22023
SELECT gov_create_role('access_x', inherits => '{access_x}');           -- 42704
SELECT gov_create_role('no good');                                      -- 22023
SELECT count(*) FROM governance.roles WHERE role = 'access_x';

-- granting twice returns the row as it was
SELECT permission, granted_at AS first_at FROM gov_grant_permission('access_deployer', 'INCIDENT_REPORT') \gset
SELECT permission, granted_at = :'first_at' AS unchanged
FROM gov_grant_permission('access_deployer', 'incident:report');
SELECT gov_revoke_permission('access_deployer', 'INCIDENT_REPORT');
SELECT gov_revoke_permission('access_deployer', 'incident:report');
SELECT gov_grant_permission('access_none', 'model:deploy');             -- 42704
SELECT gov_revoke_permission('access_none', 'model:deploy');            -- 42704
SELECT gov_grant_permission('access_deployer', 'model:fly');            -- 22023
SELECT gov_grant_permission('access_deployer', NULL);                   -- 22023

-- inheritance has no cycles, whoever writes
\set VERBOSITY default
SELECT gov_create_role('access_chief', inherits => '{access_lead}') IS NOT NULL AS made;
SELECT gov_add_inheritance('access_deployer', 'access_chief');          -- 55000
SELECT gov_add_inheritance('access_lead', 'access_lead');               -- 55000
INSERT INTO governance.role_inheritance (role, inherited_role)
VALUES ('access_lead', 'access_chief');                                 -- 55000
\set VERBOSITY terse
-- what is inherited already is no error and no event
SELECT count(*) AS events FROM access_trail \gset
SELECT role FROM gov_add_inheritance('access_chief', 'access_lead');
SELECT count(*) - :events AS new_events FROM access_trail;
SELECT gov_add_inheritance('access_chief', 'access_none');              -- 42704
SELECT gov_add_inheritance('access_none', 'access_chief');              -- 42704
-- only what is inherited directly can be removed
SELECT gov_remove_inheritance('access_chief', 'access_deployer');       -- 42704
SELECT gov_remove_inheritance('access_chief', 'access_none');           -- 42704

--
-- Assignments
--
SELECT access_rights('access_ann');
SELECT user_id, role, assigned_by = :'dba' AS by_dba, expires_at, reason, delegated_by
FROM gov_assign_role('access_ann', 'access_chief', reason => 'promoted');
SELECT access_rights('access_ann');
-- a permission granted far up the inheritance is there at once
SELECT permission FROM gov_grant_permission('access_deployer', 'sla:record');
SELECT gov_has_permission('access_ann', 'sla:record');
SELECT gov_revoke_permission('access_deployer', 'sla:record');
SELECT gov_has_permission('access_ann', 'sla:record');
-- so is an inheritance that ends
BEGIN;
SELECT role FROM gov_remove_inheritance('access_lead', 'access_deployer');
SELECT access_rights('access_ann');
ROLLBACK;
SELECT access_rights('access_ann');

SELECT gov_assign_role('access_none', 'analyst');                       -- 42704
SELECT gov_assign_role('access_ann', 'access_none');                    -- 42704
SELECT gov_assign_role('access_ann', NULL);                             -- 22023
SELECT gov_assign_role('access_ann', 'analyst', 'infinity');            -- 22023
\set VERBOSITY sqlstate
SELECT gov_assign_role('access_ann', 'analyst', now() - interval '1 second'); -- 22023
\set VERBOSITY terse
-- assigning and revoking need role:manage
SET ROLE regress_access_ann;
SELECT gov_assign_role('access_bob', 'analyst');                        -- 42501
SELECT gov_revoke_role('access_ann', 'access_chief');                   -- 42501
SELECT gov_revoke_role('access_none', 'access_chief');                  -- 42501
SELECT gov_create_role('access_x');                                     -- 42501
SELECT gov_drop_role('access_chief');                                   -- 42501
SELECT gov_add_inheritance('access_chief', 'auditor');                  -- 42501
SELECT gov_remove_inheritance('access_chief', 'access_lead');           -- 42501
SELECT gov_grant_permission('access_chief', 'model:deploy');            -- 42501
SELECT gov_revoke_permission('access_chief', 'model:deploy');           -- 42501
SELECT gov_create_sod_set('access_set', '{access_chief,analyst}');      -- 42501
SELECT gov_drop_sod_set('auditor_admin');                               -- 42501
RESET ROLE;

-- assigning again replaces expiry and reason
SELECT role, expires_at > now() AS expires, reason
FROM gov_assign_role('access_bob', 'analyst', now() + interval '1 hour', 'holiday cover');
SELECT role, expires_at, reason FROM gov_assign_role('access_bob', 'analyst');
SELECT count(*) FROM governance.user_roles WHERE user_id = 'access_bob';

-- an assignment ends at its moment, in the middle of a session and of a
-- transaction, and then counts nowhere
SELECT role FROM gov_assign_role('access_bob', 'access_deployer');
SELECT gov_has_permission('access_bob', 'model:deploy');
CREATE FUNCTION pg_temp.held_until(ends timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    before timestamptz := clock_timestamp();
BEGIN
    WHILE gov_has_permission('access_bob', 'model:deploy') LOOP
        IF before >= ends THEN
            RETURN false;
        END IF;
        PERFORM pg_sleep(0.01);
        before := clock_timestamp();
    END LOOP;
    RETURN clock_timestamp() >= ends;
END
$$;
UPDATE governance.user_roles SET expires_at = clock_timestamp() + interval '0.5 seconds'
WHERE user_id = 'access_bob' AND role = 'access_deployer' RETURNING expires_at AS ends \gset
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.held_until(:'ends') AS held_until_then;
COMMIT;
-- it was not held any more; the leftover goes
SELECT gov_revoke_role('access_bob', 'access_deployer');
SELECT count(*) FROM governance.user_roles
WHERE user_id = 'access_bob' AND role = 'access_deployer';

-- was it held?
SELECT gov_revoke_role('access_bob', 'analyst', 'back from holiday');
SELECT gov_revoke_role('access_bob', 'analyst');
SELECT gov_revoke_role('access_none', 'analyst');                       -- 42704
SELECT gov_revoke_role('access_bob', 'access_none');                    -- 42704
-- what stays by inheritance is said
SELECT role FROM gov_assign_role('access_ann', 'access_lead');
SELECT gov_revoke_role('access_ann', 'access_lead');
SELECT gov_revoke_role('access_ann', 'access_deployer');

--
-- Dropping roles
--
\set VERBOSITY default
SELECT gov_drop_role('analyst');                                        -- 55000
SELECT name FROM gov_create_sod_set('access_set', '{access_chief,auditor}');
SELECT gov_drop_role('access_chief');                                   -- 55000
SELECT gov_drop_sod_set('access_set');
SELECT gov_drop_sod_set('access_set');
SELECT role FROM gov_assign_role('access_bob', 'access_chief');
SELECT gov_drop_role('access_chief');
SELECT gov_drop_role('access_chief');
SELECT access_rights('access_ann');
SELECT role FROM gov_create_role('access_unused');
SELECT gov_drop_role('access_unused');
\set VERBOSITY terse

--
-- Deactivation: rights are gone at once, assignments stay
--
SELECT role FROM gov_assign_role('access_ann', 'access_lead');
SELECT is_active FROM gov_deactivate_user('access_ann', 'left');
SELECT access_rights('access_ann');
SELECT gov_deactivate_user('access_ann');                               -- 55000
SELECT gov_deactivate_user('access_none');                              -- 42704
SELECT gov_assign_role('access_ann', 'analyst');                        -- 55000
SET ROLE regress_access_ann;
SELECT gov_current_actor();
RESET ROLE;
SELECT is_active FROM gov_reactivate_user('access_ann', 'came back');
SELECT gov_reactivate_user('access_ann');                               -- 55000
SELECT gov_reactivate_user('access_none');                              -- 42704
SELECT access_rights('access_ann');
-- an inactive user's roles can be taken
SELECT is_active FROM gov_deactivate_user('access_ann');
SELECT gov_revoke_role('access_ann', 'access_lead');

-- who deactivates oneself is the one who did it
SELECT user_id FROM gov_reactivate_user('access_ann');
SELECT role FROM gov_create_role('access_people', permissions => '{user:manage}');
SELECT role FROM gov_assign_role('access_ann', 'access_people');
SET ROLE regress_access_ann;
SELECT is_active FROM gov_deactivate_user('access_ann', 'retiring');
SELECT gov_create_user('access_dan', '');                               -- 42501
RESET ROLE;
SELECT gov_drop_role('access_people');

--
-- The last admin stays: one who expires does not count
--
\set VERBOSITY default
SELECT gov_revoke_role(:'dba', 'admin');                                -- 55000
SELECT gov_deactivate_user(:'dba');                                     -- 55000
SELECT role FROM gov_assign_role('access_bob', 'admin', now() + interval '1 day');
SELECT gov_revoke_role(:'dba', 'admin');                                -- 55000
SELECT gov_assign_role(:'dba', 'admin', now() + interval '1 day');      -- 55000
\set VERBOSITY terse
UPDATE governance.users SET is_active = false WHERE user_id = :'dba';   -- 55000
DELETE FROM governance.user_roles WHERE user_id = :'dba';               -- 55000
-- another lasting one, by a role that inherits admin, will do
BEGIN;
SELECT role FROM gov_create_role('access_root', inherits => '{admin}');
SELECT role FROM gov_assign_role('access_bob', 'access_root');
SELECT gov_revoke_role(:'dba', 'admin');
ROLLBACK;
-- and then that role can neither go nor stop inheriting
BEGIN;
SELECT role FROM gov_create_role('access_root', inherits => '{admin}');
SELECT role FROM gov_assign_role(:'dba', 'access_root');
SELECT gov_revoke_role('access_bob', 'admin');
SET LOCAL client_min_messages = warning; -- the notice names the one who installed
SELECT gov_revoke_role(:'dba', 'admin');
SAVEPOINT s;
SELECT gov_remove_inheritance('access_root', 'admin');                  -- 55000
ROLLBACK TO s;
SELECT gov_drop_role('access_root');                                    -- 55000
ROLLBACK TO s;
SELECT gov_assign_role(:'dba', 'access_root', now() + interval '1 day'); -- 55000
ROLLBACK;
SELECT gov_revoke_role('access_bob', 'admin');

-- users of names of every length, alike but for that, are told apart
BEGIN;
SELECT count(gov_create_user(rpad('access_', n, 'x'), '')) FROM generate_series(20, 128) AS n;
SELECT count(gov_assign_role(rpad('access_', n, 'x'), 'operator')) FROM generate_series(20, 128) AS n WHERE n % 2 = 0;
SELECT count(*) FILTER (WHERE gov_has_permission(rpad('access_', n, 'x'), 'model:deploy') <> (n % 2 = 0)) AS wrong
FROM generate_series(20, 128) AS n, generate_series(1, 2);
SELECT gov_has_permission(rpad('access_', 23, 'x') || 'y', 'model:deploy') AS unknown,
       gov_has_permission(rpad('access_', 300, 'x'), 'model:deploy') AS too_long;
ROLLBACK;

-- nothing in a read-only transaction: 25006
BEGIN READ ONLY;
SELECT gov_create_user('access_dan', '');
ROLLBACK;
BEGIN READ ONLY;
SELECT gov_revoke_role('access_bob', 'admin');
ROLLBACK;

-- all of that is in the trail
SELECT * FROM access_trail;

-- clean up
SELECT gov_drop_role('access_lead'), gov_drop_role('access_deployer');
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'access\_%';
SELECT user_id FROM governance.users WHERE user_id LIKE 'access\_%' AND is_active ORDER BY 1;
SELECT count(gov_deactivate_user(user_id)) FROM governance.users
WHERE user_id LIKE 'access\_%' AND is_active;
DROP VIEW access_trail;
DROP FUNCTION access_rights(text);
DROP ROLE regress_access_ann, regress_access_new, regress_access_nobody;
