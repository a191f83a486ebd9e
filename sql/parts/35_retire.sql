-- The audit trail, its end: events past retention are retired.

CREATE TABLE governance.audit_retirements (
    to_index        bigint NOT NULL,
    from_index      bigint NOT NULL,
    root            bytea NOT NULL,
    tree_root       bytea NOT NULL,
    older_than      timestamptz NOT NULL,
    checkpoint_size bigint NOT NULL,
    event_id        bigint NOT NULL,
    reason          text NOT NULL,
    retired_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    retired_by      text COLLATE "C",
    CONSTRAINT audit_retirements_pkey PRIMARY KEY (to_index),
    CONSTRAINT audit_retirements_range_check CHECK (from_index >= 0 AND to_index > from_index AND checkpoint_size >= to_index)
);
COMMENT ON TABLE governance.audit_retirements IS
'Which leaves have no row in audit_events any more, and by which event they were retired.  Their hashes stay, so what was proven of them can be proven still.';
COMMENT ON COLUMN governance.audit_retirements.to_index IS 'One after the last leaf; the next retirement begins here.';
COMMENT ON COLUMN governance.audit_retirements.root IS 'RFC 6962 root of the leaves from_index to before to_index, as a tree of their own.';
COMMENT ON COLUMN governance.audit_retirements.tree_root IS 'Root of the log at to_index leaves.';
COMMENT ON COLUMN governance.audit_retirements.older_than IS
'The time given to gov_audit_retire(): every retired event had happened before it.';
COMMENT ON COLUMN governance.audit_retirements.checkpoint_size IS
'The size, in leaves, of a checkpoint that had been given out and held when the rows were deleted.';
COMMENT ON COLUMN governance.audit_retirements.event_id IS
'The event "audit_log.retire", which was written before the rows were deleted.';

CREATE FUNCTION @extschema@.gov_audit_retire(
    before timestamptz,
    reason text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_audit_retire'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_audit_retire(timestamptz, text) IS
'Delete the rows of the oldest audit events.  Those go that are before the time given, past policy audit.retention_days, sealed, and under a checkpoint that was given out, up to the first that is not, at most 50,000.  Their hashes stay.  {retired, from_index, to_index, root, event_id, older_than, more}; more: call again.  Needs audit:seal and system:config.  Retention for ever (0): 55000; a row that is not what was sealed: MG005.';
