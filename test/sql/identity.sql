-- Who is acting, and how that is known.

CREATE ROLE regress_identity_ann;
CREATE ROLE regress_identity_bob;
CREATE ROLE regress_identity_pool;
CREATE ROLE regress_identity_clerk;
CREATE ROLE regress_identity_stranger;

INSERT INTO governance.roles (role) VALUES ('identity-pool'), ('identity-clerk');
INSERT INTO governance.role_permissions (role, permission)
VALUES ('identity-pool', 'actor:impersonate'), ('identity-clerk', 'user:manage');
INSERT INTO governance.users (user_id, email, db_role) VALUES
    ('identity-ann', 'ann@example.org', 'regress_identity_ann'),
    ('identity-bob', 'bob@example.org', 'regress_identity_bob'),
    ('identity-pool', NULL, 'regress_identity_pool'),
    ('identity-clerk', NULL, 'regress_identity_clerk'),
    ('identity-carl', 'carl@example.org', NULL),
    ('identity-gone', NULL, NULL);
UPDATE governance.users SET is_active = false WHERE user_id = 'identity-gone';
INSERT INTO governance.user_roles (user_id, role) VALUES
    ('identity-ann', 'analyst'),
    ('identity-carl', 'operator'),
    ('identity-pool', 'identity-pool'),
    ('identity-clerk', 'identity-clerk');

-- who acts, in one line
CREATE FUNCTION pg_temp.who() RETURNS text LANGUAGE sql
AS $$ SELECT format('%s (%s) as %s', w ->> 'user_id', w ->> 'evidence', w ->> 'db_role') FROM gov_whoami() AS w $$;

-- -------------------------------------------------------------------------
-- session: the database role
-- -------------------------------------------------------------------------
SET ROLE regress_identity_ann;
SELECT gov_whoami();
SELECT gov_current_actor();
SELECT event_type, actor, evidence, db_role
FROM gov_log_event('probe', 'look', 'identity');

-- a role that maps to nobody: these work, nothing else does
SET ROLE regress_identity_stranger;
SELECT gov_whoami();
SELECT gov_current_actor() IS NULL AS nobody;
SELECT gov_can('audit:read');
SELECT gov_has_permission('identity-ann', 'audit:read');
SELECT gov_log_event('probe', 'look', 'identity');   -- 42501
SELECT * FROM gov_api_tokens();   -- 42501
SELECT gov_create_api_token('identity-ann', 'mine');   -- 42501
SELECT * FROM gov_user_roles('identity-ann');   -- 42501
SELECT * FROM gov_who_can('audit:read');   -- 42501

-- SET ROLE counts for those who may; a role is not a way to somebody else
RESET ROLE;
SET SESSION AUTHORIZATION regress_identity_ann;
SELECT pg_temp.who();
SET ROLE regress_identity_bob;   -- 42501
RESET SESSION AUTHORIZATION;

-- in somebody's SECURITY DEFINER function the caller stays the actor
CREATE FUNCTION pg_temp.definer() RETURNS text LANGUAGE plpgsql SECURITY DEFINER
AS $$ BEGIN RETURN current_user || ': ' || gov_current_actor(); END $$;
ALTER FUNCTION pg_temp.definer() OWNER TO regress_identity_bob;
SET ROLE regress_identity_ann;
SELECT pg_temp.definer();
RESET ROLE;

-- no setting takes part: those there are change nothing, others cannot be made
SET ROLE regress_identity_bob;
SET governance.actor = 'identity-ann';   -- 22023
SELECT set_config('governance.user_id', 'identity-ann', false);   -- 22023
SET governance.audit_denials = off;   -- 42501
SET governance.log_checks = off;   -- 42501
SET application_name = 'identity-ann';
SELECT pg_temp.who();
RESET ROLE;
SELECT name FROM pg_settings WHERE name LIKE 'governance.%' AND context = 'user';

-- an inactive user does not act
UPDATE governance.users SET is_active = false WHERE user_id = 'identity-bob';
SET ROLE regress_identity_bob;
SELECT pg_temp.who();
SELECT gov_log_event('probe', 'look', 'identity');   -- 42501
RESET ROLE;
UPDATE governance.users SET is_active = true WHERE user_id = 'identity-bob';

-- the mapping is by name: renaming the role ends it, in this session too
ALTER ROLE regress_identity_bob RENAME TO regress_identity_robert;
SET ROLE regress_identity_robert;
SELECT pg_temp.who();
RESET ROLE;
ALTER ROLE regress_identity_robert RENAME TO regress_identity_bob;
SET ROLE regress_identity_bob;
SELECT pg_temp.who();
RESET ROLE;

-- -------------------------------------------------------------------------
-- asserted: gov_set_actor(), until the transaction ends
-- -------------------------------------------------------------------------
SET ROLE regress_identity_pool;
BEGIN;
SELECT gov_set_actor('identity-carl');
SELECT pg_temp.who();
SELECT gov_can('model:deploy') AS has_what_carl_has, gov_can('actor:impersonate') AS and_no_more;
SELECT actor, evidence, db_role FROM gov_log_event('probe', 'deploy', 'identity');
SELECT gov_set_actor('identity-ann');   -- 55000
ROLLBACK;
SELECT pg_temp.who();

BEGIN;
SELECT gov_set_actor(user_id => 'identity-carl');
COMMIT;
SELECT pg_temp.who();

-- a statement of its own is a transaction of its own
SELECT gov_set_actor('identity-carl');
SELECT pg_temp.who();

-- SET ROLE and DISCARD do not change it
BEGIN;
SELECT gov_set_actor('identity-carl');
RESET ROLE;
SELECT pg_temp.who() = format('identity-carl (asserted) as %s', current_user) AS still_carl;
SET ROLE regress_identity_ann;
SELECT pg_temp.who();
DISCARD PLANS;
SELECT pg_temp.who();
COMMIT;

-- undone with the subtransaction that made it
SET ROLE regress_identity_pool;
BEGIN;
SAVEPOINT one;
SELECT gov_set_actor('identity-carl');
ROLLBACK TO one;
SELECT pg_temp.who();
SAVEPOINT two;
SELECT gov_set_actor('identity-ann');
RELEASE two;
SELECT pg_temp.who();
SAVEPOINT three;
SELECT gov_set_actor('identity-carl');   -- 55000
ROLLBACK TO three;
SELECT pg_temp.who();
ROLLBACK TO one;
SELECT pg_temp.who();
COMMIT;

DO $$
BEGIN
    BEGIN
        PERFORM gov_set_actor('identity-carl');
        RAISE EXCEPTION 'away with it';
    EXCEPTION WHEN raise_exception THEN
        RAISE NOTICE 'after the exception: %', gov_current_actor();
    END;
    PERFORM gov_set_actor('identity-ann');
    RAISE NOTICE 'again: %', gov_current_actor();
    COMMIT;
    RAISE NOTICE 'after COMMIT: %', gov_current_actor();
END
$$;

-- it needs the permission, and an active user
SELECT gov_set_actor('identity-nobody');   -- 42704
SELECT gov_set_actor('identity-gone');   -- 55000
SELECT gov_set_actor('system');   -- 42704
SELECT gov_set_actor(NULL);   -- 22023
SELECT gov_set_actor('no such id');   -- 22023
SET ROLE regress_identity_ann;
SELECT gov_set_actor('identity-carl');   -- 42501
SELECT gov_set_actor('identity-nobody');   -- 42501: not a way to learn who exists
RESET ROLE;
\set VERBOSITY sqlstate
SELECT gov_set_actor('identity-carl');   -- 42501: an admin neither
\set VERBOSITY default

-- a user who is deactivated meanwhile acts no longer, bound or not
SET ROLE regress_identity_pool;
BEGIN;
SELECT gov_set_actor('identity-carl');
RESET ROLE;
UPDATE governance.users SET is_active = false WHERE user_id = 'identity-carl';
SELECT gov_current_actor() IS NULL AS nobody, gov_can('model:deploy');
SELECT gov_log_event('probe', 'look', 'identity');   -- 42501
ROLLBACK;

-- -------------------------------------------------------------------------
-- verified: gov_begin_as(), by an API token
-- -------------------------------------------------------------------------
SET ROLE regress_identity_ann;
SELECT gov_create_api_token('identity-ann', 'laptop') AS token \gset ann_
SELECT gov_create_api_token('identity-ann', name => 'job', expires_at => now() + '1 day') AS token \gset job_
SELECT :'ann_token' ~ '^gov_[A-Za-z0-9_-]{43}$' AS form, :'ann_token' <> :'job_token' AS another;

RESET ROLE;
SELECT name, token_hash = sha256(:'ann_token') AS only_its_hash
FROM governance.api_tokens WHERE user_id = 'identity-ann' ORDER BY token_id;

SET ROLE regress_identity_stranger;
BEGIN;
SELECT gov_begin_as(:'ann_token');
SELECT pg_temp.who();
SELECT actor, evidence, db_role FROM gov_log_event('probe', 'look', 'identity');
SELECT gov_begin_as(:'job_token');   -- 55000
ROLLBACK;
BEGIN;
SELECT gov_begin_as(token => :'ann_token');
SELECT gov_set_actor('identity-bob');   -- 55000
ROLLBACK;
SELECT pg_temp.who();

-- one refusal for whatever is wrong
SELECT gov_begin_as('gov_0000000000000000000000000000000000000000000');   -- 28000
RESET ROLE;

-- from then on the statement with the token in it is not shown
SELECT gov_begin_as(:'ann_token') \; SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid();

SELECT gov_create_api_token('identity-bob', 'to be revoked') AS token \gset revoked_
SELECT gov_revoke_api_token(token_id)
FROM gov_api_tokens() WHERE name = 'to be revoked';
SELECT gov_create_api_token('identity-carl', 'of an inactive user') AS token \gset inactive_
UPDATE governance.users SET is_active = false WHERE user_id = 'identity-carl';
SELECT gov_create_api_token('identity-bob', 'short', now() + interval '1 hour') AS token \gset expired_
UPDATE governance.api_tokens SET expires_at = now() - interval '1 second' WHERE user_id = 'identity-bob' AND name = 'short';
CREATE TABLE pg_temp.wrong AS VALUES
    ('unknown', 'gov_0000000000000000000000000000000000000000000'),
    ('revoked', :'revoked_token'),
    ('expired', :'expired_token'),
    ('inactive', :'inactive_token'),
    ('cut short', left(:'ann_token', -1)),
    ('too long', :'ann_token' || 'x'),
    ('its hash', encode(sha256(:'ann_token'), 'hex')),
    ('empty', ''),
    ('signed', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJpZGVudGl0eS1hbm4ifQ.'),
    ('null', NULL);
DO $$
DECLARE
    wrong record;
    message text;
    detail text;
    hint text;
    said text[] := '{}';
BEGIN
    FOR wrong IN SELECT column1 AS kind, column2 AS token FROM pg_temp.wrong LOOP
        BEGIN
            PERFORM gov_begin_as(wrong.token);
            RAISE NOTICE '% was accepted', wrong.kind;
        EXCEPTION WHEN invalid_authorization_specification THEN
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            said := said || (message || detail || hint);
        END;
    END LOOP;
    RAISE NOTICE '% refused, % kinds of message',
        array_length(said, 1), (SELECT count(DISTINCT s) FROM unnest(said) AS s);
END
$$;
UPDATE governance.users SET is_active = true WHERE user_id = 'identity-carl';

-- whose tokens one sees; the hash is for nobody
SET ROLE regress_identity_ann;
SELECT user_id, name, expires_at IS NULL AS for_ever, revoked_at FROM gov_api_tokens();
SELECT user_id, name FROM governance.api_tokens ORDER BY token_id;
SELECT count(*) FROM governance.api_token_uses;
SELECT token_hash FROM governance.api_tokens;   -- 42501
SELECT count(*) FROM governance.api_tokens AS t WHERE t::text <> '';   -- 42501
SET ROLE regress_identity_stranger;
SELECT count(*) FROM governance.api_tokens;
SELECT count(*) FROM governance.api_token_uses;
SET ROLE regress_identity_clerk;
SELECT user_id, name FROM gov_api_tokens() WHERE user_id LIKE 'identity-%';
RESET ROLE;
SELECT DISTINCT event_type, resource_type, jsonb_object_keys(new_row) AS shown
FROM governance.audit_events WHERE resource_type = 'api_token' AND event_type = 'api_token.create' ORDER BY shown;
SELECT count(*) AS leaks FROM governance.audit_events AS e
WHERE e::text LIKE '%' || :'ann_token' || '%'
    OR e::text LIKE '%' || encode(sha256(:'ann_token'), 'hex') || '%';

-- for somebody else it takes user:manage and all that the other may do
SET ROLE regress_identity_bob;
SELECT gov_create_api_token('identity-ann', 'not mine');   -- 42501
SET ROLE regress_identity_clerk;
SELECT gov_create_api_token('identity-bob', 'by the clerk') IS NOT NULL AS made;
SELECT gov_create_api_token('identity-carl', 'by the clerk');   -- 42501
SELECT gov_create_api_token('identity-nobody', 'by the clerk');   -- 42704
SELECT gov_create_api_token('identity-gone', 'by the clerk');   -- 55000
RESET ROLE;
SELECT gov_create_api_token('identity-carl', 'by an admin') IS NOT NULL AS made;
SELECT gov_create_api_token('identity-pool', 'by an admin') IS NOT NULL AS admins_convey_it;

-- form
SELECT gov_create_api_token('identity-ann', ' ');   -- 22023
SELECT gov_create_api_token('identity-ann', NULL);   -- 22023
SELECT gov_create_api_token('identity-ann', 'late', now() - interval '1 s');   -- 22023
SELECT gov_create_api_token('identity-ann', 'endless', 'infinity');   -- 22023
BEGIN READ ONLY;
SELECT gov_create_api_token('identity-ann', 'read only');   -- 25006
ROLLBACK;

-- revoking
SELECT token_id AS id FROM gov_api_tokens() WHERE name = 'laptop' \gset laptop_
SET ROLE regress_identity_bob;
SELECT gov_revoke_api_token(:laptop_id);   -- 42501
SELECT gov_revoke_api_token(-1);   -- 42501: not a way to learn which exist
SET ROLE regress_identity_ann;
SELECT gov_revoke_api_token(token_id => :laptop_id) AS revoked;
SELECT gov_revoke_api_token(:laptop_id) AS again;
SELECT gov_begin_as(:'ann_token');   -- 28000
RESET ROLE;
SELECT gov_revoke_api_token(-1);   -- 42704
SELECT gov_revoke_api_token(NULL);   -- 22023
SELECT actor, evidence, changes ->> 'revoked_by' AS revoked_by
FROM governance.audit_events WHERE event_type = 'api_token.revoke'
    AND resource = 'api_token/' || :laptop_id;

-- a superuser cannot change what a token stands for, and not revive one unseen
\set VERBOSITY sqlstate
UPDATE governance.api_tokens SET token_hash = sha256('mine') WHERE token_id = :laptop_id;   -- 55000
UPDATE governance.api_tokens SET user_id = 'identity-bob' WHERE token_id = :laptop_id;   -- 55000
TRUNCATE governance.api_tokens CASCADE;   -- 55000
\set VERBOSITY default
UPDATE governance.api_tokens SET revoked_at = NULL WHERE token_id = :laptop_id;
SELECT event_type, evidence, changes FROM governance.audit_events
WHERE resource = 'api_token/' || :laptop_id AND outcome <> 'denied' ORDER BY event_id DESC LIMIT 1;
UPDATE governance.api_tokens SET revoked_at = now() WHERE token_id = :laptop_id;

-- a token of one transaction is not one of the next
SET ROLE regress_identity_stranger;
BEGIN;
SAVEPOINT s;
SELECT gov_begin_as(:'job_token');
ROLLBACK TO s;
SELECT pg_temp.who();
SELECT gov_begin_as(:'job_token');
COMMIT;
SELECT pg_temp.who();

RESET ROLE;
-- the last use is noted once a minute, and leaves no event
DROP FUNCTION pg_temp.definer();
\c -
SELECT count(*) AS events FROM governance.audit_events WHERE event_type <> 'access.denied' AND evidence <> 'internal' \gset before_
SELECT gov_begin_as(:'job_token');
SELECT last_used_at IS NOT NULL AS noted, last_used_at AS at
FROM gov_api_tokens() WHERE name = 'job' \gset first_
SELECT :'first_noted' AS noted;
SELECT gov_begin_as(:'job_token');
SELECT last_used_at = :'first_at' OR last_used_at - :'first_at' >= interval '1 minute' AS not_again FROM gov_api_tokens() WHERE name = 'job';
UPDATE governance.api_token_uses SET last_used_at = last_used_at - interval '61 s';
\c -
-- (a session that has looked trusts its look for some seconds)
SELECT gov_begin_as(:'job_token');
SELECT last_used_at > :'first_at' AS a_minute_later FROM gov_api_tokens() WHERE name = 'job';
BEGIN READ ONLY;
UPDATE governance.api_token_uses SET last_used_at = NULL;   -- 25006
ROLLBACK;
UPDATE governance.api_token_uses SET last_used_at = NULL;
\c -
BEGIN READ ONLY;
SELECT gov_begin_as(:'job_token');
COMMIT;
SELECT last_used_at FROM gov_api_tokens() WHERE name = 'job';
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT gov_begin_as(:'job_token');
COMMIT;
SELECT last_used_at IS NOT NULL AS noted FROM gov_api_tokens() WHERE name = 'job';
SELECT count(*) - :before_events AS events_of_uses FROM governance.audit_events WHERE event_type <> 'access.denied' AND evidence <> 'internal';

UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'identity-%';
DELETE FROM governance.user_roles WHERE user_id LIKE 'identity-%';
DELETE FROM governance.roles WHERE role LIKE 'identity-%';
DROP ROLE regress_identity_ann, regress_identity_bob, regress_identity_pool,
    regress_identity_clerk, regress_identity_stranger;
