-- 1,000,000 audit events and 100,000 incidents of a month, for compliance.sh.
--
-- The rows are written past the guards, as nobody waits for a million
-- registrations; so the trail in this database proves nothing afterwards.
CREATE EXTENSION governance;
ALTER TABLE governance.audit_events DISABLE TRIGGER append_only;
ALTER TABLE governance.incidents DISABLE TRIGGER guard;
INSERT INTO governance.incidents (category, severity, title, resource, status, reported_at, resolved_at, resolution)
SELECT (ARRAY['safety', 'security', 'performance', 'reliability'])[1 + i % 4],
    (ARRAY['critical', 'error', 'warning', 'info'])[1 + (i * 7) % 4], 'incident ' || i, 'model' || i % 100,
    CASE WHEN i % 10 = 0 THEN 'open' ELSE 'closed' END, now() - i * interval '26 seconds',
    CASE WHEN i % 10 = 0 THEN NULL ELSE now() - i * interval '25 seconds' END, 'done'
FROM generate_series(1, 100000) AS i;
INSERT INTO governance.audit_events (event_id, incarnation, occurred_at, xid, actor, evidence, db_role, session_role,
    event_type, action, resource, resource_type, outcome, old_row, new_row, changes, leaf_hash) OVERRIDING SYSTEM VALUE
SELECT 1000 + i, 1, now() - interval '30 days' + i * interval '2.58 seconds', pg_current_xact_id(), 'user' || i % 500, 'session', 'app', 'app',
    k.kind || '.' || k.verb, k.verb, k.kind || '/' || k.id, k.kind, CASE k.kind WHEN 'access' THEN 'denied' ELSE 'success' END,
    CASE k.verb WHEN 'resolve' THEN '{"severity": "warning", "status": "acknowledged", "affected_count": 1}'::jsonb END,
    jsonb_build_object('user_id', 'user' || i % 2000, 'role', 'operator', 'filler', repeat('x', 200), 'i', i), '{"a": 1}',
    decode(repeat('ab', 32), 'hex')
FROM generate_series(1, 1000000) AS i,
    LATERAL (SELECT CASE i % 10 WHEN 0 THEN 'access' WHEN 1 THEN 'incident' WHEN 2 THEN 'incident' WHEN 3 THEN 'user_role' ELSE 'deployment' END,
        CASE i % 10 WHEN 1 THEN 'report' WHEN 2 THEN 'resolve' WHEN 3 THEN 'assign' WHEN 0 THEN 'denied' ELSE 'deploy' END,
        CASE i % 10 WHEN 3 THEN 'user' || i % 2000 || ':operator' ELSE (i / 10)::text END) AS k(kind, verb, id);
ALTER TABLE governance.incidents ENABLE ALWAYS TRIGGER guard;
ALTER TABLE governance.audit_events ENABLE ALWAYS TRIGGER append_only;
VACUUM ANALYZE governance.audit_events;
VACUUM ANALYZE governance.incidents;
