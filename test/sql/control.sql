-- Controls: queries kept as data.  What they come to, and that running one
-- does nothing else.
\set VERBOSITY default
-- the same on any day: whether a law applies yet is shown in control_law
UPDATE governance.controls SET applies_from = NULL, effective_from = NULL;
CREATE ROLE regress_control_admin;
CREATE ROLE regress_control_auditor;
CREATE ROLE regress_control_gone;
SELECT user_id FROM gov_create_user('control_admin', 'admin@control.example', db_role => 'regress_control_admin');
SELECT user_id FROM gov_create_user('control_auditor', 'auditor@control.example', db_role => 'regress_control_auditor');
SELECT user_id FROM gov_create_user('control_gone', 'gone@control.example', db_role => 'regress_control_gone');
SELECT role FROM gov_assign_role('control_admin', 'admin');
SELECT role FROM gov_assign_role('control_gone', 'admin');
SELECT role FROM gov_assign_role('control_auditor', 'auditor');

-- what comes with the extension; each says where it is from and what it looks for
SELECT framework, count(*) AS controls,
    string_agg(id, ' ' ORDER BY id) AS ids
FROM governance.controls WHERE is_builtin GROUP BY framework ORDER BY framework;
SELECT count(*) >= 30 AS enough, bool_and(source <> '' AND criterion <> '' AND title <> '') AS explained
FROM governance.controls WHERE is_builtin;

-- every one of them runs, and what a database cannot know never passes
SET ROLE regress_control_auditor;
SELECT id, r ->> 'error' AS error
FROM governance.controls, gov_check_control(id) AS r
WHERE is_builtin AND r ? 'error';
SELECT count(*) > 5 AS several, bool_and(gov_check_control(id) ->> 'result' = 'manual') AS left_to_people
FROM governance.controls WHERE judged = 'manual';

-- the query that a result shows is what ran, with the period in it
SELECT gov_check_control('eu-ai-act-19.1', 1, '2026-01-31 12:00+00') ->> 'query' AS query;
SELECT gov_check_control('no-such-control');        -- 42704
SELECT gov_check_control('eu-ai-act-19.1', 0);      -- 22023
SELECT gov_check_control(NULL);                     -- 22023

-- -------------------------------------------------------------------------
-- adding one
-- -------------------------------------------------------------------------
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT ''a'', false');   -- 42501: auditors change nothing
SET ROLE regress_control_admin;
SELECT gov_add_control('not an id', 'House rules', 'x', 'SELECT ''a'', false');                  -- 22023
SELECT gov_add_control('mine', 'House rules', ' ', 'SELECT ''a'', false');                       -- 22023
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT ''a''::text, false', 'by_feeling');   -- 22023
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT 1, 2');                               -- 22023
SELECT gov_add_control('mine', 'House rules', 'x', 'DELETE FROM governance.users');              -- 22023
\set VERBOSITY sqlstate
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT ''a''::text, false; SELECT ''b''::text, false');   -- 22023
SELECT gov_add_control('mine', 'House rules', 'x', 'VACUUM');                                                -- 22023
SELECT gov_add_control('mine', 'House rules', 'x', 'WITH d AS (DELETE FROM governance.users RETURNING 1) SELECT ''a''::text, false');   -- 22023
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT user_id, false FROM governance.users FOR UPDATE');   -- 22023
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT ''a''::text, false) AS x; --');       -- 42601
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT a, b FROM public.no_such_table');     -- 42P01
CREATE TEMP TABLE control_temp (a text, b boolean);
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT a, b FROM control_temp');             -- 22023
RESET ROLE;
CREATE TABLE public.control_secret (a text);
INSERT INTO public.control_secret VALUES ('not for everybody');
GRANT SELECT ON public.control_secret TO regress_control_gone;
SET ROLE regress_control_admin;
SELECT gov_add_control('mine', 'House rules', 'x', 'SELECT a, false FROM public.control_secret');   -- 42501
\set VERBOSITY default

-- one for each way of being judged
SELECT id, framework, title, judged, owner_role, is_builtin, created_by
FROM gov_add_control('mine.fails', 'House rules', 'Nothing is red', E'SELECT c, c = ''red'' FROM unnest(''{red,green,blue}''::text[]) AS u(c) -- colours\n;',
    source => 'the house', criterion => 'no red ones');
SELECT id FROM gov_add_control('mine.passes', 'House rules', 'Nothing is black', 'SELECT c, c = ''black'' FROM unnest(''{red,green,blue}''::text[]) AS u(c)');
SELECT id FROM gov_add_control('mine.empty', 'House rules', 'Nothing happened', 'SELECT ''a''::text, false WHERE $1 > $2');
SELECT id FROM gov_add_control('mine.none', 'House rules', 'There is something', 'SELECT ''a''::text, false WHERE $1 > $2', 'evidence');
SELECT id FROM gov_add_control('mine.some', 'House rules', 'There is something', 'SELECT ''a''::text, NULL::boolean', 'evidence');
SELECT id FROM gov_add_control('mine.person', 'House rules', 'Look at it', 'SELECT ''a''::text, true', 'manual');
SELECT gov_add_control('mine.person', 'House rules', 'Look at it', 'SELECT ''a''::text, true');   -- 23505
SELECT gov_add_control('gdpr-33.1', 'House rules', 'Look at it', 'SELECT ''a''::text, true');     -- 23505

SET ROLE regress_control_auditor;
CREATE VIEW pg_temp.outcome AS
SELECT c.id, r ->> 'result' AS result, r ->> 'evidence_count' AS evidence, r ->> 'exception_count' AS exceptions,
    r ->> 'findings' AS findings, r ->> 'error' AS error
FROM governance.controls AS c, gov_check_control(c.id) AS r
WHERE c.framework = 'House rules';
SELECT * FROM pg_temp.outcome ORDER BY id;

-- -------------------------------------------------------------------------
-- running one
-- -------------------------------------------------------------------------
-- it runs as the role that added it, whoever asks
SET ROLE regress_control_gone;
SELECT owner_role FROM gov_add_control('as.owner', 'House rules', 'Who am I', 'SELECT a || '' read by '' || current_user, true FROM public.control_secret');
SET ROLE regress_control_auditor;
SELECT a FROM public.control_secret;   -- 42501
SELECT findings FROM pg_temp.outcome WHERE id = 'as.owner';

-- whatever it calls writes nothing
RESET ROLE;
CREATE TABLE public.control_written (what text);
GRANT INSERT, SELECT ON public.control_written TO PUBLIC;
CREATE FUNCTION public.control_write() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.control_written VALUES ('written');
    RETURN true;
END $$;
CREATE FUNCTION public.control_write_harder() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('transaction_read_only', 'off', true);
    INSERT INTO public.control_written VALUES ('written harder');
    RETURN true;
END $$;
CREATE FUNCTION public.control_climb() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'SET ROLE regress_control_auditor';
    RETURN true;
END $$;
SET ROLE regress_control_admin;
SELECT id FROM gov_add_control('run.write', 'House rules', 'x', 'SELECT ''a''::text, public.control_write()');
SELECT id FROM gov_add_control('run.write_harder', 'House rules', 'x', 'SELECT ''a''::text, public.control_write_harder()');
SELECT id FROM gov_add_control('run.climb', 'House rules', 'x', 'SELECT ''a''::text, public.control_climb()');
SELECT id FROM gov_add_control('run.divide', 'House rules', 'x', 'SELECT ''a''::text, 1 / (extract(epoch FROM $2)::int * 0) = 1');
SELECT id FROM gov_add_control('run.sleep', 'House rules', 'x', 'SELECT ''a''::text, pg_catalog.pg_sleep(60) IS NULL');
RESET ROLE;
SET governance.control_timeout = '100ms';
SET ROLE regress_control_auditor;
SELECT id, result, evidence, error FROM pg_temp.outcome WHERE id LIKE 'run.%' ORDER BY id;
SELECT * FROM public.control_written;
-- and the session is as it was
SELECT current_user, current_setting('transaction_read_only');
RESET ROLE;
RESET governance.control_timeout;

-- nothing of the caller's session reaches into it
SET ROLE regress_control_admin;
SELECT id FROM gov_add_control('session.time', 'House rules', 'x', 'SELECT ''2026-01-01 00:00+00''::timestamptz::text, true');
SET ROLE regress_control_auditor;
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'SQL, DMY';
CREATE TEMP TABLE users AS SELECT 'planted' AS user_id;
SELECT findings FROM pg_temp.outcome WHERE id = 'session.time';
SHOW TimeZone;
RESET TimeZone;
RESET DateStyle;

-- its role is gone: said so, and nobody else's rights are used
RESET ROLE;
REVOKE SELECT ON public.control_secret FROM regress_control_gone;
SELECT result, error FROM pg_temp.outcome WHERE id = 'as.owner';
SELECT is_active FROM gov_deactivate_user('control_gone');
DROP ROLE regress_control_gone;
SELECT result, error FROM pg_temp.outcome WHERE id = 'as.owner';

-- somebody who cancels means the whole call
SET statement_timeout = '200ms';
\set VERBOSITY sqlstate
SELECT gov_check_control('run.sleep');   -- 57014
\set VERBOSITY default
RESET statement_timeout;

-- -------------------------------------------------------------------------
-- keeping and dropping
-- -------------------------------------------------------------------------
UPDATE governance.controls SET query = 'SELECT ''a''::text, false' WHERE id = 'mine.fails';   -- 55000
UPDATE governance.controls SET owner_role = 'postgres' WHERE id = 'mine.fails';               -- 55000
SET ROLE regress_control_auditor;
SELECT gov_drop_control('mine.fails');           -- 42501
SET ROLE regress_control_admin;
SELECT gov_drop_control('eu-ai-act-12.1');       -- 55000
SELECT gov_drop_control('no-such-control');
SELECT id, gov_drop_control(id) FROM governance.controls WHERE NOT is_builtin ORDER BY id;
RESET ROLE;
SELECT event_type, actor, resource FROM governance.audit_events
WHERE resource IN ('control/mine.fails', 'control/as.owner') AND outcome <> 'denied' ORDER BY event_id;

DROP TABLE public.control_secret, public.control_written;
DROP FUNCTION public.control_write(), public.control_write_harder(), public.control_climb();
DROP VIEW pg_temp.outcome;
DROP TABLE pg_temp.users, pg_temp.control_temp;
SELECT is_active FROM gov_deactivate_user('control_admin');
SELECT is_active FROM gov_deactivate_user('control_auditor');
DROP ROLE regress_control_admin, regress_control_auditor;
