-- The lifecycle: which moves there are, and that nothing moves otherwise.
\set VERBOSITY default
\set SHOW_CONTEXT never

-- every move of every machine
SELECT machine, from_state, to_state, permission, rule FROM gov_transitions();

-- their pictures
\pset format unaligned
\pset tuples_only on
SELECT '-- ' || machine || E'\n' || gov_state_diagram(machine)
FROM (SELECT machine, min(n) AS n
    FROM gov_transitions() WITH ORDINALITY AS t(machine, f, o, p, r, n)
    GROUP BY machine) AS m
ORDER BY n;
\pset tuples_only off
\pset format aligned
SELECT gov_state_diagram('model');   -- 22023
SELECT gov_state_diagram(NULL);   -- 22023

-- each state is reached from creation; those that nothing leaves are final
WITH RECURSIVE reached(machine, state) AS (
    SELECT machine, to_state FROM gov_transitions() WHERE from_state IS NULL
    UNION
    SELECT t.machine, t.to_state
    FROM gov_transitions() AS t
    JOIN reached AS r ON r.machine = t.machine AND r.state = t.from_state
)
SELECT t.machine, t.to_state AS unreachable
FROM gov_transitions() AS t
WHERE (t.machine, t.to_state) NOT IN (SELECT machine, state FROM reached);
SELECT DISTINCT t.machine, t.to_state AS final
FROM gov_transitions() AS t
WHERE NOT EXISTS (SELECT FROM gov_transitions() AS n
    WHERE n.machine = t.machine AND n.from_state = t.to_state)
ORDER BY 1, 2;

-- the CHECK of each column that names a state allows the machine's states, no
-- more and no less
CREATE TEMP TABLE machine_columns (machine text, relation regclass, attname name);
INSERT INTO machine_columns VALUES
    ('model_version', 'governance.model_versions', 'status'),
    ('model_approval', 'governance.model_versions', 'approval_status'),
    ('deployment', 'governance.deployment_history', 'status'),
    ('usecase', 'governance.use_cases', 'status'),
    ('usecase_deployment', 'governance.usecase_deployments', 'status'),
    ('approval_request', 'governance.approval_requests', 'status'),
    ('incident', 'governance.incidents', 'status'),
    ('sla_violation', 'governance.sla_violations', 'status');
SELECT DISTINCT machine AS "without a column" FROM gov_transitions()
WHERE machine NOT IN (SELECT machine FROM machine_columns);
CREATE TEMP VIEW allowed AS
SELECT c.conrelid AS relation, a.attname, w.word[1] AS word
FROM pg_constraint AS c
JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum],
    regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') AS w(word)
WHERE c.contype = 'c' AND c.connamespace = 'governance'::regnamespace
    AND pg_get_constraintdef(c.oid) ~ '= ANY';
SELECT m.machine, coalesce(a.word, 'not allowed') AS allowed, coalesce(t.state, 'no move') AS in_machine
FROM machine_columns AS m
JOIN allowed AS a USING (relation, attname)
FULL JOIN (SELECT machine, to_state AS state FROM gov_transitions()
    UNION SELECT machine, from_state FROM gov_transitions() WHERE from_state IS NOT NULL) AS t
    ON t.machine = m.machine AND t.state = a.word
WHERE a.word IS NULL OR t.state IS NULL;
SELECT machine, count(*) AS states
FROM machine_columns JOIN allowed USING (relation, attname) GROUP BY machine ORDER BY machine;

-- one model version to try it on
CREATE ROLE regress_lifecycle_rosa;
SELECT user_id FROM gov_create_user('lifecycle_rosa', NULL, 'regress_lifecycle_rosa');
SELECT role FROM gov_create_role('lifecycle_registrar', 'registers', '{model:register}');
SELECT role FROM gov_assign_role('lifecycle_rosa', 'lifecycle_registrar');
SET ROLE regress_lifecycle_rosa;
SELECT status, approval_status FROM gov_register_model('lifecycle_model', '1.0.0', 'first', source_commit => 'c0ffee');
SELECT version FROM gov_register_model('lifecycle_model', '2.0.0', 'second');
SELECT model_id FROM gov_record_model_metrics('lifecycle_model', '1.0.0', '{"accuracy": 0.9}');
RESET ROLE;
SELECT max(event_id) AS mark FROM governance.audit_events \gset

-- a superuser moves no status by hand
UPDATE governance.model_versions SET status = 'approved' WHERE model_id = 'lifecycle_model' AND version = '1.0.0';   -- 55000
\set VERBOSITY sqlstate
UPDATE governance.model_versions SET approval_status = 'approved' WHERE model_id = 'lifecycle_model';   -- 55000
UPDATE governance.model_versions SET status = 'deployed_production', approval_status = 'approved' WHERE model_id = 'lifecycle_model';   -- 55000
-- nor by another way to the row
WITH moved AS (UPDATE governance.model_versions SET status = 'approved' WHERE model_id = 'lifecycle_model' RETURNING 1)
SELECT * FROM moved;   -- 55000
CREATE VIEW lifecycle_view AS SELECT model_id, status FROM governance.model_versions;
UPDATE lifecycle_view SET status = 'approved' WHERE model_id = 'lifecycle_model';   -- 55000
DROP VIEW lifecycle_view;
MERGE INTO governance.model_versions AS v USING (SELECT 'lifecycle_model' AS model_id) AS s ON v.model_id = s.model_id
WHEN MATCHED THEN UPDATE SET status = 'approved';   -- 55000
INSERT INTO governance.model_versions SELECT * FROM governance.model_versions WHERE model_id = 'lifecycle_model'
ON CONFLICT (model_id, version) DO UPDATE SET status = 'approved';   -- 55000
SET session_replication_role = replica;
UPDATE governance.model_versions SET status = 'approved' WHERE model_id = 'lifecycle_model';   -- 55000
RESET session_replication_role;
-- a trigger of somebody's own that moves it: the guard sees what is stored
CREATE FUNCTION pg_temp.move() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.status := ''approved''; RETURN NEW; END';
CREATE TRIGGER zzz BEFORE UPDATE ON governance.model_versions FOR EACH ROW EXECUTE FUNCTION pg_temp.move();
UPDATE governance.model_versions SET model_path = model_path WHERE model_id = 'lifecycle_model';   -- 55000
DROP TRIGGER zzz ON governance.model_versions;
-- where a CHECK ties another column to the state, too
SELECT t.tgrelid::regclass FROM pg_trigger AS t
WHERE t.tgfoid = 'governance.guard_moves()'::regprocedure AND t.tgenabled = 'A' AND t.tgtype = 1 + 2 + 16
ORDER BY t.tgrelid::regclass::text COLLATE "C";
CREATE TRIGGER moves BEFORE INSERT ON governance.models FOR EACH ROW EXECUTE FUNCTION governance.guard_moves();
INSERT INTO governance.models (model_id, description, owner) VALUES ('lifecycle_moves', '', '');   -- 39P01
DROP TRIGGER moves ON governance.models;
-- a word outside the set meets the CHECK first
UPDATE governance.model_versions SET status = 'live' WHERE model_id = 'lifecycle_model';   -- 23514
\set VERBOSITY default

-- nothing is created by hand either
INSERT INTO governance.model_versions (model_id, version, content_digest)
VALUES ('lifecycle_model', '9.9.9', repeat('0', 64));   -- 55000
\set VERBOSITY sqlstate
INSERT INTO governance.deployment_history (model_id, version, deployment_id, environment, deployed_by)
VALUES ('lifecycle_model', '1.0.0', 'by-hand', 'production', 'nobody');   -- 55000
COPY governance.model_versions (model_id, version, content_digest) FROM stdin;   -- 55000
lifecycle_model	9.9.9	0000000000000000000000000000000000000000000000000000000000000000
\.
\set VERBOSITY default

-- what a version is made of is written once
UPDATE governance.model_versions SET source_commit = 'f00d' WHERE model_id = 'lifecycle_model' AND version = '1.0.0';   -- 55000
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION 'undo' USING ERRCODE = 'YY000';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'YY000' THEN 'passed' ELSE SQLSTATE END;
END $$;
-- each column of a version, of a model and of a user by hand; foreign keys
-- stand aside, the guard does not
SET session_replication_role = replica;
SELECT c.relation, a.attname, pg_temp.outcome(format(
    'UPDATE %s SET %I = %s WHERE %s', c.relation, a.attname,
    CASE a.atttypid
        WHEN 'jsonb'::regtype THEN '''{"changed": true}'''
        WHEN 'timestamptz'::regtype THEN 'now() - interval ''1 day'''
        WHEN 'bigint'::regtype THEN '4711'
        WHEN 'boolean'::regtype THEN 'NOT ' || quote_ident(a.attname)
        WHEN 'text[]'::regtype THEN '''{changed}'''
        ELSE CASE a.attname
            WHEN 'content_digest' THEN 'repeat(''f'', 64)'
            WHEN 'status' THEN '''deprecated'''
            WHEN 'approval_status' THEN '''approved'''
            WHEN 'email' THEN '''lifecycle@example.org'''
            ELSE '''changed''' END
    END, c.one)) AS outcome
FROM (VALUES ('governance.model_versions'::regclass, 'model_id = ''lifecycle_model'' AND version = ''2.0.0'''),
    ('governance.models', 'model_id = ''lifecycle_model'''),
    ('governance.users', 'user_id = ''lifecycle_rosa''')) AS c(relation, one)
JOIN pg_attribute AS a ON a.attrelid = c.relation AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relation::text, a.attnum;
RESET session_replication_role;

-- evidence is never deleted
DELETE FROM governance.model_versions WHERE model_id = 'lifecycle_model' AND version = '2.0.0';   -- 55000
SET session_replication_role = replica;
SELECT c.relname, pg_temp.outcome(format('DELETE FROM %s', c.oid::regclass)) AS outcome
FROM pg_class AS c
WHERE c.oid = ANY ('{governance.users,governance.models,governance.model_versions,governance.model_metrics,governance.policies,governance.audit_log}'::regclass[])
ORDER BY c.relname;
RESET session_replication_role;
-- and some of it never changes
UPDATE governance.model_metrics SET metrics = '{"accuracy": 1}' WHERE model_id = 'lifecycle_model';   -- 55000

-- TRUNCATE would leave no events: refused for every governed table
SET client_min_messages = warning;
SELECT c.relname, pg_temp.outcome(format('TRUNCATE %s CASCADE', c.oid::regclass)) AS outcome
FROM pg_trigger AS t
JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE t.tgfoid = 'governance.guard()'::regprocedure AND t.tgname = 'guard'
ORDER BY c.relname COLLATE "C";
RESET client_min_messages;
TRUNCATE governance.sod_sets;   -- 55000

-- every table whose rows people change has the guard; these have none because
-- they hold no row, or a rule of their own
SELECT c.relname
FROM pg_class AS c
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r'
    AND (SELECT count(*) FROM pg_trigger AS t
        WHERE t.tgrelid = c.oid AND t.tgfoid = 'governance.guard()'::regprocedure
            AND t.tgenabled = 'A') <> 2
ORDER BY c.relname COLLATE "C";

-- the guard serves its own tables alone
CREATE TABLE lifecycle_own (status text);
CREATE TRIGGER guard AFTER INSERT ON lifecycle_own FOR EACH ROW EXECUTE FUNCTION governance.guard();
INSERT INTO lifecycle_own VALUES ('approved');   -- 39P01
DROP TABLE lifecycle_own;
CREATE TRIGGER guard_before BEFORE UPDATE ON governance.models FOR EACH ROW EXECUTE FUNCTION governance.guard();
UPDATE governance.models SET owner = 'nobody' WHERE model_id = 'lifecycle_model';   -- 39P01
DROP TRIGGER guard_before ON governance.models;
SELECT has_function_privilege('regress_lifecycle_rosa', 'governance.guard()', 'EXECUTE');

-- of all this nothing was stored; what a superuser may change is in the trail
SELECT version, status, approval_status, source_commit FROM governance.model_versions
WHERE model_id = 'lifecycle_model' ORDER BY version;
UPDATE governance.models SET owner = 'team-a', tags = '{pii}' WHERE model_id = 'lifecycle_model';
UPDATE governance.users SET metadata = '{"desk": 1}' WHERE user_id = 'lifecycle_rosa';
SELECT event_type, resource, array(SELECT jsonb_object_keys(changes)) AS changed
FROM governance.audit_events WHERE event_id > :mark AND event_type <> 'access.denied' ORDER BY event_id;

SELECT user_id FROM gov_deactivate_user('lifecycle_rosa', 'end of the test');
UPDATE governance.users SET db_role = NULL WHERE user_id = 'lifecycle_rosa';
DROP ROLE regress_lifecycle_rosa;
