-- What the model is used for
-- as: postgres
\o /dev/null
\set ECHO none
CREATE ROLE demo_nora LOGIN;
SELECT gov_create_user('nora', NULL, 'demo_nora', '{"does": "plans traffic"}');
SELECT gov_create_role('product_owner', 'describes what models are used for', '{usecase:create}');
SELECT gov_assign_role('nora', 'product_owner');
\o
\set ECHO queries
\connect - demo_nora
\echo 'Nora wants it to time traffic lights.  Amir will answer for it.'
\echo
SELECT usecase_id, owner, impact_level, status
FROM gov_create_usecase('traffic.lights', 'Traffic lights', 'Times the lights by what it sees', owner => 'amir',
    model_ids => '{vehicle_classifier}', affected_systems => '{traffic_control}');
\echo 'She answers the questionnaire; each question names its article:'
\echo
SELECT question_id, source, applies_from FROM governance.impact_questions
WHERE question_id IN ('area.critical_infrastructure', 'impact.severity', 'impact.autonomy') ORDER BY position;
SELECT impact_score, risk_class, impact_level
FROM gov_assess_impact('traffic.lights', (
    SELECT jsonb_object_agg(question_id, CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END)
    FROM governance.impact_questions)
    || '{"area.critical_infrastructure": true, "impact.people_affected": "more", "impact.severity": "severe",
         "impact.reversibility": "not", "impact.autonomy": "acts_alone", "impact.no_oversight": true, "impact.no_opt_out": true}');
SELECT status FROM gov_submit_usecase('traffic.lights', 'trial on two junctions');

\echo 'Who answers for it cannot approve it; and a critical one needs two who do not.'
\echo
\connect - demo_amir
\set ON_ERROR_STOP off
SELECT gov_approve_usecase('traffic.lights');
\set ON_ERROR_STOP on
\connect - demo_bea
SELECT status FROM gov_approve_usecase('traffic.lights', 'with a fallback to fixed times');
\connect - demo_carl
SELECT status FROM gov_approve_usecase('traffic.lights');
\connect - demo_olga
SELECT environment, status, deployed_by FROM gov_deploy_usecase('traffic.lights');
\echo 'The serving path asks before each request; the answer costs less than a microsecond:'
\echo
SELECT gov_admit('traffic.lights');
\connect - postgres
SELECT status FROM gov_deprecate_usecase('traffic.lights', 'the trial is over');
SELECT gov_admit('traffic.lights');
