-- The outbox: events for the world outside.

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
-- Partial, both: a writer pays for the second only, and that one stays small.
CREATE UNIQUE INDEX events_published_no_key ON governance.events (published_no) WHERE published_no IS NOT NULL;
CREATE INDEX events_unpublished_idx ON governance.events (event_no) WHERE published_no IS NULL;
COMMENT ON TABLE governance.events IS
'The outbox: what happened, for consumers outside, in the shape of CloudEvents 1.0.  A consumer remembers the highest published_no it has dealt with, LISTENs to governance_events and reads on from there: WHERE published_no > ... ORDER BY published_no.  Kept for policy events.retention_days.';
COMMENT ON COLUMN governance.events.event_no IS 'The order of writing; has gaps, and becomes visible out of order: do not read by it.';
COMMENT ON COLUMN governance.events.published_no IS
'Dense, given after commit, never out of order; NULL until the worker or gov_run_maintenance() has given it.';
COMMENT ON COLUMN governance.events.id IS 'CloudEvents id: the same event always has the same.';
COMMENT ON COLUMN governance.events.source IS 'CloudEvents source: /governance/<database>.';
COMMENT ON COLUMN governance.events.type IS
'CloudEvents type: "governance." and the type of the audit event of the same change, e.g. governance.deployment.deploy.';
COMMENT ON COLUMN governance.events.subject IS 'CloudEvents subject: <kind>/<id>, as in the audit trail.';
COMMENT ON COLUMN governance.events."time" IS 'CloudEvents time: when it happened.';
COMMENT ON COLUMN governance.events.data IS
'Nothing that the tables do not show to every active user; times in seconds since 1970.';
