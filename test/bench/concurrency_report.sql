-- The tables that test/bench/concurrency.sh prints.
CREATE FUNCTION bench.rate(what text, side text, clients int) RETURNS float8
LANGUAGE sql STABLE AS $$
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY r.rate)
    FROM bench.rates AS r WHERE r.what = $1 AND r.side = $2 AND r.clients = $3
$$;

CREATE VIEW bench.by_clients AS
SELECT what || ', a second' AS "sealing on", against,
    to_char(bench.rate(what, 'here', 1), 'FM9999990') || ' | ' || to_char(bench.rate(what, side, 1), 'FM9999990') AS "1 client",
    to_char(bench.rate(what, 'here', 4), 'FM9999990') || ' | ' || to_char(bench.rate(what, side, 4), 'FM9999990') AS "4 clients",
    to_char(bench.rate(what, 'here', 16), 'FM9999990') || ' | ' || to_char(bench.rate(what, side, 16), 'FM9999990') AS "16 clients",
    to_char(bench.rate(what, 'here', 32), 'FM9999990') || ' | ' || to_char(bench.rate(what, side, 32), 'FM9999990') AS "32 clients"
FROM (VALUES
    (1, 'approve', 'plpgsql', 'plpgsql with triggers'),
    (2, 'approve', 'SQLite', 'SQLite, one commit a call'),
    (3, 'deploy', 'plpgsql', 'plpgsql with triggers'),
    (4, 'observe', 'plpgsql', 'a row in a table with an index'),
    (5, 'check', 'plpgsql', 'SQL join, nothing logged')) AS r(n, what, side, against)
ORDER BY n;

CREATE VIEW bench.report AS
WITH rows(n, what, here, against, there, goal, limit_of, bar) AS (
    SELECT 1, '16 clients change models, sealing on', bench.rate('change', 'on', 16),
        'the same with sealing off', bench.rate('change', 'off', 16), 'rate', 0.9, '>= 0.9'
    UNION ALL
    SELECT 2, '16 clients change models, sealing on', bench.rate('change', 'here', 16),
        'hash-chained table, advisory lock', bench.rate('change', 'chain', 16), 'rate', NULL, ''
    UNION ALL
    SELECT 3, '1 client changes models, sealing on', bench.rate('change', 'here', 1),
        'hash-chained table, advisory lock', bench.rate('change', 'chain', 1), 'rate', NULL, ''
    UNION ALL
    SELECT 4 + l.n, CASE w.what WHEN 'check' THEN 'gov_has_permission' WHEN 'observe' THEN 'gov_observe' ELSE 'gov_' || w.what || '_model' END || ', ' || l.n || CASE l.n WHEN 1 THEN ' client' ELSE ' clients' END, bench.rate(w.what, 'here', l.n),
        w.against, bench.rate(w.what, w.side, l.n), 'rate', NULL, ''
    FROM unnest('{1,16}'::int[]) AS l(n), (VALUES
        ('approve', 'plpgsql', 'plpgsql with triggers'),
        ('approve', 'SQLite', 'SQLite, one commit a call'),
        ('deploy', 'plpgsql', 'plpgsql with triggers'),
        ('observe', 'plpgsql', 'a row in a table with an index'),
        ('check', 'plpgsql', 'SQL join, nothing logged')) AS w(what, side, against)
    UNION ALL
    SELECT 40, 'gov_has_permission, warm, checks a second', 1000000 / bench.value('check'),
        'node-casbin, enforceSync', 1000000 / bench.value('casbin'), 'speed', NULL, ''
    UNION ALL
    SELECT 41, 'the same', 1000000 / bench.value('check'),
        'node-casbin, every answer cached', 1000000 / bench.value('casbin, cached'), 'speed', NULL, ''
)
SELECT n, what, to_char(here, 'FM999999990') || ' /s' AS here, against, to_char(there, 'FM999999990') || ' /s' AS there,
    here / there AS times,
    to_char(here / there, CASE WHEN here / there >= 100 THEN 'FM999990' ELSE 'FM990.000' END) || ' x ' || goal AS ratio,
    goal, bar, CASE WHEN bar = '' THEN '' WHEN here / there >= limit_of THEN 'met' ELSE 'MISSED' END AS verdict
FROM rows
WHERE here IS NOT NULL AND there IS NOT NULL;
