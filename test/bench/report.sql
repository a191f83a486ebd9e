-- The table that make bench prints.
CREATE VIEW bench.report AS
WITH rows(n, what, here, baseline, there, ratio, unit, bar, is_met) AS (
    SELECT 1, 'gov_has_permission, warm, 10,000 users at random', bench.value('check 10000'),
        'pg_has_role, 10,000 roles at random', bench.value('role'),
        'time', 'us', '<= 1.5', 1.5
    UNION ALL
    SELECT 2, 'the same', bench.value('check 10000'),
        'pg_has_role, one role again and again', bench.value('one role'),
        'time', 'us', '<= 1.5', 1.5
    UNION ALL
    SELECT 3, 'gov_has_permission, one user again and again', bench.value('one'),
        'pg_has_role, one role again and again', bench.value('one role'),
        'time', 'us', '', NULL
    UNION ALL
    SELECT 4, 'gov_can', bench.value('can'),
        'pg_has_role of the current role', bench.value('own role'),
        'time', 'us', '', NULL
    UNION ALL
    SELECT 5, 'gov_has_permission, warm, 10,000 users at random', bench.value('check 10000'),
        'SQL join, a row logged and committed', bench.value('join, committed'),
        'speed', 'us', '>= 1000', 1000
    UNION ALL
    SELECT 6, 'the same', bench.value('check 10000'),
        'SQL join, a row logged, one transaction for all', bench.value('join'),
        'speed', 'us', '', NULL
    UNION ALL
    SELECT 7, 'gov_has_permission, first of each user, 10,000 users', bench.value('cold 10000'),
        'pg_has_role, first of each role', bench.value('role cold'),
        'time', 'us', '', NULL
    UNION ALL
    SELECT 8, 'warm, 10,000 users at random', bench.value('check 10000'),
        'with 1,000 users', bench.value('check 1000'),
        'time', 'us', '', NULL
    UNION ALL
    SELECT 9, 'warm, 100,000 users at random', bench.value('check 100000'),
        'with 1,000 users', bench.value('check 1000'),
        'time', 'us', '', NULL
    UNION ALL
    SELECT 10, 'first of each user, 100,000 users', bench.value('cold 100000'),
        'with 1,000 users', bench.value('cold 1000'),
        'time', 'us', '', NULL
    UNION ALL
    SELECT 11, 'warm, 1,000,000 users at random', bench.value('check 1000000'),
        'with 1,000 users', bench.value('check 1000'),
        'time', 'us', '', NULL
    UNION ALL
    SELECT 12, 'first of each user, 1,000,000 users', bench.value('cold 1000000'),
        'with 1,000 users', bench.value('cold 1000'),
        'time', 'us', '', NULL
    UNION ALL
    SELECT 13, 'gov_approve_model', bench.value('approve'),
        'plpgsql, the same writes by hand', bench.value('plpgsql'),
        'rate', '/s', '>= 0.8', 0.8
), judged AS (
    SELECT r.*, CASE ratio WHEN 'speed' THEN there / here ELSE here / there END AS times
    FROM rows AS r(n, what, here, baseline, there, ratio, unit, bar, is_met)
    WHERE here IS NOT NULL
)
SELECT n, times, ratio AS goal, what,
    to_char(here, CASE unit WHEN 'us' THEN 'FM999990.000' ELSE 'FM999990' END) || ' ' || unit AS here,
    baseline AS against,
    to_char(there, CASE unit WHEN 'us' THEN 'FM999990.000' ELSE 'FM999990' END) || ' ' || unit AS there,
    to_char(times, CASE WHEN times >= 100 THEN 'FM999990' ELSE 'FM990.000' END) || ' x ' || ratio AS ratio,
    bar,
    CASE WHEN bar = '' THEN ''
        WHEN bar LIKE '<=%' AND times <= is_met THEN 'met'
        WHEN bar LIKE '>=%' AND times >= is_met THEN 'met'
        ELSE 'MISSED' END AS verdict
FROM judged;
SELECT what, here, against, there, ratio, bar, verdict AS " " FROM bench.report ORDER BY n;
