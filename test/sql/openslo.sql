-- OpenSLO: what is exported comes back the same; what cannot be kept is
-- refused, saying what.
\set VERBOSITY terse
SELECT revision FROM gov_define_sla('model', 'Open_SLO.1', 250, 750, 99.95, 0.07, 20, 8, 28, '{"team": "risk", "n": 1.50}');
SELECT jsonb_pretty(gov_sla_export_openslo('model', 'Open_SLO.1'));

-- into another resource: the same but for the name
CREATE FUNCTION pg_temp.renamed(document jsonb, id text)
RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_set(document, '{metadata,annotations,governance/resource_id}', to_jsonb(id));
$$;
CREATE FUNCTION pg_temp.same(a text, b text)
RETURNS boolean LANGUAGE sql AS $$
    SELECT count(DISTINCT (response_time_p95, response_time_p99, availability_target, error_rate_target, max_downtime_hours,
            incident_response_minutes, incident_resolution_hours, window_days, metadata)) = 1 AND count(*) = 2
    FROM governance.sla_targets WHERE resource_id IN (a, b) AND valid_to IS NULL;
$$;
SELECT resource_type, resource_id, revision, response_time_p95, response_time_p99, availability_target, error_rate_target,
    incident_response_minutes, incident_resolution_hours, window_days, metadata
FROM gov_sla_import_openslo(pg_temp.renamed(gov_sla_export_openslo('model', 'Open_SLO.1'), 'open_copy'));
SELECT pg_temp.same('Open_SLO.1', 'open_copy');
SELECT pg_temp.renamed(gov_sla_export_openslo('model', 'open_copy'), 'x') #- '{spec}' #- '{metadata,name}' #- '{metadata,displayName}'
    = pg_temp.renamed(gov_sla_export_openslo('model', 'Open_SLO.1'), 'x') #- '{spec}' #- '{metadata,name}' #- '{metadata,displayName}' AS same;
-- numbers that are no round ones, and a window by the calendar
SELECT revision FROM gov_define_sla('system', 'open_odd', 0.1, 1234567.891, 99.999, 0.001, window_days => 31, metadata => '{"window": "calendar"}');
SELECT resource_type FROM gov_sla_import_openslo(pg_temp.renamed(gov_sla_export_openslo('system', 'open_odd'), 'open_odder'));
SELECT pg_temp.same('open_odd', 'open_odder');
SELECT gov_sla_export_openslo('system', 'open_odd') #> '{spec,timeWindow}' AS window;
SELECT revision FROM gov_define_sla('system', 'open_exact', availability_target => 100.0 / 3, error_rate_target => 0.1::float8 + 0.2::float8);
SELECT resource_type FROM gov_sla_import_openslo(pg_temp.renamed(gov_sla_export_openslo('system', 'open_exact'), 'open_exacter'));
SELECT pg_temp.same('open_exact', 'open_exacter');
-- all that may be between 0 and 100 comes back
SELECT revision FROM gov_define_sla('system', 'open_all', availability_target => 100, error_rate_target => 0);
SELECT resource_type FROM gov_sla_import_openslo(pg_temp.renamed(gov_sla_export_openslo('system', 'open_all'), 'open_none'));
SELECT pg_temp.same('open_all', 'open_none');

-- somebody else's document: a system by its service
SELECT resource_type, resource_id, response_time_p95, response_time_p99, availability_target, error_rate_target, window_days, metadata
FROM gov_sla_import_openslo('{
    "apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "checkout"},
    "spec": {"service": "checkout", "indicatorRef": "checkout-ok", "budgetingMethod": "Occurrences",
        "timeWindow": [{"duration": "4w", "isRolling": true}],
        "objectives": [{"displayName": "good answers", "target": 0.9995}]}}');
SELECT response_time_p95, response_time_p99, availability_target, window_days, metadata
FROM gov_sla_import_openslo('{
    "apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x"},
    "spec": {"service": "checkout", "budgetingMethod": "Occurrences",
        "timeWindow": [{"duration": "1M", "calendar": {"startTime": "2026-01-01 00:00:00", "timeZone": "UTC"}}],
        "objectives": [{"op": "lte", "value": 2000, "target": 0.95}]}}');

-- refused, each with its reason
CREATE FUNCTION pg_temp.refused(change jsonb, remove text[] = NULL)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    document jsonb := '{"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "x", "annotations": {}},
        "spec": {"service": "open_refused", "budgetingMethod": "Occurrences", "objectives": [{"targetPercent": 99}]}}';
    detail text; hint text;
BEGIN
    document := CASE WHEN change ? 'spec' THEN document || change || jsonb_build_object('spec', (document -> 'spec') || (change -> 'spec')) ELSE document || change END;
    PERFORM gov_sla_import_openslo(CASE WHEN remove IS NULL THEN document ELSE document #- remove END);
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || coalesce(nullif(detail, ''), SQLERRM) || coalesce(' | ' || nullif(hint, ''), '');
END
$$;
SELECT pg_temp.refused(c::jsonb) FROM (VALUES
    ('{}'),
    ('{"apiVersion": "openslo/v2alpha"}'),
    ('{"kind": "SLI"}'),
    ('{"spec": {"budgetingMethod": "Timeslices"}}'),
    ('{"spec": {"objectives": []}}'),
    ('{"spec": {"objectives": [{"target": 0.9, "targetPercent": 90}]}}'),
    ('{"spec": {"objectives": [{"displayName": "x"}]}}'),
    ('{"spec": {"objectives": [{"target": 1.5}]}}'),
    ('{"spec": {"objectives": [{"target": "high"}]}}'),
    ('{"spec": {"objectives": [{"target": 0.9}, {"target": 0.99}]}}'),
    ('{"spec": {"objectives": [{"op": "gte", "value": 1, "target": 0.95}]}}'),
    ('{"spec": {"objectives": [{"op": "lte", "target": 0.95}]}}'),
    ('{"spec": {"objectives": [{"op": "lte", "value": 100, "target": 0.9}]}}'),
    ('{"spec": {"objectives": [{"target": 0.9, "timeSliceTarget": 0.9}]}}'),
    ('{"spec": {"objectives": [{"op": "lte", "value": -1, "target": 0.95}]}}'),
    ('{"spec": {"objectives": "99"}}'),
    ('{"spec": {"timeWindow": []}}'),
    ('{"spec": {"timeWindow": [{"duration": "12h", "isRolling": true}]}}'),
    ('{"spec": {"timeWindow": [{"duration": "5Y", "isRolling": true}]}}'),
    ('{"spec": {"timeWindow": [{"duration": "1M", "calendar": {"timeZone": "Europe/Vienna"}}]}}'),
    ('{"spec": {"alertPolicies": ["page"]}}'),
    ('{"spec": {"service": "no name"}}'),
    ('{"metadata": {"annotations": {"governance/resource_type": "engine"}}}'),
    ('{"metadata": {"annotations": {"governance/metadata": "[]"}}}'),
    ('{"metadata": {"annotations": {"governance/metadata": "{"}}}'),
    ('{"metadata": {"annotations": {"governance/window_days": "many"}}}'),
    ('{"metadata": {"annotations": {"governance/incident_response_minutes": "0"}}}')) AS v(c);
SELECT pg_temp.refused('{}', '{spec,service}'), pg_temp.refused('{}', '{spec}'), pg_temp.refused('{}', '{apiVersion}');
SELECT gov_sla_import_openslo(NULL);                        -- 22023
SELECT gov_sla_import_openslo('[]');                        -- 22023
SELECT gov_sla_export_openslo('model', 'open_nothing');     -- 42704
SELECT gov_sla_export_openslo('engine', 'open_copy');       -- 22023
CREATE ROLE regress_openslo_guest;
SELECT user_id FROM gov_create_user('openslo_guest', NULL, 'regress_openslo_guest');
SET ROLE regress_openslo_guest;
SELECT gov_sla_export_openslo('model', 'open_copy') ->> 'kind' AS kind;
SELECT gov_sla_import_openslo('{"apiVersion": "openslo/v1", "kind": "SLO", "spec": {"service": "open_guest", "budgetingMethod": "Occurrences", "objectives": [{"target": 0.9}]}}');  -- 42501
RESET ROLE;
SELECT is_active FROM gov_deactivate_user('openslo_guest');
UPDATE governance.users SET db_role = NULL WHERE user_id = 'openslo_guest';
DROP ROLE regress_openslo_guest;
