-- The tables that test/bench/sla.sh prints.
CREATE VIEW bench.report AS
WITH rows(n, what, here, baseline, there, unit, goal, bar) AS (
    SELECT 1, 'p50, p95 and p99 of 1,000,000 rows, governance.sketch',
        bench.value('aggregate sketch'), 'percentile_cont',
        bench.value('aggregate percentile_cont'), 'ms', 'time', NULL::float8
    UNION ALL
    SELECT 2, 'the same', bench.value('aggregate sketch'), 'tdigest(x, 100)',
        bench.value('aggregate tdigest'), 'ms', 'time', NULL
    UNION ALL
    SELECT 3, 'the same in 2,000 groups', bench.value('groups sketch'), 'percentile_cont',
        bench.value('groups percentile_cont'), 'ms', 'time', NULL
    UNION ALL
    SELECT 4, 'the same', bench.value('groups sketch'), 'tdigest(x, 100)',
        bench.value('groups tdigest'), 'ms', 'time', NULL
    UNION ALL
    SELECT 5, 'merging 2,000 sketches of 500 values', bench.value('merge sketch'),
        'merging 2,000 digests', bench.value('merge tdigest'), 'ms', 'time', NULL
    UNION ALL
    SELECT 6, 'COPY of 1,000,000 into governance.sla_observations', bench.value('copy observations'),
        'into a bare unindexed table', bench.value('copy bare'), 'ms', 'time', 1
    UNION ALL
    SELECT 7, 'gov_observe_many, 1,000 a call, observations a second', 2000000000 / bench.best('observe_many'),
        'the bar', 5000000, '/s', 'rate', 1
    UNION ALL
    SELECT 8, 'the same', 2000000000 / bench.value('observe_many'),
        'INSERT of unnest() into a bare table', 500000000 / bench.value('insert'), '/s', 'rate', NULL
    UNION ALL
    SELECT 9, 'gov_sla_status of 24 hours, 100,008,000 observations behind', bench.best('status'),
        'the bar', 1, 'ms', 'time', 1
    UNION ALL
    SELECT 10, 'gov_sla_report of 24 hours', bench.best('report'), 'the bar', 5, 'ms', 'time', 1
    UNION ALL
    SELECT 11, 'the same', bench.value('report'), 'percentile_cont of its 3,333,600 rows by an index',
        bench.value('rows'), 'ms', 'time', NULL
    UNION ALL
    SELECT 12, 'gov_sla_report of 30 days', bench.value('report of 30 days'), 'of 24 hours',
        bench.value('report'), 'ms', 'time', NULL
), judged AS (
    SELECT r.*, r.here / r.there AS times FROM rows AS r WHERE r.here IS NOT NULL
)
SELECT n, times, goal, what,
    to_char(here, CASE unit WHEN '/s' THEN 'FM999999990' ELSE 'FM999999990.00' END) || ' ' || unit AS here,
    baseline AS against,
    coalesce(to_char(there, CASE unit WHEN '/s' THEN 'FM999999990' ELSE 'FM999999990.00' END) || ' ' || unit, 'not installed') AS there,
    coalesce(to_char(times, 'FM999990.000') || ' x ' || goal, '') AS ratio,
    coalesce(CASE goal WHEN 'time' THEN '<= ' ELSE '>= ' END || bar, '') AS bar,
    CASE WHEN bar IS NULL OR times IS NULL THEN ''
        WHEN CASE goal WHEN 'time' THEN times <= bar ELSE times >= bar END THEN 'met'
        ELSE 'MISSED' END AS verdict
FROM judged;
SELECT what, here, against, there, ratio, bar, verdict AS " " FROM bench.report ORDER BY n;

SELECT s.kind AS "1,000,000 values", s.q, to_char(s.exact, 'FM999999990.000') AS exact,
    to_char(100 * abs(s.answer / s.exact - 1), 'FM999990.000') || ' %' AS "sketch is wrong by",
    coalesce(to_char(100 * abs(t.answer / t.exact - 1), 'FM999990.000') || ' %', 'not installed') AS "tdigest is wrong by",
    '<= 1 %' AS bar,
    CASE WHEN abs(s.answer / s.exact - 1) <= 0.01 THEN 'met' ELSE 'MISSED' END AS " "
FROM bench.errors AS s
LEFT JOIN bench.errors AS t ON t.kind = s.kind AND t.q = s.q AND t.method = 'tdigest'
WHERE s.method = 'sketch' AND s.kind <> 'merged'
ORDER BY s.kind <> 'uniform', s.kind <> 'lognormal', s.kind <> 'pareto', s.kind, s.q;

SELECT method, count(DISTINCT answer) AS "answers for p95, by order of merging",
    to_char(min(m.answer), 'FM999999990.000') AS least, to_char(max(m.answer), 'FM999999990.000') AS greatest,
    (SELECT round(avg(z.bytes)) FROM bench.sizes AS z WHERE z.method = m.method) AS "bytes for 500 values"
FROM bench.errors AS m
WHERE kind = 'merged'
GROUP BY method ORDER BY method;
