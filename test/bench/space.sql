-- Bytes of one thing, with its part of the indexes, and of the same as plain
-- rows.
CREATE TABLE bench.plain_events (LIKE governance.audit_events INCLUDING DEFAULTS);
INSERT INTO bench.plain_events SELECT * FROM governance.audit_events;
ALTER TABLE bench.plain_events ADD PRIMARY KEY (event_id);
CREATE INDEX ON bench.plain_events (resource, occurred_at);
CREATE INDEX ON bench.plain_events (actor, occurred_at);
INSERT INTO bench.space
SELECT 1, 'an audit event, sealed', (pg_total_relation_size('governance.audit_events')
        + pg_total_relation_size('governance.audit_leaves') + pg_total_relation_size('governance.audit_tiles')
        + pg_total_relation_size('governance.audit_tree_heads')) / count(*)::float8,
    'the same row in a plain table with three indexes', pg_total_relation_size('bench.plain_events') / count(*)::float8
FROM governance.audit_events;

CREATE TABLE bench.plain_versions (LIKE governance.model_versions INCLUDING DEFAULTS);
INSERT INTO bench.plain_versions SELECT * FROM governance.model_versions;
ALTER TABLE bench.plain_versions ADD PRIMARY KEY (model_id, version);
INSERT INTO bench.space
SELECT 2, 'a model version', pg_total_relation_size('governance.model_versions') / count(*)::float8,
    'the same row in a plain table with a primary key', pg_total_relation_size('bench.plain_versions') / count(*)::float8
FROM governance.model_versions;

-- A day of a resource that answers 100,000 requests in it, minutes included;
-- older than the minutes are kept, hours and days remain.
CREATE TABLE bench.plain_observations AS
SELECT 'model'::text AS resource_type, 'bench_100000'::text AS resource_id, now() - i * interval '0.8 s' AS observed_at,
    (50 * exp(random()))::float8 AS latency_ms, true AS success
FROM generate_series(1, 100000) AS i;
CREATE INDEX ON bench.plain_observations (resource_type, resource_id, observed_at);
CREATE TABLE bench.minutes AS SELECT * FROM governance.sla_minutes WHERE resource_id = 'bench_100000';
ALTER TABLE bench.minutes ADD PRIMARY KEY (resource_type, resource_id, minute, revision);
CREATE TABLE bench.hours AS SELECT * FROM governance.sla_hours WHERE resource_id = 'bench_100000';
INSERT INTO bench.space
SELECT 3, 'a day of 100,000 observations, by the minute', pg_total_relation_size('bench.minutes'),
    'their rows with an index', pg_total_relation_size('bench.plain_observations');
INSERT INTO bench.space
SELECT 4, 'a day of 100,000 observations, by the hour', (SELECT sum(pg_column_size(h.*)) FROM bench.hours AS h),
    'their rows with an index', pg_total_relation_size('bench.plain_observations');
