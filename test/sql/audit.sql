-- The audit trail: what is written, who may read it, and that it stays.
-- Denied attempts are written by the worker, whenever it comes: what follows a
-- mark leaves them out.
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE ROLE regress_audit_rosa;     -- registers
CREATE ROLE regress_audit_ivan;     -- auditor
CREATE ROLE regress_audit_omar;     -- a user without a right
CREATE ROLE regress_audit_nina;     -- no user
CREATE ROLE regress_audit_root SUPERUSER;   -- a superuser, no user
SELECT max(event_id) AS mark FROM governance.audit_events \gset
SELECT user_id FROM gov_create_user('audit_rosa', NULL, 'regress_audit_rosa');
SELECT user_id FROM gov_create_user('audit_ivan', NULL, 'regress_audit_ivan');
SELECT user_id FROM gov_create_user('audit_omar', NULL, 'regress_audit_omar');
SELECT role FROM gov_create_role('audit_registrar', 'registers', '{model:register}');
SELECT role FROM gov_assign_role('audit_rosa', 'audit_registrar', reason => 'for this test');
SELECT role FROM gov_assign_role('audit_ivan', 'auditor');
SELECT user_id FROM gov_update_user('audit_omar', 'omar@example.org');
SELECT is_active FROM gov_deactivate_user('audit_omar', 'on leave');
SELECT is_active FROM gov_reactivate_user('audit_omar', 'back');
SET ROLE regress_audit_rosa;
SELECT status FROM gov_register_model('audit_model', '1.0.0', 'first');
RESET ROLE;

-- one event for each row that changed, its type <kind>.<verb>
SELECT event_type, action, resource, resource_type, coalesce(nullif(actor, gov_current_actor()), 'the installer') AS actor,
    evidence, outcome, details
FROM governance.audit_events WHERE event_id > :mark AND event_type <> 'access.denied' ORDER BY event_id;
-- the rows before and after, and what differs
SELECT event_type, jsonb_pretty(old_row - '{created_at,created_by}'::text[]) AS old_row,
    jsonb_pretty(new_row - '{created_at,created_by}'::text[]) AS new_row, changes
FROM governance.audit_events WHERE event_id > :mark AND resource = 'user/audit_omar' ORDER BY event_id;
-- exactly one model_version.register per registration, and none for one refused
SET ROLE regress_audit_rosa;
\set VERBOSITY terse
SELECT 1 FROM gov_register_model('audit_model', '1.0.0', 'again');   -- 23505
\set VERBOSITY default
RESET ROLE;
SELECT actor, evidence, db_role, count(*) FROM governance.audit_events
WHERE event_type = 'model_version.register' AND resource = 'model_version/audit_model:1.0.0' GROUP BY 1, 2, 3;

-- direct SQL by a superuser is recorded just so: each row of each statement
SELECT max(event_id) AS mark FROM governance.audit_events \gset
INSERT INTO governance.environments (name, rank) VALUES ('audit_a', 1), ('audit_b', 2), ('audit_c', 3);
UPDATE governance.environments SET rank = rank + 1 WHERE name ~ '^audit_';
UPDATE governance.environments SET rank = rank WHERE name = 'audit_a';
INSERT INTO governance.environments (name, rank) VALUES ('audit_a', 9) ON CONFLICT DO NOTHING;
INSERT INTO governance.environments (name, rank) VALUES ('audit_a', 9) ON CONFLICT (name) DO UPDATE SET rank = excluded.rank;
MERGE INTO governance.environments AS e USING (VALUES ('audit_b'), ('audit_d')) AS s(name) ON e.name = s.name
WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (name, rank) VALUES (s.name, 4);
COPY governance.environments (name, rank, description) FROM stdin;
audit_e	5	by COPY
audit_f	6	by COPY
\.
WITH gone AS (DELETE FROM governance.environments WHERE name ~ '^audit_' RETURNING name)
SELECT count(*) FROM gone;
SELECT event_type, resource, old_row ->> 'rank' AS old_rank, new_row ->> 'rank' AS new_rank, changes
FROM governance.audit_events WHERE event_id > :mark AND event_type <> 'access.denied' ORDER BY event_id;
-- a cascade too
INSERT INTO governance.roles (role) VALUES ('audit_short_lived');
INSERT INTO governance.role_permissions (role, permission) VALUES ('audit_short_lived', 'sla:record'), ('audit_short_lived', 'audit:read');
SELECT max(event_id) AS mark FROM governance.audit_events \gset
DELETE FROM governance.roles WHERE role = 'audit_short_lived';
SELECT event_type, resource FROM governance.audit_events WHERE event_id > :mark AND event_type <> 'access.denied' ORDER BY resource;
-- also with triggers "off"
SELECT max(event_id) AS mark FROM governance.audit_events \gset
SET session_replication_role = replica;
UPDATE governance.users SET metadata = '{"desk": 7}' WHERE user_id = 'audit_omar';
RESET session_replication_role;
SELECT event_type, changes FROM governance.audit_events WHERE event_id > :mark AND event_type <> 'access.denied';

-- a superuser whom nobody knows: recorded as that
SELECT max(event_id) AS mark FROM governance.audit_events \gset
SET ROLE regress_audit_root;
SELECT gov_current_actor();
UPDATE governance.users SET metadata = '{"desk": 8}' WHERE user_id = 'audit_omar';
SELECT 1 FROM gov_log_event('lunch', 'eat', NULL);   -- 42501
RESET ROLE;
SELECT event_type, actor, evidence, db_role, session_role = session_user AS is_login
FROM governance.audit_events WHERE event_id > :mark AND event_type <> 'access.denied';

-- the event belongs to its transaction
BEGIN;
SELECT 1 FROM gov_log_event('lunch', 'eat', 'kitchen/soup');
SAVEPOINT s;
SELECT 1 FROM gov_log_event('lunch', 'drop', 'kitchen/soup');
UPDATE governance.users SET metadata = '{"desk": 9}' WHERE user_id = 'audit_omar';
ROLLBACK TO s;
SELECT 1 FROM gov_log_event('lunch', 'drink', 'kitchen/tea');
SAVEPOINT t;
SELECT 1 FROM gov_log_event('lunch', 'pay', 'kitchen/bill');
RELEASE t;
-- xid is that of the whole transaction, in a savepoint too
SELECT action, xid = pg_current_xact_id() AS this_transaction, occurred_at BETWEEN now() AND clock_timestamp() AS in_it
FROM governance.audit_events WHERE event_type = 'lunch' ORDER BY event_id;
COMMIT;
BEGIN;
SELECT 1 FROM gov_log_event('lunch', 'steal', 'kitchen/cake');
ROLLBACK;
SELECT action, outcome, resource, resource_type FROM governance.audit_events WHERE event_type = 'lunch' ORDER BY event_id;
SELECT count(DISTINCT incarnation), bool_and(octet_length(leaf_hash) = 32) FROM governance.audit_events;
-- times do not depend on the session
SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German';
UPDATE governance.users SET metadata = '{"desk": 10}' WHERE user_id = 'audit_omar';
RESET TimeZone; RESET DateStyle;
SELECT DISTINCT jsonb_typeof(new_row -> 'created_at'), new_row -> 'created_at' = to_jsonb(extract(epoch FROM u.created_at)) AS same
FROM governance.audit_events AS e JOIN governance.users AS u ON u.user_id = 'audit_omar'
WHERE e.resource = 'user/audit_omar';

-- an application's own events
SELECT event_type, action, resource, resource_type, outcome, details, actor = gov_current_actor() AS mine
FROM gov_log_event('drift', 'measure', 'model/audit_model', 'failure', '{"psi": 0.31}');
SELECT event_type, resource, outcome, details FROM gov_log_event('drift', 'measure', NULL);
SET ROLE regress_audit_omar;
SELECT actor, evidence FROM gov_log_event('drift', 'measure', '', NULL, NULL);
RESET ROLE;
SELECT 1 FROM gov_log_event('model_version.approve', 'approve', 'model_version/audit_model:1.0.0');   -- 22023
SELECT 1 FROM gov_log_event('drift', 'measure', 'x', 'perhaps');   -- 22023
\set VERBOSITY sqlstate
SELECT 1 FROM gov_log_event(NULL, 'measure', 'x');   -- 22023
SELECT 1 FROM gov_log_event('  ', 'measure', 'x');   -- 22023
SELECT 1 FROM gov_log_event('drift', '', 'x');   -- 22023
SELECT 1 FROM gov_log_event('drift', 'measure', 'x', details => '[1]');   -- 22023
BEGIN READ ONLY;
SELECT 1 FROM gov_log_event('drift', 'measure', 'x');   -- 25006
ROLLBACK;
\set VERBOSITY default
SET ROLE regress_audit_nina;
SELECT 1 FROM gov_log_event('drift', 'measure', 'x');   -- 42501
RESET ROLE;

-- secrets are in no event
SELECT gov_create_api_token('audit_omar', 'ci') AS token \gset
SELECT token_id AS id, encode(token_hash, 'hex') AS hash FROM governance.api_tokens WHERE user_id = 'audit_omar' \gset
UPDATE governance.api_tokens SET name = 'nightly' WHERE token_id = :id;
SELECT gov_revoke_api_token(:id);
SELECT event_type, old_row ? 'token_hash' AS in_old, new_row ? 'token_hash' AS in_new, changes ? 'token_hash' AS in_changes
FROM governance.audit_events WHERE resource = 'api_token/' || :id ORDER BY event_id;
SELECT count(*) FROM governance.audit_events AS e
WHERE strpos(e::text, :'hash') > 0 OR strpos(e::text, :'token') > 0;

-- permission checks, while somebody wants them recorded; one in a parallel plan
-- cannot be and goes to the server log, so no plan is forced to be one
SELECT set_config(name, 'off', false) AS forced
FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT max(event_id) AS mark FROM governance.audit_events \gset
SELECT gov_has_permission('audit_ivan', 'audit:read', 'desk/1');
SET governance.log_checks = on;
SELECT gov_has_permission('audit_ivan', 'audit:read', 'desk/1'), gov_has_permission('audit_ivan', 'MODEL_DEPLOY', 'desk/2'),
    gov_has_permission('audit_nobody', 'audit:read'), gov_can('audit:read', 'desk/3');
RESET governance.log_checks;
SELECT nullif(user_id, gov_current_actor()) AS user_id, permission, resource, result,
    details - 'user_id' AS details FROM governance.access_audit_log
WHERE event_id > :mark AND NOT details ? 'sqlstate' ORDER BY event_id;
SELECT DISTINCT event_type, action, resource_type FROM governance.audit_events WHERE event_id > :mark AND event_type <> 'access.denied';

-- readers: an auditor
SET ROLE regress_audit_ivan;
SELECT count(*) > 10 AS sees FROM governance.audit_events;
SELECT count(*) FROM governance.access_audit_log WHERE resource LIKE 'desk/%';
SELECT event_type, resource FROM gov_audit_trail(user_id => 'audit_rosa');
SELECT event_type, changes FROM gov_audit_trail(resource => 'user/audit_omar', limit_rows => 3);
SELECT event_type, actor FROM gov_audit_trail('audit_omar', 'model/nothing');
SELECT count(*) BETWEEN 50 AND 100 AS at_most_100 FROM gov_audit_trail(limit_rows => NULL);
-- newest first; since is inside, until outside
SELECT bool_and(occurred_at <= before) FROM (SELECT occurred_at, lag(occurred_at) OVER () AS before FROM gov_audit_trail()) AS e;
SELECT occurred_at AS first FROM gov_audit_trail(resource => 'kitchen/soup') \gset
SELECT occurred_at AS last FROM gov_audit_trail(resource => 'kitchen/bill') \gset
SELECT action FROM gov_audit_trail(since => :'first', until => :'last') WHERE event_type = 'lunch';
SELECT action FROM gov_audit_trail(user_id => gov_current_actor(), since => :'first', until => :'last');
SELECT action FROM gov_audit_trail(resource => 'kitchen/tea', since => :'first', until => :'last');
SELECT count(*) FROM gov_audit_trail(resource => 'kitchen/tea', until => :'first');
SELECT 1 FROM gov_audit_trail(limit_rows => 0);   -- 22023
SELECT 1 FROM gov_audit_trail(limit_rows => 10001);   -- 22023
RESET ROLE;
-- a user without the right sees nothing, and is told so when asking
SET ROLE regress_audit_omar;
SELECT count(*) FROM governance.audit_events;
SELECT count(*) FROM governance.access_audit_log;
SELECT 1 FROM gov_audit_trail();   -- 42501
RESET ROLE;
-- nor does who is no user
SET ROLE regress_audit_nina;
SELECT count(*) FROM governance.audit_events;
SELECT count(*) FROM governance.access_audit_log;
SELECT 1 FROM gov_audit_trail();   -- 42501
\set VERBOSITY sqlstate
-- nobody but a superuser has a right to write there at all
INSERT INTO governance.audit_events (event_type) VALUES ('forged');   -- 42501
UPDATE governance.audit_events SET actor = 'audit_nina';   -- 42501
DELETE FROM governance.audit_events;   -- 42501
TRUNCATE governance.audit_events;   -- 42501
SELECT setval('governance.audit_events_event_id_seq', 1);   -- 42501
RESET ROLE;
\set VERBOSITY default

-- append-only, for a superuser as well
SELECT count(*) AS before, md5(string_agg(e::text, ',' ORDER BY event_id)) AS digest
FROM governance.audit_events AS e WHERE event_type <> 'access.denied' \gset
UPDATE governance.audit_events SET actor = 'audit_nina' WHERE event_type = 'lunch';   -- MG004
DELETE FROM governance.audit_events WHERE event_type = 'lunch';   -- MG004
TRUNCATE governance.audit_events;   -- MG004
INSERT INTO governance.audit_events (incarnation, occurred_at, xid, evidence, event_type, action, outcome, leaf_hash)
VALUES (1, now(), pg_current_xact_id(), 'session', 'forged', 'forge', 'success', sha256(''));   -- MG004
\set VERBOSITY sqlstate
INSERT INTO governance.audit_events OVERRIDING SYSTEM VALUE SELECT * FROM governance.audit_events LIMIT 1 ON CONFLICT DO NOTHING;   -- MG004
INSERT INTO governance.audit_events OVERRIDING SYSTEM VALUE SELECT * FROM governance.audit_events LIMIT 1
ON CONFLICT (event_id) DO UPDATE SET actor = 'audit_nina';   -- MG004
MERGE INTO governance.audit_events AS e USING (SELECT 'lunch' AS t) AS s ON e.event_type = s.t
WHEN MATCHED THEN DELETE;   -- MG004
COPY governance.audit_events (incarnation, occurred_at, xid, evidence, event_type, action, outcome, leaf_hash) FROM stdin;   -- MG004
1	2026-01-01 00:00:00+00	1	session	forged	forge	success	\\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
\.
CREATE VIEW audit_window AS SELECT event_id, actor, event_type FROM governance.audit_events;
UPDATE audit_window SET actor = 'audit_nina' WHERE event_type = 'lunch';   -- MG004
DELETE FROM audit_window;   -- MG004
DROP VIEW audit_window;
SET session_replication_role = replica;
UPDATE governance.audit_events SET actor = 'audit_nina';   -- MG004
DELETE FROM governance.audit_events;   -- MG004
TRUNCATE governance.audit_events;   -- MG004
INSERT INTO governance.audit_events OVERRIDING SYSTEM VALUE SELECT * FROM governance.audit_events LIMIT 1;   -- MG004
RESET session_replication_role;
-- through a cascade from a table of somebody's own
CREATE TABLE audit_parent (actor text PRIMARY KEY);
INSERT INTO audit_parent VALUES ('audit_rosa');
ALTER TABLE governance.audit_events ADD CONSTRAINT parent FOREIGN KEY (actor) REFERENCES audit_parent
    ON DELETE CASCADE ON UPDATE CASCADE NOT VALID;
DELETE FROM audit_parent;   -- MG004
UPDATE audit_parent SET actor = 'audit_nina';   -- MG004
SET client_min_messages = warning;
TRUNCATE audit_parent CASCADE;   -- MG004
RESET client_min_messages;
ALTER TABLE governance.audit_events DROP CONSTRAINT parent;
DROP TABLE audit_parent;
\set VERBOSITY default
-- the trigger serves its own table alone
CREATE TABLE audit_own (a int);
CREATE TRIGGER append_only BEFORE INSERT ON audit_own FOR EACH ROW EXECUTE FUNCTION governance.audit_append_only();
INSERT INTO audit_own VALUES (1);   -- 39P01
DROP TABLE audit_own;
SELECT count(*) = :before AND md5(string_agg(e::text, ',' ORDER BY event_id)) = :'digest' AS unchanged
FROM governance.audit_events AS e WHERE event_type <> 'access.denied';

SELECT user_id FROM gov_deactivate_user('audit_rosa');
SELECT user_id FROM gov_deactivate_user('audit_ivan');
SELECT user_id FROM gov_deactivate_user('audit_omar');
UPDATE governance.users SET db_role = NULL WHERE user_id ~ '^audit_';
DROP ROLE regress_audit_rosa, regress_audit_ivan, regress_audit_omar, regress_audit_nina, regress_audit_root;
