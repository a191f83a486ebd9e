-- The forms that CHECKs ask for: what a regular expression would say, for texts
-- at their edges, and that the CHECK speaks in its table's words.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;
\set VERBOSITY terse
\set SHOW_CONTEXT never

CREATE TEMP TABLE texts AS
SELECT t.text FROM unnest(ARRAY['', 'a', 'Z9', '9', '.a', '-a', '_a', '+a', 'a.', 'a+', 'a+b', 'a b', 'a/b', 'a:b', E'a\n', E'\na', E'\u00e9', E'a\u00e9',
    '0', '1', '01', '10', '123456789', '1234567890', '999999999', '1a', '-1', '+1', ' 1', '1 ', '1.0',
    repeat('a', 128), repeat('a', 129), repeat('+', 128), 'a' || repeat('+', 127), 'a' || repeat('+', 128),
    repeat('0f', 32), repeat('0F', 32), repeat('0g', 32), repeat('0', 63), repeat('0', 65)]) AS t(text)
UNION ALL SELECT 'a' || chr(i) FROM generate_series(1, 300) AS i
UNION ALL SELECT chr(i) FROM generate_series(1, 300) AS i
UNION ALL SELECT repeat('0', 63) || chr(i) FROM generate_series(1, 127) AS i;
SELECT left(text, 20) AS differs FROM texts
WHERE governance.is_id(text) <> (text COLLATE "C" ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$')
    OR governance.is_version(text) <> (text COLLATE "C" ~ '^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$')
    OR governance.is_sha256(text) <> (text COLLATE "C" ~ '^[0-9a-f]{64}$')
    OR governance.version_number(text) IS DISTINCT FROM
        CASE WHEN text COLLATE "C" ~ '^[1-9][0-9]{0,8}$' THEN text::integer END;
SELECT count(*) FILTER (WHERE governance.is_id(text)) AS ids, count(*) FILTER (WHERE governance.is_version(text)) AS versions,
    count(*) FILTER (WHERE governance.is_sha256(text)) AS digests, count(governance.version_number(text)) AS numbers FROM texts;
SELECT governance.is_id(NULL), governance.is_version(NULL), governance.is_sha256(NULL), governance.version_number(NULL);

-- by hand
INSERT INTO governance.environments (name, rank) VALUES ('of two words', 1);   -- 23514
INSERT INTO governance.models (model_id) VALUES ('of two words');   -- 23514
BEGIN;
INSERT INTO governance.models (model_id) VALUES ('forms_model');
INSERT INTO governance.model_versions (model_id, version, content_digest) VALUES ('forms_model', 'of two words', repeat('0', 64));   -- 23514
ROLLBACK;
BEGIN;
INSERT INTO governance.models (model_id) VALUES ('forms_model');
INSERT INTO governance.model_versions (model_id, version, content_digest) VALUES ('forms_model', '1.0.0+a', repeat('0', 63) || 'X');   -- 23514
ROLLBACK;
