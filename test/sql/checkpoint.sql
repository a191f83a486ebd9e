-- Checkpoints where no key is configured; witnesses.  With keys: test/t/073_governance_verify.pl.
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE ROLE regress_checkpoint_auditor;
CREATE ROLE regress_checkpoint_nobody;
SELECT user_id FROM gov_create_user('checkpoint_auditor', NULL, 'regress_checkpoint_auditor');
SELECT role FROM gov_assign_role('checkpoint_auditor', 'auditor');
-- the text alone, and a notice: nothing else to prove anything with
SELECT FROM gov_audit_seal();
BEGIN;
LOCK TABLE governance.audit_tree_heads IN SHARE ROW EXCLUSIVE MODE;   -- the worker waits meanwhile
SELECT gov_audit_status() ->> 'tree_size' AS size, gov_audit_status() ->> 'root' AS root,
    (SELECT log_id FROM governance.audit_log) AS log_id \gset
SELECT gov_audit_checkpoint() AS checkpoint \gset
SET client_min_messages = warning;
SELECT (string_to_array(:'checkpoint', E'\n'))[1] = 'governance/' || :'log_id' AS origin,
    (string_to_array(:'checkpoint', E'\n'))[2] = :'size' AS size,
    (string_to_array(:'checkpoint', E'\n'))[3] = encode(decode(:'root', 'hex'), 'base64') AS root,
    (string_to_array(:'checkpoint', E'\n'))[4] = '' AS ends;
-- asked for again it is the same, and kept once
SELECT gov_audit_checkpoint() = :'checkpoint' AS same;
SELECT note = :'checkpoint' AS note, encode(root, 'hex') = :'root' AS root, key_id, created_by = gov_current_actor() AS by_me
FROM governance.audit_checkpoints WHERE tree_size = :size;
SELECT gov_audit_status() -> 'last_checkpoint' ->> 'tree_size' = :'size' AS size, gov_audit_status() -> 'last_checkpoint' ->> 'root' = :'root' AS root,
    gov_audit_status() -> 'last_checkpoint' ->> 'key_id' AS key_id, gov_audit_status() ->> 'witnessed_size' AS witnessed_size;
SELECT jsonb_object_keys(gov_audit_status() -> 'last_checkpoint') AS key ORDER BY key;
COMMIT;

-- a head of one's own transaction may yet be undone: it is not given out
DO $$
DECLARE
    sealed jsonb;
    size bigint;
BEGIN
    FOR round IN 1..2 LOOP
        LOOP
            PERFORM gov_log_event('checkpoint_test', 'one', 'checkpoint');
            COMMIT;
            sealed := gov_audit_seal();
            EXIT WHEN (sealed ->> 'sealed')::bigint > 0;
            COMMIT;   -- the worker was there first
        END LOOP;
        size := (sealed ->> 'tree_size')::bigint;
        RAISE WARNING 'before the end that of the head before: %',
            split_part(gov_audit_checkpoint(), E'\n', 2)::bigint = size - (sealed ->> 'sealed')::bigint;
        IF round = 1 THEN
            ROLLBACK;
        ELSE
            COMMIT;
            RAISE WARNING 'after it: %', split_part(gov_audit_checkpoint(), E'\n', 2)::bigint >= size;
        END IF;
    END LOOP;
END
$$;
-- nor one of a subtransaction of it, whether or not it sealed something
BEGIN;
SAVEPOINT s;
SELECT s ->> 'tree_size' AS size, s ->> 'sealed' AS sealed FROM gov_audit_seal() AS s \gset
RELEASE s;
SELECT split_part(gov_audit_checkpoint(), E'\n', 2)::bigint = :size - :sealed AS committed_before;
ROLLBACK;
RESET client_min_messages;

-- reading stays reading; any isolation level
SELECT count(*) AS kept FROM governance.audit_checkpoints \gset
SELECT action FROM gov_log_event('checkpoint_test', 'two', 'checkpoint');
SELECT FROM gov_audit_seal();
BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY;
SELECT length(gov_audit_checkpoint()) > 0 AS given;
COMMIT;
SELECT count(*) = :kept AS kept_nowhere FROM governance.audit_checkpoints;
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SELECT length(gov_audit_checkpoint()) > 0 AS given;
COMMIT;
SELECT count(*) = :kept + 1 AS kept FROM governance.audit_checkpoints;

-- who may
SET ROLE regress_checkpoint_auditor;
SELECT length(gov_audit_checkpoint()) > 0 AS given;
SELECT gov_audit_witness(E'a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 b AAAAAAAA\n');   -- 42501
\set VERBOSITY sqlstate
SELECT gov_add_witness('w.example+4a98ebc3+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea');   -- 42501
SELECT gov_drop_witness('w.example');   -- 42501
SET ROLE regress_checkpoint_nobody;
SELECT gov_audit_checkpoint();   -- 42501
RESET ROLE;

-- witnesses
\set VERBOSITY default
SELECT name, key_id, added_by = gov_current_actor() AS by_me FROM gov_add_witness('w.example+4a98ebc3+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea');
SELECT gov_add_witness('w.example+4a98ebc3+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea');   -- 23505
SELECT gov_add_witness('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');   -- 22023: a log's key
\set VERBOSITY sqlstate
SELECT gov_add_witness('w2.example+4a98ebc3+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea');   -- 22023: another's id
SELECT gov_add_witness('');   -- 22023
SELECT gov_add_witness(NULL);   -- 22023
\set VERBOSITY default
UPDATE governance.witnesses SET verifier_key = 'x';   -- 55000
SELECT gov_drop_witness('w.example');
SELECT gov_drop_witness('w.example');
SELECT event_type, resource FROM governance.audit_events WHERE resource_type = 'witness' ORDER BY event_id;

-- what is no checkpoint of this log
SELECT gov_audit_witness('nonsense');   -- 22023
SELECT gov_audit_witness(:'checkpoint');   -- 22023: nobody signed it
SELECT gov_audit_witness(E'a\n\n\u2014 b AAAAAAAA\n');   -- 22023: no checkpoint
SELECT gov_audit_witness(E'a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 b AAAAAAAA\n');   -- 22023: of nothing
SELECT gov_audit_witness(:'checkpoint' || E'\n\u2014 governance/' || :'log_id' || E' AAAAAAAA\n');   -- 22023: by no key of this log
\set VERBOSITY sqlstate
SELECT gov_audit_witness(NULL);   -- 22023
SELECT gov_audit_witness('');   -- 22023
SELECT gov_audit_witness(repeat('x', 70000));   -- 22023
BEGIN READ ONLY;
SELECT gov_audit_witness(E'a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 b AAAAAAAA\n');   -- 25006
ROLLBACK;

-- the tables are the log's own; the home is where the log began
INSERT INTO governance.audit_checkpoints (tree_size, root, origin, key_id, note) VALUES (1, '', '', '', '');   -- MG004
UPDATE governance.audit_checkpoints SET note = 'x';   -- MG004
DELETE FROM governance.audit_checkpoints;   -- MG004
TRUNCATE governance.audit_checkpoints;   -- MG004
INSERT INTO governance.audit_cosignatures (verifier_key, tree_size, cosigned_at, note) VALUES ('', 1, now(), '');   -- MG004
TRUNCATE governance.audit_cosignatures;   -- MG004
DELETE FROM governance.audit_home;   -- 55000
SELECT count(*) FROM governance.audit_home AS h JOIN governance.audit_log USING (log_id)
JOIN pg_control_system() AS s ON s.system_identifier = h.system_identifier
JOIN pg_database AS d ON d.datname = current_database() AND d.oid::bigint = h.database_oid;

-- what the tree does not give is not given out
BEGIN;
ALTER TABLE governance.audit_checkpoints DISABLE TRIGGER ALL;
UPDATE governance.audit_checkpoints SET root = decode(repeat('00', 32), 'hex');
\set VERBOSITY sqlstate
SELECT gov_audit_checkpoint();   -- MG005: an earlier checkpoint says otherwise
ROLLBACK;
BEGIN;
ALTER TABLE governance.audit_checkpoints DISABLE TRIGGER ALL;
UPDATE governance.audit_checkpoints SET tree_size = tree_size + 1000000;
SELECT gov_audit_checkpoint();   -- MG005: the log was longer
ROLLBACK;
BEGIN;
ALTER TABLE governance.audit_tiles DISABLE TRIGGER ALL;
UPDATE governance.audit_tiles SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1);
SELECT gov_audit_checkpoint();   -- MG005: not its own root
ROLLBACK;

-- clean up
SELECT is_active FROM gov_deactivate_user('checkpoint_auditor');
DROP ROLE regress_checkpoint_auditor;
DROP ROLE regress_checkpoint_nobody;
