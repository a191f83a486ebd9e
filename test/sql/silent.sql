-- What would pass in silence and then do nothing: names of nothing, metadata that
-- nobody reads, a trail asked for by half a name.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT user_id FROM gov_create_user('silent_ann', NULL);
SELECT user_id FROM gov_create_user('silent_ben', NULL);
SELECT is_active FROM gov_deactivate_user('silent_ben');
SELECT version FROM gov_register_model('silent_m', '1.0');

--
-- Owners
--
SELECT owner FROM gov_update_model('silent_m', owner => 'silent_ann');
SELECT owner FROM gov_update_model('silent_m', owner => 'silent_anne');     -- notice
SELECT owner FROM gov_update_model('silent_m', 'a model');
SELECT owner FROM gov_create_usecase('silent_u', 'u', 'a use-case', 'silent_ann', '{silent_m}');
SELECT owner FROM gov_create_usecase('silent_v', 'v', 'a use-case', 'silent_ben');  -- notice: not active
SELECT owner FROM gov_update_usecase('silent_u', owner => 'the team');      -- notice
SELECT owner FROM gov_update_usecase('silent_u', 'u');

--
-- Service levels
--
SELECT revision FROM gov_define_sla('model', 'silent_m');
SELECT revision FROM gov_define_sla('model', 'silent-m');                   -- notice
SELECT revision FROM gov_define_sla('usecase', 'silent_u');
SELECT revision FROM gov_define_sla('usecase', 'silent_m');                 -- notice: it is a model
SELECT revision FROM gov_define_sla('system', 'silent_s');

--
-- Incidents
--
CREATE FUNCTION pg_temp.report(resource text, dedup_key text = NULL) RETURNS text LANGUAGE sql
AS $$ SELECT resource FROM gov_report_incident('safety', 'info', 't', 'd', $1, dedup_key => $2) $$;
SELECT pg_temp.report(r) FROM unnest('{silent_m,silent_m:1.0,silent_u,silent_s,silent_s:disk}'::text[]) AS r;
SELECT pg_temp.report('silent_n');                                          -- notice
SELECT pg_temp.report('silent_n:1.0');                                      -- notice
SELECT pg_temp.report('silent_m:1.1', 'silent');                            -- notice
SELECT pg_temp.report('silent_o', 'silent');                                -- notice, though it joins

--
-- Metadata of a service level
--
CREATE FUNCTION pg_temp.define(metadata jsonb) RETURNS jsonb LANGUAGE sql
AS $$ SELECT metadata FROM gov_define_sla('model', 'silent_m', metadata => $1) $$;
SELECT pg_temp.define('{"minimum_count": 1, "no_data_minutes": 0, "window": "calendar", "team": "a", "count": "x"}');
SELECT pg_temp.define('{"minimum_count": 1e12, "no_data_minutes": 525600.0, "window": "rolling", "nested": {"windw": 1}}');
SELECT pg_temp.define('{"minimum_count": "5"}');
SELECT pg_temp.define('{"minimum_count": 0}');
SELECT pg_temp.define('{"minimum_count": 1.5}');
SELECT pg_temp.define('{"minimum_count": null}');
SELECT pg_temp.define('{"minimum_count": [5]}');
SELECT pg_temp.define('{"no_data_minutes": -1}');
SELECT pg_temp.define('{"no_data_minutes": 525601}');
SELECT pg_temp.define('{"no_data_minutes": "soon"}');
SELECT pg_temp.define('{"window": "kalendar"}');
SELECT pg_temp.define('{"window": {"calendar": true}}');
SELECT pg_temp.define('{"minimum_cuont": 5}');
SELECT pg_temp.define('{"minimumCount": 5}');
SELECT pg_temp.define('{"no-data-minute": 5}');
SELECT pg_temp.define('{"Windows": "calendar"}');

--
-- The trail of a thing whose kind is left out
--
\set VERBOSITY terse
SELECT alias FROM gov_set_model_alias('silent_m', 'latest', '1.0');
SELECT version FROM gov_register_model('silent_m', '1.0.1');
SELECT version FROM gov_register_model('silent_m2', '1.0');
SELECT value FROM gov_set_policy('sod.registrar_may_approve', 'true');
SELECT value FROM gov_set_policy('sod.approver_may_deploy', 'true');
SELECT status FROM gov_approve_model('silent_m', '1.0');
SELECT deployment_id FROM gov_deploy_model('silent_m', '1.0', 'staging', 'silent-d');
SELECT action FROM gov_request_approval('model_deploy_production', '{"model_id": "silent_m", "version": "1.0"}');
SELECT event_type FROM gov_log_event('silent', 'tried', 'silent_m');
SELECT event_type FROM gov_log_event('silent', 'tried', 'robot/silent_m:arm/left');
CREATE FUNCTION pg_temp.trail(resource text) RETURNS TABLE (event_type text, resource text) LANGUAGE sql AS $$
    SELECT e.event_type, regexp_replace(e.resource, '[0-9]+$|[0-9a-f-]{36}', '#') FROM gov_audit_trail(resource => $1, limit_rows => 1000) AS e ORDER BY e.event_id;
$$;
SELECT * FROM pg_temp.trail('silent_m') WHERE event_type NOT LIKE 'sla%';
SELECT DISTINCT * FROM pg_temp.trail('silent_m') WHERE event_type LIKE 'sla%' ORDER BY 1, 2;
SELECT * FROM pg_temp.trail('silent_m:1.0');
SELECT * FROM pg_temp.trail('silent_m:arm');
SELECT * FROM pg_temp.trail('silent-d');
SELECT * FROM pg_temp.trail('silent_ben');
SELECT * FROM pg_temp.trail('model/silent_m');
SELECT * FROM pg_temp.trail('model_version/silent_m');
SELECT * FROM pg_temp.trail('');
SELECT count(*) FROM gov_audit_trail(resource => 'silent_m', limit_rows => 3);
SELECT count(*) FROM gov_audit_trail('nobody', 'silent_m');
-- by indexes, and each event once
SELECT count(gov_log_event('silent', 'noise', 'noise' || i)) FROM generate_series(1, 3000) AS i;
ANALYZE governance.audit_events;
SET enable_seqscan = off;
BEGIN;
SELECT count(*) = count(DISTINCT event_id) AS once FROM gov_audit_trail(resource => 'silent_m', limit_rows => 50);
SELECT i, pg_stat_get_xact_numscans(('governance.' || i)::regclass) > 0 AS is_used
FROM unnest('{audit_events_name_idx,audit_events_owner_idx,audit_events_resource_idx}'::text[]) AS i;
COMMIT;
RESET enable_seqscan;
-- no governed row belongs to something that neither its id nor that index knows
SELECT k.kind AS forgotten, a.attname
FROM ROWS FROM (governance.governed_tables(), governance.governed_kinds()) AS k(relname, kind)
JOIN pg_attribute AS a ON a.attrelid = ('governance.' || k.relname)::regclass AND a.attnum > 0
    AND a.attname IN ('model_id', 'usecase_id', 'resource_id', 'user_id', 'resource', 'resource_key')
JOIN pg_index AS p ON p.indrelid = a.attrelid AND p.indisprimary AND p.indkey[0] <> a.attnum
JOIN pg_index AS i ON i.indexrelid = 'governance.audit_events_owner_idx'::regclass
WHERE pg_get_expr(i.indpred, i.indrelid) !~ ('''' || k.kind || '''');
SELECT value FROM gov_set_policy('sod.registrar_may_approve', 'false');
SELECT value FROM gov_set_policy('sod.approver_may_deploy', 'false');
