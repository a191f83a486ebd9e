-- What web services show and need: things as JSON, and requests answered once.

CREATE FUNCTION @extschema@.gov_model_version_json(model_version governance.model_versions)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.require_actor();
    SELECT @extschema@.gov_row_json(given.v) || pg_catalog.jsonb_build_object(
        'metrics', '{"accuracy": null, "latency_ms": null}'::jsonb || coalesce((
            SELECT pg_catalog.jsonb_object_agg(fitting.key, fitting.value)
            FROM (
                SELECT latest.key, latest.value,
                    pg_catalog.sum(pg_catalog.length(latest.key) + pg_catalog.length(latest.value::text)) OVER (ORDER BY latest.key) AS bytes
                FROM (
                    SELECT DISTINCT ON (e.key) e.key, e.value
                    FROM governance.model_metrics AS m, pg_catalog.jsonb_each(m.metrics) AS e
                    WHERE m.model_id = (given.v).model_id AND m.version = (given.v).version
                    ORDER BY e.key, m.metrics_no DESC
                ) AS latest
            ) AS fitting
            WHERE fitting.bytes <= 8388608), '{}'),
        'approved_by', approval.reviewer,
        'approved_at', extract(epoch FROM approval.reviewed_at),
        'deployed_at', extract(epoch FROM deployment.deployed_at),
        'deployed_by', deployment.deployed_by,
        'deployment_id', deployment.deployment_id,
        'deployment_history', coalesce((
            -- of bounded length, whatever the notes are
            SELECT pg_catalog.jsonb_agg(@extschema@.gov_row_json(newest.d) ORDER BY (newest.d).deployment_no DESC)
            FROM (
                SELECT d, pg_catalog.sum(pg_catalog.octet_length(d.notes) + coalesce(pg_catalog.octet_length(d.reason), 0))
                        OVER (ORDER BY d.deployment_no DESC) AS bytes
                FROM governance.deployment_history AS d
                WHERE d.model_id = (given.v).model_id AND d.version = (given.v).version
                ORDER BY d.deployment_no DESC
                LIMIT 1000
            ) AS newest
            WHERE newest.bytes <= 8388608), '[]'))
    FROM (SELECT gov_model_version_json.model_version) AS given(v)
    LEFT JOIN LATERAL (
        SELECT h.reviewer, h.reviewed_at
        FROM governance.approval_history AS h
        WHERE h.model_id = (given.v).model_id AND h.version = (given.v).version
            AND (given.v).approval_status = 'approved' AND h.approval_status = 'approved'
        ORDER BY h.approval_no DESC
        LIMIT 1
    ) AS approval ON true
    LEFT JOIN LATERAL (
        SELECT d.deployed_at, d.deployed_by, d.deployment_id
        FROM governance.deployment_history AS d
        JOIN governance.environments AS e ON e.name = d.environment
        WHERE d.model_id = (given.v).model_id AND d.version = (given.v).version
        ORDER BY (d.status = 'active') DESC,
            CASE WHEN d.status = 'active' THEN e.rank END DESC, d.deployment_no DESC
        LIMIT 1
    ) AS deployment ON true;
END;
COMMENT ON FUNCTION @extschema@.gov_model_version_json(governance.model_versions) IS
'A version as the web service shows it: its columns; metrics, the latest value of each name (accuracy and latency_ms null until recorded), as many as 8 MB have room for; approved_by and approved_at, of the vote that approved it, null while it is not approved; deployed_at, deployed_by, deployment_id, of its highest-ranked active deployment, else of the last one; deployment_history, newest first, up to 1000 of them and 8 MB of notes and reasons: gov_model_history() has all.  Times in seconds since 1970.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_usecase_json(use_case governance.use_cases)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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
'A use-case as the web service shows it: its columns; metrics, the latest value of each name, as many as 8 MB have room for; approved_by and approved_at, of the vote that approved it; deployed_at, deployed_by, deployment_id, of its highest-ranked active deployment, else of the last one.  Times in seconds since 1970.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_rollback_version(
    model_id text,
    version text,
    reason text,
    environment text = 'production',
    to_version text = NULL)
RETURNS governance.deployment_history
AS 'MODULE_PATHNAME', 'gov_rollback_version'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_rollback_version(text, text, text, text, text) IS
'As gov_rollback_model(), but only if that version is the one that is active in the environment, else 55000: for who decided on it while looking at an older state.  Needs model:rollback; unknown version: 42704.';

CREATE FUNCTION @extschema@.gov_hold_model_version(
    model_id text,
    version text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_hold_model_version'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_hold_model_version(text, text) IS
'Keep a version as it is until this transaction ends: for a client that looks first and then decides (If-Match).  Needs one of the permissions that change a version; unknown: 42704.';

CREATE FUNCTION @extschema@.gov_hold_usecase(usecase_id text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_hold_usecase'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_hold_usecase(text) IS
'Keep a use-case as it is until this transaction ends: for a client that looks first and then decides (If-Match).  Needs one of the permissions that change a use-case; unknown: 42704.';

CREATE FUNCTION @extschema@.gov_moment(
    name text,
    value text)
RETURNS timestamptz
AS 'MODULE_PATHNAME', 'gov_moment'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_moment(text, text) IS
'A moment as a web service is given it: a number of seconds since 1970, or ISO 8601 (without a zone, in the session''s); NULL gives NULL.  Neither, or not of the years 1970 to 2200: 22023, with "name" as the argument; infinity passes, for since and until.  Needs nothing: it reads nothing but its arguments.';

CREATE FUNCTION @extschema@.gov_begin_for(
    token text,
    user_id text)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_begin_for'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_begin_for(text, text) IS
'Act for another active user until this transaction ends, on the word of a token''s user, who needs actor:impersonate (evidence: asserted; an event user.impersonate names the token''s user).  The token''s own user, or NULL: the same as gov_begin_as(token).  Returns who acts.  No valid token: 28000; unknown user: 42704; inactive: 55000.';

-- A request that is repeated because its answer was lost is answered from
-- here.  Not guarded: it decides nothing, and what a request did is in the
-- trail already.
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
    CONSTRAINT idempotency_keys_request_check CHECK (request ~ '^[0-9a-f]{64}$'),
    CONSTRAINT idempotency_keys_status_check CHECK (status BETWEEN 200 AND 599),
    CONSTRAINT idempotency_keys_answered_check CHECK ((status IS NULL) = (reply IS NULL))
);
CREATE INDEX idempotency_keys_created_at_idx ON governance.idempotency_keys (created_at);
COMMENT ON TABLE governance.idempotency_keys IS
'Answers to requests that carried a key, for a day.  Written by the transaction that did what was asked, so one that failed leaves no key.  One sees one''s own.';
COMMENT ON COLUMN governance.idempotency_keys.request IS
'SHA-256 of the request, in hex: another request under the same key is refused.';
COMMENT ON COLUMN governance.idempotency_keys.status IS
'What was answered; NULL only within the transaction that is answering.';

CREATE FUNCTION @extschema@.gov_idempotency_begin(
    key text,
    request text)
RETURNS TABLE (same_request boolean, status integer, reply text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 1
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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
'Ask, before doing what a request wants, whether the actor has had this key answered within the last day: status and reply are what was answered then, NULL the first time; same_request false: the key was used for another request.  request: SHA-256 of it, in hex.  Of two at once the second waits for the first.  Malformed: 23514.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_idempotency_end(
    key text,
    status integer,
    reply text)
RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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
'Keep the answer for the key that gov_idempotency_begin() took in this transaction.  An answer once given stays.  status: a final one of HTTP, 200 to 599, else 22023.  Needs an active user.';

-- How far a consumer of governance.events has got.  Not guarded: it decides
-- nothing and changes with every delivery.  That there is one leaves an event.
CREATE TABLE governance.event_consumers (
    name         text COLLATE "C" NOT NULL,
    user_id      text COLLATE "C" NOT NULL,
    published_no bigint NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by   text COLLATE "C",
    updated_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT event_consumers_pkey PRIMARY KEY (name),
    CONSTRAINT event_consumers_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES governance.users,
    CONSTRAINT event_consumers_name_check CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$')
);
COMMENT ON TABLE governance.event_consumers IS
'Who deals with governance.events under which name, and how far each has got: it has dealt with all up to published_no.';

CREATE FUNCTION @extschema@.gov_create_consumer(
    name text,
    user_id text)
RETURNS governance.event_consumers
AS 'MODULE_PATHNAME', 'gov_create_consumer'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_create_consumer(text, text) IS
'Let a user deal with governance.events under a name, as a webhook of the gateway does under its endpoint''s; the row.  It begins with what comes after this call.  Needs system:config.  Exists already: 23505; unknown user: 42704; inactive: 55000.';

CREATE FUNCTION @extschema@.gov_drop_consumer(name text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_consumer'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_consumer(text) IS
'End what gov_create_consumer() began, whoever may be using it; was there one?  Needs system:config.';

CREATE FUNCTION governance.require_consumer(consumer text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_require_consumer'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.require_consumer(text) IS
'22023 unless it has the form of an id, 42501 unless an active user acts, 42704 unless there is such a consumer.';

CREATE FUNCTION @extschema@.gov_next_events(
    consumer text,
    limit_rows integer = 100)
RETURNS SETOF governance.events
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 100
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.check_limit(gov_next_events.limit_rows);
    SELECT governance.require_consumer(gov_next_events.consumer);
    SELECT e.event_no, e.published_no, e.id, e.source, e.type, e.subject,
        e."time", governance.shown_json(e.data), e.published_at
    FROM governance.event_consumers AS c
    JOIN governance.events AS e ON e.published_no > c.published_no
    WHERE c.name = gov_next_events.consumer
    ORDER BY e.published_no
    LIMIT coalesce(gov_next_events.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_next_events(text, integer) IS
'The events that a consumer has not dealt with yet, in their order.  They come again until gov_acknowledge_events() tells that they are dealt with.  Data of more than 8 MB is left out, with a word in its place.  No such consumer: 42704, see gov_create_consumer().  Needs an active user.';

CREATE FUNCTION governance.lock_consumer(consumer text, created_at timestamptz)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_lock_consumer'
LANGUAGE C VOLATILE PARALLEL UNSAFE STRICT;
COMMENT ON FUNCTION governance.lock_consumer(text, timestamptz) IS
'Take the lock of a consumer for the rest of the session; false: another session has it.  No SQL function but ours can take it, and one that was made anew under the name has another.';

CREATE FUNCTION @extschema@.gov_claim_consumer(consumer text)
RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.require_consumer(gov_claim_consumer.consumer);
    SELECT governance.lock_consumer(c.name, c.created_at)
    FROM governance.event_consumers AS c
    WHERE c.name = gov_claim_consumer.consumer
        AND c.user_id = @extschema@.gov_current_actor();
END;
COMMENT ON FUNCTION @extschema@.gov_claim_consumer(text) IS
'Be the one session that deals with a consumer''s events, until it ends; false: another session is; NULL: the consumer is another user''s.  No such consumer: 42704, see gov_create_consumer().  Needs an active user.';

CREATE FUNCTION @extschema@.gov_acknowledge_events(
    consumer text,
    published_no bigint)
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.require_consumer(gov_acknowledge_events.consumer);
    UPDATE governance.event_consumers AS c
    SET published_no = greatest(c.published_no, gov_acknowledge_events.published_no),
        updated_at = pg_catalog.clock_timestamp()
    WHERE c.name = gov_acknowledge_events.consumer
        AND c.user_id = @extschema@.gov_current_actor()
    RETURNING c.published_no;
END;
COMMENT ON FUNCTION @extschema@.gov_acknowledge_events(text, bigint) IS
'A consumer has dealt with all events up to published_no; never goes back.  How far it has got now; NULL: it is another user''s.  No such consumer: 42704.  Needs the consumer''s user.';

CREATE FUNCTION @extschema@.gov_replay_events(
    consumer text,
    after_no bigint = 0)
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.require_consumer(gov_replay_events.consumer);
    UPDATE governance.event_consumers AS c
    SET published_no = greatest(coalesce(gov_replay_events.after_no, 0), 0),
        updated_at = pg_catalog.clock_timestamp()
    WHERE c.name = gov_replay_events.consumer
        AND (c.user_id = @extschema@.gov_current_actor()
            OR @extschema@.gov_can('system:config'))
    RETURNING c.published_no;
END;
COMMENT ON FUNCTION @extschema@.gov_replay_events(text, bigint) IS
'Let a consumer get the events after that published_no again, by default all that are kept.  NULL: it is another user''s.  No such consumer: 42704.  Needs the consumer''s user, or system:config.';
