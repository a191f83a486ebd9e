-- Incidents: reporting, the lifecycle, the timeline, joining, break-glass.
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;

CREATE ROLE regress_incident_ines;
CREATE ROLE regress_incident_omar;
CREATE ROLE regress_incident_vera;
CREATE ROLE regress_incident_stranger;
INSERT INTO governance.users (user_id, db_role) VALUES
    ('incident-ines', 'regress_incident_ines'),
    ('incident-omar', 'regress_incident_omar'),
    ('incident-vera', 'regress_incident_vera');
INSERT INTO governance.user_roles (user_id, role) VALUES
    ('incident-ines', 'analyst'), ('incident-omar', 'operator');

-- ids that errors show are this test's own
SELECT setval('governance.incidents_incident_id_seq', 7000, false);
CREATE FUNCTION pg_temp.id(title text) RETURNS bigint LANGUAGE sql AS
    'SELECT incident_id FROM governance.incidents AS i WHERE i.title = id.title';
GRANT EXECUTE ON FUNCTION pg_temp.id(text) TO PUBLIC;

-- who may report: incident:report, which neither of these has
SET ROLE regress_incident_vera;
SELECT gov_report_incident('safety', 'critical', 't', 'd', 'incident-risk');  -- 42501
SET ROLE regress_incident_stranger;
SELECT gov_report_incident('safety', 'critical', 't', 'd', 'incident-risk');  -- 42501

-- the form comes first
SET ROLE regress_incident_ines;
SELECT gov_report_incident('bad', 'critical', 't', 'd', 'incident-risk');  -- 22023
SELECT gov_report_incident('safety', 'fatal', 't', 'd', 'incident-risk');  -- 22023
SELECT gov_report_incident(NULL, 'critical', 't', 'd', 'incident-risk');  -- 22023
SELECT gov_report_incident('safety', 'critical', ' ', 'd', 'incident-risk');  -- 22023
SELECT gov_report_incident('safety', 'critical', 't', NULL, 'incident-risk');  -- 22023
SELECT gov_report_incident('safety', 'critical', 't', 'd', '');  -- 22023
SELECT gov_report_incident('safety', 'critical', 't', 'd', 'incident-risk', affected_count => -1);  -- 22023
SELECT gov_report_incident('safety', 'critical', 't', 'd', 'incident-risk', metadata => '[]');  -- 22023
SELECT gov_report_incident('safety', 'critical', 't', 'd', 'incident-risk', dedup_key => '');  -- 22023
SELECT gov_report_incident('safety', 'critical', 't', 'd', 'incident-risk', aware_at => clock_timestamp() + interval '6 minutes');  -- 22023
SELECT gov_report_incident('safety', 'critical', 't', 'd', 'incident-risk', aware_at => 'infinity');  -- 22023

-- a report: open, nothing yet acknowledged or resolved; clocks may differ a little
SELECT category, severity, title, description, resource, affected_count, status, reported_by,
    aware_at <= reported_at AS aware_first, acknowledged_at, resolved_at, resolution, root_cause, dedup_key, metadata
FROM gov_report_incident('safety', 'critical', 'incident-1', 'it braked', 'incident-risk:1.0.0', 3, '{"run": 7}');
SELECT status, aware_at = '2020-01-01 00:00+00' AS as_given
FROM gov_report_incident('performance', 'info', 'incident-2', '', 'incident-risk', aware_at => '2020-01-01 00:00+00');
SELECT aware_at > reported_at AS ahead
FROM gov_report_incident('other', 'warning', 'incident-3', '', 'incident-other', aware_at => clock_timestamp() + interval '4 minutes');

-- who may handle: incident:manage
SELECT gov_acknowledge_incident(pg_temp.id('incident-2'));  -- 42501
SELECT gov_resolve_incident(pg_temp.id('incident-2'), 'x');  -- 42501
SELECT gov_close_incident(pg_temp.id('incident-2'));  -- 42501
SELECT gov_reopen_incident(pg_temp.id('incident-2'), 'x');  -- 42501
\set VERBOSITY terse

-- the whole way round
SET ROLE regress_incident_omar;
SELECT gov_close_incident(-1);  -- 42704
SELECT gov_acknowledge_incident(NULL);  -- 22023
\set VERBOSITY default
SELECT gov_close_incident(pg_temp.id('incident-1')) IS NULL AS never;  -- 55000
\set VERBOSITY terse
SELECT gov_reopen_incident(pg_temp.id('incident-1'), 'again') IS NULL AS never;  -- 55000
SELECT status, acknowledged_at >= reported_at AS in_order, resolved_at
FROM gov_acknowledge_incident(pg_temp.id('incident-1'), 'on it');
SELECT gov_acknowledge_incident(pg_temp.id('incident-1')) IS NULL AS never;  -- 55000
SELECT gov_resolve_incident(pg_temp.id('incident-1'), ' ');  -- 22023
SELECT status, resolution, root_cause, resolved_at >= acknowledged_at AS in_order
FROM gov_resolve_incident(pg_temp.id('incident-1'), 'rolled back', 'a bad label');
SELECT gov_resolve_incident(pg_temp.id('incident-1'), 'x') IS NULL AS never;  -- 55000
SELECT gov_reopen_incident(pg_temp.id('incident-1'), NULL);  -- 22023
SELECT status, resolved_at, acknowledged_at IS NOT NULL AS acknowledged, root_cause
FROM gov_reopen_incident(pg_temp.id('incident-1'), 'it braked again');
SELECT status, root_cause FROM gov_resolve_incident(pg_temp.id('incident-1'), 'retrained');
SELECT status FROM gov_close_incident(pg_temp.id('incident-1'), 'reviewed');
SELECT status FROM gov_reopen_incident(pg_temp.id('incident-1'), 'a third time');
SELECT status FROM gov_acknowledge_incident(pg_temp.id('incident-1'));
-- resolving an open one is allowed; nobody acknowledged it
SELECT status, acknowledged_at FROM gov_resolve_incident(pg_temp.id('incident-2'), 'nothing to it');

-- comments: incident:report is enough, and any state will do
SET ROLE regress_incident_ines;
SELECT kind, comments, actor FROM gov_comment_incident(pg_temp.id('incident-1'), 'seen in the log');
SELECT gov_comment_incident(pg_temp.id('incident-1'), '');  -- 22023
SELECT gov_comment_incident(-1, 'x');  -- 42704
SET ROLE regress_incident_vera;
SELECT gov_comment_incident(pg_temp.id('incident-1'), 'x') IS NULL AS never;  -- 42501

-- the timeline, for every active user, newest first
SELECT actor, kind, comments FROM gov_incident_timeline(pg_temp.id('incident-1'));
SELECT kind FROM gov_incident_timeline(pg_temp.id('incident-1'), 2);
SELECT count(*) = (SELECT count(*) - 2 FROM gov_incident_timeline(pg_temp.id('incident-1'))) AS the_rest
FROM gov_incident_timeline(pg_temp.id('incident-1'), after => (
    SELECT min(e.incident_event_id) FROM gov_incident_timeline(pg_temp.id('incident-1'), 2) AS e));
SELECT kind FROM gov_incident_timeline(-1);
SELECT kind FROM gov_incident_timeline(1, 0);  -- 22023

-- the same key joins what is not resolved, and takes the higher severity
SET ROLE regress_incident_ines;
SELECT title, severity, affected_count FROM gov_report_incident('security', 'warning', 'incident-key', 'first', 'incident-risk', 2, dedup_key => 'incident:k');
SELECT title, severity, affected_count FROM gov_report_incident('security', 'error', 'second', 'worse', 'incident-risk', 5, '{"n": 2}', dedup_key => 'incident:k');
SELECT title, severity, affected_count FROM gov_report_incident('security', 'info', 'third', 'again', 'incident-risk', dedup_key => 'incident:k');
SELECT kind, comments, details FROM gov_incident_timeline(pg_temp.id('incident-key'));
SELECT affected_count FROM gov_report_incident('security', 'info', 'very many', '', 'incident-risk', 2147483647, dedup_key => 'incident:k');
-- once resolved, the next report is an incident of its own; the first cannot come back beside it
SET ROLE regress_incident_omar;
SELECT status FROM gov_resolve_incident(pg_temp.id('incident-key'), 'done');
SELECT title, affected_count FROM gov_report_incident('security', 'info', 'incident-key-2', '', 'incident-risk', dedup_key => 'incident:k');
\set VERBOSITY default
SELECT gov_reopen_incident(pg_temp.id('incident-key'), 'again') IS NULL AS never;  -- 55000
\set VERBOSITY terse
SELECT status FROM gov_resolve_incident(pg_temp.id('incident-key-2'), 'done');
SELECT status FROM gov_reopen_incident(pg_temp.id('incident-key'), 'again');

-- reading
SELECT title, status FROM gov_incidents() WHERE title LIKE 'incident-%';
SELECT title, status FROM gov_incidents(status => 'all', resource => 'incident-risk');
SELECT title FROM gov_incidents(status => 'resolved') WHERE title LIKE 'incident-%';
SELECT title FROM gov_incidents(severity => 'critical') WHERE title LIKE 'incident-%';
SELECT title FROM gov_incidents(category => 'other', status => NULL) WHERE title LIKE 'incident-%';
SELECT title FROM gov_incidents(resource => 'incident-risk', status => 'all', limit_rows => 1);
SELECT title FROM gov_incident(pg_temp.id('incident-1'));
SELECT title FROM gov_incident(-1);
SELECT gov_incidents(status => 'unsolved');  -- 22023
SELECT gov_incidents(severity => 'fatal');  -- 22023
SELECT gov_incidents(category => 'bad');  -- 22023
SELECT gov_incidents(limit_rows => 0);  -- 22023
SET ROLE regress_incident_stranger;
SELECT gov_incidents();  -- 42501
SELECT gov_incident(1);  -- 42501
SELECT count(*) FROM governance.incidents;
SELECT count(*) FROM governance.incident_events;

-- nothing is written past the functions, by nobody
SET ROLE regress_incident_omar;
UPDATE governance.incidents SET title = 'x';  -- 42501
RESET ROLE;
BEGIN;
UPDATE governance.incidents SET status = 'closed' WHERE title = 'incident-1';  -- 55000
ROLLBACK;
BEGIN;
UPDATE governance.incidents SET title = 'harmless' WHERE title = 'incident-1';  -- 55000
ROLLBACK;
BEGIN;
DELETE FROM governance.incidents WHERE title = 'incident-1';  -- 23503
ROLLBACK;
BEGIN;
UPDATE governance.incident_events SET comments = '' WHERE incident_id = pg_temp.id('incident-1') AND kind = 'closed';  -- 55000
ROLLBACK;
BEGIN;
DELETE FROM governance.incident_events WHERE incident_id = pg_temp.id('incident-1') AND kind = 'closed';  -- 55000
ROLLBACK;

-- each step is in the trail
SELECT event_type, actor, details FROM governance.audit_events
WHERE resource = 'incident/' || pg_temp.id('incident-1') AND outcome <> 'denied' ORDER BY event_id;

-- break-glass opens an incident for review, which commits with what it made possible
INSERT INTO governance.roles (role) VALUES ('incident-breakers');
INSERT INTO governance.role_permissions (role, permission) VALUES ('incident-breakers', 'policy:override');
INSERT INTO governance.user_roles (user_id, role) VALUES ('incident-vera', 'incident-breakers');
SET ROLE regress_incident_vera;
BEGIN;
SELECT gov_override_policy('approval.usecase_approve', 'false', 'the review board is on a boat');
SELECT category, severity, title, description, resource, status, reported_by FROM gov_incidents(resource => 'policy/approval.usecase_approve');
ROLLBACK;
SELECT count(*) FROM gov_incidents(resource => 'policy/approval.usecase_approve', status => 'all');
-- another override is no break-glass
SELECT gov_override_policy('model.require_staging', 'false', 'a test');
SELECT count(*) FROM gov_incidents(resource => 'policy/model.require_staging', status => 'all');
RESET ROLE;

-- while suspended, incidents go on
SELECT is_suspended FROM gov_suspend('incident test');
SET ROLE regress_incident_omar;
SELECT status FROM gov_report_incident('other', 'info', 'incident-suspended', '', 'incident-risk');
SELECT status FROM gov_resolve_incident(pg_temp.id('incident-suspended'), 'done');
RESET ROLE;
SELECT is_suspended FROM gov_resume('incident test');

-- clean up
SELECT is_active FROM gov_deactivate_user('incident-ines');
SELECT is_active FROM gov_deactivate_user('incident-omar');
SELECT is_active FROM gov_deactivate_user('incident-vera');
DROP OWNED BY regress_incident_ines, regress_incident_omar, regress_incident_vera, regress_incident_stranger;
DROP ROLE regress_incident_ines, regress_incident_omar, regress_incident_vera, regress_incident_stranger;
