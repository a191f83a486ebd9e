-- What web services read page by page, and others may.

CREATE FUNCTION @extschema@.gov_permissions()
RETURNS TABLE (permission text, description text)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 30
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_actor();
    SELECT c.permission, c.description
    FROM governance.permission_catalog() AS c
    ORDER BY c.permission COLLATE "C";
END;
COMMENT ON FUNCTION @extschema@.gov_permissions() IS
'The permissions there are, and what each allows.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_roles(
    limit_rows int = 100,
    after text = NULL)
RETURNS TABLE (
    role text,
    description text,
    is_builtin boolean,
    created_at timestamptz,
    created_by text,
    permissions text[],
    inherits text[])
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_limit(gov_roles.limit_rows);
    SELECT governance.require_actor();
    SELECT r.role, r.description, r.is_builtin, r.created_at, r.created_by,
        ARRAY(
            SELECT p.permission
            FROM governance.role_permissions AS p
            WHERE p.role = r.role
            ORDER BY p.permission),
        ARRAY(
            SELECT i.inherited_role
            FROM governance.role_inheritance AS i
            WHERE i.role = r.role
            ORDER BY i.inherited_role)
    FROM governance.roles AS r
    WHERE r.role > coalesce(gov_roles.after, '')
    ORDER BY r.role
    LIMIT coalesce(gov_roles.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_roles(int, text) IS
'Roles by name.  Each has the permissions of its own and the roles whose permissions it inherits.  after: the last role of the page before.  limit_rows: 1 to 10000.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_environments(
    limit_rows int = 100,
    after text = NULL)
RETURNS SETOF governance.environments
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_limit(gov_environments.limit_rows);
    SELECT governance.require_actor();
    -- the whole row, so that another column changes nothing
    SELECT e
    FROM governance.environments AS e
    WHERE gov_environments.after IS NULL
        OR (e.rank, e.name) > (
            SELECT a.rank, a.name
            FROM governance.environments AS a
            WHERE a.name = gov_environments.after)
    ORDER BY e.rank, e.name
    LIMIT coalesce(gov_environments.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_environments(int, text) IS
'Environments, the lowest rank first.  after: the last name of the page before; no row where there is none of that name.  limit_rows: 1 to 10000.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_sla_targets(
    resource_type text = NULL,
    limit_rows int = 100,
    after text = NULL)
RETURNS SETOF governance.sla_targets
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 100
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_word('resource_type', gov_sla_targets.resource_type,
            '{model,usecase,system}'),
        governance.check_limit(gov_sla_targets.limit_rows);
    SELECT governance.require_actor();
    SELECT t
    FROM governance.sla_targets AS t
    WHERE t.valid_to IS NULL
        AND (gov_sla_targets.resource_type IS NULL OR t.resource_type = gov_sla_targets.resource_type)
        AND (gov_sla_targets.after IS NULL OR (t.resource_type, t.resource_id) > (
            pg_catalog.split_part(gov_sla_targets.after, '/', 1),
            pg_catalog.split_part(gov_sla_targets.after, '/', 2)))
    ORDER BY t.resource_type, t.resource_id
    LIMIT coalesce(gov_sla_targets.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_sla_targets(text, int, text) IS
'The service levels that are defined, as they are now, by resource.  after: the last resource of the page before, as model/risk.  limit_rows: 1 to 10000.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_audit_page(
    user_id text = NULL,
    resource text = NULL,
    since timestamptz = NULL,
    until timestamptz = NULL,
    limit_rows int = 100,
    after text = NULL)
RETURNS SETOF governance.audit_events
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 100
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    -- The trail ends before a moment, so rows of that moment come again and are dropped.
    SELECT e
    FROM (
        SELECT pg_catalog.to_timestamp(pg_catalog."substring"(gov_audit_page.after, '^(\d{1,18}(?:\.\d{1,17})?)~\d{1,18}$')::float8),
            pg_catalog."substring"(gov_audit_page.after, '~(\d{1,18})$')::bigint
    ) AS last(occurred_at, event_id)
    CROSS JOIN LATERAL @extschema@.gov_audit_trail(gov_audit_page.user_id, gov_audit_page.resource, gov_audit_page.since,
        least(gov_audit_page.until, last.occurred_at + interval '1 microsecond'),
        CASE WHEN gov_audit_page.after IS NULL THEN gov_audit_page.limit_rows
            ELSE least(coalesce(gov_audit_page.limit_rows, 100) + 1000, 10000) END) AS e
    WHERE gov_audit_page.after IS NULL OR (e.occurred_at, e.event_id) < (last.occurred_at, last.event_id)
    ORDER BY e.occurred_at DESC, e.event_id DESC
    LIMIT coalesce(gov_audit_page.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_audit_page(text, text, timestamptz, timestamptz, int, text) IS
'As gov_audit_trail(), page by page.  after: when the last event of the page before occurred, in seconds since 1970, and its event_id, as 1795985000.123456~42; no row where it has another form.  Needs audit:read.';

CREATE FUNCTION @extschema@.gov_compliance_reports(
    limit_rows int = 50,
    before bigint = NULL)
RETURNS TABLE (
    report_id bigint,
    report_type text,
    generated_at timestamptz,
    generated_by text,
    period_start timestamptz,
    period_end timestamptz,
    digest text)
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_limit(gov_compliance_reports.limit_rows);
    SELECT governance.require_permission('compliance:report');
    SELECT r.report_id, r.report_type, r.generated_at, r.generated_by, r.period_start, r.period_end, r.digest
    FROM governance.compliance_reports AS r
    WHERE r.report_id < coalesce(gov_compliance_reports.before, 9223372036854775807)
    ORDER BY r.report_id DESC
    LIMIT coalesce(gov_compliance_reports.limit_rows, 50);
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_reports(int, bigint) IS
'Compliance reports that were made, newest first.  What is in them is not here: gov_compliance_report_json() and its fellows have that.  before: the report_id that the page before ended with.  Needs compliance:report.';

CREATE FUNCTION @extschema@.gov_compliance_report_json(report_id bigint)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.report_for_reading(gov_compliance_report_json.report_id);
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_report_json(bigint) IS
'A stored report as gov_compliance_report() returned it.  Needs compliance:report; unknown: 42704.';

CREATE FUNCTION governance.list_evidence(
    control_id text,
    period_start timestamptz,
    period_end timestamptz)
RETURNS SETOF jsonb
AS 'MODULE_PATHNAME', 'gov_list_evidence'
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 100;
COMMENT ON FUNCTION governance.list_evidence(text, timestamptz, timestamptz) IS
'What a control''s query finds in a period, at most 10,000 rows.';

CREATE FUNCTION @extschema@.gov_control_evidence(
    control_id text,
    report_id bigint = NULL)
RETURNS SETOF jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 100
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('control_id', gov_control_evidence.control_id);
    SELECT governance.require_permission('compliance:report');
    SELECT governance.report_for_reading(gov_control_evidence.report_id)
    WHERE gov_control_evidence.report_id IS NOT NULL;
    SELECT e.found
    FROM (
        SELECT r.period_start, r.period_end
        FROM governance.compliance_reports AS r
        WHERE r.report_id = gov_control_evidence.report_id
        UNION ALL
        SELECT pg_catalog.clock_timestamp() - interval '30 days', pg_catalog.clock_timestamp()
        WHERE gov_control_evidence.report_id IS NULL
    ) AS p(period_start, period_end)
    CROSS JOIN LATERAL governance.list_evidence(gov_control_evidence.control_id, p.period_start, p.period_end) AS e(found);
END;
COMMENT ON FUNCTION @extschema@.gov_control_evidence(text, bigint) IS
'What a control''s query finds now.  In the period of a report, else in the last 30 days: an object for each row, at most 10,000, with evidence, is_exception and what else the query has.  A query that fails: 55000.  Needs compliance:report; unknown control or report: 42704.';
