-- What web services read of reports and rights, and others may.

CREATE FUNCTION @extschema@.gov_permissions()
RETURNS TABLE (permission text, description text)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 30
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.require_actor();
    SELECT c.permission, c.description
    FROM governance.permission_catalog() AS c
    ORDER BY c.permission COLLATE "C";
END;
COMMENT ON FUNCTION @extschema@.gov_permissions() IS
'The permissions there are, and what each allows.  Needs an active user.';

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
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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
'Compliance reports that were made, newest first, without what is in them: gov_compliance_report_json() and its fellows have that.  before: the report_id that the page before ended with.  Needs compliance:report.';

CREATE FUNCTION @extschema@.gov_compliance_report_json(report_id bigint)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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
'What a control''s query finds now in the period of a report, else in the last 30 days: an object for each row, at most 10,000, with evidence, is_exception and what else the query has.  A query that fails: 55000.  Needs compliance:report; unknown control or report: 42704.';
