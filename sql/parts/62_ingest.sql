-- Service levels: what was observed.  src/sla/README.md says how it gets here.

CREATE FUNCTION governance.observations_am_handler(internal)
RETURNS table_am_handler
AS 'MODULE_PATHNAME', 'gov_observations_am_handler'
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.observations_am_handler(internal) IS
'Handler of access method governance_observations.';

CREATE ACCESS METHOD governance_observations TYPE TABLE
    HANDLER governance.observations_am_handler;
COMMENT ON ACCESS METHOD governance_observations IS
'Of table governance.sla_observations alone: counts what is inserted and stores nothing.';

CREATE TABLE governance.sla_observations (
    resource_type text COLLATE "C" NOT NULL,
    resource_id   text COLLATE "C" NOT NULL,
    observed_at   timestamptz NOT NULL DEFAULT pg_catalog.now(),
    latency_ms    float8 NOT NULL,
    success       boolean NOT NULL DEFAULT true
) USING governance_observations;
COMMENT ON TABLE governance.sla_observations IS
'INSERT or COPY observations into it: they are counted, no row is stored.  Everybody may try; it needs sla:record.  Unknown resource: 42704; a latency that is negative or not finite, a time that is too long ago or in the future: 22023; more than governance.accumulator_limit in one transaction: 53200.';
CREATE FUNCTION governance.observations_guard()
RETURNS trigger
AS 'MODULE_PATHNAME', 'gov_observations_guard'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.observations_guard() IS
'Trigger of sla_observations: 55000 where the table has another access method, and would store what comes instead of counting it.';

CREATE FUNCTION @extschema@.gov_repair_observations()
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_repair_observations'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_repair_observations() IS
'Give sla_observations its access method back; true: it had another.  After ALTER TABLE ... SET ACCESS METHOD observing fails with 55000.  Rows that were stored meanwhile: 55000.  Needs system:config.';
COMMENT ON COLUMN governance.sla_observations.latency_ms IS
'How long the request took, in milliseconds; failed requests count too.';

-- Each transaction appends its rows when it commits; they are folded soon after.
CREATE TABLE governance.sla_deltas (
    resource_type text COLLATE "C" NOT NULL,
    resource_id   text COLLATE "C" NOT NULL,
    revision      int NOT NULL,
    minute        timestamptz NOT NULL,
    observations  bigint NOT NULL,
    failed        bigint NOT NULL,
    over_p95      bigint NOT NULL,
    over_p99      bigint NOT NULL,
    sketch        governance.sketch NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
CREATE INDEX sla_deltas_minute_idx ON governance.sla_deltas (resource_type, resource_id, minute);
COMMENT ON TABLE governance.sla_deltas IS
'What each transaction observed, by resource, target revision and minute, until it is added to the minutes, hours and days.';

DO $$
DECLARE
    level record;
BEGIN
    FOR level IN
        SELECT v.name, v.unit, v.what
        FROM (VALUES ('sla_minutes', 'minute', 'minutes'), ('sla_hours', 'hour', 'hours'), ('sla_days', 'day', 'days (UTC)'))
            AS v(name, unit, what)
    LOOP
        EXECUTE pg_catalog.format($sql$
            CREATE TABLE governance.%1$I (
                resource_type text COLLATE "C" NOT NULL,
                resource_id   text COLLATE "C" NOT NULL,
                %2$I          timestamptz NOT NULL,
                revision      int NOT NULL,
                observations  bigint NOT NULL,
                failed        bigint NOT NULL,
                over_p95      bigint NOT NULL,
                over_p99      bigint NOT NULL,
                sketch        governance.sketch NOT NULL,
                CONSTRAINT %1$s_pkey PRIMARY KEY (resource_type, resource_id, %2$I, revision),
                CONSTRAINT %1$s_observations_check CHECK (observations > 0
                    AND failed BETWEEN 0 AND observations
                    AND over_p95 BETWEEN 0 AND observations AND over_p99 BETWEEN 0 AND observations)
            ) WITH (fillfactor = 70)$sql$, level.name, level.unit);
        EXECUTE pg_catalog.format('COMMENT ON TABLE governance.%I IS %L', level.name,
            'Observations folded into ' || level.what || ', by target revision: how many, how many failed, how many were over'
            || ' each target of that revision, and a sketch of the latencies (milliseconds, 1 per cent).');
    END LOOP;
END
$$;

-- By these the worker finds that no row is old. A row is added once and then updated in place, so
-- they cost an observation nothing.
CREATE INDEX sla_minutes_minute_idx ON governance.sla_minutes (minute);
CREATE INDEX sla_hours_hour_idx ON governance.sla_hours (hour);

-- A row from the first time that something is removed.
CREATE TABLE governance.sla_retention (
    level      text COLLATE "C" NOT NULL,
    kept_from  timestamptz NOT NULL,
    CONSTRAINT sla_retention_pkey PRIMARY KEY (level),
    CONSTRAINT sla_retention_level_check CHECK (level IN ('minute', 'hour', 'day'))
);
COMMENT ON TABLE governance.sla_retention IS
'From when rows of minutes, hours and days are kept: all rows before it are gone, the coarser ones tell of them.';
COMMENT ON COLUMN governance.sla_retention.level IS
'minute, hour or day: the rows that cover so long a time.';

CREATE TABLE governance.sla_raw_observations (
    resource_type text COLLATE "C" NOT NULL,
    resource_id   text COLLATE "C" NOT NULL,
    observed_at   timestamptz NOT NULL,
    latency_ms    float8 NOT NULL,
    success       boolean NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX sla_raw_observations_observed_at_idx ON governance.sla_raw_observations
    USING brin (observed_at) WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE governance.sla_raw_observations IS
'The observations themselves, while policy "sla.keep_raw" is on; they are kept for sla.raw_retention_days.  No verdict rests on them.';
COMMENT ON COLUMN governance.sla_raw_observations.latency_ms IS
'How long the request took, in milliseconds.';

CREATE FUNCTION @extschema@.gov_observe(
    resource_type text,
    resource_id text,
    latency_ms float8,
    success boolean = true,
    observed_at timestamptz = now())
RETURNS void
AS 'MODULE_PATHNAME', 'gov_observe'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION @extschema@.gov_observe(text, text, float8, boolean, timestamptz) IS
'Count one request; it counts for others when this transaction commits.  Needs sla:record.  No service level: 42704; a latency that is negative or not finite, a time longer ago than policy sla.max_lateness or more than 5 minutes ahead: 22023.';

CREATE FUNCTION @extschema@.gov_observe_many(
    resource_type text,
    resource_id text,
    latency_ms float8[],
    success boolean[] = NULL,
    observed_at timestamptz[] = NULL)
RETURNS bigint
AS 'MODULE_PATHNAME', 'gov_observe_many'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION @extschema@.gov_observe_many(text, text, float8[], boolean[], timestamptz[]) IS
'Count many requests of one resource; returns how many.  success NULL: all succeeded; observed_at NULL: now().  Needs sla:record.  Errors as of gov_observe(); arrays of different lengths or with NULLs: 22023.';

CREATE FUNCTION @extschema@.gov_sla_series(
    resource_type text,
    resource_id text,
    since timestamptz,
    until timestamptz = now(),
    step interval = '5 min')
RETURNS TABLE (
    bucket timestamptz,
    count bigint,
    p50 float8,
    p95 float8,
    p99 float8,
    availability_percent float8,
    error_rate float8)
AS 'MODULE_PATHNAME', 'gov_sla_series'
LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 288;
COMMENT ON FUNCTION @extschema@.gov_sla_series(text, text, timestamptz, timestamptz, interval) IS
'What was observed, a row for each step.  Empty ones are there (count 0, the rest NULL); milliseconds within 1 per cent, per cent exactly.  Steps are whole minutes and begin at multiples of their length.  An infinity is no bound: since then begins with the first observation.  No row without a service level.  Needs an active user; more than 10000 steps: 22023.';

CREATE FUNCTION governance.sla_totals(
    resource_type text,
    resource_id text,
    since timestamptz,
    until timestamptz,
    OUT observations bigint,
    OUT failed bigint,
    OUT over_p95 bigint,
    OUT over_p99 bigint)
AS 'MODULE_PATHNAME', 'gov_sql_sla_totals'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.sla_totals(text, text, timestamptz, timestamptz) IS
'Exact counts of whole minutes, from the one that since is in up to the one that until is in: all, failed ones, those over each target that was in force.';
