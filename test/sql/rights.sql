-- Looking at rights: who holds what, by which role, and why not.

CREATE ROLE regress_rights_lena;
CREATE ROLE regress_rights_max;
CREATE ROLE regress_rights_clerk;
CREATE ROLE regress_rights_stranger;

-- chief inherits lead, lead inherits operator; chief inherits analyst too
INSERT INTO governance.roles (role) VALUES ('rights-chief'), ('rights-lead'), ('rights-clerk');
INSERT INTO governance.role_permissions (role, permission)
VALUES ('rights-lead', 'sla:manage'), ('rights-clerk', 'user:manage');
INSERT INTO governance.role_inheritance (role, inherited_role) VALUES
    ('rights-chief', 'rights-lead'), ('rights-chief', 'analyst'), ('rights-lead', 'operator');
INSERT INTO governance.users (user_id, db_role) VALUES
    ('rights-lena', 'regress_rights_lena'), ('rights-max', 'regress_rights_max'),
    ('rights-clerk', 'regress_rights_clerk'), ('rights-idle', NULL), ('rights-gone', NULL);
INSERT INTO governance.user_roles (user_id, role, assigned_by, expires_at) VALUES
    ('rights-lena', 'rights-chief', 'rights-clerk', '2999-12-31 00:00+00'),
    ('rights-gone', 'approver', NULL, NULL),
    ('rights-clerk', 'rights-clerk', NULL, NULL);
INSERT INTO governance.user_roles (user_id, role, expires_at, delegated_by)
VALUES ('rights-max', 'rights-lead', '3999-12-31 00:00+00', 'rights-lena');
INSERT INTO governance.user_roles (user_id, role, expires_at)
VALUES ('rights-max', 'approver', now() - interval '1 day');
UPDATE governance.users SET is_active = false WHERE user_id = 'rights-gone';

SELECT pg_get_function_result('gov_user_roles'::regproc);
SELECT pg_get_function_result('gov_user_permissions'::regproc);
SELECT pg_get_function_result('gov_who_can'::regproc);
SELECT pg_get_function_result('gov_sod_conflicts'::regproc);

-- -------------------------------------------------------------------------
-- what somebody holds
-- -------------------------------------------------------------------------
SET timezone = 'UTC';
SET ROLE regress_rights_lena;
SELECT role, assigned_at IS NOT NULL AS dated, assigned_by, expires_at, via_role
FROM gov_user_roles('rights-lena');
SELECT * FROM gov_user_permissions('rights-lena');
SELECT w -> 'roles' AS roles FROM gov_whoami() AS w;

-- lent: an end no later than the lender's; expired: not there
SET ROLE regress_rights_max;
SELECT role, expires_at, via_role FROM gov_user_roles('rights-max');
SELECT * FROM gov_user_permissions('rights-max');
SELECT w -> 'roles' AS roles, w -> 'permissions' AS permissions FROM gov_whoami() AS w;

-- an inactive user keeps roles and has no permission; nobody known has nothing
RESET ROLE;
SELECT role, via_role FROM gov_user_roles('rights-gone');
SELECT * FROM gov_user_permissions('rights-gone');
SELECT * FROM gov_user_roles('rights-nobody');
SELECT * FROM gov_user_permissions('rights-nobody');

-- it is what the check says, for everybody and every permission
SELECT u.user_id, c.permission
FROM governance.users AS u CROSS JOIN governance.permission_catalog() AS c
WHERE gov_has_permission(u.user_id, c.permission) <> EXISTS (
    SELECT FROM gov_user_permissions(u.user_id) AS p WHERE p.permission = c.permission);
SELECT c.permission, u.user_id
FROM governance.users AS u CROSS JOIN governance.permission_catalog() AS c
WHERE gov_has_permission(u.user_id, c.permission) <> EXISTS (
    SELECT FROM gov_who_can(c.permission) AS w WHERE w.user_id = u.user_id);

SELECT * FROM gov_who_can('model:deploy') WHERE user_id LIKE 'rights-%';
SELECT * FROM gov_who_can('MODEL_APPROVE') WHERE user_id LIKE 'rights-%';

-- -------------------------------------------------------------------------
-- why, and why not
-- -------------------------------------------------------------------------
SELECT jsonb_pretty(gov_explain_permission('rights-lena', 'audit:read'));
SELECT e ->> 'granted' AS granted, e ->> 'reason' AS reason, e -> 'paths' AS paths
FROM gov_explain_permission('rights-max', 'model:deploy') AS e;
SELECT gov_explain_permission('rights-idle', permission => 'model:approve');
SELECT gov_explain_permission('rights-nobody', 'actor:impersonate');
SELECT e ->> 'reason' AS reason, e ->> 'granted' AS granted, e -> 'paths' AS paths
FROM gov_explain_permission('rights-gone', 'model:approve') AS e;
SELECT e ->> 'reason' AS reason, e -> 'expired' -> 0 ->> 'role' AS expired,
       to_timestamp((e -> 'expired' -> 0 ->> 'expires_at')::float8) < now() AS before_now
FROM gov_explain_permission('rights-max', 'model:approve') AS e;

-- the lender loses the role: what is lent ends with it, in a transaction that
-- began before too
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM gov_user_roles('rights-max');
DELETE FROM governance.user_roles WHERE user_id = 'rights-lena';
SELECT count(*) FROM gov_user_roles('rights-max');
SELECT e ->> 'reason' AS reason, e -> 'lender_lost_role' -> 0 ->> 'lender' AS lender
FROM gov_explain_permission('rights-max', 'model:deploy') AS e;
ROLLBACK;

-- -------------------------------------------------------------------------
-- about oneself everybody active may ask; about others some
-- -------------------------------------------------------------------------
SET ROLE regress_rights_max;   -- has audit:read, lent with operator
SELECT count(*) FROM gov_user_roles('rights-lena');
RESET ROLE;
DELETE FROM governance.user_roles WHERE user_id = 'rights-max' AND role = 'rights-lead';
SET ROLE regress_rights_max;
SELECT count(*) FROM gov_user_roles('rights-max');
SELECT count(*) FROM gov_user_permissions('rights-max');
SELECT gov_explain_permission('rights-max', 'audit:read') ->> 'reason' AS reason;
SELECT * FROM gov_user_roles('rights-lena');   -- 42501
SELECT * FROM gov_user_permissions('rights-lena');   -- 42501
SELECT gov_explain_permission('rights-lena', 'audit:read');   -- 42501
SELECT gov_explain_permission('rights-nobody', 'audit:read');   -- 42501: not a way to learn who exists
SELECT * FROM gov_who_can('audit:read');   -- 42501
SELECT * FROM gov_sod_conflicts();   -- 42501
SET ROLE regress_rights_clerk;   -- has user:manage
SELECT count(*) FROM gov_user_roles('rights-lena');
SELECT count(*) > 0 AS may FROM gov_who_can('audit:read');
SELECT * FROM gov_sod_conflicts();   -- 42501
SET ROLE regress_rights_stranger;
SELECT * FROM gov_user_permissions('rights-lena');   -- 42501
RESET ROLE;

-- form comes first
SELECT * FROM gov_user_roles('a b');   -- 22023
SELECT * FROM gov_user_roles(NULL);   -- 22023
SELECT * FROM gov_who_can('model:deplay');   -- 22023
SELECT * FROM gov_who_can(NULL);   -- 22023
SELECT gov_explain_permission('rights-max', 'model:deplay');   -- 22023

-- -------------------------------------------------------------------------
-- who breaks a duty set: nobody can, but with the guard switched off
-- -------------------------------------------------------------------------
SELECT * FROM gov_sod_conflicts();
INSERT INTO governance.user_roles (user_id, role) VALUES ('rights-lena', 'auditor');   -- MG001
BEGIN;
ALTER TABLE governance.user_roles DISABLE TRIGGER guard;
INSERT INTO governance.user_roles (user_id, role) VALUES ('rights-lena', 'auditor'), ('rights-gone', 'auditor');
ALTER TABLE governance.user_roles ENABLE ALWAYS TRIGGER guard;
UPDATE governance.users SET metadata = '{"seen": true}' WHERE user_id = 'rights-idle';   -- tells the caches
SELECT * FROM gov_sod_conflicts();
ROLLBACK;
SELECT * FROM gov_sod_conflicts();

DELETE FROM governance.user_roles WHERE user_id LIKE 'rights-%';
DELETE FROM governance.roles WHERE role LIKE 'rights-%';
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'rights-%';
DROP ROLE regress_rights_lena, regress_rights_max, regress_rights_clerk, regress_rights_stranger;
