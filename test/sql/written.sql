-- Rows that are written without a statement (core/insert.c), of the trail and
-- of the outbox, obey whatever their tables say, from the next row on.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS back \gset
CREATE DATABASE regress_written;
\c regress_written
SET client_min_messages = warning;
CREATE EXTENSION governance;
RESET client_min_messages;

CREATE ROLE regress_written_vera;
CREATE ROLE regress_written_ada;
INSERT INTO governance.users (user_id, db_role) VALUES ('written_vera', 'regress_written_vera'), ('written_ada', 'regress_written_ada');
SELECT role FROM gov_create_role('written_registrar', 'registers', '{model:register}');
SELECT role FROM gov_create_role('written_approver', 'approves', '{model:approve}');
INSERT INTO governance.user_roles (user_id, role) VALUES ('written_vera', 'written_registrar'), ('written_ada', 'written_approver');
SELECT max(event_id) AS mark FROM governance.audit_events \gset

-- what is kept is kept from here on
SET SESSION AUTHORIZATION regress_written_ada;
SELECT action FROM gov_log_event('written', 'first', 'written/1');
RESET SESSION AUTHORIZATION;

-- a CHECK that comes later, its words, and that nothing of the call stays
ALTER TABLE governance.audit_events ADD CONSTRAINT written_check CHECK (action <> 'forbidden') NOT VALID;
SET SESSION AUTHORIZATION regress_written_ada;
\set VERBOSITY terse
SELECT action FROM gov_log_event('written', 'forbidden', 'written/1');
\set VERBOSITY default
SELECT action FROM gov_log_event('written', 'allowed', 'written/1');
RESET SESSION AUTHORIZATION;
ALTER TABLE governance.audit_events DROP CONSTRAINT written_check;
SET SESSION AUTHORIZATION regress_written_ada;
SELECT action FROM gov_log_event('written', 'forbidden', 'written/1');
RESET SESSION AUTHORIZATION;

-- an index that comes later: the key is refused, and found by it
CREATE UNIQUE INDEX written_key ON governance.audit_events (resource) WHERE event_type = 'written' AND resource = 'written/once';
SET SESSION AUTHORIZATION regress_written_ada;
SELECT action FROM gov_log_event('written', 'once', 'written/once');
SELECT action FROM gov_log_event('written', 'twice', 'written/once');
SELECT action FROM gov_log_event('written', 'other', 'written/1');
RESET SESSION AUTHORIZATION;
SET enable_seqscan = off;
SELECT action FROM governance.audit_events WHERE event_type = 'written' AND resource = 'written/once';
RESET enable_seqscan;
DROP INDEX governance.written_key;

-- triggers of a row: one that writes an event itself, one that refuses late
CREATE FUNCTION pg_temp.echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.gov_log_event('written_echo', NEW.action, NEW.resource);
    RETURN NULL;
END $$;
CREATE TRIGGER echo AFTER INSERT ON governance.audit_events FOR EACH ROW WHEN (NEW.event_type = 'written') EXECUTE FUNCTION pg_temp.echo();
SELECT action FROM gov_log_event('written', 'heard', 'written/1');
SELECT action FROM gov_log_event('written', 'again', 'written/1');
CREATE OR REPLACE FUNCTION pg_temp.echo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no more of %', NEW.action;
END $$;
SELECT action FROM gov_log_event('written', 'unheard', 'written/1');
DROP TRIGGER echo ON governance.audit_events;
SELECT event_type, action FROM governance.audit_events
WHERE event_id > :mark AND event_type IN ('written', 'written_echo') ORDER BY event_id;

-- for statements, and of a deferred trigger
CREATE FUNCTION pg_temp.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE WARNING 'told of % on % %', TG_OP, TG_TABLE_NAME, TG_LEVEL;
    RETURN NULL;
END $$;
CREATE TRIGGER tell_before BEFORE INSERT ON governance.audit_events FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.tell();
SELECT action FROM gov_log_event('written', 'told', 'written/1');
DROP TRIGGER tell_before ON governance.audit_events;
CREATE CONSTRAINT TRIGGER tell_late AFTER INSERT ON governance.audit_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.event_type = 'written') EXECUTE FUNCTION pg_temp.tell();
BEGIN;
SELECT action FROM gov_log_event('written', 'late', 'written/1');
SELECT 'before the commit' AS moment;
COMMIT;
DROP TRIGGER tell_late ON governance.audit_events;

-- a column that only a statement fills
ALTER TABLE governance.audit_events ADD COLUMN written_by text DEFAULT 'default';
SELECT written_by FROM gov_log_event('written', 'defaulted', 'written/1');
ALTER TABLE governance.audit_events DROP COLUMN written_by;
SELECT action FROM gov_log_event('written', 'without', 'written/1');

-- a transaction reads its own at once, across savepoints, and may alter the
-- table after it has written
BEGIN;
SELECT action FROM gov_log_event('written', 'a', 'written/2');
SAVEPOINT s;
SELECT action FROM gov_log_event('written', 'b', 'written/2');
SELECT action FROM governance.audit_events WHERE resource = 'written/2' ORDER BY event_id;
ROLLBACK TO s;
SELECT action FROM gov_log_event('written', 'c', 'written/2');
SELECT action FROM governance.audit_events WHERE resource = 'written/2' ORDER BY event_id;
ALTER TABLE governance.audit_events ADD CONSTRAINT written_check CHECK (action <> 'd') NOT VALID;
SAVEPOINT t;
\set VERBOSITY terse
SELECT action FROM gov_log_event('written', 'd', 'written/2');
\set VERBOSITY default
ROLLBACK TO t;
ALTER TABLE governance.audit_events DROP CONSTRAINT written_check;
SELECT action FROM gov_log_event('written', 'd', 'written/2');
COMMIT;
SELECT action FROM governance.audit_events WHERE resource = 'written/2' ORDER BY event_id;
-- or write nothing
BEGIN READ ONLY;
SELECT action FROM gov_log_event('written', 'e', 'written/2');
ROLLBACK;

-- the outbox, and votes, which a statement writes: the same
SET SESSION AUTHORIZATION regress_written_vera;
SELECT status FROM gov_register_model('written_model', '1.0.0', 'first');
RESET SESSION AUTHORIZATION;
ALTER TABLE governance.approval_history ADD CONSTRAINT written_check CHECK (comments <> 'forbidden') NOT VALID;
ALTER TABLE governance.events ADD CONSTRAINT written_check CHECK (data ->> 'approval_status' IS DISTINCT FROM 'requires_changes') NOT VALID;
SET SESSION AUTHORIZATION regress_written_ada;
\set VERBOSITY terse
SELECT approval_status FROM gov_approve_model('written_model', '1.0.0', 'forbidden');
SELECT approval_status FROM gov_request_model_changes('written_model', '1.0.0', 'more');
\set VERBOSITY default
SELECT approval_status FROM gov_approve_model('written_model', '1.0.0', 'fine');
RESET SESSION AUTHORIZATION;
ALTER TABLE governance.approval_history DROP CONSTRAINT written_check;
ALTER TABLE governance.events DROP CONSTRAINT written_check;
SELECT approval_no, approval_status, reviewer, comments, reviewed_at <= clock_timestamp() AS is_past FROM governance.approval_history WHERE model_id = 'written_model';
SELECT type, subject, data FROM governance.events WHERE subject LIKE '%written_model%' ORDER BY event_no;
SELECT event_type, action, actor FROM governance.audit_events WHERE resource LIKE '%written_model:1.0.0%' ORDER BY event_id;

-- what was written so is what seals and verifies
SELECT gov_audit_seal() ->> 'flagged' AS flagged;
SELECT bool_and(ok) AS valid FROM gov_audit_verify();
\c :back
DROP DATABASE regress_written;
DROP ROLE regress_written_vera, regress_written_ada;
