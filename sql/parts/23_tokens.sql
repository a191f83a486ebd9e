-- API tokens, and acting by one.

-- It is a table of its own without a guard: it is telemetry, and a transaction that notes a use
-- must not hold a lock that the token's revocation waits for.
CREATE TABLE governance.api_token_uses (
    token_id     bigint NOT NULL,
    last_used_at timestamptz,
    CONSTRAINT api_token_uses_pkey PRIMARY KEY (token_id),
    CONSTRAINT api_token_uses_token_id_fkey FOREIGN KEY (token_id)
        REFERENCES governance.api_tokens ON DELETE CASCADE
);
COMMENT ON TABLE governance.api_token_uses IS
'When each API token was last used, to the minute, by a transaction that committed and could write.  It is no evidence: no event records it.';

CREATE FUNCTION @extschema@.gov_begin_as(token text)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_begin_as'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_begin_as(text) IS
'Act as the user of a token until this transaction ends; returns the user.  An API token or a signed one (JWT); evidence: verified.  Anything but a valid token of an active user: 28000, always the same message.  Twice in a transaction: 55000.  Send the token as a parameter: what log_statement and log_min_duration_statement write of a statement''s text cannot be taken back.  Needs a valid token.';

CREATE FUNCTION @extschema@.gov_create_api_token(
    user_id text,
    name text,
    expires_at timestamptz = NULL)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_create_api_token'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_create_api_token(text, text, timestamptz) IS
'Make an API token for an active user; the token.  It is shown this once: only its SHA-256 is stored.  Needs, for somebody else, user:manage; and every permission of that user.  name says what it is for.  expires_at NULL: never; past, or more than 100 years ahead: 22023.  Unknown user: 42704; inactive: 55000.';

CREATE FUNCTION @extschema@.gov_revoke_api_token(token_id bigint)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_revoke_api_token'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_revoke_api_token(bigint) IS
'Revoke an API token; false: it was revoked already.  A transaction that began with it goes on to its end.  Needs, for somebody else''s, user:manage.  Unknown: 42704.';

CREATE FUNCTION @extschema@.gov_api_tokens()
RETURNS TABLE (
    token_id bigint,
    user_id text,
    name text,
    created_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz)
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_actor();
    -- one of the two is run: one's own are found by their index
    WITH asked AS MATERIALIZED (
        SELECT @extschema@.gov_current_actor() AS actor, @extschema@.gov_can('user:manage') AS is_manager
    )
    SELECT found.*
    FROM (
        (SELECT t.token_id, t.user_id, t.name, t.created_at, t.expires_at,
                t.revoked_at, u.last_used_at
            FROM governance.api_tokens AS t
            LEFT JOIN governance.api_token_uses AS u ON u.token_id = t.token_id
            WHERE t.user_id = (SELECT a.actor FROM asked AS a)
                AND (SELECT NOT a.is_manager FROM asked AS a))
        UNION ALL
        (SELECT t.token_id, t.user_id, t.name, t.created_at, t.expires_at,
                t.revoked_at, u.last_used_at
            FROM governance.api_tokens AS t
            LEFT JOIN governance.api_token_uses AS u ON u.token_id = t.token_id
            WHERE (SELECT a.is_manager FROM asked AS a))
    ) AS found
    ORDER BY found.token_id DESC;
END;
COMMENT ON FUNCTION @extschema@.gov_api_tokens() IS
'One''s own API tokens, newest first.  Neither token nor hash is shown.  last_used_at is exact to a minute.  Needs, for everybody''s, user:manage.';

CREATE FUNCTION @extschema@.gov_begin_for(
    token text,
    user_id text)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_begin_for'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_begin_for(text, text) IS
'Act for another active user on the word of a token''s user.  Until this transaction ends; evidence: asserted; an event user.impersonate names the token''s user, who needs actor:impersonate.  Needs a valid token.  The token''s own user, or NULL: the same as gov_begin_as(token).  Returns who acts.  No valid token: 28000; unknown user: 42704; inactive: 55000.';
