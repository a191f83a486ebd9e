-- A request with a key is carried out once.

CREATE ROLE regress_idempotency_ann;
CREATE ROLE regress_idempotency_ben;
INSERT INTO governance.users (user_id, db_role) VALUES
    ('idempotency-ann', 'regress_idempotency_ann'), ('idempotency-ben', 'regress_idempotency_ben');
\set one '''1111111111111111111111111111111111111111111111111111111111111111'''
\set two '''2222222222222222222222222222222222222222222222222222222222222222'''

-- the first time: nothing was answered yet
SET ROLE regress_idempotency_ann;
BEGIN;
SELECT * FROM gov_idempotency_begin('k1', :one);
SELECT gov_idempotency_end('k1', 201, '{"a": 1}');
COMMIT;

-- again: what was answered
SELECT * FROM gov_idempotency_begin('k1', :one);
-- another request under that key
SELECT same_request FROM gov_idempotency_begin('k1', :two);
-- an answer once given stays
SELECT gov_idempotency_end('k1', 500, 'other');
SELECT * FROM gov_idempotency_begin('k1', :one);

-- what was rolled back was not answered
BEGIN;
SELECT * FROM gov_idempotency_begin('k2', :one);
SELECT gov_idempotency_end('k2', 200, '{}');
ROLLBACK;
SELECT * FROM gov_idempotency_begin('k2', :one);

-- keys are each user's own, and nobody else sees them
SET ROLE regress_idempotency_ben;
SELECT * FROM gov_idempotency_begin('k1', :two);
SELECT user_id, key FROM governance.idempotency_keys;
SET ROLE regress_idempotency_ann;
SELECT user_id, key, status FROM governance.idempotency_keys ORDER BY key;
RESET ROLE;

-- after a day the key is new (in one transaction, or the worker might forget it)
BEGIN;
UPDATE governance.idempotency_keys SET created_at = created_at - interval '25 hours' WHERE user_id = 'idempotency-ann' AND key = 'k1';
SET LOCAL ROLE regress_idempotency_ann;
SELECT * FROM gov_idempotency_begin('k1', :two);
COMMIT;

-- and forgotten
UPDATE governance.idempotency_keys SET created_at = created_at - interval '25 hours' WHERE user_id = 'idempotency-ben';
SELECT gov_run_maintenance() IS NOT NULL AS ran;
SELECT user_id, key FROM governance.idempotency_keys WHERE user_id LIKE 'idempotency-%' ORDER BY user_id, key;

-- a consumer of events is made by who configures, for a user; others may leave
-- events meanwhile
SELECT name, user_id, created_by = gov_current_actor() AS by_me FROM gov_create_consumer('idempotency-consumer', 'idempotency-ann');
SELECT event_type, details, actor = gov_current_actor() AS by_me FROM governance.audit_events WHERE resource = 'event_consumer/idempotency-consumer';
SET ROLE regress_idempotency_ann;
SELECT count(*) FROM gov_next_events('idempotency-consumer') WHERE data ->> 'resource' = 'idempotency';
SELECT published_no >= 0 AS begins_now, user_id FROM governance.event_consumers WHERE name = 'idempotency-consumer';
RESET ROLE;
SELECT (gov_report_incident('other', 'info', 'for a consumer', '', 'idempotency')).status;
SELECT gov_run_maintenance() -> 'events' IS NOT NULL AS published;
SET ROLE regress_idempotency_ann;
SELECT type FROM gov_next_events('idempotency-consumer') WHERE data ->> 'resource' = 'idempotency';
SELECT count(*) FROM gov_next_events('idempotency-consumer', 1);
SELECT gov_acknowledge_events('idempotency-consumer', published_no) = published_no AS forward
FROM gov_next_events('idempotency-consumer') WHERE data ->> 'resource' = 'idempotency';
SELECT count(*) FROM gov_next_events('idempotency-consumer') WHERE data ->> 'resource' = 'idempotency';
SELECT gov_acknowledge_events('idempotency-consumer', 0) > 0 AS never_back;
SET ROLE regress_idempotency_ben;
SELECT gov_acknowledge_events('idempotency-consumer', 1000000) IS NULL AS not_hers, gov_replay_events('idempotency-consumer') IS NULL AS nor_this;
SET ROLE regress_idempotency_ann;
SELECT gov_replay_events('idempotency-consumer') AS again;
SELECT count(*) > 0 AS all_again FROM gov_next_events('idempotency-consumer');

-- form, and who may
\set VERBOSITY sqlstate
SELECT gov_idempotency_begin('', :one);   -- 23514
SELECT gov_idempotency_begin(repeat('k', 256), :one);   -- 23514
SELECT gov_idempotency_begin('k3', 'not a digest');   -- 23514
SELECT gov_idempotency_begin(NULL, :one);   -- 23502
-- an answer has a final status, whether its key is there or not
BEGIN;
SELECT same_request FROM gov_idempotency_begin('k4', :one);
SAVEPOINT asked;
SELECT gov_idempotency_end('k4', 0, '{}');   -- 22023
ROLLBACK TO asked;
SELECT gov_idempotency_end('k4', 101, '{}');   -- 22023
ROLLBACK TO asked;
SELECT gov_idempotency_end('k4', 199, '{}');   -- 22023
ROLLBACK TO asked;
SELECT gov_idempotency_end('k4', 600, '{}');   -- 22023
ROLLBACK TO asked;
SELECT gov_idempotency_end('k4', 999, '{}');   -- 22023
ROLLBACK TO asked;
SELECT gov_idempotency_end('k4', NULL, NULL);   -- 22023
ROLLBACK TO asked;
SELECT gov_idempotency_end('k4', 599, '{}');
ROLLBACK;
SELECT gov_idempotency_end('never asked', 0, '{}');   -- 22023
INSERT INTO governance.idempotency_keys (user_id, key, request) VALUES ('idempotency-ben', 'x', :one);   -- 42501
RESET ROLE;
CREATE ROLE regress_idempotency_nobody;
SET ROLE regress_idempotency_nobody;
SELECT gov_idempotency_begin('k1', :one);   -- 42501
SELECT gov_idempotency_end('k1', 200, '');   -- 42501
SELECT gov_next_events('x');   -- 42501
SELECT gov_acknowledge_events('idempotency-consumer', 1);   -- 42501
SELECT gov_replay_events('idempotency-consumer');   -- 42501
\set VERBOSITY default
RESET ROLE;

-- consumers: unknown, and who may
SELECT gov_create_consumer('idempotency-consumer', 'idempotency-ann');   -- 23505
SELECT gov_create_consumer('idempotency-new', 'nobody-there');   -- 42704
SELECT gov_create_consumer('a b', 'idempotency-ann');   -- 22023
SELECT gov_create_consumer('idempotency-new', NULL);   -- 22023
\set VERBOSITY default
SET ROLE regress_idempotency_ben;
SELECT gov_claim_consumer('idempotency-new');   -- 42704
\set VERBOSITY sqlstate
SELECT gov_next_events('idempotency-new');   -- 42704
SELECT gov_acknowledge_events('idempotency-new', 1);   -- 42704
SELECT gov_replay_events('idempotency-new');   -- 42704
SELECT gov_create_consumer('idempotency-new', 'idempotency-ben');   -- 42501
SELECT gov_drop_consumer('idempotency-consumer');   -- 42501
SELECT gov_claim_consumer('idempotency-consumer') IS NULL AS anothers;
SELECT count(*) FROM governance.event_consumers WHERE name LIKE 'idempotency-%';
-- one made anew is not in the hands of who held the old one
SET ROLE regress_idempotency_ann;
SELECT gov_claim_consumer('idempotency-consumer');
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
RESET ROLE;
\set VERBOSITY default
SELECT gov_drop_consumer('idempotency-consumer');
SELECT gov_drop_consumer('idempotency-consumer');
SELECT user_id FROM gov_create_consumer('idempotency-consumer', 'idempotency-ben');
SET ROLE regress_idempotency_ann;
SELECT gov_claim_consumer('idempotency-consumer') IS NULL AS not_hers, gov_acknowledge_events('idempotency-consumer', 1) IS NULL AS nor_this;
SET ROLE regress_idempotency_ben;
SELECT gov_claim_consumer('idempotency-consumer');
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
RESET ROLE;
-- one who is not active gets none; nothing is left of the call
UPDATE governance.users SET is_active = false WHERE user_id = 'idempotency-ben';
SELECT gov_create_consumer('idempotency-new', 'idempotency-ben');   -- 55000
SELECT gov_drop_consumer('idempotency-consumer');
-- nor while governed operation is suspended
SELECT (gov_suspend('stop')).is_suspended;
SELECT gov_create_consumer('idempotency-new', 'idempotency-ann');   -- 55000
SELECT (gov_resume('go on')).is_suspended;
SELECT count(*) FROM governance.event_consumers WHERE name LIKE 'idempotency-%';
DELETE FROM governance.idempotency_keys WHERE user_id LIKE 'idempotency-%';
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'idempotency-%';
DROP ROLE regress_idempotency_ann, regress_idempotency_ben, regress_idempotency_nobody;
