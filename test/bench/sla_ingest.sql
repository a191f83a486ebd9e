-- What service levels are fed with, and a month of 100,008,000 observations.
SELECT gov_define_sla('model', 'bench_' || i) FROM generate_series(1, 3) AS i;
SELECT gov_define_sla('model', 'bench_month');

-- What one would write instead: a row each, no index while they come.
CREATE TABLE bench.bare (
    resource_type text NOT NULL,
    resource_id   text NOT NULL,
    observed_at   timestamptz NOT NULL,
    latency_ms    float8 NOT NULL,
    success       boolean NOT NULL
);

-- A million rows of three resources and ten minutes.
COPY (SELECT 'model', 'bench_' || 1 + i % 3, now() - (i % 600) * interval '1 second',
    round(lognormal::numeric, 3), i % 1000 <> 0 FROM bench.latencies) TO :'file';
CREATE TABLE bench.thousand AS
SELECT array_agg(lognormal) AS latencies FROM bench.latencies WHERE i <= 1000;

-- The month: 2,315 observations in each of its minutes, of 32 kinds, merged
-- into hours and days as folding does.
CREATE TEMP TABLE kinds AS
SELECT i % 32 AS kind, count(*) AS observations, 1::bigint AS failed,
    count(*) FILTER (WHERE lognormal > 500) AS over_p95,
    count(*) FILTER (WHERE lognormal > 1000) AS over_p99,
    governance.sketch(lognormal) AS sketch
FROM bench.latencies WHERE i <= 32 * 2315 GROUP BY 1;
INSERT INTO governance.sla_minutes
SELECT 'model', 'bench_month', minute, 1, observations, failed, over_p95, over_p99, sketch
FROM generate_series(date_trunc('minute', now()) - interval '30 days', date_trunc('minute', now()) - interval '1 minute', '1 minute') AS minute
JOIN kinds ON kind = extract(epoch FROM minute)::bigint / 60 % 32;
INSERT INTO governance.sla_hours
SELECT resource_type, resource_id, date_trunc('hour', minute, 'UTC'), 1, sum(observations), sum(failed), sum(over_p95), sum(over_p99), governance.sketch(sketch)
FROM governance.sla_minutes WHERE resource_id = 'bench_month' GROUP BY 1, 2, 3;
INSERT INTO governance.sla_days
SELECT resource_type, resource_id, date_trunc('day', hour, 'UTC'), 1, sum(observations), sum(failed), sum(over_p95), sum(over_p99), governance.sketch(sketch)
FROM governance.sla_hours WHERE resource_id = 'bench_month' GROUP BY 1, 2, 3;
-- and what came last is not folded yet
DO $$ BEGIN FOR i IN 1..100 LOOP
    PERFORM gov_observe_many('model', 'bench_month', latencies[1 : 20]) FROM bench.thousand;
    COMMIT;
END LOOP; END $$;
VACUUM ANALYZE governance.sla_minutes, governance.sla_hours, governance.sla_days, governance.sla_deltas;

-- Its last day as rows, with the index that one would have.
CREATE TABLE bench.day AS
SELECT 'model'::text AS resource_type, 'bench_month'::text AS resource_id,
    now() - i * interval '24 hours' / 3333600 AS observed_at,
    exp(4 + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::float8 AS latency_ms,
    i % 2315 <> 0 AS success
FROM generate_series(1, 3333600) AS i;
CREATE INDEX ON bench.day (resource_type, resource_id, observed_at);
VACUUM ANALYZE bench.day;
