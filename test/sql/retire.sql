-- Retention: gov_audit_retire(), in a database of its own whose first events
-- are made a year old before anybody has sealed them.
\set VERBOSITY default
\set SHOW_CONTEXT never
\set QUIET on
\set back :DBNAME
CREATE DATABASE regress_retire;
\c regress_retire
CREATE ROLE regress_retire_ivan;    -- may seal
CREATE ROLE regress_retire_ola;     -- may seal and configure

-- the leaf hash of a row, as src/audit/README.md says
CREATE FUNCTION leaf_of(e anyelement) RETURNS bytea LANGUAGE sql AS $$
    SELECT gov_merkle_leaf_hash('\x01'::bytea || string_agg(
        decode(lpad(to_hex(f.n), 2, '0'), 'hex') || convert_to(f.t, 'UTF8') || int4send(length(f.c)) || f.c, '' ORDER BY f.n))
    FROM (VALUES (1, 'i', int8send(e.event_id)), (2, 'i', int8send(e.incarnation)),
        (3, 't', int8send((extract(epoch FROM e.occurred_at) * 1000000)::bigint)), (4, 'i', int8send(e.xid::text::bigint)),
        (5, 's', convert_to(e.actor, 'UTF8')), (6, 's', convert_to(e.evidence, 'UTF8')),
        (7, 's', convert_to(e.db_role::text, 'UTF8')), (8, 's', convert_to(e.session_role::text, 'UTF8')),
        (9, 's', convert_to(e.event_type, 'UTF8')), (10, 's', convert_to(e.action, 'UTF8')),
        (11, 's', convert_to(e.resource, 'UTF8')), (12, 's', convert_to(e.resource_type, 'UTF8')),
        (13, 's', convert_to(e.outcome, 'UTF8')), (14, 'j', convert_to(e.old_row::text, 'UTF8')),
        (15, 'j', convert_to(e.new_row::text, 'UTF8')), (16, 'j', convert_to(e.changes::text, 'UTF8')),
        (17, 'j', convert_to(e.details::text, 'UTF8')), (18, 's', convert_to(host(e.client_addr), 'UTF8')),
        (19, 's', convert_to(e.application_name, 'UTF8'))) AS f(n, t, c)
    WHERE f.c IS NOT NULL
$$;
BEGIN;
CREATE EXTENSION governance;
SELECT FROM gov_create_user('retire_ivan', NULL, 'regress_retire_ivan');
SELECT FROM gov_create_user('retire_ola', NULL, 'regress_retire_ola');
SELECT FROM gov_create_role('sealer'), gov_grant_permission('sealer', 'audit:seal'), gov_assign_role('retire_ivan', 'sealer');
SELECT FROM gov_assign_role('retire_ola', 'admin');
SELECT count(*) FROM (SELECT gov_log_event('retire', 'old', 'retire/' || i) FROM generate_series(1, 300) AS i) AS e;
SELECT event_id AS last_old FROM gov_log_event('retire', 'old', 'retire/last') \gset
SELECT event_id AS younger FROM gov_log_event('retire', 'younger', 'retire/younger') \gset
SELECT event_id AS after_it FROM gov_log_event('retire', 'old', 'retire/after') \gset
ALTER TABLE governance.audit_events DISABLE TRIGGER append_only;
UPDATE governance.audit_events SET occurred_at = occurred_at - interval '400 days' WHERE event_id <> :younger;
UPDATE governance.audit_events SET occurred_at = occurred_at - interval '200 days' WHERE event_id = :younger;
UPDATE governance.audit_events AS e SET leaf_hash = leaf_of(e);
ALTER TABLE governance.audit_events ENABLE ALWAYS TRIGGER append_only;
COMMIT;
SELECT count(*) AS before FROM governance.audit_events WHERE event_id <= :last_old \gset

-- form, then rights: audit:seal and system:config
SELECT gov_audit_retire(NULL, 'spring cleaning');   -- 22023
SELECT gov_audit_retire('infinity', 'spring cleaning');   -- 22023
SELECT gov_audit_retire(now(), '  ');   -- 22023
SET ROLE regress_retire_ivan;
SELECT gov_audit_retire(now(), 'spring cleaning');   -- 42501
RESET ROLE;
BEGIN READ ONLY;
SELECT gov_audit_retire(now(), 'spring cleaning');   -- 25006
ROLLBACK;

-- kept for ever unless the organisation says otherwise
SELECT gov_audit_retire(now(), 'spring cleaning');   -- 55000
SELECT value FROM gov_set_policy('audit.retention_days', '365', 'by law');

-- nothing is sealed (or is by the worker); sealed, nothing is under a checkpoint
SET client_min_messages = warning;
SELECT gov_audit_retire(now(), 'spring cleaning') - 'older_than' AS result;
RESET client_min_messages;
SELECT FROM gov_audit_seal();
SELECT gov_audit_retire(now(), 'spring cleaning') - 'older_than' AS result;
SELECT gov_audit_checkpoint() ~ 'governance/' AS given_out;

-- older than asked for is nothing; a suspension stops it
SELECT gov_audit_retire(now() - interval '401 days', 'spring cleaning') - 'older_than' AS result;
SELECT is_suspended FROM gov_suspend('look into it');
\set VERBOSITY terse
SELECT gov_audit_retire(now(), 'spring cleaning');   -- 55000
\set VERBOSITY default
SELECT is_suspended FROM gov_resume('done');

-- so does what an authority has yet to be told of
BEGIN;
SELECT count(*) FROM gov_mark_incident_reportable((gov_report_incident('safety', 'critical', 'held', '', 'retire')).incident_id, 'eu_ai_act', 'death');
\set VERBOSITY sqlstate
SELECT gov_audit_retire(now(), 'spring cleaning');   -- 55000
\set VERBOSITY default
ROLLBACK;

-- what was altered, or is gone already, is not made good by it
BEGIN;
ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
UPDATE governance.audit_events SET actor = 'mallory' WHERE resource = 'retire/7';
\set VERBOSITY sqlstate
SELECT gov_audit_retire(now(), 'spring cleaning');   -- MG005
ROLLBACK;
BEGIN;
ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
DELETE FROM governance.audit_events WHERE resource = 'retire/7';
SELECT gov_audit_retire(now(), 'spring cleaning');   -- MG005
ROLLBACK;
\set VERBOSITY default

-- what was proven before
CREATE TABLE proofs AS
SELECT e.event_id, gov_audit_inclusion_proof(e.event_id) AS proof
FROM governance.audit_events AS e WHERE e.resource IN ('retire/1', 'retire/last', 'retire/younger');
CREATE TABLE kept AS SELECT * FROM governance.audit_events WHERE resource = 'retire/1';

-- undone, nothing has happened
BEGIN;
SELECT (r ->> 'retired')::bigint = :before AS all_but_the_last_two, r -> 'more' AS more FROM gov_audit_retire(now(), 'spring cleaning') AS r;
ROLLBACK;
SELECT count(*) FROM governance.audit_retirements;
SELECT count(*) = :before AS all_there FROM governance.audit_events WHERE event_id <= :last_old;

-- done: up to the first that is younger, though one after it is older
SET ROLE regress_retire_ola;
SELECT r -> 'retired' = to_jsonb(:before) AS all_before, r -> 'from_index' AS from_index, r -> 'to_index' = r -> 'retired' AS to_index,
    r -> 'more' AS more, (r ->> 'older_than')::numeric < extract(epoch FROM now() - interval '364 days') AS past_retention
FROM gov_audit_retire(now(), 'spring cleaning') AS r;
RESET ROLE;
SELECT count(*) FROM governance.audit_events WHERE event_id <= :last_old;
SELECT count(*) FROM governance.audit_events WHERE resource IN ('retire/younger', 'retire/after');

-- it told of it first
SELECT e.actor, e.event_type, e.resource = 'audit_log/' || l.log_id AS of_this_log, e.outcome,
    e.details ->> 'reason' AS reason, e.details -> 'from_index' AS from_index, e.details -> 'count' = to_jsonb(:before) AS count,
    e.details ->> 'root' = encode(r.root, 'hex') AS subtree_root, e.details ->> 'tree_root' = encode(r.tree_root, 'hex') AS tree_root,
    r.retired_by, r.event_id = e.event_id AS of_this_event
FROM governance.audit_events AS e, governance.audit_log AS l, governance.audit_retirements AS r
WHERE e.event_type = 'audit_log.retire';
SELECT encode(r.root, 'hex') = g.line ->> 'root' AS root_of_the_export
FROM governance.audit_retirements AS r, LATERAL (SELECT line::jsonb AS line FROM gov_audit_export(0, r.to_index) AS line) AS g
WHERE g.line ? 'consistency';

-- again: nothing, and no event of it
SELECT gov_audit_retire(now(), 'spring cleaning') ->> 'retired' AS retired;
SELECT count(*) FROM governance.audit_events WHERE event_type = 'audit_log.retire';

-- what was proven is proven still, and the log verifies
SELECT gov_audit_inclusion_proof(event_id, (proof ->> 'tree_size')::bigint) = proof AS same_proof FROM proofs;
SELECT gov_merkle_verify_inclusion(k.leaf_hash, (p.proof ->> 'leaf_index')::bigint, (p.proof ->> 'tree_size')::bigint,
    ARRAY(SELECT decode(h, 'hex') FROM jsonb_array_elements_text(p.proof -> 'path') AS h), decode(p.proof ->> 'root', 'hex')) AS a_kept_event_is_proven
FROM kept AS k JOIN proofs AS p USING (event_id);
SELECT gov_audit_retire(now(), 'before the event of it is sealed') ->> 'retired' AS retired;
SELECT check_name, ok FROM gov_audit_verify();
SELECT FROM gov_audit_seal();
SELECT check_name, ok, detail ~ (:'before' || ' retired') AS says_so FROM gov_audit_verify();
SELECT bool_and(ok) FROM gov_audit_verify(100, 200);
SELECT bool_and(ok) FROM gov_audit_verify(:before);
SELECT bool_and(ok) FROM gov_audit_verify(0, 10);

-- an export says which rows are gone by right
SELECT (line::jsonb -> 'retired') = to_jsonb(:before) AS retired FROM gov_audit_export() AS line WHERE line LIKE '{"format"%';
SELECT count(*) FILTER (WHERE line::jsonb -> 'c' = 'null') = :before AS no_rows, count(*) FILTER (WHERE line::jsonb -> 'h' = 'null') AS no_hash
FROM gov_audit_export() AS line WHERE line LIKE '{"i"%';
SELECT line::jsonb ? 'retired' AS retired FROM gov_audit_export(:before) AS line WHERE line LIKE '{"format"%';

-- behind the triggers' back it is no retirement
DELETE FROM governance.audit_events;   -- MG004
DELETE FROM governance.audit_retirements;   -- MG004
CREATE FUNCTION failures() RETURNS TABLE (check_name text, detail text) LANGUAGE sql AS $$
    SELECT v.check_name, regexp_replace(regexp_replace(v.detail, '\d+', 'N', 'g'), '[0-9a-fN]{64}', 'H', 'g') FROM gov_audit_verify() AS v WHERE NOT v.ok
$$;
BEGIN;
ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
DELETE FROM governance.audit_events WHERE event_id = :younger;
SELECT * FROM failures();
-- not with a record of it either
ALTER TABLE governance.audit_retirements DISABLE TRIGGER ALL;
INSERT INTO governance.audit_retirements (to_index, from_index, root, tree_root, older_than, checkpoint_size, event_id, reason)
SELECT r.to_index + 1, r.to_index, r.root, r.tree_root, r.older_than, r.to_index + 1, r.event_id, 'x' FROM governance.audit_retirements AS r;
SELECT * FROM failures();
ROLLBACK;
-- a record that is gone, altered, or without its event
BEGIN;
ALTER TABLE governance.audit_retirements DISABLE TRIGGER ALL;
DELETE FROM governance.audit_retirements;
SELECT check_name, count(*) = :before AS as_many_as_are_gone FROM failures() GROUP BY 1;
ROLLBACK;
BEGIN;
ALTER TABLE governance.audit_retirements DISABLE TRIGGER ALL;
UPDATE governance.audit_retirements SET root = sha256('x');
SELECT check_name, count(*) > 2 AS many FROM failures() GROUP BY 1 ORDER BY 1;
ROLLBACK;
BEGIN;
ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
DELETE FROM governance.audit_events WHERE event_type = 'audit_log.retire';
SELECT check_name, count(*) > 2 AS many FROM failures() GROUP BY 1 ORDER BY 1;
ROLLBACK;
-- a row that came back
BEGIN;
ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
INSERT INTO governance.audit_events OVERRIDING SYSTEM VALUE SELECT * FROM kept;
SELECT * FROM failures();
ROLLBACK;

-- the next one goes on where this one ended
SELECT value FROM gov_set_policy('audit.retention_days', '100', 'by another law');
SELECT r -> 'retired' AS retired, r -> 'from_index' = to_jsonb(:before) AS goes_on FROM gov_audit_retire(now(), 'autumn') AS r;
SELECT FROM gov_audit_seal();
SELECT check_name, ok FROM gov_audit_verify();
SELECT gov_audit_inclusion_proof(event_id, (proof ->> 'tree_size')::bigint) = proof AS same_proof FROM proofs;

\c :back
DROP DATABASE regress_retire;
DROP ROLE regress_retire_ivan, regress_retire_ola;
