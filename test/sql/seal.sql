-- Sealing: what is sealed when, that each event is a leaf once, and that
-- nobody else writes the sealed log.
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE ROLE regress_seal_ivan;      -- auditor
CREATE ROLE regress_seal_omar;      -- a user without a right
CREATE ROLE regress_seal_nina;      -- no user
SELECT user_id FROM gov_create_user('seal_ivan', NULL, 'regress_seal_ivan');
SELECT user_id FROM gov_create_user('seal_omar', NULL, 'regress_seal_omar');
SELECT role FROM gov_assign_role('seal_ivan', 'auditor');

-- who may: sealing needs audit:seal, looking audit:read
SET ROLE regress_seal_ivan;
SELECT gov_audit_seal();   -- 42501
SELECT gov_audit_status() ->> 'tree_size' IS NOT NULL AS an_auditor_sees_it;
SET ROLE regress_seal_omar;
SELECT gov_audit_seal();   -- 42501
SELECT gov_audit_status();   -- 42501
SELECT * FROM gov_audit_verify();   -- 42501
SELECT gov_audit_export();   -- 42501
SELECT gov_audit_inclusion_proof(1);   -- 42501
SELECT gov_audit_consistency_proof(1);   -- 42501
SET ROLE regress_seal_nina;
SELECT gov_audit_seal();   -- 42501
SELECT gov_audit_status();   -- 42501
SELECT count(*) FROM governance.audit_leaves;
RESET ROLE;

-- what it says; a second time, nothing is left (nobody else writes meanwhile)
SELECT jsonb_object_keys(gov_audit_seal()) AS key ORDER BY key;
BEGIN;
LOCK TABLE governance.audit_events IN SHARE ROW EXCLUSIVE MODE;
SELECT FROM gov_audit_seal();
SELECT s ->> 'sealed' AS sealed, s ->> 'flagged' AS flagged, (s ->> 'tree_size')::bigint = count(l) AS counts_leaves
FROM gov_audit_seal() AS s, governance.audit_leaves AS l GROUP BY s;
SELECT s ->> 'unsealed_events' AS unsealed, s ->> 'oldest_unsealed_seconds' AS oldest,
    s ->> 'last_checkpoint' AS checkpoint, s ->> 'witnessed_size' AS witnessed,
    s ->> 'root' = encode(h.root, 'hex') AS root_of_last_head
FROM gov_audit_status() AS s JOIN governance.audit_tree_heads AS h ON h.tree_size = (s ->> 'tree_size')::bigint;
-- sealing writes no event
SELECT count(*) AS events FROM governance.audit_events WHERE xid = pg_current_xact_id();
COMMIT;
SELECT max(event_id) AS mark FROM governance.audit_events \gset

-- events of the sealing transaction wait for the next, however they came
BEGIN;
LOCK TABLE governance.audit_events IN SHARE ROW EXCLUSIVE MODE;
SELECT action FROM gov_log_event('seal_test', 'before', 'seal');
SELECT FROM gov_audit_seal();
SELECT action FROM gov_log_event('seal_test', 'between', 'seal');
SAVEPOINT a;
SELECT action FROM gov_log_event('seal_test', 'kept', 'seal');
RELEASE a;
SAVEPOINT b;
SELECT action FROM gov_log_event('seal_test', 'undone', 'seal');
SELECT FROM gov_audit_seal();
ROLLBACK TO b;
SELECT FROM gov_audit_seal();
SELECT count(l.leaf_index) AS sealed, count(*) AS written
FROM governance.audit_events AS e LEFT JOIN governance.audit_leaves AS l USING (event_id)
WHERE e.event_id > :mark AND e.event_type = 'seal_test';
SELECT s ->> 'unsealed_events' AS unsealed, (s ->> 'oldest_unsealed_seconds')::numeric BETWEEN 0 AND 600 AS oldest
FROM gov_audit_status() AS s;
COMMIT;
SELECT FROM gov_audit_seal();
SELECT e.action, count(l.leaf_index) AS leaves
FROM governance.audit_events AS e LEFT JOIN governance.audit_leaves AS l USING (event_id)
WHERE e.event_id > :mark AND e.event_type = 'seal_test' GROUP BY e.event_id, e.action ORDER BY e.event_id;

-- a seal that is undone seals nothing
BEGIN;
SELECT action FROM gov_log_event('seal_test', 'late', 'seal');
COMMIT;
BEGIN;
SELECT FROM gov_audit_seal();
ROLLBACK;
SELECT FROM gov_audit_seal();
SELECT count(*) AS leaves FROM governance.audit_leaves JOIN governance.audit_events AS e USING (event_id)
WHERE e.event_id > :mark AND e.action = 'late';

-- leaves are dense, heads follow one another, each event is a leaf once
SELECT min(leaf_index) AS first, max(leaf_index) + 1 = count(*) AS dense, count(DISTINCT event_id) = count(*) AS once
FROM governance.audit_leaves;
SELECT bool_and(previous_size = lag) AS heads_follow
FROM (SELECT previous_size, lag(tree_size, 1, 0::bigint) OVER (ORDER BY tree_size) FROM governance.audit_tree_heads) AS h;

-- only where each statement sees what is committed; not where nothing is written
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT gov_audit_seal();   -- 55000
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT gov_audit_seal();   -- 55000
ROLLBACK;
BEGIN READ ONLY;
SELECT gov_audit_seal();   -- 25006
ROLLBACK;

-- nobody else writes the sealed log, whatever the session's settings are
INSERT INTO governance.audit_leaves VALUES (-1, -1);   -- MG004
\set VERBOSITY sqlstate
SET session_replication_role = replica;
INSERT INTO governance.audit_leaves VALUES (-1, -1);   -- MG004
UPDATE governance.audit_leaves SET event_id = -event_id WHERE leaf_index = 0;   -- MG004
DELETE FROM governance.audit_leaves WHERE leaf_index = 0;   -- MG004
TRUNCATE governance.audit_leaves;   -- MG004
INSERT INTO governance.audit_tiles VALUES (-1, -1, '');   -- MG004
UPDATE governance.audit_tiles SET hashes = '' WHERE level = 0;   -- MG004
DELETE FROM governance.audit_tiles;   -- MG004
TRUNCATE governance.audit_tiles;   -- MG004
INSERT INTO governance.audit_tree_heads (tree_size, previous_size, root, incarnation, snapshot)
SELECT tree_size + 1, tree_size, root, incarnation, snapshot FROM governance.audit_tree_heads ORDER BY 1 DESC LIMIT 1;   -- MG004
UPDATE governance.audit_tree_heads SET root = '';   -- MG004
DELETE FROM governance.audit_tree_heads;   -- MG004
TRUNCATE governance.audit_tree_heads;   -- MG004
INSERT INTO governance.audit_seal_flags VALUES (-1, -1, '', '');   -- MG004
TRUNCATE governance.audit_seal_flags;   -- MG004
INSERT INTO governance.audit_verify_progress (from_index, to_index, tree_size, root, failures, started_at)
VALUES (0, 0, 0, '', 0, now());   -- MG004
TRUNCATE governance.audit_verify_progress;   -- MG004
RESET session_replication_role;
-- its trigger is of use on no other table
CREATE TABLE regress_seal_other (a int);
CREATE TRIGGER t BEFORE INSERT ON regress_seal_other FOR EACH ROW EXECUTE FUNCTION governance.audit_seal_guard();
INSERT INTO regress_seal_other VALUES (1);   -- 39P01
DROP TABLE regress_seal_other;
\set VERBOSITY default

-- verified: one row for each check
SELECT check_name, ok FROM gov_audit_verify();
SELECT failures, from_index, to_index = tree_size AS whole, verified_by IS NOT NULL AS by_somebody
FROM governance.audit_verify_progress ORDER BY verify_id DESC LIMIT 1;
-- in ranges, whatever their ends
SELECT bool_and(v.ok) AS ok, count(*) FROM generate_series(0, 5) AS i, gov_audit_verify(i, i + 3) AS v;
SELECT bool_and(ok) AS ok FROM gov_audit_verify(from_index => 3);
SELECT bool_and(ok) AS ok FROM gov_audit_verify(NULL, 0);
-- where nothing may be written, nothing is
SELECT max(verify_id) AS verified FROM governance.audit_verify_progress \gset
BEGIN READ ONLY;
SELECT bool_and(ok) AS ok FROM gov_audit_verify();
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT bool_and(ok) AS ok FROM gov_audit_verify();
ROLLBACK;
SELECT max(verify_id) = :verified AS nothing_written FROM governance.audit_verify_progress;
SELECT gov_audit_verify(-1);   -- 22023
SELECT gov_audit_verify(2, 1);   -- 22023
SELECT regexp_replace(detail, '\d+', 'N', 'g') FROM gov_audit_verify(0, 0) WHERE check_name = 'events';
\set VERBOSITY sqlstate
SELECT gov_audit_verify(0, 1000000000);   -- 22023
SELECT gov_audit_verify(1000000000);   -- 22023
\set VERBOSITY default

-- The export: a leaf's hash is that of its bytes.
CREATE TEMP TABLE export AS SELECT n, line::jsonb AS line FROM gov_audit_export() WITH ORDINALITY AS x(line, n);
SELECT line - '{log_id,to,tree_size,root}'::text[] AS header FROM export ORDER BY n LIMIT 1;
SELECT line ->> 'log_id' = (SELECT log_id::text FROM governance.audit_log) AS log_id,
    line ->> 'root' = gov_audit_consistency_proof(1, (line ->> 'tree_size')::bigint) ->> 'new_root' AS root
FROM export ORDER BY n LIMIT 1;
SELECT count(*) = (SELECT (line ->> 'to')::bigint FROM export WHERE n = 1) AS all_leaves,
    bool_and(encode(sha256('\x00'::bytea || decode(line ->> 'c', 'base64')), 'hex') = line ->> 'h') AS hashes,
    bool_and((line ->> 'i')::bigint = n - 2) AS in_order
FROM export WHERE line ? 'c';
SELECT line ->> 'root' = encode(gov_merkle_root(
        (SELECT array_agg('\x'::bytea || decode(line ->> 'c', 'base64') ORDER BY n) FROM export WHERE line ? 'c')), 'hex') AS root,
    line -> 'consistency' AS consistency
FROM export ORDER BY n DESC LIMIT 1;
-- a range says what came before and what comes after
SELECT jsonb_array_length(line::jsonb -> 'before') AS before, line::jsonb ->> 'from' AS "from", line::jsonb ->> 'to' AS "to",
    line::jsonb ->> 'i' AS leaf, line::jsonb ->> 'leaves' AS leaves
FROM gov_audit_export(3, 5) AS line;
SELECT gov_merkle_verify_consistency(5, size, path, old_root, new_root) AS consistent
FROM (SELECT (array_agg(line::jsonb ->> 'tree_size') FILTER (WHERE line::jsonb ? 'format'))[1]::bigint AS size,
        decode((array_agg(line::jsonb ->> 'root') FILTER (WHERE line::jsonb ? 'format'))[1], 'hex') AS new_root,
        decode((array_agg(line::jsonb ->> 'root') FILTER (WHERE line::jsonb ? 'leaves'))[1], 'hex') AS old_root,
        ARRAY(SELECT decode(jsonb_array_elements_text(l::jsonb -> 'consistency'), 'hex')
            FROM gov_audit_export(3, 5) AS l WHERE l::jsonb ? 'leaves') AS path
    FROM gov_audit_export(3, 5) AS line) AS x;
SELECT gov_audit_export(4, 3);   -- 22023
DROP TABLE export;

-- The text of a jsonb value is that of the cast, escapes at every offset.
SELECT max(event_id) AS mark FROM governance.audit_events \gset
SELECT FROM gov_log_event('seal_json', 'try', 'seal', details => (
    SELECT jsonb_object_agg(repeat('k', i) || chr(c), to_jsonb(repeat('v', i) || chr(c) || repeat('w', 40 - i)))
    FROM generate_series(0, 40) AS i, unnest('{1,8,9,10,12,13,31,32,33,34,35,91,92,93,127,128,255,8364,128512}'::int[]) AS c));
SELECT FROM gov_log_event('seal_json', 'try', 'seal', details => '{"": [], "a": {}, "b": [[], {}, [1, [2, {"c": null}]]],
    "n": [0, -1.50, 1e308, 1e-20, 123456789012345678901234567890], "t": [true, false, null], "s": ["", " ", "\u2028"]}');
SELECT FROM gov_audit_seal();
SELECT count(*) AS events, bool_and(position(convert_to(e.details::text, 'UTF8') IN decode(x.line::jsonb ->> 'c', 'base64')) > 0) AS the_same
FROM governance.audit_events AS e
JOIN governance.audit_leaves AS l USING (event_id),
    gov_audit_export(l.leaf_index, l.leaf_index + 1) AS x(line)
WHERE e.event_id > :mark AND e.event_type = 'seal_json' AND x.line::jsonb ? 'c';

SELECT is_active FROM gov_deactivate_user('seal_ivan');
SELECT is_active FROM gov_deactivate_user('seal_omar');
DROP ROLE regress_seal_ivan, regress_seal_omar, regress_seal_nina;
