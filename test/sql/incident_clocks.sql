-- One clock for each Member State, counted by its law; stages that run from
-- another's report; and what may not go before the authority was told.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;
SET TIME ZONE 'Europe/Berlin';
SET DateStyle = 'ISO';

CREATE ROLE regress_clocks_mia;
CREATE ROLE regress_clocks_ada;
INSERT INTO governance.users (user_id, db_role) VALUES ('clocks-mia', 'regress_clocks_mia'), ('clocks-ada', 'regress_clocks_ada');
INSERT INTO governance.user_roles (user_id, role) VALUES ('clocks-mia', 'operator'), ('clocks-ada', 'admin');
CREATE FUNCTION pg_temp.id(title text) RETURNS bigint LANGUAGE sql AS
    'SELECT incident_id FROM governance.incidents AS i WHERE i.title = id.title';
CREATE FUNCTION pg_temp.report(title text, aware_at timestamptz, resource text = 'clocks') RETURNS bigint LANGUAGE sql AS
    $$SELECT incident_id FROM gov_report_incident('safety', 'critical', title, '', resource, aware_at => report.aware_at)$$;

-- ids that errors show are this test's own
SELECT setval('governance.incidents_incident_id_seq', 8100, false);

-- Friday 4 December 2020: 8 December is a holiday in Italy, so its clock runs a day longer
SET ROLE regress_clocks_mia;
SELECT pg_temp.report('clocks-1', '2020-12-04 15:00+01') > 0 AS reported;
SELECT jurisdiction, stage, due_at, act_by <= due_at AS act_before FROM gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'critical_infrastructure', '{IT,DE}');
-- a third is found later; the same twice is not
SELECT jurisdiction, stage, due_at FROM gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'critical_infrastructure', '{FR,DE}');
SELECT count(*) FROM governance.incident_deadlines WHERE incident_id = pg_temp.id('clocks-1');
SELECT gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'critical_infrastructure', '{FR}') IS NULL AS never;  -- 55000
SELECT gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'critical_infrastructure') IS NULL AS never;  -- 55000: those it has
SELECT gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'death', '{DE,DE}') IS NULL AS never;  -- 22023
SELECT gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'death', '{XX}') IS NULL AS never;  -- 22023
SELECT gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'death', '{NULL}') IS NULL AS never;  -- 22023
SELECT gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'death', '{}') IS NULL AS never;  -- 22023
-- somebody died: another kind takes the place of what is owed, in each of them
SELECT jurisdiction, kind, stage, due_at FROM gov_mark_incident_reportable(pg_temp.id('clocks-1'), 'eu_ai_act', 'death');

-- one authority is told: the others' clocks run on
SELECT jurisdiction, stage, notified_at >= due_at AS late FROM gov_record_notification(pg_temp.id('clocks-1'), 'eu_ai_act', 'initial', 'IT');
SELECT jurisdiction, stage, notified_at IS NOT NULL AS told FROM governance.incident_deadlines WHERE incident_id = pg_temp.id('clocks-1') ORDER BY 1, 2;
SELECT gov_record_notification(pg_temp.id('clocks-1'), 'eu_ai_act', 'initial', 'IT') IS NULL AS never;  -- 55000
SELECT gov_record_notification(pg_temp.id('clocks-1'), 'eu_ai_act', 'initial', 'ES') IS NULL AS never;  -- 42704
-- without a Member State: all that are left, the complete report of IT's too
SELECT stage FROM gov_record_notification(pg_temp.id('clocks-1'), 'eu_ai_act', 'complete');
SELECT count(*) AS owed FROM governance.incident_deadlines WHERE incident_id = pg_temp.id('clocks-1') AND notified_at IS NULL;

-- the GDPR's hours: that of awareness is not counted, and a weekend moves nothing
SELECT pg_temp.report('clocks-2', '2020-12-22 12:17+01') > 0 AS reported;
SELECT stage, jurisdiction, due_at FROM gov_mark_incident_reportable(pg_temp.id('clocks-2'), 'gdpr', 'personal_data_breach', '{DE}');
-- plain addition, where no law says how: no calendar
SELECT jurisdiction, stage, due_at AT TIME ZONE 'UTC' AS due_at FROM gov_mark_incident_reportable(pg_temp.id('clocks-2'), 'us_ca_sb53', 'critical_safety');

-- DORA: what ends on no working day ends at noon of the next; the next stages run from reports
SELECT pg_temp.report('clocks-3', '2025-12-05 10:20+01') > 0 AS reported;
SELECT stage, act_by IS NOT NULL AS act, due_at IS NOT NULL AS runs, unit, amount
FROM gov_mark_incident_reportable(pg_temp.id('clocks-3'), 'dora', 'major', '{DE}') ORDER BY 1;
RESET ROLE;
SELECT due_at = governance.deadline_end('dora', 'DE', 'hours', 4, marked_at) AS four_hours_from_marking FROM governance.incident_deadlines WHERE incident_id = pg_temp.id('clocks-3') AND stage = 'initial';
SET ROLE regress_clocks_mia;
SELECT stage FROM gov_record_notification(pg_temp.id('clocks-3'), 'dora', 'initial');
RESET ROLE;
SELECT stage, act_by = n.at AS act_from_then, due_at = governance.deadline_end('dora', 'DE', 'hours', 72, n.at) AS due_from_then
FROM governance.incident_deadlines AS d, (SELECT notified_at AS at FROM governance.incident_deadlines WHERE incident_id = pg_temp.id('clocks-3') AND stage = 'initial') AS n
WHERE incident_id = pg_temp.id('clocks-3') AND stage <> 'initial' ORDER BY 1;
SELECT governance.deadline_end('dora', 'DE', 'hours', 24, '2026-12-04 10:20+01') AS saturday, governance.deadline_end('dora', 'IT', 'hours', 24, '2026-12-07 10:20+01') AS holiday,
    governance.deadline_end('dora', 'DE', 'hours', 24, '2026-12-03 10:20+01') AS friday, governance.deadline_end('dora', 'NL', 'months', 1, '2026-12-10 09:00+01') AS sunday,
    governance.deadline_end('dora', 'DE', 'months', 1, '2026-12-13 17:40+01') AS wednesday, governance.deadline_end('dora', 'IT', 'months', 1, '2026-12-06 17:40+01') AS epiphany;

-- legal hold
SET ROLE regress_clocks_ada;
SELECT version FROM gov_register_model('clocks-risk', '1.0.0');
SELECT version FROM gov_register_model('clocks-risk', '2.0.0');
SELECT usecase_id FROM gov_create_usecase('clocks-lending', 'lending', '', 'engineering');
SET ROLE regress_clocks_mia;
SELECT pg_temp.report('clocks-4', now(), 'clocks-risk:1.0.0') > 0 AS model, pg_temp.report('clocks-5', now(), 'clocks-lending') > 0 AS usecase;
SELECT count(*) FROM gov_mark_incident_reportable(pg_temp.id('clocks-4'), 'eu_ai_act', 'serious_incident', '{DE,IT}');
SELECT count(*) FROM gov_mark_incident_reportable(pg_temp.id('clocks-5'), 'eu_ai_act', 'serious_incident', '{DE}');
-- closing the incident does not end it
SELECT status FROM gov_resolve_incident(pg_temp.id('clocks-4'), 'mended');
SELECT status FROM gov_close_incident(pg_temp.id('clocks-4'));
SET ROLE regress_clocks_ada;
SELECT gov_deprecate_model('clocks-risk', '1.0.0', 'evidence?') IS NULL AS never;  -- 55000
SELECT status FROM gov_deprecate_model('clocks-risk', '2.0.0', 'another version');
SELECT gov_deprecate_usecase('clocks-lending', 'evidence?') IS NULL AS never;  -- 55000
SET ROLE regress_clocks_mia;
SELECT jurisdiction FROM gov_record_notification(pg_temp.id('clocks-4'), 'eu_ai_act', 'initial', 'DE');
SET ROLE regress_clocks_ada;
\set VERBOSITY default
SELECT gov_deprecate_model('clocks-risk', '1.0.0', 'Italy does not know') IS NULL AS never;  -- 55000
\set VERBOSITY terse
SET ROLE regress_clocks_mia;
SELECT jurisdiction FROM gov_record_notification(pg_temp.id('clocks-4'), 'eu_ai_act', 'initial');
SELECT jurisdiction FROM gov_record_notification(pg_temp.id('clocks-5'), 'eu_ai_act', 'initial');
SET ROLE regress_clocks_ada;
SELECT status FROM gov_deprecate_model('clocks-risk', '1.0.0', 'both know');
SELECT status FROM gov_deprecate_usecase('clocks-lending', 'they know');
-- that the provider knows does not end it
SELECT version FROM gov_register_model('clocks-risk', '3.0.0');
SET ROLE regress_clocks_mia;
SELECT pg_temp.report('clocks-6', now(), 'clocks-risk:3.0.0') > 0 AS at_a_deployer;
SELECT stage FROM gov_mark_incident_reportable(pg_temp.id('clocks-6'), 'eu_ai_act', 'serious_incident_at_deployer', '{DE}');
SELECT stage FROM gov_record_notification(pg_temp.id('clocks-6'), 'eu_ai_act', 'provider');
SET ROLE regress_clocks_ada;
SELECT gov_deprecate_model('clocks-risk', '3.0.0', 'evidence?') IS NULL AS never;  -- 55000
SET ROLE regress_clocks_mia;
SELECT stage FROM gov_record_notification(pg_temp.id('clocks-6'), 'eu_ai_act', 'authority');
SET ROLE regress_clocks_ada;
SELECT status FROM gov_deprecate_model('clocks-risk', '3.0.0', 'the authority knows');
RESET ROLE;

-- clean up
SELECT is_active FROM gov_deactivate_user('clocks-mia');
SELECT is_active FROM gov_deactivate_user('clocks-ada');
DROP ROLE regress_clocks_mia, regress_clocks_ada;
