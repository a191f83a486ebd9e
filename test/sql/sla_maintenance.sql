-- Maintenance: what it leaves out, from when on, and what it only marks.
\set VERBOSITY terse
CREATE FUNCTION pg_temp.observed(id text, how_many int, failed int, age interval = '0')
RETURNS void LANGUAGE sql AS $$
    SELECT gov_observe_many('model', id, array_fill(1::float8, ARRAY[how_many]), array_fill(false, ARRAY[failed]) || array_fill(true, ARRAY[how_many - failed]),
        array_fill(clock_timestamp() - age, ARRAY[how_many]));
$$;
CREATE FUNCTION pg_temp.evaluated(id text, ahead interval = '0')
RETURNS TABLE (violation_type text, status text, actual numeric, severity text, announced boolean) LANGUAGE sql AS $$
    SELECT v.violation_type, v.status, round(v.actual_value::numeric, 2), v.severity, v.notified_at IS NOT NULL
    FROM gov_evaluate_sla(clock_timestamp() + ahead) AS v WHERE v.resource_id = id ORDER BY v.violation_id;
$$;
CREATE FUNCTION pg_temp.stands(id text, OUT status text, OUT report text, OUT without_maintenance text, OUT count bigint, OUT alerts boolean)
LANGUAGE sql AS $$
    SELECT gov_sla_status('model', id), r ->> 'status', r ->> 'status_without_maintenance', (r ->> 'count')::bigint,
        (SELECT bool_or((b ->> 'alert')::boolean) FROM jsonb_array_elements(r -> 'burn_rates') AS b)
    FROM gov_sla_report('model', id) AS r;
$$;
-- May a new version go to production while policy gate.sla is on?
CREATE FUNCTION pg_temp.gate(id text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gov_deploy_model(id, '1');
    RAISE SQLSTATE 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN 'deployed';
    WHEN OTHERS THEN RETURN SQLSTATE;
END
$$;
CREATE FUNCTION pg_temp.defined(id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gov_define_sla('model', id, availability_target => 99, error_rate_target => 1, metadata => '{"minimum_count": 1}');
    PERFORM gov_set_escalation_rule('model', id, 'availability', 1, 'team', create_incident => true);
    PERFORM gov_register_model(id, '1');
    PERFORM gov_approve_model(id, '1');
    PERFORM gov_deploy_model(id, '1', 'staging');
END
$$;
CREATE FUNCTION pg_temp.window(id text, starts interval, ends interval, made interval = NULL) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    -- a slow machine takes minutes from the transaction's begin to here
    minute timestamptz := date_trunc('minute', CASE id WHEN 'mw-edge' THEN now() ELSE clock_timestamp() END);
BEGIN
    IF made IS NULL THEN
        PERFORM gov_add_maintenance_window('model', id, clock_timestamp() + starts, clock_timestamp() + ends, 'new disks');
    ELSE
        -- one that was made earlier
        INSERT INTO governance.maintenance_windows (resource_type, resource_id, starts_at, ends_at, reason, created_at, created_by)
        VALUES ('model', id, minute + starts, minute + ends, 'new disks', minute + made, 'postgres');
    END IF;
    RETURN true;
END
$$;
CREATE FUNCTION pg_temp.escalated(id text, OUT fired bigint, OUT incidents bigint) LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM governance.sla_escalations AS e WHERE e.resource_id = id), (SELECT count(*) FROM gov_incidents() AS i WHERE i.resource = id);
$$;
-- Does one that failed so many minutes ago open a violation?
CREATE FUNCTION pg_temp.counted(minute int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    opened boolean;
BEGIN
    PERFORM gov_observe('model', 'mw-edge', 1, false, date_trunc('minute', now()) - make_interval(mins => minute));
    opened := EXISTS (SELECT FROM gov_evaluate_sla(date_trunc('minute', now())) AS v WHERE v.resource_id = 'mw-edge' AND v.violation_type = 'availability');
    RAISE SQLSTATE 'ZZZZZ';
EXCEPTION
    WHEN SQLSTATE 'ZZZZZ' THEN RETURN opened;
END
$$;
-- One transaction, so that the worker evaluates none of it.
BEGIN;
SELECT name FROM gov_set_policy('gate.sla', 'true');
SELECT name FROM gov_set_policy('sod.registrar_may_approve', 'true');
SELECT name FROM gov_set_policy('sod.approver_may_deploy', 'true');
SAVEPOINT part;

-- what fails within a window opens nothing, escalates nothing, and gates nothing
SELECT pg_temp.defined('mw-kept');
SELECT pg_temp.window('mw-kept', '-10 minutes', '30 minutes');
SELECT pg_temp.observed('mw-kept', 1000, 1000);
SELECT * FROM pg_temp.evaluated('mw-kept');
SELECT * FROM pg_temp.evaluated('mw-kept', '31 minutes');
SELECT * FROM pg_temp.evaluated('mw-kept', '35 minutes');
SELECT * FROM pg_temp.escalated('mw-kept');
SELECT pg_temp.gate('mw-kept');
-- the status is that of everything that was observed; without maintenance nothing was
SELECT * FROM pg_temp.stands('mw-kept');
SELECT pg_temp.observed('mw-kept', 1000, 0, '1 hour');
SELECT * FROM pg_temp.stands('mw-kept');
ROLLBACK TO part;

-- what had failed before it was made counts, in the same minute, too
SELECT pg_temp.defined('mw-late');
SELECT pg_temp.observed('mw-late', 100, 50);
SELECT pg_temp.window('mw-late', '-1 hour', '30 minutes');
SELECT pg_temp.observed('mw-late', 1000, 1000);
SELECT pg_temp.window('mw-late', '-1 hour', '30 minutes');
SELECT pg_temp.observed('mw-late', 1000, 1000);
SELECT pg_temp.window('mw-late', '1 second', '30 minutes');
SELECT count(*) AS windows, min(jsonb_array_length(observed_before)) AS revisions FROM governance.maintenance_windows WHERE resource_id = 'mw-late';
-- silent while it lasts, told of and escalated afterwards
SELECT * FROM pg_temp.evaluated('mw-late');
SELECT * FROM pg_temp.escalated('mw-late');
SELECT * FROM pg_temp.evaluated('mw-late', '31 minutes');
SELECT * FROM pg_temp.escalated('mw-late');
SELECT pg_temp.gate('mw-late');
ROLLBACK TO part;
-- by another revision, too
SELECT pg_temp.defined('mw-twice');
SELECT pg_temp.observed('mw-twice', 100, 50);
SELECT revision FROM gov_define_sla('model', 'mw-twice', availability_target => 99, error_rate_target => 1);
SELECT gov_observe('model', 'mw-twice', 1, false, clock_timestamp());
SELECT pg_temp.window('mw-twice', '0', '30 minutes');
SELECT pg_temp.observed('mw-twice', 1000, 0);
SELECT * FROM pg_temp.evaluated('mw-twice');
ROLLBACK TO part;

-- one for the past only marks
SELECT pg_temp.defined('mw-past');
SELECT pg_temp.observed('mw-past', 1000, 1000, '30 minutes');
SELECT pg_temp.observed('mw-past', 1000, 0, '50 minutes');
SELECT pg_temp.window('mw-past', '-40 minutes', '-20 minutes');
SELECT * FROM pg_temp.stands('mw-past');
SELECT * FROM pg_temp.evaluated('mw-past');
SELECT * FROM pg_temp.escalated('mw-past');
SELECT pg_temp.gate('mw-past');
ROLLBACK TO part;
-- as does the past of one that goes on
SELECT pg_temp.defined('mw-past');
SELECT pg_temp.observed('mw-past', 1000, 1000, '30 minutes');
SELECT pg_temp.window('mw-past', '-40 minutes', '20 minutes');
SELECT * FROM pg_temp.evaluated('mw-past');
SELECT pg_temp.gate('mw-past');
ROLLBACK TO part;

-- minutes: those that it touches, and no others; windows that meet or overlap
SELECT pg_temp.defined('mw-edge');
SELECT pg_temp.window('mw-edge', '-40 minutes 30 seconds', '-35 minutes 30 seconds', '-3 hours'), pg_temp.window('mw-edge', '-38 minutes', '-30 minutes', '-3 hours'),
    pg_temp.window('mw-edge', '-30 minutes', '-29 minutes 59 seconds', '-3 hours'), pg_temp.window('mw-edge', '-20 minutes', '-19 minutes', '-3 hours');
SELECT array_agg(m) FILTER (WHERE pg_temp.counted(m)) AS counted, array_agg(m) FILTER (WHERE NOT pg_temp.counted(m)) AS left_out FROM unnest('{45,42,41,40,36,35,34,31,30,29,28,21,20,19,18}'::int[]) AS m;
ROLLBACK TO part;
-- one that was made while it was to last counts from then on
SELECT pg_temp.defined('mw-edge');
SELECT pg_temp.window('mw-edge', '-40 minutes', '-20 minutes', '-30 minutes');
SELECT array_agg(m) FILTER (WHERE pg_temp.counted(m)) AS counted, array_agg(m) FILTER (WHERE NOT pg_temp.counted(m)) AS left_out FROM unnest('{35,31,30,29,21,20}'::int[]) AS m;
ROLLBACK TO part;

-- a summary is told of unless the window was there when it was measured
SELECT pg_temp.defined('mw-told');
SELECT pg_temp.window('mw-told', '-40 minutes', '-20 minutes'), pg_temp.window('mw-told', '-90 minutes', '-60 minutes', '-3 hours');
SELECT resource_id FROM gov_record_measurement('model', 'mw-told', '{"response_time_p95": 5000}', clock_timestamp() - interval '30 minutes');
SELECT resource_id FROM gov_record_measurement('model', 'mw-told', '{"response_time_p95": 6000}', clock_timestamp() - interval '75 minutes');
SELECT actual_value, notified_at IS NOT NULL AS announced FROM governance.sla_violations WHERE resource_id = 'mw-told' ORDER BY violation_id;
ROLLBACK TO part;

-- burn rates
SELECT pg_temp.defined('mw-burning');
SELECT pg_temp.observed('mw-burning', 9000, 0, '2 hours');
SELECT pg_temp.window('mw-burning', '-5 minutes', '30 minutes', '-3 hours');
SELECT pg_temp.observed('mw-burning', 1000, 900);
SELECT * FROM pg_temp.stands('mw-burning');
SELECT * FROM pg_temp.evaluated('mw-burning', '2 minutes');
-- outside of it they do burn
SELECT pg_temp.observed('mw-burning', 1000, 900, '10 minutes');
SELECT without_maintenance FROM pg_temp.stands('mw-burning');
SELECT violation_type FROM pg_temp.evaluated('mw-burning');
ROLLBACK TO part;

-- silence: minutes of maintenance are not counted
SELECT revision FROM gov_define_sla('model', 'mw-quiet', metadata => '{"no_data_minutes": 20}');
INSERT INTO governance.sla_evaluations (resource_type, resource_id, evaluated_at, first_at) VALUES ('model', 'mw-quiet', now(), now() - interval '3 hours');
SELECT pg_temp.window('mw-quiet', '-25 minutes', '-5 minutes', '-3 hours'), pg_temp.window('mw-quiet', '-28 minutes', '-26 minutes', '-3 hours');
SELECT pg_temp.observed('mw-quiet', 1, 0, '31 minutes');
SELECT * FROM pg_temp.evaluated('mw-quiet');
SELECT * FROM pg_temp.evaluated('mw-quiet', '15 minutes');
ROLLBACK TO part;
-- one that was heard of since is not silent
SELECT revision FROM gov_define_sla('model', 'mw-quiet', metadata => '{"no_data_minutes": 20}');
INSERT INTO governance.sla_evaluations (resource_type, resource_id, evaluated_at, first_at) VALUES ('model', 'mw-quiet', now(), now() - interval '3 hours');
SELECT pg_temp.window('mw-quiet', '-25 minutes', '-5 minutes', '-3 hours');
SELECT pg_temp.observed('mw-quiet', 1, 0, '20 minutes');
SELECT * FROM pg_temp.evaluated('mw-quiet', '10 minutes');
ROLLBACK TO part;
ROLLBACK;
