-- The worker's jobs by hand, and how the extension says that it is well.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;

CREATE ROLE regress_maintenance_stranger;
CREATE ROLE regress_maintenance_ana;
CREATE ROLE regress_maintenance_job;
INSERT INTO governance.users (user_id, db_role) VALUES
    ('maintenance-ana', 'regress_maintenance_ana'),
    ('maintenance-job', 'regress_maintenance_job');
INSERT INTO governance.roles (role) VALUES ('maintenance-jobs');
INSERT INTO governance.role_permissions (role, permission) VALUES ('maintenance-jobs', 'system:config');
INSERT INTO governance.user_roles (user_id, role) VALUES
    ('maintenance-ana', 'analyst'), ('maintenance-job', 'maintenance-jobs');

-- it needs system:config (asked for by a login role of its own, whose denied
-- attempts are not among the many of this suite's)
SET SESSION AUTHORIZATION regress_maintenance_stranger;
SELECT gov_run_maintenance();  -- 42501
SET SESSION AUTHORIZATION regress_maintenance_ana;
SELECT gov_run_maintenance();  -- 42501
RESET SESSION AUTHORIZATION;

-- a scheduler's role needs no more than that; every job reports
SET ROLE regress_maintenance_job;
SELECT jsonb_object_keys(r) AS job FROM gov_run_maintenance() AS r ORDER BY 1;
SELECT jsonb_object_keys(r->'denials') AS count FROM gov_run_maintenance() AS r ORDER BY 1;
RESET ROLE;

BEGIN READ ONLY;
SELECT gov_run_maintenance();  -- 25006
ROLLBACK;

-- where the library is preloaded the refusals above are events by now,
-- whoever wrote them
SELECT details->>'sqlstate' AS sqlstate, actor, evidence, db_role, count(*)
FROM governance.audit_events
WHERE event_type = 'access.denied' AND db_role LIKE 'regress\_maintenance\_%'
GROUP BY 1, 2, 3, 4
HAVING count(*) <> 1;
SELECT count(*) = CASE WHEN current_setting('shared_preload_libraries') ~ '\mgovernance\M' THEN 2 ELSE 0 END AS as_expected
FROM governance.audit_events
WHERE event_type = 'access.denied' AND db_role LIKE 'regress\_maintenance\_%';

-- what the trail tells of a run is who ran it
SELECT count(*) FROM governance.audit_events
WHERE actor = 'maintenance-job' AND evidence <> 'session';

-- settings: all are there with and without preload, none is for everybody
SELECT name, unit, min_val, max_val
FROM pg_settings WHERE name LIKE 'governance.%'
    AND name IN ('governance.worker', 'governance.seal_interval', 'governance.max_workers', 'governance.denial_rate', 'governance.denial_ring_size')
ORDER BY name COLLATE "C";
SET governance.worker = off;
SET governance.denial_rate = 1000000;

-- health asks for no actor and looks at what is there
SET ROLE regress_maintenance_stranger;
SELECT gov_health()->>'status' IN ('operational', 'degraded') AS has_status;
SELECT jsonb_object_keys(gov_health()->'components') AS component ORDER BY 1;
SELECT gov_health()->'components'->>'model_registry' AS model_registry,
    gov_health()->'components'->>'access_control' AS access_control,
    gov_health()->'components'->>'audit' AS audit;
RESET ROLE;

-- the worker, as it is in this cluster; where a visit failed beside what another
-- test had locked, the next one makes up for it
CREATE FUNCTION pg_temp.worker_becomes(state text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. 1800 LOOP
        EXIT WHEN gov_health()->'components'->>'worker' = state;
        PERFORM pg_sleep(0.1);
    END LOOP;
    RETURN gov_health()->'components'->>'worker' = state;
END $$;
SELECT pg_temp.worker_becomes(CASE WHEN current_setting('shared_preload_libraries') ~ '\mgovernance\M'
        THEN CASE current_setting('governance.worker')
            WHEN 'on' THEN 'operational' ELSE 'degraded: governance.worker is off' END
        ELSE 'degraded: the library is not in shared_preload_libraries: gov_run_maintenance() must be scheduled, denied attempts go to the server log only'
    END) AS as_expected;

-- every component says what its tables say
SELECT c.component, gov_health()->'components'->>c.component =
    CASE WHEN to_regclass(c.relation) IS NULL THEN 'degraded: not installed' ELSE 'operational' END AS as_expected,
    nullif(gov_health()->'components'->>c.component, 'operational') AS instead
FROM (VALUES ('usecase_registry', 'governance.use_cases'), ('sla_manager', 'governance.sla_targets'),
    ('compliance_reporter', 'governance.compliance_reports')) AS c(component, relation);

-- a guard that is off, or only on for some, is told
BEGIN;
ALTER TABLE governance.models DISABLE TRIGGER guard;
SELECT gov_health()->>'status' AS status, gov_health()->'components'->>'model_registry' AS model_registry;
ALTER TABLE governance.models ENABLE TRIGGER guard;
ALTER TABLE governance.environments ENABLE REPLICA TRIGGER guard_truncate;
SELECT gov_health()->'components'->>'model_registry' AS model_registry;
ROLLBACK;
BEGIN;
ALTER TABLE governance.audit_events DISABLE TRIGGER append_only;
SELECT gov_health()->'components'->>'audit' AS audit;
ROLLBACK;

-- and a table that is missing
BEGIN;
ALTER TABLE governance.audit_cosignatures RENAME TO elsewhere;
SELECT gov_health()->'components'->>'audit' AS audit;
ROLLBACK;
BEGIN;
ALTER TABLE governance.users DISABLE TRIGGER guard;
UPDATE governance.users SET is_active = false;
SELECT gov_health()->'components'->>'access_control' AS access_control;
ROLLBACK;
SELECT gov_health()->'components'->>'access_control' AS access_control;

-- the helpers are not for everybody
SET ROLE regress_maintenance_ana;
SELECT governance.worker_problem();  -- 42501
SELECT * FROM governance.component_problems();  -- 42501
RESET ROLE;

UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'maintenance-%';
DELETE FROM governance.user_roles WHERE user_id LIKE 'maintenance-%';
DELETE FROM governance.roles WHERE role = 'maintenance-jobs';
DROP ROLE regress_maintenance_stranger, regress_maintenance_ana, regress_maintenance_job;
