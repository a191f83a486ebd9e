-- Decisions about a version, as statements that others can verify.

CREATE FUNCTION governance.require_version(model_id text, version text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_require_version'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.require_version(text, text) IS
'42501 unless an active user with compliance:report acts, 42704 unless there is such a version.';

CREATE FUNCTION governance.can_attest(must boolean)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_can_attest'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.can_attest(boolean) IS
'Is there a key that signs attestations, and is the database no copy?  Without a key where there must be one: 55000.';

CREATE FUNCTION governance.leaf_of_event(event_id bigint)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_leaf_of_event'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.leaf_of_event(bigint) IS
'Where an event is in the log: {event_id, proof, checkpoint}, under the first head that has it; NULL: it is not sealed.';

CREATE FUNCTION governance.sign_statement(statement jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_sign_statement'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.sign_statement(jsonb) IS
'An in-toto statement in DSSE in a Sigstore bundle v0.3.';

-- In the order of the log, which is final: a change that is not sealed yet
-- comes later.
CREATE FUNCTION governance.policies_at(leaf bigint, event bigint)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_object_agg(p.name, coalesce((
            SELECT e.old_row -> 'value'
            FROM governance.audit_events AS e
            LEFT JOIN governance.audit_leaves AS l ON l.event_id = e.event_id
            WHERE e.resource = 'policy/' || p.name AND e.resource_type = 'policy' AND e.old_row IS NOT NULL
                AND coalesce(l.leaf_index > policies_at.leaf, true)
            ORDER BY l.leaf_index, e.event_id
            LIMIT 1), p.value))
        || coalesce((
            SELECT pg_catalog.jsonb_object_agg(o.details ->> 'name', o.details -> 'value' ORDER BY o.event_id)
            FROM governance.audit_events AS o
            WHERE o.event_type = 'policy.override' AND o.event_id < policies_at.event
                AND o.occurred_at >= (SELECT a.occurred_at - interval '1 day' FROM governance.audit_events AS a WHERE a.event_id = policies_at.event)
                AND (o.xid, o.incarnation) = (SELECT a.xid, a.incarnation FROM governance.audit_events AS a WHERE a.event_id = policies_at.event)), '{}')
    FROM governance.policies AS p
    WHERE p.name ~ '^(gate|model|sod)\.';
END;
COMMENT ON FUNCTION governance.policies_at(bigint, bigint) IS
'The policies about models that were in force at an event, by the order of the log, and what its transaction had overridden.';

CREATE FUNCTION governance.approvals_of(model_id text, version text, before bigint, until timestamptz)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH past AS (
        SELECT h.*
        FROM governance.approval_history AS h
        WHERE h.model_id = approvals_of.model_id AND h.version = approvals_of.version
            AND (h.approval_no < approvals_of.before OR h.reviewed_at <= approvals_of.until)
    )
    SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'who', v.reviewer, 'principals', v.principals, 'backers', v.backers, 'at', extract(epoch FROM v.reviewed_at),
            'content_digest', v.content_digest, 'manifest_digest', v.manifest_digest) ORDER BY v.approval_no), '[]')
    FROM past AS v
    WHERE v.approval_status = 'approved'
        AND v.approval_no > coalesce((SELECT pg_catalog.max(r.approval_no) FROM past AS r WHERE r.approval_status = 'pending'), 0);
END;
COMMENT ON FUNCTION governance.approvals_of(text, text, bigint, timestamptz) IS
'The votes for a version since its last request, before one of that number or until a moment.';

-- Each approval, deployment and rollback of a version, with its event.
CREATE FUNCTION governance.model_acts(model_id text, version text)
RETURNS TABLE (event_id bigint, act jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
BEGIN ATOMIC
    SELECT e.event_id, pg_catalog.jsonb_build_object(
        'act', 'approval', 'at', extract(epoch FROM h.reviewed_at), 'who', h.reviewer,
        'principals', h.principals, 'backers', h.backers, 'comments', h.comments,
        'votes', governance.approvals_of(h.model_id, h.version, h.approval_no + 1, NULL))
    FROM governance.approval_history AS h
    JOIN governance.audit_events AS e ON e.resource = 'model_approval/' || h.model_id || ':' || h.version
        AND e.resource_type = 'model_approval' AND e.old_row IS NULL AND e.new_row -> 'approval_no' = pg_catalog.to_jsonb(h.approval_no)
    WHERE h.model_id = model_acts.model_id AND h.version = model_acts.version AND h.approval_status = 'approved'
    UNION ALL
    SELECT e.event_id, pg_catalog.jsonb_build_object(
        'act', CASE WHEN d.restores IS NULL THEN 'deployment' ELSE 'restoration' END,
        'at', extract(epoch FROM d.deployed_at), 'who', d.deployed_by,
        'principals', d.principals, 'backers', d.backers, 'comments', d.notes,
        'environment', d.environment, 'deployment_id', d.deployment_id, 'gates', d.gate_results,
        'votes', governance.approvals_of(d.model_id, d.version, NULL, d.deployed_at),
        'request', (
            SELECT pg_catalog.jsonb_build_object('request_id', r.request_id, 'action', r.action, 'who', r.requester_id,
                'votes', (
                    SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                            'who', a.approver_id, 'at', extract(epoch FROM a.approved_at)) ORDER BY a.approved_at, a.approver_id), '[]')
                    FROM governance.approvals AS a
                    WHERE a.request_id = r.request_id AND a.approval_status = 'approved'))
            FROM governance.approval_requests AS r
            WHERE r.request_id = d.request_id))
    FROM governance.deployment_history AS d
    JOIN governance.audit_events AS e ON e.resource = 'deployment/' || d.deployment_id
        AND e.resource_type = 'deployment' AND e.old_row IS NULL AND e.new_row IS NOT NULL
    WHERE d.model_id = model_acts.model_id AND d.version = model_acts.version
    UNION ALL
    SELECT e.event_id, pg_catalog.jsonb_build_object(
        'act', 'rollback', 'at', extract(epoch FROM d.ended_at), 'who', d.ended_by,
        'principals', coalesce(n.principals, ARRAY['user/' || d.ended_by]), 'backers', coalesce(n.backers, '{}'), 'comments', d.reason,
        'environment', d.environment, 'deployment_id', d.deployment_id, 'restored', n.version)
    FROM governance.deployment_history AS d
    JOIN governance.audit_events AS e ON e.resource = 'deployment/' || d.deployment_id
        AND e.resource_type = 'deployment' AND e.old_row ->> 'status' = 'active' AND e.new_row ->> 'status' = 'rolled_back'
    LEFT JOIN governance.deployment_history AS n ON n.model_id = d.model_id AND n.environment = d.environment
        AND n.restores IS NOT NULL AND n.deployed_at = d.ended_at AND n.deployment_no > d.deployment_no
    WHERE d.model_id = model_acts.model_id AND d.version = model_acts.version AND d.status = 'rolled_back';
END;
COMMENT ON FUNCTION governance.model_acts(text, text) IS
'Each approval, deployment and rollback of a version that the trail still has.';

CREATE FUNCTION governance.attestations(model_id text, version text)
RETURNS TABLE (leaf_index bigint, bundle jsonb)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
BEGIN ATOMIC
    WITH sealed AS MATERIALIZED (
        SELECT a.event_id, a.act, l.leaf, (l.leaf #>> '{proof,leaf_index}')::bigint AS leaf_index
        FROM governance.model_acts(attestations.model_id, attestations.version) AS a
        CROSS JOIN LATERAL governance.leaf_of_event(a.event_id) AS l(leaf)
        WHERE l.leaf IS NOT NULL
    ),
    stated AS (
        SELECT s.leaf_index, s.act || pg_catalog.jsonb_build_object(
            'model_id', v.model_id, 'version', v.version, 'content_digest', v.content_digest,
            'evidence', e.evidence, 'db_role', e.db_role, 'session_role', e.session_role,
            'policies', p.policies, 'log', s.leaf)
            || CASE WHEN s.act ? 'votes' THEN pg_catalog.jsonb_build_object(
                'quorum', pg_catalog.jsonb_build_object('required', p.policies -> 'model.required_approvals',
                    'given', pg_catalog.jsonb_array_length(s.act -> 'votes'))) ELSE '{}' END AS predicate,
            coalesce((
                SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', f.name,
                    'digest', pg_catalog.jsonb_build_object('sha256', pg_catalog.substr(f.digest #>> '{}', 8))) ORDER BY f.name COLLATE "C")
                FROM pg_catalog.jsonb_each(CASE WHEN pg_catalog.jsonb_typeof(v.artifacts) = 'object' THEN v.artifacts ELSE '{}' END) AS f(name, digest)
                WHERE f.digest #>> '{}' ~ '^sha256:[0-9a-f]{64}$'),
                pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('name', v.model_id || ':' || v.version,
                    'digest', pg_catalog.jsonb_build_object('sha256', v.content_digest)))) AS subject
        FROM sealed AS s
        JOIN governance.audit_events AS e ON e.event_id = s.event_id
        CROSS JOIN LATERAL governance.policies_at(s.leaf_index, s.event_id) AS p(policies)
        JOIN governance.model_versions AS v ON v.model_id = attestations.model_id AND v.version = attestations.version
    )
    SELECT s.leaf_index, governance.sign_statement(pg_catalog.jsonb_build_object(
        '_type', 'https://in-toto.io/Statement/v1',
        'subject', s.subject,
        'predicateType', 'urn:governance:model-decision:v1',
        'predicate', s.predicate))
    FROM stated AS s;
END;
COMMENT ON FUNCTION governance.attestations(text, text) IS
'The attestations of a version that the key signs now.';

CREATE FUNCTION @extschema@.gov_attestations(model_id text, version text)
RETURNS SETOF jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_version(gov_attestations.model_id, gov_attestations.version);
    SELECT governance.can_attest(true);
    SELECT a.bundle
    FROM governance.attestations(gov_attestations.model_id, gov_attestations.version) AS a
    ORDER BY a.leaf_index DESC;
END;
COMMENT ON FUNCTION @extschema@.gov_attestations(text, text) IS
'Approvals, deployments and rollbacks of a version, each signed; newest first.  Each that is sealed is an in-toto Statement v1 in DSSE in a Sigstore bundle v0.3, the same bytes each time: its subject are the artifacts that are "sha256:<hex>" (else the content''s digest), its predicate says who, by which votes, gates and policies as they were then, and where the log has it.  Signed by governance.attestation_key_file.  Needs compliance:report; unknown: 42704; no key, one that cannot be used, or a copy of the database: 55000.';
