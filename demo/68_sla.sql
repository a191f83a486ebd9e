-- Is it fast enough?
-- as: postgres
\echo 'A promise: 95 of 100 answers within 25 ms, 99 within 400.  And who is told when not.'
\echo
SELECT resource_id, revision, response_time_p95 AS p95, response_time_p99 AS p99, availability_target AS available
FROM gov_define_sla('model', 'vehicle_classifier', response_time_p95 => 25, response_time_p99 => 400);
SELECT violation_type, threshold, escalation_level, notify_users, create_incident
FROM gov_set_escalation_rule('model', 'vehicle_classifier', 'response_time_p95', 1, 'on call', '{olga}', create_incident => true);

\echo 'pgbench asks this database which version is live, as the application would, and COPY'
\echo 'counts what it measured.  (The latencies are real.  To have two hours in two seconds,'
\echo 'the times are spread over the last two hours.)'
\echo
\connect - demo_olga
\set ECHO none
\echo '\\copy governance.sla_observations FROM PROGRAM ''demo/measure vehicle_classifier 2 500 600 6000 "SELECT version FROM gov_deployed_model(...)"'''
\copy governance.sla_observations FROM PROGRAM 'demo/measure vehicle_classifier 2 500 600 6000 "SELECT version FROM gov_deployed_model(''vehicle_classifier'')"'
\set ECHO queries
\echo
SELECT gov_sla_status('model', 'vehicle_classifier');
SELECT r -> 'count' AS requests, round((r ->> 'p50')::numeric, 2) AS p50, round((r ->> 'p95')::numeric, 2) AS p95, round((r ->> 'p99')::numeric, 2) AS p99, r -> 'over_p95_target' AS "over 25 ms"
FROM gov_sla_report('model', 'vehicle_classifier') AS r;

\echo 'Now it slows down (pg_sleep in the script).  The hour misses its target, the day does'
\echo 'not yet:'
\echo
\set ECHO none
\copy governance.sla_observations FROM PROGRAM 'demo/measure vehicle_classifier 2 20 0 0 "SELECT version, pg_sleep(0.05) FROM gov_deployed_model(''vehicle_classifier'')"'
\connect - postgres
\set ECHO queries
SELECT violation_type, status, target_value AS target, round(actual_value::numeric, 1) AS actual, severity, incident_id IS NOT NULL AS "incident opened"
FROM gov_evaluate_sla();
SELECT gov_sla_status('model', 'vehicle_classifier');
\connect - demo_olga
\echo 'And goes on:'
\echo
\set ECHO none
\copy governance.sla_observations FROM PROGRAM 'demo/measure vehicle_classifier 8 60 0 0 "SELECT version, pg_sleep(0.09) FROM gov_deployed_model(''vehicle_classifier'')"'
\set ECHO queries
SELECT gov_sla_status('model', 'vehicle_classifier');

\echo 'p95 of the last two hours, in milliseconds, each ''#'' is 5:'
\echo
SELECT to_char(bucket, 'HH24:MI') AS time, count, rpad(repeat('#', ceil(p95 / 5)::int), 24) || to_char(p95, '9990.9') AS p95
FROM gov_sla_series('model', 'vehicle_classifier', now() - interval '130 minutes', now() + interval '1 minute', '10 min') WHERE count > 0;

\echo 'Olga was told, and takes it on.  The events wait in the outbox for whoever delivers them.'
\echo
SELECT e.type, e.subject LIKE 'sla%' AS sla, e.data ->> 'notify_users' AS tells, e.data ->> 'severity' AS severity
FROM governance.events AS e WHERE e.type LIKE 'governance.sla%' ORDER BY e.event_no;
SELECT v.violation_type, v.status, v.acknowledged_by, v.notes
FROM gov_sla_violations('model', 'vehicle_classifier', open_only => true) AS o, gov_acknowledge_violation(o.violation_id, 'a replica was down') AS v;
SELECT category, severity, title, status FROM gov_incidents(resource => 'vehicle_classifier');
