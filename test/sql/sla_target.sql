-- Service levels: what is promised, and what a redefinition does.
\set VERBOSITY default
CREATE ROLE regress_sla_target_lead;
CREATE ROLE regress_sla_target_ops;
SELECT user_id FROM gov_create_user('sla_target_lead', 'lead@sla-target.example', db_role => 'regress_sla_target_lead');
SELECT user_id FROM gov_create_user('sla_target_ops', 'ops@sla-target.example', db_role => 'regress_sla_target_ops');
SELECT role FROM gov_create_role('sla_target_manager', permissions => '{sla:manage}');
SELECT role FROM gov_assign_role('sla_target_lead', 'sla_target_manager');
SELECT role FROM gov_assign_role('sla_target_ops', 'operator');

-- what is promised unless one says otherwise
SET ROLE regress_sla_target_lead;
SELECT resource_type, resource_id, revision, response_time_p95, response_time_p99, availability_target, error_rate_target,
    max_downtime_hours, incident_response_minutes, incident_resolution_hours, window_days, valid_from, valid_to, updated_by, metadata
FROM gov_define_sla('model', 'target-plain');
-- NULL is no target, and of the rest the default
SELECT revision, response_time_p95, response_time_p99, availability_target, error_rate_target, incident_response_minutes,
    incident_resolution_hours, window_days, metadata
FROM gov_define_sla('system', 'target-null', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT response_time_p95, response_time_p99, availability_target, error_rate_target, max_downtime_hours, incident_response_minutes,
    incident_resolution_hours, window_days, metadata
FROM gov_define_sla('usecase', 'target-all', 20.5, 20.5, 99.99, 0.01, 30, 8, 7, '{"tier": 1}');
-- as far as one can go
SELECT availability_target, error_rate_target, max_downtime_hours
FROM gov_define_sla('system', 'target-ends', 0.001, 1e9, 100, 100, 1, 1, 1);
SELECT availability_target, max_downtime_hours
FROM gov_define_sla('system', 'target-ends', availability_target => 1.1, error_rate_target => 0, window_days => 366);

-- what is no promise
SELECT gov_define_sla('service', 'x');                                           -- 22023
SELECT gov_define_sla(NULL, 'x');                                                -- 22023
SELECT gov_define_sla('Model', 'x');                                             -- 22023
SELECT gov_define_sla('model', NULL);                                            -- 22023
SELECT gov_define_sla('model', 'a b');                                           -- 22023
SELECT gov_define_sla('model', 'x', response_time_p95 => 0);                     -- 22023
SELECT gov_define_sla('model', 'x', response_time_p99 => 'infinity');            -- 22023
SELECT gov_define_sla('model', 'x', response_time_p95 => 'nan');                 -- 22023
SELECT gov_define_sla('model', 'x', response_time_p95 => 1000.5);                -- 22023
SELECT gov_define_sla('model', 'x', availability_target => 100.1);               -- 22023
SELECT gov_define_sla('model', 'x', availability_target => 'nan');               -- 22023
SELECT gov_define_sla('model', 'x', error_rate_target => -0.1);                  -- 22023
SELECT gov_define_sla('model', 'x', incident_response_minutes => 0);             -- 22023
SELECT gov_define_sla('model', 'x', incident_resolution_hours => -1);            -- 22023
SELECT gov_define_sla('model', 'x', window_days => 367);                         -- 22023
SELECT gov_define_sla('model', 'x', metadata => '[]');                           -- 22023

-- who may
RESET ROLE;
SET ROLE regress_sla_target_ops;
SELECT gov_define_sla('model', 'target-plain');                                  -- 42501
SELECT gov_define_sla('model', 'target-plain', -1);                              -- 22023: the form comes first
BEGIN READ ONLY;
SELECT gov_define_sla('model', 'target-plain');                                  -- 25006
ROLLBACK;

-- a redefinition is the next revision, from the moment it is made
RESET ROLE;
SET ROLE regress_sla_target_lead;
SELECT revision, response_time_p95, valid_from > now() AS since_now, valid_to, updated_by
FROM gov_define_sla('model', 'target-plain', 300);
BEGIN;
SELECT revision FROM gov_define_sla('model', 'target-plain', 200);
SELECT revision FROM gov_define_sla('model', 'target-plain', 100);
SAVEPOINT s;
SELECT revision FROM gov_define_sla('model', 'target-plain', 50);
ROLLBACK TO s;
COMMIT;
-- one ends where the next begins; one is in force
SELECT t.revision, t.response_time_p95, t.valid_from IS NULL AS is_first,
    t.valid_from = lag(t.valid_to) OVER (ORDER BY t.revision) AS meets, t.valid_to IS NULL AS in_force
FROM governance.sla_targets AS t WHERE t.resource_id = 'target-plain' ORDER BY t.revision;

-- the trail has both halves
RESET ROLE;
SELECT event_type, resource, actor, old_row ->> 'revision' AS before, new_row ->> 'revision' AS after,
    (SELECT array_agg(k) FROM jsonb_object_keys(changes) AS k) AS changed
FROM governance.audit_events WHERE resource = 'sla_target/model:target-plain' AND outcome <> 'denied' ORDER BY event_id;

-- what was promised stays: not even a superuser changes it
UPDATE governance.sla_targets SET response_time_p95 = 1 WHERE resource_id = 'target-plain' AND revision = 1;  -- 55000
DELETE FROM governance.sla_targets WHERE resource_id = 'target-plain';                                         -- 55000
TRUNCATE governance.sla_targets;                                                                               -- 55000
INSERT INTO governance.sla_targets (resource_type, resource_id, revision, response_time_p95, response_time_p99, availability_target,
    error_rate_target, incident_response_minutes, incident_resolution_hours, window_days, valid_from)
VALUES ('model', 'target-plain', 9, 1, 2, 3, 4, 5, 6, 7, now());                                               -- 23505

-- suspended, nothing is promised
SELECT FROM gov_suspend('a test');
SELECT gov_define_sla('model', 'target-plain');                                  -- 55000
SELECT FROM gov_resume('a test');

DROP ROLE regress_sla_target_lead, regress_sla_target_ops;
SELECT u.is_active FROM unnest(ARRAY['sla_target_lead', 'sla_target_ops']) AS n, gov_deactivate_user(n) AS u;
