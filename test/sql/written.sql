-- Rows that are written without a statement (core/insert.c), of the trail, of the
-- outbox and of what is approved, registered and deployed, obey whatever their tables say, from the next row on.
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
CREATE ROLE regress_written_dan;
INSERT INTO governance.users (user_id, db_role) VALUES ('written_vera', 'regress_written_vera'), ('written_ada', 'regress_written_ada'),
    ('written_dan', 'regress_written_dan');
SELECT role FROM gov_create_role('written_registrar', 'registers', '{model:register}');
SELECT role FROM gov_create_role('written_approver', 'approves', '{model:approve}');
SELECT role FROM gov_create_role('written_deployer', 'deploys', '{model:deploy}');
INSERT INTO governance.user_roles (user_id, role) VALUES ('written_vera', 'written_registrar'), ('written_ada', 'written_approver'),
    ('written_dan', 'written_deployer');
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

-- the outbox, votes and versions: the same
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

-- votes and versions: each kind of rule, in its table's words, from the next
-- call on, in a session that has written both already
SET SESSION AUTHORIZATION regress_written_vera;
SELECT count(gov_register_model('written_model', i || '.0.0')) FROM generate_series(2, 9) AS i;
RESET SESSION AUTHORIZATION;
CREATE FUNCTION pg_temp.try(version text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    SET LOCAL SESSION AUTHORIZATION regress_written_ada;
    SELECT v.status || ', updated ' || CASE WHEN v.last_updated_at > v.created_at THEN 'later' ELSE 'never' END INTO answer
    FROM public.gov_approve_model('written_model', try.version, 'tried') AS v;
    RETURN answer;
END $$;
\set VERBOSITY terse
-- a CHECK of the version's, a key that is taken, a key of another table
ALTER TABLE governance.model_versions ADD CONSTRAINT written_check CHECK (status <> 'approved') NOT VALID;
SELECT pg_temp.try('2.0.0');
ALTER TABLE governance.model_versions DROP CONSTRAINT written_check;
ALTER TABLE governance.model_versions ADD CONSTRAINT written_check CHECK (description <> 'forbidden') NOT VALID;
SELECT status FROM gov_register_model('written_model', '11.0.0', 'forbidden');
ALTER TABLE governance.model_versions DROP CONSTRAINT written_check;
CREATE UNIQUE INDEX written_key ON governance.model_versions (description) WHERE description = 'only once';
SELECT status FROM gov_register_model('written_model', '10.0.0', 'only once');
SELECT status FROM gov_register_model('written_model', '11.0.0', 'only once');
DROP INDEX governance.written_key;
CREATE UNIQUE INDEX written_key ON governance.model_versions (model_id) WHERE status = 'approved';
SELECT pg_temp.try('2.0.0');
DROP INDEX governance.written_key;
CREATE TABLE public.written_words (word text PRIMARY KEY);
ALTER TABLE governance.model_versions ADD CONSTRAINT written_fkey FOREIGN KEY (status) REFERENCES public.written_words NOT VALID;
SELECT pg_temp.try('2.0.0');
ALTER TABLE governance.model_versions DROP CONSTRAINT written_fkey;
ALTER TABLE governance.model_versions ADD CONSTRAINT written_fkey FOREIGN KEY (description) REFERENCES public.written_words NOT VALID;
SELECT status FROM gov_register_model('written_model', '11.0.0', 'not a word');
ALTER TABLE governance.model_versions DROP CONSTRAINT written_fkey;
CREATE FUNCTION pg_temp.leave_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER written_before BEFORE INSERT ON governance.model_versions FOR EACH ROW EXECUTE FUNCTION pg_temp.leave_out();
SELECT status FROM gov_register_model('written_model', '11.0.0');
DROP TRIGGER written_before ON governance.model_versions;
ALTER TABLE governance.approval_history ADD CONSTRAINT written_fkey FOREIGN KEY (comments) REFERENCES public.written_words NOT VALID;
SELECT pg_temp.try('2.0.0');
INSERT INTO public.written_words VALUES ('tried');
SELECT pg_temp.try('2.0.0');
ALTER TABLE governance.approval_history DROP CONSTRAINT written_fkey;
\set VERBOSITY default
-- a trigger that asks which columns a statement names, and which changed
CREATE TRIGGER written_of AFTER UPDATE OF status ON governance.model_versions FOR EACH ROW EXECUTE FUNCTION pg_temp.tell();
SELECT pg_temp.try('3.0.0');
DROP TRIGGER written_of ON governance.model_versions;
CREATE TRIGGER written_of AFTER UPDATE OF description ON governance.model_versions FOR EACH ROW EXECUTE FUNCTION pg_temp.tell();
SELECT pg_temp.try('4.0.0');
DROP TRIGGER written_of ON governance.model_versions;
CREATE TRIGGER written_when AFTER UPDATE ON governance.model_versions FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION pg_temp.tell();
SELECT pg_temp.try('5.0.0');
DROP TRIGGER written_when ON governance.model_versions;
-- one of the statement, one that sees all its rows, one before the row
CREATE TRIGGER written_statement AFTER UPDATE ON governance.model_versions FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.tell();
SELECT pg_temp.try('6.0.0');
DROP TRIGGER written_statement ON governance.model_versions;
CREATE FUNCTION pg_temp.tell_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE WARNING 'told of % to %', (SELECT o.status FROM written_old AS o), (SELECT n.status FROM written_new AS n);
    RETURN NULL;
END $$;
CREATE TRIGGER written_rows AFTER UPDATE ON governance.model_versions REFERENCING OLD TABLE AS written_old NEW TABLE AS written_new
    FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.tell_rows();
SELECT pg_temp.try('7.0.0');
DROP TRIGGER written_rows ON governance.model_versions;
CREATE FUNCTION pg_temp.add_to_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.description := 'added before';
    RETURN NEW;
END $$;
CREATE TRIGGER written_before BEFORE UPDATE ON governance.model_versions FOR EACH ROW EXECUTE FUNCTION pg_temp.add_to_it();
SELECT pg_temp.try('8.0.0');
DROP TRIGGER written_before ON governance.model_versions;
SELECT version, description FROM governance.model_versions WHERE model_id = 'written_model' AND description <> '' ORDER BY version;
-- the row that a call returns is the one that is there, found by its indexes
BEGIN;
SET LOCAL SESSION AUTHORIZATION regress_written_ada;
SELECT v AS returned FROM gov_approve_model('written_model', '9.0.0') AS v \gset
SELECT v = :'returned'::governance.model_versions AS is_it FROM governance.model_versions AS v WHERE model_id = 'written_model' AND version = '9.0.0';
SET LOCAL SESSION AUTHORIZATION DEFAULT;
SET LOCAL enable_seqscan = off;
SELECT count(*) FROM governance.model_versions WHERE status = 'approved' AND model_id = 'written_model';
SELECT count(*) FROM governance.model_versions WHERE status = 'registered' AND model_id = 'written_model';
ROLLBACK;
SELECT status, approval_status FROM governance.model_versions WHERE model_id = 'written_model' AND version = '9.0.0';
-- nothing that was refused left a version, or a vote
SELECT version, description FROM governance.model_versions WHERE model_id = 'written_model' AND version > '10' AND version < '2';
SELECT version, approval_no, approval_status, reviewer FROM governance.approval_history WHERE model_id = 'written_model' ORDER BY version, approval_no;

-- models: a CHECK, a key of another table, triggers before and after the row; a
-- key that is taken is waited for and found
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused', TG_OP, TG_TABLE_NAME;
END $$;
SET SESSION AUTHORIZATION regress_written_vera;
SELECT status FROM gov_register_model('written_first', '1.0.0');
RESET SESSION AUTHORIZATION;
\set VERBOSITY terse
ALTER TABLE governance.models ADD CONSTRAINT written_check CHECK (description <> 'forbidden') NOT VALID;
CREATE FUNCTION pg_temp.register(model_id text, description text = 'of a model') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION regress_written_vera;
    RETURN (public.gov_register_model(register.model_id, '1.0.0', register.description)).status;
END $$;
SELECT pg_temp.register('written_other', 'forbidden');
ALTER TABLE governance.models DROP CONSTRAINT written_check;
SELECT pg_temp.register('written other');
ALTER TABLE governance.models ADD CONSTRAINT written_fkey FOREIGN KEY (description) REFERENCES public.written_words NOT VALID;
SELECT pg_temp.register('written_other');
ALTER TABLE governance.models DROP CONSTRAINT written_fkey;
CREATE TRIGGER written_before BEFORE INSERT ON governance.models FOR EACH ROW EXECUTE FUNCTION pg_temp.leave_out();
SELECT pg_temp.register('written_other');
DROP TRIGGER written_before ON governance.models;
CREATE TRIGGER written_after AFTER INSERT ON governance.models FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
SELECT pg_temp.register('written_other');
DROP TRIGGER written_after ON governance.models;
CREATE TRIGGER written_statement AFTER INSERT ON governance.models FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.tell();
SELECT pg_temp.register('written_told');
DROP TRIGGER written_statement ON governance.models;
SELECT pg_temp.register('written_other');
SELECT pg_temp.register('written_other');
SET enable_seqscan = off;
SELECT model_id, name, looks_like, owner, description, tags, deleted_at, created_at <= last_updated_at AS in_order FROM governance.models
WHERE model_id IN ('written_first', 'written_told', 'written_other') AND name = model_id ORDER BY model_id;
SELECT model_id FROM governance.models WHERE tags = '{}' AND model_id LIKE 'written\_%' ORDER BY model_id;
RESET enable_seqscan;
SELECT event_type, resource FROM governance.audit_events WHERE resource LIKE 'model/written%' ORDER BY event_id;

-- deployments, and the version that follows
CREATE FUNCTION pg_temp.deploy(version text, notes text = '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION regress_written_dan;
    RETURN (public.gov_deploy_model('written_model', deploy.version, 'staging', notes => deploy.notes)).status;
END $$;
SELECT pg_temp.deploy('3.0.0');
ALTER TABLE governance.deployment_history ADD CONSTRAINT written_check CHECK (notes <> 'forbidden') NOT VALID;
SELECT pg_temp.deploy('4.0.0', 'forbidden');
ALTER TABLE governance.deployment_history DROP CONSTRAINT written_check;
CREATE UNIQUE INDEX written_key ON governance.deployment_history (model_id) WHERE notes = 'only once' AND status <> 'active';
SELECT pg_temp.deploy('4.0.0', 'only once');
SELECT pg_temp.deploy('5.0.0', 'only once');
SELECT pg_temp.deploy('6.0.0', 'only once');
DROP INDEX governance.written_key;
ALTER TABLE governance.deployment_history ADD CONSTRAINT written_fkey FOREIGN KEY (notes) REFERENCES public.written_words NOT VALID;
SELECT pg_temp.deploy('6.0.0', 'no word');
ALTER TABLE governance.deployment_history DROP CONSTRAINT written_fkey;
CREATE UNIQUE INDEX written_key ON governance.deployment_history (notes) WHERE notes = 'twice';
INSERT INTO public.written_words VALUES ('twice');
SELECT pg_temp.deploy('6.0.0', 'twice');
SELECT pg_temp.deploy('7.0.0', 'twice');
DROP INDEX governance.written_key;
CREATE TRIGGER written_after AFTER INSERT ON governance.deployment_history FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
SELECT pg_temp.deploy('7.0.0');
DROP TRIGGER written_after ON governance.deployment_history;
CREATE TRIGGER written_statement AFTER INSERT ON governance.deployment_history FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.tell();
SELECT pg_temp.deploy('7.0.0');
DROP TRIGGER written_statement ON governance.deployment_history;
ALTER TABLE governance.model_versions ADD CONSTRAINT written_check CHECK (status <> 'deployed_staging') NOT VALID;
SELECT pg_temp.deploy('8.0.0');
ALTER TABLE governance.model_versions DROP CONSTRAINT written_check;
\set VERBOSITY default
SELECT deployment_no, version, status, notes, deployment_id ~ '^[0-9a-f-]{36}$' AS has_id, gate_results FROM governance.deployment_history ORDER BY deployment_no;
SELECT version, status FROM governance.model_versions WHERE model_id = 'written_model' AND version BETWEEN '3' AND '9' ORDER BY version;
BEGIN;
SET LOCAL SESSION AUTHORIZATION regress_written_dan;
SELECT d AS returned FROM gov_deploy_model('written_model', '8.0.0', 'staging', 'written_id') AS d \gset
SET LOCAL SESSION AUTHORIZATION DEFAULT;
SELECT d = :'returned'::governance.deployment_history AS is_it, version, status FROM governance.deployment_history AS d WHERE deployment_id = 'written_id';
ROLLBACK;

-- what was written so is what seals and verifies
SELECT gov_audit_seal() ->> 'flagged' AS flagged;
SELECT bool_and(ok) AS valid FROM gov_audit_verify();
\c :back
DROP DATABASE regress_written;
DROP ROLE regress_written_vera, regress_written_ada, regress_written_dan;
