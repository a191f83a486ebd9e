-- DROP EXTENSION leaves nothing, as often as one likes in one session.

DROP EXTENSION governance;
SELECT count(*) AS schemas FROM pg_namespace WHERE nspname = 'governance';
SELECT p.oid::regprocedure FROM pg_proc AS p
WHERE p.probin LIKE '%governance%' OR p.proname LIKE 'gov\_%';

-- every catalog that an extension writes to, before and after
CREATE TEMP TABLE counted (round int, catalog text, n bigint);
CREATE PROCEDURE pg_temp.count_catalogs(round int)
LANGUAGE plpgsql AS $$
DECLARE
    catalog text;
BEGIN
    FOREACH catalog IN ARRAY ARRAY[
        'pg_am', 'pg_aggregate', 'pg_attrdef', 'pg_attribute', 'pg_cast', 'pg_class',
        'pg_constraint', 'pg_db_role_setting', 'pg_default_acl', 'pg_depend', 'pg_description',
        'pg_event_trigger', 'pg_extension', 'pg_index', 'pg_init_privs', 'pg_language',
        'pg_namespace', 'pg_opclass', 'pg_operator', 'pg_opfamily', 'pg_policy', 'pg_proc',
        'pg_rewrite', 'pg_seclabel', 'pg_sequence', 'pg_shdepend', 'pg_shdescription',
        'pg_statistic_ext', 'pg_trigger', 'pg_type']
    LOOP
        EXECUTE format('INSERT INTO counted SELECT $1, $2, count(*) FROM pg_catalog.%I', catalog)
        USING round, catalog;
    END LOOP;
    -- those of other tables come and go with autovacuum
    INSERT INTO counted SELECT round, 'pg_statistic', count(*) FROM pg_catalog.pg_statistic
    WHERE starelid NOT IN (SELECT oid FROM pg_catalog.pg_class);
END
$$;
CALL pg_temp.count_catalogs(1);
CREATE EXTENSION governance;
SELECT gov_can('user:manage'), gov_has_permission('nobody-known', 'audit:read');
SELECT (gov_log_event('test', 'look', 'drop')).outcome;
DROP EXTENSION governance;
CALL pg_temp.count_catalogs(2);
-- 42883; what else it says differs from version to version
\set VERBOSITY terse
SELECT gov_can('user:manage');
\set VERBOSITY default
CREATE EXTENSION governance;
SELECT gov_can('user:manage'), (gov_log_event('test', 'look', 'drop')).outcome;
BEGIN;
DROP EXTENSION governance;
CREATE EXTENSION governance;
SELECT gov_can('user:manage'), (gov_log_event('test', 'look', 'drop')).outcome;
ROLLBACK;
SELECT gov_can('user:manage'), (gov_log_event('test', 'look', 'drop')).outcome;
DROP EXTENSION governance;
CALL pg_temp.count_catalogs(3);
SELECT now.round, catalog, now.n - before.n AS left_over
FROM counted AS now
JOIN counted AS before USING (catalog)
WHERE before.round = 1 AND now.n <> before.n;
