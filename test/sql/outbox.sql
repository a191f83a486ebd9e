-- The outbox: what leaves an event, numbering, retention, who may read.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;

CREATE ROLE regress_outbox_rita;
CREATE ROLE regress_outbox_stranger;
INSERT INTO governance.users (user_id, db_role) VALUES ('outbox-rita', 'regress_outbox_rita');

-- one transaction, so that the worker sees none of it
BEGIN;
-- state moves leave events in the shape of CloudEvents, with what the tables show anyway
SELECT status FROM gov_register_model('outbox-risk', '1.0.0', metadata => '{"big": "document"}');
INSERT INTO governance.users (user_id) VALUES ('outbox-nina');
SELECT approval_status FROM gov_request_model_approval('outbox-risk', '1.0.0');
-- nothing that is told of changed: no event
SELECT owner FROM gov_update_model('outbox-risk', owner => 'nina');
SELECT action FROM gov_request_approval('model_rollback', '{"model_id": "outbox-risk"}');
SELECT type, subject, source = '/governance/' || current_database() AS source, published_no IS NULL AS unpublished,
    data - 'actor' AS data
FROM governance.events WHERE subject LIKE '%/outbox-risk%' ORDER BY event_no;
SELECT type, data ->> 'status' AS status, data ->> 'action' AS action, jsonb_typeof(data -> 'expires_at') AS time
FROM governance.events WHERE data -> 'context' ->> 'model_id' = 'outbox-risk';
-- and none but those of the list
SELECT count(*) FROM governance.events WHERE subject LIKE 'user/%' OR subject LIKE 'model/%';

-- what is rolled back leaves none
SAVEPOINT s;
SELECT status FROM gov_register_model('outbox-risk', '2.0.0');
ROLLBACK TO s;
SELECT count(*) FROM governance.events WHERE subject = 'model_version/outbox-risk:2.0.0';

-- numbers are dense, in the order of writing
SELECT (gov_run_maintenance() -> 'events' ->> 'published')::int >= 2 AS published;
COMMIT;
SELECT count(*) = max(published_no) - min(published_no) + 1 AS dense, bool_and(published_at >= "time") AS after
FROM governance.events WHERE published_no IS NOT NULL;
SELECT count(published_no) AS published, count(*) AS events, bool_or(back) AS out_of_order
FROM (SELECT published_no, event_no < lag(event_no) OVER (ORDER BY published_no) AS back
    FROM governance.events WHERE subject LIKE '%/outbox-risk%' OR data -> 'context' ->> 'model_id' = 'outbox-risk') AS e;

-- old ones go, the last never does: numbers go on from it (the worker waits
-- meanwhile)
BEGIN;
LOCK TABLE governance.events IN SHARE ROW EXCLUSIVE MODE;
SELECT gov_run_maintenance() IS NOT NULL AS ran;
CREATE TEMP TABLE last AS SELECT max(published_no) AS no FROM governance.events;
SELECT value FROM gov_set_policy('events.retention_days', '1', 'outbox test');
UPDATE governance.events SET "time" = "time" - interval '2 days';
SELECT (gov_run_maintenance() -> 'events' ->> 'deleted')::int > 0 AS deleted;
SELECT count(*), max(published_no) = (SELECT no FROM last) AS is_the_last FROM governance.events;
SELECT status FROM gov_register_model('outbox-risk', '3.0.0');
SELECT gov_run_maintenance() IS NOT NULL AS ran;
SELECT published_no - (SELECT no FROM last) AS follows FROM governance.events WHERE subject = 'model_version/outbox-risk:3.0.0';
-- 0 is for ever
SELECT value FROM gov_set_policy('events.retention_days', '0', 'outbox test');
UPDATE governance.events SET "time" = "time" - interval '2 days';
SELECT gov_run_maintenance() -> 'events' -> 'deleted' AS deleted;
ROLLBACK;

-- every active user reads them, nobody else, and nobody writes
SET ROLE regress_outbox_rita;
SELECT count(*) > 0 AS sees FROM governance.events;
INSERT INTO governance.events (source, type, data) VALUES ('x', 'x', '{}');  -- 42501
DELETE FROM governance.events;  -- 42501
SET ROLE regress_outbox_stranger;
SELECT count(*) FROM governance.events;
RESET ROLE;

-- clean up
SELECT is_active FROM gov_deactivate_user('outbox-rita');
SELECT is_active FROM gov_deactivate_user('outbox-nina');
DROP ROLE regress_outbox_rita, regress_outbox_stranger;
