-- Who did what?
-- as: demo_ines
\echo 'Each change left an event, in the same transaction:'
\echo
SELECT to_char(occurred_at, 'HH24:MI:SS') AS time, actor, event_type,
    coalesce(new_row ->> 'version', new_row ->> 'metric', 'role ' || (coalesce(new_row, old_row) ->> 'role')) AS what,
    coalesce(new_row ->> 'environment', '') AS environment, coalesce(details ->> 'reason', '') AS reason
FROM gov_audit_trail(limit_rows => 1000)
WHERE event_type ~ '^deployment|^model_version.(register|approve)$'
    OR (event_type ~ '^user_role' AND details ->> 'reason' <> '')
ORDER BY event_id;

\echo 'What was refused is there, too, although it was rolled back; the worker wrote it.'
\echo
\set ECHO none
SELECT pg_sleep(1.5) \g /dev/null
\set ECHO queries
SELECT to_char(occurred_at, 'HH24:MI:SS') AS time, user_id, details ->> 'sqlstate' AS error, permission, resource
FROM governance.access_audit_log WHERE result = 'denied' ORDER BY event_id;

\echo 'Ines reads; she changes nothing.  Why may she not deploy?'
\echo
SELECT e ->> 'granted' AS granted, e ->> 'reason' AS reason, e ->> 'roles_that_grant' AS "roles that grant it"
FROM gov_explain_permission('ines', 'model:deploy') AS e;
SELECT user_id, via_role FROM gov_who_can('model:deploy');
\echo 'And she cannot change what she reads:'
\echo
\set ON_ERROR_STOP off
DELETE FROM governance.audit_events;
\set ON_ERROR_STOP on
