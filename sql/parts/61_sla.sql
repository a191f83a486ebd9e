-- Service levels, revision by revision.

-- Empty: carries the invalidation of the cache of targets.
CREATE TABLE governance.sla_generation ();
COMMENT ON TABLE governance.sla_generation IS
'Empty: carries the invalidation of the cache of service level targets.';

CREATE TABLE governance.sla_targets (
    resource_type             text COLLATE "C" NOT NULL,
    resource_id               text COLLATE "C" NOT NULL,
    revision                  int NOT NULL,
    response_time_p95         float8,
    response_time_p99         float8,
    availability_target       float8,
    error_rate_target         float8,
    -- computed by numeric: 99.9 per cent of 30 days leaves 0.72 hours, not 0.7200000000000409
    max_downtime_hours        float8 GENERATED ALWAYS AS
        ((window_days * 24 * (100 - availability_target::numeric) / 100)::float8) STORED,
    incident_response_minutes int NOT NULL,
    incident_resolution_hours int NOT NULL,
    window_days               int NOT NULL,
    valid_from                timestamptz,
    valid_to                  timestamptz,
    updated_by                text COLLATE "C",
    metadata                  jsonb NOT NULL DEFAULT '{}',
    openslo                   jsonb,
    CONSTRAINT sla_targets_pkey PRIMARY KEY (resource_type, resource_id, revision),
    CONSTRAINT sla_targets_resource_type_check CHECK (resource_type IN ('model', 'usecase', 'system')),
    CONSTRAINT sla_targets_resource_id_check CHECK (governance.is_id(resource_id)),
    CONSTRAINT sla_targets_revision_check CHECK (revision >= 1),
    CONSTRAINT sla_targets_response_time_check CHECK (response_time_p95 > 0 AND response_time_p95 < 'infinity'
        AND response_time_p99 > 0 AND response_time_p99 < 'infinity' AND response_time_p99 >= response_time_p95),
    CONSTRAINT sla_targets_availability_target_check CHECK (availability_target > 1 AND availability_target <= 100),
    CONSTRAINT sla_targets_error_rate_target_check CHECK (error_rate_target BETWEEN 0 AND 100),
    CONSTRAINT sla_targets_incident_response_minutes_check CHECK (incident_response_minutes > 0),
    CONSTRAINT sla_targets_incident_resolution_hours_check CHECK (incident_resolution_hours > 0),
    CONSTRAINT sla_targets_window_days_check CHECK (window_days BETWEEN 1 AND 366),
    -- no infinity: drivers have no such moment
    CONSTRAINT sla_targets_valid_from_check CHECK (CASE revision WHEN 1 THEN valid_from IS NULL
        ELSE valid_from IS NOT NULL AND pg_catalog.isfinite(valid_from) END),
    CONSTRAINT sla_targets_valid_check CHECK (valid_from < valid_to),
    CONSTRAINT sla_targets_metadata_check CHECK (pg_catalog.jsonb_typeof(metadata) = 'object')
);
-- one revision is in force
CREATE UNIQUE INDEX sla_targets_current_key ON governance.sla_targets (resource_type, resource_id)
    WHERE valid_to IS NULL;
COMMENT ON TABLE governance.sla_targets IS
'What was promised for a resource.  The first revision holds for all earlier time, a later one from valid_from until the next; what a revision says never changes, so a redefinition changes no verdict on the past.  A target that is NULL was not promised: nothing is judged by it.';
COMMENT ON COLUMN governance.sla_targets.resource_type IS
'model, usecase or system.';
COMMENT ON COLUMN governance.sla_targets.incident_response_minutes IS
'Minutes within which a critical incident has to be acknowledged.';
COMMENT ON COLUMN governance.sla_targets.incident_resolution_hours IS
'Hours within which a critical incident has to be resolved.';
COMMENT ON COLUMN governance.sla_targets.window_days IS
'The window of the error budget, in days.';
COMMENT ON COLUMN governance.sla_targets.response_time_p95 IS
'Milliseconds that at most 5 per cent of the observations may exceed.';
COMMENT ON COLUMN governance.sla_targets.response_time_p99 IS
'Milliseconds that at most 1 per cent of the observations may exceed.';
COMMENT ON COLUMN governance.sla_targets.availability_target IS
'Per cent of the requests that must succeed, at least.';
COMMENT ON COLUMN governance.sla_targets.error_rate_target IS
'Per cent of the requests that may fail, at most.';
COMMENT ON COLUMN governance.sla_targets.max_downtime_hours IS
'Hours of downtime that the availability target allows in window_days.';
COMMENT ON COLUMN governance.sla_targets.valid_from IS
'When the revision began to hold; NULL: it is the first, which holds for all earlier time.';
COMMENT ON COLUMN governance.sla_targets.openslo IS
'The OpenSLO document, or the array of them, that gov_sla_import_openslo() was given for this revision.';

CREATE FUNCTION @extschema@.gov_define_sla(
    resource_type text,
    resource_id text,
    response_time_p95 float8 = 500,
    response_time_p99 float8 = 1000,
    availability_target float8 = 99.9,
    error_rate_target float8 = 0.1,
    incident_response_minutes int = 15,
    incident_resolution_hours int = 4,
    window_days int = 30,
    metadata jsonb = '{}')
RETURNS governance.sla_targets
AS 'MODULE_PATHNAME', 'gov_define_sla'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_define_sla(text, text, float8, float8, float8, float8, int, int, int, jsonb) IS
'Promise a service level (milliseconds, per cent); returns the revision.  The first holds for all earlier time, a redefinition from now on.  NULL for one of the four targets, given explicitly: no such target, nothing is judged by it.  Needs sla:manage.  A time or a percentage out of range, an availability of 1 or less (99.9 means per cent), a p99 below the p95: 22023.';
