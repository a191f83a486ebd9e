-- The audit trail, its recording half.

CREATE TABLE governance.audit_log (
    log_id      uuid NOT NULL,
    incarnation bigint NOT NULL,
    CONSTRAINT audit_log_pkey PRIMARY KEY (log_id)
);
COMMENT ON TABLE governance.audit_log IS
'One row: which log this is, and its incarnation.  Restoring it elsewhere begins another incarnation.';
-- A dump that is loaded without gov_pre_restore() adds no second log.
CREATE UNIQUE INDEX audit_log_one_row ON governance.audit_log ((true));
INSERT INTO governance.audit_log (log_id, incarnation)
VALUES (pg_catalog.gen_random_uuid(), 1);

CREATE TABLE governance.audit_events (
    event_id         bigint GENERATED ALWAYS AS IDENTITY,
    incarnation      bigint NOT NULL,
    occurred_at      timestamptz NOT NULL,
    xid              xid8 NOT NULL,
    actor            text COLLATE "C",
    evidence         text NOT NULL,
    db_role          text COLLATE "C",
    session_role     text COLLATE "C",
    event_type       text COLLATE "C" NOT NULL,
    action           text NOT NULL,
    resource         text COLLATE "C",
    resource_type    text COLLATE "C",
    outcome          text NOT NULL,
    old_row          jsonb,
    new_row          jsonb,
    changes          jsonb,
    details          jsonb,
    client_addr      inet,
    application_name text,
    leaf_hash        bytea NOT NULL,
    CONSTRAINT audit_events_pkey PRIMARY KEY (event_id),
    CONSTRAINT audit_events_evidence_check CHECK (evidence IN ('session', 'authenticated', 'asserted', 'verified', 'internal', 'unmapped')),
    CONSTRAINT audit_events_outcome_check CHECK (outcome IN ('success', 'denied', 'failure')),
    CONSTRAINT audit_events_leaf_hash_check CHECK (pg_catalog.octet_length(leaf_hash) = 32)
);
-- pg_read_all_data reads pg_statistic, and no plan needs these.
ALTER TABLE governance.audit_events
    ALTER COLUMN old_row SET STATISTICS 0, ALTER COLUMN new_row SET STATISTICS 0,
    ALTER COLUMN changes SET STATISTICS 0, ALTER COLUMN details SET STATISTICS 0,
    ALTER COLUMN leaf_hash SET STATISTICS 0;
CREATE INDEX audit_events_resource_idx ON governance.audit_events (resource, occurred_at, event_id);
CREATE FUNCTION governance.event_name(resource text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gov_sql_event_name';
COMMENT ON FUNCTION governance.event_name(text) IS
'The id in a resource without kind and version: risk of model_version/risk:1.0.0.';
CREATE FUNCTION governance.event_owner(resource text, new_row jsonb, old_row jsonb) RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'gov_sql_event_owner';
COMMENT ON FUNCTION governance.event_owner(text, jsonb, jsonb) IS
'The id of what the row of an event belongs to, as a deployment to its model; NULL where there is none, or the name in the resource says it.';
-- For events whose kind is in no list, and for those whose resource does not say what the row
-- belongs to. Approving, registering and the like write to neither index.
CREATE INDEX audit_events_name_idx ON governance.audit_events ((governance.event_name(resource)), occurred_at, event_id)
    WHERE new_row IS NULL AND old_row IS NULL;
CREATE INDEX audit_events_owner_idx ON governance.audit_events ((governance.event_owner(resource, new_row, old_row)), occurred_at, event_id)
    WHERE resource_type IN ('api_token', 'approval_request', 'deployment', 'deployment_gate', 'escalation_rule', 'incident',
        'maintenance_window', 'sla_escalation', 'sla_measurement', 'sla_target', 'sla_violation', 'usecase_deployment', 'user_identity');
ALTER INDEX governance.audit_events_owner_idx ALTER COLUMN 1 SET STATISTICS 0;
CREATE INDEX audit_events_actor_idx ON governance.audit_events (actor, occurred_at, event_id);
CREATE INDEX audit_events_occurred_at_idx ON governance.audit_events (occurred_at, event_id);
CREATE INDEX audit_events_access_idx ON governance.audit_events (event_id) WHERE event_type IN ('access.check', 'access.denied');
COMMENT ON TABLE governance.audit_events IS
'Append-only: one row for every change to a governed row, by whichever path, and for each recorded decision.  Needs audit:read.  UPDATE, DELETE, TRUNCATE and direct INSERT: MG004.';
COMMENT ON COLUMN governance.audit_events.outcome IS
'success; denied: the actor lacked a right; failure: an application reported that its own action failed.';
COMMENT ON COLUMN governance.audit_events.occurred_at IS 'When it happened, by the server''s clock (not the transaction''s start).';
COMMENT ON COLUMN governance.audit_events.xid IS
'The top-level transaction, by its number in this incarnation of the log.';
COMMENT ON COLUMN governance.audit_events.actor IS 'The governance user; NULL where none was known.';
COMMENT ON COLUMN governance.audit_events.evidence IS 'How the actor was known: session, authenticated, asserted, verified, internal, unmapped.';
COMMENT ON COLUMN governance.audit_events.db_role IS
'The database role in force, also one set by SET ROLE.';
COMMENT ON COLUMN governance.audit_events.session_role IS 'The role of the login.';
COMMENT ON COLUMN governance.audit_events.event_type IS
'<kind>.<verb>.  An event that an application recorded has no dot.';
COMMENT ON COLUMN governance.audit_events.resource IS '<kind>/<id>.';
COMMENT ON COLUMN governance.audit_events.old_row IS
'The row before the change, with times in seconds since 1970 and without secrets.';
COMMENT ON COLUMN governance.audit_events.new_row IS
'The row after the change, likewise.';
COMMENT ON COLUMN governance.audit_events.changes IS
'The new values of the columns that changed.';
COMMENT ON COLUMN governance.audit_events.leaf_hash IS
'SHA-256 of 0x00 and the canonical form of the row: the leaf hash of RFC 6962, section 2.1.';

CREATE FUNCTION governance.audit_append_only()
RETURNS trigger
AS 'MODULE_PATHNAME', 'gov_audit_append_only'
LANGUAGE C;
COMMENT ON FUNCTION governance.audit_append_only() IS
'The trigger of governance.audit_events: what is written stays.';

CREATE FUNCTION @extschema@.gov_log_event(
    event_type text,
    action text,
    resource text,
    status text = 'success',
    details jsonb = '{}')
RETURNS governance.audit_events
AS 'MODULE_PATHNAME', 'gov_log_event'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_log_event(text, text, text, text, jsonb) IS
'Record an application''s own event.  status: success, denied, failure.  A type with a dot is refused (22023): those are the extension''s; so is an event of more than 1 MB, and a number of more than 100 significant digits or not within -1e308 and 1e308.  Needs an active user.';

-- Each way to ask has its branch with its index, read in its order; the
-- conditions on arguments alone are judged once, so no other branch runs.  A
-- resource without its kind has three: rows whose kind is governed, what others
-- logged, and rows that belong to it.
CREATE FUNCTION @extschema@.gov_audit_trail(
    user_id text = NULL,
    resource text = NULL,
    since timestamptz = NULL,
    until timestamptz = NULL,
    limit_rows integer = 100)
RETURNS SETOF governance.audit_events
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
ROWS 100
BEGIN ATOMIC
    SELECT governance.check_limit(gov_audit_trail.limit_rows),
        governance.check_bound('since', gov_audit_trail.since),
        governance.check_bound('until', gov_audit_trail.until);
    SELECT governance.require_permission('audit:read');
    SELECT found.event_id, found.incarnation, found.occurred_at, found.xid,
        found.actor, found.evidence, found.db_role, found.session_role,
        found.event_type, found.action, found.resource, found.resource_type,
        found.outcome, governance.shown_json(found.old_row),
        governance.shown_json(found.new_row), governance.shown_json(found.changes),
        governance.shown_json(found.details), found.client_addr,
        found.application_name, found.leaf_hash
    FROM (
        (SELECT e.*
            FROM governance.audit_events AS e
            WHERE pg_catalog.strpos(gov_audit_trail.resource, '/') > 0
                AND e.resource = gov_audit_trail.resource
                AND (gov_audit_trail.user_id IS NULL OR e.actor = gov_audit_trail.user_id)
                AND e.occurred_at >= coalesce(nullif(gov_audit_trail.since, 'infinity'), '-infinity')
                AND e.occurred_at < coalesce(nullif(gov_audit_trail.until, '-infinity'), 'infinity')
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT coalesce(gov_audit_trail.limit_rows, 100))
        UNION ALL
        (SELECT e.*
            FROM governance.governed_kinds() AS k(kind)
            CROSS JOIN (VALUES ('', E'\x01'), (':', ';')) AS r(low, high)   -- the id, and what begins with it and ':'
            CROSS JOIN LATERAL (
                SELECT e.*
                FROM governance.audit_events AS e
                WHERE e.resource >= k.kind || '/' || gov_audit_trail.resource || r.low
                    AND e.resource < k.kind || '/' || gov_audit_trail.resource || r.high
                OFFSET 0) AS e      -- each by its index, not by the order of time
            WHERE pg_catalog.strpos(gov_audit_trail.resource, '/') = 0
                AND (e.new_row IS NOT NULL OR e.old_row IS NOT NULL)
                AND (gov_audit_trail.user_id IS NULL OR e.actor = gov_audit_trail.user_id)
                AND e.occurred_at >= coalesce(nullif(gov_audit_trail.since, 'infinity'), '-infinity')
                AND e.occurred_at < coalesce(nullif(gov_audit_trail.until, '-infinity'), 'infinity')
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT coalesce(gov_audit_trail.limit_rows, 100))
        UNION ALL
        (SELECT e.*
            FROM governance.audit_events AS e
            WHERE pg_catalog.strpos(gov_audit_trail.resource, '/') = 0
                AND governance.event_name(e.resource) = pg_catalog.split_part(gov_audit_trail.resource, ':', 1)
                AND e.new_row IS NULL AND e.old_row IS NULL
                AND (pg_catalog.strpos(gov_audit_trail.resource, ':') = 0
                    OR pg_catalog.starts_with(
                        pg_catalog.substr(e.resource, pg_catalog.strpos(e.resource, '/') + 1) || ':',
                        gov_audit_trail.resource || ':'))
                AND (gov_audit_trail.user_id IS NULL OR e.actor = gov_audit_trail.user_id)
                AND e.occurred_at >= coalesce(nullif(gov_audit_trail.since, 'infinity'), '-infinity')
                AND e.occurred_at < coalesce(nullif(gov_audit_trail.until, '-infinity'), 'infinity')
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT coalesce(gov_audit_trail.limit_rows, 100))
        UNION ALL
        (SELECT e.*
            FROM governance.audit_events AS e
            WHERE pg_catalog.strpos(gov_audit_trail.resource, '/') = 0
                AND governance.event_owner(e.resource, e.new_row, e.old_row) = pg_catalog.split_part(gov_audit_trail.resource, ':', 1)
                AND e.resource_type IN ('api_token', 'approval_request', 'deployment', 'deployment_gate', 'escalation_rule', 'incident',
                    'maintenance_window', 'sla_escalation', 'sla_measurement', 'sla_target', 'sla_violation', 'usecase_deployment', 'user_identity')
                AND (pg_catalog.strpos(gov_audit_trail.resource, ':') = 0
                    OR coalesce(e.new_row, e.old_row) ->> 'version' = pg_catalog.split_part(gov_audit_trail.resource, ':', 2)
                    OR coalesce(e.new_row, e.old_row) ->> 'resource_key' = pg_catalog.replace(gov_audit_trail.resource, ':', E'\n')
                    OR coalesce(e.new_row, e.old_row) ->> 'resource' = gov_audit_trail.resource)
                AND (gov_audit_trail.user_id IS NULL OR e.actor = gov_audit_trail.user_id)
                AND e.occurred_at >= coalesce(nullif(gov_audit_trail.since, 'infinity'), '-infinity')
                AND e.occurred_at < coalesce(nullif(gov_audit_trail.until, '-infinity'), 'infinity')
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT coalesce(gov_audit_trail.limit_rows, 100))
        UNION ALL
        (SELECT e.*
            FROM governance.audit_events AS e
            WHERE gov_audit_trail.resource IS NULL
                AND gov_audit_trail.user_id IS NOT NULL
                AND e.actor = gov_audit_trail.user_id
                AND e.occurred_at >= coalesce(nullif(gov_audit_trail.since, 'infinity'), '-infinity')
                AND e.occurred_at < coalesce(nullif(gov_audit_trail.until, '-infinity'), 'infinity')
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT coalesce(gov_audit_trail.limit_rows, 100))
        UNION ALL
        (SELECT e.*
            FROM governance.audit_events AS e
            WHERE gov_audit_trail.resource IS NULL
                AND gov_audit_trail.user_id IS NULL
                AND e.occurred_at >= coalesce(nullif(gov_audit_trail.since, 'infinity'), '-infinity')
                AND e.occurred_at < coalesce(nullif(gov_audit_trail.until, '-infinity'), 'infinity')
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT coalesce(gov_audit_trail.limit_rows, 100))
    ) AS found
    ORDER BY found.occurred_at DESC, found.event_id DESC
    LIMIT coalesce(gov_audit_trail.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_audit_trail(text, text, timestamptz, timestamptz, integer) IS
'Audit events, newest first.  Those of an actor (user_id), of a resource (''<kind>/<id>''; without ''/'' an id of any kind, all that begins with it and '':'', and what belongs to it), from since on and before until; NULL: any; an infinity is no bound.  limit_rows 1 to 10000.  JSON of more than 8 MB is left out, with a word in its place; the table has it.  Needs audit:read.';

CREATE VIEW governance.access_audit_log
WITH (security_invoker = true) AS
SELECT
    e.event_id,
    e.occurred_at,
    e.details ->> 'user_id' AS user_id,
    e.details ->> 'permission' AS permission,
    e.resource,
    CASE e.outcome WHEN 'success' THEN 'granted' ELSE 'denied' END AS result,
    e.details
FROM governance.audit_events AS e
WHERE e.event_type IN ('access.check', 'access.denied');
COMMENT ON VIEW governance.access_audit_log IS
'Access decisions in the trail: permission checks (while governance.log_checks is on) and denied attempts.  Needs audit:read.';
COMMENT ON COLUMN governance.access_audit_log.user_id IS 'Whose right was in question; NULL where no user was known.';
COMMENT ON COLUMN governance.access_audit_log.permission IS 'The permission asked for.';
COMMENT ON COLUMN governance.access_audit_log.resource IS 'What it was asked for, as the caller named it.';
COMMENT ON COLUMN governance.access_audit_log.result IS '"granted" or "denied".';

CREATE FUNCTION @extschema@.gov_row_json("row" record)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_row_json'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_row_json(record) IS
'A row as jsonb, with times in seconds since 1970.  Whatever the session''s settings are; in place of JSON of more than 8 MB {"left_out": ...}.  NULL gives NULL.  Needs nothing: it reads nothing but its argument.';
