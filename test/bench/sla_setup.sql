-- A million latencies of each kind, in milliseconds, and how a sketch, a
-- t-digest and sorting are compared on them.
CREATE EXTENSION governance;
CREATE SCHEMA bench;

CREATE TABLE bench.measured (
    what    text NOT NULL,
    value   float8 NOT NULL
);

CREATE FUNCTION bench.value(what text) RETURNS float8
LANGUAGE sql STABLE AS $$
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY m.value)
    FROM bench.measured AS m WHERE m.what = $1
$$;

-- What is held against a bar and not against another way of today: what
-- others do on the machine only ever adds time.
CREATE FUNCTION bench.best(what text) RETURNS float8
LANGUAGE sql STABLE AS $$
    SELECT min(m.value) FROM bench.measured AS m WHERE m.what = $1
$$;

-- Note how many milliseconds a statement takes.
CREATE FUNCTION bench.measure(what text, statement text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
BEGIN
    EXECUTE statement;
    INSERT INTO bench.measured
    VALUES (what, extract(epoch FROM clock_timestamp() - started) * 1000);
END
$$;

-- gaps: 94.98 % take some milliseconds, 4.98 % run into a time limit, and few
-- lie between, where the 95th percentile is.
SELECT setseed(0.5);
CREATE TABLE bench.latencies AS
SELECT i,
    1000 * random() AS uniform,
    exp(4 + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::float8 AS lognormal,
    (1 - random()) ^ (-1 / 1.1) AS pareto,
    CASE WHEN random() < 0.9 THEN 15 + 10 * random() ELSE 800 + 400 * random() END AS bimodal,
    CASE WHEN r < 0.9498 THEN 2 + 28 * random()
        WHEN r < 0.9502 THEN 500 + 100 * random()
        ELSE 30000 + 50 * random() END AS gaps
FROM (SELECT i, random() AS r FROM generate_series(1, 1000000) AS i) AS t;
VACUUM ANALYZE bench.latencies;

CREATE TABLE bench.errors (
    kind    text NOT NULL,
    method  text NOT NULL,
    q       float8 NOT NULL,
    exact   float8 NOT NULL,
    answer  float8 NOT NULL
);
CREATE TABLE bench.sizes (
    method  text NOT NULL,
    bytes   int NOT NULL
);

-- The quantiles by sorting, and what a method says; of the whole.
CREATE PROCEDURE bench.compare(kind text, method text, answers text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO bench.errors
         SELECT %L, %L, r.q, r.exact, r.answer
         FROM (SELECT percentile_disc(''{0.5,0.95,0.99}''::float8[]) WITHIN GROUP (ORDER BY %I) AS exact FROM bench.latencies) AS e,
              (SELECT %s AS answer FROM bench.latencies) AS a,
              LATERAL ROWS FROM (unnest(''{0.5,0.95,0.99}''::float8[]), unnest(e.exact), unnest(a.answer)) AS r(q, exact, answer)',
        kind, method, kind, format(answers, kind));
END
$$;
