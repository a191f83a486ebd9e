-- CREATE EXTENSION governance, once more and in every way that must fail.

-- since 18 the context tells the line of the script
\set SHOW_CONTEXT never

-- a schema somebody else made is not adopted
CREATE SCHEMA governance;
CREATE EXTENSION governance;   -- 42P06
DROP SCHEMA governance;

-- a schema where everybody may plant functions: said, not refused
CREATE SCHEMA regress_install;
GRANT CREATE ON SCHEMA regress_install TO PUBLIC;
CREATE EXTENSION governance SCHEMA regress_install;
SELECT n.nspname, count(*) > 10 AS functions
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.proname LIKE 'gov\_%' GROUP BY 1;
DROP EXTENSION governance;
DROP SCHEMA regress_install;

-- only a superuser may
CREATE ROLE regress_install_dba;
SET ROLE regress_install_dba;
CREATE EXTENSION governance;   -- 42501
RESET ROLE;
DROP ROLE regress_install_dba;

-- all a database needs
CREATE EXTENSION governance;
SELECT gov_version() = extversion AS one_version FROM pg_extension WHERE extname = 'governance';

-- it lies in public unless told otherwise, so calls work as they are written
SELECT DISTINCT n.nspname
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.proname LIKE 'gov\_%';

-- whoever installed it is the first user, an admin, and can go on at once
SELECT db_role = current_user AS me, email, is_active, created_by, metadata
FROM governance.users;
SELECT user_id = gov_current_actor() AS me, role, expires_at, reason
FROM governance.user_roles;
SELECT w ->> 'user_id' = gov_current_actor() AS me, w ->> 'evidence' AS evidence,
       w ->> 'db_role' = current_user AS by_db_role, w -> 'roles' AS roles
FROM gov_whoami() AS w;

-- what comes with it
SELECT role, is_builtin, description FROM governance.roles ORDER BY role;
SELECT r.role, string_agg(p.permission, ' ' ORDER BY n) AS permissions
FROM governance.roles AS r
LEFT JOIN governance.role_permissions AS p USING (role)
LEFT JOIN governance.permission_catalog() WITH ORDINALITY AS c(permission, what, n) USING (permission)
GROUP BY r.role ORDER BY r.role;
SELECT name, roles, cardinality FROM governance.sod_sets ORDER BY name;
SELECT name, rank FROM governance.environments ORDER BY rank;
SELECT permission FROM governance.permission_catalog();

-- the trail begins with it; at first nobody was known
SELECT event_type, actor = gov_current_actor() AS by_me, evidence, db_role = current_user AS by_db_role, outcome
FROM governance.audit_events ORDER BY event_id;
