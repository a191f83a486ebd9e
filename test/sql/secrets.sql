-- Hashes of tokens and of leaves, tokens of a former life: what is read of them
-- and what they open.

CREATE ROLE regress_secrets_ann;
CREATE ROLE regress_secrets_reader;
CREATE ROLE regress_secrets_go_between;
GRANT pg_read_all_data TO regress_secrets_reader;
SELECT user_id FROM gov_create_user('secrets-ann', NULL, 'regress_secrets_ann');
SELECT user_id FROM gov_create_user('secrets-reader', NULL, 'regress_secrets_reader');
SELECT role FROM gov_create_role('secrets-manager', permissions => '{user:manage}');
SELECT role FROM gov_assign_role('secrets-reader', 'secrets-manager');
SELECT gov_create_api_token('secrets-ann', 'ci') AS ann_token \gset
SELECT gov_create_api_token('secrets-reader', 'ci') AS reader_token \gset
SELECT gov_audit_seal() ->> 'tree_size' <> '0' AS sealed;
ANALYZE governance.api_tokens, governance.audit_events, governance.audit_tiles;

-- one's own tokens are seen, without the hash
SET ROLE regress_secrets_ann;
SELECT user_id, name FROM governance.api_tokens;
SELECT token_hash FROM governance.api_tokens;   -- 42501
-- who reads all data reads every column: no row, not one's own either
SET ROLE regress_secrets_reader;
SELECT count(*) FROM governance.api_tokens;
SELECT token_hash FROM governance.api_tokens;
SELECT count(*) FROM governance.api_token_uses;
SELECT count(*) > 1 AS all_by_the_function FROM gov_api_tokens() WHERE user_id LIKE 'secrets-%';
-- nor by a view of theirs, for somebody who would see the row
RESET ROLE;
CREATE SCHEMA regress_secrets AUTHORIZATION regress_secrets_reader;
SET ROLE regress_secrets_reader;
CREATE VIEW regress_secrets.peep AS SELECT * FROM governance.api_tokens;
GRANT USAGE ON SCHEMA regress_secrets TO PUBLIC;
GRANT SELECT ON regress_secrets.peep TO PUBLIC;
SET ROLE regress_secrets_ann;
SELECT count(*) FROM regress_secrets.peep;
-- nor by having been given that role
RESET ROLE;
GRANT regress_secrets_reader TO regress_secrets_go_between;
SELECT user_id FROM gov_create_user('secrets-go-between', NULL, 'regress_secrets_go_between');
SELECT gov_create_api_token('secrets-go-between', 'ci') IS NOT NULL AS made;
SET ROLE regress_secrets_go_between;
SELECT token_hash FROM governance.api_tokens;
-- nor in what ANALYZE keeps
SET ROLE regress_secrets_reader;
SELECT s.starelid::regclass, a.attname FROM pg_statistic AS s
JOIN pg_attribute AS a ON a.attrelid = s.starelid AND a.attnum = s.staattnum
WHERE s.starelid IN ('governance.api_tokens'::regclass, 'governance.audit_events'::regclass, 'governance.audit_tiles'::regclass)
    AND (a.attname LIKE '%hash%' OR a.atttypid = 'jsonb'::regtype);

-- the tree is for who may read the trail
SET ROLE regress_secrets_ann;
SELECT c.relname, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM governance.%I', c.relname), false, true, '')))[1] AS rows
FROM pg_class AS c
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r'
    AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname ~ 'hash|leaf|^root$' AND a.attname NOT IN ('token_hash', 'training_data_hash'))
ORDER BY c.relname COLLATE "C";
RESET ROLE;
SELECT role FROM gov_assign_role('secrets-ann', 'analyst');
SET ROLE regress_secrets_ann;
SELECT count(*) > 0 AS tiles, bool_or(length(hashes) >= 32) AS hashes FROM governance.audit_tiles;
SELECT count(*) > 0 AS leaves FROM governance.audit_leaves;
RESET ROLE;

-- a user who is deactivated loses the tokens for good
\set VERBOSITY terse
BEGIN;
SELECT gov_begin_as(:'ann_token');
COMMIT;
SELECT is_active FROM gov_deactivate_user('secrets-ann', 'left');
SELECT name, revoked_at IS NOT NULL AS revoked, revoked_by = gov_current_actor() AS by_me FROM governance.api_tokens WHERE user_id = 'secrets-ann';
SELECT e.event_type, e.details FROM governance.audit_events AS e JOIN governance.api_tokens AS t ON e.resource = 'api_token/' || t.token_id
WHERE t.user_id = 'secrets-ann' ORDER BY e.event_id;
SELECT is_active FROM gov_reactivate_user('secrets-ann', 'came back');
SELECT gov_begin_as(:'ann_token');   -- 28000
SELECT gov_create_api_token('secrets-ann', 'new') AS new_token \gset
BEGIN;
SELECT gov_begin_as(:'new_token');
COMMIT;
-- also who was deactivated by hand
UPDATE governance.users SET is_active = false WHERE user_id = 'secrets-ann';
SELECT is_active FROM gov_reactivate_user('secrets-ann');
SELECT gov_begin_as(:'new_token');   -- 28000

DROP VIEW regress_secrets.peep;
DROP SCHEMA regress_secrets;
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'secrets-%';
DROP ROLE regress_secrets_ann, regress_secrets_reader, regress_secrets_go_between;
