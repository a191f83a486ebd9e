-- Numbers that are short as stored and long as text, and limits on the text.
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;

SELECT gov_audit_seal() -> 'tree_size' AS first \gset
CREATE ROLE regress_numbers_nora;
INSERT INTO governance.users (user_id, db_role) VALUES ('numbers-nora', 'regress_numbers_nora');

-- what a call ends in: its state and what is said, or nothing
CREATE FUNCTION pg_temp.ends_in(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    told text;
BEGIN
    EXECUTE call;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS told = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', SQLSTATE, SQLERRM, told);
END
$$;

-- who has no role at all, and the cheapest way to the trail
SET ROLE regress_numbers_nora;
SELECT gov_request_approval('model_rollback', ('{"model_id": "m", "x": [' || repeat('1e131071,', 4999) || '1]}')::jsonb);   -- 22023
SELECT gov_log_event('note', 'count', 'x', details => '{"a": [{"b": 1e131071}]}');   -- 22023
RESET ROLE;

-- what is a number, and what is too much of one
SELECT number, coalesce(pg_temp.ends_in(format('SELECT gov_log_event(''numbers'', ''try'', ''x'', details => %L)',
    '{"n": [' || value || ']}')), 'taken') AS outcome
FROM (VALUES
    ('1e308', '1e308'), ('-1e308', '-1e308'), ('18446744073709551615', '18446744073709551615'),
    ('9007199254740993', '9007199254740993'), ('100 digits', repeat('1234567890', 10)),
    ('100 digits, 1e207 small', '0.' || repeat('0', 207) || repeat('7', 100)),
    ('100 digits and as many zeros', repeat('9', 100) || repeat('0', 100)),
    ('a double, subnormal', '4.9406564584124654e-324'), ('1e-308', '1e-308'), ('1.50', '1.50'), ('-0.0', '-0.0'),
    ('100 digits from the 309th place on', '0.' || repeat('0', 308) || repeat('1', 100)),
    ('101 digits', repeat('1', 101)), ('101 digits in a fraction', '0.' || repeat('1', 101)),
    ('101 digits around the point', '-' || repeat('1', 50) || '.' || repeat('1', 51)),
    ('101 digits, zeros between', '1' || repeat('0', 99) || '1'),
    ('beyond 1e308', '1' || repeat('0', 307) || '1'), ('1.1e308', '1.1e308'), ('1e309', '1e309'), ('-1e309', '-1e309'),
    ('1e131071', '1e131071'), ('-1e131071', '-1e131071'), ('1e-409', '1e-409'), ('1e-16383', '1e-16383'),
    ('0e-16383', '0e-16383'), ('1.0 with 409 zeros', '1.' || repeat('0', 409))
) AS v(number, value);

-- digit for digit, through the trail and back
SELECT details -> 'n' ->> 0 AS number FROM governance.audit_events
WHERE event_type = 'numbers' AND length(details -> 'n' ->> 0) <= 110 ORDER BY event_id;
SELECT details -> 'n' ->> 0 = '1' || repeat('0', 308) AS largest, details -> 'n' ->> 0 = '-1' || repeat('0', 308) AS smallest
FROM governance.audit_events
WHERE event_type = 'numbers' AND length(details -> 'n' ->> 0) BETWEEN 309 AND 310 ORDER BY event_id;

-- wherever it is: deep, last, at the root, under a key of any name
SELECT place, pg_temp.ends_in(format('SELECT gov_log_event(''numbers'', ''try'', ''x'', details => %L)', value)) AS outcome
FROM (VALUES
    ('deep', repeat('{"a": [', 40) || '1e400' || repeat(']}', 40)), ('last', '{"a": [1, 2, {"z": "1e400", "zz": 1e400}]}'),
    ('a string is none', '{"1e400": "1e131071"}')) AS v(place, value);
SELECT gov_set_policy('sla.violated_after', '1e131071');   -- 22023
SELECT gov_override_policy('sla.violated_after', '0e-16383', 'because');   -- 22023

-- every function that takes JSON or a number; what else it takes is in order
-- (a set of keys may not be as long as such a number: see issuers.sql)
WITH argument AS (
    SELECT p.oid, p.proname, a.n, a.type, p.proargnames[a.n] AS name
    FROM pg_proc AS p
    CROSS JOIN LATERAL unnest(p.proargtypes) WITH ORDINALITY AS a(type, n)
    WHERE p.proname LIKE 'gov\_%' AND p.prokind = 'f' AND p.proname <> 'gov_store_issuer_keys'
        AND pg_get_function_identity_arguments(p.oid) ~ 'jsonb|numeric'
        AND p.oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'e')
), in_order(name, value) AS (VALUES
    ('gate_id', '1'), ('category', '''other'''), ('severity', '''info'''), ('operator', '''>='''), ('impact_level', '''low'''),
    ('action', '''model_rollback'''), ('resource_type', '''model'''), ('status', '''success'''), ('kind', '''key'''),
    ('event_type', '''numbers'''), ('email', 'NULL::text'), ('user_claim', '''sub'''), ('name', '''sla.violated_after''')
), given AS (
    SELECT a.oid, a.n, a.name, w.name AS odd, coalesce(
        CASE WHEN a.n = w.n THEN CASE WHEN a.type = 'jsonb'::regtype
            THEN '''{"accuracy": 1e131071}''::jsonb' ELSE '''1e131071''::numeric' END END,
        i.value,
        CASE a.type WHEN 'text'::regtype THEN '''x''::text' ELSE 'NULL::' || a.type::regtype END) AS value
    FROM argument AS a
    JOIN argument AS w ON w.oid = a.oid AND w.type IN ('jsonb'::regtype, 'numeric'::regtype)
    LEFT JOIN in_order AS i ON i.name = a.name AND a.type = 'text'::regtype
), call AS (
    SELECT g.oid::regproc::text AS function, g.odd,
        pg_temp.ends_in(format('SELECT %s(%s)', g.oid::regproc, string_agg(g.value, ', ' ORDER BY g.n))) AS outcome
    FROM given AS g GROUP BY g.oid, g.odd
)
SELECT * FROM (
    SELECT function, odd, outcome FROM call
    UNION ALL
    SELECT 'there are some', '', CASE WHEN count(*) < 15 THEN 'no: ' || count(*) ELSE format(
        '22023 invalid value for argument "%s" A number is not between -1e308 and 1e308.', '') END FROM call
) AS c
WHERE outcome IS DISTINCT FROM format('22023 invalid value for argument "%s" A number is not between -1e308 and 1e308.', odd)
ORDER BY 1, 2;
SELECT gov_set_deployment_gate('staging', 'accuracy', '>=', 'NaN');   -- 22023
SELECT gov_set_deployment_gate('staging', 'accuracy', '>=', '-Infinity');   -- 22023
SELECT threshold = 1e-131 AS taken FROM gov_set_deployment_gate('staging', 'accuracy', '>=', '1e-131');
SELECT gov_drop_deployment_gate(max(gate_id)) FROM governance.deployment_gates WHERE threshold = 1e-131;

-- numbers that are plain, but a text of more than 1 MB: by argument, by event
SELECT gov_log_event('numbers', 'try', 'x', details => jsonb_build_object('a', array_fill(1e308::numeric, '{3400}')));   -- 22023
SELECT gov_log_event('numbers', 'try', 'x', details => jsonb_build_object('a', repeat(chr(1), 180000)));   -- 22023
SELECT FROM gov_log_event('numbers', 'try', 'x', details => jsonb_build_object('a', array_fill(1e308::numeric, '{3300}')));
\set VERBOSITY terse
SELECT gov_log_event('numbers', repeat('x', 600000), 'x', details => jsonb_build_object('a', array_fill(1e308::numeric, '{1500}')));   -- 22023
SELECT gov_register_model('numbers', '1', hyperparameters => v.x, artifacts => v.x, metadata => v.x)
FROM (SELECT jsonb_build_object('a', array_fill(1e308::numeric, '{1500}'))) AS v(x);   -- 22023
\set VERBOSITY default
-- what an act brings counts, not what was there before it
SELECT version, status FROM gov_register_model('numbers', '1', metadata => jsonb_build_object('a', array_fill(1e308::numeric, '{3000}')));
SELECT approval_status FROM gov_request_model_approval('numbers', '1', comments => repeat('x', 500000));
SELECT status FROM gov_deprecate_model('numbers', '1', reason => repeat('x', 500000));
SELECT event_type, length(old_row::text) > 900000 AS old, length(new_row::text) > 900000 AS new
FROM governance.audit_events WHERE resource = 'model_version/numbers:1' ORDER BY event_id;

-- a superuser's own SQL: numbers as for everybody, 64 MB of text
UPDATE governance.users SET metadata = '{"a": 1e131071}' WHERE user_id = 'numbers-nora';   -- 22023
INSERT INTO governance.users (user_id, metadata) VALUES ('numbers-nick', '{"a": 0e-16383}');   -- 22023
SELECT regexp_replace(pg_temp.ends_in($$INSERT INTO governance.deployment_gates (environment, metric, operator, threshold)
    VALUES ('staging', 'x', '<', '1e400')$$), '/\d+', '/...') AS outcome;
UPDATE governance.users SET metadata = jsonb_build_object('a', repeat('x', 30000000)) WHERE user_id = 'numbers-nora';
UPDATE governance.users SET metadata = jsonb_build_object('a', repeat('y', 34000000)) WHERE user_id = 'numbers-nora';   -- 22023
UPDATE governance.users SET metadata = '{}' WHERE user_id = 'numbers-nora';

-- the leaf of a long event is that of a short one's form, wherever it is cut
CREATE FUNCTION pg_temp.leaf(e governance.audit_events) RETURNS bytea LANGUAGE sql AS $$
    SELECT sha256('\x0001'::bytea || (
        SELECT string_agg(decode(lpad(to_hex(f.n), 2, '0'), 'hex') || convert_to(f.t, 'UTF8') || int4send(length(f.c)) || f.c, '' ORDER BY f.n)
        FROM (VALUES (1, 'i', int8send(e.event_id)), (2, 'i', int8send(e.incarnation)),
            (3, 't', int8send((extract(epoch FROM e.occurred_at) * 1000000)::bigint)), (4, 'i', int8send(e.xid::text::bigint)),
            (5, 's', convert_to(e.actor, 'UTF8')), (6, 's', convert_to(e.evidence, 'UTF8')),
            (7, 's', convert_to(e.db_role::text, 'UTF8')), (8, 's', convert_to(e.session_role::text, 'UTF8')),
            (9, 's', convert_to(e.event_type, 'UTF8')), (10, 's', convert_to(e.action, 'UTF8')),
            (11, 's', convert_to(e.resource, 'UTF8')), (12, 's', convert_to(e.resource_type, 'UTF8')),
            (13, 's', convert_to(e.outcome, 'UTF8')), (14, 'j', convert_to(e.old_row::text, 'UTF8')),
            (15, 'j', convert_to(e.new_row::text, 'UTF8')), (16, 'j', convert_to(e.changes::text, 'UTF8')),
            (17, 'j', convert_to(e.details::text, 'UTF8')), (19, 's', convert_to(e.application_name, 'UTF8'))) AS f(n, t, c)
        WHERE f.c IS NOT NULL))
$$;
SELECT FROM (
    SELECT gov_log_event('numbers_cut', 'cut', repeat('z', n % 7 * 100), details =>
        jsonb_build_object('a', repeat(E'\u00e4"', 87000 + n), 'b', repeat('b', n % 5 * 90000), 'c', array_fill(1.5, ARRAY[n % 3 * 9000])))
    FROM generate_series(300, 450, 3) AS n
) AS logged;
SELECT count(*), count(*) FILTER (WHERE leaf_hash = pg_temp.leaf(e)) AS right
FROM governance.audit_events AS e WHERE event_type IN ('numbers_cut', 'numbers') OR resource IN ('user/numbers-nora', 'model_version/numbers:1');
SELECT gov_audit_seal() -> 'flagged' AS flagged;
SELECT count(*) AS wrong FROM gov_audit_verify(:first) WHERE NOT ok;

-- what is longer than 8 MB is told of in what lists it; the table has it
SELECT event_type, new_row -> 'metadata' AS new_row, changes
FROM gov_audit_trail(resource => 'user/numbers-nora', limit_rows => 2) ORDER BY event_id DESC OFFSET 1;
SELECT octet_length(changes -> 'metadata' ->> 'a') AS long
FROM governance.audit_events WHERE resource = 'user/numbers-nora' ORDER BY event_id DESC LIMIT 1 OFFSET 1;
SELECT gov_row_json(e) -> 'changes' AS changes, gov_row_json(e) ->> 'outcome' AS outcome
FROM governance.audit_events AS e WHERE resource = 'user/numbers-nora' ORDER BY event_id DESC LIMIT 1 OFFSET 1;
-- a number counts with the length that it has as text
SELECT gov_row_json(r) -> 'n' ->> 'left_out' AS n, gov_row_json(r) -> 'm' ->> 'left_out' AS m
FROM (SELECT jsonb_build_array(VARIADIC array_fill(1e131071, '{64}')) AS n, jsonb_build_array(VARIADIC array_fill(1e131071, '{63}')) AS m) AS r;

-- a list is text that grows row by row, and ends where it is too long
SELECT gov_list_json(v ORDER BY v) = jsonb_agg(v ORDER BY v)::text AS the_same
FROM (VALUES ('{"a": [1.50, "\u00e4\"", null]}'::jsonb), ('[]'), ('"x"'), ('1e308'), (NULL)) AS t(v);
SELECT gov_list_json(v) FROM (SELECT '1'::jsonb WHERE false) AS t(v);
SELECT gov_list_json(to_jsonb(repeat('x', 1000000))) FROM generate_series(1, 68);   -- 54000
SELECT gov_list_json(jsonb_build_array(VARIADIC array_fill(1e131071, '{600}')));   -- 54000
SELECT octet_length(gov_list_json(to_jsonb(repeat('x', 1000000)))) FROM generate_series(1, 67);

-- a digest of a text that is never there as a whole is that of the text
SELECT bool_and(governance.json_digest(v) = encode(sha256(convert_to(v::text, 'UTF8')), 'hex')) AS right
FROM (VALUES ('{}'::jsonb), ('[1, 2.50, {"\u00e4": "\u20ac\n"}]'), (jsonb_build_object('a', repeat(E'\u20ac', 300000), 'b', 1e308))) AS t(v);
