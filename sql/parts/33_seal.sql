-- The audit trail, its sealed half: leaves, tiles, tree heads.

-- What the sealer looks for: the events of transactions that have ended since.
CREATE INDEX audit_events_xid_idx ON governance.audit_events (incarnation, xid, event_id);

CREATE TABLE governance.audit_leaves (
    leaf_index bigint NOT NULL,
    event_id   bigint NOT NULL,
    CONSTRAINT audit_leaves_pkey PRIMARY KEY (leaf_index),
    CONSTRAINT audit_leaves_event_id_key UNIQUE (event_id)
);
COMMENT ON TABLE governance.audit_leaves IS
'The leaf map: which event is which leaf of the tree.  The hashes are in audit_tiles.';

CREATE TABLE governance.audit_tiles (
    level      integer NOT NULL,
    tile_index bigint NOT NULL,
    hashes     bytea NOT NULL,
    CONSTRAINT audit_tiles_pkey PRIMARY KEY (level, tile_index)
);
ALTER TABLE governance.audit_tiles
    ALTER COLUMN hashes SET STORAGE EXTERNAL, ALTER COLUMN hashes SET STATISTICS 0;
COMMENT ON TABLE governance.audit_tiles IS
'The tree, in tiles of 256 hashes in the shape of C2SP tlog-tiles: level 0 has the leaf hashes, each level above the roots of the full tiles below it.';

CREATE TABLE governance.audit_tree_heads (
    tree_size       bigint NOT NULL,
    previous_size   bigint NOT NULL,
    root            bytea NOT NULL,
    sealed_at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    incarnation     bigint NOT NULL,
    snapshot        pg_snapshot NOT NULL,
    base_snapshot   pg_snapshot,
    cursor_xid      xid8,
    cursor_event_id bigint,
    CONSTRAINT audit_tree_heads_pkey PRIMARY KEY (tree_size),
    CONSTRAINT audit_tree_heads_size_check CHECK (previous_size >= 0 AND tree_size > previous_size)
);
COMMENT ON TABLE governance.audit_tree_heads IS
'One row for each batch that was sealed: the tree''s size and RFC 6962 root.';
COMMENT ON COLUMN governance.audit_tree_heads.previous_size IS 'The tree''s size before the batch.';
COMMENT ON COLUMN governance.audit_tree_heads.snapshot IS
'The head covers every event of the transactions that had ended in this snapshot, unless base_snapshot is set.';
COMMENT ON COLUMN governance.audit_tree_heads.base_snapshot IS
'Set where the batch ended early.  Of the events between base_snapshot and snapshot the head covers those up to (cursor_xid, cursor_event_id).';

CREATE TABLE governance.audit_seal_flags (
    event_id      bigint NOT NULL,
    leaf_index    bigint NOT NULL,
    stored_hash   bytea NOT NULL,
    computed_hash bytea NOT NULL,
    flagged_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT audit_seal_flags_pkey PRIMARY KEY (event_id)
);
ALTER TABLE governance.audit_seal_flags
    ALTER COLUMN stored_hash SET STATISTICS 0, ALTER COLUMN computed_hash SET STATISTICS 0;
CREATE INDEX audit_seal_flags_flagged_at_idx ON governance.audit_seal_flags (flagged_at);
COMMENT ON TABLE governance.audit_seal_flags IS
'Events whose row did not give the leaf hash that was committed with it when they were sealed: altered between commit and seal.  The log has stored_hash.';

CREATE TABLE governance.audit_verify_progress (
    verify_id   bigint GENERATED ALWAYS AS IDENTITY,
    from_index  bigint NOT NULL,
    to_index    bigint NOT NULL,
    tree_size   bigint NOT NULL,
    root        bytea NOT NULL,
    failures    bigint NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    verified_by text COLLATE "C",
    CONSTRAINT audit_verify_progress_pkey PRIMARY KEY (verify_id)
);
COMMENT ON TABLE governance.audit_verify_progress IS
'One row for each gov_audit_verify() that could write: which leaves it went through, under which tree head, how many failures it found.';

CREATE FUNCTION governance.audit_seal_guard()
RETURNS trigger
AS 'MODULE_PATHNAME', 'gov_audit_seal_guard'
LANGUAGE C;
COMMENT ON FUNCTION governance.audit_seal_guard() IS
'The trigger of the sealed log''s tables: only the sealer writes them.';

CREATE FUNCTION governance.sealed_tables()
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'gov_sealed_tables'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sealed_tables() IS
'The tables of schema governance that only the sealer and its like write.';

CREATE FUNCTION @extschema@.gov_audit_seal()
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_audit_seal'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_seal() IS
'Seal what has committed.  {sealed, tree_size, root, flagged}, the root in hex.  Events of this transaction and of those in progress stay for a later seal.  Events that were altered before they were sealed are flagged (audit_seal_flags) and warned of.  Writes no event.  Needs audit:seal; above READ COMMITTED: 55000.';

CREATE FUNCTION @extschema@.gov_audit_status()
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_audit_status'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_status() IS
'Where the audit log stands.  {tree_size, root, unsealed_events, oldest_unsealed_seconds (0 where none is), last_checkpoint {tree_size, root, origin, key_id, created_at}, witnessed_size (null where none is)}.  Needs audit:read.';

CREATE FUNCTION governance.audit_status()
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_sql_audit_status'
LANGUAGE C STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION governance.audit_status() IS
'gov_audit_status() without the question who asks, for gov_metrics().';

CREATE FUNCTION @extschema@.gov_audit_inclusion_proof(
    event_id bigint,
    tree_size bigint = NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_audit_inclusion_proof'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_inclusion_proof(bigint, bigint) IS
'Prove that an event is in the log.  {leaf_index, leaf_hash, tree_size, root, path}, hashes in hex, RFC 9162.  tree_size: any that the log has had since, by default the present one.  Needs audit:read.  Not sealed yet: 55000; unknown: 42704; a size out of range: 22023.';

CREATE FUNCTION @extschema@.gov_audit_consistency_proof(
    old_size bigint,
    new_size bigint = NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_audit_consistency_proof'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_consistency_proof(bigint, bigint) IS
'Prove that the log of old_size leaves is the beginning of a later one.  That has new_size leaves, by default the present number: {old_size, new_size, old_root, new_root, path}, hashes in hex, RFC 9162.  Any sizes that the log has had.  Needs audit:read.  A size out of range, 0 too: 22023.';

CREATE FUNCTION @extschema@.gov_audit_verify(
    from_index bigint = 0,
    to_index bigint = NULL)
RETURNS TABLE (check_name text, ok boolean, detail text)
AS 'MODULE_PATHNAME', 'gov_audit_verify'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_verify(bigint, bigint) IS
'Recompute the log from its rows and name what does not match.  The leaves from_index to before to_index (by default all) come from their rows, the tiles from the leaves and every root from the tiles.  One row for each check that holds; one with ok false for each event, leaf, tile or head that was altered, removed, added or moved, named in detail.  Several sessions may take a range each.  Where writing is allowed, audit_verify_progress gets a row.  Needs audit:read.';

CREATE FUNCTION @extschema@.gov_audit_export(
    from_index bigint = 0,
    to_index bigint = NULL)
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'gov_audit_export'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_export(bigint, bigint) IS
'The leaves of the log as JSON Lines, for governance-verify.  Those from_index to before to_index, by default all, each with its canonical bytes: a header, one line for each leaf, a last line with the root.  Needs audit:read.';
