-- OpenSLO: what goes out keeps the rules of its readers, what comes in goes out
-- again, what cannot be kept is refused by its key.  With targets that are not
-- there: sla_no_target.sql.
\set VERBOSITY terse
\pset format unaligned

-- Each document of an export, and what OpenSLO's Go SDK (v0.9.2) refuses in it.
CREATE FUNCTION pg_temp.documents(exported jsonb)
RETURNS SETOF jsonb LANGUAGE sql AS $$
    SELECT * FROM jsonb_array_elements(CASE jsonb_typeof(exported) WHEN 'array' THEN exported ELSE jsonb_build_array(exported) END);
$$;
CREATE FUNCTION pg_temp.faults(exported jsonb)
RETURNS text LANGUAGE sql AS $$
    WITH d AS (SELECT v, v -> 'spec' AS spec, v #> '{spec,indicator,spec}' AS sli, v #> '{spec,timeWindow,0}' AS w FROM pg_temp.documents(exported) AS v),
    o AS (SELECT d.*, x AS o FROM d, jsonb_array_elements(spec -> 'objectives') AS x),
    label(re) AS (VALUES ('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'))
    SELECT string_agg(fault, '; ') FROM (
        SELECT 'version or kind' FROM d WHERE v ->> 'apiVersion' <> 'openslo/v1' OR v ->> 'kind' <> 'SLO' OR v ->> 'kind' IS NULL
        UNION ALL SELECT 'name' FROM d, label WHERE (v #>> '{metadata,name}' ~ re) IS NOT TRUE OR v -> 'metadata' ?| '{}'
        UNION ALL SELECT 'name twice' FROM d GROUP BY v #> '{metadata,name}' HAVING count(*) > 1
        UNION ALL SELECT 'displayName' FROM d WHERE length(v #>> '{metadata,displayName}') > 63
        UNION ALL SELECT 'annotation ' || k FROM d, jsonb_each(v #> '{metadata,annotations}') AS a(k, x) WHERE jsonb_typeof(x) <> 'string'
            OR k !~ '^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$'
        UNION ALL SELECT 'description' FROM d WHERE length(spec ->> 'description') > 1050
        UNION ALL SELECT 'service' FROM d WHERE coalesce(spec ->> 'service', '') = ''
        UNION ALL SELECT 'one indicator' FROM d WHERE (spec -> 'indicator' IS NULL) = (spec -> 'indicatorRef' IS NULL)
        UNION ALL SELECT 'indicator name' FROM d, label WHERE coalesce(spec #>> '{indicator,metadata,name}', spec ->> 'indicatorRef') !~ re OR spec ? 'indicator' AND spec #> '{indicator,metadata,name}' IS NULL
        UNION ALL SELECT 'one metric' FROM d WHERE spec ? 'indicator' AND (sli ? 'thresholdMetric') = (sli ? 'ratioMetric')
        UNION ALL SELECT 'ratio' FROM d WHERE sli ? 'ratioMetric' AND NOT (sli -> 'ratioMetric' ? 'total' AND (sli -> 'ratioMetric' ? 'good') <> (sli -> 'ratioMetric' ? 'bad') OR sli -> 'ratioMetric' ?& '{raw,rawType}')
        UNION ALL SELECT 'source' FROM d, jsonb_path_query(spec, '$.indicator.spec.**.metricSource') AS m WHERE coalesce(m -> 'spec', '{}') = '{}'
        UNION ALL SELECT 'budgetingMethod' FROM d WHERE spec ->> 'budgetingMethod' IS DISTINCT FROM 'Occurrences'
        UNION ALL SELECT 'one window' FROM d WHERE (jsonb_array_length(spec -> 'timeWindow') = 1) IS NOT TRUE
        UNION ALL SELECT 'window' FROM d WHERE coalesce((w -> 'isRolling')::boolean, false) = (w ? 'calendar') OR (w ->> 'duration' ~ '^[0-9]+[mhdwMQY]$') IS NOT TRUE
        UNION ALL SELECT 'calendar' FROM d WHERE w ? 'calendar' AND (w #>> '{calendar,startTime}' ~ '^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$' AND w #> '{calendar,timeZone}' IS NOT NULL) IS NOT TRUE
        UNION ALL SELECT 'no objective' FROM d WHERE (jsonb_array_length(spec -> 'objectives') > 0) IS NOT TRUE
        UNION ALL SELECT 'target' FROM o WHERE (o ? 'target') = (o ? 'targetPercent') OR NOT (coalesce((o -> 'target')::numeric * 100, (o -> 'targetPercent')::numeric) >= 0 AND coalesce((o -> 'target')::numeric * 100, (o -> 'targetPercent')::numeric) < 100)
        UNION ALL SELECT 'op beside a ratio' FROM o WHERE sli ? 'ratioMetric' AND o ?| '{op,value}'
        UNION ALL SELECT 'no op of a threshold' FROM o WHERE sli ? 'thresholdMetric' AND NOT (o ?& '{op,value}' AND o ->> 'op' IN ('lte', 'lt', 'gte', 'gt'))
        UNION ALL SELECT 'one objective of a threshold' FROM d WHERE sli ? 'thresholdMetric' AND jsonb_array_length(spec -> 'objectives') <> 1
        UNION ALL SELECT 'key ' || k FROM d, jsonb_object_keys(v) AS k WHERE k NOT IN ('apiVersion', 'kind', 'metadata', 'spec')
    ) AS f(fault);
$$;
-- into another resource
CREATE FUNCTION pg_temp.renamed(exported jsonb, id text)
RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE jsonb_typeof(exported) WHEN 'array' THEN jsonb_agg(d) ELSE jsonb_agg(d) -> 0 END
    FROM (SELECT jsonb_set(d, '{metadata,annotations,governance/resource_id}', to_jsonb(id)) FROM pg_temp.documents(exported) AS d) AS r(d);
$$;
CREATE FUNCTION pg_temp.round(type text, id text, OUT documents int, OUT faults text, OUT same boolean, OUT again boolean)
LANGUAGE plpgsql AS $$
DECLARE
    copy text := left(id, 120) || '_copy';
    exported jsonb := gov_sla_export_openslo(type, id);
BEGIN
    PERFORM gov_sla_import_openslo(pg_temp.renamed(exported, copy));
    documents := (SELECT count(*) FROM pg_temp.documents(exported));
    faults := coalesce(pg_temp.faults(exported), '-');
    same := (SELECT count(DISTINCT (response_time_p95, response_time_p99, availability_target, error_rate_target, max_downtime_hours,
            incident_response_minutes, incident_resolution_hours, window_days, metadata)) = 1 AND count(*) = 2
        FROM governance.sla_targets WHERE resource_type = type AND resource_id IN (id, copy) AND valid_to IS NULL);
    again := pg_temp.renamed(gov_sla_export_openslo(type, copy), 'x') = pg_temp.renamed(exported, 'x');
END
$$;

SELECT revision FROM gov_define_sla('model', 'Open_SLO.1', 250, 750, 99.95, 0.07, 20, 8, 28, '{"team": "risk", "n": 1.50}');
SELECT jsonb_pretty(gov_sla_export_openslo('model', 'Open_SLO.1'));
SELECT * FROM pg_temp.round('model', 'Open_SLO.1');

-- what is exported comes back, to the last figure, whatever the session shows
SET extra_float_digits = -10;
SELECT d.revision, d.resource_id, r.*
FROM (SELECT 1 AS no, t.* FROM gov_define_sla('system', 'open_odd', 0.1, 1234567.891, 99.999, 0.001, window_days => 31, metadata => '{"window": "calendar"}') AS t
    UNION ALL SELECT 2, t.* FROM gov_define_sla('system', 'open_exact', 1e-7, 1e15, availability_target => 100.0 / 3, error_rate_target => 0.1::float8 + 0.2::float8) AS t
    UNION ALL SELECT 3, t.* FROM gov_define_sla('system', 'open_all', availability_target => 100, error_rate_target => 0) AS t
    UNION ALL SELECT 4, t.* FROM gov_define_sla('system', 'open_nearly', availability_target => 99.99999, error_rate_target => 0.00001) AS t
    UNION ALL SELECT 5, t.* FROM gov_define_sla('system', 'open_errors', NULL, NULL, NULL, 0) AS t
    UNION ALL SELECT 6, t.* FROM gov_define_sla('system', 'open_most', NULL, NULL, 100, 100) AS t
    UNION ALL SELECT 7, t.* FROM gov_define_sla('usecase', 'open_p99', NULL, 5, NULL, NULL) AS t
    UNION ALL SELECT 8, t.* FROM gov_define_sla('usecase', repeat('Long', 32), window_days => 1, metadata => '{"window": "calendar"}') AS t
    UNION ALL SELECT 9, t.* FROM gov_define_sla('usecase', 'o', window_days => 366, metadata => '{"window": "calendar", "quoted": "\"\u00e9\\n"}') AS t
    UNION ALL SELECT 10, t.* FROM gov_define_sla('system', 'open_ten', window_days => 10, metadata => '{"window": "calendar"}') AS t
    ) AS d, pg_temp.round(d.resource_type, d.resource_id) AS r
ORDER BY d.no;
RESET extra_float_digits;
SELECT jsonb_path_query_array(gov_sla_export_openslo('system', 'open_all'), '$[0].spec.objectives[*].targetPercent') AS just_below,
    gov_sla_export_openslo('system', 'open_all') #> '{0,metadata,annotations}' ->> 'governance/availability_target' AS availability,
    gov_sla_export_openslo('system', 'open_all') #> '{0,metadata,annotations}' ->> 'governance/error_rate_target' AS error_rate;
-- names of other resources are other names
SELECT gov_sla_export_openslo('usecase', 'open_p99') #>> '{metadata,name}' AS name,
    gov_sla_export_openslo('usecase', repeat('Long', 32)) #>> '{0,metadata,name}' AS long
UNION ALL SELECT gov_sla_export_openslo('usecase', d.resource_id) #>> '{0,metadata,name}', NULL FROM (VALUES ('open.p99'), ('OPEN-P99'), ('open-p99')) AS x(id), gov_define_sla('usecase', x.id) AS d;
-- without one target there is no document
SELECT revision FROM gov_define_sla('system', 'open_none', NULL, NULL, NULL, NULL);
SELECT gov_sla_export_openslo('system', 'open_none');
SELECT gov_sla_import_openslo(gov_sla_export_openslo('system', 'open_none'));   -- 22023

-- somebody else's document: a system by its service; what it does not say is not promised
CREATE TEMP TABLE foreign_document AS SELECT jsonb '{
    "apiVersion": "openslo/v1", "kind": "SLO",
    "metadata": {"name": "checkout-good", "displayName": "Checkout, zufrieden", "labels": {"team": ["a", "b"], "env": "prod"}, "annotations": {"example.com/tier": "1"}},
    "spec": {"description": "Customers get an answer that is good.", "service": "checkout",
        "indicator": {"metadata": {"name": "checkout-ok"}, "spec": {"ratioMetric": {"counter": true,
            "good": {"metricSource": {"metricSourceRef": "prometheus", "type": "Prometheus", "spec": {"query": "sum(ok)", "step": [1, {"x": null}]}}},
            "total": {"metricSource": {"metricSourceRef": "prometheus", "type": "Prometheus", "spec": {"query": "sum(all)"}}}}}},
        "budgetingMethod": "Occurrences", "timeWindow": [{"duration": "4w", "isRolling": true}],
        "objectives": [{"displayName": "good answers", "target": 0.9995}]}}' AS d;
SELECT resource_type, resource_id, response_time_p95, response_time_p99, availability_target, error_rate_target, max_downtime_hours, incident_response_minutes, window_days, metadata
FROM foreign_document, gov_sla_import_openslo(d);
SELECT gov_sla_export_openslo('system', 'checkout') = d AS as_it_came, pg_temp.faults(gov_sla_export_openslo('system', 'checkout')) AS faults FROM foreign_document;
SELECT availability_target, openslo FROM gov_define_sla('system', 'checkout');   -- a new promise, of which that document says nothing
SELECT gov_sla_export_openslo('system', 'checkout') #>> '{0,metadata,name}' AS name;
-- what a document leaves out of OpenSLO's rules is added when it goes out
SELECT response_time_p95, response_time_p99, availability_target, error_rate_target, window_days
FROM gov_sla_import_openslo('{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x", "annotations": null},
    "spec": {"service": "open_bare", "budgetingMethod": "Occurrences", "objectives": [{"target": 1}, {"displayName": "error_rate", "targetPercent": 99.5}]}}');
SELECT jsonb_pretty(gov_sla_export_openslo('system', 'open_bare')), pg_temp.faults(gov_sla_export_openslo('system', 'open_bare')) AS faults;
SELECT response_time_p95, response_time_p99, availability_target, error_rate_target, window_days, metadata
FROM gov_sla_import_openslo('{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x"},
    "spec": {"service": "open_latency", "budgetingMethod": "Occurrences", "alertPolicies": [],
        "timeWindow": [{"duration": "1M", "calendar": {"startTime": "2026-01-01 00:00:00", "timeZone": "UTC"}}],
        "objectives": [{"op": "lte", "value": 2000, "target": 0.95}]}}');
SELECT gov_sla_export_openslo('system', 'open_latency') #> '{spec,indicator}' AS indicator, gov_sla_export_openslo('system', 'open_latency') #> '{spec,timeWindow}' AS window,
    pg_temp.faults(gov_sla_export_openslo('system', 'open_latency')) AS faults;
SELECT availability_target FROM gov_sla_import_openslo('{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x"},
    "spec": {"service": "open_ref", "indicatorRef": "known-elsewhere", "budgetingMethod": "Occurrences", "timeWindow": [{"duration": "720h"}], "objectives": [{"targetPercent": 99.9}]}}');
SELECT gov_sla_export_openslo('system', 'open_ref') -> 'spec' AS spec, pg_temp.faults(gov_sla_export_openslo('system', 'open_ref')) AS faults;

-- refused, each with its key
CREATE FUNCTION pg_temp.tried(document jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text; hint text; target governance.sla_targets;
BEGIN
    target := gov_sla_import_openslo(document);
    RETURN format('taken: %s days', target.window_days) || CASE WHEN target.metadata ? 'window' THEN ' by the calendar' ELSE '' END;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || coalesce(nullif(detail, ''), SQLERRM) || coalesce(' | ' || nullif(hint, ''), '');
END
$$;
-- a value put at a path of a document that is taken, or nothing
CREATE FUNCTION pg_temp.changed(path text[], value jsonb)
RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.tried(CASE WHEN value IS NULL THEN d #- path ELSE jsonb_set(d, path, value) END)
    FROM (SELECT jsonb '{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x", "labels": {}, "annotations": {}},
        "spec": {"service": "open_refused", "budgetingMethod": "Occurrences", "timeWindow": [{"duration": "30d", "isRolling": true}],
            "indicator": {"metadata": {"name": "i"}, "spec": {"ratioMetric": {"counter": true, "good": {"metricSource": {"spec": {"q": 1}}}, "total": {"metricSource": {"spec": {"q": 1}}}}}},
            "objectives": [{"targetPercent": 99}]}}') AS base(d);
$$;
SELECT pg_temp.changed('{metadata,labels}', '{}') AS base;
SELECT path, value, pg_temp.changed(path::text[], value::jsonb) FROM (VALUES
    ('{apiVersion}', NULL), ('{apiVersion}', '"openslo/v2alpha"'), ('{apiVersion}', '1'), ('{kind}', '"SLI"'), ('{kind}', NULL), ('{kind}', '["SLO"]'),
    ('{metadata}', NULL), ('{metadata}', '7'), ('{metadata,name}', NULL), ('{metadata,name}', 'null'), ('{metadata,name}', '"Not A Name"'), ('{metadata,name}', '""'),
    ('{metadata,name}', '"a.b"'), ('{metadata,nmae}', '"x"'), ('{metadata,displayName}', '5'), ('{metadata,labels,team}', '{"a": "b"}'), ('{metadata,labels,team}', '["a", 1]'),
    ('{metadata,labels,team}', '[["a"]]'), ('{metadata,labels,a b}', '"x"'), ('{metadata,annotations,k}', '1'), ('{metadata,annotations,k}', '["x"]'), ('{metadata,annotations,a/b/c}', '"x"'),
    ('{metadata,annotations,governance/resource_typ}', '"model"'), ('{metadata,annotations,governance/resource_type}', '"engine"'), ('{metadata,annotations,governance/resource_id}', '"no name"'),
    ('{metadata,annotations,governance/metadata}', '"[]"'), ('{metadata,annotations,governance/metadata}', '"{"'), ('{metadata,annotations,governance/metadata}', '"{\"a\": \"\\u0000\"}"'),
    ('{metadata,annotations,governance/window_days}', '"many"'), ('{metadata,annotations,governance/window_days}', '"31"'), ('{metadata,annotations,governance/incident_response_minutes}', '"0"'),
    ('{metadata,annotations,governance/incident_response_minutes}', '"-5"'), ('{metadata,annotations,governance/incident_resolution_hours}', '"99999999999999999999"'),
    ('{metadata,annotations,governance/availability_target}', '"100"'), ('{metadata,annotations,governance/error_rate_target}', '"0"'),
    ('{spec}', NULL), ('{spec}', '[]'), ('{spec,service}', NULL), ('{spec,service}', '"no name"'), ('{spec,descrption}', '"x"'), ('{spec,alertPolicies}', '["page"]'), ('{spec,alertPolicies}', '{}'),
    ('{spec,budgetingMethod}', '"Timeslices"'), ('{spec,budgetingMethod}', NULL), ('{spec,indicatorRef}', '"other"'), ('{spec,indicator}', '{"metadata": {"name": "x"}}'),
    ('{spec,indicator,metadata}', NULL), ('{spec,indicator,spec,thresholdMetric}', '{"metricSource": {"spec": {"query": "cpu_load"}}}'),
    ('{spec,indicator,spec}', '{"thresholdMetric": {"metricSource": {"type": "Prometheus", "spec": {"query": "cpu_load"}}}}'),
    ('{spec,indicator,spec}', '{"thresholdMetric": {"metricSource": {"type": "governance", "spec": {"relation": "governance.sla_observations", "column": "cpu"}}}}'),
    ('{spec,indicator,spec,ratioMetric,total}', NULL), ('{spec,indicator,spec,ratioMetric,bad}', '{"metricSource": {"spec": {"q": 1}}}'), ('{spec,indicator,spec,ratioMetric,goood}', '{}'),
    ('{spec,indicator,spec,ratioMetric,raw}', '{"metricSource": {"spec": {"q": 1}}}'), ('{spec,indicator,spec,ratioMetric}', '{"raw": {"metricSource": {"spec": {"q": 1}}}}'),
    ('{spec,indicator,spec,ratioMetric}', '{"raw": {"metricSource": {"spec": {"q": 1}}}, "rawType": "maybe"}'), ('{spec,indicator,spec,ratioMetric,good}', '{"metricSource": {"spec": {}}}'),
    ('{spec,indicator,spec,ratioMetric,good,metricSource}', '{"type": "x"}'), ('{spec,indicator,spec,ratioMetric,good}', '{}'), ('{spec,indicator,spec,ratioMetric,counter}', '"yes"'),
    ('{spec,objectives}', '[]'), ('{spec,objectives}', NULL), ('{spec,objectives}', '"99"'), ('{spec,objectives}', '[99]'),
    ('{spec,objectives,0}', '{"target": 0.9, "targetPercent": 90}'), ('{spec,objectives,0}', '{"displayName": "x"}'), ('{spec,objectives,0,targetPercent}', '100.5'), ('{spec,objectives,0}', '{"target": -0.1}'),
    ('{spec,objectives,0,targetPercent}', '0.999'), ('{spec,objectives,0,targetPercent}', '"99"'), ('{spec,objectives,0,targetPercent}', '99.123456789012345678'), ('{spec,objectives,0,target_percent}', '99'),
    ('{spec,objectives}', '[{"target": 0.9}, {"target": 0.99}]'), ('{spec,objectives,0,op}', '"gt"'), ('{spec,objectives,0,value}', '70'), ('{spec,objectives,0,compositeWeight}', '-2'),
    ('{spec,objectives,0,indicatorRef}', '"other"'), ('{spec,objectives,0,indicator}', '{}'), ('{spec,objectives,0,timeSliceTarget}', '0.9'), ('{spec,objectives,0,timeSliceWindow}', '"1m"'),
    ('{spec,timeWindow}', '[]'), ('{spec,timeWindow}', '[{"duration": "30d"}, {"duration": "1d"}]'), ('{spec,timeWindow,0,duration}', NULL), ('{spec,timeWindow,0,isRolling}', '"true"'),
    ('{spec,timeWindow,0,isRolling}', 'false'), ('{spec,timeWindow,0,calendar}', '{"startTime": "2026-01-01 00:00:00", "timeZone": "UTC"}'), ('{spec,timeWindow,0,from}', '"now"')) AS v(path, value);
-- response times, without an indicator of another kind
CREATE FUNCTION pg_temp.latency(objectives jsonb)
RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.tried(jsonb_build_object('apiVersion', 'openslo/v1', 'kind', 'SLO', 'metadata', '{"name": "x"}'::jsonb,
        'spec', jsonb_build_object('service', 'open_refused', 'budgetingMethod', 'Occurrences', 'objectives', objectives)));
$$;
SELECT value, pg_temp.latency(value::jsonb) FROM (VALUES ('[{"op": "lte", "value": 70, "target": 0.99}]'), ('[{"op": "gte", "value": 1, "target": 0.95}]'), ('[{"op": "lte", "target": 0.95}]'),
    ('[{"value": 5, "target": 0.95}]'), ('[{"op": "lte", "value": 100, "target": 0.9}]'), ('[{"op": "lte", "value": -1, "target": 0.95}]'), ('[{"op": "lte", "value": 0, "target": 0.95}]'),
    ('[{"op": "lte", "value": 1e400, "target": 0.95}]'), ('[{"op": "lte", "value": 1, "target": 0.95}, {"op": "lte", "value": 2, "target": 0.99}]'),
    ('[{"target": 0.95}, {"op": "lte", "value": 2, "target": 0.99}]'), ('[{"op": "lte", "value": 2, "target": 0.99}, {"target": 0.95}]')) AS v(value);

-- durations, as of a window that rolls
SELECT value, pg_temp.changed('{spec,timeWindow,0,duration}', to_jsonb(value)) FROM unnest(ARRAY['1d', '30d', '366d', '367d', '0d', '-1d', '+1d', '1.5d', ' 1d', '1d ', 'd', '', '30', '4w', '52w', '53w', '1M', '12M',
    '13M', '1Q', '4Q', '5Q', '1Y', '2Y', '720h', '25h', '24h', '8784h', '8808h', '1440m', '90m', '12h', '1y', '1D', '5Y', '01d', '4294967297d', '18446744073709551617d', '99999999999999999999999Y', '9223372036854775807w']) AS value;
-- windows by the calendar
SELECT duration, start, zone, pg_temp.changed('{spec,timeWindow,0}', jsonb_build_object('duration', duration, 'isRolling', false, 'calendar', jsonb_strip_nulls(jsonb_build_object('startTime', start, 'timeZone', zone))))
FROM (VALUES ('1M', '2026-01-01 00:00:00', 'UTC'), ('1d', '2026-02-28 00:00:00', 'Etc/UTC'), ('1w', '2026-01-05 00:00:00', 'UTC'), ('1w', '2026-01-06 00:00:00', 'UTC'), ('1Q', '2026-04-01 00:00:00', 'UTC'),
    ('1Q', '2026-05-01 00:00:00', 'UTC'), ('1Y', '2025-01-01 00:00:00', 'UTC'), ('1Y', '2025-07-01 00:00:00', 'UTC'), ('1M', '2026-01-15 00:00:00', 'UTC'), ('1M', '2026-01-01 12:30:00', 'UTC'),
    ('1M', '2199-01-01 00:00:00', 'UTC'), ('1d', '2026-02-30 00:00:00', 'UTC'), ('1d', '2024-02-29 00:00:00', 'UTC'), ('1M', '2026-13-01 00:00:00', 'UTC'), ('1M', '2026-01-01T00:00:00Z', 'UTC'), ('1M', '2026-01-01', 'UTC'),
    ('1M', 'soon', 'UTC'), ('1M', NULL, 'UTC'), ('1M', '2026-01-01 00:00:00', NULL), ('1M', '2026-01-01 00:00:00', 'Europe/Vienna'), ('2M', '2026-01-01 00:00:00', 'UTC'), ('30d', '2026-01-01 00:00:00', 'UTC'),
    ('24h', '2026-01-01 00:00:00', 'UTC'), ('1M', '-026-01-01 00:00:00', 'UTC'), ('1d', '0000-01-01 00:00:00', 'UTC')) AS v(duration, start, zone);

-- lists: of one resource, alike, and each thing once
CREATE FUNCTION pg_temp.listed(changes text[])
RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.tried(jsonb_agg(d || jsonb_build_object('metadata', (d -> 'metadata') || (c -> 'metadata'), 'spec', (d -> 'spec') || (c -> 'spec')) ORDER BY n))
    FROM (SELECT jsonb '{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x"}, "spec": {"service": "open_listed", "budgetingMethod": "Occurrences"}}') AS base(d),
        (SELECT '{"metadata": {}, "spec": {}}'::jsonb || x::jsonb, n FROM unnest(changes) WITH ORDINALITY AS u(x, n)) AS changed(c, n);
$$;
SELECT changes, pg_temp.listed(changes) FROM (VALUES
    (ARRAY['{"spec": {"objectives": [{"target": 0.99}]}}', '{"spec": {"objectives": [{"op": "lte", "value": 5, "target": 0.99}]}}']),
    (ARRAY['{"spec": {"objectives": [{"target": 0.99}]}}', '{"spec": {"objectives": [{"target": 0.95}]}}']),
    (ARRAY['{"spec": {"objectives": [{"target": 0.99}]}}', '{"spec": {"service": "open_other", "objectives": [{"op": "lte", "value": 5, "target": 0.99}]}}']),
    (ARRAY['{"spec": {"objectives": [{"target": 0.99}]}}', '{"spec": {"timeWindow": [{"duration": "7d", "isRolling": true}], "objectives": [{"op": "lte", "value": 5, "target": 0.99}]}}']),
    (ARRAY['{"spec": {"objectives": [{"target": 0.99}]}}', '{"metadata": {"annotations": {"governance/metadata": "{}"}}, "spec": {"objectives": [{"op": "lte", "value": 5, "target": 0.99}]}}']),
    (ARRAY['{"spec": {"objectives": [{"target": 0.99}]}}', '{"metadata": {"annotations": {"governance/resource_type": "model"}}, "spec": {"objectives": [{"op": "lte", "value": 5, "target": 0.99}]}}']),
    (ARRAY['{"spec": {"objectives": [{"target": 0.99}]}}', '{"metadata": {"annotations": {"governance/incident_response_minutes": "15"}}, "spec": {"objectives": [{"op": "lte", "value": 5, "target": 0.99}]}}']),
    (ARRAY['{"spec": {"objectives": [{"op": "lte", "value": 5, "target": 0.95}]}}', '{"spec": {"objectives": [{"op": "lte", "value": 4, "target": 0.99}]}}']),
    (ARRAY['{"spec": {"objectives": [{"target": 0.99}]}}', '{"spec": {"objectiv": 1}}'])) AS v(changes);
SELECT pg_temp.tried('[[]]'), pg_temp.tried('["x"]'), pg_temp.tried('[null]');

-- too large, and what is no document at all; nothing of it is kept
SELECT pg_temp.tried(jsonb_set(d, '{spec,indicator,metadata,annotations}', jsonb_build_object('k', repeat('x', 10 * 1024 * 1024)))) FROM foreign_document;
SELECT gov_sla_import_openslo('{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "\u0000"}}');   -- 22P05, by PostgreSQL
SELECT gov_sla_import_openslo(NULL);                        -- 22023
SELECT gov_sla_import_openslo('7');                         -- 22023
SELECT gov_sla_import_openslo('[]');                        -- 22023
SELECT gov_sla_export_openslo('model', 'open_nothing');     -- 42704
SELECT gov_sla_export_openslo('engine', 'open_copy');       -- 22023
SELECT resource_id, max(revision) > 0 AS kept FROM governance.sla_targets WHERE resource_id IN ('open_other', 'no name', 'x') GROUP BY 1;
CREATE ROLE regress_openslo_guest;
SELECT user_id FROM gov_create_user('openslo_guest', NULL, 'regress_openslo_guest');
SET ROLE regress_openslo_guest;
SELECT gov_sla_export_openslo('model', 'Open_SLO.1') #>> '{0,kind}' AS kind;
SELECT gov_sla_import_openslo('{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x"}, "spec": {"service": "open_guest", "budgetingMethod": "Occurrences", "objectives": [{"target": 0.9}]}}');  -- 42501
RESET ROLE;
SELECT is_active FROM gov_deactivate_user('openslo_guest');
UPDATE governance.users SET db_role = NULL WHERE user_id = 'openslo_guest';
DROP ROLE regress_openslo_guest;
