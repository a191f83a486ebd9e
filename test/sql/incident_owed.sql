-- What is owed from a corrective measure on, late reports with reasons, the AI
-- Office, and incidents that cannot be reportable.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
SET TIME ZONE 'Europe/Berlin';
SET DateStyle = 'ISO';

CREATE ROLE regress_owed_mia;
INSERT INTO governance.users (user_id, db_role) VALUES ('owed-mia', 'regress_owed_mia');
INSERT INTO governance.user_roles (user_id, role) VALUES ('owed-mia', 'operator');
CREATE FUNCTION pg_temp.id(title text) RETURNS bigint LANGUAGE sql AS
    'SELECT incident_id FROM governance.incidents AS i WHERE i.title = id.title';
CREATE FUNCTION pg_temp.report(title text, aware_at timestamptz) RETURNS bigint LANGUAGE sql AS
    $$SELECT incident_id FROM gov_report_incident('security', 'critical', title, '', 'owed', aware_at => report.aware_at)$$;
-- ids that errors show are this test's own
SELECT setval('governance.incidents_incident_id_seq', 8200, false);

-- 14 days from a corrective measure, which there is when the incident is resolved
SET ROLE regress_owed_mia;
SELECT pg_temp.report('owed-1', '2020-12-04 15:00+01') > 0 AS reported;
SELECT stage, due_at, act_by IS NOT NULL AS act FROM gov_mark_incident_reportable(pg_temp.id('owed-1'), 'cra', 'vulnerability', '{DE}');
SELECT status FROM gov_resolve_incident(pg_temp.id('owed-1'), 'a patch is out');
RESET ROLE;
CREATE FUNCTION pg_temp.clocks(title text) RETURNS TABLE (stage text, runs boolean, from_the_measure boolean) LANGUAGE sql AS $$
    SELECT d.stage, d.due_at IS NOT NULL, d.due_at = governance.deadline_end('member_state', 'DE', 'days', 14, e.occurred_at) AND d.act_by = e.occurred_at
    FROM governance.incident_deadlines AS d, (SELECT to_timestamp((e.new_row ->> 'resolved_at')::float8) AS occurred_at FROM governance.audit_events AS e
        WHERE e.resource = 'incident/' || pg_temp.id(clocks.title) AND e.event_type = 'incident.resolve') AS e
    WHERE d.incident_id = pg_temp.id(clocks.title) ORDER BY d.stage $$;
SELECT * FROM pg_temp.clocks('owed-1');
-- reopened, the clock runs on
SET ROLE regress_owed_mia;
SELECT resolved_at FROM gov_reopen_incident(pg_temp.id('owed-1'), 'the patch was none');
RESET ROLE;
SELECT stage, from_the_measure FROM pg_temp.clocks('owed-1');
-- resolved before it was marked: from its resolution, too
SET ROLE regress_owed_mia;
SELECT pg_temp.report('owed-2', '2020-12-04 15:00+01') > 0 AS reported;
SELECT status FROM gov_resolve_incident(pg_temp.id('owed-2'), 'a patch is out');
SELECT stage, due_at IS NOT NULL AS runs FROM gov_mark_incident_reportable(pg_temp.id('owed-2'), 'cra', 'vulnerability', '{DE}') ORDER BY 1;
RESET ROLE;
SELECT * FROM pg_temp.clocks('owed-2');

-- a late report says why; so may one that is in time
SET ROLE regress_owed_mia;
SELECT count(*) FROM gov_mark_incident_reportable(pg_temp.id('owed-1'), 'gdpr', 'personal_data_breach', '{DE,IE}');
SELECT jurisdiction, notified_at >= due_at AS late, reasons FROM gov_record_notification(pg_temp.id('owed-1'), 'gdpr', 'initial', 'DE', reasons => 'the log was read on Monday');
SELECT jurisdiction, notified_at >= due_at AS late, reasons FROM gov_record_notification(pg_temp.id('owed-1'), 'gdpr', 'initial', 'IE');
SELECT comments FROM gov_incident_timeline(pg_temp.id('owed-1')) WHERE kind = 'notified' ORDER BY incident_event_id;
SELECT jurisdiction, state, reasons FROM governance.v_incident_deadlines WHERE incident_id = pg_temp.id('owed-1') AND regime = 'gdpr' AND stage = 'initial' ORDER BY 1;

-- to the AI Office, by the calendar of the institutions: 24 December is a holiday there
SELECT pg_temp.report('owed-3', '2020-12-22 15:00+01') > 0 AS reported;
SELECT jurisdiction, stage, due_at FROM gov_mark_incident_reportable(pg_temp.id('owed-3'), 'eu_ai_act', 'widespread_infringement_to_ai_office');
SELECT jurisdiction, stage, due_at FROM gov_mark_incident_reportable(pg_temp.id('owed-3'), 'eu_ai_act', 'widespread_infringement', '{DE}');
-- a deployer tells the provider, then the authority
SELECT pg_temp.report('owed-4', now()) > 0 AS reported;
SELECT stage, due_at, act_by IS NOT NULL AS act FROM gov_mark_incident_reportable(pg_temp.id('owed-4'), 'eu_ai_act', 'serious_incident_at_deployer', '{DE}');
SELECT stage FROM gov_record_notification(pg_temp.id('owed-4'), 'eu_ai_act', 'provider');
SELECT stage, act_by IS NOT NULL AS act, notified_at IS NULL AS owed FROM governance.incident_deadlines WHERE incident_id = pg_temp.id('owed-4') ORDER BY stage DESC;

-- a use-case that is done with already is not archived before the authority knows
RESET ROLE;
SELECT usecase_id FROM gov_create_usecase('owed-use', 'use', '', 'team');
SELECT status FROM gov_deprecate_usecase('owed-use', 'done with');
SET ROLE regress_owed_mia;
SELECT incident_id AS late_one FROM gov_report_incident('safety', 'critical', 'owed-10', '', 'owed-use') \gset
SELECT count(*) FROM gov_mark_incident_reportable(:late_one, 'eu_ai_act', 'serious_incident', '{DE}');
RESET ROLE;
SELECT gov_archive_usecase('owed-use') IS NULL AS never;  -- 55000
SET ROLE regress_owed_mia;
SELECT stage FROM gov_record_notification(:late_one, 'eu_ai_act', 'initial');
RESET ROLE;
SELECT status FROM gov_archive_usecase('owed-use');
SET ROLE regress_owed_mia;

-- a stage runs from one that there is, and not from itself by way of others
RESET ROLE;
SELECT stage FROM gov_set_regulatory_deadline('owed_rule', 'k', 'first', 24, 'house rule');
SELECT stage, after_stage FROM gov_set_regulatory_deadline('owed_rule', 'k', 'second', 24, 'house rule', trigger => 'stage', after_stage => 'first');
SELECT stage, after_stage FROM gov_set_regulatory_deadline('owed_rule', 'k', 'third', 24, 'house rule', trigger => 'stage', after_stage => 'second');
\set VERBOSITY default
SELECT gov_set_regulatory_deadline('owed_rule', 'k', 'fourth', 24, 'x', trigger => 'stage', after_stage => 'final');  -- 22023
SELECT gov_set_regulatory_deadline('owed_rule', 'k', 'first', 24, 'x', trigger => 'stage', after_stage => 'third');  -- 22023
\set VERBOSITY terse
SELECT stage, amount, after_stage, source FROM governance.regulatory_deadlines WHERE regime = 'owed_rule' ORDER BY 1;
DELETE FROM governance.regulatory_deadlines WHERE regime = 'owed_rule';
SET ROLE regress_owed_mia;
-- what bound nobody any more when it became known is not owed
RESET ROLE;
UPDATE governance.regulatory_deadlines SET applies_to = '2020-12-05' WHERE regime = 'nis2' AND stage = 'early_warning' AND kind = 'significant_trust_service';
SET ROLE regress_owed_mia;
SELECT pg_temp.report('owed-8', '2020-12-04 23:59:59+01') > 0 AS the_day_before, pg_temp.report('owed-9', '2020-12-05 00:00+01') > 0 AS that_day;
SELECT string_agg(stage, ', ' ORDER BY stage) AS stages FROM gov_mark_incident_reportable(pg_temp.id('owed-8'), 'nis2', 'significant_trust_service');
SELECT string_agg(stage, ', ' ORDER BY stage) AS stages FROM gov_mark_incident_reportable(pg_temp.id('owed-9'), 'nis2', 'significant_trust_service');
RESET ROLE;
UPDATE governance.regulatory_deadlines SET applies_to = '2020-12-05' WHERE regime = 'nis2' AND kind = 'significant';
SET ROLE regress_owed_mia;
SELECT gov_mark_incident_reportable(pg_temp.id('owed-9'), 'nis2', 'significant') IS NULL AS never;  -- 42704
RESET ROLE;
UPDATE governance.regulatory_deadlines SET applies_to = NULL WHERE applies_to IS NOT NULL;
SET ROLE regress_owed_mia;

-- none can be reportable before it is known, nor one of before there were such laws
SELECT pg_temp.report('owed-6', '1971-06-30 23:59:59+00') > 0 AS long_ago;
\set VERBOSITY default
SELECT gov_mark_incident_reportable(pg_temp.report('owed-5', clock_timestamp() + interval '4 minutes 59 s'), 'gdpr', 'personal_data_breach') IS NULL AS never;  -- 55000
SELECT gov_mark_incident_reportable(pg_temp.id('owed-6'), 'gdpr', 'personal_data_breach') IS NULL AS never;  -- 55000
\set VERBOSITY terse
SELECT pg_temp.report('owed-7', now() + interval '1 day') > 0 AS never;  -- 22023
SELECT pg_temp.report('owed-7', '-infinity') > 0 AS never;  -- 22023
RESET ROLE;
SELECT count(*) AS clocks FROM governance.incident_deadlines WHERE incident_id IN (pg_temp.id('owed-5'), pg_temp.id('owed-6'));
SELECT count(*) AS notes FROM governance.incident_events WHERE incident_id IN (pg_temp.id('owed-5'), pg_temp.id('owed-6')) AND kind = 'reportable';

-- clean up
SELECT is_active FROM gov_deactivate_user('owed-mia');
DROP ROLE regress_owed_mia;
