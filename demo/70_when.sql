-- What was live, when?
-- as: demo_ines
\echo 'Ines audits.  Which version answered in production at each of these moments?'
\echo
WITH moments(moment, what) AS (
    SELECT min(deployed_at) - interval '1 hour', 'an hour before the first release' FROM gov_model_history('vehicle_classifier')
    UNION ALL
    SELECT deployed_at, CASE notes WHEN 'first release' THEN 'the first release' ELSE version || ' goes live' END
    FROM gov_model_history('vehicle_classifier') WHERE environment = 'production'
    UNION ALL
    SELECT now(), 'now'
)
SELECT to_char(m.moment, 'HH24:MI:SS.MS') AS moment, m.what, d.version AS "live in production"
FROM moments AS m
LEFT JOIN LATERAL gov_deployed_model('vehicle_classifier', as_of => m.moment) AS d ON true
ORDER BY m.moment;
