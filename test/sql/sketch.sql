-- The type governance.sketch: what it answers, and that the order of merging
-- leaves no trace.

-- everybody may; no actor is asked for
CREATE ROLE regress_sketch_stranger;
SET ROLE regress_sketch_stranger;
SELECT governance.sketch_count(s), governance.sketch_sum(s), governance.sketch_min(s),
       governance.sketch_max(s), governance.sketch_quantile(s, 1), s = s AS same,
       governance.sketch_quantiles(s + s, '{0,1}') AS twice
FROM (SELECT governance.sketch(x) AS s FROM unnest('{20,0.5,11,10}'::float8[]) AS x) AS t;
SELECT governance.sketch(s)::bytea = governance.sketch(s)::bytea AS merged,
       count(DISTINCT g) AS kinds
FROM (SELECT g, governance.sketch(g) AS s FROM generate_series(1, 3) AS g GROUP BY g) AS t;
SELECT s, count(*) FROM (SELECT governance.sketch(7) AS s FROM generate_series(1, 3) AS g GROUP BY g) AS t GROUP BY s;
SELECT sketch_count(s), sketch_sum(s), sketch_min(s), sketch_max(s), sketch_quantile(s, 0.5), sketch_quantiles(s, '{0.5}')
FROM (SELECT governance.sketch(7) AS s) AS t;
RESET ROLE;
DROP ROLE regress_sketch_stranger;

-- the functions that users call: in schema governance and beside gov_*
SELECT n.nspname, p.proname, pg_get_function_arguments(p.oid) AS arguments,
       pg_get_function_result(p.oid) AS result, p.prokind,
       p.provolatile, p.proisstrict, p.proparallel
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.proname IN ('sketch', 'sketch_quantile', 'sketch_quantiles', 'sketch_count',
                    'sketch_sum', 'sketch_min', 'sketch_max')
ORDER BY 1, 2, 3;

-- text: what is counted, to be read; its JSON
SELECT governance.sketch(x) FROM unnest('{20,0.5,11,10}'::float8[]) AS x;
SELECT governance.sketch(x) FROM unnest('{0,0,0.1,0.2}'::float8[]) AS x;
SELECT (governance.sketch(x)::text)::jsonb - 'bins' AS json
FROM generate_series(1, 1000) AS x;
SELECT ' { "version" : 1 ,"count":2,"min":1,"max":1.0,"sum":20e-1,"bins":[[ 701,2 ]]}'::governance.sketch;
-- two runs that touch are one
SELECT '{"version": 1, "count": 3, "min": 1, "max": 1.03, "sum": 3.06, "bins": [[701, 1], [702, 2]]}'::governance.sketch;
-- a sum in hexadecimal
SELECT '{"version": 1, "count": 2, "min": 1, "max": 1, "sum": "0x10p-3", "bins": [[701, 2]]}'::governance.sketch;

-- the empty one, -0, the ends of what a double can be
SELECT governance.sketch_count(e), governance.sketch_sum(e), governance.sketch_min(e),
       governance.sketch_max(e), governance.sketch_quantile(e, 0.5),
       governance.sketch_quantiles(e, '{0,NULL,1}'), e + e AS twice,
       governance.sketch_count(e + governance.sketch '{"version": 1, "count": 1, "min": 2, "max": 2, "sum": 2, "bins": [[736, 1]]}')
FROM (SELECT '{"version":1,"count":0}'::governance.sketch AS e) AS t;
SELECT governance.sketch(x) FROM unnest('{-0,4.9406564584124654e-324,1.7976931348623157e308}'::float8[]) AS x;
SELECT governance.sketch_sum(governance.sketch(x)) FROM unnest('{1.7976931348623157e308,1.7976931348623157e308}'::float8[]) AS x;   -- 22003
SELECT governance.sketch_max(governance.sketch(x)) FROM unnest('{1.7976931348623157e308,1.7976931348623157e308}'::float8[]) AS x;

-- NULL is no value; of nothing there is no sketch
SELECT governance.sketch_count(governance.sketch(x)) FROM unnest('{1,NULL,3}'::float8[]) AS x;
SELECT governance.sketch(x) IS NULL AS of_nothing, governance.sketch_count(governance.sketch(x)) AS count
FROM unnest('{NULL}'::float8[]) AS x;
SELECT governance.sketch(s) IS NULL AS of_nothing FROM (SELECT NULL::governance.sketch AS s WHERE false) AS t;
SELECT governance.sketch_quantile(NULL, 0.5) IS NULL AS sketch,
       governance.sketch_quantile('{"version":1,"count":0}', NULL) IS NULL AS quantile,
       governance.sketch_quantiles('{"version":1,"count":0}', NULL) IS NULL AS quantiles,
       governance.sketch '{"version":1,"count":0}' + NULL IS NULL AS plus;

-- a quantile is a value that occurred: the ceil(q * n)-th smallest
SELECT q, governance.sketch_quantile(s, q) AS at_most
FROM (SELECT governance.sketch(x) AS s FROM unnest('{100,200}'::float8[]) AS x) AS t,
     unnest('{0,0.25,0.5,0.500001,0.75,1}'::float8[]) AS q;
-- 95 of 100 at 1 and 5 at 1000; then a sixth one
SELECT governance.sketch_quantile(s, 0.95) BETWEEN 0.99 AND 1.01 AS at_one,
       governance.sketch_quantile(s + governance.sketch '{"version":1,"count":1,"min":1000,"max":1000,"sum":1000,"bins":[[1049,1]]}', 0.95) AS beyond
FROM (SELECT governance.sketch(CASE WHEN i <= 95 THEN 1 ELSE 1000 END) AS s FROM generate_series(1, 100) AS i) AS t;
-- 0.07 * 100 is 7.000000000000001 to a computer
SELECT q, governance.sketch_quantile(s, q) = governance.sketch_quantile(s, q - 0.001) AS same
FROM (SELECT governance.sketch(1.5 ^ i) AS s FROM generate_series(-30, 69) AS i) AS t,
     unnest('{0.07,0.14,0.28,0.29,0.55,0.56,0.57,0.58}'::float8[]) AS q;
-- the array keeps its shape
SELECT governance.sketch_quantiles(governance.sketch(x), '[0:1][2:3]={{0,1},{NULL,1}}')
FROM unnest('{1,2,4}'::float8[]) AS x;
SELECT governance.sketch_quantiles(governance.sketch(x), '{}') FROM unnest('{1}'::float8[]) AS x;

-- within 1 % of the exact value
CREATE TABLE sketch_values AS
SELECT i, (i * 7919) % 100003 AS shuffled, 1 + (i * 7919) % 1000 AS uniform,
       round(exp(3 + 6 * ((i * 7919) % 100003) / 100003.0)::numeric, 3)::float8 AS skewed,
       CASE WHEN i % 10 = 0 THEN 2000 + i % 97 ELSE 20 + i % 31 END::float8 AS bimodal
FROM generate_series(1, 200000) AS i;
ANALYZE sketch_values;
SELECT what, q, abs(estimate / exact - 1) < 0.01 AS within_one_per_cent
FROM (SELECT governance.sketch(uniform) AS u, governance.sketch(skewed) AS s, governance.sketch(bimodal) AS b,
             percentile_disc('{0.5,0.95,0.99}'::float8[]) WITHIN GROUP (ORDER BY uniform) AS eu,
             percentile_disc('{0.5,0.95,0.99}'::float8[]) WITHIN GROUP (ORDER BY skewed) AS es,
             percentile_disc('{0.5,0.95,0.99}'::float8[]) WITHIN GROUP (ORDER BY bimodal) AS eb
      FROM sketch_values) AS t,
     LATERAL (VALUES ('uniform', u, eu::float8[]), ('skewed', s, es), ('bimodal', b, eb)) AS v(what, sketch, exacts),
     LATERAL ROWS FROM (unnest('{0.5,0.95,0.99}'::float8[]), unnest(exacts),
        unnest(governance.sketch_quantiles(sketch, '{0.5,0.95,0.99}'))) AS r(q, exact, estimate);

-- any order, any grouping, any number of workers: the same bytes
CREATE FUNCTION pg_temp.explain(query text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        RETURN NEXT line;
    END LOOP;
END
$$;
CREATE TABLE sketch_made (how text, sketch governance.sketch);
INSERT INTO sketch_made
SELECT 'one by one', governance.sketch(skewed) FROM sketch_values;
INSERT INTO sketch_made
SELECT 'from the end', governance.sketch(skewed ORDER BY shuffled DESC, i) FROM sketch_values;
INSERT INTO sketch_made
SELECT 'merged', governance.sketch(s ORDER BY g DESC)
FROM (SELECT shuffled % 313 AS g, governance.sketch(skewed) AS s FROM sketch_values GROUP BY 1) AS t;
INSERT INTO sketch_made
SELECT 'plus', governance.sketch(skewed) FILTER (WHERE i % 3 = 0) + governance.sketch(skewed) FILTER (WHERE i % 3 > 0)
FROM sketch_values;
BEGIN;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT pg_temp.explain('SELECT governance.sketch(skewed) FROM sketch_values');
CREATE TEMP TABLE parallel_made AS SELECT governance.sketch(skewed) AS sketch FROM sketch_values;
INSERT INTO sketch_made SELECT 'in parallel', sketch FROM parallel_made;
CREATE TABLE sketch_parts AS
SELECT shuffled % 313 AS g, governance.sketch(skewed) AS s FROM sketch_values GROUP BY 1;
ANALYZE sketch_parts;
SELECT pg_temp.explain('SELECT governance.sketch(s) FROM sketch_parts');
CREATE TEMP TABLE parallel_merged AS SELECT governance.sketch(s) AS sketch FROM sketch_parts;
INSERT INTO sketch_made SELECT 'merged in parallel', sketch FROM parallel_merged;
COMMIT;
-- hashed in memory that does not suffice
BEGIN;
SET LOCAL work_mem = '64kB';
SET LOCAL enable_sort = off;
INSERT INTO sketch_made
SELECT 'spilled', governance.sketch(s)
FROM (SELECT i % 5000 AS g, governance.sketch(skewed) AS s FROM sketch_values GROUP BY 1) AS t;
COMMIT;
SELECT how, sketch = first_value(sketch) OVER w AS the_same_bytes
FROM sketch_made WINDOW w AS (ORDER BY how <> 'one by one') ORDER BY how;
SELECT count(*) AS kinds, sum(n) AS made FROM (SELECT sketch, count(*) AS n FROM sketch_made GROUP BY sketch) AS t;
SELECT sum(skewed::numeric)::float8 = (SELECT governance.sketch_sum(sketch) FROM sketch_made WHERE how = 'merged') AS sum,
       min(skewed) = (SELECT governance.sketch_min(sketch) FROM sketch_made WHERE how = 'merged') AS min,
       max(skewed) = (SELECT governance.sketch_max(sketch) FROM sketch_made WHERE how = 'merged') AS max,
       count(*) = (SELECT governance.sketch_count(sketch) FROM sketch_made WHERE how = 'merged') AS count
FROM sketch_values;

-- over a window each row is told in turn
SELECT i, governance.sketch_count(governance.sketch(i) OVER w) AS count,
       governance.sketch_max(governance.sketch(i) OVER w) AS max
FROM generate_series(1, 3) AS i WINDOW w AS (ORDER BY i);

-- = and hashing
SELECT a = b AS "=", a <> b AS "<>", a = c AS other, a <> c AS "<> other"
FROM (SELECT governance.sketch(x) AS a, governance.sketch(x ORDER BY x DESC) AS b,
             governance.sketch(x + 1) AS c
      FROM generate_series(1, 10) AS x) AS t;
SELECT count(*) AS found
FROM sketch_made AS a JOIN sketch_made AS b USING (sketch) WHERE a.how = 'merged' AND b.how = 'plus';
SELECT governance.sketch_count(s) FROM (SELECT DISTINCT sketch AS s FROM sketch_made) AS t;

-- there and back: text, bytes, COPY in both forms (a dump is COPY's text)
SELECT bool_and(sketch::text::governance.sketch = sketch) AS text,
       bool_and(sketch::bytea::governance.sketch = sketch) AS bytes,
       bool_and(governance.sketch_send(sketch) = sketch::bytea) AS sent
FROM sketch_made;
SELECT count(*) AS parts, bool_and(s::text::governance.sketch = s) AS text,
       bool_and(s::bytea::governance.sketch = s) AS bytes
FROM sketch_parts;
CREATE TEMP TABLE copied (LIKE sketch_parts);
\copy sketch_parts TO 'results/sketch.copy' WITH (FORMAT binary)
\copy copied FROM 'results/sketch.copy' WITH (FORMAT binary)
\copy sketch_parts TO 'results/sketch.copy'
\copy copied FROM 'results/sketch.copy'
SELECT count(*) AS rows, bool_and(p.s = c.s) AS same, sum((p.s = c.s)::int) AS equal
FROM sketch_parts AS p JOIN copied AS c USING (g);
-- the stored form, to the byte
SELECT governance.sketch(x)::bytea FROM unnest('{1,1,2,300}'::float8[]) AS x;
SELECT governance.sketch '{"version":1,"count":0}'::bytea;

-- a value that cannot be a latency: 22023, and how it reads
SELECT governance.sketch(x) FROM unnest('{1,-1}'::float8[]) AS x;   -- 22023
SELECT governance.sketch_quantile('{"version":1,"count":0}', 1.5);   -- 22023
SELECT governance.sketch_quantiles('{"version":1,"count":0}', '{0.5,95}');   -- 22023
\set VERBOSITY sqlstate
SELECT governance.sketch(x) FROM unnest('{1,NaN}'::float8[]) AS x;   -- 22023
SELECT governance.sketch(x) FROM unnest('{Infinity}'::float8[]) AS x;   -- 22023
SELECT governance.sketch(x) FROM unnest('{-Infinity}'::float8[]) AS x;   -- 22023
SELECT governance.sketch(x) FROM unnest('{-4.9406564584124654e-324}'::float8[]) AS x;   -- 22023
SELECT governance.sketch_quantile('{"version":1,"count":0}', 'NaN');   -- 22023
SELECT governance.sketch_quantile('{"version":1,"count":0}', -0.001);   -- 22023
SELECT governance.sketch_quantile('{"version":1,"count":0}', 'Infinity');   -- 22023
\set VERBOSITY default

-- a text that is no sketch: what is missing
SELECT ''::governance.sketch;   -- 22P02
SELECT '{"version": 2, "count": 0}'::governance.sketch;   -- 22P02
SELECT '{"version": 1}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 1, "min": -1, "max": 1, "sum": 0, "bins": [[0, 1]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 1, "min": 1, "max": 1, "sum": "1", "bins": [[701, 1]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 1, "min": 1, "max": 1, "sum": 1, "bins": 701}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 1, "min": 1, "max": 1, "sum": 1, "bins": [[701]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 1, "min": 1, "max": 1, "sum": 1, "bins": [[701, 1]'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 0'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 0} '::governance.sketch AS spaces_may;
SELECT '{"version": 1, "count": 0}}'::governance.sketch;   -- 22P02
-- and one whose parts do not fit: count, bin of the least, of the greatest, sum
SELECT '{"version": 1, "count": 2, "min": 1, "max": 1, "sum": 2, "bins": [[701, 1]]}'::governance.sketch;   -- 22P02
\set VERBOSITY sqlstate
SELECT '{"version": 1, "count": 1, "min": 1, "max": 1, "sum": 1, "bins": [[702, 1]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 2, "min": 1, "max": 9, "sum": 10, "bins": [[701, 2]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 2, "min": 1, "max": 1, "sum": 2.5, "bins": [[701, 2]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 2, "min": 1, "max": 1, "sum": 1.5, "bins": [[701, 2]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 2, "min": 1, "max": 1, "sum": 2, "bins": [[701, 1], [701, 1]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 1, "min": inf, "max": inf, "sum": inf, "bins": [[1820, 1]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 1, "min": 0x1p0, "max": 1, "sum": 1, "bins": [[701, 1]]}'::governance.sketch;   -- 22P02
SELECT '{"version": 1, "count": 9223372036854775808, "min": 1, "max": 1, "sum": 9223372036854775808, "bins": [[701, 9223372036854775808]]}'::governance.sketch;   -- 22P02
\set VERBOSITY default
-- bytes that are none: empty, another version, cut, one more, a needless zero
SELECT '\x'::bytea::governance.sketch;   -- 22P03
\set VERBOSITY sqlstate
SELECT '\x02'::bytea::governance.sketch;   -- 22P03
SELECT '\x0100'::bytea::governance.sketch;   -- 22P03
SELECT substr(governance.sketch(1.0)::bytea, 1, 22)::governance.sketch;   -- 22P03
SELECT (governance.sketch(1.0)::bytea || '\x00')::governance.sketch;   -- 22P03
\set VERBOSITY default

-- counts end at 2^63 - 1
SELECT '{"version": 1, "count": 9223372036854775807, "min": 1, "max": 1, "sum": "0x7fffffffffffffffp0", "bins": [[701, 9223372036854775807]]}'::governance.sketch AS most \gset
SELECT governance.sketch_count(:'most'), governance.sketch_sum(:'most'), governance.sketch_quantile(:'most', 0.99);
SELECT :'most'::governance.sketch + '{"version": 1, "count": 0}' = :'most' AS still;
SELECT :'most'::governance.sketch + '{"version": 1, "count": 1, "min": 1, "max": 1, "sum": 1, "bins": [[701, 1]]}';   -- 22003
SELECT governance.sketch(s) FROM unnest(ARRAY[:'most', :'most']::governance.sketch[]) AS s;   -- 22003

DROP TABLE sketch_values, sketch_made, sketch_parts;
