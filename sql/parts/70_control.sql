-- Controls: what frameworks ask for, each with the query that shows it.

CREATE TABLE governance.controls (
    id         text COLLATE "C" NOT NULL,
    framework  text NOT NULL,
    title      text NOT NULL,
    source     text NOT NULL DEFAULT '',
    judged     text NOT NULL DEFAULT 'no_exceptions',
    criterion  text NOT NULL DEFAULT '',
    query      text NOT NULL,
    owner_role name,
    is_builtin boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by text COLLATE "C",
    applies_from   date,
    effective_from date,
    applies_to     date,
    amended_by     text NOT NULL DEFAULT '',
    checked_on     date,
    CONSTRAINT controls_pkey PRIMARY KEY (id),
    CONSTRAINT controls_id_check CHECK (governance.is_id(id)),
    CONSTRAINT controls_judged_check CHECK (judged IN ('no_exceptions', 'evidence', 'manual')),
    CONSTRAINT controls_owner_check CHECK (is_builtin = (owner_role IS NULL))
);
COMMENT ON TABLE governance.controls IS
'What frameworks ask for, each with a query that lists the evidence of a period.  Reports run every one of them.  Add with gov_add_control().';
COMMENT ON COLUMN governance.controls.judged IS
'no_exceptions: fails where a row is an exception, passes where there are rows and each is none, else it is for a person; evidence: passes where there is a row; manual: the rows are for a person to judge, a database cannot know.';
COMMENT ON COLUMN governance.controls.criterion IS 'What the query looks for, in words.';
COMMENT ON COLUMN governance.controls.query IS
'One row for each piece of evidence: what it is (text), whether it is an exception (boolean; NULL: a person must judge that), and what else helps.  $1 and $2 are start and end of the period; a report has the query with both written into it.';
COMMENT ON COLUMN governance.controls.applies_from IS
'The first day on which its demand applies by the text of the source; NULL: the framework is voluntary, or the organisations own.';
COMMENT ON COLUMN governance.controls.effective_from IS
'The first day on which anybody can owe it, where that is later than applies_from: before, the result is not_yet_applicable.  NULL: applies_from.';
COMMENT ON COLUMN governance.controls.applies_to IS
'The first day on which it no longer applies; NULL: it has no end.  A report on a later period leaves it out.';
COMMENT ON COLUMN governance.controls.amended_by IS 'The act that last changed its source.';
COMMENT ON COLUMN governance.controls.checked_on IS
'The day on which this row was last compared with its source; NULL: it was not.';
COMMENT ON COLUMN governance.controls.owner_role IS
'The database role that added it, as which its query runs, read-only; NULL: built in, runs as the extension''s owner.';

INSERT INTO governance.controls (id, framework, title, source, judged, criterion, query, is_builtin)
SELECT c.id, c.framework, c.title, c.source, c.judged, c.criterion, pg_catalog.btrim(c.query, E'\n'), true
FROM (VALUES
    ('eu-ai-act-12.1', 'EU AI Act', 'Changes to governance records are recorded',
     'Regulation (EU) 2024/1689, Art. 17(1)(k)', 'no_exceptions',
     'The guards that record each change stand on every governed table and on the trail itself, now.  This sees the records of the registry; logs of the AI system''s own uses (Art. 12(1)) are not in it.',
     $q$
SELECT 'table governance.' || g.relname AS evidence,
    count(t.tgname) < 2 AS is_exception
FROM (
    SELECT f.relname, 'guard' FROM governance.governed_tables() AS f(relname)
    UNION ALL
    SELECT 'audit_events', 'append_only'
) AS g(relname, trigger)
LEFT JOIN pg_catalog.pg_trigger AS t
    ON t.tgrelid = to_regclass('governance.' || g.relname)
        AND t.tgname IN (g.trigger, g.trigger || '_truncate') AND t.tgenabled = 'A'
GROUP BY g.relname
$q$),
    ('eu-ai-act-12.2', 'EU AI Act', 'Each change names who made it',
     'Regulation (EU) 2024/1689, Art. 17(1)(m)', 'no_exceptions',
     'Every change of the period has a known actor.  What CREATE EXTENSION itself wrote is left out.  Who used an AI system is not seen here.',
     $q$
SELECT 'events of ' || u.user_id AS evidence, false AS is_exception
FROM governance.users AS u
WHERE EXISTS (
    SELECT
    FROM governance.audit_events AS e
    WHERE e.actor = u.user_id AND e.occurred_at >= $1 AND e.occurred_at < $2)
UNION ALL
SELECT 'event ' || e.event_id || ', ' || e.event_type || ' by database role ' || coalesce(e.db_role, '(unknown)'), true
FROM governance.audit_events AS e
WHERE e.actor IS NULL AND e.outcome = 'success'
    AND e.occurred_at >= $1 AND e.occurred_at < $2
    AND e.event_id > coalesce((
        SELECT max(f.event_id)
        FROM governance.audit_events AS f
        WHERE f.incarnation = 1
            AND f.xid = (SELECT g.xid FROM governance.audit_events AS g WHERE g.event_id = 1)), 0)
$q$),
    ('eu-ai-act-12.3', 'EU AI Act', 'Governance records cannot be altered unnoticed',
     'supports Regulation (EU) 2024/1689, Art. 17(1)(k), 18(1), 19(1)', 'no_exceptions',
     'The events of the period are under a tree head within an hour; none was altered before it was sealed.  No article asks for this; it shows that the records which articles ask for are whole.  Logs of the AI system are not seen.',
     $q$
SELECT coalesce('tree of ' || h.tree_size || ' leaves', 'nothing is sealed') AS evidence,
    h.tree_size IS NULL OR EXISTS (
        SELECT
        FROM governance.audit_events AS e
        WHERE e.occurred_at >= greatest(h.sealed_at, $1)
            AND e.occurred_at < $2 - interval '1 hour') AS is_exception,
    h.sealed_at, encode(h.root, 'hex') AS root
FROM (VALUES (1)) AS one(row)
LEFT JOIN LATERAL (
    SELECT t.tree_size, t.sealed_at, t.root
    FROM governance.audit_tree_heads AS t
    WHERE t.sealed_at < $2
    ORDER BY t.sealed_at DESC, t.tree_size DESC
    LIMIT 1
) AS h ON true
UNION ALL
SELECT 'event ' || f.event_id || ' was altered before it was sealed', true, f.flagged_at, NULL
FROM governance.audit_seal_flags AS f
WHERE f.flagged_at >= $1 AND f.flagged_at < $2
$q$),
    ('eu-ai-act-14.1', 'EU AI Act', 'Releases are decided by a person other than the maker',
     'Regulation (EU) 2024/1689, Art. 17(1)(a) to (d), (m), 9(6), (8)', 'no_exceptions',
     'Each deployment to production in the period was preceded by an approval of the same content by somebody who had not registered the version, nor stood behind that.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    NOT EXISTS (
        SELECT
        FROM governance.approval_history AS h
        WHERE h.model_id = d.model_id AND h.version = d.version
            AND h.approval_status = 'approved' AND h.reviewed_at <= d.deployed_at
            AND h.content_digest = v.content_digest
            AND NOT @extschema@.gov_acts_conflict(h.reviewer, h.principals, h.backers, v.created_by, v.created_principals, v.created_backers)) AS is_exception,
    d.deployment_id, d.deployed_at, d.deployed_by
FROM governance.deployment_history AS d
JOIN governance.model_versions AS v ON v.model_id = d.model_id AND v.version = d.version
WHERE d.deployed_at >= $1 AND d.deployed_at < $2 AND d.restores IS NULL
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('eu-ai-act-14.4', 'EU AI Act', 'Operation can be stopped and reversed',
     'Regulation (EU) 2024/1689, Art. 14(4)(e)', 'manual',
     'Rollbacks, withdrawals and suspensions of the period.  Whether people are able and free to intervene is for a person to judge.',
     $q$
SELECT d.model_id || ':' || d.version || ' ' || d.status || ' in ' || d.environment AS evidence,
    false AS is_exception, d.ended_at, d.ended_by, d.reason
FROM governance.deployment_history AS d
WHERE d.status IN ('rolled_back', 'undeployed') AND d.ended_at >= $1 AND d.ended_at < $2
UNION ALL
SELECT e.event_type, false, e.occurred_at, e.actor, e.new_row ->> 'reason'
FROM governance.audit_events AS e
WHERE e.resource = 'system/governance' AND e.resource_type = 'system' AND e.occurred_at >= $1 AND e.occurred_at < $2
$q$),
    ('eu-ai-act-19.1', 'EU AI Act', 'The registry''s trail is kept for at least six months',
     'Regulation (EU) 2024/1689, Art. 19(1)', 'no_exceptions',
     'Policy audit.retention_days, as it stood at the end of the period, is 0 (for ever) or more than the days that six calendar months can have, 184: the day of the event is not counted.  It is the registry''s trail; logs of the AI system are kept elsewhere.',
     $q$
SELECT 'audit.retention_days = ' || p.value || ', six months have up to ' || m.days || ' days' AS evidence,
    p.value::integer BETWEEN 1 AND m.days AS is_exception
FROM (
    SELECT coalesce(
        (SELECT e.new_row ->> 'value'
            FROM governance.audit_events AS e
            WHERE e.resource = 'policy/audit.retention_days' AND e.resource_type = 'policy'
                AND e.new_row IS NOT NULL AND e.occurred_at < $2
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT 1),
        (SELECT q.default_value #>> '{}'
            FROM governance.policies AS q
            WHERE q.name = 'audit.retention_days'))
) AS p(value),
    (SELECT max((d.day::date + interval '6 months')::date - d.day::date)
        FROM pg_catalog.generate_series($2 - interval '1 year', $2, interval '1 day') AS d(day)) AS m(days)
$q$),
    ('eu-ai-act-26.1', 'EU AI Act', 'Use-cases are used by the instructions for use',
     'Regulation (EU) 2024/1689, Art. 26(1)', 'manual',
     'The use-cases deployed at the end of the period, with the SHA-256 of their descriptions, for the instructions to be held against.  Whether they are used in accordance with the instructions for use is for a person to judge.',
     $q$
SELECT d.usecase_id || ' in ' || d.environment AS evidence, false AS is_exception,
    u.owner, u.impact_level, u.risk_class, encode(sha256(convert_to(u.description, 'UTF8')), 'hex') AS description_digest
FROM governance.usecase_deployments AS d
JOIN governance.use_cases AS u ON u.usecase_id = d.usecase_id
WHERE d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
$q$),
    ('eu-ai-act-26.2', 'EU AI Act', 'Oversight is assigned to competent people',
     'Regulation (EU) 2024/1689, Art. 26(2)', 'manual',
     'Who answers for each deployed use-case.  Competence, training, authority and support are for a person to judge.',
     $q$
SELECT u.usecase_id || ' answers to ' || u.owner AS evidence, false AS is_exception, u.impact_level
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2
        AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-26.5', 'EU AI Act', 'Operation of live models is monitored',
     'Regulation (EU) 2024/1689, Art. 26(5)', 'no_exceptions',
     'Each model live in production at the end of the period has a service level defined, with a target.  That is one sign of monitoring; that it follows the instructions for use is for a person.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    NOT EXISTS (
        SELECT
        FROM governance.sla_targets_at($2) AS t
        WHERE t.resource_type = 'model' AND t.resource_id = d.model_id
            AND coalesce(t.response_time_p95, t.response_time_p99, t.availability_target, t.error_rate_target) IS NOT NULL) AS is_exception
FROM governance.deployment_history AS d
WHERE d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('eu-ai-act-26.6', 'EU AI Act', 'Deployers keep the registry''s trail for at least six months',
     'Regulation (EU) 2024/1689, Art. 26(6)', 'no_exceptions',
     'As eu-ai-act-19.1, for who deploys and not who provides.',
     $q$
SELECT 'audit.retention_days = ' || p.value || ', six months have up to ' || m.days || ' days' AS evidence,
    p.value::integer BETWEEN 1 AND m.days AS is_exception
FROM (
    SELECT coalesce(
        (SELECT e.new_row ->> 'value'
            FROM governance.audit_events AS e
            WHERE e.resource = 'policy/audit.retention_days' AND e.resource_type = 'policy'
                AND e.new_row IS NOT NULL AND e.occurred_at < $2
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT 1),
        (SELECT q.default_value #>> '{}'
            FROM governance.policies AS q
            WHERE q.name = 'audit.retention_days'))
) AS p(value),
    (SELECT max((d.day::date + interval '6 months')::date - d.day::date)
        FROM pg_catalog.generate_series($2 - interval '1 year', $2, interval '1 day') AS d(day)) AS m(days)
$q$),
    ('eu-ai-act-72.1', 'EU AI Act', 'Performance is followed after release',
     'Regulation (EU) 2024/1689, Art. 72(1), 72(2)', 'no_exceptions',
     'For each version live in production at the end of the period, metrics, a measurement or observations were recorded within it or within 30 days before its end.  The 30 days are of the house.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    NOT EXISTS (
        SELECT
        FROM governance.model_metrics AS m
        WHERE m.model_id = d.model_id AND m.version = d.version
            AND m.recorded_at >= least($1, $2 - interval '30 days') AND m.recorded_at < $2)
        AND NOT EXISTS (
        SELECT
        FROM governance.sla_measurements AS s
        WHERE s.resource_type = 'model' AND s.resource_id = d.model_id
            AND s.measured_at >= least($1, $2 - interval '30 days') AND s.measured_at < $2)
        AND NOT EXISTS (
        SELECT
        FROM @extschema@.gov_sla_series('model', d.model_id, least($1, $2 - interval '30 days'), $2 + interval '1 minute', '1 day') AS o
        WHERE o.count > 0) AS is_exception
FROM governance.deployment_history AS d
WHERE d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('eu-ai-act-73.1', 'EU AI Act', 'Serious incidents are reported in time',
     'Regulation (EU) 2024/1689, Art. 73(2) to 73(4)', 'no_exceptions',
     'Each clock under the AI Act that ended in the period, of a reportable incident, was met before due_at, which is counted by Regulation (EEC, Euratom) No 1182/71 in each Member State.  act_by is an alarm, and no condition.',
     $q$
SELECT n.regime || ' ' || n.kind || ' in ' || n.jurisdiction || ': incident ' || i.incident_id || ', ' || i.title AS evidence,
    n.notified_at IS NULL OR n.notified_at >= n.due_at AS is_exception,
    n.act_by, n.due_at, n.notified_at
FROM governance.incident_deadlines AS n
JOIN governance.incidents_at($2) AS i ON i.incident_id = n.incident_id
WHERE i.reported_at < $2 AND n.due_at >= $1
    AND n.regime = 'eu_ai_act' AND n.due_at < $2
$q$),
    ('eu-ai-act-73.2', 'EU AI Act', 'Incidents are examined for being serious',
     'Regulation (EU) 2024/1689, Art. 3(49), 73(1)', 'manual',
     'Incidents of the period that have no clock under the AI Act: nobody has said yet that they are serious.  Whether one is a serious incident, of any of the four cases of Art. 3(49), is for a person to judge.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title AS evidence, false AS is_exception,
    i.category, i.resource, i.reported_at
FROM governance.incidents AS i
WHERE i.reported_at >= $1 AND i.reported_at < $2
    AND NOT EXISTS (
        SELECT
        FROM governance.incident_deadlines AS n
        WHERE n.incident_id = i.incident_id AND n.regime = 'eu_ai_act' AND n.marked_at < $2)
$q$),
    ('nist-ai-rmf-govern-1.6', 'NIST AI RMF', 'Models are inventoried, with somebody who answers for each',
     'NIST AI 100-1, GOVERN 1.6, 2.1', 'no_exceptions',
     'Each model live in production at the end of the period has an owner.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    coalesce(m.owner, '') = '' AS is_exception, m.owner
FROM governance.models AS m
JOIN governance.deployment_history AS d ON d.model_id = m.model_id
WHERE d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('nist-ai-rmf-manage-1.1', 'NIST AI RMF', 'Use is decided by another person',
     'NIST AI 100-1, MANAGE 1.1', 'no_exceptions',
     'Each use-case deployed to production in the period had been approved by somebody who had not created it, nor stood behind that.',
     $q$
SELECT d.usecase_id || ' in ' || d.environment AS evidence,
    NOT EXISTS (
        SELECT
        FROM governance.usecase_approvals AS a
        WHERE a.usecase_id = d.usecase_id AND a.status = 'approved'
            AND a.reviewed_at <= d.deployed_at
            AND NOT @extschema@.gov_acts_conflict(a.reviewer, a.principals, a.backers, u.created_by, u.created_principals, u.created_backers)) AS is_exception,
    d.deployed_at, d.deployed_by
FROM governance.usecase_deployments AS d
JOIN governance.use_cases AS u ON u.usecase_id = d.usecase_id
WHERE d.deployed_at >= $1 AND d.deployed_at < $2
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('nist-ai-rmf-measure-2.4', 'NIST AI RMF', 'Behaviour in production is measured',
     'NIST AI 100-1, MEASURE 2.4', 'no_exceptions',
     'As eu-ai-act-72.1.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    NOT EXISTS (
        SELECT
        FROM governance.model_metrics AS m
        WHERE m.model_id = d.model_id AND m.version = d.version
            AND m.recorded_at >= least($1, $2 - interval '30 days') AND m.recorded_at < $2)
        AND NOT EXISTS (
        SELECT
        FROM governance.sla_measurements AS s
        WHERE s.resource_type = 'model' AND s.resource_id = d.model_id
            AND s.measured_at >= least($1, $2 - interval '30 days') AND s.measured_at < $2)
        AND NOT EXISTS (
        SELECT
        FROM @extschema@.gov_sla_series('model', d.model_id, least($1, $2 - interval '30 days'), $2 + interval '1 minute', '1 day') AS o
        WHERE o.count > 0) AS is_exception
FROM governance.deployment_history AS d
WHERE d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('nist-ai-rmf-manage-2.4', 'NIST AI RMF', 'What is live can be superseded, disengaged and deactivated',
     'NIST AI 100-1, MANAGE 2.4', 'no_exceptions',
     'For each model live in production at the end of the period somebody active may stop it, and another version of it is approved.  Where none is, whether stopping it would do is for a person to judge.  Stops of the period are shown: that the mechanisms are applied.',
     $q$
WITH RECURSIVE closure(role, holds) AS (
    SELECT r.role, r.role FROM governance.roles AS r
    UNION
    SELECT c.role, i.inherited_role
    FROM closure AS c
    JOIN governance.role_inheritance AS i ON i.role = c.holds
),
stopper(user_id) AS (
    SELECT DISTINCT ur.user_id
    FROM governance.role_permissions AS p
    JOIN closure AS c ON c.holds = p.role
    JOIN governance.user_roles AS ur ON ur.role = c.role
    JOIN governance.users AS u ON u.user_id = ur.user_id AND u.is_active
    WHERE p.permission = 'model:rollback' AND (ur.expires_at IS NULL OR ur.expires_at > $2)
)
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    CASE WHEN s.may_stop IS NULL THEN true
        WHEN o.versions IS NOT NULL THEN false END AS is_exception,
    o.versions AS other_approved_versions, s.may_stop, NULL::timestamptz AS ended_at
FROM governance.deployment_history AS d
CROSS JOIN (SELECT string_agg(t.user_id, ', ' ORDER BY t.user_id) FROM stopper AS t) AS s(may_stop)
CROSS JOIN LATERAL (
    SELECT string_agg(v.version, ', ' ORDER BY v.created_at DESC)
    FROM governance.model_versions AS v
    WHERE v.model_id = d.model_id AND v.version <> d.version
        AND v.approval_status = 'approved'
) AS o(versions)
WHERE d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
UNION ALL
SELECT d.model_id || ':' || d.version || ' ' || d.status || ' in ' || d.environment, false, NULL, d.ended_by, d.ended_at
FROM governance.deployment_history AS d
WHERE d.status IN ('rolled_back', 'undeployed') AND d.ended_at >= $1 AND d.ended_at < $2
$q$),
    ('nist-ai-rmf-manage-4.1', 'NIST AI RMF', 'Incident response, of the monitoring plans',
     'NIST AI 100-1, MANAGE 4.1', 'no_exceptions',
     'No critical incident of the period, older than a day at its end, is unacknowledged.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title AS evidence,
    i.reported_at < $2 - interval '1 day'
        AND coalesce(i.acknowledged_at, i.resolved_at, 'infinity') >= $2 AS is_exception,
    i.reported_at, i.acknowledged_at, i.resolved_at
FROM governance.incidents_at($2) AS i
WHERE i.severity = 'critical' AND i.reported_at >= $1 AND i.reported_at < $2
$q$),
    ('nist-ai-rmf-manage-4.3', 'NIST AI RMF', 'Incidents are told of, followed to their end and documented',
     'NIST AI 100-1, MANAGE 4.3', 'no_exceptions',
     'Each incident resolved in the period says how, and whoever was to be told of it by a regime it is reportable under was told by the end of the period, or is not due yet.  Whether other actors and affected communities were told is for a person to find.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title || coalesce(': not told ' || u.untold, '') AS evidence,
    coalesce(i.resolution, '') = '' OR u.untold IS NOT NULL AS is_exception, i.resolution
FROM governance.incidents_at($2) AS i
LEFT JOIN (
    SELECT n.incident_id, string_agg(n.regime || ' ' || n.stage || ' ' || n.jurisdiction, ', ' ORDER BY n.regime, n.stage, n.jurisdiction)
    FROM governance.incident_deadlines AS n
    WHERE n.marked_at < $2
        AND coalesce(n.notified_at >= $2, true)
        AND coalesce(n.due_at, n.act_by) < $2
    GROUP BY n.incident_id
) AS u(incident_id, untold) ON u.incident_id = i.incident_id
WHERE i.resolved_at >= $1 AND i.resolved_at < $2
$q$),
    ('iso-42001-a.3.2', 'ISO/IEC 42001', 'Roles and responsibilities are allocated',
     'ISO/IEC 42001:2023, Annex A, A.3.2', 'no_exceptions',
     'Somebody active holds each of the rights to approve, to deploy, to roll back, to handle incidents and to read the trail, now.',
     $q$
WITH RECURSIVE closure(role, holds) AS (
    SELECT r.role, r.role FROM governance.roles AS r
    UNION
    SELECT c.role, i.inherited_role
    FROM closure AS c
    JOIN governance.role_inheritance AS i ON i.role = c.holds
),
holders(permission, user_id) AS (
    SELECT DISTINCT p.permission, ur.user_id
    FROM governance.role_permissions AS p
    JOIN closure AS c ON c.holds = p.role
    JOIN governance.user_roles AS ur ON ur.role = c.role
    JOIN governance.users AS u ON u.user_id = ur.user_id AND u.is_active
    WHERE ur.expires_at IS NULL OR ur.expires_at > $2
)
SELECT n.permission AS evidence, count(h.user_id) = 0 AS is_exception,
    string_agg(h.user_id, ', ' ORDER BY h.user_id) AS held_by
FROM (VALUES ('model:approve'), ('model:deploy'), ('model:rollback'), ('usecase:approve'),
    ('incident:manage'), ('audit:read'), ('compliance:report')) AS n(permission)
LEFT JOIN holders AS h ON h.permission = n.permission
GROUP BY n.permission
$q$),
    ('iso-42001-a.4.2', 'ISO/IEC 42001', 'What a model is made of is documented',
     'ISO/IEC 42001:2023, Annex A, A.4.2, A.4.3, A.7.5', 'no_exceptions',
     'Each version deployed to production in the period names its source commit and the hash of its training data.',
     $q$
SELECT d.model_id || ':' || d.version AS evidence,
    coalesce(v.source_commit, '') = '' OR coalesce(v.training_data_hash, '') = '' AS is_exception,
    v.source_commit, v.training_data_hash, v.content_digest
FROM governance.deployment_history AS d
JOIN governance.model_versions AS v ON v.model_id = d.model_id AND v.version = d.version
WHERE d.deployed_at >= $1 AND d.deployed_at < $2 AND d.restores IS NULL
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('iso-42001-a.6.2.4', 'ISO/IEC 42001', 'Models are verified before release',
     'ISO/IEC 42001:2023, Annex A, A.6.2.4', 'no_exceptions',
     'Each deployment to production in the period had metrics of its version on record, and every gate met.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    NOT EXISTS (
        SELECT
        FROM governance.model_metrics AS m
        WHERE m.model_id = d.model_id AND m.version = d.version
            AND m.recorded_at <= d.deployed_at)
        OR d.gate_results @> '[{"met": false}]' AS is_exception,
    d.gate_results
FROM governance.deployment_history AS d
JOIN governance.model_versions AS v ON v.model_id = d.model_id AND v.version = d.version
WHERE d.deployed_at >= $1 AND d.deployed_at < $2 AND d.restores IS NULL
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('iso-42001-a.6.2.5', 'ISO/IEC 42001', 'Requirements are met before release',
     'ISO/IEC 42001:2023, Annex A, A.6.2.5', 'no_exceptions',
     'Each deployment to production in the period had every gate met and, which is a rule of the house, its version had been deployed to a lower environment before.  The plan for it is for a person to find; its notes are shown.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    d.gate_results @> '[{"met": false}]' OR NOT EXISTS (
        SELECT
        FROM governance.deployment_history AS s
        JOIN governance.environments AS e ON e.name = s.environment
        WHERE s.model_id = d.model_id AND s.version = d.version
            AND s.deployed_at < d.deployed_at
            AND e.rank < (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production')) AS is_exception,
    d.deployed_at, d.gate_results, d.notes
FROM governance.deployment_history AS d
JOIN governance.model_versions AS v ON v.model_id = d.model_id AND v.version = d.version
WHERE d.deployed_at >= $1 AND d.deployed_at < $2 AND d.restores IS NULL
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('iso-42001-a.6.2.6', 'ISO/IEC 42001', 'Misses in operation are looked at',
     'ISO/IEC 42001:2023, Annex A, A.6.2.6', 'no_exceptions',
     'Each violation of a service level opened in the period was acknowledged within three days, which are of the house.',
     $q$
SELECT pg_catalog.replace(v.violation_type, '_', ' ') || ' of ' || v.resource_type || ' ' || v.resource_id || ' (violation ' || v.violation_id || ')' AS evidence,
    v.opened_at < $2 - interval '3 days'
        AND coalesce(v.acknowledged_at, 'infinity') > v.opened_at + interval '3 days' AS is_exception,
    v.opened_at, v.closed_at, v.acknowledged_at, v.acknowledged_by
FROM governance.sla_violations AS v
WHERE v.opened_at >= $1 AND v.opened_at < $2
$q$),
    ('iso-42001-a.6.2.8', 'ISO/IEC 42001', 'Events are recorded while systems are in use',
     'ISO/IEC 42001:2023, Annex A, A.6.2.8', 'no_exceptions',
     'Of each model live in production at the end of the period uses were observed within it or within 30 days before its end, and no verification of the registry''s own trail in the period found anything wrong.  Uses are counted here: where each system keeps a log of them is for a person to find.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    NOT EXISTS (
        SELECT
        FROM @extschema@.gov_sla_series('model', d.model_id, least($1, $2 - interval '30 days'), $2 + interval '1 minute', '1 day') AS o
        WHERE o.count > 0) AS is_exception,
    NULL::bigint AS failures, NULL::timestamptz AS finished_at, NULL AS verified_by
FROM governance.deployment_history AS d
WHERE d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
UNION ALL
SELECT 'leaves ' || p.from_index || ' to ' || p.to_index || ' of ' || p.tree_size,
    p.failures > 0, p.failures, p.finished_at, p.verified_by
FROM governance.audit_verify_progress AS p
WHERE p.finished_at >= $1 AND p.finished_at < $2
$q$),
    ('iso-42001-a.8.5', 'ISO/IEC 42001', 'Reports owed to interested parties, authorities included, are made in time',
     'ISO/IEC 42001:2023, Annex A, A.8.5', 'no_exceptions',
     'Every deadline for telling an authority, of whatever regime, that fell into the period was met; a late one that gives reasons which its law allows for is for a person to judge.',
     $q$
SELECT n.regime || ' ' || n.kind || ' in ' || n.jurisdiction || ': incident ' || i.incident_id || ', ' || i.title AS evidence,
    CASE WHEN n.notified_at < n.due_at THEN false
        WHEN n.regime = 'gdpr' AND n.notified_at < $2 AND n.reasons <> '' THEN NULL
        ELSE true END AS is_exception,
    n.act_by, n.due_at, n.notified_at, n.reasons
FROM governance.incident_deadlines AS n
JOIN governance.incidents_at($2) AS i ON i.incident_id = n.incident_id
WHERE i.reported_at < $2 AND n.due_at >= $1
    AND n.due_at < $2
$q$),
    ('iso-42001-a.5.2', 'ISO/IEC 42001', 'Use follows an assessment of its impact',
     'ISO/IEC 42001:2023, Annex A, A.5.2, A.5.3; clauses 6.1.4, 8.4', 'no_exceptions',
     'Each use-case of impact level high or critical, deployed at the end of the period, was assessed before.',
     $q$
SELECT u.usecase_id || ' (' || u.impact_level || ')' AS evidence,
    NOT EXISTS (
        SELECT
        FROM governance.usecase_assessments AS a
        WHERE a.usecase_id = u.usecase_id AND a.assessed_at <= d.deployed_at) AS is_exception,
    u.risk_class, u.impact_score
FROM governance.usecase_deployments AS d
JOIN governance.use_cases AS u ON u.usecase_id = d.usecase_id
WHERE u.impact_level IN ('high', 'critical')
    AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
$q$),
    ('soc2-a1.2', 'SOC 2', 'Availability commitments are met',
     '2017 Trust Services Criteria (with revised points of focus, 2022), A1.2 (supporting)', 'no_exceptions',
     'No violation of availability or error budget was open in the period.',
     $q$
SELECT t.resource_type || ' ' || t.resource_id || ', target ' || t.availability_target || ' %' AS evidence,
    false AS is_exception, NULL::timestamptz AS opened_at, NULL::timestamptz AS closed_at
FROM governance.sla_targets_at($2) AS t
WHERE t.availability_target IS NOT NULL
UNION ALL
SELECT pg_catalog.replace(v.violation_type, '_', ' ') || ' of ' || v.resource_type || ' ' || v.resource_id || ' (violation ' || v.violation_id || ')', true,
    v.opened_at, v.closed_at
FROM governance.sla_violations AS v
WHERE v.violation_type IN ('availability', 'error_budget_burn')
    AND v.opened_at < $2 AND coalesce(v.closed_at, 'infinity') >= $1
$q$),
    ('soc2-cc6.1', 'SOC 2', 'Secrets that give access expire',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC6.1', 'no_exceptions',
     'Each API token in force at the end of the period has an expiry.  That is one sign of many that access is secured.',
     $q$
SELECT 'token ' || t.token_id || ' of ' || t.user_id AS evidence,
    t.expires_at IS NULL AS is_exception, t.name, t.created_at, t.expires_at
FROM governance.api_tokens AS t
WHERE t.created_at < $2 AND (t.revoked_at IS NULL OR t.revoked_at >= $2)
    AND (t.expires_at IS NULL OR t.expires_at >= $2)
$q$),
    ('soc2-cc6.2', 'SOC 2', 'Access is given by somebody who may',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC6.2', 'no_exceptions',
     'Each role given in the period was given by a known user.  What CREATE EXTENSION itself wrote is left out.',
     $q$
SELECT substr(e.resource, 11) AS evidence, e.actor IS NULL AS is_exception,
    e.event_type, e.actor, e.occurred_at, e.details ->> 'reason' AS reason
FROM governance.audit_events AS e
WHERE e.resource_type IN ('api_token', 'role', 'role_inheritance', 'role_permission', 'sod_set', 'user', 'user_role')
    AND e.resource >= 'user_role/' AND e.resource < 'user_role0'
    AND e.occurred_at >= $1 AND e.occurred_at < $2
    AND e.event_type IN ('user_role.assign', 'user_role.delegate', 'user_role.insert', 'user_role.update')
    AND e.event_id > coalesce((
        SELECT max(f.event_id)
        FROM governance.audit_events AS f
        WHERE f.incarnation = 1
            AND f.xid = (SELECT g.xid FROM governance.audit_events AS g WHERE g.event_id = 1)), 0)
$q$),
    ('soc2-cc6.3', 'SOC 2', 'Duties are separated',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC6.3', 'no_exceptions',
     'Nobody holds roles that a duty set keeps apart, inheritance counted, now.',
     $q$
WITH RECURSIVE closure(role, holds) AS (
    SELECT r.role, r.role FROM governance.roles AS r
    UNION
    SELECT c.role, i.inherited_role
    FROM closure AS c
    JOIN governance.role_inheritance AS i ON i.role = c.holds
),
held(user_id, role) AS (
    SELECT DISTINCT ur.user_id, c.holds
    FROM governance.user_roles AS ur
    JOIN closure AS c ON c.role = ur.role
    WHERE ur.expires_at IS NULL OR ur.expires_at > $2
)
SELECT s.name || ': ' || u.user_id AS evidence, count(*) >= s.cardinality AS is_exception
FROM governance.sod_sets AS s
JOIN held AS h ON h.role = ANY (s.roles)
JOIN governance.users AS u ON u.user_id = h.user_id
WHERE u.created_at < $2
GROUP BY s.name, u.user_id
$q$),
    ('soc2-cc7.2', 'SOC 2', 'Anomalies are watched for',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC7.2', 'manual',
     'Who was refused how often in the period.  What is an anomaly is for a person to judge.',
     $q$
SELECT coalesce(e.actor, 'database role ' || e.db_role, '(unknown)') || ': ' || count(*) || ' refused' AS evidence,
    false AS is_exception, min(e.occurred_at) AS first, max(e.occurred_at) AS last
FROM governance.audit_events AS e
WHERE e.outcome = 'denied' AND e.occurred_at >= $1 AND e.occurred_at < $2
GROUP BY coalesce(e.actor, 'database role ' || e.db_role, '(unknown)')
$q$),
    ('soc2-cc7.3', 'SOC 2', 'Security events are evaluated',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC7.3', 'no_exceptions',
     'Each security incident of the period, older than a day at its end, was acknowledged or resolved within a day, which is of the house.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title AS evidence,
    i.reported_at < $2 - interval '1 day'
        AND coalesce(least(i.acknowledged_at, i.resolved_at), 'infinity') > i.reported_at + interval '1 day' AS is_exception,
    i.severity, i.reported_at, i.acknowledged_at
FROM governance.incidents_at($2) AS i
WHERE i.category = 'security' AND i.reported_at >= $1 AND i.reported_at < $2
$q$),
    ('soc2-cc7.4', 'SOC 2', 'Security incidents are answered and resolved within target',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC7.4', 'no_exceptions',
     'No response or resolution target was missed for a critical security incident in the period.  Whether a defined programme was followed to understand, contain, remediate and communicate each is for a person.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title AS evidence, false AS is_exception
FROM governance.incidents_at($2) AS i
WHERE i.category = 'security' AND i.severity = 'critical' AND i.reported_at >= $1 AND i.reported_at < $2
UNION ALL
SELECT pg_catalog.replace(v.violation_type, '_', ' ') || ' of ' || v.resource_type || ' ' || v.resource_id || ' (violation ' || v.violation_id || ')', true
FROM governance.sla_violations AS v
JOIN governance.incidents AS i ON i.incident_id = v.incident_id
WHERE v.violation_type IN ('incident_response', 'incident_resolution') AND i.category = 'security'
    AND v.opened_at >= $1 AND v.opened_at < $2
$q$),
    ('soc2-cc7.5', 'SOC 2', 'Recovery from incidents: their causes are found',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC7.5', 'no_exceptions',
     'Each critical incident resolved in the period has a root cause.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title AS evidence,
    coalesce(i.root_cause, '') = '' AS is_exception, i.root_cause
FROM governance.incidents_at($2) AS i
WHERE i.severity = 'critical' AND i.resolved_at >= $1 AND i.resolved_at < $2
$q$),
    ('soc2-cc8.1', 'SOC 2', 'Changes are authorised by others than who makes them',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC8.1', 'no_exceptions',
     'No deployment to production of the period was made by who approved the version, or stood behind that, and no policy was overridden.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    EXISTS (
        SELECT
        FROM governance.approval_history AS h
        WHERE h.model_id = d.model_id AND h.version = d.version
            AND h.approval_status = 'approved' AND h.reviewed_at <= d.deployed_at
            AND NOT EXISTS (
                SELECT
                FROM governance.approval_history AS r
                WHERE r.model_id = h.model_id AND r.version = h.version
                    AND r.approval_status = 'pending' AND r.reviewed_at <= d.deployed_at
                    AND r.approval_no > h.approval_no)
            AND @extschema@.gov_acts_conflict(h.reviewer, h.principals, h.backers, d.deployed_by, d.principals, d.backers)) AS is_exception,
    d.deployed_by AS actor, d.deployed_at AS at
FROM governance.deployment_history AS d
JOIN governance.model_versions AS v ON v.model_id = d.model_id AND v.version = d.version
WHERE d.deployed_at >= $1 AND d.deployed_at < $2 AND d.restores IS NULL
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
UNION ALL
SELECT 'policy ' || (e.details ->> 'name') || ' overridden: ' || (e.details ->> 'reason'), true, e.actor, e.occurred_at
FROM governance.audit_events AS e
WHERE e.resource >= 'policy/' AND e.resource < 'policy0' AND e.event_type = 'policy.override'
    AND e.occurred_at >= $1 AND e.occurred_at < $2
$q$),
    ('gdpr-33.1', 'GDPR', 'Breaches are notified within 72 hours, or later with reasons',
     'Regulation (EU) 2016/679, Art. 33(1)', 'no_exceptions',
     'Each deadline under the GDPR that fell into the period, of a reportable incident, was met: 72 hours, of which that of awareness is not counted, by Regulation (EEC, Euratom) No 1182/71.  Where a late report gives its reasons, as Art. 33(1) demands, a person judges whether they are good.',
     $q$
SELECT n.regime || ' ' || n.kind || ' in ' || n.jurisdiction || ': incident ' || i.incident_id || ', ' || i.title AS evidence,
    CASE WHEN n.notified_at < n.due_at THEN false
        WHEN n.regime = 'gdpr' AND n.notified_at < $2 AND n.reasons <> '' THEN NULL
        ELSE true END AS is_exception,
    n.act_by, n.due_at, n.notified_at, n.reasons
FROM governance.incident_deadlines AS n
JOIN governance.incidents_at($2) AS i ON i.incident_id = n.incident_id
WHERE i.reported_at < $2 AND n.due_at >= $1
    AND n.regime = 'gdpr' AND n.due_at < $2
$q$),
    ('gdpr-33.5', 'GDPR', 'Breaches are documented',
     'Regulation (EU) 2016/679, Art. 33(5)', 'manual',
     'Security incidents of the period with what was done about them.  Whether personal data were affected is for a person to judge.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title AS evidence, false AS is_exception,
    i.affected_count, i.description, i.resolution, i.root_cause
FROM governance.incidents_at($2) AS i
WHERE i.category = 'security' AND i.reported_at >= $1 AND i.reported_at < $2
$q$),
    ('eu-ai-act-4', 'EU AI Act', 'AI literacy is supported',
     'Regulation (EU) 2024/1689, Art. 4', 'manual',
     'The use-cases deployed at the end of the period.  Measures that support the AI literacy of those who deal with them are for a person to judge.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, u.risk_class, u.owner
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-5.1', 'EU AI Act', 'No prohibited practice is in use',
     'Regulation (EU) 2024/1689, Art. 5(1), (1a), (1b)', 'no_exceptions',
     'No use-case deployed at the end of the period is of a class that the law prohibits by then, as its impact assessment was answered.  Whether the answers are true is not seen.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, coalesce(u.prohibited_from < $2, u.risk_class = 'prohibited', false) AS is_exception, u.risk_class, u.owner
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-6.4', 'EU AI Act', 'What is relieved of being high-risk is documented and registered',
     'Regulation (EU) 2024/1689, Art. 6(4), 49(2)', 'manual',
     'Deployed use-cases in an area of Annex III that say they pose no significant risk.  The documented assessment and the registration are for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, a.assessed_at, a.assessed_by
FROM governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT b.answers, b.assessed_at, b.assessed_by
    FROM governance.usecase_assessments AS b
    WHERE b.usecase_id = u.usecase_id AND b.assessed_at < $2
    ORDER BY b.assessment_no DESC
    LIMIT 1
) AS a
WHERE a.answers -> 'area.preparatory_only' = 'true' AND a.answers -> 'area.profiling' IS DISTINCT FROM 'true'
    AND EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-9.8', 'EU AI Act', 'Metrics and thresholds were defined before the tests that they judge',
     'Regulation (EU) 2024/1689, Art. 9(6) to (8)', 'no_exceptions',
     'Each gate of a deployment to production in the period stood as it judged before the metric that it judged was recorded.  A deployment without gates is for a person to judge, and so is whether metrics and thresholds are fit for the intended purpose.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    CASE WHEN d.gate_results @> '[{}]' THEN EXISTS (
        SELECT
        FROM pg_catalog.jsonb_array_elements(d.gate_results) AS g(gate)
        CROSS JOIN LATERAL (
            SELECT e.occurred_at
            FROM governance.audit_events AS e
            WHERE e.resource = 'deployment_gate/' || (g.gate ->> 'gate_id')
                AND e.new_row IS NOT NULL AND e.occurred_at < d.deployed_at
            ORDER BY e.occurred_at DESC, e.event_id DESC
            LIMIT 1
        ) AS fixed
        WHERE fixed.occurred_at > (
            SELECT m.recorded_at
            FROM governance.model_metrics AS m
            WHERE m.model_id = d.model_id AND m.version = d.version
                AND m.metrics ? (g.gate ->> 'metric') AND m.recorded_at < d.deployed_at
            ORDER BY m.metrics_no DESC
            LIMIT 1)) END AS is_exception,
    d.deployed_at, d.gate_results
FROM governance.deployment_history AS d
WHERE d.deployed_at >= $1 AND d.deployed_at < $2 AND d.restores IS NULL
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('eu-ai-act-12.use', 'EU AI Act', 'Each use of a high-risk system is logged',
     'Regulation (EU) 2024/1689, Art. 12(1), 12(2), 26(6)', 'manual',
     'The use-cases deployed at the end of the period.  The registry has no log of uses: where each system keeps its own is for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, u.risk_class, u.owner
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-17.1.m', 'EU AI Act', 'Changes and releases have somebody who answers for them',
     'Regulation (EU) 2024/1689, Art. 17(1)(a) to (d), (m)', 'no_exceptions',
     'Each deployment to production in the period was approved by somebody else than the maker, and every change of the period has a known actor: what eu-ai-act-14.1 and eu-ai-act-12.2 look for.',
     $q$
SELECT x.evidence, x.is_exception
FROM (
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence,
    NOT EXISTS (
        SELECT
        FROM governance.approval_history AS h
        WHERE h.model_id = d.model_id AND h.version = d.version
            AND h.approval_status = 'approved' AND h.reviewed_at <= d.deployed_at
            AND h.content_digest = v.content_digest
            AND NOT @extschema@.gov_acts_conflict(h.reviewer, h.principals, h.backers, v.created_by, v.created_principals, v.created_backers)) AS is_exception,
    d.deployment_id, d.deployed_at, d.deployed_by
FROM governance.deployment_history AS d
JOIN governance.model_versions AS v ON v.model_id = d.model_id AND v.version = d.version
WHERE d.deployed_at >= $1 AND d.deployed_at < $2 AND d.restores IS NULL
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
) AS x
UNION ALL
SELECT y.evidence, y.is_exception
FROM (
SELECT 'events of ' || u.user_id AS evidence, false AS is_exception
FROM governance.users AS u
WHERE EXISTS (
    SELECT
    FROM governance.audit_events AS e
    WHERE e.actor = u.user_id AND e.occurred_at >= $1 AND e.occurred_at < $2)
UNION ALL
SELECT 'event ' || e.event_id || ', ' || e.event_type || ' by database role ' || coalesce(e.db_role, '(unknown)'), true
FROM governance.audit_events AS e
WHERE e.actor IS NULL AND e.outcome = 'success'
    AND e.occurred_at >= $1 AND e.occurred_at < $2
    AND e.event_id > coalesce((
        SELECT max(f.event_id)
        FROM governance.audit_events AS f
        WHERE f.incarnation = 1
            AND f.xid = (SELECT g.xid FROM governance.audit_events AS g WHERE g.event_id = 1)), 0)
) AS y
$q$),
    ('eu-ai-act-18.1', 'EU AI Act', 'Documents are kept for ten years',
     'Regulation (EU) 2024/1689, Art. 18(1)', 'no_exceptions',
     'Policy audit.retention_days, as it stood at the end of the period, is 0 (for ever), or at least 3653, ten years, and keeps what was recorded of each use-case that was put into service until ten years after it was last, or was placed on the market.  Technical documentation and declarations are kept elsewhere.',
     $q$
WITH kept AS (
    SELECT p.value, p.value::integer AS days
    FROM (
        SELECT coalesce(
            (SELECT e.new_row ->> 'value'
                FROM governance.audit_events AS e
                WHERE e.resource = 'policy/audit.retention_days' AND e.resource_type = 'policy'
                    AND e.new_row IS NOT NULL AND e.occurred_at < $2
                ORDER BY e.occurred_at DESC, e.event_id DESC
                LIMIT 1),
            (SELECT q.default_value #>> '{}'
                FROM governance.policies AS q
                WHERE q.name = 'audit.retention_days'))
    ) AS p(value)
)
SELECT 'audit.retention_days = ' || k.value AS evidence, k.days BETWEEN 1 AND 3652 AS is_exception,
    NULL::timestamptz AS recorded_at, NULL::date AS kept_until
FROM kept AS k
UNION ALL
SELECT u.usecase_id || ', ' || u.name, k.days > 0 AND u.created_at::date + k.days < l.until, u.created_at, l.until
FROM kept AS k
CROSS JOIN governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT (greatest(max(d.deployed_at)::date, (
            SELECT (a.answers ->> 'placed_on_market_on')::date
            FROM governance.usecase_assessments AS a
            WHERE a.usecase_id = u.usecase_id AND a.assessed_at < $2
            ORDER BY a.assessment_no DESC
            LIMIT 1)) + interval '10 years')::date
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2
    HAVING count(*) > 0
) AS l(until)
WHERE l.until >= $1::date
$q$),
    ('eu-ai-act-26.5.b', 'EU AI Act', 'Deployers tell the provider first of a serious incident, at once',
     'Regulation (EU) 2024/1689, Art. 26(5)', 'no_exceptions',
     'Of each incident at a deployer that was marked in the period the provider was told, and no authority before; that it was at once is shown by the time it took, and is an exception after a day, which is of the house.',
     $q$
SELECT 'incident ' || n.incident_id || ', ' || i.title || ' in ' || n.jurisdiction AS evidence,
    coalesce(n.notified_at, $2) > greatest(n.marked_at, i.aware_at) + interval '1 day'
        OR EXISTS (
            SELECT
            FROM governance.incident_deadlines AS a
            WHERE a.incident_id = n.incident_id AND a.regime = n.regime AND a.jurisdiction = n.jurisdiction
                AND a.stage = 'authority' AND a.notified_at < least(n.notified_at, $2)) AS is_exception,
    i.aware_at, n.notified_at, n.notified_at - i.aware_at AS after
FROM governance.incident_deadlines AS n
JOIN governance.incidents AS i ON i.incident_id = n.incident_id
WHERE n.kind = 'serious_incident_at_deployer' AND n.stage = 'provider'
    AND n.marked_at >= $1 AND n.marked_at < $2
$q$),
    ('eu-ai-act-26.5.c', 'EU AI Act', 'Use is suspended where there is a risk',
     'Regulation (EU) 2024/1689, Art. 26(5), 79(1)', 'manual',
     'Rollbacks, withdrawals and suspensions of the period.  Whether each risk in the sense of Art. 79(1) had one is for a person to judge.',
     $q$
SELECT d.model_id || ':' || d.version || ' ' || d.status || ' in ' || d.environment AS evidence,
    false AS is_exception, d.ended_at, d.ended_by, d.reason
FROM governance.deployment_history AS d
WHERE d.status IN ('rolled_back', 'undeployed') AND d.ended_at >= $1 AND d.ended_at < $2
UNION ALL
SELECT e.event_type, false, e.occurred_at, e.actor, e.new_row ->> 'reason'
FROM governance.audit_events AS e
WHERE e.resource = 'system/governance' AND e.resource_type = 'system' AND e.occurred_at >= $1 AND e.occurred_at < $2
$q$),
    ('eu-ai-act-27.1', 'EU AI Act', 'The impact on fundamental rights is assessed before first use',
     'Regulation (EU) 2024/1689, Art. 27(1)', 'manual',
     'Deployed use-cases in essential services, and those of public authorities in another area of Annex III but critical infrastructure, unless they are relieved of being high-risk.  The assessment of fundamental rights is for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, a.assessed_at, a.assessed_by
FROM governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT b.answers, b.assessed_at, b.assessed_by
    FROM governance.usecase_assessments AS b
    WHERE b.usecase_id = u.usecase_id AND b.assessed_at < $2
    ORDER BY b.assessment_no DESC
    LIMIT 1
) AS a
WHERE (a.answers @> '{"area.essential_services": true}'
        OR a.answers @> '{"public_authority": true}' AND EXISTS (
            SELECT
            FROM pg_catalog.jsonb_each(a.answers) AS q(id, answer)
            WHERE q.id LIKE 'area.%' AND q.answer = 'true'
                AND q.id NOT IN ('area.critical_infrastructure', 'area.preparatory_only', 'area.profiling')))
    AND (a.answers @> '{"area.profiling": true}' OR NOT a.answers @> '{"area.preparatory_only": true}')
    AND EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-50.1', 'EU AI Act', 'People are told that they deal with an AI system',
     'Regulation (EU) 2024/1689, Art. 50(1)', 'manual',
     'Deployed use-cases that deal directly with people.  The measure taken is for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, a.assessed_at, a.assessed_by
FROM governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT b.answers, b.assessed_at, b.assessed_by
    FROM governance.usecase_assessments AS b
    WHERE b.usecase_id = u.usecase_id AND b.assessed_at < $2
    ORDER BY b.assessment_no DESC
    LIMIT 1
) AS a
WHERE a.answers -> 'transparency.interaction' = 'true'
    AND EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-50.2', 'EU AI Act', 'Synthetic content is marked',
     'Regulation (EU) 2024/1689, Art. 50(2), 111(4)', 'manual',
     'Deployed use-cases that generate synthetic content; what was placed on the market before 2 August 2026 has until 2 December 2026.  The measure taken is for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, a.assessed_at, a.assessed_by
FROM governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT b.answers, b.assessed_at, b.assessed_by
    FROM governance.usecase_assessments AS b
    WHERE b.usecase_id = u.usecase_id AND b.assessed_at < $2
    ORDER BY b.assessment_no DESC
    LIMIT 1
) AS a
WHERE a.answers -> 'transparency.synthetic_content' = 'true'
    AND EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-50.3', 'EU AI Act', 'People are told of emotion recognition and biometric categorisation',
     'Regulation (EU) 2024/1689, Art. 50(3)', 'manual',
     'Deployed use-cases that expose people to either.  The measure taken is for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, a.assessed_at, a.assessed_by
FROM governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT b.answers, b.assessed_at, b.assessed_by
    FROM governance.usecase_assessments AS b
    WHERE b.usecase_id = u.usecase_id AND b.assessed_at < $2
    ORDER BY b.assessment_no DESC
    LIMIT 1
) AS a
WHERE a.answers -> 'transparency.emotion_or_biometrics' = 'true'
    AND EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-50.4', 'EU AI Act', 'Deep fakes and generated public texts are disclosed',
     'Regulation (EU) 2024/1689, Art. 50(4)', 'manual',
     'Deployed use-cases that make either.  The measure taken is for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, a.assessed_at, a.assessed_by
FROM governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT b.answers, b.assessed_at, b.assessed_by
    FROM governance.usecase_assessments AS b
    WHERE b.usecase_id = u.usecase_id AND b.assessed_at < $2
    ORDER BY b.assessment_no DESC
    LIMIT 1
) AS a
WHERE (a.answers -> 'transparency.deep_fake' = 'true' OR a.answers -> 'transparency.public_text' = 'true')
    AND EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-72.3', 'EU AI Act', 'There is a plan for monitoring after release',
     'Regulation (EU) 2024/1689, Art. 72(3)', 'manual',
     'The use-cases deployed at the end of the period.  The plan, part of Annex IV, is for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, u.risk_class, u.owner
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('eu-ai-act-73.6', 'EU AI Act', 'Nothing is done away with before the authority knows',
     'Regulation (EU) 2024/1689, Art. 73(6)', 'no_exceptions',
     'What a reportable incident is about was neither deprecated nor archived between awareness and the first report to each authority.  Whether an investigation altered the system itself is not seen.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title AS evidence,
    EXISTS (
        SELECT
        FROM governance.audit_events AS e
        WHERE e.resource IN ('model_version/' || i.resource, 'usecase/' || i.resource)
            AND e.event_type IN ('model_version.deprecate', 'usecase.deprecate', 'usecase.archive')
            AND e.occurred_at >= i.aware_at AND e.occurred_at < least(t.told_at, $2)) AS is_exception,
    t.told_at
FROM governance.incidents_at($2) AS i
JOIN (
    SELECT f.incident_id, CASE WHEN bool_and(f.told_at IS NOT NULL) THEN max(f.told_at) END AS told_at
    FROM (
        SELECT n.incident_id, min(n.notified_at) AS told_at
        FROM governance.incident_deadlines AS n
        WHERE n.regime = 'eu_ai_act' AND n.marked_at < $2 AND governance.tells_authority(n.regime, n.kind, n.stage)
        GROUP BY n.incident_id, n.jurisdiction
    ) AS f
    GROUP BY f.incident_id
) AS t ON t.incident_id = i.incident_id
WHERE coalesce(t.told_at >= $1, true)
$q$),
    ('gdpr-34.1', 'GDPR', 'Persons are told where the risk to them is high',
     'Regulation (EU) 2016/679, Art. 34(1)', 'manual',
     'The clocks under the GDPR that were started in the period, and when they were stopped.  Whether the risk to persons was high, and they were told without undue delay, is for a person to judge.',
     $q$
SELECT 'incident ' || i.incident_id || ', ' || i.title || ': ' || n.kind || ', ' || n.stage || ' in ' || n.jurisdiction AS evidence,
    false AS is_exception, i.aware_at, n.act_by, n.notified_at
FROM governance.incident_deadlines AS n
JOIN governance.incidents AS i ON i.incident_id = n.incident_id
WHERE n.regime = 'gdpr' AND n.marked_at >= $1 AND n.marked_at < $2
$q$),
    ('iso-42001-a.5.3', 'ISO/IEC 42001', 'Results of impact assessments are kept',
     'ISO/IEC 42001:2023, Annex A, A.5.3', 'no_exceptions',
     'Each use-case assessed in the period has all of its assessments, with their answers: none of their numbers is missing.',
     $q$
SELECT u.usecase_id || ', ' || a.kept || ' of ' || greatest(a.last_no, 1) || ' assessments' AS evidence,
    a.kept < greatest(a.last_no, 1) AS is_exception, a.assessed_at
FROM governance.use_cases AS u
CROSS JOIN LATERAL (
    SELECT count(*), max(b.assessment_no), max(b.assessed_at)
    FROM governance.usecase_assessments AS b
    WHERE b.usecase_id = u.usecase_id AND b.assessed_at < $2
) AS a(kept, last_no, assessed_at)
WHERE a.assessed_at >= $1
    OR a.kept = 0 AND EXISTS (
        SELECT
        FROM governance.audit_events AS e
        WHERE e.resource = 'usecase_assessment/' || u.usecase_id AND e.new_row IS NOT NULL
            AND e.occurred_at >= $1 AND e.occurred_at < $2)
$q$),
    ('iso-42001-a.8.3', 'ISO/IEC 42001', 'Others can report adverse impacts',
     'ISO/IEC 42001:2023, Annex A, A.8.3', 'manual',
     'Who reported how many incidents in the period.  Whether people outside have a channel is for a person to judge.',
     $q$
SELECT coalesce(i.reported_by, '(unknown)') || ': ' || count(*) || ' reported' AS evidence, false AS is_exception,
    min(i.reported_at) AS first, max(i.reported_at) AS last
FROM governance.incidents AS i
WHERE i.reported_at >= $1 AND i.reported_at < $2
GROUP BY i.reported_by
$q$),
    ('iso-42001-a.8.4', 'ISO/IEC 42001', 'Users are told of incidents',
     'ISO/IEC 42001:2023, Annex A, A.8.4', 'manual',
     'How many incidents were reported in the period.  The plan to tell users of them is for a person to find.',
     $q$
SELECT count(*) || ' incidents reported' AS evidence, false AS is_exception,
    min(i.reported_at) AS first, max(i.reported_at) AS last
FROM governance.incidents AS i
WHERE i.reported_at >= $1 AND i.reported_at < $2
HAVING count(*) > 0
$q$),
    ('iso-42001-a.9.2', 'ISO/IEC 42001', 'There are processes for responsible use',
     'ISO/IEC 42001:2023, Annex A, A.9.2', 'manual',
     'The use-cases deployed at the end of the period.  The processes are for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, u.risk_class, u.owner
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('iso-42001-a.9.4', 'ISO/IEC 42001', 'Use stays within what was intended',
     'ISO/IEC 42001:2023, Annex A, A.9.4', 'manual',
     'The use-cases deployed at the end of the period, as they are described.  Whether they are used so is for a person to judge.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, u.risk_class, u.owner
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('nist-ai-rmf-govern-1.7', 'NIST AI RMF', 'Systems are decommissioned safely',
     'NIST AI 100-1, GOVERN 1.7', 'manual',
     'Versions and use-cases deprecated in the period.  Whether that was safe is for a person to judge.',
     $q$
SELECT d.resource AS evidence, false AS is_exception, e.occurred_at, e.actor
FROM (
    SELECT 'model_version/' || v.model_id || ':' || v.version
    FROM governance.model_versions AS v
    WHERE v.status = 'deprecated'
    UNION ALL
    SELECT 'usecase/' || u.usecase_id
    FROM governance.use_cases AS u
    WHERE u.status IN ('deprecated', 'archived')
) AS d(resource)
JOIN governance.audit_events AS e ON e.resource = d.resource
WHERE e.event_type IN ('model_version.deprecate', 'usecase.deprecate') AND e.outcome = 'success'
    AND e.occurred_at >= $1 AND e.occurred_at < $2
$q$),
    ('nist-ai-rmf-govern-4.3', 'NIST AI RMF', 'Incidents are identified and shared',
     'NIST AI 100-1, GOVERN 4.3', 'manual',
     'How many incidents were reported in the period.  With whom they were shared is for a person to judge.',
     $q$
SELECT count(*) || ' incidents reported' AS evidence, false AS is_exception,
    min(i.reported_at) AS first, max(i.reported_at) AS last
FROM governance.incidents AS i
WHERE i.reported_at >= $1 AND i.reported_at < $2
HAVING count(*) > 0
$q$),
    ('nist-ai-rmf-map-3.5', 'NIST AI RMF', 'Human oversight is defined, assessed and documented',
     'NIST AI 100-1, MAP 3.5', 'manual',
     'The use-cases deployed at the end of the period.  The processes for oversight are for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, u.risk_class, u.owner
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$),
    ('soc2-cc6.2.b', 'SOC 2', 'Access of leavers is removed',
     '2017 Trust Services Criteria (with revised points of focus, 2022), CC6.2', 'no_exceptions',
     'No user deactivated in the period holds a token that is in force at its end.',
     $q$
SELECT 'user ' || left_behind.user_id AS evidence,
    EXISTS (
        SELECT
        FROM governance.api_tokens AS t
        WHERE t.user_id = left_behind.user_id AND t.created_at < $2
            AND coalesce(t.revoked_at >= $2, true) AND coalesce(t.expires_at >= $2, true)) AS is_exception
FROM (
    SELECT DISTINCT substr(e.resource, 6)
    FROM governance.audit_events AS e
    WHERE e.resource_type IN ('api_token', 'role', 'role_inheritance', 'role_permission', 'sod_set', 'user', 'user_role')
        AND e.resource >= 'user/' AND e.resource < 'user0'
        AND e.event_type = 'user.deactivate'
        AND e.occurred_at >= $1 AND e.occurred_at < $2
) AS left_behind(user_id)
$q$),
    ('us-sr-26-2', 'US supervision', 'Model risk is managed',
     'SR 26-2, in place of SR 11-7, OCC 2011-12 and FIL-22-2017', 'manual',
     'Models live in production at the end of the period.  Generative and agentic AI are outside of it; the rest is for a person to judge.',
     $q$
SELECT d.model_id || ':' || d.version || ' in ' || d.environment AS evidence, false AS is_exception, d.deployed_at
FROM governance.deployment_history AS d
WHERE d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2)
    AND d.environment IN (
        SELECT e.name
        FROM governance.environments AS e
        WHERE e.rank >= (SELECT p.rank FROM governance.environments AS p WHERE p.name = 'production'))
$q$),
    ('us-co-sb26-189', 'US state law', 'Notice, explanation and records of decisions (Colorado)',
     'Colorado SB 26-189', 'manual',
     'The use-cases deployed at the end of the period.  Notice, an explanation within 30 days of an adverse outcome and records for three years are for a person to find.',
     $q$
SELECT u.usecase_id || ', ' || u.name AS evidence, false AS is_exception, u.risk_class, u.owner
FROM governance.use_cases AS u
WHERE EXISTS (
    SELECT
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = u.usecase_id AND d.deployed_at < $2 AND (d.ended_at IS NULL OR d.ended_at >= $2))
$q$)
) AS c(id, framework, title, source, judged, criterion, query);

-- The day from which each applies: by the text, and where that is later, the first day on which
-- it binds anybody. A use is high-risk only from the day on which Article 6 applies, and no
-- authority has said that Articles 72 and 73 bind anybody before.
UPDATE governance.controls AS c SET
    applies_from = d.applies_from,
    effective_from = d.effective_from,
    amended_by = d.amended_by
FROM (VALUES
    ('^eu-ai-act-', date '2027-12-02', date '2027-12-02', 'Regulation (EU) 2026/1744'),
    ('^eu-ai-act-(72|73)\.', '2026-08-02', '2027-12-02', 'Regulation (EU) 2026/1744'),
    ('^eu-ai-act-50\.', '2026-08-02', NULL, ''),
    ('^eu-ai-act-50\.2$', '2026-08-02', NULL, 'Regulation (EU) 2026/1744'),
    ('^eu-ai-act-(4|5\.1)$', '2025-02-02', NULL, 'Regulation (EU) 2026/1744'),
    ('^gdpr-', '2018-05-25', NULL, ''),
    ('^us-sr-26-2$', '2026-04-17', NULL, ''),
    ('^us-co-sb26-189$', '2027-01-01', NULL, '')
) AS d(ids, applies_from, effective_from, amended_by)
WHERE c.id ~ d.ids
    AND NOT EXISTS (
        SELECT
        FROM (VALUES ('^eu-ai-act-(72|73)\.'), ('^eu-ai-act-50\.'), ('^eu-ai-act-50\.2$'), ('^eu-ai-act-(4|5\.1)$')) AS n(ids)
        WHERE c.id ~ n.ids AND pg_catalog.length(n.ids) > pg_catalog.length(d.ids));
UPDATE governance.controls SET checked_on = '2026-11-28';

CREATE FUNCTION @extschema@.gov_add_control(
    control_id text,
    framework text,
    title text,
    query text,
    judged text = 'no_exceptions',
    source text = '',
    criterion text = '')
RETURNS governance.controls
AS 'MODULE_PATHNAME', 'gov_add_control'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_add_control(text, text, text, text, text, text, text) IS
'Add a control; its row.  query: one SELECT that lists evidence (text) and whether it is an exception (boolean), $1 and $2 being start and end of the period; every name qualified.  judged: no_exceptions, evidence, manual.  It runs read-only as the database role that adds it.  Needs system:config.  That role must be able to read what the query reads (42501).  Exists: 23505; no such query: 22023, or as the parser says.';

CREATE FUNCTION @extschema@.gov_drop_control(control_id text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_control'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_control(text) IS
'Remove a control that was added; was there one?  A notice where not.  Needs system:config; one that came with the extension: 55000.';

CREATE FUNCTION @extschema@.gov_check_control(
    control_id text,
    period_days integer = 30,
    until timestamptz = now())
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_check_control'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_check_control(text, integer, timestamptz) IS
'Run one control, as a report would.  {id, framework, title, source, criterion, judged, result, evidence_count, exception_count, findings, error, runs_as, query}.  Stores nothing.  Needs compliance:report; unknown: 42704.';
