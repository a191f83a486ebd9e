-- The outbox: events for the world outside, and their consumers.

CREATE TABLE governance.events (
    event_no     bigint GENERATED ALWAYS AS IDENTITY,
    published_no bigint,
    id           uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    source       text NOT NULL,
    type         text COLLATE "C" NOT NULL,
    subject      text COLLATE "C",
    "time"       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    data         jsonb NOT NULL,
    published_at timestamptz,
    CONSTRAINT events_pkey PRIMARY KEY (event_no),
    CONSTRAINT events_data_check CHECK (pg_catalog.jsonb_typeof(data) = 'object')
);
-- Both are partial: a writer pays only for the second, which stays small.
CREATE UNIQUE INDEX events_published_no_key ON governance.events (published_no) WHERE published_no IS NOT NULL;
CREATE INDEX events_unpublished_idx ON governance.events (event_no) WHERE published_no IS NULL;
COMMENT ON TABLE governance.events IS
'The outbox: what happened, for consumers outside, in the shape of CloudEvents 1.0.  A consumer remembers the highest published_no it has dealt with, LISTENs to governance_events and reads on from there: WHERE published_no > ... ORDER BY published_no.  Kept for policy events.retention_days.';
COMMENT ON COLUMN governance.events.event_no IS
'The order of writing.  It has gaps, and rows become visible out of order: read by published_no.';
COMMENT ON COLUMN governance.events.published_no IS
'A number without gaps, given after commit and never out of order; NULL until the worker or gov_run_maintenance() has given it.';
COMMENT ON COLUMN governance.events.id IS
'CloudEvents id: it never changes for an event, however often it is read.';
COMMENT ON COLUMN governance.events.source IS 'CloudEvents source: /governance/<database>.';
COMMENT ON COLUMN governance.events.type IS
'CloudEvents type: "governance." and the type of the audit event of the same change, e.g. governance.deployment.deploy.';
COMMENT ON COLUMN governance.events.subject IS 'CloudEvents subject: <kind>/<id>, as in the audit trail.';
COMMENT ON COLUMN governance.events."time" IS 'CloudEvents time: when it happened.';
COMMENT ON COLUMN governance.events.data IS
'Only what the tables show to every active user; times in seconds since 1970.';

-- How far a consumer of governance.events has got. It has no guard: it decides nothing and
-- changes with every delivery. Making a consumer leaves an event.
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
    CONSTRAINT event_consumers_name_check CHECK (governance.is_id(name))
);
COMMENT ON TABLE governance.event_consumers IS
'Who reads governance.events under which name, and how far each has got: all events up to published_no are dealt with.';

CREATE FUNCTION @extschema@.gov_create_consumer(
    name text,
    user_id text)
RETURNS governance.event_consumers
AS 'MODULE_PATHNAME', 'gov_create_consumer'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_create_consumer(text, text) IS
'Let a user deal with governance.events under a name; the row.  A webhook of the gateway does so under its endpoint''s name.  It begins with what comes after this call.  Needs system:config.  Exists already: 23505; unknown user: 42704; inactive: 55000.';

CREATE FUNCTION @extschema@.gov_drop_consumer(name text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_consumer'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_consumer(text) IS
'End what gov_create_consumer() began; was there one?  Whoever may be using it.  Needs system:config.';

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
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
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
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_consumer(gov_claim_consumer.consumer);
    SELECT governance.lock_consumer(c.name, c.created_at)
    FROM governance.event_consumers AS c
    WHERE c.name = gov_claim_consumer.consumer
        AND c.user_id = @extschema@.gov_current_actor();
END;
COMMENT ON FUNCTION @extschema@.gov_claim_consumer(text) IS
'Be the one session that deals with a consumer''s events.  True until the session ends; false: another session is; NULL: the consumer is another user''s.  No such consumer: 42704, see gov_create_consumer().  Needs an active user.';

CREATE FUNCTION @extschema@.gov_acknowledge_events(
    consumer text,
    published_no bigint)
RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
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
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
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
'Let a consumer get events again.  Those after that published_no, by default all that are kept.  NULL: it is another user''s.  No such consumer: 42704.  Needs the consumer''s user, or system:config.';
