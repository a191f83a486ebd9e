-- Requests answered once, however often they are sent.

-- A request that is repeated because its answer was lost is answered from here. The table has no
-- guard: it decides nothing, and what a request did is in the trail already.
CREATE TABLE governance.idempotency_keys (
    user_id    text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,
    request    text COLLATE "C" NOT NULL,
    status     integer,
    reply      text,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key),
    CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES governance.users,
    CONSTRAINT idempotency_keys_key_check CHECK (pg_catalog.octet_length(key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_keys_request_check CHECK (governance.is_sha256(request)),
    CONSTRAINT idempotency_keys_status_check CHECK (status BETWEEN 200 AND 599),
    CONSTRAINT idempotency_keys_answered_check CHECK ((status IS NULL) = (reply IS NULL))
);
CREATE INDEX idempotency_keys_created_at_idx ON governance.idempotency_keys (created_at);
COMMENT ON TABLE governance.idempotency_keys IS
'Answers to requests that carried a key, kept for a day.  The transaction that did the work writes the key, so one that failed leaves none.  A user sees only their own.';
COMMENT ON COLUMN governance.idempotency_keys.request IS
'SHA-256 of the request, in hex.  Another request under the same key is refused.';
COMMENT ON COLUMN governance.idempotency_keys.status IS
'The HTTP status that was answered, 200 to 599; NULL only inside the transaction that is answering.';

CREATE FUNCTION @extschema@.gov_idempotency_begin(
    key text,
    request text)
RETURNS TABLE (same_request boolean, status integer, reply text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 1
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_actor();
    -- One that waits here for the same request comes after it.
    INSERT INTO governance.idempotency_keys AS k (user_id, key, request)
    VALUES (@extschema@.gov_current_actor(), gov_idempotency_begin.key, gov_idempotency_begin.request)
    ON CONFLICT (user_id, key) DO UPDATE
        SET request = excluded.request, status = NULL, reply = NULL, created_at = excluded.created_at
        WHERE k.created_at < pg_catalog.clock_timestamp() - interval '1 day';
    SELECT k.request = gov_idempotency_begin.request, k.status, k.reply
    FROM governance.idempotency_keys AS k
    WHERE k.user_id = @extschema@.gov_current_actor()
        AND k.key = gov_idempotency_begin.key;
END;
COMMENT ON FUNCTION @extschema@.gov_idempotency_begin(text, text) IS
'Has the actor had this key answered within the last day?  For before doing what a request wants: status and reply are what was answered then, NULL the first time; same_request false: the key was used for another request.  request: SHA-256 of it, in hex.  Of two at once the second waits for the first.  Malformed: 23514.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_idempotency_end(
    key text,
    status integer,
    reply text)
RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_status(gov_idempotency_end.status);
    SELECT governance.require_actor();
    UPDATE governance.idempotency_keys AS k
    SET status = gov_idempotency_end.status, reply = gov_idempotency_end.reply
    WHERE k.user_id = @extschema@.gov_current_actor()
        AND k.key = gov_idempotency_end.key
        AND k.status IS NULL;
END;
COMMENT ON FUNCTION @extschema@.gov_idempotency_end(text, integer, text) IS
'Keep the answer for the key that gov_idempotency_begin() took.  In the same transaction.  An answer once given stays.  status: a final one of HTTP, 200 to 599, else 22023.  Needs an active user.';
