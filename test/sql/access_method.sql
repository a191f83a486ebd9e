-- sla_observations without its access method, and with an index.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT revision FROM gov_define_sla('system', 'method', 100, 200);
CREATE ROLE regress_method_ops;
SELECT user_id FROM gov_create_user('method_ops', NULL, db_role => 'regress_method_ops');
SELECT role FROM gov_assign_role('method_ops', 'operator');

-- it has it: nothing to do, and nothing is said of it
SELECT coalesce(max(event_id), 0) AS before_all FROM governance.audit_events \gset
SELECT gov_repair_observations();
SELECT count(*) FROM governance.audit_events WHERE event_type = 'system.repair_observations' AND event_id > :before_all;

-- who may
SET ROLE regress_method_ops;
SELECT gov_repair_observations();   -- 42501
RESET ROLE;
BEGIN READ ONLY;
SELECT gov_repair_observations();   -- 25006
ROLLBACK;

-- lost: whoever observes is told, and so is whoever looks
SELECT gov_observe('system', 'method', 1);
ALTER TABLE governance.sla_observations SET ACCESS METHOD heap;
SET ROLE regress_method_ops;
SELECT gov_observe('system', 'method', 1);                                                                        -- 55000
SELECT gov_observe_many('system', 'method', '{1}');                                                               -- 55000
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('system', 'method', 1);  -- 55000
COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;                             -- 55000
system	method	1
\.
SET session_replication_role = replica;   -- 42501
RESET ROLE;
SET session_replication_role = replica;
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('system', 'method', 1);  -- 55000
RESET session_replication_role;
SELECT gov_health() -> 'components' ->> 'sla_manager' AS said;

-- rows that came where the trigger was off: nobody takes them for counted
BEGIN;
ALTER TABLE governance.sla_observations DISABLE TRIGGER counts, ADD CHECK (true);
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('system', 'method', 1);
SELECT gov_health() -> 'components' ->> 'sla_manager' AS said;
SELECT gov_repair_observations();   -- 55000
ROLLBACK;

-- a TOAST table that it got meanwhile
BEGIN;
ALTER TABLE governance.sla_observations ADD CONSTRAINT toasted CHECK (true);
SELECT gov_repair_observations();
ALTER TABLE governance.sla_observations DROP CONSTRAINT toasted;
SELECT gov_observe('system', 'method', 1);
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('system', 'method', 1);
SELECT gov_health() -> 'components' ->> 'sla_manager' AS said;
ROLLBACK;

-- put back, once
SELECT gov_repair_observations();
SELECT gov_repair_observations();
SELECT outcome, resource FROM governance.audit_events WHERE event_type = 'system.repair_observations' AND event_id > :before_all;
SELECT gov_health() -> 'components' ->> 'sla_manager' AS said;
SET ROLE regress_method_ops;
SELECT gov_observe('system', 'method', 1);
INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('system', 'method', 1);
RESET ROLE;
SELECT sum(count) FROM gov_sla_series('system', 'method', now() - interval '1 hour', now() + interval '10 min', '1 day');
SELECT count(*) FROM governance.sla_observations;

-- an index that was refused stays behind: it is named with its cure
CREATE INDEX CONCURRENTLY "left behind" ON governance.sla_observations (resource_id);   -- 0A000
SELECT gov_health() -> 'components' ->> 'sla_manager' AS said;
VACUUM (FULL) governance.sla_observations;       -- 0A000
REINDEX TABLE governance.sla_observations;       -- 0A000
DROP INDEX governance."left behind";
VACUUM (FULL) governance.sla_observations;
REINDEX TABLE governance.sla_observations;
-- as does one that was made while it had another access method
BEGIN;
ALTER TABLE governance.sla_observations SET ACCESS METHOD heap;
CREATE INDEX left_behind ON governance.sla_observations (resource_id);
SELECT gov_repair_observations();   -- 0A000
ROLLBACK;
SELECT gov_health() -> 'components' ->> 'sla_manager' AS said;

SELECT user_id FROM gov_deactivate_user('method_ops');
UPDATE governance.users SET db_role = NULL WHERE user_id = 'method_ops';
SELECT count(gov_revoke_role(user_id, role)) FROM governance.user_roles WHERE user_id = 'method_ops';
DROP ROLE regress_method_ops;
