-- The use-case registry, and whether a request may be served.

-- Empty: carries the invalidation of what gov_admit() has cached.
CREATE TABLE governance.admit_generation ();
COMMENT ON TABLE governance.admit_generation IS
'Empty: carries the invalidation of what gov_admit() has cached.';

CREATE TABLE governance.use_cases (
    usecase_id             text COLLATE "C" NOT NULL,
    name                   text NOT NULL,
    description            text NOT NULL DEFAULT '',
    owner                  text NOT NULL,
    model_ids              text[] NOT NULL DEFAULT '{}',
    input_schema           jsonb NOT NULL DEFAULT '{}',
    output_schema          jsonb NOT NULL DEFAULT '{}',
    impact_level           text NOT NULL DEFAULT 'medium',
    risk_class             text,
    impact_score           numeric(5, 2),
    affected_systems       text[] NOT NULL DEFAULT '{}',
    dependencies           text[] NOT NULL DEFAULT '{}',
    status                 text NOT NULL DEFAULT 'draft',
    created_at             timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by             text COLLATE "C",
    replaced_by            text COLLATE "C",
    submitted_at           timestamptz,
    submitted_by           text COLLATE "C",
    review_round           integer NOT NULL DEFAULT 0,
    created_principals     text[] COLLATE "C" NOT NULL DEFAULT '{}',
    created_backers        text[] COLLATE "C" NOT NULL DEFAULT '{}',
    owner_principals       text[] COLLATE "C" NOT NULL DEFAULT '{}',
    submitted_principals   text[] COLLATE "C" NOT NULL DEFAULT '{}',
    submitted_backers      text[] COLLATE "C" NOT NULL DEFAULT '{}',
    next_class             text,
    next_class_on          date,
    prohibited_from        timestamptz,
    reassessment_told_at   timestamptz,
    CONSTRAINT use_cases_pkey PRIMARY KEY (usecase_id),
    CONSTRAINT use_cases_replaced_by_fkey FOREIGN KEY (replaced_by)
        REFERENCES governance.use_cases,
    CONSTRAINT use_cases_usecase_id_check CHECK (governance.is_id(usecase_id)),
    CONSTRAINT use_cases_replaced_by_check CHECK (replaced_by <> usecase_id),
    CONSTRAINT use_cases_input_schema_check CHECK (pg_catalog.jsonb_typeof(input_schema) = 'object'),
    CONSTRAINT use_cases_output_schema_check CHECK (pg_catalog.jsonb_typeof(output_schema) = 'object'),
    CONSTRAINT use_cases_impact_level_check CHECK (impact_level IN ('low', 'medium', 'high', 'critical')),
    CONSTRAINT use_cases_risk_class_check CHECK (risk_class IN ('minimal', 'limited', 'high', 'prohibited')),
    CONSTRAINT use_cases_next_class_check CHECK (next_class IN ('minimal', 'limited', 'high', 'prohibited')),
    CONSTRAINT use_cases_impact_score_check CHECK (impact_score BETWEEN 0 AND 100),
    CONSTRAINT use_cases_assessed_check CHECK ((risk_class IS NULL) = (impact_score IS NULL)),
    CONSTRAINT use_cases_status_check CHECK (status IN ('draft', 'submitted', 'approved', 'deployed', 'deprecated', 'archived'))
);
CREATE INDEX use_cases_created_at_idx ON governance.use_cases (created_at DESC, usecase_id DESC);
CREATE INDEX use_cases_status_idx ON governance.use_cases (status, created_at DESC, usecase_id DESC);
CREATE INDEX use_cases_owner_idx ON governance.use_cases (owner, created_at DESC, usecase_id DESC);
CREATE INDEX use_cases_replaced_by_idx ON governance.use_cases (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX use_cases_next_class_on_idx ON governance.use_cases (next_class_on) WHERE next_class_on IS NOT NULL;
CREATE INDEX use_cases_model_ids_idx ON governance.use_cases USING gin (model_ids);
COMMENT ON TABLE governance.use_cases IS
'What models are used for: who is responsible, which systems are affected, how far the approval has come.  Its content changes only while it is a draft.';
COMMENT ON COLUMN governance.use_cases.impact_level IS
'low, medium, high or critical.  It decides how many people must approve: policies usecase.required_approvals.*.';
COMMENT ON COLUMN governance.use_cases.owner IS
'Who is responsible for it.  Where this is a user_id, that user cannot approve it.';
COMMENT ON COLUMN governance.use_cases.risk_class IS
'By the latest impact assessment; NULL: not assessed.  Source: Regulation (EU) 2024/1689.';
COMMENT ON COLUMN governance.use_cases.next_class IS
'The class that the same answers lead to from next_class_on; NULL: no change of law that is known changes the class.';
COMMENT ON COLUMN governance.use_cases.prohibited_from IS
'When the law begins to prohibit the use that the answers describe: it is then neither approved, deployed nor admitted.  NULL: never.';
COMMENT ON COLUMN governance.use_cases.reassessment_told_at IS
'When the notice was given, 30 days ahead, that the class will change; NULL: it was not.';
COMMENT ON COLUMN governance.use_cases.impact_score IS
'By the latest impact assessment, 0 to 100; NULL: not assessed.';
COMMENT ON COLUMN governance.use_cases.status IS
'How far it has come.  Moves only as gov_transitions() lists.';
COMMENT ON COLUMN governance.use_cases.review_round IS
'Votes count in the round they were cast in.  Submitting begins a new one, and so does an assessment that changes what is being voted on.';
COMMENT ON COLUMN governance.use_cases.created_principals IS
'Who created it: see gov_acts_conflict().';
COMMENT ON COLUMN governance.use_cases.created_backers IS
'Who stood behind its creation: see gov_acts_conflict().';
COMMENT ON COLUMN governance.use_cases.owner_principals IS
'The owner''s names when they became the owner: see gov_acts_conflict().';
COMMENT ON COLUMN governance.use_cases.submitted_principals IS
'Who submitted it last: see gov_acts_conflict().';
COMMENT ON COLUMN governance.use_cases.submitted_backers IS
'Who stood behind that: see gov_acts_conflict().';

CREATE TABLE governance.usecase_approvals (
    usecase_id   text COLLATE "C" NOT NULL,
    approval_no  bigint NOT NULL,
    reviewer     text COLLATE "C" NOT NULL,
    reviewed_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    status       text NOT NULL,
    comments     text NOT NULL DEFAULT '',
    review_round integer NOT NULL,
    request_id   uuid,
    principals   text[] COLLATE "C" NOT NULL DEFAULT '{}',
    backers      text[] COLLATE "C" NOT NULL DEFAULT '{}',
    by_group     jsonb,
    CONSTRAINT usecase_approvals_pkey PRIMARY KEY (usecase_id, approval_no),
    CONSTRAINT usecase_approvals_reviewer_key UNIQUE (usecase_id, review_round, reviewer),
    CONSTRAINT usecase_approvals_usecase_id_fkey FOREIGN KEY (usecase_id)
        REFERENCES governance.use_cases,
    CONSTRAINT usecase_approvals_status_check CHECK (status IN ('approved', 'rejected'))
);
COMMENT ON TABLE governance.usecase_approvals IS
'Votes on use-cases.  Those of the use-case''s current review_round count.';
COMMENT ON COLUMN governance.usecase_approvals.status IS
'The vote: approved or rejected.';
COMMENT ON COLUMN governance.usecase_approvals.by_group IS
'The group of a signed token whose role allowed it, with who mapped the group and when; NULL: no group did.';
COMMENT ON COLUMN governance.usecase_approvals.approval_no IS
'The number of the row, counted for each use-case under its lock.';
COMMENT ON COLUMN governance.usecase_approvals.principals IS
'Who voted: see gov_acts_conflict().';
COMMENT ON COLUMN governance.usecase_approvals.backers IS
'Who stood behind the vote: see gov_acts_conflict().';
COMMENT ON COLUMN governance.usecase_approvals.request_id IS
'The approval request that this vote used up, where one was needed.';

CREATE TABLE governance.usecase_deployments (
    usecase_id    text COLLATE "C" NOT NULL,
    -- The default is for who writes by hand: the guard speaks, not the column.
    deployment_no bigint NOT NULL DEFAULT 0,
    deployment_id text COLLATE "C" NOT NULL,
    environment   text COLLATE "C" NOT NULL,
    deployed_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    deployed_by   text COLLATE "C" NOT NULL,
    status        text NOT NULL DEFAULT 'active',
    notes         text NOT NULL DEFAULT '',
    ended_at      timestamptz,
    ended_by      text COLLATE "C",
    principals    text[] COLLATE "C" NOT NULL DEFAULT '{}',
    backers       text[] COLLATE "C" NOT NULL DEFAULT '{}',
    CONSTRAINT usecase_deployments_pkey PRIMARY KEY (usecase_id, deployment_no),
    CONSTRAINT usecase_deployments_deployment_id_key UNIQUE (deployment_id),
    CONSTRAINT usecase_deployments_usecase_id_fkey FOREIGN KEY (usecase_id)
        REFERENCES governance.use_cases,
    CONSTRAINT usecase_deployments_environment_fkey FOREIGN KEY (environment)
        REFERENCES governance.environments,
    CONSTRAINT usecase_deployments_deployment_id_check CHECK (governance.is_id(deployment_id)),
    CONSTRAINT usecase_deployments_status_check CHECK (status IN ('active', 'superseded', 'ended')),
    CONSTRAINT usecase_deployments_ended_check CHECK ((status = 'active') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX usecase_deployments_active_key ON governance.usecase_deployments (usecase_id, environment) WHERE status = 'active';
COMMENT ON TABLE governance.usecase_deployments IS
'Every deployment of a use-case to an environment, from deployed_at until ended_at.  At most one is active per use-case and environment.';
COMMENT ON COLUMN governance.usecase_deployments.status IS
'active; superseded by the next one; ended with the use-case.';
COMMENT ON COLUMN governance.usecase_deployments.deployment_no IS
'The number of the row, counted for each use-case under its lock.';
COMMENT ON COLUMN governance.usecase_deployments.principals IS
'Who deployed it: see gov_acts_conflict().';
COMMENT ON COLUMN governance.usecase_deployments.backers IS
'Who stood behind that: see gov_acts_conflict().';

CREATE TABLE governance.usecase_metrics (
    usecase_id  text COLLATE "C" NOT NULL,
    metrics_no  bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    recorded_by text COLLATE "C",
    metrics     jsonb NOT NULL,
    CONSTRAINT usecase_metrics_pkey PRIMARY KEY (usecase_id, metrics_no),
    CONSTRAINT usecase_metrics_usecase_id_fkey FOREIGN KEY (usecase_id)
        REFERENCES governance.use_cases,
    CONSTRAINT usecase_metrics_metrics_check CHECK (pg_catalog.jsonb_typeof(metrics) = 'object')
);
COMMENT ON TABLE governance.usecase_metrics IS
'Measured qualities of a use-case: numbers by name.';
COMMENT ON COLUMN governance.usecase_metrics.metrics_no IS
'The number of the record, counted for each use-case.';

-- The questionnaire of gov_assess_impact().

CREATE TABLE governance.impact_questions (
    question_id    text COLLATE "C" NOT NULL,
    category       text NOT NULL,
    question       text NOT NULL,
    answer_type    text NOT NULL DEFAULT 'boolean',
    options        jsonb NOT NULL DEFAULT '[]',
    weight         numeric NOT NULL DEFAULT 0,
    effect         text NOT NULL DEFAULT 'scores',
    risk_class     text,
    source         text NOT NULL,
    position       integer NOT NULL,
    applies_from   date,
    applies_to     date,
    older_than     date,
    older_from     date,
    owed_by        text,
    amended_by     text NOT NULL DEFAULT '',
    checked_on     date,
    CONSTRAINT impact_questions_pkey PRIMARY KEY (question_id),
    CONSTRAINT impact_questions_question_id_check CHECK (governance.is_id(question_id)),
    CONSTRAINT impact_questions_category_check CHECK (category IN ('prohibited_practice', 'product_safety', 'high_risk_area', 'transparency', 'impact')),
    CONSTRAINT impact_questions_answer_type_check CHECK (answer_type IN ('boolean', 'choice')),
    CONSTRAINT impact_questions_options_check CHECK (pg_catalog.jsonb_typeof(options) = 'array' AND (answer_type = 'choice') = (pg_catalog.jsonb_array_length(options) > 0)),
    CONSTRAINT impact_questions_weight_check CHECK (weight >= 0),
    CONSTRAINT impact_questions_effect_check CHECK (effect IN ('scores', 'forces', 'relieves', 'defeats_relief')),
    CONSTRAINT impact_questions_risk_class_check CHECK (risk_class IN ('limited', 'high', 'prohibited')),
    CONSTRAINT impact_questions_forces_check CHECK ((effect = 'forces') = (risk_class IS NOT NULL)),
    CONSTRAINT impact_questions_applies_check CHECK (applies_from < applies_to),
    CONSTRAINT impact_questions_older_check CHECK ((older_than IS NULL) = (older_from IS NULL)),
    CONSTRAINT impact_questions_owed_by_check CHECK (owed_by IN ('provider', 'deployer')),
    CONSTRAINT impact_questions_boolean_check CHECK (effect = 'scores' OR answer_type = 'boolean')
);
COMMENT ON TABLE governance.impact_questions IS
'The questionnaire of gov_assess_impact(), in which every question has to be answered.  "true" is never the harmless answer, except where it relieves.';
COMMENT ON COLUMN governance.impact_questions.category IS
'The subject: prohibited_practice, product_safety, high_risk_area, transparency, impact.';
COMMENT ON COLUMN governance.impact_questions.answer_type IS
'boolean; choice: one of the options.';
COMMENT ON COLUMN governance.impact_questions.risk_class IS
'Where effect is forces, the class that a true answer gives at least: limited, high, prohibited.';
COMMENT ON COLUMN governance.impact_questions.options IS
'For a choice: [{"answer", "share"}].  share is the part of the weight that the answer counts, 0 to 1.';
COMMENT ON COLUMN governance.impact_questions.weight IS
'How much the answer counts in the score, which is 100 times the weight of the harmful answers over the weight of all.  0: it does not count.';
COMMENT ON COLUMN governance.impact_questions.effect IS
'What a true answer does.  scores: it counts in the score alone; forces: it gives at least risk_class; relieves: it lifts the class that its category forces; defeats_relief: it keeps that class in spite of relief.';
COMMENT ON COLUMN governance.impact_questions.source IS
'The act, article and paragraph on which it rests.';
COMMENT ON COLUMN governance.impact_questions.applies_from IS
'The first day on which what it forces counts; NULL: always.';
COMMENT ON COLUMN governance.impact_questions.applies_to IS
'The first day on which it no longer counts; NULL: it has no end.';
COMMENT ON COLUMN governance.impact_questions.older_than IS
'A system that was placed on the market before this day has until older_from; NULL: no such rule.';
COMMENT ON COLUMN governance.impact_questions.owed_by IS
'Who owes the duty that a true answer brings; NULL: whoever provides or deploys the system.';
COMMENT ON COLUMN governance.impact_questions.amended_by IS
'The act that last changed it.';
COMMENT ON COLUMN governance.impact_questions.checked_on IS
'The day on which this row was last compared with the law; NULL: it was not.';

INSERT INTO governance.impact_questions (question_id, category, effect, risk_class, source, position, question) VALUES
    ('prohibited.manipulation', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(a)', 10,
     'Does it use techniques that people are not aware of, or that manipulate or deceive them on purpose, so that they decide as they otherwise would not and significant harm is likely?'),
    ('prohibited.vulnerability', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(b)', 20,
     'Does it exploit somebody''s age, disability or social or economic situation to distort behaviour in a way that is likely to cause significant harm?'),
    ('prohibited.social_scoring', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(c)', 30,
     'Does it rate people over time by their social behaviour or their known or predicted traits, so that they are treated worse in an unrelated context or out of proportion to what they did?'),
    ('prohibited.crime_prediction', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(d)', 40,
     'Does it predict whether a person will commit a crime solely from profiling or personality traits, not in support of a human assessment that rests on objective facts linked to a crime?'),
    ('prohibited.face_scraping', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(e)', 50,
     'Does it build or extend a face recognition database from images scraped without a target from the internet or from surveillance cameras?'),
    ('prohibited.emotion_at_work', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(f)', 60,
     'Does it infer emotions of people at work or in education for other than medical or safety reasons?'),
    ('prohibited.biometric_sorting', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(g)', 70,
     'Does it sort individual people by their biometric data to deduce race, political opinion, trade union membership, religion or philosophical belief, sex life or sexual orientation?  (Labelling or filtering of biometric data that were lawfully acquired is not meant.)'),
    ('prohibited.live_identification', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(h)', 80,
     'Does it identify people from afar and in real time by biometrics, in places open to the public, for law enforcement, outside the searches, threats and suspects that the law excepts and an authority has allowed before?'),
    ('prohibited.intimate_material', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(ba), (1a), (1b)', 90,
     'Is it meant to generate or alter realistic pictures, video, sound or the like of a recognisable person''s intimate parts or sexual activity without that person''s explicit consent; or does it make this a foreseeable result that can be repeated without major technical change, while safeguards that reliably prevent it are missing; or is it used here for that?  (Edits that neither expose more nor change the activity are not meant.)'),
    ('prohibited.child_abuse_material', 'prohibited_practice', 'forces', 'prohibited', 'Regulation (EU) 2024/1689, Art. 5(1)(bb), (1a)', 95,
     'Is it meant to generate or alter child sexual abuse material in the sense of Directive 2011/93/EU; or does it make this a foreseeable result that can be repeated without major technical change, while safeguards that reliably prevent it are missing; or is it used here for that, unless national law gives a defence for that work?'),
    ('product.safety_component', 'product_safety', 'forces', 'high', 'Regulation (EU) 2024/1689, Art. 6(1), (1a) to (1c), 3(14), Annex I', 110,
     'Is it a product under the legislation in Annex I, or a safety component of one (it fulfils a safety function, or its failure endangers health and safety of persons or property), for which that legislation demands a conformity assessment by a third party for such risks?  (What only assists users, or serves performance, convenience or quality control, and endangers nobody when it fails, is not meant.)'),
    ('area.biometrics', 'high_risk_area', 'forces', 'high', 'Regulation (EU) 2024/1689, Annex III, 1', 210,
     'Is it for remote biometric identification, for biometric categorisation by sensitive or protected attributes, or for recognising emotions?  (Confirming that somebody is who they claim to be is not meant.)'),
    ('area.critical_infrastructure', 'high_risk_area', 'forces', 'high', 'Regulation (EU) 2024/1689, Annex III, 2', 220,
     'Is it a safety component (its failure endangers persons or property) in running critical digital infrastructure, road traffic, or the supply of water, gas, heating or electricity?'),
    ('area.education', 'high_risk_area', 'forces', 'high', 'Regulation (EU) 2024/1689, Annex III, 3', 230,
     'In education or vocational training, does it decide on admission or assign people, evaluate learning or steer it, judge the level of education somebody should get, or watch for cheating in tests?'),
    ('area.employment', 'high_risk_area', 'forces', 'high', 'Regulation (EU) 2024/1689, Annex III, 4', 240,
     'Does it recruit or select people for work, place targeted job advertisements, decide on the terms, promotion or end of a work relationship, allot tasks by personal behaviour or traits, or monitor and evaluate workers?'),
    ('area.essential_services', 'high_risk_area', 'forces', 'high', 'Regulation (EU) 2024/1689, Annex III, 5', 250,
     'By or for public authorities, does it judge eligibility for benefits and services, healthcare included, or grant, reduce, revoke or reclaim them; or does it judge creditworthiness (other than to detect financial fraud), risk and price in life or health insurance, or the priority of emergency calls, dispatch or triage?'),
    ('area.law_enforcement', 'high_risk_area', 'forces', 'high', 'Regulation (EU) 2024/1689, Annex III, 6', 260,
     'Is it used by or for law enforcement to judge the risk of becoming a victim or of offending, as a polygraph, to weigh evidence, to assess personality traits or past criminal behaviour, or to profile people in detecting, investigating or prosecuting crime?'),
    ('area.migration', 'high_risk_area', 'forces', 'high', 'Regulation (EU) 2024/1689, Annex III, 7', 270,
     'In migration, asylum or border control, is it used as a polygraph, to judge risks that a person poses, to examine applications, or to detect or identify people other than by checking travel documents?'),
    ('area.justice_and_democracy', 'high_risk_area', 'forces', 'high', 'Regulation (EU) 2024/1689, Annex III, 8', 280,
     'Does it help a judicial authority or a dispute resolution body to find and interpret facts and law or to apply it, or is it meant to influence elections, referendums or how people vote?  (Tools whose output nobody is exposed to, as for a campaign''s logistics, are not meant.)');

INSERT INTO governance.impact_questions (question_id, category, effect, risk_class, source, position, question) VALUES
    ('area.preparatory_only', 'high_risk_area', 'relieves', NULL, 'Regulation (EU) 2024/1689, Art. 6(3)', 291,
     'Is it shown to pose no significant risk to health, safety or fundamental rights, not materially influencing the outcome of decisions either, because it does only a narrow procedural task, improves a finished human work, points out deviations from earlier decisions without replacing review, or prepares an assessment?'),
    ('area.profiling', 'high_risk_area', 'defeats_relief', NULL, 'Regulation (EU) 2024/1689, Art. 6(3), last subparagraph', 292,
     'Does it profile natural persons?'),
    ('transparency.interaction', 'transparency', 'forces', 'limited', 'Regulation (EU) 2024/1689, Art. 50(1)', 310,
     'Does it interact directly with people, to whom it is not obvious that they deal with an AI system?'),
    ('transparency.synthetic_content', 'transparency', 'forces', 'limited', 'Regulation (EU) 2024/1689, Art. 50(2)', 320,
     'Does it generate synthetic audio, images, video or text, beyond assistance with standard editing, and beyond leaving the input or its meaning substantially as it was?'),
    ('transparency.emotion_or_biometrics', 'transparency', 'forces', 'limited', 'Regulation (EU) 2024/1689, Art. 50(3)', 330,
     'Are people exposed to emotion recognition or biometric categorisation?'),
    ('transparency.deep_fake', 'transparency', 'forces', 'limited', 'Regulation (EU) 2024/1689, Art. 50(4), first subparagraph', 340,
     'Does it generate or alter images, audio or video that would pass for real persons, objects, places or events?'),
    ('transparency.public_text', 'transparency', 'forces', 'limited', 'Regulation (EU) 2024/1689, Art. 50(4), second subparagraph', 350,
     'Is text that it generates or alters published to inform the public on matters of public interest, without human review under somebody''s editorial responsibility?');

INSERT INTO governance.impact_questions (question_id, category, weight, answer_type, options, source, position, question) VALUES
    ('impact.people_affected', 'impact', 15, 'choice',
     '[{"answer": "none", "share": 0}, {"answer": "up_to_100", "share": 0.25}, {"answer": "up_to_10000", "share": 0.5}, {"answer": "up_to_1000000", "share": 0.75}, {"answer": "more", "share": 1}]',
     'Regulation (EU) 2024/1689, Art. 7(2)(b) and (f)', 410, 'How many people does its output affect in a year?'),
    ('impact.severity', 'impact', 20, 'choice',
     '[{"answer": "negligible", "share": 0}, {"answer": "limited", "share": 0.33}, {"answer": "serious", "share": 0.67}, {"answer": "severe", "share": 1}]',
     'Regulation (EU) 2024/1689, Art. 7(2)(f)', 420, 'How grave is the worst harm to health, safety or fundamental rights that a wrong output can plausibly cause to a person?'),
    ('impact.reversibility', 'impact', 15, 'choice',
     '[{"answer": "easily", "share": 0}, {"answer": "with_effort", "share": 0.5}, {"answer": "not", "share": 1}]',
     'Regulation (EU) 2024/1689, Art. 7(2)(i)', 430, 'Can the outcome be corrected or reversed?  (What harms health, safety or fundamental rights does not count as easily reversed.)'),
    ('impact.autonomy', 'impact', 10, 'choice',
     '[{"answer": "informs", "share": 0}, {"answer": "recommends", "share": 0.33}, {"answer": "acts_after_review", "share": 0.67}, {"answer": "acts_alone", "share": 1}]',
     'Regulation (EU) 2024/1689, Art. 7(2)(d)', 440, 'How far does it act by itself?'),
    ('impact.no_oversight', 'impact', 10, 'boolean', '[]',
     'Regulation (EU) 2024/1689, Art. 14(4), 26(2)', 450, 'Is there nobody assigned who can understand it, disregard or override its output, and stop it?'),
    ('impact.vulnerable_people', 'impact', 10, 'boolean', '[]',
     'Regulation (EU) 2024/1689, Art. 7(2)(h)', 460, 'Are the people affected in a weak position towards its user: children, patients, job seekers, people who lack knowledge, means or standing?'),
    ('impact.no_opt_out', 'impact', 5, 'boolean', '[]',
     'Regulation (EU) 2024/1689, Art. 7(2)(g)', 470, 'Do people depend on its outcome without a reasonable way to opt out?'),
    ('impact.special_data', 'impact', 5, 'boolean', '[]',
     'Regulation (EU) 2024/1689, Art. 7(2)(c); Regulation (EU) 2016/679, Art. 9(1)', 480, 'Does it process special categories of personal data, such as data on health, beliefs, origin or biometrics?'),
    ('impact.high_risk_processing', 'impact', 5, 'boolean', '[]',
     'Regulation (EU) 2016/679, Art. 35(1) and (3)', 490, 'Does it process personal data in a way that calls for a data protection impact assessment?'),
    ('impact.past_harm', 'impact', 5, 'boolean', '[]',
     'Regulation (EU) 2024/1689, Art. 7(2)(e)', 500, 'Has it, or a system like it, caused harm or significant concerns already?');

-- Article 113 as amended; Article 7(2) binds the Commission, and the score is ours.
UPDATE governance.impact_questions SET
    applies_from = CASE category
        WHEN 'prohibited_practice' THEN date '2025-02-02'
        WHEN 'product_safety' THEN '2028-08-02'
        WHEN 'high_risk_area' THEN '2027-12-02'
        WHEN 'transparency' THEN '2026-08-02' END,
    amended_by = CASE WHEN category IN ('product_safety', 'high_risk_area') THEN 'Regulation (EU) 2026/1744' ELSE '' END,
    checked_on = '2026-11-28';
UPDATE governance.impact_questions SET applies_from = '2026-12-02', amended_by = 'Regulation (EU) 2026/1744'
WHERE question_id IN ('prohibited.intimate_material', 'prohibited.child_abuse_material');
UPDATE governance.impact_questions SET older_than = '2026-08-02', older_from = '2026-12-02', amended_by = 'Regulation (EU) 2026/1744'
WHERE question_id = 'transparency.synthetic_content';
UPDATE governance.impact_questions SET owed_by = CASE WHEN source ~ 'Art. 50\([12]\)' THEN 'provider' ELSE 'deployer' END
WHERE category = 'transparency';
UPDATE governance.impact_questions SET applies_from = '2018-05-25'
WHERE question_id = 'impact.high_risk_processing';

CREATE TABLE governance.impact_facts (
    fact       text COLLATE "C" NOT NULL,
    value_type text NOT NULL,
    options    text[] NOT NULL DEFAULT '{}',
    source     text NOT NULL,
    question   text NOT NULL,
    CONSTRAINT impact_facts_pkey PRIMARY KEY (fact),
    CONSTRAINT impact_facts_value_type_check CHECK (value_type IN ('date', 'boolean', 'choice'))
);
COMMENT ON TABLE governance.impact_facts IS
'Facts that may be given beside the answers to impact_questions; none of them has to be.';
COMMENT ON COLUMN governance.impact_facts.value_type IS 'date: a text such as "2026-09-15"; boolean; choice: one of options.';
INSERT INTO governance.impact_facts (fact, value_type, options, source, question) VALUES
    ('placed_on_market_on', 'date', '{}', 'Regulation (EU) 2024/1689, Art. 111(2), (4)',
     'When was it first placed on the market or put into service?  Not said: what is newest applies.'),
    ('significant_change_on', 'date', '{}', 'Regulation (EU) 2024/1689, Art. 111(2)',
     'When was its design last changed significantly?'),
    ('annex_i_section', 'choice', '{A,B,none}', 'Regulation (EU) 2024/1689, Annex I, Art. 2(2)',
     'Which section of Annex I is the product''s legislation in?'),
    ('public_authority', 'boolean', '{}', 'Regulation (EU) 2024/1689, Art. 27(1), 49(3), 111(2)',
     'Is its user a public authority, or a private body that provides public services?'),
    ('role', 'choice', '{provider,deployer}', 'Regulation (EU) 2024/1689, Art. 3(3), (4), 50',
     'Do we provide it, or use it?');

CREATE TABLE governance.usecase_assessments (
    usecase_id       text COLLATE "C" NOT NULL,
    assessment_no    bigint NOT NULL,
    assessed_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    assessed_by      text COLLATE "C" NOT NULL,
    answers          jsonb NOT NULL,
    impact_score     numeric(5, 2) NOT NULL,
    risk_class       text NOT NULL,
    suggested_level  text NOT NULL,
    CONSTRAINT usecase_assessments_pkey PRIMARY KEY (usecase_id, assessment_no),
    CONSTRAINT usecase_assessments_usecase_id_fkey FOREIGN KEY (usecase_id)
        REFERENCES governance.use_cases,
    CONSTRAINT usecase_assessments_answers_check CHECK (pg_catalog.jsonb_typeof(answers) = 'object'),
    CONSTRAINT usecase_assessments_impact_score_check CHECK (impact_score BETWEEN 0 AND 100),
    CONSTRAINT usecase_assessments_risk_class_check CHECK (risk_class IN ('minimal', 'limited', 'high', 'prohibited')),
    CONSTRAINT usecase_assessments_suggested_level_check CHECK (suggested_level IN ('low', 'medium', 'high', 'critical'))
);
COMMENT ON TABLE governance.usecase_assessments IS
'Every impact assessment of a use-case, with its answers and the result.  The latest one counts.';
COMMENT ON COLUMN governance.usecase_assessments.impact_score IS
'0 (harmless) to 100, by the weight of the answers.';
COMMENT ON COLUMN governance.usecase_assessments.risk_class IS
'The class that the answers lead to: minimal, limited, high, prohibited.';
COMMENT ON COLUMN governance.usecase_assessments.suggested_level IS
'The level that the answers suggest: low, medium, high, critical.';
COMMENT ON COLUMN governance.usecase_assessments.assessment_no IS
'The number of the row, counted for each use-case under its lock.';

-- Days of the law are those of Brussels, whatever the session's time zone.
CREATE FUNCTION governance.law_today()
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (pg_catalog.clock_timestamp() AT TIME ZONE 'Europe/Brussels')::date;
COMMENT ON FUNCTION governance.law_today() IS
'Which day it is where the law is made.';

CREATE FUNCTION governance.fact_is_valid(value_type text, options text[], value jsonb)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN value = 'null' THEN true
    WHEN value_type = 'boolean' THEN pg_catalog.jsonb_typeof(value) = 'boolean'
    WHEN pg_catalog.jsonb_typeof(value) <> 'string' THEN false
    WHEN value_type = 'choice' THEN (value #>> '{}') = ANY (options)
    WHEN (value #>> '{}') !~ '^(19[789]|2[01])[0-9]{1,2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
        OR pg_catalog.length(value #>> '{}') <> 10 THEN false
    ELSE pg_catalog.right(value #>> '{}', 2)::integer <= extract(day FROM
        (pg_catalog.left(value #>> '{}', 8) || '01')::date + interval '1 month -1 day')
END;
COMMENT ON FUNCTION governance.fact_is_valid(text, text[], jsonb) IS
'Is that a value of a fact?  Dates are of the years 1970 to 2199.';

CREATE FUNCTION governance.judge_impact(
    assessment jsonb,
    on_date date,
    OUT unknown text,
    OUT wrong text,
    OUT missing text,
    OUT impact_score numeric,
    OUT risk_class text,
    OUT suggested_level text,
    OUT reasons jsonb,
    OUT later jsonb,
    OUT next_class text,
    OUT next_class_on date,
    OUT prohibited_from timestamptz)
RETURNS record
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH fact AS (
        SELECT f.fact, f.value_type, f.options, a.value, governance.fact_is_valid(f.value_type, f.options, a.value) AS is_valid
        FROM governance.impact_facts AS f
        JOIN pg_catalog.jsonb_each(judge_impact.assessment) AS a ON a.key = f.fact
    ),
    answered AS (
        SELECT
            q.question_id, q.category, q.answer_type, q.options, q.weight, q.effect, q.position, q.source, q.applies_to, q.owed_by,
            pg_catalog.array_position('{limited,high,prohibited}'::text[], q.risk_class) AS rank,
            CASE WHEN q.older_than > (
                    SELECT (f.value #>> '{}')::date
                    FROM fact AS f
                    WHERE f.fact = 'placed_on_market_on' AND f.is_valid)
                THEN q.older_from ELSE q.applies_from END AS applies_from,
            coalesce(a.value, 'null') AS answer,
            CASE
                WHEN q.answer_type = 'boolean' AND a.value = 'true' THEN 1
                WHEN q.answer_type = 'boolean' AND a.value = 'false' THEN 0
                ELSE (
                    SELECT (o.value ->> 'share')::numeric
                    FROM pg_catalog.jsonb_array_elements(q.options) AS o
                    WHERE o.value -> 'answer' = a.value
                )
            END AS share
        FROM governance.impact_questions AS q
        LEFT JOIN pg_catalog.jsonb_each(judge_impact.assessment) AS a ON a.key = q.question_id
    ),
    form AS (
        SELECT
            pg_catalog.concat_ws('; ', pg_catalog.string_agg(
                s.question_id || ' ('
                || CASE s.answer_type
                       WHEN 'boolean' THEN 'true, false'
                       ELSE (
                           SELECT pg_catalog.string_agg(o.value ->> 'answer', ', ' ORDER BY o.ordinality)
                           FROM pg_catalog.jsonb_array_elements(s.options) WITH ORDINALITY AS o
                       )
                   END || ')',
                '; ' ORDER BY s.position) FILTER (WHERE s.share IS NULL AND s.answer <> 'null'),
                (SELECT pg_catalog.string_agg(f.fact || ' (' || CASE f.value_type
                        WHEN 'date' THEN 'a date such as 2026-09-15'
                        WHEN 'boolean' THEN 'true, false'
                        ELSE pg_catalog.array_to_string(f.options, ', ') END || ')', '; ' ORDER BY f.fact)
                    FROM fact AS f
                    WHERE NOT f.is_valid),
                -- the legislation is that of Annex I, or is not
                (SELECT 'annex_i_section (A, B: product.safety_component is true)'
                    FROM fact AS f
                    WHERE f.fact = 'annex_i_section' AND f.value = '"none"'
                        AND judge_impact.assessment -> 'product.safety_component' = 'true')) AS wrong,
            pg_catalog.string_agg(s.question_id, ', ' ORDER BY s.position) FILTER (WHERE s.answer = 'null') AS missing,
            coalesce(round(100 * sum(s.weight * s.share) / nullif(sum(s.weight), 0), 2), 0) AS impact_score
        FROM answered AS s
    ),
    -- What an answer forces and none relieves, whenever it counts.
    forced AS (
        SELECT s.*
        FROM answered AS s
        WHERE s.effect = 'forces' AND s.share = 1
            AND NOT (
                EXISTS (
                    SELECT FROM answered AS r
                    WHERE r.category = s.category AND r.effect = 'relieves' AND r.share = 1)
                AND NOT EXISTS (
                    SELECT FROM answered AS d
                    WHERE d.category = s.category AND d.effect = 'defeats_relief' AND d.share = 1))
    ),
    said AS (
        SELECT
            pg_catalog.max(f.value #>> '{}') FILTER (WHERE f.fact = 'placed_on_market_on')::date AS placed_on,
            pg_catalog.max(f.value #>> '{}') FILTER (WHERE f.fact = 'significant_change_on')::date AS changed_on,
            coalesce(pg_catalog.bool_or(f.fact = 'public_authority' AND f.value = 'true'), false) AS is_public,
            coalesce(pg_catalog.bool_or(f.fact = 'annex_i_section' AND f.value = '"B"'), false) AS is_section_b,
            pg_catalog.max(f.value #>> '{}') FILTER (WHERE f.fact = 'role') AS role
        FROM fact AS f
        WHERE f.is_valid
    ),
    -- From when the duty that it brings binds us, which moves no class:
    -- Article 2(2) for section B of Annex I, Article 111(2) for what was there
    -- before, Article 50 for who provides or deploys.
    owed AS (
        SELECT f.question_id, CASE
            WHEN f.rank = 3 THEN f.applies_from
            WHEN f.owed_by <> s.role THEN NULL
            WHEN f.category = 'product_safety' AND s.is_section_b THEN NULL
            WHEN f.rank = 2 AND s.placed_on < f.applies_from THEN least(
                CASE WHEN s.changed_on >= f.applies_from THEN s.changed_on END,
                CASE WHEN s.is_public THEN date '2030-08-02' END)
            ELSE f.applies_from END AS owed_from
        FROM forced AS f
        CROSS JOIN said AS s
    ),
    -- The class on that day, and on each day after it on which something changes.
    class AS (
        SELECT d.day, coalesce(max(f.rank), 0) AS rank
        FROM (
            SELECT judge_impact.on_date
            UNION
            SELECT c.day
            FROM forced AS g, LATERAL (VALUES (g.applies_from), (g.applies_to)) AS c(day)
            WHERE c.day > judge_impact.on_date
        ) AS d(day)
        LEFT JOIN forced AS f
            ON coalesce(f.applies_from <= d.day, true) AND coalesce(d.day < f.applies_to, true)
        GROUP BY d.day
    ),
    change AS (
        SELECT c.day, c.rank, lag(c.rank) OVER (ORDER BY c.day) AS rank_before,
            ('{minimal,limited,high,prohibited}'::text[])[c.rank + 1] AS risk_class
        FROM class AS c
    ),
    now AS (
        SELECT c.risk_class FROM change AS c WHERE c.day = judge_impact.on_date
    ),
    next AS (
        SELECT c.day, c.risk_class
        FROM change AS c
        WHERE c.day > judge_impact.on_date AND c.rank <> c.rank_before
        ORDER BY c.day
        LIMIT 1
    )
    SELECT
        (
            SELECT pg_catalog.string_agg(left(k.key, 64), ', ' ORDER BY k.key COLLATE "C")
            FROM pg_catalog.jsonb_object_keys(judge_impact.assessment) AS k(key)
            WHERE NOT EXISTS (SELECT FROM governance.impact_questions AS q WHERE q.question_id = k.key)
                AND NOT EXISTS (SELECT FROM governance.impact_facts AS f WHERE f.fact = k.key)
        ),
        nullif(form.wrong, ''),
        form.missing,
        form.impact_score,
        now.risk_class,
        CASE
            WHEN worst.rank = 3 OR form.impact_score >= 75 THEN 'critical'
            WHEN worst.rank = 2 OR form.impact_score >= 50 THEN 'high'
            WHEN form.impact_score >= 25 THEN 'medium'
            ELSE 'low'
        END,
        coalesce((
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('question_id', f.question_id,
                    'source', f.source, 'applies_from', f.applies_from,
                    'owed_from', o.owed_from, 'owed_by', f.owed_by,
                    'risk_class', ('{limited,high,prohibited}'::text[])[f.rank]) ORDER BY f.rank DESC, f.position)
            FROM forced AS f
            JOIN owed AS o ON o.question_id = f.question_id
            WHERE coalesce(f.applies_from <= judge_impact.on_date, true)
                AND coalesce(judge_impact.on_date < f.applies_to, true)), '[]'),
        coalesce((
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('on', c.day, 'risk_class', c.risk_class) ORDER BY c.day)
            FROM change AS c
            WHERE c.day > judge_impact.on_date AND c.rank <> c.rank_before), '[]'),
        next.risk_class,
        next.day,
        (SELECT min(coalesce(f.applies_from, '2024-08-01')) FROM forced AS f WHERE f.rank = 3)::timestamp AT TIME ZONE 'Europe/Brussels'
    FROM form
    CROSS JOIN now
    CROSS JOIN (SELECT max(c.rank) FROM class AS c) AS worst(rank)
    LEFT JOIN next ON true;
END;
COMMENT ON FUNCTION governance.judge_impact(jsonb, date) IS
'What answers to impact_questions come to on a day.  unknown, wrong, missing: question ids that have no question, a bad answer, none.  Score: 0 to 100, by weight.  Level: low below 25, medium below 50, high below 75, critical; at least high where they come to class high, critical for prohibited, on that day or later.';

CREATE FUNCTION @extschema@.gov_classify(
    answers jsonb,
    on_date date = CURRENT_DATE)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_classify'
LANGUAGE C STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_classify(jsonb, date) IS
'What answers come to by the law of a day.  answers are those to impact_questions and impact_facts: {on_date, risk_class, impact_score, impact_level, reasons: [{question_id, source, applies_from, owed_from, owed_by, risk_class}], later: [{on, risk_class}], unanswered}.  Stores nothing; what is left out counts as harmless, and is named in unanswered.  owed_from: from when the duty binds, by the facts that are said: null where it binds somebody else (owed_by), not at all (section B of Annex I), or only from a significant change (Art. 111(2)).  Needs nothing.  Unknown or wrong answers, a day before 1 August 2024 or after 2200: 22023.';

CREATE FUNCTION @extschema@.gov_create_usecase(
    usecase_id text,
    name text,
    description text,
    owner text,
    model_ids text[] = '{}',
    input_schema jsonb = '{}',
    output_schema jsonb = '{}',
    impact_level text = 'medium',
    affected_systems text[] = '{}',
    dependencies text[] = '{}')
RETURNS governance.use_cases
AS 'MODULE_PATHNAME', 'gov_create_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_create_usecase(text, text, text, text, text[], jsonb, jsonb, text, text[], text[]) IS
'Create a use-case as a draft.  Needs usecase:create.  A model that is not registered: 42704; an id in use: 23505.';

CREATE FUNCTION @extschema@.gov_update_usecase(
    usecase_id text,
    name text = NULL,
    description text = NULL,
    owner text = NULL,
    model_ids text[] = NULL,
    input_schema jsonb = NULL,
    output_schema jsonb = NULL,
    impact_level text = NULL,
    affected_systems text[] = NULL,
    dependencies text[] = NULL)
RETURNS governance.use_cases
AS 'MODULE_PATHNAME', 'gov_update_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_update_usecase(text, text, text, text, text[], jsonb, jsonb, text, text[], text[]) IS
'Change a draft; NULL leaves a field as it was.  Needs usecase:create.  Not a draft, or an impact level below what its assessment suggests: 55000.';

CREATE FUNCTION @extschema@.gov_submit_usecase(
    usecase_id text,
    comments text = '')
RETURNS governance.use_cases
AS 'MODULE_PATHNAME', 'gov_submit_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_submit_usecase(text, text) IS
'Submit a draft for approval; votes count anew.  Needs usecase:create.  Not a draft: 55000.';

CREATE FUNCTION @extschema@.gov_assess_impact(
    usecase_id text,
    assessment jsonb)
RETURNS governance.use_cases
AS 'MODULE_PATHNAME', 'gov_assess_impact'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_assess_impact(text, jsonb) IS
'Assess a use-case by the answers to governance.impact_questions.  answers is {question_id: answer} for all of them; they set risk_class and impact_score, and raise impact_level to what they suggest, but never lower it.  Needs usecase:create or usecase:approve.  What may be said in impact_facts beside it is optional.  The class is that of today; one that the law changes on a later day is in next_class.  Unknown, wrong or missing answers: 22023; neither draft nor submitted: 55000.  Of a submitted one, a change of class or level makes votes count anew.';

CREATE FUNCTION @extschema@.gov_approve_usecase(
    usecase_id text,
    comments text = '')
RETURNS governance.use_cases
AS 'MODULE_PATHNAME', 'gov_approve_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_approve_usecase(text, text) IS
'Vote for a submitted use-case.  It is approved once usecase.required_approvals.<impact_level> distinct approvers have.  Needs usecase:approve.  Who created, owns or submitted it: MG001; voted already, not submitted, high impact without assessment, class prohibited: 55000.';

CREATE FUNCTION @extschema@.gov_reject_usecase(
    usecase_id text,
    reason text)
RETURNS governance.use_cases
AS 'MODULE_PATHNAME', 'gov_reject_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_reject_usecase(text, text) IS
'Send a submitted use-case back to draft; one rejection suffices.  Needs usecase:approve.  Not submitted, or voted already: 55000.';

CREATE FUNCTION @extschema@.gov_deploy_usecase(
    usecase_id text,
    deployment_id text = NULL,
    environment text = 'production',
    notes text = '')
RETURNS governance.usecase_deployments
AS 'MODULE_PATHNAME', 'gov_deploy_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_deploy_usecase(text, text, text, text) IS
'Deploy an approved use-case, or a deployed one to a further environment.  An active deployment there is superseded.  Needs usecase:deploy.  Unknown environment: 42704; not approved, a model without active production deployment, not staged where usecase.require_staging is on: 55000; deployment_id in use: 23505.';

CREATE FUNCTION @extschema@.gov_deprecate_usecase(
    usecase_id text,
    reason text = '',
    replaced_by text = NULL)
RETURNS governance.use_cases
AS 'MODULE_PATHNAME', 'gov_deprecate_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_deprecate_usecase(text, text, text) IS
'End a use-case and its deployments; it admits no request from then on.  What it replaced is replaced by its own successor, or by nothing.  Needs usecase:deprecate.  Deprecated or archived already, or replaced by one that is: 55000.';

CREATE FUNCTION @extschema@.gov_archive_usecase(usecase_id text)
RETURNS governance.use_cases
AS 'MODULE_PATHNAME', 'gov_archive_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_archive_usecase(text) IS
'Archive a deprecated use-case.  Needs usecase:deprecate.  Not deprecated: 55000.';

CREATE FUNCTION @extschema@.gov_record_usecase_metrics(
    usecase_id text,
    metrics jsonb)
RETURNS governance.usecase_metrics
AS 'MODULE_PATHNAME', 'gov_record_usecase_metrics'
LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_record_usecase_metrics(text, jsonb) IS
'Record numbers of a use-case by name.  Any name, such as deployments, total_queries, average_latency_ms, error_rate, availability_percent, user_satisfaction.  Names of gov_record_measurement() are held against its rules, as of gov_record_model_metrics().  Needs sla:record or usecase:create.  A value that is no number: 22023.';

CREATE FUNCTION @extschema@.gov_usecase(usecase_id text)
RETURNS SETOF governance.use_cases
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('usecase_id', gov_usecase.usecase_id);
    SELECT governance.require_actor();
    SELECT u.*
    FROM governance.use_cases AS u
    WHERE u.usecase_id = gov_usecase.usecase_id;
END;
COMMENT ON FUNCTION @extschema@.gov_usecase(text) IS
'A use-case; no row where there is none.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_usecases(
    status text = NULL,
    owner text = NULL,
    limit_rows integer = 100,
    after text = NULL)
RETURNS SETOF governance.use_cases
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_word('status', gov_usecases.status, '{draft,submitted,approved,deployed,deprecated,archived}');
    SELECT governance.check_limit(gov_usecases.limit_rows),
        governance.check_id('after', gov_usecases.after);
    SELECT governance.require_actor();
    SELECT governance.check_after(gov_usecases.after, EXISTS (
        SELECT
        FROM governance.use_cases AS u
        WHERE u.usecase_id = gov_usecases.after));
    -- one of the three is run: each has its index
    SELECT found.*
    FROM (
        (SELECT u.*
            FROM governance.use_cases AS u
            WHERE gov_usecases.owner IS NOT NULL AND u.owner = gov_usecases.owner
                AND (gov_usecases.status IS NULL OR u.status = gov_usecases.status)
                AND (u.created_at, u.usecase_id) < (
                    coalesce((SELECT a.created_at FROM governance.use_cases AS a WHERE a.usecase_id = gov_usecases.after), 'infinity'),
                    coalesce(gov_usecases.after, ''))
            ORDER BY u.created_at DESC, u.usecase_id DESC
            LIMIT coalesce(gov_usecases.limit_rows, 100))
        UNION ALL
        (SELECT u.*
            FROM governance.use_cases AS u
            WHERE gov_usecases.owner IS NULL
                AND gov_usecases.status IS NOT NULL AND u.status = gov_usecases.status
                AND (u.created_at, u.usecase_id) < (
                    coalesce((SELECT a.created_at FROM governance.use_cases AS a WHERE a.usecase_id = gov_usecases.after), 'infinity'),
                    coalesce(gov_usecases.after, ''))
            ORDER BY u.created_at DESC, u.usecase_id DESC
            LIMIT coalesce(gov_usecases.limit_rows, 100))
        UNION ALL
        (SELECT u.*
            FROM governance.use_cases AS u
            WHERE gov_usecases.owner IS NULL AND gov_usecases.status IS NULL
                AND (u.created_at, u.usecase_id) < (
                    coalesce((SELECT a.created_at FROM governance.use_cases AS a WHERE a.usecase_id = gov_usecases.after), 'infinity'),
                    coalesce(gov_usecases.after, ''))
            ORDER BY u.created_at DESC, u.usecase_id DESC
            LIMIT coalesce(gov_usecases.limit_rows, 100))
    ) AS found
    ORDER BY found.created_at DESC, found.usecase_id DESC
    LIMIT coalesce(gov_usecases.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_usecases(text, text, integer, text) IS
'Use-cases, newest first, of a status or an owner; NULL: any.  after: the last usecase_id of the page before; unknown: 22023.  limit_rows: 1 to 10000.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_usecase_deployments(usecase_id text)
RETURNS SETOF governance.usecase_deployments
LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('usecase_id', gov_usecase_deployments.usecase_id);
    SELECT governance.require_actor();
    SELECT d.*
    FROM governance.usecase_deployments AS d
    WHERE d.usecase_id = gov_usecase_deployments.usecase_id
    ORDER BY d.deployment_no DESC;
END;
COMMENT ON FUNCTION @extschema@.gov_usecase_deployments(text) IS
'Every deployment of a use-case, newest first.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_admit(usecase_id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_admit'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_admit(text) IS
'May a request for the use-case be served now?  {admitted, reason, models: {model_id: active production version}}, models empty where it is not; while governed operation is suspended nothing is.  By what is committed now and this transaction''s own work, at any isolation level; as cheap as a permission check.  Needs an active user.  No such use-case: 42704.';

CREATE FUNCTION @extschema@.gov_hold_usecase(usecase_id text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_hold_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_hold_usecase(text) IS
'Keep a use-case as it is until this transaction ends.  For a client that looks first and then decides (If-Match).  Needs one of the permissions that change a use-case; unknown: 42704.';

CREATE FUNCTION @extschema@.gov_usecase_json(use_case governance.use_cases)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_actor();
    SELECT @extschema@.gov_row_json(given.u) || pg_catalog.jsonb_build_object(
        'metrics', coalesce((
            SELECT pg_catalog.jsonb_object_agg(fitting.key, fitting.value)
            FROM (
                SELECT latest.key, latest.value,
                    pg_catalog.sum(pg_catalog.length(latest.key) + pg_catalog.length(latest.value::text)) OVER (ORDER BY latest.key) AS bytes
                FROM (
                    SELECT DISTINCT ON (e.key) e.key, e.value
                    FROM governance.usecase_metrics AS m, pg_catalog.jsonb_each(m.metrics) AS e
                    WHERE m.usecase_id = (given.u).usecase_id
                    ORDER BY e.key, m.metrics_no DESC
                ) AS latest
            ) AS fitting
            WHERE fitting.bytes <= 8388608), '{}'),
        'approved_by', approval.reviewer,
        'approved_at', extract(epoch FROM approval.reviewed_at),
        'deployed_at', extract(epoch FROM deployment.deployed_at),
        'deployed_by', deployment.deployed_by,
        'deployment_id', deployment.deployment_id)
    FROM (SELECT gov_usecase_json.use_case) AS given(u)
    LEFT JOIN LATERAL (
        SELECT a.reviewer, a.reviewed_at
        FROM governance.usecase_approvals AS a
        WHERE a.usecase_id = (given.u).usecase_id
            AND a.review_round = (given.u).review_round AND a.status = 'approved'
            AND (given.u).status IN ('approved', 'deployed', 'deprecated', 'archived')
        ORDER BY a.approval_no DESC
        LIMIT 1
    ) AS approval ON true
    LEFT JOIN LATERAL (
        SELECT d.deployed_at, d.deployed_by, d.deployment_id
        FROM governance.usecase_deployments AS d
        JOIN governance.environments AS e ON e.name = d.environment
        WHERE d.usecase_id = (given.u).usecase_id
        ORDER BY (d.status = 'active') DESC,
            CASE WHEN d.status = 'active' THEN e.rank END DESC, d.deployment_no DESC
        LIMIT 1
    ) AS deployment ON true;
END;
COMMENT ON FUNCTION @extschema@.gov_usecase_json(governance.use_cases) IS
'A use-case as the web service shows it.  It has its columns; metrics, the latest value of each name, as many as 8 MB have room for; approved_by and approved_at, of the vote that approved it; deployed_at, deployed_by, deployment_id, of its highest-ranked active deployment, else of the last one.  Times in seconds since 1970.  Needs an active user.';
