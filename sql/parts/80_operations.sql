-- Running it.

CREATE FUNCTION @extschema@.gov_version()
RETURNS text
AS 'MODULE_PATHNAME', 'gov_version'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_version() IS
'The version of the library.  Warns where the installed SQL script is of another one.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_help(word text DEFAULT '')
RETURNS TABLE (function text, what text, needs text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT p.proname::text,
        pg_catalog.substring(c.comment, '^.*?[.?](?=\s|$)'),
        -- up to the end of the sentence, without the error that it is otherwise
        pg_catalog.regexp_replace(pg_catalog.substring(c.comment, '\mNeeds,? ((?:[^.;:]|:\S)*)'),
            ' \([0-9A-Z]{5}\)', '', 'g')
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND d.refobjid = e.oid AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'
    JOIN pg_catalog.pg_proc AS p ON p.oid = d.objid AND p.pronamespace = e.extnamespace
    CROSS JOIN LATERAL pg_catalog.obj_description(p.oid, 'pg_proc') AS c(comment)
    WHERE e.extname = 'governance'
        AND pg_catalog.strpos(pg_catalog.lower(p.proname || ' ' || c.comment),
            -- once, for a word may be long
            (SELECT pg_catalog.lower(coalesce(gov_help.word, '')))) > 0
    ORDER BY p.proname COLLATE "C";
END;
COMMENT ON FUNCTION @extschema@.gov_help(text) IS
'Functions of the extension that have a word in their name or comment.  In any case, taken literally; by default all, by name.  what is the first sentence of the comment, needs the right; \df+ shows the rest.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_run_maintenance()
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_run_maintenance'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_run_maintenance() IS
'Do once what the background worker does.  {job: {counts, more}}; more: call again; with error where a job failed, which stops no other.  For a scheduler where the library is not preloaded.  Needs system:config.';

CREATE FUNCTION governance.version_problem()
RETURNS text
AS 'MODULE_PATHNAME', 'gov_version_problem'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.version_problem() IS
'What to do where library and SQL script are of different versions; NULL otherwise.';

CREATE FUNCTION governance.worker_problem()
RETURNS text
AS 'MODULE_PATHNAME', 'gov_worker_problem'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.worker_problem() IS
'Why the background worker does not do its work in this database; NULL: it does.';

CREATE FUNCTION @extschema@.gov_repair_sequences()
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_repair_sequences'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_repair_sequences() IS
'Lift the sequences that were set back to what their columns hold.  A subscription to another database''s or setval() sets them back, and governed writes fail with 23505; {sequence: {from, to}}.  Waits for whoever is writing.  Needs system:config.';

CREATE FUNCTION governance.sequence_problems()
RETURNS TABLE (relname text, problem text)
AS 'MODULE_PATHNAME', 'gov_sequence_problems'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.sequence_problems() IS
'The sequences that would give out a number that a row has, each with its table.';

CREATE FUNCTION governance.distributed_tables()
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'gov_distributed_tables'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.distributed_tables() IS
'The extension''s tables that Citus has distributed: their rows lie elsewhere, beside no guard and no trail.';

CREATE FUNCTION governance.is_restoring()
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_restoring_now'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.is_restoring() IS
'Is the database between gov_pre_restore() and gov_post_restore()?';

-- What each component needs. Nothing here fails where a table is missing, because that is what it
-- has to find.
CREATE FUNCTION governance.component_problems()
RETURNS TABLE (component text, problem text)
LANGUAGE sql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE needed(component, relname) AS (
        VALUES ('model_registry', 'models'), ('model_registry', 'model_versions'),
            ('model_registry', 'model_metrics'), ('model_registry', 'model_aliases'),
            ('model_registry', 'approval_history'), ('model_registry', 'environments'),
            ('model_registry', 'deployment_gates'), ('model_registry', 'deployment_history'),
            ('usecase_registry', 'use_cases'), ('usecase_registry', 'usecase_approvals'),
            ('usecase_registry', 'usecase_deployments'), ('usecase_registry', 'usecase_metrics'),
            ('access_control', 'users'), ('access_control', 'roles'),
            ('access_control', 'role_permissions'), ('access_control', 'role_inheritance'),
            ('access_control', 'user_roles'), ('access_control', 'sod_sets'),
            ('access_control', 'api_tokens'), ('access_control', 'access_generation'),
            ('access_control', 'policies'), ('access_control', 'policy_generation'),
            ('compliance_reporter', 'incidents'), ('compliance_reporter', 'incident_events'),
            ('compliance_reporter', 'regulatory_deadlines'), ('compliance_reporter', 'incident_deadlines'),
            ('compliance_reporter', 'compliance_reports'), ('compliance_reporter', 'jurisdictions'),
            ('compliance_reporter', 'holiday_rules'), ('compliance_reporter', 'holidays'),
            ('sla_manager', 'sla_targets'), ('sla_manager', 'sla_measurements'),
            ('sla_manager', 'sla_observations'), ('sla_manager', 'sla_violations'),
            ('sla_manager', 'sla_deltas'), ('sla_manager', 'sla_minutes'),
            ('sla_manager', 'sla_hours'), ('sla_manager', 'sla_days'),
            ('sla_manager', 'maintenance_windows'), ('sla_manager', 'burn_rate_rules'),
            ('sla_manager', 'escalation_rules'), ('sla_manager', 'sla_escalations'),
            ('audit', 'audit_events'), ('audit', 'audit_log'),
            ('worker', 'events')
    ),
    -- a governed table that no component names belongs to the trail
    wanted(component, relname) AS (
        SELECT n.component, n.relname FROM needed AS n
        UNION ALL
        SELECT 'audit', g.relname
        FROM governance.governed_tables() AS g(relname)
        WHERE NOT EXISTS (SELECT FROM needed AS n WHERE n.relname = g.relname)
        UNION ALL
        SELECT 'audit', s.relname
        FROM governance.sealed_tables() AS s(relname)
    ),
    found(component, relname, relid) AS (
        SELECT w.component, w.relname, pg_catalog.to_regclass('governance.' || w.relname)
        FROM wanted AS w
    ),
    installed(component, is_installed) AS (
        SELECT f.component, pg_catalog.bool_or(f.relid IS NOT NULL)
        FROM found AS f
        GROUP BY f.component
    ),
    guards(relname, tgname, function) AS (
        SELECT g.relname, t.tgname, 'governance.guard'
        FROM governance.governed_tables() AS g(relname)
        CROSS JOIN (VALUES ('guard'), ('guard_truncate')) AS t(tgname)
        UNION ALL
        SELECT 'audit_events', t.tgname, 'governance.audit_append_only'
        FROM (VALUES ('append_only'), ('append_only_truncate')) AS t(tgname)
        UNION ALL
        SELECT 'sla_observations', 'counts', 'governance.observations_guard'
        UNION ALL
        SELECT s.relname, t.tgname, 'governance.audit_seal_guard'
        FROM governance.sealed_tables() AS s(relname)
        CROSS JOIN (VALUES ('append_only'), ('append_only_truncate')) AS t(tgname)
    ),
    admin_roles(role) AS (
        SELECT 'admin'::text COLLATE "C"
        UNION
        SELECT i.role
        FROM governance.role_inheritance AS i
        JOIN admin_roles AS a ON i.inherited_role = a.role
    ),
    -- whoever makes a role of that name becomes the user
    roleless(user_id, db_role, n, total) AS (
        SELECT u.user_id, u.db_role, pg_catalog.row_number() OVER (ORDER BY u.user_id),
            pg_catalog.count(*) OVER ()
        FROM governance.users AS u
        WHERE u.is_active AND u.db_role IS NOT NULL
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = u.db_role)
    ),
    -- whoever misses these events learns it only here
    deaf(name, why) AS (
        SELECT c.name,
            CASE WHEN NOT u.is_active THEN 'its user is not active'
                WHEN EXISTS (SELECT FROM roleless AS l WHERE l.user_id = u.user_id)
                    THEN 'the database role of its user does not exist'
                WHEN c.updated_at < pg_catalog.clock_timestamp() - interval '1 hour'
                    AND (SELECT e.published_at
                        FROM governance.events AS e
                        WHERE e.published_no > c.published_no
                        ORDER BY e.published_no
                        LIMIT 1) < pg_catalog.clock_timestamp() - interval '1 hour'
                    THEN 'it has taken none of them for more than an hour'
            END
        FROM governance.event_consumers AS c
        JOIN governance.users AS u ON u.user_id = c.user_id
    )
    SELECT i.component, 'not installed'
    FROM installed AS i
    WHERE NOT i.is_installed
    UNION ALL
    SELECT f.component, 'table governance.' || f.relname || ' is missing'
    FROM found AS f
    JOIN installed AS i ON i.component = f.component
    WHERE i.is_installed AND f.relid IS NULL
    UNION ALL
    SELECT DISTINCT f.component, 'the guard of governance.' || f.relname || ' is off'
    FROM guards AS g
    JOIN found AS f ON f.relname = g.relname
    WHERE f.relid IS NOT NULL
        AND NOT EXISTS (
            SELECT
            FROM pg_catalog.pg_trigger AS t
            WHERE t.tgrelid = f.relid AND t.tgname = g.tgname
                AND t.tgenabled = 'A'
                AND t.tgfoid = pg_catalog.to_regproc(g.function))
    UNION ALL
    SELECT 'access_control', 'no active user holds role admin for good'
    WHERE NOT EXISTS (
        SELECT
        FROM governance.user_roles AS ur
        JOIN admin_roles AS a ON ur.role = a.role
        JOIN governance.users AS u ON u.user_id = ur.user_id
        WHERE u.is_active AND ur.expires_at IS NULL AND ur.delegated_by IS NULL)
    UNION ALL
    SELECT 'access_control', 'no such database role: ' || pg_catalog.string_agg(
            pg_catalog.format('%I of user %s', l.db_role, l.user_id), ', ' ORDER BY l.n)
        || CASE WHEN max(l.total) > 10 THEN ' and of ' || max(l.total) - 10 || ' more' ELSE '' END
    FROM roleless AS l
    WHERE l.n <= 10 AND (@extschema@.gov_can('user:manage') OR @extschema@.gov_can('audit:read'))
    HAVING pg_catalog.count(*) > 0
    UNION ALL
    SELECT 'access_control', 'active users whose database role does not exist: ' || l.total
    FROM roleless AS l
    WHERE l.n = 1 AND NOT (@extschema@.gov_can('user:manage') OR @extschema@.gov_can('audit:read'))
    UNION ALL
    SELECT 'worker', 'events do not reach a consumer' || CASE
            WHEN @extschema@.gov_current_actor() IS NOT NULL
            THEN ': ' || pg_catalog.string_agg(pg_catalog.format('%s (%s)', d.name, d.why), ', ' ORDER BY d.name)
            ELSE '' END
    FROM deaf AS d
    WHERE d.why IS NOT NULL
    HAVING pg_catalog.count(*) > 0
    UNION ALL
    SELECT 'sla_manager', 'governance.sla_observations has another access method and counts nothing:'
        || ' gov_repair_observations() gives it back'
    FROM pg_catalog.pg_class AS c
    WHERE c.oid = pg_catalog.to_regclass('governance.sla_observations')
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_am AS m
            WHERE m.oid = c.relam AND m.amname = 'governance_observations')
    UNION ALL
    SELECT 'sla_manager', 'index ' || CAST(i.indexrelid AS regclass)
        || ' of governance.sla_observations stops VACUUM FULL and REINDEX: drop it'
    FROM pg_catalog.pg_index AS i
    WHERE i.indrelid = pg_catalog.to_regclass('governance.sla_observations')
    UNION ALL
    SELECT 'audit', 'governance.' || d.relname || ' is distributed by Citus: load a dump into a database without it'
    FROM governance.distributed_tables() AS d(relname)
    UNION ALL
    SELECT 'audit', 'governance.audit_log has ' || pg_catalog.count(*) || ' rows instead of one'
    FROM governance.audit_log AS l
    HAVING pg_catalog.count(*) <> 1
    UNION ALL
    SELECT 'audit', 'the database is being restored: gov_post_restore() was not called yet'
    WHERE governance.is_restoring()
    UNION ALL
    SELECT coalesce(n.component, 'audit'), s.problem
    FROM governance.sequence_problems() AS s
    LEFT JOIN needed AS n ON n.relname = s.relname
    UNION ALL
    SELECT 'audit', v.problem
    FROM governance.version_problem() AS v(problem)
    WHERE v.problem IS NOT NULL
    UNION ALL
    SELECT 'worker', w.problem
    FROM governance.worker_problem() AS w(problem)
    WHERE w.problem IS NOT NULL;
END;
COMMENT ON FUNCTION governance.component_problems() IS
'What is wrong, by component: a library of another version, tables missing, guards off, tables distributed by Citus, sequences set back, an access method or an index that stops observing, no admin left, users whose database role is gone, consumers that get no events, the worker not working.';

CREATE FUNCTION @extschema@.gov_health()
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    WITH states(component, state) AS (
        SELECT c.component,
            coalesce('degraded: ' || pg_catalog.string_agg(p.problem, '; ' ORDER BY p.problem COLLATE "C"), 'operational')
        FROM (VALUES ('model_registry'), ('usecase_registry'), ('access_control'),
            ('compliance_reporter'), ('sla_manager'), ('audit'), ('worker')) AS c(component)
        LEFT JOIN governance.component_problems() AS p ON p.component = c.component
        GROUP BY c.component
    )
    SELECT pg_catalog.jsonb_build_object(
        'status', CASE WHEN pg_catalog.bool_and(s.state = 'operational') THEN 'operational' ELSE 'degraded' END,
        'components', pg_catalog.jsonb_object_agg(s.component, s.state))
    FROM states AS s;
END;
COMMENT ON FUNCTION @extschema@.gov_health() IS
'How well each component works.  {status, components}: operational, or degraded and why, found by looking: tables, guards and sequences in the catalogs, a lasting admin, the database roles of active users (by name to who may see users), consumers that events do not reach, the worker''s visits.  Needs nothing.';
