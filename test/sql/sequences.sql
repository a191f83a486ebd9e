-- Sequences that somebody has set back: what fails says what lifts them.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;

SELECT coalesce(max(event_id), 0) AS before_all FROM governance.audit_events \gset
CREATE ROLE regress_sequences_ana;
INSERT INTO governance.users (user_id, db_role) VALUES ('sequences-ana', 'regress_sequences_ana');
INSERT INTO governance.user_roles (user_id, role) VALUES ('sequences-ana', 'analyst');

-- those there are: core/spi.c knows each of these tables by name
SELECT c.relname AS sequence, r.relname AS "table"
FROM pg_class AS c
JOIN pg_depend AS d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = d.classid
JOIN pg_class AS r ON r.oid = d.refobjid
WHERE c.relkind = 'S' AND c.relnamespace = 'governance'::regnamespace AND d.deptype IN ('i', 'a')
ORDER BY r.relname;

-- what a statement's error says
CREATE FUNCTION pg_temp.tried(statement text, OUT code text, OUT name text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    code := 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, name = CONSTRAINT_NAME, hint = PG_EXCEPTION_HINT;
END $$;

-- nothing is behind: nothing is done, and the trail says nothing of it
SELECT gov_repair_sequences();
SELECT count(*) FROM governance.audit_events WHERE event_type = 'system.repair_sequences' AND event_id > :before_all;

-- the trail's own: whatever is governed fails, a direct write too
SELECT setval('governance.audit_events_event_id_seq', 1) IS NOT NULL AS set_back;
SELECT * FROM pg_temp.tried($$SELECT gov_create_user('sequences-bob', NULL)$$);
SELECT * FROM pg_temp.tried($$INSERT INTO governance.users (user_id) VALUES ('sequences-bob')$$);
SELECT gov_health() -> 'components' ->> 'audit' ~ 'sequence governance.audit_events_event_id_seq is behind its table: gov_repair_sequences\(\) lifts it' AS told;

-- another's, beside it
SELECT gov_repair_sequences() ? 'audit_events_event_id_seq' AS lifted;
SET client_min_messages = warning;
SELECT count(gov_report_incident('other', 'info', 'sequences ' || n, 'sequences', 'test')) AS reported FROM generate_series(0, 1) AS n;
SELECT setval('governance.incidents_incident_id_seq', (SELECT min(incident_id) FROM governance.incidents), false) IS NOT NULL AS set_back;
SELECT gov_health() -> 'components' ->> 'compliance_reporter' ~ 'incidents_incident_id_seq is behind' AS told;
SELECT * FROM pg_temp.tried($$SELECT gov_report_incident('other', 'info', 'sequences 2', 'sequences', 'test')$$);

-- a key that people choose is not a number
SELECT * FROM pg_temp.tried($$INSERT INTO governance.users (user_id) VALUES ('sequences-ana')$$);

-- who may
SET SESSION AUTHORIZATION regress_sequences_ana;
SELECT gov_repair_sequences();   -- 42501
SELECT * FROM governance.sequence_problems();   -- 42501
RESET SESSION AUTHORIZATION;
BEGIN READ ONLY;
SELECT gov_repair_sequences();   -- 25006
ROLLBACK;

-- each is lifted to the highest number that there is, once
SELECT setval('governance.audit_events_event_id_seq', 1) IS NOT NULL AND setval('governance.incidents_incident_id_seq', (SELECT min(incident_id) FROM governance.incidents), false) IS NOT NULL AS set_back;
SELECT key, (value ->> 'from')::bigint < (value ->> 'to')::bigint AS higher
FROM jsonb_each(gov_repair_sequences()) ORDER BY key COLLATE "C";
SELECT gov_repair_sequences();
SELECT gov_health() -> 'components' ->> 'audit' AS audit, gov_health() -> 'components' ->> 'compliance_reporter' AS incidents;
SELECT outcome, resource, details ? 'incidents_incident_id_seq' AS incidents, details ? 'audit_events_event_id_seq' AS events
FROM governance.audit_events WHERE event_type = 'system.repair_sequences' AND event_id > :before_all ORDER BY event_id;
SELECT * FROM pg_temp.tried($$SELECT gov_create_user('sequences-bob', NULL)$$);
SELECT * FROM pg_temp.tried($$SELECT gov_report_incident('other', 'info', 'sequences 2', 'sequences', 'test')$$);

-- one that was set forward stays where it is
SELECT nextval('governance.incidents_incident_id_seq') AS before \gset
SELECT gov_repair_sequences();
SELECT last_value = :before AS untouched FROM governance.incidents_incident_id_seq;

UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'sequences-%';
DELETE FROM governance.user_roles WHERE user_id LIKE 'sequences-%';
DROP ROLE regress_sequences_ana;
