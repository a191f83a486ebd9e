-- Controls and the law's dates: not yet applicable, by the law of the period,
-- in each form of a report; and what those that came with the Act's rows find.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\set QUIET on
\set back :DBNAME
CREATE DATABASE regress_control_law;
\c regress_control_law
SET client_min_messages = warning;
CREATE EXTENSION governance;
SET DateStyle = 'ISO';

-- every row: its source, from when, who changed it, and when it was checked
SELECT id, source, judged, applies_from, effective_from, amended_by <> '' AS amended, checked_on FROM governance.controls WHERE is_builtin ORDER BY id;

-- before its day nobody owes it; from that day on it is judged
CREATE FUNCTION pg_temp.result(id text, until timestamptz = NULL) RETURNS text LANGUAGE sql AS
    $$SELECT gov_check_control(id, 1, coalesce(until, clock_timestamp())) ->> 'result'$$;
UPDATE governance.controls SET effective_from = governance.law_today() + 1 WHERE applies_from IS NOT NULL;
SELECT pg_temp.result(id) AS result, count(*) = (SELECT count(*) FROM governance.controls WHERE applies_from IS NOT NULL) AS all_dated
FROM governance.controls WHERE applies_from IS NOT NULL GROUP BY 1;
SELECT gov_check_control('eu-ai-act-12.1') - '{query,criterion,title,effective_from}'::text[] AS to_come;
SELECT r #> '{summary,controls}' ->> 'not_yet_applicable' = (SELECT count(*)::text FROM governance.controls WHERE applies_from IS NOT NULL) AS counted,
    m ~ '\n## Not yet applicable\n\n- \*\*eu-ai-act-12\.1\*\*' AS in_markdown, h ~ '<h2 id="to-come">' AND h ~ 'badge not_yet_applicable">from 20' AS on_the_page,
    (SELECT count(*) FROM jsonb_array_elements(o #> '{assessment-results,results,0,findings}') AS f WHERE f ->> 'title' = 'Changes to governance records are recorded') AS findings,
    (SELECT f ->> 'remarks' LIKE 'Not yet applicable: nobody owes it before 20%' FROM jsonb_array_elements(o #> '{assessment-results,results,0,observations}') AS f
        WHERE f ->> 'title' = 'Changes to governance records are recorded') AS observed
FROM (SELECT gov_compliance_report(1)) AS a(r),
    LATERAL (SELECT gov_compliance_report_markdown((r ->> 'report_id')::bigint), gov_compliance_report_html((r ->> 'report_id')::bigint), gov_compliance_report_oscal((r ->> 'report_id')::bigint)) AS b(m, h, o);
SELECT line ~ '^governance_report_controls\{result="not_yet_applicable"\} [1-9][0-9]*$' AS in_the_metrics
FROM regexp_split_to_table(gov_metrics(), E'\n') AS line WHERE line LIKE 'governance_report_controls%yet%';
-- a period that ends before is judged by the law of then
UPDATE governance.controls SET effective_from = governance.law_today() - 1 WHERE id = 'eu-ai-act-12.1';
SELECT pg_temp.result('eu-ai-act-12.1', clock_timestamp() - interval '3 days') AS before_it, pg_temp.result('eu-ai-act-12.1') AS since;
-- and one that begins after what it asks for has ended has it no more
UPDATE governance.controls SET applies_to = governance.law_today() - 1 WHERE id = 'gdpr-33.5';
SELECT pg_temp.result('gdpr-33.5', clock_timestamp());  -- 42704
SELECT pg_temp.result('gdpr-33.5', clock_timestamp() - interval '3 days') IS NOT NULL AS then;
UPDATE governance.controls SET applies_from = NULL, effective_from = NULL, applies_to = NULL;

-- six months are up to 184 days and the event's own; ten years are 3653
CREATE FUNCTION pg_temp.retention(days int) RETURNS TABLE (days_kept int, a19 text, a26 text, a18 text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gov_set_policy('audit.retention_days', to_jsonb(days));
    RETURN QUERY SELECT days, pg_temp.result('eu-ai-act-19.1'), pg_temp.result('eu-ai-act-26.6'), pg_temp.result('eu-ai-act-18.1');
END $$;
SELECT r.* FROM unnest('{183,184,185,3652,3653,0}'::int[]) AS d(days), LATERAL pg_temp.retention(d.days) AS r;

-- a use that the law prohibits
CREATE ROLE regress_claw_ann;
INSERT INTO governance.users (user_id, db_role) VALUES ('claw-ann', 'regress_claw_ann');
INSERT INTO governance.user_roles (user_id, role) VALUES ('claw-ann', 'approver');
CREATE FUNCTION pg_temp.answers(changes jsonb = '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(question_id, CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END) || changes
    FROM governance.impact_questions $$;
SELECT pg_temp.result('eu-ai-act-5.1') AS nothing_deployed, pg_temp.result('iso-42001-a.5.3') AS nothing_assessed, pg_temp.result('eu-ai-act-73.6') AS nothing_reportable;
SELECT status FROM gov_create_usecase('claw.use', 'Use', '', 'team');
SELECT risk_class FROM gov_assess_impact('claw.use', pg_temp.answers('{"transparency.interaction": true, "area.education": true, "area.preparatory_only": true}'));
SELECT status FROM gov_submit_usecase('claw.use');
SET ROLE regress_claw_ann;
SELECT status FROM gov_approve_usecase('claw.use');
RESET ROLE;
SELECT status FROM gov_deploy_usecase('claw.use');
SELECT pg_temp.result('eu-ai-act-5.1') AS allowed, pg_temp.result('iso-42001-a.5.3') AS kept, pg_temp.result('iso-42001-a.5.2') AS assessed;
SELECT id, result, evidence FROM unnest('{eu-ai-act-6.4,eu-ai-act-50.1,eu-ai-act-50.2,eu-ai-act-27.1}'::text[]) AS c(id),
    LATERAL (SELECT gov_check_control(id, 1, clock_timestamp())) AS k(j), LATERAL (SELECT j ->> 'result', j ->> 'evidence_count') AS r(result, evidence);
BEGIN;
UPDATE governance.use_cases SET prohibited_from = clock_timestamp() WHERE usecase_id = 'claw.use';
SELECT pg_temp.result('eu-ai-act-5.1') AS prohibited;
ROLLBACK;

-- what an authority had yet to hear of: the functions refuse, a superuser's event is seen
SELECT incident_id AS incident FROM gov_report_incident('safety', 'critical', 'claw', '', 'claw.use') \gset
SELECT count(*) FROM gov_mark_incident_reportable(:incident, 'eu_ai_act', 'serious_incident', '{DE,FR}');
SELECT pg_temp.result('eu-ai-act-73.6') AS nothing_done;
SELECT stage FROM gov_record_notification(:incident, 'eu_ai_act', 'initial');
SELECT status FROM gov_deprecate_usecase('claw.use', 'afterwards');
SELECT pg_temp.result('eu-ai-act-73.6') AS after_telling;
BEGIN;
UPDATE governance.incident_deadlines SET notified_at = clock_timestamp() + interval '1 hour' WHERE incident_id = :incident AND stage = 'initial' AND jurisdiction = 'FR';
SELECT pg_temp.result('eu-ai-act-73.6') AS before_telling_france;
ROLLBACK;

-- leavers
SELECT pg_temp.result('soc2-cc6.2.b') AS nobody_left;
SELECT gov_create_api_token('claw-ann', 'hers') IS NOT NULL AS token;
SELECT is_active FROM gov_deactivate_user('claw-ann');
SELECT pg_temp.result('soc2-cc6.2.b') AS with_her_token;
UPDATE governance.api_tokens SET revoked_at = NULL WHERE user_id = 'claw-ann';
SELECT pg_temp.result('soc2-cc6.2.b') AS but_for_a_token;
\c :back
DROP DATABASE regress_control_law;
DROP ROLE regress_claw_ann;
