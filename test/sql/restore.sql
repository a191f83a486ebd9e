-- gov_pre_restore() and gov_post_restore(): who may, when, and what stands
-- aside meanwhile.  Dumps themselves are loaded by test/t/100_restore.pl.
\set VERBOSITY default
\set SHOW_CONTEXT never

-- everything that holds data is in a dump, whole: tables and sequences alike
SELECT c.relname AS in_no_dump, c.relkind
FROM pg_class AS c
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p', 'S')
    AND NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'governance' AND c.oid = ANY (e.extconfig))
    AND (c.relkind = 'S' OR EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0))
ORDER BY 1;
SELECT k.oid::regclass AS in_a_dump_in_part, k.condition
FROM pg_extension AS e, unnest(e.extconfig, e.extcondition) AS k(oid, condition)
WHERE e.extname = 'governance' AND k.condition <> '';

-- for a superuser, in a database that is as CREATE EXTENSION left it
CREATE ROLE regress_restore_rob;
SELECT FROM gov_create_user('restore_rob', NULL, 'regress_restore_rob'), gov_assign_role('restore_rob', 'admin');
SET ROLE regress_restore_rob;
SELECT gov_pre_restore();   -- 42501
SELECT gov_post_restore();   -- 42501
SELECT governance.continue_log('mine');   -- 42501
SELECT governance.rename_log('mine');   -- 42501
RESET ROLE;
SELECT gov_post_restore();   -- 55000
\set VERBOSITY sqlstate
SELECT gov_pre_restore();   -- 55000
\set VERBOSITY default
BEGIN READ ONLY;
SELECT gov_pre_restore();   -- 25006
ROLLBACK;

-- a session cannot give itself the setting
SET governance.restoring = on;   -- 22023

\set back :DBNAME
CREATE DATABASE regress_restore;
\c regress_restore
CREATE EXTENSION governance;

-- one row of somebody's own is enough
BEGIN;
INSERT INTO governance.environments (name, rank) VALUES ('test', 5);
SELECT gov_pre_restore();   -- 55000
ROLLBACK;

-- undone, nothing has happened
BEGIN;
SELECT gov_pre_restore();
SELECT count(*) FROM governance.users;
SELECT governance.is_restoring();
ROLLBACK;
SELECT count(*) FROM governance.users;
SELECT governance.is_restoring();

SELECT gov_pre_restore();
SELECT gov_pre_restore();   -- 55000
SELECT pg_catalog.string_agg(setting, ' ') AS settings
FROM pg_db_role_setting AS s, unnest(s.setconfig) AS setting
WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database());
CREATE FUNCTION pg_temp.rows() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    name text;
    n bigint;
    total bigint := 0;
BEGIN
    FOR name IN SELECT c.relname FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam AND a.amname = 'heap'
        WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r'
    LOOP
        EXECUTE format('SELECT count(*) FROM governance.%I', name) INTO n;
        total := total + n;
    END LOOP;
    RETURN total;
END
$$;
SELECT pg_temp.rows();

-- nobody works meanwhile, and nobody but a superuser is let past the guards
SELECT gov_create_user('restore_rob', NULL, 'regress_restore_rob');   -- 55000
SELECT gov_log_event('probe', 'try', NULL);   -- 55000
SELECT * FROM gov_audit_trail();   -- 55000
GRANT INSERT ON governance.models TO regress_restore_rob;
CREATE POLICY rob ON governance.models FOR INSERT TO regress_restore_rob WITH CHECK (true);
SET ROLE regress_restore_rob;
INSERT INTO governance.models (model_id) VALUES ('sneaked');   -- 55000
RESET ROLE;
DROP POLICY rob ON governance.models;
REVOKE INSERT ON governance.models FROM regress_restore_rob;

-- rows pass unrecorded for a superuser, in another session too
\c -
INSERT INTO governance.models (model_id, description) VALUES ('loaded', 'as in a dump');
SELECT count(*) FROM governance.audit_events;

-- not ended before there is a log
SELECT gov_post_restore();   -- 55000
SELECT gov_health() -> 'components' ->> 'audit' ~ 'the database is being restored' AS health_says_so;

-- rows that hang in the air are seen at the end; so is an end without a guard
INSERT INTO governance.audit_log VALUES ('6f1d1b57-0000-4000-8000-000000000001', 7);
INSERT INTO governance.audit_home VALUES ('6f1d1b57-0000-4000-8000-000000000001', 1, 1);
BEGIN;
INSERT INTO governance.user_roles (user_id, role) VALUES ('nobody', 'nothing');
\set VERBOSITY sqlstate
SELECT gov_post_restore();   -- 55000
ROLLBACK;
\set VERBOSITY default
BEGIN;
DROP TRIGGER guard ON governance.models;
SELECT gov_post_restore();   -- 55000
ROLLBACK;

-- as --disable-triggers leaves them
ALTER TABLE governance.models DISABLE TRIGGER ALL;
ALTER TABLE governance.models ENABLE TRIGGER ALL;
ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
INSERT INTO governance.environments (name, rank) VALUES ('staging', 10);
SELECT gov_post_restore();
SELECT governance.is_restoring();
SELECT count(*) AS guards_off FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'governance'::regnamespace AND t.tgenabled <> CASE WHEN t.tgisinternal THEN 'O' ELSE 'A' END;
SELECT event_type, incarnation, old_row -> 'incarnation' AS was, evidence FROM governance.audit_events;
DELETE FROM governance.audit_events;   -- MG004
INSERT INTO governance.models (model_id) VALUES ('recorded');
SELECT event_type, incarnation, resource FROM governance.audit_events WHERE event_type <> 'audit_log.restore';
SELECT gov_post_restore();   -- 55000

-- it has moved; then it goes its own way under another name
SELECT governance.continue_log('');   -- 22023
SELECT governance.continue_log('the old server is gone');
SELECT governance.continue_log('the old server is gone');
SELECT h.database_oid = d.oid AS here, h.log_id FROM governance.audit_home AS h, pg_database AS d WHERE d.datname = current_database();
SELECT governance.rename_log('beside its original') <> '6f1d1b57-0000-4000-8000-000000000001' AS another_id;
SELECT count(*) FROM governance.audit_home JOIN governance.audit_log USING (log_id);
SELECT event_type, details ->> 'reason' AS reason FROM governance.audit_events
WHERE event_type LIKE 'audit\_%' AND event_type <> 'audit_log.restore' ORDER BY event_id;

\c :back
DROP DATABASE regress_restore;
SELECT is_active FROM gov_deactivate_user('restore_rob', 'the test is over');
DROP ROLE regress_restore_rob;
