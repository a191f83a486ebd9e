-- Nobody conveys what they do not hold: by every way in which a right can
-- reach somebody.
\set VERBOSITY terse
\set SHOW_CONTEXT never

CREATE ROLE regress_access_convey_kim;
CREATE ROLE regress_access_convey_lee;
CREATE ROLE regress_access_convey_pool;
CREATE ROLE regress_access_convey_spare;

-- Kim manages users, roles and permissions, and reads the trail; no more.
SELECT role FROM gov_create_role('convey_manager', 'manages people',
    '{user:manage,role:manage,permission:manage,audit:read}');
SELECT user_id FROM gov_create_user('convey_kim', '', 'regress_access_convey_kim');
SELECT role FROM gov_assign_role('convey_kim', 'convey_manager');
-- Lee holds something that Kim lacks.
SELECT user_id FROM gov_create_user('convey_lee', '', 'regress_access_convey_lee');
SELECT role FROM gov_assign_role('convey_lee', 'approver');
SELECT user_id FROM gov_create_user('convey_max', '');

SET ROLE regress_access_convey_kim;

-- creating a role: 42501
\set VERBOSITY default
SELECT gov_create_role('convey_x', permissions => '{audit:read,model:approve,model:deploy}');
\set VERBOSITY terse
SELECT gov_create_role('convey_x', inherits => '{approver}');
-- what Kim holds is fine
SELECT role FROM gov_create_role('convey_reader', permissions => '{audit:read}');
SELECT role FROM gov_create_role('convey_heir', inherits => '{convey_reader}');

-- inheriting, directly or further up: 42501
SELECT gov_add_inheritance('convey_reader', 'approver');
RESET ROLE;
SELECT role FROM gov_create_role('convey_boss', inherits => '{approver}');
SET ROLE regress_access_convey_kim;
SELECT gov_add_inheritance('convey_reader', 'convey_boss');
SELECT role FROM gov_add_inheritance('convey_reader', 'convey_manager');
SELECT role FROM gov_remove_inheritance('convey_reader', 'convey_manager');

-- granting: 42501, also where it is granted already
SELECT gov_grant_permission('convey_reader', 'model:approve');
SELECT gov_grant_permission('approver', 'model:approve');
SELECT permission FROM gov_grant_permission('convey_reader', 'user:manage');

-- assigning, to oneself too: 42501
SELECT gov_assign_role('convey_max', 'approver');
SELECT gov_assign_role('convey_kim', 'convey_boss');
SELECT gov_assign_role('convey_kim', 'admin');
SELECT role FROM gov_assign_role('convey_max', 'convey_reader');

-- changing a database role: 42501
SELECT gov_update_user('convey_lee', db_role => 'regress_access_convey_spare');
SELECT gov_update_user('convey_lee', db_role => 'regress_access_convey_kim');
-- what changes nothing, or nothing of the kind, conveys nothing
SELECT user_id FROM gov_update_user('convey_lee', 'lee@example.com', 'regress_access_convey_lee');
SELECT db_role FROM gov_update_user('convey_max', db_role => 'regress_access_convey_spare');

-- reactivating: 42501; taking away needs nothing more
SELECT is_active FROM gov_deactivate_user('convey_lee');
SELECT gov_reactivate_user('convey_lee');
SELECT gov_update_user('convey_lee', db_role => 'regress_access_convey_pool');
SELECT gov_revoke_role('convey_lee', 'approver');
SELECT is_active FROM gov_reactivate_user('convey_lee');
SELECT is_active FROM gov_deactivate_user('convey_max');
SELECT is_active FROM gov_reactivate_user('convey_max');

-- with permissions, a role needs permission:manage too; without, it does not
RESET ROLE;
SELECT gov_revoke_permission('convey_manager', 'permission:manage');
SET ROLE regress_access_convey_kim;
SELECT gov_create_role('convey_x', permissions => '{audit:read}');      -- 42501
SELECT role FROM gov_create_role('convey_y', inherits => '{convey_reader}');

-- an expired right is no right to convey
RESET ROLE;
SELECT role FROM gov_assign_role('convey_kim', 'operator', now() + interval '1 hour');
SET ROLE regress_access_convey_kim;
SELECT role FROM gov_assign_role('convey_max', 'operator');
RESET ROLE;
UPDATE governance.user_roles SET expires_at = now() - interval '1 second' WHERE user_id = 'convey_kim' AND role = 'operator';
SET ROLE regress_access_convey_kim;
SELECT gov_assign_role('convey_max', 'operator', reason => 'again');    -- 42501
-- and an expired role of somebody else's is not conveyed with a database role
RESET ROLE;
INSERT INTO governance.user_roles (user_id, role, expires_at) VALUES ('convey_lee', 'operator', now() - interval '1 second');
SET ROLE regress_access_convey_kim;
SELECT db_role FROM gov_update_user('convey_lee', db_role => 'regress_access_convey_pool');
RESET ROLE;

-- actor:impersonate: admins lack it, and may convey it
SELECT gov_can('actor:impersonate');
SELECT role FROM gov_create_role('convey_pool', permissions => '{actor:impersonate}');
SELECT role FROM gov_assign_role('convey_lee', 'convey_pool');
SELECT user_id FROM gov_update_user('convey_lee', db_role => 'regress_access_convey_lee');
-- so may who inherits admin
SELECT role FROM gov_create_role('convey_chief', inherits => '{admin}');
SELECT gov_revoke_role('convey_kim', 'convey_manager');
SELECT role FROM gov_assign_role('convey_kim', 'convey_chief');
SET ROLE regress_access_convey_kim;
SELECT role FROM gov_assign_role('convey_max', 'convey_pool');
RESET ROLE;
-- but not who merely manages roles
SELECT role FROM gov_assign_role('convey_kim', 'convey_manager');
SELECT gov_revoke_role('convey_kim', 'convey_chief');
SET ROLE regress_access_convey_kim;
SELECT gov_assign_role('convey_max', 'convey_pool', reason => 'again'); -- 42501
RESET ROLE;

-- none of the refused ones left anything behind
SELECT role FROM governance.roles WHERE role LIKE 'convey\_%' ORDER BY 1;
SELECT role, inherited_role FROM governance.role_inheritance
WHERE role LIKE 'convey\_%' ORDER BY 1, 2;
SELECT user_id, role FROM governance.user_roles WHERE user_id LIKE 'convey\_%'
AND expires_at IS NULL ORDER BY 1, 2;

-- clean up
SET client_min_messages = warning;
SELECT count(gov_drop_role(role)) FROM governance.roles WHERE role LIKE 'convey\_%';
RESET client_min_messages;
SELECT count(gov_deactivate_user(user_id)) FROM governance.users
WHERE user_id LIKE 'convey\_%' AND is_active;
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'convey\_%';
DROP ROLE regress_access_convey_kim, regress_access_convey_lee,
    regress_access_convey_pool, regress_access_convey_spare;
