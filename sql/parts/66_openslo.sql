-- Service levels as OpenSLO documents.

CREATE FUNCTION governance.require_sla(resource_type text, resource_id text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_require_sla'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.require_sla(text, text) IS
'22023 unless the arguments name a resource, 42501 unless an active user acts, 42704 unless a service level is defined for it.';

CREATE FUNCTION @extschema@.gov_sla_export_openslo(
    resource_type text,
    resource_id text)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.require_sla(gov_sla_export_openslo.resource_type, gov_sla_export_openslo.resource_id);
    SELECT pg_catalog.jsonb_build_object(
        'apiVersion', 'openslo/v1',
        'kind', 'SLO',
        'metadata', pg_catalog.jsonb_build_object(
            -- as much of the id as RFC 1123 lets a name have
            'name', pg_catalog.rtrim(pg_catalog.left(t.resource_type || '-' || pg_catalog.regexp_replace(pg_catalog.lower(t.resource_id), '[^a-z0-9]+', '-', 'g'), 63), '-'),
            'displayName', t.resource_id,
            'annotations', pg_catalog.jsonb_build_object(
                'governance/resource_type', t.resource_type,
                'governance/resource_id', t.resource_id,
                'governance/incident_response_minutes', t.incident_response_minutes::text,
                'governance/incident_resolution_hours', t.incident_resolution_hours::text,
                'governance/window_days', t.window_days::text,
                'governance/metadata', t.metadata::text)),
        'spec', pg_catalog.jsonb_build_object(
            'description', 'Service level of ' || t.resource_type || ' ' || t.resource_id || ', revision ' || t.revision || '.',
            'service', t.resource_id,
            'indicator', pg_catalog.jsonb_build_object(
                'metadata', pg_catalog.jsonb_build_object('name', 'observations'),
                'spec', pg_catalog.jsonb_build_object(
                    'ratioMetric', pg_catalog.jsonb_build_object(
                        'counter', true,
                        'good', pg_catalog.jsonb_build_object('metricSource', pg_catalog.jsonb_build_object(
                            'type', 'governance', 'spec', pg_catalog.jsonb_build_object('relation', 'governance.sla_observations', 'where', 'success'))),
                        'total', pg_catalog.jsonb_build_object('metricSource', pg_catalog.jsonb_build_object(
                            'type', 'governance', 'spec', pg_catalog.jsonb_build_object('relation', 'governance.sla_observations')))))),
            'timeWindow', pg_catalog.jsonb_build_array(
                CASE WHEN t.metadata ->> 'window' = 'calendar'
                THEN pg_catalog.jsonb_build_object(
                    'duration', CASE WHEN t.window_days = 1 THEN '1d' WHEN t.window_days = 7 THEN '1w'
                        WHEN t.window_days BETWEEN 90 AND 92 THEN '1Q' WHEN t.window_days >= 365 THEN '1Y' ELSE '1M' END,
                    'calendar', pg_catalog.jsonb_build_object('startTime', '2024-01-01 00:00:00', 'timeZone', 'UTC'),
                    'isRolling', false)
                ELSE pg_catalog.jsonb_build_object('duration', t.window_days || 'd', 'isRolling', true) END),
            'budgetingMethod', 'Occurrences',
            'objectives', pg_catalog.jsonb_build_array(
                pg_catalog.jsonb_build_object('displayName', 'response_time_p95', 'op', 'lte', 'value', t.response_time_p95, 'targetPercent', 95),
                pg_catalog.jsonb_build_object('displayName', 'response_time_p99', 'op', 'lte', 'value', t.response_time_p99, 'targetPercent', 99),
                pg_catalog.jsonb_build_object('displayName', 'availability', 'targetPercent', t.availability_target),
                -- by its text: 100 - 0.1 per cent is 99.9, not 99.90000000000001
                pg_catalog.jsonb_build_object('displayName', 'error_rate', 'targetPercent', 100 - t.error_rate_target::text::numeric))))
    FROM governance.sla_targets AS t
    WHERE t.resource_type = gov_sla_export_openslo.resource_type
        AND t.resource_id = gov_sla_export_openslo.resource_id
        AND t.valid_to IS NULL;
END;
COMMENT ON FUNCTION @extschema@.gov_sla_export_openslo(text, text) IS
'The target in force as an OpenSLO document (openslo/v1, kind SLO); what OpenSLO has no field for is in its annotations.  Needs an active user; a resource without a service level: 42704.  Source: github.com/OpenSLO/OpenSLO.';

CREATE FUNCTION @extschema@.gov_sla_import_openslo(document jsonb)
RETURNS governance.sla_targets
AS 'MODULE_PATHNAME', 'gov_sla_import_openslo'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_sla_import_openslo(jsonb) IS
'Define a service level by an OpenSLO document (openslo/v1, kind SLO), as gov_define_sla() does; returns the target.  Objectives: response times at most a value for 95 or 99 per cent of the observations, availability, error rate (by displayName).  The resource is that of the annotations, else the system that spec.service names; what is left out has the defaults of gov_define_sla(), the error rate what availability leaves.  A document that asks for anything else is refused, saying what: 22023.  Needs sla:manage.';
