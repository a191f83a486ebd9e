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

-- after a day the key is new
UPDATE governance.idempotency_keys SET created_at = created_at - interval '25 hours' WHERE user_id = 'idempotency-ann' AND key = 'k1';
SET ROLE regress_idempotency_ann;
SELECT * FROM gov_idempotency_begin('k1', :two);

-- form, and who may
\set VERBOSITY sqlstate
SELECT gov_idempotency_begin('', :one);   -- 23514
SELECT gov_idempotency_begin(repeat('k', 256), :one);   -- 23514
SELECT gov_idempotency_begin('k3', 'not a digest');   -- 23514
SELECT gov_idempotency_begin(NULL, :one);   -- 23502
INSERT INTO governance.idempotency_keys (user_id, key, request) VALUES ('idempotency-ben', 'x', :one);   -- 42501
RESET ROLE;
CREATE ROLE regress_idempotency_nobody;
SET ROLE regress_idempotency_nobody;
SELECT gov_idempotency_begin('k1', :one);   -- 42501
SELECT gov_idempotency_end('k1', 200, '');   -- 42501
\set VERBOSITY default
RESET ROLE;

DELETE FROM governance.idempotency_keys WHERE user_id LIKE 'idempotency-%';
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'idempotency-%';
DROP ROLE regress_idempotency_ann, regress_idempotency_ben, regress_idempotency_nobody;
