-- Views for people who run the database.  Their names and columns are stable;
-- docs/QUERIES.md has an example for each, which the tests run.
--
-- security_invoker: a view shows what its reader may see of the tables.  So
-- they call no internal function.

CREATE VIEW governance.v_model_inventory
WITH (security_invoker = true) AS
SELECT
    m.model_id,
    m.owner,
    m.description,
    m.tags,
    v.versions,
    v.last_registered_at,
    latest.version AS latest_version,
    latest.status AS latest_status,
    latest.approval_status AS latest_approval_status,
    live.version AS production_version,
    live.deployed_at AS in_production_since,
    (SELECT pg_catalog.count(*)
        FROM governance.incidents AS i
        -- the model or one of its versions: ';' is what comes after ':'
        WHERE i.status IN ('open', 'acknowledged', 'reopened')
            AND (i.resource = m.model_id
                OR (i.resource >= m.model_id || ':' AND i.resource < m.model_id || ';'))) AS unresolved_incidents,
    ARRAY(SELECT u.usecase_id
        FROM governance.use_cases AS u
        -- the index has the collation of the array
        WHERE u.model_ids @> ARRAY[m.model_id COLLATE pg_catalog."default"] AND u.status NOT IN ('deprecated', 'archived')
        ORDER BY u.usecase_id) AS usecase_ids
FROM governance.models AS m
CROSS JOIN LATERAL (
    SELECT pg_catalog.count(*) AS versions, pg_catalog.max(c.created_at) AS last_registered_at
    FROM governance.model_versions AS c
    WHERE c.model_id = m.model_id AND c.deleted_at IS NULL) AS v
LEFT JOIN LATERAL (
    SELECT c.version, c.status, c.approval_status
    FROM governance.model_versions AS c
    WHERE c.model_id = m.model_id AND c.deleted_at IS NULL
    ORDER BY c.created_at DESC
    LIMIT 1) AS latest ON true
LEFT JOIN governance.deployment_history AS live
    ON live.model_id = m.model_id AND live.environment = 'production' AND live.status = 'active'
WHERE m.deleted_at IS NULL;
COMMENT ON VIEW governance.v_model_inventory IS
'Every model that is not deleted: owner, versions, the latest and the one in production, unresolved incidents, use-cases that are not over.';

CREATE VIEW governance.v_production_models
WITH (security_invoker = true) AS
SELECT
    d.model_id,
    d.version,
    d.environment,
    m.owner,
    d.deployed_at,
    d.deployed_by,
    d.deployment_id,
    v.content_digest,
    v.source_commit,
    v.training_data_hash,
    votes.approved_by,
    votes.approved_at,
    d.request_id,
    d.gate_results
FROM governance.deployment_history AS d
JOIN governance.environments AS e ON e.name = d.environment
JOIN governance.environments AS p ON p.name = 'production' AND e.rank >= p.rank
JOIN governance.models AS m ON m.model_id = d.model_id
JOIN governance.model_versions AS v ON v.model_id = d.model_id AND v.version = d.version
CROSS JOIN LATERAL (
    SELECT
        pg_catalog.array_agg(h.reviewer ORDER BY h.approval_no) AS approved_by,
        pg_catalog.max(h.reviewed_at) AS approved_at
    FROM governance.approval_history AS h
    WHERE h.model_id = d.model_id AND h.version = d.version AND h.approval_status = 'approved'
        AND h.approval_no > coalesce((
            SELECT pg_catalog.max(r.approval_no)
            FROM governance.approval_history AS r
            WHERE r.model_id = d.model_id AND r.version = d.version
                AND r.approval_status = 'pending'), 0)) AS votes
WHERE d.status = 'active';
COMMENT ON VIEW governance.v_production_models IS
'What is live in production (and in environments of its rank or above): which version, since when, deployed and approved by whom, made from what.';

CREATE VIEW governance.v_signed_versions
WITH (security_invoker = true) AS
SELECT
    s.model_id,
    s.version,
    s.signature_no,
    s.status,
    s.method,
    s.signer,
    s.identity,
    s.manifest_digest,
    s.attached_at,
    s.attached_by,
    s.certificates_end_at,
    CASE
        WHEN t.name IS NULL THEN 'unknown'
        WHEN t.revoked_at IS NOT NULL THEN 'revoked'
        WHEN t.valid_from > pg_catalog.clock_timestamp() THEN 'not_yet_valid'
        WHEN least(t.valid_to, s.certificates_end_at) <= pg_catalog.clock_timestamp() THEN 'expired'
        ELSE 'trusted'
    END AS signer_status,
    t.revoked_at,
    t.revocation_reason,
    ARRAY(SELECT d.environment
        FROM governance.deployment_history AS d
        WHERE d.model_id = s.model_id AND d.version = s.version AND d.status = 'active'
        ORDER BY d.environment) AS live_in
FROM governance.model_signatures AS s
LEFT JOIN governance.trusted_signers AS t ON t.name = s.signer;
COMMENT ON VIEW governance.v_signed_versions IS
'Every signature of a version, whether its signer still counts, and where the version is live: what a revocation reaches.';
COMMENT ON COLUMN governance.v_signed_versions.status IS 'As of model_signatures.';
COMMENT ON COLUMN governance.v_signed_versions.method IS 'As of model_signatures.';
COMMENT ON COLUMN governance.v_signed_versions.signer_status IS
'trusted, revoked, expired (the signer or a certificate), not_yet_valid; unknown: it is keyless, and nobody vouches for it.';

CREATE VIEW governance.v_usecase_inventory
WITH (security_invoker = true) AS
SELECT
    u.usecase_id,
    u.name,
    u.owner,
    u.status,
    u.impact_level,
    u.risk_class,
    u.impact_score,
    u.model_ids,
    u.affected_systems,
    u.created_at,
    u.created_by,
    d.environments,
    d.deployed_at,
    u.replaced_by
FROM governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT
        coalesce(pg_catalog.array_agg(c.environment ORDER BY c.environment), '{}') AS environments,
        pg_catalog.min(c.deployed_at) AS deployed_at
    FROM governance.usecase_deployments AS c
    WHERE c.usecase_id = u.usecase_id AND c.status = 'active') AS d;
COMMENT ON VIEW governance.v_usecase_inventory IS
'Every use-case: who answers for it, its impact and risk class, its models, where it is deployed.';
COMMENT ON COLUMN governance.v_usecase_inventory.status IS 'As of use_cases.';
COMMENT ON COLUMN governance.v_usecase_inventory.impact_level IS
'low, medium, high or critical.';
COMMENT ON COLUMN governance.v_usecase_inventory.risk_class IS
'minimal, limited, high, prohibited; NULL: not assessed.';
COMMENT ON COLUMN governance.v_usecase_inventory.impact_score IS
'0 (harmless) to 100; NULL: not assessed.';

CREATE VIEW governance.v_open_approvals
WITH (security_invoker = true) AS
SELECT
    'model_version'::text AS kind,
    v.model_id || ':' || v.version AS resource,
    asked.reviewer AS requested_by,
    coalesce(asked.reviewed_at, v.created_at) AS requested_at,
    NULL::timestamptz AS expires_at,
    (SELECT pg_catalog.count(*)
        FROM governance.approval_history AS h
        WHERE h.model_id = v.model_id AND h.version = v.version
            AND h.approval_status = 'approved' AND h.approval_no > coalesce(asked.approval_no, 0)) AS votes,
    (p.value #>> '{}')::integer AS required,
    coalesce(asked.comments, '') AS comments
FROM governance.model_versions AS v
JOIN governance.policies AS p ON p.name = 'model.required_approvals'
LEFT JOIN LATERAL (
    SELECT h.approval_no, h.reviewer, h.reviewed_at, h.comments
    FROM governance.approval_history AS h
    WHERE h.model_id = v.model_id AND h.version = v.version AND h.approval_status = 'pending'
    ORDER BY h.approval_no DESC
    LIMIT 1) AS asked ON true
WHERE v.approval_status = 'pending' AND v.status <> 'deprecated'
UNION ALL
SELECT
    'usecase',
    u.usecase_id,
    u.submitted_by,
    u.submitted_at,
    NULL,
    (SELECT pg_catalog.count(*)
        FROM governance.usecase_approvals AS a
        WHERE a.usecase_id = u.usecase_id AND a.review_round = u.review_round AND a.status = 'approved'),
    (p.value #>> '{}')::integer,
    u.name
FROM governance.use_cases AS u
JOIN governance.policies AS p ON p.name = 'usecase.required_approvals.' || u.impact_level
WHERE u.status = 'submitted'
UNION ALL
SELECT
    'approval_request',
    r.action || ' ' || pg_catalog.replace(r.resource_key, E'\n', ':'),
    r.requester_id,
    r.requested_at,
    r.expires_at,
    (SELECT pg_catalog.count(*)
        FROM governance.approvals AS a
        WHERE a.request_id = r.request_id AND a.approval_status = 'approved'),
    p.required_count,
    r.comments
FROM governance.approval_requests AS r
JOIN governance.approval_policies AS p ON p.action = r.action
WHERE r.status = 'pending' AND r.expires_at > pg_catalog.clock_timestamp();
COMMENT ON VIEW governance.v_open_approvals IS
'Everything that is still undecided: model versions, whether or not somebody asked (requested_by), use-cases, approval requests that have not expired; how many votes there are and how many it takes.';
COMMENT ON COLUMN governance.v_open_approvals.kind IS
'model_version, usecase or approval_request.';

CREATE VIEW governance.v_access_review
WITH (security_invoker = true) AS
SELECT
    u.user_id,
    u.email,
    u.is_active,
    u.db_role,
    r.role,
    ARRAY(
        WITH RECURSIVE held(role) AS (
            SELECT r.role
            UNION
            SELECT i.inherited_role
            FROM governance.role_inheritance AS i
            JOIN held AS h ON i.role = h.role)
        SELECT DISTINCT p.permission
        FROM held AS h
        JOIN governance.role_permissions AS p ON p.role = h.role
        ORDER BY p.permission) AS permissions,
    r.assigned_at,
    r.assigned_by,
    r.expires_at,
    u.is_active AND r.role IS NOT NULL
        AND (r.expires_at IS NULL OR r.expires_at > pg_catalog.clock_timestamp()) AS is_in_force,
    r.delegated_by,
    r.reason,
    (SELECT pg_catalog.max(e.occurred_at)
        FROM governance.audit_events AS e
        WHERE e.actor = u.user_id) AS last_seen_at
FROM governance.users AS u
LEFT JOIN governance.user_roles AS r ON r.user_id = u.user_id;
COMMENT ON VIEW governance.v_access_review IS
'Who holds which role and what it permits, inherited permissions included; who gave it, until when, when the user was last seen in the trail.  One row for each assignment, one for a user without any.  Other users than oneself: user:manage or audit:read; last_seen_at: audit:read.';

CREATE VIEW governance.v_unresolved_incidents
WITH (security_invoker = true) AS
SELECT
    i.incident_id,
    i.severity,
    i.category,
    i.title,
    i.resource,
    i.status,
    i.affected_count,
    i.reported_at,
    i.reported_by,
    i.acknowledged_at,
    pg_catalog.clock_timestamp() - i.reported_at AS age,
    (SELECT pg_catalog.min(d.due_at)
        FROM governance.incident_deadlines AS d
        WHERE d.incident_id = i.incident_id AND d.notified_at IS NULL) AS next_report_due_at
FROM governance.incidents AS i
WHERE i.status IN ('open', 'acknowledged', 'reopened');
COMMENT ON VIEW governance.v_unresolved_incidents IS
'Incidents that are open, acknowledged or reopened; how old they are, and when the next report to an authority is due.';
COMMENT ON COLUMN governance.v_unresolved_incidents.severity IS
'info, warning, error, critical.';
COMMENT ON COLUMN governance.v_unresolved_incidents.category IS
'As of incidents.';
COMMENT ON COLUMN governance.v_unresolved_incidents.status IS
'open, acknowledged or reopened.';
COMMENT ON COLUMN governance.v_unresolved_incidents.age IS
'Time since it was reported.';

CREATE VIEW governance.v_reassessment_due
WITH (security_invoker = true) AS
SELECT
    u.usecase_id,
    u.name,
    u.owner,
    u.status,
    u.impact_level,
    u.risk_class,
    u.next_class,
    u.next_class_on,
    u.next_class_on - d.today AS days_left,
    u.prohibited_from
FROM governance.use_cases AS u
CROSS JOIN (SELECT (pg_catalog.clock_timestamp() AT TIME ZONE 'Europe/Brussels')::date) AS d(today)
WHERE u.status NOT IN ('deprecated', 'archived')
    AND (u.next_class_on <= d.today + 30 OR u.prohibited_from <= pg_catalog.clock_timestamp());
COMMENT ON VIEW governance.v_reassessment_due IS
'Use-cases whose class the law changes within 30 days, and those that it prohibits already.';
COMMENT ON COLUMN governance.v_reassessment_due.status IS
'Of the use-case: draft, submitted, approved, deployed.';
COMMENT ON COLUMN governance.v_reassessment_due.impact_level IS
'low, medium, high or critical.';
COMMENT ON COLUMN governance.v_reassessment_due.risk_class IS
'That of now: minimal, limited, high, prohibited.';
COMMENT ON COLUMN governance.v_reassessment_due.next_class IS
'That of next_class_on: minimal, limited, high, prohibited.';

CREATE VIEW governance.v_incident_kpis
WITH (security_invoker = true) AS
SELECT
    pg_catalog.date_trunc('month', i.reported_at, 'UTC') AS month,
    i.severity,
    pg_catalog.count(*) AS incidents,
    pg_catalog.count(*) FILTER (WHERE i.status IN ('open', 'acknowledged', 'reopened')) AS unresolved,
    pg_catalog.sum(i.affected_count) AS affected,
    pg_catalog.round(pg_catalog.avg(extract(epoch FROM i.acknowledged_at - i.reported_at)) / 60, 1) AS mean_minutes_to_acknowledge,
    pg_catalog.round(pg_catalog.avg(extract(epoch FROM i.resolved_at - i.reported_at)) / 3600, 2) AS mean_hours_to_resolve,
    pg_catalog.round((pg_catalog.percentile_cont(0.5) WITHIN GROUP (
        ORDER BY extract(epoch FROM i.resolved_at - i.reported_at)::float8))::numeric / 3600, 2) AS median_hours_to_resolve
FROM governance.incidents AS i
GROUP BY 1, 2;
COMMENT ON VIEW governance.v_incident_kpis IS
'Incidents by month of the report (UTC) and severity: how many, how many still unresolved, and how long it took to acknowledge (minutes) and to resolve (hours), of those that were.';
COMMENT ON COLUMN governance.v_incident_kpis.severity IS
'info, warning, error, critical.';
COMMENT ON COLUMN governance.v_incident_kpis.mean_minutes_to_acknowledge IS
'Minutes from report to acknowledgement, on average.';
COMMENT ON COLUMN governance.v_incident_kpis.mean_hours_to_resolve IS
'Hours from report to resolution, on average.';
COMMENT ON COLUMN governance.v_incident_kpis.median_hours_to_resolve IS
'Hours from report to resolution: half took no longer.';

CREATE VIEW governance.v_incident_deadlines
WITH (security_invoker = true) AS
SELECT
    d.incident_id,
    i.title,
    i.severity,
    i.status,
    d.regime,
    d.kind,
    d.stage,
    d.jurisdiction,
    i.aware_at,
    d.act_by,
    d.due_at,
    d.notified_at,
    d.notified_by,
    CASE
        WHEN d.notified_at IS NOT NULL AND d.notified_at >= d.due_at THEN 'late'
        WHEN d.notified_at IS NOT NULL THEN 'notified'
        WHEN d.due_at <= pg_catalog.clock_timestamp() THEN 'overdue'
        ELSE 'owed'
    END AS state,
    d.escalated_at,
    d.source,
    d.reasons
FROM governance.incident_deadlines AS d
JOIN governance.incidents AS i ON i.incident_id = d.incident_id;
COMMENT ON VIEW governance.v_incident_deadlines IS
'Every report that an incident owes or owed to an authority.  state: owed, overdue, notified (in time), late.  act_by is for alarms, due_at for the verdict; due_at NULL: without a fixed time.';
COMMENT ON COLUMN governance.v_incident_deadlines.severity IS
'Of the incident: info, warning, error, critical.';
COMMENT ON COLUMN governance.v_incident_deadlines.status IS 'Of the incident.';
COMMENT ON COLUMN governance.v_incident_deadlines.kind IS
'What the regime calls it, as of regulatory_deadlines.';

CREATE VIEW governance.v_overdue_deadlines
WITH (security_invoker = true) AS
SELECT
    d.incident_id,
    d.title,
    d.severity,
    d.status,
    d.regime,
    d.kind,
    d.stage,
    d.jurisdiction,
    d.due_at,
    pg_catalog.clock_timestamp() - d.due_at AS overdue_by,
    d.escalated_at,
    d.source
FROM governance.v_incident_deadlines AS d
WHERE d.state = 'overdue'
    -- which says it once more, for the index
    AND d.notified_at IS NULL
    AND d.due_at BETWEEN '-infinity' AND (SELECT pg_catalog.clock_timestamp());
COMMENT ON VIEW governance.v_overdue_deadlines IS
'Reports to authorities that are past their time and not recorded as given.';
COMMENT ON COLUMN governance.v_overdue_deadlines.severity IS
'Of the incident: info, warning, error, critical.';
COMMENT ON COLUMN governance.v_overdue_deadlines.status IS 'Of the incident.';
COMMENT ON COLUMN governance.v_overdue_deadlines.kind IS
'What the regime calls it, as of regulatory_deadlines.';
COMMENT ON COLUMN governance.v_overdue_deadlines.overdue_by IS
'Time since due_at.';

CREATE VIEW governance.v_deployment_frequency
WITH (security_invoker = true) AS
SELECT
    pg_catalog.date_trunc('week', d.deployed_at, 'UTC') AS week,
    d.environment,
    pg_catalog.count(*) AS deployments,
    pg_catalog.count(DISTINCT d.model_id) AS models
FROM governance.deployment_history AS d
WHERE d.restores IS NULL
GROUP BY 1, 2;
COMMENT ON VIEW governance.v_deployment_frequency IS
'Deployments of model versions by week (UTC, from Monday) and environment; what a rollback restored is not counted.';

CREATE VIEW governance.v_change_failure_rate
WITH (security_invoker = true) AS
SELECT
    pg_catalog.date_trunc('month', d.deployed_at, 'UTC') AS month,
    d.environment,
    pg_catalog.count(*) AS deployments,
    pg_catalog.count(*) FILTER (WHERE d.status = 'rolled_back') AS rolled_back,
    pg_catalog.round(100.0 * pg_catalog.count(*) FILTER (WHERE d.status = 'rolled_back') / pg_catalog.count(*), 1) AS failure_percent,
    pg_catalog.round(pg_catalog.avg(extract(epoch FROM d.ended_at - d.deployed_at))
        FILTER (WHERE d.status = 'rolled_back') / 3600, 2) AS mean_hours_until_rollback
FROM governance.deployment_history AS d
WHERE d.restores IS NULL
GROUP BY 1, 2;
COMMENT ON VIEW governance.v_change_failure_rate IS
'Deployments by month (UTC) and environment: how many were rolled back (per cent), and after how long (hours).';
COMMENT ON COLUMN governance.v_change_failure_rate.failure_percent IS
'Per cent of the deployments that were rolled back.';
COMMENT ON COLUMN governance.v_change_failure_rate.mean_hours_until_rollback IS
'Hours from deployment to rollback, on average.';

CREATE VIEW governance.v_lead_time
WITH (security_invoker = true) AS
SELECT
    v.model_id,
    v.version,
    v.created_at AS registered_at,
    approved.at AS approved_at,
    live.at AS in_production_at,
    pg_catalog.round(extract(epoch FROM approved.at - v.created_at) / 3600, 2) AS hours_to_approval,
    pg_catalog.round(extract(epoch FROM live.at - v.created_at) / 3600, 2) AS hours_to_production
FROM governance.model_versions AS v
CROSS JOIN LATERAL (
    SELECT pg_catalog.min(h.reviewed_at) AS at
    FROM governance.approval_history AS h
    WHERE h.model_id = v.model_id AND h.version = v.version AND h.approval_status = 'approved') AS approved
CROSS JOIN LATERAL (
    SELECT pg_catalog.min(d.deployed_at) AS at
    FROM governance.deployment_history AS d
    WHERE d.model_id = v.model_id AND d.version = v.version AND d.environment = 'production') AS live;
COMMENT ON VIEW governance.v_lead_time IS
'How long each model version took from registration to its first approval and to production (hours; NULL: not yet).';
COMMENT ON COLUMN governance.v_lead_time.hours_to_approval IS
'Hours from registration to approval.';
COMMENT ON COLUMN governance.v_lead_time.hours_to_production IS
'Hours from registration to production.';

CREATE VIEW governance.v_policy_overrides
WITH (security_invoker = true) AS
SELECT
    e.event_id,
    e.occurred_at,
    e.actor,
    e.session_role,
    e.details ->> 'name' AS policy,
    e.details -> 'value' AS value,
    e.details ->> 'reason' AS reason,
    e.details ->> 'name' LIKE 'approval.%' AS is_break_glass
FROM governance.audit_events AS e
-- by the index on resources
WHERE e.resource >= 'policy/' AND e.resource < 'policy0' AND e.event_type = 'policy.override';
COMMENT ON VIEW governance.v_policy_overrides IS
'Policies overridden for one transaction, break-glass among them: who, when, why.  Needs audit:read.';

CREATE VIEW governance.v_denied_access
WITH (security_invoker = true) AS
SELECT
    pg_catalog.date_trunc('day', l.occurred_at, 'UTC') AS day,
    l.user_id,
    l.permission,
    l.details ->> 'sqlstate' AS sqlstate,
    pg_catalog.count(*) AS attempts,
    pg_catalog.max(l.occurred_at) AS last_at
FROM governance.access_audit_log AS l
WHERE l.result = 'denied'
GROUP BY 1, 2, 3, 4;
COMMENT ON VIEW governance.v_denied_access IS
'Denied attempts by day (UTC), user, permission and SQLSTATE.  Needs audit:read.';

CREATE VIEW governance.v_sla_overview
WITH (security_invoker = true) AS
SELECT
    t.resource_type,
    t.resource_id,
    r.report ->> 'status' AS status,
    (r.report ->> 'count')::bigint AS observations,
    (r.report ->> 'p95')::float8 AS p95,
    t.response_time_p95 AS p95_target,
    (r.report ->> 'p99')::float8 AS p99,
    t.response_time_p99 AS p99_target,
    (r.report ->> 'availability_percent')::float8 AS availability_percent,
    t.availability_target,
    (r.report ->> 'error_rate')::float8 AS error_rate,
    t.error_rate_target,
    (r.report ->> 'budget_left')::float8 AS budget_left,
    (SELECT pg_catalog.count(*)
        FROM governance.sla_violations AS v
        WHERE v.resource_type = t.resource_type AND v.resource_id = t.resource_id
            AND v.status = 'open') AS open_violations,
    t.revision,
    t.window_days
FROM governance.sla_targets AS t
CROSS JOIN LATERAL (SELECT @extschema@.gov_sla_report(t.resource_type, t.resource_id, 24) AS report) AS r
WHERE t.valid_to IS NULL;
COMMENT ON VIEW governance.v_sla_overview IS
'Every service level as it stands: the last 24 hours against the targets in force (milliseconds, per cent), what is left of the error budget (per cent), violations that are open.';
COMMENT ON COLUMN governance.v_sla_overview.resource_type IS
'model, usecase or system.';
COMMENT ON COLUMN governance.v_sla_overview.status IS
'Over the last 24 hours: compliant, at_risk, violated, unknown.';
COMMENT ON COLUMN governance.v_sla_overview.p95 IS
'Milliseconds, within 1 per cent.';
COMMENT ON COLUMN governance.v_sla_overview.p95_target IS
'Milliseconds; NULL: none is promised.';
COMMENT ON COLUMN governance.v_sla_overview.p99 IS
'Milliseconds, within 1 per cent.';
COMMENT ON COLUMN governance.v_sla_overview.p99_target IS
'Milliseconds; NULL: none is promised.';
COMMENT ON COLUMN governance.v_sla_overview.availability_percent IS
'Per cent of the requests that did not fail.';
COMMENT ON COLUMN governance.v_sla_overview.availability_target IS
'Per cent; NULL: none is promised.';
COMMENT ON COLUMN governance.v_sla_overview.error_rate IS
'Per cent of the requests that failed.';
COMMENT ON COLUMN governance.v_sla_overview.error_rate_target IS
'Per cent; NULL: none is promised.';
COMMENT ON COLUMN governance.v_sla_overview.budget_left IS
'Per cent of the error budget; 100: untouched, 0 or less: exhausted.';
COMMENT ON COLUMN governance.v_sla_overview.window_days IS
'Days of the error budget.';

CREATE VIEW governance.v_open_violations
WITH (security_invoker = true) AS
SELECT
    v.violation_id,
    v.resource_type,
    v.resource_id,
    v.violation_type,
    v.severity,
    v.opened_at,
    v.target_value,
    v.actual_value,
    v.peak_value,
    v.acknowledged_by,
    v.acknowledged_at,
    v.incident_id,
    i.status AS incident_status
FROM governance.sla_violations AS v
LEFT JOIN governance.incidents AS i ON i.incident_id = v.incident_id
WHERE v.status = 'open';
COMMENT ON VIEW governance.v_open_violations IS
'Service levels that are being missed now, and the incident that belongs to it; values in the unit of sla_violations.target_value.';
COMMENT ON COLUMN governance.v_open_violations.resource_type IS
'model, usecase or system.';
COMMENT ON COLUMN governance.v_open_violations.violation_type IS
'As of sla_violations.';
COMMENT ON COLUMN governance.v_open_violations.severity IS
'As of sla_violations.';
COMMENT ON COLUMN governance.v_open_violations.target_value IS
'As of sla_violations, which has the units.';
COMMENT ON COLUMN governance.v_open_violations.actual_value IS
'In the unit of target_value.';
COMMENT ON COLUMN governance.v_open_violations.peak_value IS
'The worst so far, in the unit of target_value.';
