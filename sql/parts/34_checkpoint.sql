-- The audit trail, its face to the outside: checkpoints and their witnesses.

CREATE TABLE governance.audit_home (
    log_id            uuid NOT NULL,
    system_identifier bigint NOT NULL,
    database_oid      bigint NOT NULL,
    CONSTRAINT audit_home_pkey PRIMARY KEY (log_id),
    CONSTRAINT audit_home_log_fkey FOREIGN KEY (log_id) REFERENCES governance.audit_log
        ON UPDATE CASCADE
);
COMMENT ON TABLE governance.audit_home IS
'Where the log lives: checkpoints are signed in this database of this cluster only.  A copy of the database would sign another history in the same log''s name.  After the database as a whole has moved, a superuser calls governance.continue_log() or governance.rename_log(), and the trail tells of it.';
INSERT INTO governance.audit_home (log_id, system_identifier, database_oid)
SELECT l.log_id, s.system_identifier, d.oid::bigint
FROM governance.audit_log AS l
CROSS JOIN pg_catalog.pg_control_system() AS s
JOIN pg_catalog.pg_database AS d ON d.datname = pg_catalog.current_database();

CREATE TABLE governance.checkpoint_keys (
    name          text COLLATE "C" NOT NULL,
    key_id        text COLLATE "C" NOT NULL,
    verifier_key  text COLLATE "C" NOT NULL,
    first_used_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    retired_at    timestamptz,
    CONSTRAINT checkpoint_keys_pkey PRIMARY KEY (name, key_id)
);
COMMENT ON TABLE governance.checkpoint_keys IS
'The keys that checkpoints were signed with, each since its first use; the one without retired_at is in use.  Whoever verifies gets the key by another way than this table.';
COMMENT ON COLUMN governance.checkpoint_keys.name IS
'The origin of the checkpoints that the key signs.';
COMMENT ON COLUMN governance.checkpoint_keys.key_id IS 'Four bytes in hex, as in the signature lines.';
COMMENT ON COLUMN governance.checkpoint_keys.verifier_key IS 'The public key in the form that verifiers read: <name>+<key id>+<base64>.';

CREATE TABLE governance.witnesses (
    name         text COLLATE "C" NOT NULL,
    key_id       text COLLATE "C" NOT NULL,
    verifier_key text COLLATE "C" NOT NULL,
    added_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    added_by     text COLLATE "C",
    CONSTRAINT witnesses_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE governance.witnesses IS
'Outside witnesses whose cosignatures gov_audit_witness() takes.';
COMMENT ON COLUMN governance.witnesses.verifier_key IS 'Its public key: <name>+<key id>+<base64>, type 4 (C2SP tlog-cosignature).';

CREATE TABLE governance.audit_checkpoints (
    checkpoint_id bigint GENERATED ALWAYS AS IDENTITY,
    tree_size     bigint NOT NULL,
    root          bytea NOT NULL,
    origin        text COLLATE "C" NOT NULL,
    key_id        text COLLATE "C" NOT NULL,
    note          text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by    text COLLATE "C",
    CONSTRAINT audit_checkpoints_pkey PRIMARY KEY (checkpoint_id),
    CONSTRAINT audit_checkpoints_tree_size_key UNIQUE (tree_size, origin, key_id)
);
COMMENT ON TABLE governance.audit_checkpoints IS
'The checkpoints that were given out, each once: a checkpoint asked for again is the same.';
COMMENT ON COLUMN governance.audit_checkpoints.key_id IS
'The key that signed the checkpoint; empty where it is not signed.';
COMMENT ON COLUMN governance.audit_checkpoints.created_by IS
'Who asked for the checkpoint first.';

CREATE TABLE governance.audit_cosignatures (
    verifier_key text COLLATE "C" NOT NULL,
    tree_size    bigint NOT NULL,
    cosigned_at  timestamptz NOT NULL,
    note         text NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    recorded_by  text COLLATE "C",
    CONSTRAINT audit_cosignatures_pkey PRIMARY KEY (verifier_key, tree_size, cosigned_at)
);
COMMENT ON TABLE governance.audit_cosignatures IS
'What witnesses have seen: a checkpoint of tree_size leaves, cosigned at that time, verified when it was recorded.';
COMMENT ON COLUMN governance.audit_cosignatures.note IS 'The checkpoint with its signatures, as it was given in.';

CREATE FUNCTION @extschema@.gov_audit_checkpoint()
RETURNS text
AS 'MODULE_PATHNAME', 'gov_audit_checkpoint'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_checkpoint() IS
'The newest tree head as a checkpoint (C2SP tlog-checkpoint).  It is one that an earlier transaction committed: a signed note where governance.checkpoint_key_file names a key, else its text alone and a NOTICE.  Kept in audit_checkpoints where writing is allowed.  Needs audit:read.  A trail of which no event is sealed yet, a key file that cannot be used, or a database that was copied: 55000; a trail that contradicts itself or an earlier checkpoint: MG005.';

CREATE FUNCTION @extschema@.gov_audit_proof_file(
    event_id bigint,
    tree_size bigint = NULL)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_audit_proof_file'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_proof_file(bigint, bigint) IS
'An event, that it is in the log, and a checkpoint: one file (C2SP tlog-proof).  Its extra line is the event''s canonical form, in base64, of which the leaf is the hash; then its index, the path, and the checkpoint with the cosignatures of witnesses: of tree_size leaves, else one that was given out, cosigned ones first, else a new one.  Needs audit:read.  Unknown: 42704; not sealed, retired, over 1 MB, or no key to sign with: 55000; more leaves than the log has, or without the event: 22023.';

CREATE FUNCTION @extschema@.gov_audit_witness(
    checkpoint text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_audit_witness'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_witness(text) IS
'Record the cosignatures of known witnesses on a checkpoint of this log.  True where one was new, false where none of a known witness verifies or is new.  Needs audit:seal.  No signed checkpoint of this log: 22023; one that the tree contradicts: MG005.';

CREATE FUNCTION @extschema@.gov_add_witness(
    key text)
RETURNS governance.witnesses
AS 'MODULE_PATHNAME', 'gov_add_witness'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_add_witness(text) IS
'Make a witness known by its verifier key.  Its form is <name>+<key id>+<base64 of type 4 and an Ed25519 public key> (C2SP tlog-cosignature).  Needs audit:seal.  A name that is known: 23505; another form: 22023.';

CREATE FUNCTION @extschema@.gov_drop_witness(
    name text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_witness'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_witness(text) IS
'Forget a witness; what it has cosigned stays recorded.  False and a NOTICE where there is none of that name.  Needs audit:seal.';
