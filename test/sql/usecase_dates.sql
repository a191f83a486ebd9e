-- Twenty uses on five days, each the first or the last one of a law: the class that
-- the law says, written down beside the answers, and by which article.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;

CREATE TEMP TABLE twenty (id text, use text, answers jsonb, says text[], by text);
INSERT INTO twenty VALUES
    ('V01', 'makes pictures of child abuse from text', '{"prohibited.child_abuse_material": true, "transparency.synthetic_content": true, "transparency.deep_fake": true, "placed_on_market_on": "2026-09-01"}', '{limited,prohibited,prohibited,prohibited,prohibited}', 'Art. 5(1)(bb)'),
    ('V02', 'a city ranks its citizens by their conduct', '{"prohibited.social_scoring": true, "placed_on_market_on": "2024-01-01"}', '{prohibited,prohibited,prohibited,prohibited,prohibited}', 'Art. 5(1)(c)'),
    ('V03', 'flashes what nobody notices to make people buy', '{"prohibited.manipulation": true, "placed_on_market_on": "2026-09-01"}', '{prohibited,prohibited,prohibited,prohibited,prohibited}', 'Art. 5(1)(a)'),
    ('V04', 'watches examinees for cheating', '{"area.education": true, "area.profiling": true, "placed_on_market_on": "2026-09-01"}', '{minimal,minimal,minimal,high,high}', 'Annex III, 3'),
    ('V05', 'infers pupils'' boredom from their faces', '{"prohibited.emotion_at_work": true, "area.education": true, "area.biometrics": true, "placed_on_market_on": "2023-09-01"}', '{prohibited,prohibited,prohibited,prohibited,prohibited}', 'Art. 5(1)(f)'),
    ('V06', 'sorts applications for visas by risk', '{"area.migration": true, "public_authority": true, "placed_on_market_on": "2027-03-01"}', '{minimal,minimal,minimal,high,high}', 'Annex III, 7'),
    ('V07', 'a detector of lies for the police', '{"area.law_enforcement": true, "placed_on_market_on": "2020-01-01"}', '{minimal,minimal,minimal,high,high}', 'Annex III, 6'),
    ('V08', 'corrects the spelling of judgments', '{"area.justice_and_democracy": true, "area.preparatory_only": true, "placed_on_market_on": "2026-09-01"}', '{minimal,minimal,minimal,minimal,minimal}', NULL),
    ('V09', 'the same, and notes what each judge tends to', '{"area.justice_and_democracy": true, "area.preparatory_only": true, "area.profiling": true, "placed_on_market_on": "2026-09-01"}', '{minimal,minimal,minimal,high,high}', 'Annex III, 8'),
    ('V10', 'opens the gates of a dam', '{"area.critical_infrastructure": true, "placed_on_market_on": "2026-09-01"}', '{minimal,minimal,minimal,high,high}', 'Annex III, 2'),
    ('V11', 'finds tumours in radiographs, as a medical device', '{"product.safety_component": true, "annex_i_section": "A", "placed_on_market_on": "2026-09-01"}', '{minimal,minimal,minimal,minimal,high}', 'Art. 6(1)'),
    ('V12', 'a machine''s guard that also rates who works at it', '{"product.safety_component": true, "annex_i_section": "B", "area.employment": true, "area.profiling": true, "placed_on_market_on": "2026-09-01"}', '{minimal,minimal,minimal,high,high}', 'Annex III, 4'),
    ('V13', 'answers customers since 2025, without saying what it is', '{"transparency.interaction": true, "placed_on_market_on": "2025-01-01"}', '{limited,limited,limited,limited,limited}', 'Art. 50(1)'),
    ('V14', 'writes advertisements since 2025', '{"transparency.synthetic_content": true, "placed_on_market_on": "2025-06-01"}', '{minimal,limited,limited,limited,limited}', 'Art. 50(2)'),
    ('V15', 'writes the local news since 2025', '{"transparency.public_text": true, "placed_on_market_on": "2025-05-01"}', '{limited,limited,limited,limited,limited}', 'Art. 50(4)'),
    ('V16', 'gives an actor in a film another face', '{"transparency.deep_fake": true, "placed_on_market_on": "2026-01-01"}', '{limited,limited,limited,limited,limited}', 'Art. 50(4)'),
    ('V17', 'gathers faces from the web for a search', '{"prohibited.face_scraping": true, "area.biometrics": true, "placed_on_market_on": "2026-09-01"}', '{prohibited,prohibited,prohibited,prohibited,prohibited}', 'Art. 5(1)(e)'),
    ('V18', 'filters unwanted mail', '{"placed_on_market_on": "2019-01-01"}', '{minimal,minimal,minimal,minimal,minimal}', NULL),
    ('V19', 'finds a face in recordings, afterwards', '{"area.biometrics": true, "placed_on_market_on": "2027-12-01"}', '{minimal,minimal,minimal,high,high}', 'Annex III, 1'),
    ('V20', 'a doll that talks by the mood of who holds it', '{"area.biometrics": true, "transparency.emotion_or_biometrics": true, "transparency.interaction": true, "product.safety_component": true, "annex_i_section": "A", "placed_on_market_on": "2026-09-01"}', '{limited,limited,limited,high,high}', 'Art. 6(1)');

-- nothing but "t": on each day the class, and on the last one its article
SELECT t.id, t.use, array_agg(c.j ->> 'risk_class' ORDER BY d.day) AS classes, array_agg(c.j ->> 'risk_class' ORDER BY d.day) = t.says AS as_the_law_says,
    bool_and(CASE WHEN d.day < '2028-08-02' THEN true WHEN t.by IS NULL THEN NOT c.j @? format('$.reasons[*] ? (@.risk_class == "high")')::jsonpath
        ELSE EXISTS (SELECT FROM jsonb_array_elements(c.j -> 'reasons') AS r WHERE r ->> 'risk_class' = c.j ->> 'risk_class' AND position(t.by in r ->> 'source') > 0) END) AS by_its_article
FROM twenty AS t
CROSS JOIN unnest('{2026-12-01,2026-12-02,2027-12-01,2027-12-02,2028-08-02}'::date[]) AS d(day)
CROSS JOIN LATERAL (SELECT gov_classify((SELECT jsonb_object_agg(question_id, CASE answer_type WHEN 'boolean' THEN 'false' ELSE options -> 0 -> 'answer' END)
    FROM governance.impact_questions) || t.answers, d.day)) AS c(j)
GROUP BY t.id, t.use, t.says ORDER BY t.id;
DROP TABLE twenty;
