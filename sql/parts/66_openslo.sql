-- Service levels as OpenSLO documents.

CREATE FUNCTION governance.require_sla(resource_type text, resource_id text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_require_sla'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.require_sla(text, text) IS
'22023 unless the arguments name a resource, 42501 unless an active user acts, 42704 unless a service level is defined for it.';

-- What a document needs to be one by OpenSLO's rules: an indicator, a window
-- that says whether it rolls, percentages below 100.
CREATE FUNCTION governance.openslo_complete(document jsonb, window_days int)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH objective AS (
        SELECT o.no, o.value AS v,
            coalesce((o.value -> 'target')::numeric * 100, (o.value -> 'targetPercent')::numeric) >= 100 AS is_all,
            coalesce(o.value ->> 'displayName' = 'error_rate', false) AS is_error_rate
        FROM pg_catalog.jsonb_array_elements(openslo_complete.document #> '{spec,objectives}') WITH ORDINALITY AS o(value, no)
    ),
    -- as openslo.c reads them
    extreme AS (
        SELECT pg_catalog.jsonb_object_agg(
            CASE WHEN o.is_error_rate THEN 'governance/error_rate_target' ELSE 'governance/availability_target' END,
            CASE WHEN o.is_error_rate THEN '0' ELSE '100' END) AS annotations
        FROM objective AS o
        WHERE o.is_all
    )
    SELECT openslo_complete.document || pg_catalog.jsonb_build_object(
        'metadata', (openslo_complete.document -> 'metadata')
            || CASE WHEN x.annotations IS NULL THEN jsonb '{}' ELSE pg_catalog.jsonb_build_object('annotations',
                coalesce(nullif(openslo_complete.document #> '{metadata,annotations}', jsonb 'null'), jsonb '{}') || x.annotations) END,
        'spec', (openslo_complete.document -> 'spec')
            || CASE WHEN coalesce(openslo_complete.document #>> '{spec,indicator}', openslo_complete.document #>> '{spec,indicatorRef}') IS NOT NULL
                THEN jsonb '{}'
                WHEN openslo_complete.document #>> '{spec,objectives,0,op}' IS NOT NULL
                THEN '{"indicator": {"metadata": {"name": "response-time"}, "spec": {"thresholdMetric": {"metricSource":
                    {"type": "governance", "spec": {"relation": "governance.sla_observations", "column": "latency_ms"}}}}}}'
                ELSE '{"indicator": {"metadata": {"name": "observations"}, "spec": {"ratioMetric": {"counter": true,
                    "good": {"metricSource": {"type": "governance", "spec": {"relation": "governance.sla_observations", "where": "success"}}},
                    "total": {"metricSource": {"type": "governance", "spec": {"relation": "governance.sla_observations"}}}}}}}' END
            || pg_catalog.jsonb_build_object(
                'timeWindow', CASE WHEN openslo_complete.document #>> '{spec,timeWindow}' IS NULL
                    THEN pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('duration', openslo_complete.window_days || 'd', 'isRolling', true))
                    ELSE pg_catalog.jsonb_set(openslo_complete.document #> '{spec,timeWindow}', '{0,isRolling}',
                        pg_catalog.to_jsonb(openslo_complete.document #>> '{spec,timeWindow,0,calendar}' IS NULL)) END,
                'objectives', (SELECT pg_catalog.jsonb_agg(
                        CASE WHEN o.is_all THEN (o.v - 'target') || jsonb '{"targetPercent": 99.99999}' ELSE o.v END ORDER BY o.no)
                    FROM objective AS o)))
    FROM extreme AS x;
END;
COMMENT ON FUNCTION governance.openslo_complete(jsonb, int) IS
'A document as OpenSLO demands it: with an indicator, a window that says whether it rolls, and for a target of 100 per cent, which OpenSLO does not have, one just below and an annotation.';

-- The targets of a revision as documents, not complete yet: one of the shares,
-- and one of each response time, which OpenSLO keeps apart.
CREATE FUNCTION governance.openslo_documents(target governance.sla_targets)
RETURNS SETOF jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH slug(whole, plain) AS (
        SELECT (target).resource_type || '-' || (target).resource_id,
            (target).resource_type || '-' || pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.lower((target).resource_id), '[^a-z0-9]+', '-', 'g'), '-')
    ),
    -- as much of the id as RFC 1123 lets a name have; a hash where that is not all of it
    named(name) AS (
        SELECT CASE WHEN s.plain = s.whole AND pg_catalog.length(s.plain) <= 59 THEN s.plain
            ELSE pg_catalog.rtrim(pg_catalog.left(s.plain, 50), '-') || '-'
                || pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to((target).resource_id, 'UTF8')), 'hex'), 8) END
        FROM slug AS s
    ),
    objective(suffix, no, v) AS (
        SELECT o.suffix, o.no, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('displayName', o.name,
            'op', CASE WHEN o.value IS NOT NULL THEN 'lte' END, 'value', o.value, 'targetPercent', o.percent))
        FROM (VALUES
            ('', 1, 'availability', NULL::float8, (target).availability_target::text::numeric),
            -- by its text: 100 - 0.1 per cent is 99.9, not 99.90000000000001
            ('', 2, 'error_rate', NULL, 100 - (target).error_rate_target::text::numeric),
            ('-p95', 1, 'response_time_p95', (target).response_time_p95, CASE WHEN (target).response_time_p95 IS NOT NULL THEN 95 END),
            ('-p99', 1, 'response_time_p99', (target).response_time_p99, CASE WHEN (target).response_time_p99 IS NOT NULL THEN 99 END)
            ) AS o(suffix, no, name, value, percent)
        WHERE o.percent IS NOT NULL
    )
    SELECT pg_catalog.jsonb_build_object(
        'apiVersion', 'openslo/v1',
        'kind', 'SLO',
        'metadata', pg_catalog.jsonb_build_object(
            'name', n.name || o.suffix,
            'displayName', pg_catalog.left((target).resource_id, 63),
            'annotations', pg_catalog.jsonb_build_object(
                'governance/resource_type', (target).resource_type,
                'governance/resource_id', (target).resource_id,
                'governance/incident_response_minutes', (target).incident_response_minutes::text,
                'governance/incident_resolution_hours', (target).incident_resolution_hours::text,
                'governance/window_days', (target).window_days::text,
                'governance/metadata', (target).metadata::text)),
        'spec', pg_catalog.jsonb_build_object(
            'description', 'Service level of ' || (target).resource_type || ' ' || (target).resource_id || ', revision ' || (target).revision || '.',
            'service', (target).resource_id,
            'timeWindow', pg_catalog.jsonb_build_array(
                CASE WHEN (target).metadata ->> 'window' = 'calendar'
                THEN pg_catalog.jsonb_build_object(
                    'duration', CASE WHEN (target).window_days = 1 THEN '1d' WHEN (target).window_days = 7 THEN '1w'
                        WHEN (target).window_days BETWEEN 90 AND 92 THEN '1Q' WHEN (target).window_days >= 365 THEN '1Y' ELSE '1M' END,
                    -- a Monday, and the first day of a year
                    'calendar', '{"startTime": "2024-01-01 00:00:00", "timeZone": "UTC"}'::jsonb)
                ELSE pg_catalog.jsonb_build_object('duration', (target).window_days || 'd') END),
            'budgetingMethod', 'Occurrences',
            'objectives', pg_catalog.jsonb_agg(o.v ORDER BY o.no)))
    FROM objective AS o
    CROSS JOIN named AS n
    GROUP BY n.name, o.suffix
    ORDER BY o.suffix;
END;
COMMENT ON FUNCTION governance.openslo_documents(governance.sla_targets) IS
'The targets of a revision as OpenSLO documents, for openslo_complete().';

-- Each figure as it is, whatever the session shows of numbers.
CREATE FUNCTION @extschema@.gov_sla_export_openslo(
    resource_type text,
    resource_id text)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET extra_float_digits = 1 SET jit = off
BEGIN ATOMIC
    SELECT governance.require_sla(gov_sla_export_openslo.resource_type, gov_sla_export_openslo.resource_id);
    SELECT CASE WHEN pg_catalog.jsonb_array_length(d.list) = 1 AND pg_catalog.jsonb_typeof(t.openslo) IS DISTINCT FROM 'array'
        THEN d.list -> 0 ELSE d.list END
    FROM governance.sla_targets AS t
    CROSS JOIN LATERAL (
        SELECT coalesce(pg_catalog.jsonb_agg(governance.openslo_complete(x.value, t.window_days) ORDER BY x.no), '[]')
        FROM (
            SELECT e.value, e.no
            FROM pg_catalog.jsonb_array_elements(CASE WHEN pg_catalog.jsonb_typeof(t.openslo) = 'object'
                THEN pg_catalog.jsonb_build_array(t.openslo) ELSE t.openslo END) WITH ORDINALITY AS e(value, no)
            UNION ALL
            SELECT g.value, g.no
            FROM governance.openslo_documents(t) WITH ORDINALITY AS g(value, no)
            WHERE t.openslo IS NULL) AS x) AS d(list)
    WHERE t.resource_type = gov_sla_export_openslo.resource_type
        AND t.resource_id = gov_sla_export_openslo.resource_id
        AND t.valid_to IS NULL;
END;
COMMENT ON FUNCTION @extschema@.gov_sla_export_openslo(text, text) IS
'The target in force as OpenSLO (openslo/v1, kind SLO).  The document or documents that it was imported by, else one of availability and error rate and one for each response time, where it has such targets; an array unless it is one document.  What OpenSLO has no field for is in annotations, a target of 100 per cent among it.  Needs an active user; a resource without a service level: 42704.  Source: github.com/OpenSLO/OpenSLO.';

CREATE FUNCTION @extschema@.gov_sla_import_openslo(document jsonb)
RETURNS governance.sla_targets
AS 'MODULE_PATHNAME', 'gov_sla_import_openslo'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_sla_import_openslo(jsonb) IS
'Define a service level by OpenSLO (openslo/v1, kind SLO); the target.  By a document, or by an array of those of one resource, as gov_define_sla() does.  Objectives: shares of good observations (availability; error_rate, by displayName), and response times of observations at most a value for 95 or 99 per cent, each in a document of its own.  A target that no document names is NULL.  The resource is that of the annotations, else the system that spec.service names; a window that is not said is of 30 days.  A key that OpenSLO does not have, and what cannot be kept: 22023, naming the key.  jsonb has one value for each key: of a key given twice the last counts.  Needs sla:manage.';
