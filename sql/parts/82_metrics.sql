-- Figures for Prometheus.

CREATE FUNCTION governance.metric_label(name text, value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT metric_label.name || '="'
        || pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
            coalesce(metric_label.value, ''), '\', '\\'), '"', '\"'), E'\n', '\n')
        || '"';
END;
COMMENT ON FUNCTION governance.metric_label(text, text) IS
'name="value" in the Prometheus text format, backslash, quote and line feed escaped.';

-- One line for each family: its place, type and help.
CREATE FUNCTION governance.metric_families()
RETURNS TABLE (family_no int, name text, kind text, help text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT f.*
    FROM (VALUES
        (1, 'governance_info', 'gauge', 'The version of the extension; always 1.'),
        (2, 'governance_component_up', 'gauge', 'Whether a component of gov_health() is operational.'),
        (3, 'governance_suspended', 'gauge', 'Whether governed operation is suspended.'),
        (10, 'governance_users', 'gauge', 'Users, active and not.'),
        (11, 'governance_access_denied_total', 'counter', 'Denied attempts in the trail.'),
        (20, 'governance_models', 'gauge', 'Models registered.'),
        (21, 'governance_model_versions', 'gauge', 'Model versions by status.'),
        (22, 'governance_active_deployments', 'gauge', 'Deployments of model versions that are active, by environment.'),
        (23, 'governance_deployments_total', 'counter', 'Deployments of model versions, by environment; what a rollback restored is not counted.'),
        (24, 'governance_rollbacks_total', 'counter', 'Deployments of model versions that were rolled back, by environment.'),
        (25, 'governance_use_cases', 'gauge', 'Use-cases by status.'),
        (30, 'governance_approval_requests', 'gauge', 'Approval requests by status; one past its time counts as expired.'),
        (31, 'governance_oldest_pending_request_seconds', 'gauge', 'Age of the oldest approval request that is pending; 0 where none is.'),
        (40, 'governance_incidents_total', 'counter', 'Incidents reported, by category and severity.'),
        (41, 'governance_unresolved_incidents', 'gauge', 'Incidents that are not resolved, by severity.'),
        (42, 'governance_oldest_unresolved_incident_seconds', 'gauge', 'Age of the oldest incident that is not resolved; 0 where none is.'),
        (43, 'governance_overdue_deadlines', 'gauge', 'Reports to authorities that are past their time, by regime.'),
        (44, 'governance_report_controls', 'gauge', 'Controls of the last compliance report, by result; none before the first report.'),
        (50, 'governance_sla_resources', 'gauge', 'Resources with a service level, by type.'),
        (51, 'governance_sla_violations_total', 'counter', 'Service level violations found, by resource type and violation type.'),
        (52, 'governance_open_sla_violations', 'gauge', 'Service level violations that are open, by resource type and violation type.'),
        (53, 'governance_sla_status', 'gauge', 'Status of a service level over 24 hours: 1 for the one that it has, 0 for the others.  Of the first 1,000 resources, as all of governance_sla_* that name one.'),
        (54, 'governance_sla_latency_p95_seconds', 'gauge', 'The 95th percentile of the latency observed over 24 hours, within 1 %; none without observations.'),
        (55, 'governance_sla_latency_p95_target_seconds', 'gauge', 'What that percentile shall not exceed.'),
        (56, 'governance_sla_error_budget_left_ratio', 'gauge', 'What is left of the error budget of the window of a service level: 1 untouched, 0 or less exhausted.'),
        (57, 'governance_sla_burn_rate', 'gauge', 'How many times faster than its window allows an error budget burns, by burn-rate rule, over the long of its two windows.'),
        (60, 'governance_audit_sealed_events_total', 'counter', 'Audit events under the last tree head.'),
        (61, 'governance_audit_last_seal_timestamp_seconds', 'gauge', 'When the trail was sealed last, in seconds since 1970; 0 where it never was.'),
        (62, 'governance_audit_altered_events_total', 'counter', 'Events found altered when they were to be sealed.'),
        (63, 'governance_audit_unsealed_events', 'gauge', 'Audit events that wait to be sealed.'),
        (64, 'governance_audit_seal_lag_seconds', 'gauge', 'Age of the oldest event that waits to be sealed; 0 where none does.'),
        (70, 'governance_events_published_total', 'counter', 'Events of the outbox that have been numbered.'),
        (71, 'governance_unpublished_events', 'gauge', 'Events of the outbox that wait for the worker.'),
        (72, 'governance_event_consumer_lag_events', 'gauge', 'Numbered events of the outbox that a consumer has not dealt with.'),
        (73, 'governance_versions_awaiting_decision', 'gauge', 'Model versions that are pending, asked for or not.'),
        (74, 'governance_sla_unfolded_rows', 'gauge', 'Rows of observations that wait to be folded into rollups.')
    ) AS f(family_no, name, kind, help);
END;
COMMENT ON FUNCTION governance.metric_families() IS
'The families of gov_metrics(), in their order.';

CREATE FUNCTION governance.metric_samples()
RETURNS TABLE (name text, labels text, value numeric)
LANGUAGE sql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT 'governance_info', governance.metric_label('version', x.extversion), 1
    FROM pg_catalog.pg_extension AS x
    WHERE x.extname = 'governance'
    UNION ALL
    SELECT 'governance_component_up', governance.metric_label('component', c.component),
        CASE c.state WHEN 'operational' THEN 1 ELSE 0 END
    FROM pg_catalog.jsonb_each_text(@extschema@.gov_health() -> 'components') AS c(component, state)
    UNION ALL
    SELECT 'governance_suspended', NULL, s.is_suspended::int
    FROM governance.system_state AS s
    UNION ALL
    SELECT 'governance_users', governance.metric_label('state', s.state),
        pg_catalog.count(u.user_id)
    FROM (VALUES ('active', true), ('inactive', false)) AS s(state, is_active)
    LEFT JOIN governance.users AS u ON u.is_active = s.is_active
    GROUP BY s.state
    UNION ALL
    SELECT 'governance_access_denied_total', NULL, pg_catalog.count(*)
    FROM governance.audit_events AS e
    WHERE e.event_type = 'access.denied'
    UNION ALL
    SELECT 'governance_models', NULL, pg_catalog.count(*)
    FROM governance.models AS m
    WHERE m.deleted_at IS NULL
    UNION ALL
    SELECT 'governance_model_versions', governance.metric_label('status', v.status), pg_catalog.count(*)
    FROM governance.model_versions AS v
    WHERE v.deleted_at IS NULL
    GROUP BY v.status
    UNION ALL
    SELECT f.name, governance.metric_label('environment', d.environment), f.value
    FROM (
        SELECT h.environment,
            pg_catalog.count(*) FILTER (WHERE h.status = 'active') AS active,
            pg_catalog.count(*) FILTER (WHERE h.restores IS NULL) AS begun,
            pg_catalog.count(*) FILTER (WHERE h.status = 'rolled_back') AS rolled_back
        FROM governance.deployment_history AS h
        GROUP BY h.environment) AS d
    CROSS JOIN LATERAL (VALUES
        ('governance_active_deployments', d.active),
        ('governance_deployments_total', d.begun),
        ('governance_rollbacks_total', d.rolled_back)) AS f(name, value)
    UNION ALL
    SELECT 'governance_use_cases', governance.metric_label('status', u.status), pg_catalog.count(*)
    FROM governance.use_cases AS u
    GROUP BY u.status
    UNION ALL
    SELECT 'governance_approval_requests', governance.metric_label('status', s.status), pg_catalog.count(*)
    FROM governance.approval_requests AS r
    CROSS JOIN LATERAL governance.request_status(r.status, r.expires_at) AS s(status)
    GROUP BY s.status
    UNION ALL
    SELECT 'governance_oldest_pending_request_seconds', NULL,
        coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.min(r.requested_at)), 0)
    FROM governance.approval_requests AS r
    WHERE r.status = 'pending' AND r.expires_at > pg_catalog.clock_timestamp()
    UNION ALL
    SELECT 'governance_incidents_total',
        governance.metric_label('category', i.category) || ',' || governance.metric_label('severity', i.severity),
        pg_catalog.count(*)
    FROM governance.incidents AS i
    GROUP BY i.category, i.severity
    UNION ALL
    SELECT 'governance_unresolved_incidents', governance.metric_label('severity', s.severity),
        pg_catalog.count(i.incident_id)
    FROM (VALUES ('info'), ('warning'), ('error'), ('critical')) AS s(severity)
    LEFT JOIN governance.incidents AS i
        ON i.severity = s.severity AND i.status IN ('open', 'acknowledged', 'reopened')
    GROUP BY s.severity
    UNION ALL
    SELECT 'governance_oldest_unresolved_incident_seconds', NULL,
        coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.min(i.reported_at)), 0)
    FROM governance.incidents AS i
    WHERE i.status IN ('open', 'acknowledged', 'reopened')
    UNION ALL
    SELECT 'governance_overdue_deadlines', governance.metric_label('regime', r.regime),
        pg_catalog.count(d.incident_id)
    FROM (SELECT DISTINCT g.regime FROM governance.regulatory_deadlines AS g) AS r
    LEFT JOIN governance.incident_deadlines AS d
        ON d.regime = r.regime AND d.notified_at IS NULL AND d.due_at <= pg_catalog.clock_timestamp()
    GROUP BY r.regime
    UNION ALL
    SELECT 'governance_report_controls', governance.metric_label('result', w.result), (r.controls ->> w.result)::numeric
    FROM (
        SELECT c.report #> '{summary,controls}'
        FROM governance.compliance_reports AS c
        ORDER BY c.report_id DESC
        LIMIT 1
    ) AS r(controls)
    CROSS JOIN (VALUES ('pass'), ('fail'), ('manual'), ('not_yet_applicable')) AS w(result)
    WHERE r.controls ->> w.result IS NOT NULL
    UNION ALL
    SELECT 'governance_sla_resources', governance.metric_label('resource_type', t.resource_type),
        pg_catalog.count(*)
    FROM governance.sla_targets AS t
    WHERE t.valid_to IS NULL
    GROUP BY t.resource_type
    UNION ALL
    SELECT f.name,
        governance.metric_label('resource_type', v.resource_type) || ',' || governance.metric_label('violation_type', v.violation_type),
        f.value
    FROM (
        SELECT a.resource_type, a.violation_type, pg_catalog.count(*) AS found,
            pg_catalog.count(*) FILTER (WHERE a.status = 'open') AS open
        FROM governance.sla_violations AS a
        GROUP BY a.resource_type, a.violation_type) AS v
    CROSS JOIN LATERAL (VALUES
        ('governance_sla_violations_total', v.found),
        ('governance_open_sla_violations', v.open)) AS f(name, value)
    UNION ALL
    SELECT f.name, r.labels || coalesce(',' || f.label, ''), f.value
    FROM (
        SELECT governance.metric_label('resource_type', t.resource_type) || ','
                || governance.metric_label('resource_id', t.resource_id) AS labels,
            governance.sla_report(t.resource_type, t.resource_id, 24) AS report
        FROM governance.sla_targets AS t
        WHERE t.valid_to IS NULL
        ORDER BY t.resource_type, t.resource_id
        LIMIT 1000) AS r
    CROSS JOIN LATERAL (
        SELECT 'governance_sla_status', governance.metric_label('status', s.status), (s.status = r.report ->> 'status')::int
        FROM (VALUES ('compliant'), ('at_risk'), ('violated'), ('unknown')) AS s(status)
        UNION ALL
        SELECT 'governance_sla_latency_p95_seconds', NULL, (r.report ->> 'p95')::numeric / 1000
        UNION ALL
        SELECT 'governance_sla_latency_p95_target_seconds', NULL, (r.report -> 'target' ->> 'response_time_p95')::numeric / 1000
        UNION ALL
        SELECT 'governance_sla_error_budget_left_ratio', NULL, (r.report ->> 'budget_left')::numeric / 100
        UNION ALL
        SELECT 'governance_sla_burn_rate', governance.metric_label('rule', b.burn ->> 'rule'), (b.burn ->> 'long')::numeric
        FROM pg_catalog.jsonb_array_elements(r.report -> 'burn_rates') AS b(burn)) AS f(name, label, value)
    WHERE f.value IS NOT NULL
    UNION ALL
    SELECT 'governance_audit_sealed_events_total', NULL, coalesce(pg_catalog.max(h.tree_size), 0)
    FROM governance.audit_tree_heads AS h
    UNION ALL
    SELECT 'governance_audit_last_seal_timestamp_seconds', NULL,
        coalesce((SELECT extract(epoch FROM h.sealed_at)
            FROM governance.audit_tree_heads AS h
            ORDER BY h.tree_size DESC
            LIMIT 1), 0)
    UNION ALL
    SELECT 'governance_audit_altered_events_total', NULL, pg_catalog.count(*)
    FROM governance.audit_seal_flags AS f
    UNION ALL
    SELECT f.name, NULL, f.value
    FROM governance.audit_status() AS a(status)
    CROSS JOIN LATERAL (VALUES
        ('governance_audit_unsealed_events', (a.status ->> 'unsealed_events')::numeric),
        ('governance_audit_seal_lag_seconds', (a.status ->> 'oldest_unsealed_seconds')::numeric)) AS f(name, value)
    UNION ALL
    SELECT 'governance_events_published_total', NULL, coalesce(pg_catalog.max(o.published_no), 0)
    FROM governance.events AS o
    UNION ALL
    SELECT 'governance_unpublished_events', NULL, pg_catalog.count(*)
    FROM governance.events AS o
    WHERE o.published_no IS NULL
    UNION ALL
    SELECT 'governance_event_consumer_lag_events', governance.metric_label('consumer', c.name),
        (SELECT coalesce(pg_catalog.max(o.published_no), 0) FROM governance.events AS o) - c.published_no
    FROM governance.event_consumers AS c
    UNION ALL
    SELECT 'governance_versions_awaiting_decision', NULL, pg_catalog.count(*)
    FROM governance.model_versions AS v
    WHERE v.approval_status = 'pending'
    UNION ALL
    SELECT 'governance_sla_unfolded_rows', NULL, pg_catalog.count(*)
    FROM governance.sla_deltas AS d;
END;
COMMENT ON FUNCTION governance.metric_samples() IS
'The figures of gov_metrics(); labels in its format, NULL: none.';

CREATE FUNCTION @extschema@.gov_metrics()
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_monitor();
    WITH lines(family_no, labels, line) AS (
        SELECT f.family_no, NULL::text,
            '# HELP ' || f.name || ' ' || f.help || E'\n# TYPE ' || f.name || ' ' || f.kind
        FROM governance.metric_families() AS f
        UNION ALL
        SELECT f.family_no, coalesce(s.labels, ''),
            s.name || coalesce('{' || s.labels || '}', '') || ' ' || pg_catalog.trim_scale(s.value)
        FROM governance.metric_samples() AS s
        JOIN governance.metric_families() AS f ON f.name = s.name
    )
    SELECT pg_catalog.string_agg(l.line, E'\n' ORDER BY l.family_no, l.labels COLLATE "C" NULLS FIRST) || E'\n'
    FROM lines AS l;
END;
COMMENT ON FUNCTION @extschema@.gov_metrics() IS
'Figures in the Prometheus text format.  Seconds and counts; counters end in _total.  Needs audit:read, or membership of pg_monitor; who has that need not be a governance user.';
