-- What a function does and needs, found by a word; and what every column means.
\set VERBOSITY terse
\set SHOW_CONTEXT never

-- it needs no right: a role that is no governance user
CREATE ROLE regress_help;
SET ROLE regress_help;
SELECT * FROM gov_help('escalat');

-- in any case, in the name and in the text, taken literally
SELECT function FROM gov_help('PERMISSION_') EXCEPT SELECT function FROM gov_help('permission_');
SELECT function FROM gov_help('_GRANT_permission');
SELECT function FROM gov_help('break-glass');
SELECT count(*) FROM gov_help('%_model');
SELECT count(*) FROM gov_help('gov\_');
SELECT count(*) FROM gov_help('there is no such word');

-- without a word, all of them, by name
SELECT array_agg(function) = array_agg(function ORDER BY function COLLATE "C") AS sorted, count(*) > 150 AS many FROM gov_help();
SELECT count(*) = (SELECT count(*) FROM gov_help()) AS all_of_them FROM gov_help(NULL);
RESET ROLE;
SELECT m.proname AS differs FROM (
    SELECT p.proname FROM pg_extension AS e JOIN pg_proc AS p ON p.pronamespace = e.extnamespace AND p.proname ~ '^(gov|sketch)_'
    WHERE e.extname = 'governance') AS m
FULL JOIN gov_help() AS h ON h.function = m.proname WHERE h.function IS NULL OR m.proname IS NULL;

-- only what the extension owns, whatever lies in the way
CREATE FUNCTION gov_help_yourself() RETURNS text LANGUAGE sql AS $$ SELECT 'mine' $$;
COMMENT ON FUNCTION gov_help_yourself() IS 'This escalates nothing.  Needs nothing.';
CREATE SCHEMA regress_help;
CREATE FUNCTION regress_help.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'caught' $$;
CREATE FUNCTION regress_help.lower(name) RETURNS text LANGUAGE sql AS $$ SELECT 'caught' $$;
CREATE FUNCTION regress_help.obj_description(oid, name) RETURNS text LANGUAGE sql AS $$ SELECT 'Caught.' $$;
CREATE TABLE regress_help.pg_proc (oid oid, proname name);
SET search_path = regress_help, pg_catalog, public;
SELECT function FROM gov_help('escalat');
RESET search_path;
DROP FUNCTION gov_help_yourself();
SET client_min_messages = warning;
DROP SCHEMA regress_help CASCADE;
RESET client_min_messages;
DROP ROLE regress_help;

-- what it does is one short sentence, what it needs is said by every comment
SELECT function, what FROM gov_help() WHERE length(what) > 80 OR what !~ '^[A-Z][^{}]*[.?]$';
SELECT function, needs FROM gov_help() WHERE needs IS NULL OR length(needs) > 60;
SELECT h.function, n.named[1] AS no_permission
FROM gov_help() AS h CROSS JOIN regexp_matches(h.needs, '[a-z]+:[a-z]+', 'g') AS n(named)
WHERE NOT governance.is_permission(n.named[1]);

-- a column of a time, of a share or other measure, or of a closed set of words says
-- which unit or which words: of a view those that a table has under that name
CREATE TEMPORARY VIEW words AS
SELECT c.conrelid AS relid, a.attnum, a.attname
FROM pg_constraint AS c
JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.connamespace = 'governance'::regnamespace AND c.contype = 'c' AND cardinality(c.conkey) = 1
    AND pg_get_constraintdef(c.oid) ~ '= ANY \(+ARRAY\[';
SELECT count(*) > 30 AS found FROM words;
SELECT c.relname, a.attname AS unexplained
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v')
    AND col_description(c.oid, a.attnum) IS NULL
    AND (a.atttypid = ANY ('{interval,float4,float8,numeric}'::regtype[])
        OR a.attname ~ '_(ms|bytes|seconds|minutes|hours|days|percent|score|target)$'
        OR EXISTS (SELECT FROM words AS w WHERE w.relid = c.oid AND w.attnum = a.attnum)
        OR c.relkind = 'v' AND a.atttypid = 'text'::regtype AND a.attname IN (SELECT attname FROM words))
ORDER BY c.relname COLLATE "C", a.attnum;
