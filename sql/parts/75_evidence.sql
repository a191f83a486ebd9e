-- Everything about one version of a model, with proofs.

CREATE FUNCTION governance.event_evidence(event_id bigint)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_event_evidence'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.event_evidence(bigint) IS
'What proves an audit event: {canonical (base64), leaf_hash, proof}; proof is null where it is not sealed yet, canonical where it has more than 8 MB.';

CREATE FUNCTION governance.evidence_bundle(model_id text, version text)
RETURNS SETOF jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH deployed AS (
        SELECT d.*
        FROM governance.deployment_history AS d
        WHERE d.model_id = evidence_bundle.model_id AND d.version = evidence_bundle.version
    ),
    requested AS (
        SELECT r.*
        FROM governance.approval_requests AS r
        WHERE r.request_id = ANY (ARRAY(SELECT d.request_id FROM deployed AS d))
            OR r.context @> pg_catalog.jsonb_build_object('model_id', evidence_bundle.model_id, 'version', evidence_bundle.version)
    ),
    used AS (
        SELECT u.*
        FROM governance.use_cases AS u
        WHERE u.model_ids @> ARRAY[evidence_bundle.model_id]
    ),
    happened AS (
        SELECT i.*
        FROM governance.incidents AS i
        WHERE i.resource IN (evidence_bundle.model_id, evidence_bundle.model_id || ':' || evidence_bundle.version)
    ),
    missed AS (
        SELECT v.*
        FROM governance.sla_violations AS v
        WHERE v.resource_type = 'model' AND v.resource_id = evidence_bundle.model_id
    ),
    wanted(resource) AS (
        SELECT 'model/' || evidence_bundle.model_id
        UNION ALL
        SELECT k.kind || '/' || evidence_bundle.model_id || ':' || evidence_bundle.version
        FROM pg_catalog.unnest('{model_version,model_approval,model_metrics}'::text[]) AS k(kind)
        UNION ALL
        SELECT 'deployment/' || d.deployment_id FROM deployed AS d
        UNION ALL
        SELECT 'approval_request/' || r.request_id FROM requested AS r
        UNION ALL
        SELECT 'approval/' || a.request_id || ':' || a.approver_id
        FROM governance.approvals AS a
        WHERE a.request_id IN (SELECT r.request_id FROM requested AS r)
        UNION ALL
        SELECT k.kind || '/' || u.usecase_id
        FROM used AS u
        CROSS JOIN pg_catalog.unnest('{usecase,usecase_approval,usecase_assessment}'::text[]) AS k(kind)
        UNION ALL
        SELECT 'usecase_deployment/' || d.deployment_id
        FROM governance.usecase_deployments AS d
        WHERE d.usecase_id IN (SELECT u.usecase_id FROM used AS u)
        UNION ALL
        SELECT 'sla_target/model:' || evidence_bundle.model_id
        UNION ALL
        SELECT 'sla_violation/' || s.violation_id FROM missed AS s
        UNION ALL
        SELECT k.kind || '/' || i.incident_id
        FROM happened AS i
        CROSS JOIN pg_catalog.unnest('{incident,incident_event}'::text[]) AS k(kind)
    ),
    head(tree_size, root) AS (
        SELECT h.tree_size, h.root
        FROM governance.audit_tree_heads AS h
        ORDER BY h.tree_size DESC
        LIMIT 1
    ),
    section(name, content) AS (
        SELECT 'model', @extschema@.gov_row_json(m)
        FROM governance.models AS m
        WHERE m.model_id = evidence_bundle.model_id
        UNION ALL
        SELECT 'registration', @extschema@.gov_row_json(v)
        FROM governance.model_versions AS v
        WHERE v.model_id = evidence_bundle.model_id AND v.version = evidence_bundle.version
        UNION ALL
        SELECT 'aliases', coalesce(pg_catalog.jsonb_agg(@extschema@.gov_row_json(a) ORDER BY a.alias), '[]')
        FROM governance.model_aliases AS a
        WHERE a.model_id = evidence_bundle.model_id AND a.version = evidence_bundle.version
        UNION ALL
        SELECT 'approvals', coalesce(pg_catalog.jsonb_agg(@extschema@.gov_row_json(h) ORDER BY h.approval_no), '[]')
        FROM governance.approval_history AS h
        WHERE h.model_id = evidence_bundle.model_id AND h.version = evidence_bundle.version
        UNION ALL
        SELECT 'attestations', CASE WHEN governance.can_attest(false) THEN coalesce((
            SELECT pg_catalog.jsonb_agg(t.bundle ORDER BY t.leaf_index DESC)
            FROM governance.attestations(evidence_bundle.model_id, evidence_bundle.version) AS t), '[]') ELSE '[]' END
        UNION ALL
        SELECT 'approval_requests', coalesce(pg_catalog.jsonb_agg(@extschema@.gov_row_json(r)
            || pg_catalog.jsonb_build_object('approvals', coalesce((
                SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(a) ORDER BY a.approved_at, a.approver_id)
                FROM governance.approvals AS a
                WHERE a.request_id = r.request_id), '[]')) ORDER BY r.requested_at, r.request_id), '[]')
        FROM requested AS r
        UNION ALL
        SELECT 'metrics', coalesce(pg_catalog.jsonb_agg(@extschema@.gov_row_json(m) ORDER BY m.metrics_no), '[]')
        FROM governance.model_metrics AS m
        WHERE m.model_id = evidence_bundle.model_id AND m.version = evidence_bundle.version
        UNION ALL
        SELECT 'deployments', coalesce(pg_catalog.jsonb_agg(@extschema@.gov_row_json(d) ORDER BY d.deployment_no), '[]')
        FROM deployed AS d
        UNION ALL
        SELECT 'usecases', coalesce(pg_catalog.jsonb_agg(@extschema@.gov_row_json(u)
            || pg_catalog.jsonb_build_object(
                'approvals', coalesce((
                    SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(a) ORDER BY a.approval_no)
                    FROM governance.usecase_approvals AS a
                    WHERE a.usecase_id = u.usecase_id), '[]'),
                'assessments', coalesce((
                    SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(a) ORDER BY a.assessment_no)
                    FROM governance.usecase_assessments AS a
                    WHERE a.usecase_id = u.usecase_id), '[]'),
                'deployments', coalesce((
                    SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(d) ORDER BY d.deployment_no)
                    FROM governance.usecase_deployments AS d
                    WHERE d.usecase_id = u.usecase_id), '[]')) ORDER BY u.usecase_id), '[]')
        FROM used AS u
        UNION ALL
        SELECT 'incidents', coalesce(pg_catalog.jsonb_agg(@extschema@.gov_row_json(i)
            || pg_catalog.jsonb_build_object(
                'timeline', coalesce((
                    SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(e) ORDER BY e.incident_event_id)
                    FROM governance.incident_events AS e
                    WHERE e.incident_id = i.incident_id), '[]'),
                'deadlines', coalesce((
                    SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(d) ORDER BY d.regime, d.stage, d.jurisdiction)
                    FROM governance.incident_deadlines AS d
                    WHERE d.incident_id = i.incident_id), '[]')) ORDER BY i.incident_id), '[]')
        FROM happened AS i
        UNION ALL
        SELECT 'sla', pg_catalog.jsonb_build_object(
            'targets', coalesce((
                SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(t) ORDER BY t.revision)
                FROM governance.sla_targets AS t
                WHERE t.resource_type = 'model' AND t.resource_id = evidence_bundle.model_id), '[]'),
            'violations', coalesce((
                SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(s) ORDER BY s.violation_id)
                FROM missed AS s), '[]'))
        UNION ALL
        SELECT 'audit', pg_catalog.jsonb_build_object(
            'log_id', l.log_id,
            'tree_size', coalesce(h.tree_size, 0),
            'root', pg_catalog.encode(coalesce(h.root, pg_catalog.sha256('')), 'hex'),
            'events', coalesce((
                SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'event_id', e.event_id, 'occurred_at', extract(epoch FROM e.occurred_at),
                        'actor', e.actor, 'evidence', e.evidence, 'event_type', e.event_type,
                        'resource', e.resource, 'outcome', e.outcome,
                        'changes', governance.shown_json(e.changes), 'details', governance.shown_json(e.details))
                    || governance.event_evidence(e.event_id) ORDER BY e.event_id)
                FROM governance.audit_events AS e
                WHERE e.resource IN (SELECT w.resource FROM wanted AS w)), '[]'))
        FROM governance.audit_log AS l
        LEFT JOIN head AS h ON true
    )
    SELECT pg_catalog.jsonb_object_agg(s.name, s.content)
        || pg_catalog.jsonb_build_object(
            'format', 'governance-evidence-bundle 1',
            'model_id', evidence_bundle.model_id,
            'version', evidence_bundle.version,
            'digests', pg_catalog.jsonb_object_agg(s.name,
                governance.json_digest(s.content)))
    FROM section AS s
    WHERE EXISTS (
        SELECT
        FROM governance.model_versions AS v
        WHERE v.model_id = evidence_bundle.model_id AND v.version = evidence_bundle.version)
    HAVING pg_catalog.count(*) > 0;
END;
COMMENT ON FUNCTION governance.evidence_bundle(text, text) IS
'A bundle without its digest; no row where there is no such version.';

CREATE FUNCTION @extschema@.gov_evidence_bundle(
    model_id text,
    version text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_evidence_bundle'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_evidence_bundle(text, text) IS
'Everything about one version, with proofs.  It has registration, approvals, requests, metrics, deployments, the use-cases of its model, incidents, service levels, and the audit events of all of them, each with its canonical bytes and its proof under one tree head.  digests has the SHA-256 of each section''s text, digest that of the whole without generated_at, generated_by and digest.  Needs compliance:report; unknown: 42704.';
