-- The impact assessment: the questionnaire, what answers come to, what follows.

CREATE ROLE regress_impact_cora;
CREATE ROLE regress_impact_ann;
CREATE ROLE regress_impact_bob;
CREATE ROLE regress_impact_root;
CREATE ROLE regress_impact_nia;
INSERT INTO governance.users (user_id, db_role)
SELECT 'impact_' || p, 'regress_impact_' || p FROM unnest('{cora,ann,bob,root,nia}'::text[]) AS p;
INSERT INTO governance.roles (role) VALUES ('impact_creator');
INSERT INTO governance.role_permissions (role, permission) VALUES ('impact_creator', 'usecase:create');
INSERT INTO governance.user_roles (user_id, role) VALUES
    ('impact_cora', 'impact_creator'), ('impact_ann', 'approver'), ('impact_bob', 'approver'),
    ('impact_root', 'admin');

-- the questionnaire, each question with its source
SET DateStyle = 'ISO';
SELECT question_id, source, effect, risk_class, weight, answer_type, applies_from, older_than, older_from, amended_by, checked_on FROM governance.impact_questions ORDER BY position;
SELECT fact, value_type, options, source FROM governance.impact_facts ORDER BY 1;
SELECT question_id, options FROM governance.impact_questions WHERE answer_type = 'choice' ORDER BY position;
-- weights make a hundred
SELECT sum(weight) FROM governance.impact_questions;

-- answers, harmless but for those named
CREATE FUNCTION pg_temp.answers(changes jsonb = '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(question_id,
        CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END) || changes
    FROM governance.impact_questions
$$;

-- --- what answers come to, when all of it applies -------------------------------------------------------

SELECT c.n, j.impact_score, j.risk_class, j.suggested_level
FROM (VALUES
    (1, '{}'::jsonb),
    (2, '{"transparency.interaction": true}'),
    (3, '{"product.safety_component": true}'),
    (4, '{"area.employment": true}'),
    (5, '{"area.employment": true, "area.preparatory_only": true}'),
    (6, '{"area.employment": true, "area.preparatory_only": true, "area.profiling": true}'),
    (7, '{"area.profiling": true}'),
    (8, '{"product.safety_component": true, "area.preparatory_only": true}'),
    (9, '{"transparency.deep_fake": true, "area.employment": true, "area.preparatory_only": true}'),
    (10, '{"prohibited.social_scoring": true, "area.preparatory_only": true}'),
    (11, '{"impact.people_affected": "up_to_10000", "impact.severity": "serious", "impact.past_harm": true}'),
    (12, '{"impact.people_affected": "more", "impact.severity": "serious", "impact.reversibility": "with_effort", "impact.no_oversight": true, "impact.special_data": true}'),
    (13, '{"impact.people_affected": "more", "impact.severity": "severe", "impact.reversibility": "not", "impact.autonomy": "acts_alone", "impact.no_oversight": true, "impact.vulnerable_people": true, "impact.no_opt_out": true, "impact.special_data": true, "impact.high_risk_processing": true, "impact.past_harm": true}')
) AS c(n, changes), governance.judge_impact(pg_temp.answers(c.changes), '2028-09-01') AS j
ORDER BY c.n;
-- each prohibited practice and each area by itself
SELECT q.category, count(*), j.risk_class, j.suggested_level
FROM governance.impact_questions AS q, governance.judge_impact(pg_temp.answers(jsonb_build_object(q.question_id, true)), '2028-09-01') AS j
WHERE q.effect = 'forces'
GROUP BY 1, 3, 4 ORDER BY 1;

-- --- assessing ------------------------------------------------------------------

SET ROLE regress_impact_cora;
SELECT risk_class, impact_score FROM gov_create_usecase('imp.one', 'One', '', 'team', impact_level => 'medium');
\set VERBOSITY default
SELECT gov_assess_impact('imp.one', pg_temp.answers() || '{"area.space": true, "zzz": 1}');         -- 22023
SELECT gov_assess_impact('imp.one', pg_temp.answers() || '{"impact.severity": "bad", "impact.past_harm": "false"}');   -- 22023
-- what is not answered does not read as harmless
SELECT gov_assess_impact('imp.one', pg_temp.answers() - 'prohibited.manipulation' || '{"impact.severity": null}');     -- 22023
\set VERBOSITY terse
SELECT gov_assess_impact('imp.one', '{}');                                     -- 22023
SELECT gov_assess_impact('imp.one', NULL);                                     -- 22023
SELECT gov_assess_impact('imp.one', '[]');                                     -- 22023
SELECT gov_assess_impact('imp.none', pg_temp.answers());                       -- 42704
SET ROLE regress_impact_nia;
SELECT gov_assess_impact('imp.one', pg_temp.answers());                        -- 42501
RESET ROLE;
SELECT count(*) FROM governance.usecase_assessments WHERE usecase_id LIKE 'imp.%';

-- the level is raised, and never lowered
SET ROLE regress_impact_cora;
SELECT risk_class, impact_score, impact_level FROM gov_assess_impact('imp.one', pg_temp.answers());
-- (to what the class will be, though the law may not apply yet)
SELECT impact_score, impact_level
FROM gov_assess_impact('imp.one', pg_temp.answers('{"area.education": true, "impact.severity": "limited"}'));
SELECT impact_score, impact_level FROM gov_assess_impact('imp.one', pg_temp.answers('{"area.education": true}'));
-- nor by hand, below what the assessment suggests
\set VERBOSITY default
SELECT gov_update_usecase('imp.one', impact_level => 'medium');                -- 55000
\set VERBOSITY terse
SELECT risk_class, impact_level FROM gov_assess_impact('imp.one', pg_temp.answers());
SELECT risk_class, impact_level FROM gov_update_usecase('imp.one', impact_level => 'medium');
-- every assessment is kept
RESET ROLE;
SELECT assessed_by, impact_score, suggested_level, answers -> 'area.education' AS education
FROM governance.usecase_assessments WHERE usecase_id = 'imp.one' ORDER BY assessment_no;

-- --- and deciding -------------------------------------------------------------

-- an approver may assess what was submitted; a change of class or level makes votes count anew
SELECT value FROM gov_set_policy('usecase.required_approvals.medium', '2');
SELECT value FROM gov_set_policy('usecase.required_approvals.high', '2');
SET ROLE regress_impact_cora;
SELECT status, review_round FROM gov_submit_usecase('imp.one');
SET ROLE regress_impact_ann;
SELECT status FROM gov_approve_usecase('imp.one');
SET ROLE regress_impact_bob;
SELECT review_round FROM gov_assess_impact('imp.one', pg_temp.answers('{"impact.severity": "limited"}'));
SELECT review_round, impact_level FROM gov_assess_impact('imp.one', pg_temp.answers('{"area.migration": true}'));
SELECT status FROM gov_approve_usecase('imp.one');
-- ann's vote was on something else
SELECT status FROM gov_usecase('imp.one');
SET ROLE regress_impact_ann;
SELECT status FROM gov_approve_usecase('imp.one');
-- what is approved stays as assessed
\set VERBOSITY default
SELECT gov_assess_impact('imp.one', pg_temp.answers());                        -- 55000
\set VERBOSITY terse
RESET ROLE;
SELECT value FROM gov_set_policy('usecase.required_approvals.medium', '1');
SELECT value FROM gov_set_policy('usecase.required_approvals.high', '1');

-- a high one without assessment, and with
SET ROLE regress_impact_cora;
SELECT status FROM gov_create_usecase('imp.high', 'High', '', 'team', impact_level => 'high');
SELECT status FROM gov_submit_usecase('imp.high');
SET ROLE regress_impact_ann;
SELECT gov_approve_usecase('imp.high');                                        -- 55000
SELECT impact_level FROM gov_assess_impact('imp.high', pg_temp.answers());
SELECT status FROM gov_approve_usecase('imp.high');

-- class prohibited: nobody, with no policy and no override
SET ROLE regress_impact_cora;
SELECT status FROM gov_create_usecase('imp.never', 'Never', '', 'team', impact_level => 'low');
SELECT risk_class, impact_level FROM gov_assess_impact('imp.never', pg_temp.answers('{"prohibited.face_scraping": true}'));
SELECT status FROM gov_submit_usecase('imp.never');
SET ROLE regress_impact_ann;
\set VERBOSITY default
SELECT gov_approve_usecase('imp.never');                                       -- 55000
\set VERBOSITY terse
SET ROLE regress_impact_root;
BEGIN;
SELECT gov_override_policy('usecase.required_approvals.critical', '1', 'it must go');
SELECT gov_override_policy('approval.usecase_approve', 'false', 'it must go');
SELECT gov_approve_usecase('imp.never');                                       -- 55000
ROLLBACK;
RESET ROLE;
SELECT gov_approve_usecase('imp.never');                                       -- 55000
SELECT status FROM gov_usecase('imp.never');

-- an organisation's own question takes part; it leaves its event
INSERT INTO governance.impact_questions (question_id, category, question, effect, risk_class, source, position)
VALUES ('own.drones', 'product_safety', 'Does it fly?', 'forces', 'high', 'house rule 7', 120);
SET ROLE regress_impact_cora;
SELECT gov_assess_impact('imp.never', pg_temp.answers() - 'own.drones');       -- 22023
SELECT risk_class FROM gov_assess_impact('imp.never', pg_temp.answers('{"own.drones": true}'));
RESET ROLE;
DELETE FROM governance.impact_questions WHERE question_id = 'own.drones';
SELECT event_type, resource FROM governance.audit_events WHERE event_type LIKE 'impact_question.%' ORDER BY event_id;
SELECT event_type, resource, changes - '{submitted_at,submitted_principals}'::text[] AS changes FROM governance.audit_events
WHERE resource IN ('usecase/imp.never', 'usecase_assessment/imp.never') AND outcome <> 'denied' ORDER BY event_id;
UPDATE governance.usecase_assessments SET risk_class = 'minimal' WHERE usecase_id = 'imp.one';    -- 55000

UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'impact\_%';
DROP FUNCTION pg_temp.answers(jsonb);
DROP ROLE regress_impact_cora, regress_impact_ann, regress_impact_bob, regress_impact_root, regress_impact_nia;
