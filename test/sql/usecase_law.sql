-- What a use is on a date: the law as amended, fifteen uses on four dates, and
-- a class that the law changes while the use is in operation.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
SET DateStyle = 'ISO';

CREATE FUNCTION pg_temp.answers(changes jsonb = '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(question_id,
        CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END) || changes
    FROM governance.impact_questions
$$;
CREATE TABLE uses (id text, use text, answers jsonb);
INSERT INTO uses VALUES
    ('U01', 'a web service makes nude pictures of people in photographs', '{"prohibited.intimate_material": true, "transparency.synthetic_content": true, "transparency.deep_fake": true, "placed_on_market_on": "2026-05-10"}'),
    ('U02', 'a generator of abstract backgrounds, from March 2026', '{"transparency.synthetic_content": true, "placed_on_market_on": "2026-03-01"}'),
    ('U03', 'the same, first offered in September 2026', '{"transparency.synthetic_content": true, "placed_on_market_on": "2026-09-15"}'),
    ('U04', 'an image generator whose plain use yields sexual pictures of celebrities', '{"prohibited.intimate_material": true, "transparency.synthetic_content": true, "transparency.deep_fake": true, "placed_on_market_on": "2026-06-20"}'),
    ('U05', 'a tool that crops and brightens holiday pictures', '{"placed_on_market_on": "2025-04-01"}'),
    ('U06', 'ranks applicants by CV and personality test', '{"area.employment": true, "area.profiling": true, "placed_on_market_on": "2026-10-01"}'),
    ('U07', 'puts CVs into the same table, without a score', '{"area.employment": true, "area.preparatory_only": true, "placed_on_market_on": "2026-10-01"}'),
    ('U08', 'estimates creditworthiness', '{"area.essential_services": true, "area.profiling": true, "placed_on_market_on": "2027-02-01"}'),
    ('U09', 'the same, in service since 2024', '{"area.essential_services": true, "area.profiling": true, "placed_on_market_on": "2024-03-01"}'),
    ('U10', 'a chat assistant with a human name', '{"transparency.interaction": true, "transparency.synthetic_content": true, "placed_on_market_on": "2026-09-01"}'),
    ('U11', 'infers call-centre agents'' mood', '{"prohibited.emotion_at_work": true, "area.biometrics": true, "area.employment": true, "transparency.emotion_or_biometrics": true, "placed_on_market_on": "2026-01-15"}'),
    ('U12', 'reads the mood of passers-by at a screen', '{"area.biometrics": true, "transparency.emotion_or_biometrics": true, "placed_on_market_on": "2026-08-20"}'),
    ('U13', 'stops a lift when its doors are obstructed', '{"product.safety_component": true, "annex_i_section": "A", "placed_on_market_on": "2026-11-01"}'),
    ('U14', 'predicts where lift passengers call next', '{"placed_on_market_on": "2026-11-01"}'),
    ('U15', 'an employee makes sexual pictures of a colleague', '{"prohibited.intimate_material": true, "transparency.synthetic_content": true, "transparency.deep_fake": true, "role": "deployer", "placed_on_market_on": "2026-11-10"}');
SELECT u.id, d.day, c.j ->> 'risk_class' AS class,
    (SELECT string_agg(r ->> 'question_id' || ' (' || replace(r ->> 'source', 'Regulation (EU) 2024/1689, ', '') || ', ' || (r ->> 'applies_from') || ')', '; ')
        FROM jsonb_array_elements(c.j -> 'reasons') AS r
        WHERE r ->> 'risk_class' = c.j ->> 'risk_class') AS because
FROM uses AS u
CROSS JOIN unnest('{2026-12-01,2026-12-03,2027-12-03,2028-08-03}'::date[]) AS d(day)
CROSS JOIN LATERAL (SELECT gov_classify(pg_temp.answers(u.answers), d.day)) AS c(j)
ORDER BY u.id, d.day;
-- the day itself is in, and what is to come is told
SELECT u.id, jsonb_path_query_array(c.j, '$.later') AS later
FROM uses AS u CROSS JOIN LATERAL (SELECT gov_classify(pg_temp.answers(u.answers), '2026-12-01')) AS c(j)
ORDER BY u.id;
SELECT d.day, gov_classify('{"prohibited.child_abuse_material": true}', d.day) ->> 'risk_class' AS child_abuse, gov_classify('{"area.education": true}', d.day) ->> 'risk_class' AS education,
    gov_classify('{"product.safety_component": true}', d.day) ->> 'risk_class' AS product, gov_classify('{"transparency.interaction": true}', d.day) ->> 'risk_class' AS chat
FROM unnest('{2024-08-01,2026-08-01,2026-08-02,2026-12-01,2026-12-02,2027-12-01,2027-12-02,2028-08-01,2028-08-02,2200-12-31}'::date[]) AS d(day) ORDER BY 1;
-- the level is by the worst that is to come; what is left out is named
SELECT gov_classify('{"area.education": true}', '2026-12-01') - 'unanswered' AS judgement, jsonb_array_length(gov_classify('{"area.education": true}', '2026-12-01') -> 'unanswered') = (SELECT count(*) - 1 FROM governance.impact_questions) AS others_named;
-- placed on the last day of grace, and on the day that ends it
SELECT gov_classify('{"transparency.synthetic_content": true, "placed_on_market_on": "2026-08-01"}', '2026-12-01') ->> 'risk_class' AS older,
    gov_classify('{"transparency.synthetic_content": true, "placed_on_market_on": "2026-08-02"}', '2026-12-01') ->> 'risk_class' AS newer,
    gov_classify('{"transparency.synthetic_content": true, "placed_on_market_on": null}', '2026-12-01') ->> 'risk_class' AS not_said;

-- what the facts move is the duty, and not the class: Article 111(2), section B of
-- Annex I, who provides and who deploys
SELECT f.facts, c.j ->> 'risk_class' AS class, (SELECT string_agg(concat_ws(' ', r ->> 'question_id', coalesce(r ->> 'owed_from', 'never'), r ->> 'owed_by'), ', ') FROM jsonb_array_elements(c.j -> 'reasons') AS r) AS owed
FROM (VALUES (1, '{}'::jsonb), (2, '{"placed_on_market_on": "2027-12-01"}'), (3, '{"placed_on_market_on": "2027-12-02"}'),
    (4, '{"placed_on_market_on": "2024-03-01", "significant_change_on": "2027-12-01"}'), (5, '{"placed_on_market_on": "2024-03-01", "significant_change_on": "2029-01-01"}'),
    (6, '{"placed_on_market_on": "2024-03-01", "public_authority": true}'), (7, '{"placed_on_market_on": "2024-03-01", "public_authority": true, "significant_change_on": "2029-01-01"}'),
    (8, '{"annex_i_section": "A"}'), (9, '{"annex_i_section": "B"}'), (10, '{"role": "provider"}'), (11, '{"role": "deployer"}')) AS f(n, facts),
    LATERAL (SELECT gov_classify('{"area.education": true, "product.safety_component": true, "prohibited.social_scoring": false, "transparency.interaction": true, "transparency.deep_fake": true}'::jsonb || f.facts, '2028-08-02')) AS c(j)
ORDER BY f.n;
SELECT r ->> 'question_id' AS prohibited, r ->> 'owed_from' AS owed_from FROM jsonb_array_elements(gov_classify('{"prohibited.social_scoring": true, "placed_on_market_on": "2020-01-01", "role": "deployer", "public_authority": true}', '2028-08-02') -> 'reasons') AS r;
-- a law that ends counts until the day before
INSERT INTO governance.impact_questions (question_id, category, question, effect, risk_class, source, position, applies_from, applies_to)
VALUES ('own.ended', 'prohibited_practice', 'Was it banned?', 'forces', 'prohibited', 'a law of before, Art. 1', 120, '2025-01-01', '2026-01-01');
SELECT d.day, c.j ->> 'risk_class' AS class, c.j -> 'later' AS later FROM unnest('{2024-12-31,2025-12-31,2026-01-01}'::date[]) AS d(day), LATERAL (SELECT gov_classify('{"own.ended": true}', d.day)) AS c(j) ORDER BY 1;
DELETE FROM governance.impact_questions WHERE question_id = 'own.ended';

-- bad input
SELECT gov_classify('{"annex_i_section": "none", "product.safety_component": true}', '2026-12-01');  -- 22023
SELECT gov_classify('{"annex_i_section": "none", "product.safety_component": false}', '2026-12-01') ->> 'risk_class' AS none;
SELECT gov_classify('{"area.space": true}', '2026-12-01');  -- 22023
SELECT gov_classify('{"area.education": "yes"}', '2026-12-01');  -- 22023
SELECT gov_classify('{"placed_on_market_on": "2026-02-30"}', '2026-12-01');  -- 22023
SELECT gov_classify('{"placed_on_market_on": "yesterday"}', '2026-12-01');  -- 22023
SELECT gov_classify('{"placed_on_market_on": true}', '2026-12-01');  -- 22023
SELECT gov_classify('{"annex_i_section": "C"}', '2026-12-01');  -- 22023
SELECT gov_classify('[]', '2026-12-01');  -- 22023
SELECT gov_classify(NULL, '2026-12-01');  -- 22023
SELECT gov_classify('{}', NULL);  -- 22023
\set VERBOSITY default
SELECT gov_classify('{}', '2024-07-31');  -- 22023: before the Act
SELECT gov_classify('{"placed_on_market_on": "2026-13-01"}', '2026-12-01');  -- 22023
\set VERBOSITY terse
SELECT gov_classify('{}', '-infinity');  -- 22023
SELECT gov_classify('{}', 'infinity');  -- 22023
SELECT gov_classify('{}') ->> 'risk_class' AS today;

-- a practice that the law will prohibit in ten days
CREATE ROLE regress_law_cora;
CREATE ROLE regress_law_ann;
INSERT INTO governance.users (user_id, db_role) VALUES ('law_cora', 'regress_law_cora'), ('law_ann', 'regress_law_ann');
INSERT INTO governance.roles (role) VALUES ('law_creator');
INSERT INTO governance.role_permissions (role, permission) VALUES ('law_creator', 'usecase:create'), ('law_creator', 'usecase:deploy');
INSERT INTO governance.user_roles (user_id, role) VALUES ('law_cora', 'law_creator'), ('law_ann', 'approver');
INSERT INTO governance.impact_questions (question_id, category, question, effect, risk_class, source, position, applies_from)
VALUES ('own.soon', 'prohibited_practice', 'Is it banned soon?', 'forces', 'prohibited', 'a law to come, Art. 1', 120, governance.law_today() + 10),
    ('own.later', 'prohibited_practice', 'Is it banned later?', 'forces', 'prohibited', 'a law to come, Art. 2', 121, governance.law_today() + 40);
SELECT value FROM gov_set_policy('usecase.required_approvals.critical', '1');
SET ROLE regress_law_cora;
SELECT usecase_id FROM gov_create_usecase('law.soon', 'Soon', '', 'team');
SELECT usecase_id FROM gov_create_usecase('law.later', 'Later', '', 'team');
SELECT risk_class, impact_level, next_class, next_class_on - (clock_timestamp() AT TIME ZONE 'Europe/Brussels')::date BETWEEN 9 AND 10 AS in_ten_days
FROM gov_assess_impact('law.soon', pg_temp.answers('{"own.soon": true}'));
SELECT risk_class, next_class FROM gov_assess_impact('law.later', pg_temp.answers('{"own.later": true}'));
SELECT status FROM gov_submit_usecase('law.soon');
SET ROLE regress_law_ann;
SELECT status FROM gov_approve_usecase('law.soon');
SET ROLE regress_law_cora;
SELECT status FROM gov_deploy_usecase('law.soon');
SELECT gov_admit('law.soon') -> 'admitted' AS today;
-- it is named 30 days ahead, and told of once
RESET ROLE;
SELECT usecase_id, status, risk_class, next_class, days_left BETWEEN 9 AND 10 AS in_ten_days FROM governance.v_reassessment_due;
SELECT gov_run_maintenance() ? 'classes' AS ran;
SELECT gov_run_maintenance() -> 'classes' AS again;
SELECT resource, event_type, count(*) FROM governance.audit_events WHERE event_type = 'usecase.warn' GROUP BY 1, 2;
SELECT data ->> 'next_class' AS next_class, data ? 'next_class_on' AS with_the_day FROM governance.events WHERE type = 'governance.usecase.warn';
-- the day comes: not admitted, whether or not the class was written down
BEGIN;
UPDATE governance.use_cases SET prohibited_from = '2025-02-01 23:00+00' WHERE usecase_id = 'law.soon';
UPDATE governance.use_cases SET prohibited_from = now() + interval '1 hour' WHERE usecase_id = 'law.later';
SELECT gov_admit('law.soon');
SELECT usecase_id FROM governance.v_reassessment_due ORDER BY 1;
ROLLBACK;
BEGIN;
UPDATE governance.impact_questions SET applies_from = governance.law_today() WHERE question_id = 'own.soon';
UPDATE governance.use_cases SET next_class_on = governance.law_today(), prohibited_from = now() - interval '1 second' WHERE usecase_id = 'law.soon';
SELECT (gov_run_maintenance() -> 'classes' ->> 'changed')::int >= 1 AS changed;
SELECT risk_class, next_class, status, gov_admit('law.soon') -> 'admitted' AS admitted FROM governance.use_cases WHERE usecase_id = 'law.soon';
SET ROLE regress_law_cora;
SELECT gov_deploy_usecase('law.soon', environment => 'staging');  -- 55000
ROLLBACK;
-- nor approved from then on, though it was assessed before
SET ROLE regress_law_cora;
SELECT status FROM gov_submit_usecase('law.later');
RESET ROLE;
BEGIN;
UPDATE governance.use_cases SET prohibited_from = now() - interval '1 second' WHERE usecase_id = 'law.later';
SET ROLE regress_law_ann;
\set VERBOSITY default
SELECT gov_approve_usecase('law.later');  -- 55000
\set VERBOSITY terse
ROLLBACK;

-- clean up
DELETE FROM governance.impact_questions WHERE question_id LIKE 'own.%';
SELECT is_active FROM gov_deactivate_user('law_cora');
SELECT is_active FROM gov_deactivate_user('law_ann');
DROP TABLE uses;
DROP ROLE regress_law_cora, regress_law_ann;
