-- Regulatory clocks: marking, reporting to the authority, missing a deadline.
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;
SET TIME ZONE 'UTC';

CREATE ROLE regress_incident_deadline_omar;
CREATE ROLE regress_incident_deadline_ines;
INSERT INTO governance.users (user_id, db_role) VALUES
    ('incident-deadline-omar', 'regress_incident_deadline_omar'),
    ('incident-deadline-ines', 'regress_incident_deadline_ines');
INSERT INTO governance.user_roles (user_id, role) VALUES
    ('incident-deadline-omar', 'operator'), ('incident-deadline-ines', 'analyst');
-- ids that errors show are this test's own
SELECT setval('governance.incidents_incident_id_seq', 8000, false);
CREATE FUNCTION pg_temp.id(title text) RETURNS bigint LANGUAGE sql AS
    'SELECT incident_id FROM governance.incidents AS i WHERE i.title = id.title';

-- what the extension comes with
SET DateStyle = 'ISO';
SELECT regime, kind, stage, amount, unit, jurisdiction_rule, coalesce(after_stage, trigger) AS runs_from, act_on, hours_from_marking AS marked, is_incomplete_allowed AS incomplete, is_final, applies_from, checked_on IS NOT NULL AS checked
FROM governance.regulatory_deadlines ORDER BY regime, kind, is_final, unit, amount, stage;
RESET DateStyle;
SELECT DISTINCT regime, source FROM governance.regulatory_deadlines ORDER BY 1, 2;

-- unknown things, and names that are none
SET ROLE regress_incident_deadline_omar;
SELECT status FROM gov_report_incident('safety', 'critical', 'deadline-1', '', 'incident-risk', aware_at => '2026-01-01 00:00+00');
SELECT gov_mark_incident_reportable(-1, 'gdpr', 'personal_data_breach');  -- 42704
SELECT gov_mark_incident_reportable(pg_temp.id('deadline-1'), 'hipaa', 'breach');  -- 42704
SELECT gov_mark_incident_reportable(pg_temp.id('deadline-1'), 'eu ai act', 'death');  -- 22023
\set VERBOSITY terse

-- the clocks run from aware_at, not from the report (one transaction, so that
-- the worker sees none of it before the job is run by hand)
BEGIN;
SELECT regime, kind, stage, due_at, notified_at, escalated_at
FROM gov_mark_incident_reportable(pg_temp.id('deadline-1'), 'eu_ai_act', 'serious_incident');
SELECT stage, jurisdiction, due_at FROM gov_mark_incident_reportable(pg_temp.id('deadline-1'), 'gdpr', 'personal_data_breach');
-- somebody died: another kind of the same regime replaces what is owed
SELECT kind, stage, due_at FROM gov_mark_incident_reportable(pg_temp.id('deadline-1'), 'eu_ai_act', 'death');
SELECT regime, kind, stage, due_at, marked_by FROM governance.incident_deadlines
WHERE incident_id = pg_temp.id('deadline-1') ORDER BY regime, due_at;

-- all of them are long overdue: the job says so, once, in timeline, trail and outbox
RESET ROLE;
SELECT (gov_run_maintenance() -> 'deadlines' ->> 'escalated')::int >= 2 AS escalated;
SELECT (gov_run_maintenance() -> 'deadlines' ->> 'escalated')::int AS again;
COMMIT;
SELECT regime, stage, escalated_at IS NOT NULL AS escalated FROM governance.incident_deadlines
WHERE incident_id = pg_temp.id('deadline-1') ORDER BY 1, 2;
SELECT kind, details FROM gov_incident_timeline(pg_temp.id('deadline-1'));
SELECT type, count(*), bool_and(data ? 'due_at' AND (data -> 'previous') ? 'escalated_at') AS told
FROM governance.events
WHERE subject LIKE 'incident_deadline/' || pg_temp.id('deadline-1') || ':%' AND type LIKE '%.escalate'
GROUP BY 1;

-- not twice, and not by everybody
SET ROLE regress_incident_deadline_omar;
SELECT gov_mark_incident_reportable(pg_temp.id('deadline-1'), 'gdpr', 'personal_data_breach') IS NULL AS never;  -- 55000
SET ROLE regress_incident_deadline_ines;
SELECT gov_mark_incident_reportable(pg_temp.id('deadline-1'), 'gdpr', 'personal_data_breach') IS NULL AS never;  -- 42501
SELECT gov_record_notification(pg_temp.id('deadline-1'), 'gdpr', 'initial') IS NULL AS never;  -- 42501

-- reporting, too late but recorded
SET ROLE regress_incident_deadline_omar;
SELECT gov_record_notification(pg_temp.id('deadline-1'), 'gdpr', 'final') IS NULL AS never;  -- 42704
SELECT gov_record_notification(-1, 'gdpr', 'initial');  -- 42704
SELECT stage, notified_at IS NOT NULL AS notified, notified_by
FROM gov_record_notification(pg_temp.id('deadline-1'), 'gdpr', 'initial');
SELECT gov_record_notification(pg_temp.id('deadline-1'), 'gdpr', 'initial') IS NULL AS never;  -- 55000
-- what is not told yet is still owed ...
SELECT stage, notified_at IS NULL AS owed FROM governance.incident_deadlines
WHERE incident_id = pg_temp.id('deadline-1') AND regime = 'gdpr' ORDER BY 1;
-- ... and a complete report settles the stages before it
SELECT stage FROM gov_record_notification(pg_temp.id('deadline-1'), 'eu_ai_act', 'complete');
SELECT stage, notified_at IS NULL AS owed FROM governance.incident_deadlines
WHERE incident_id = pg_temp.id('deadline-1') AND regime = 'eu_ai_act' ORDER BY 1;
-- what has been reported stays what it was: with nothing left owed there is no other kind
SELECT gov_mark_incident_reportable(pg_temp.id('deadline-1'), 'eu_ai_act', 'widespread_infringement') IS NULL AS never;  -- 55000
SELECT DISTINCT kind FROM governance.incident_deadlines
WHERE incident_id = pg_temp.id('deadline-1') AND regime = 'eu_ai_act';

-- a deadline that is not missed is not escalated
SELECT status FROM gov_report_incident('safety', 'critical', 'deadline-2', '', 'incident-risk');
SELECT stage, due_at = gov_period_end('EU', 'days', 2, aware_at) AS by_regulation, act_by BETWEEN aware_at AND clock_timestamp() AS act_at_once
FROM gov_mark_incident_reportable(pg_temp.id('deadline-2'), 'eu_ai_act', 'critical_infrastructure')
JOIN governance.incidents USING (incident_id) ORDER BY stage;
-- it was worse than thought, after the first report of another: that one stays
SELECT stage, notified_at IS NOT NULL AS notified FROM gov_record_notification(pg_temp.id('deadline-2'), 'eu_ai_act', 'initial');
SELECT gov_mark_incident_reportable(pg_temp.id('deadline-2'), 'eu_ai_act', 'death') IS NOT NULL AS marked;
SELECT kind, stage FROM governance.incident_deadlines WHERE incident_id = pg_temp.id('deadline-2') ORDER BY 2;
-- an incident that owes nothing
SELECT status FROM gov_report_incident('other', 'info', 'deadline-3', '', 'incident-risk');
\set VERBOSITY default
SELECT gov_record_notification(pg_temp.id('deadline-3'), 'gdpr', 'initial') IS NULL AS never;  -- 42704
SELECT gov_record_notification(pg_temp.id('deadline-2'), 'gdpr', 'initial') IS NULL AS never;  -- 42704
\set VERBOSITY terse
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'early_warning', 24, 'x');  -- 42501
RESET ROLE;
SELECT gov_run_maintenance() IS NOT NULL AS ran;
SELECT count(*) AS escalated FROM governance.incident_deadlines
WHERE incident_id = pg_temp.id('deadline-2') AND escalated_at IS NOT NULL;

-- an organisation's own regime, with stages of its own
SELECT regime, kind, stage, amount, unit, is_final FROM gov_set_regulatory_deadline('house_rule', 'significant_incident', 'early_warning', 24, 'house rule 1');
SELECT amount FROM gov_set_regulatory_deadline('house_rule', 'significant_incident', 'notification', 72, 'house rule 2');
SELECT amount FROM gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 744, 'house rule 3', is_final => true);
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 0, 'x');  -- 22023
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 1, '');  -- 22023
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 2147483647, 'x');  -- 22023
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 1, 'x', unit => 'fortnights');  -- 22023
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 1, 'x', unit => 'working_days');  -- 22023: no calendar
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 1, 'x', jurisdiction_rule => 'lunar');  -- 22023
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 1, 'x', trigger => 'stage');  -- 22023
SELECT gov_set_regulatory_deadline('house_rule', 'significant_incident', 'final', 1, 'x', trigger => 'stage', after_stage => 'final');  -- 22023
SET ROLE regress_incident_deadline_omar;
SELECT stage FROM gov_mark_incident_reportable(pg_temp.id('deadline-3'), 'house_rule', 'significant_incident');
-- a clock that runs is not moved by a change of the regime
RESET ROLE;
SELECT amount FROM gov_set_regulatory_deadline('house_rule', 'significant_incident', 'early_warning', 12, 'changed');
SELECT d.stage, d.due_at - i.aware_at AS after, d.source
FROM governance.incident_deadlines AS d JOIN governance.incidents AS i USING (incident_id)
WHERE i.title = 'deadline-3' ORDER BY d.due_at;

-- deadlines are evidence
BEGIN;
DELETE FROM governance.incident_deadlines WHERE incident_id = pg_temp.id('deadline-1');  -- 55000
ROLLBACK;

-- clean up
DELETE FROM governance.regulatory_deadlines WHERE regime = 'house_rule';
SELECT is_active FROM gov_deactivate_user('incident-deadline-omar');
SELECT is_active FROM gov_deactivate_user('incident-deadline-ines');
DROP ROLE regress_incident_deadline_omar, regress_incident_deadline_ines;
