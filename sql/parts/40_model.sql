-- The model registry.

CREATE TABLE governance.models (
    model_id    text COLLATE "C" NOT NULL,
    description text NOT NULL DEFAULT '',
    owner       text,
    tags        text[] NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by  text COLLATE "C",
    name        text COLLATE "C",
    looks_like  text COLLATE "C",
    last_updated_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    deleted_at  timestamptz,
    CONSTRAINT models_pkey PRIMARY KEY (model_id),
    CONSTRAINT models_model_id_check CHECK (governance.is_id(model_id))
);
-- Most have none.
CREATE INDEX models_tags_idx ON governance.models USING gin (tags) WHERE tags <> '{}';
CREATE INDEX models_owner_idx ON governance.models (owner, model_id);
CREATE INDEX models_looks_like_idx ON governance.models (looks_like) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX models_name_key ON governance.models (name) WHERE deleted_at IS NULL;
COMMENT ON TABLE governance.models IS
'A model: what its versions have in common.';
COMMENT ON COLUMN governance.models.name IS
'What people call it, unique among models that are not deleted; its model_id unless another was given.';
COMMENT ON COLUMN governance.models.looks_like IS
'The name, folded: equal where two differ by case, or by characters that look alike.';
COMMENT ON COLUMN governance.models.last_updated_at IS
'When it was made, described, renamed or deleted last.  Its versions have their own.';
COMMENT ON COLUMN governance.models.deleted_at IS
'Since when it is no longer listed; NULL: it is.  Its model_id is never given out again.';

CREATE FUNCTION governance.name_model() RETURNS trigger
AS 'MODULE_PATHNAME', 'gov_name_model'
LANGUAGE C;
COMMENT ON FUNCTION governance.name_model() IS
'Trigger: a model without a name is called by its model_id; what a name looks like is kept with it.';
CREATE TRIGGER named BEFORE INSERT OR UPDATE OF name ON governance.models
    FOR EACH ROW EXECUTE FUNCTION governance.name_model();
ALTER TABLE governance.models ENABLE ALWAYS TRIGGER named;

CREATE TABLE governance.model_versions (
    model_id             text COLLATE "C" NOT NULL,
    version              text COLLATE "C" NOT NULL,
    created_at           timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by           text COLLATE "C",
    description          text DEFAULT '',
    source_commit        text,
    training_data_hash   text,
    hyperparameters      jsonb NOT NULL DEFAULT '{}',
    model_path           text NOT NULL DEFAULT '',
    model_size_bytes     bigint NOT NULL DEFAULT 0,
    artifacts            jsonb NOT NULL DEFAULT '{}',
    metadata             jsonb NOT NULL DEFAULT '{}',
    content_digest       text NOT NULL,
    status               text NOT NULL DEFAULT 'registered',
    approval_status      text NOT NULL DEFAULT 'pending',
    created_principals   text[] COLLATE "C" NOT NULL DEFAULT '{}',
    created_backers      text[] COLLATE "C" NOT NULL DEFAULT '{}',
    last_updated_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    deleted_at           timestamptz,
    CONSTRAINT model_versions_pkey PRIMARY KEY (model_id, version),
    CONSTRAINT model_versions_model_id_fkey FOREIGN KEY (model_id)
        REFERENCES governance.models,
    CONSTRAINT model_versions_version_check CHECK (governance.is_version(version)),
    CONSTRAINT model_versions_size_check CHECK (model_size_bytes >= 0),
    CONSTRAINT model_versions_digest_check CHECK (governance.is_sha256(content_digest)),
    CONSTRAINT model_versions_status_check CHECK (status IN ('registered', 'approved', 'deployed_staging', 'deployed_production', 'rolled_back', 'deprecated')),
    CONSTRAINT model_versions_approval_status_check CHECK (approval_status IN ('pending', 'approved', 'rejected', 'requires_changes'))
);
CREATE INDEX model_versions_created_at_idx ON governance.model_versions (model_id, created_at DESC);
CREATE INDEX model_versions_pending_idx ON governance.model_versions (created_at, (model_id || ':' || version))
    WHERE approval_status = 'pending' AND status <> 'deprecated';
CREATE INDEX model_versions_status_idx ON governance.model_versions (status, model_id);
CREATE INDEX model_versions_number_idx ON governance.model_versions (model_id, (governance.version_number(version)))
    WHERE governance.version_number(version) IS NOT NULL;
CREATE INDEX model_versions_last_updated_at_idx ON governance.model_versions (last_updated_at) WHERE deleted_at IS NULL;
CREATE INDEX model_versions_run_id_idx ON governance.model_versions USING hash ((metadata ->> 'run_id'))
    WHERE metadata ->> 'run_id' IS NOT NULL;
COMMENT ON TABLE governance.model_versions IS
'Versions of models, each written once: what it is made of never changes, whoever writes.';
COMMENT ON COLUMN governance.model_versions.description IS
'What is said of it, NULL: nothing any more.  It may change, and is no part of the content that is approved.';
COMMENT ON COLUMN governance.model_versions.last_updated_at IS
'When its state or description changed last, or its model was renamed.';
COMMENT ON COLUMN governance.model_versions.deleted_at IS
'Since when it is no longer listed; NULL: it is.  Its version is never given out again.';
COMMENT ON COLUMN governance.model_versions.model_size_bytes IS
'Bytes, as registered; 0 where nobody said.';
COMMENT ON COLUMN governance.model_versions.approval_status IS
'pending, approved, rejected, requires_changes.  It moves only as gov_transitions() lists.';
COMMENT ON COLUMN governance.model_versions.content_digest IS
'SHA-256, in hex, of "governance model content 1", a line feed, and a netstring of each of source_commit, training_data_hash, hyperparameters, model_path, model_size_bytes, artifacts: its length in bytes, ":", its text in UTF-8, ","; "-," for NULL.  An approval is recorded against it.';
COMMENT ON COLUMN governance.model_versions.status IS
'Where the version stands: the status of its highest-ranked active environment.  It moves only as gov_transitions() lists.';
COMMENT ON COLUMN governance.model_versions.created_principals IS
'Who registered it: see gov_acts_conflict().';
COMMENT ON COLUMN governance.model_versions.created_backers IS
'Who stood behind the registration: see gov_acts_conflict().';

CREATE TABLE governance.model_metrics (
    model_id    text COLLATE "C" NOT NULL,
    version     text COLLATE "C" NOT NULL,
    metrics_no  bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    recorded_by text COLLATE "C",
    metrics     jsonb NOT NULL,
    CONSTRAINT model_metrics_pkey PRIMARY KEY (model_id, version, metrics_no),
    CONSTRAINT model_metrics_version_fkey FOREIGN KEY (model_id, version)
        REFERENCES governance.model_versions,
    CONSTRAINT model_metrics_metrics_check CHECK (pg_catalog.jsonb_typeof(metrics) = 'object')
);
COMMENT ON TABLE governance.model_metrics IS
'Measured qualities of a version: numbers by name.  A gate looks at the latest value of each name.';
COMMENT ON COLUMN governance.model_metrics.metrics_no IS
'The number of the record, counted for each version.';

CREATE TABLE governance.model_aliases (
    model_id     text COLLATE "C" NOT NULL,
    alias        text COLLATE "C" NOT NULL,
    version      text COLLATE "C" NOT NULL,
    is_protected boolean NOT NULL DEFAULT false,
    CONSTRAINT model_aliases_pkey PRIMARY KEY (model_id, alias),
    CONSTRAINT model_aliases_version_fkey FOREIGN KEY (model_id, version)
        REFERENCES governance.model_versions,
    CONSTRAINT model_aliases_alias_check CHECK (governance.is_id(alias))
);
CREATE INDEX model_aliases_version_idx ON governance.model_aliases (model_id, version);
COMMENT ON TABLE governance.model_aliases IS
'A movable name for one version of a model.  A protected one moves only with model:deploy and to an approved version; a rollback of that version takes it along to the one that becomes active, or drops it.';

CREATE TABLE governance.model_tags (
    model_id text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    value    text COLLATE "C" NOT NULL DEFAULT '',
    CONSTRAINT model_tags_pkey PRIMARY KEY (model_id, key),
    CONSTRAINT model_tags_model_id_fkey FOREIGN KEY (model_id)
        REFERENCES governance.models
);
CREATE INDEX model_tags_key_idx ON governance.model_tags (key, pg_catalog."left"(value, 64));
COMMENT ON TABLE governance.model_tags IS
'What is said of a model by key and value.  models.tags are labels beside it.';

CREATE TABLE governance.model_version_tags (
    model_id text COLLATE "C" NOT NULL,
    version  text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    value    text COLLATE "C" NOT NULL DEFAULT '',
    CONSTRAINT model_version_tags_pkey PRIMARY KEY (model_id, version, key),
    CONSTRAINT model_version_tags_version_fkey FOREIGN KEY (model_id, version)
        REFERENCES governance.model_versions
);
CREATE INDEX model_version_tags_key_idx ON governance.model_version_tags (key, pg_catalog."left"(value, 64));
COMMENT ON TABLE governance.model_version_tags IS
'What is said of a version by key and value; no part of the content that is approved.';

CREATE FUNCTION governance.models_tagged(tag text)
RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT m.model_id
    FROM governance.models AS m
    WHERE m.tags @> ARRAY[models_tagged.tag] AND m.tags <> '{}'
    UNION
    SELECT t.model_id
    FROM governance.model_tags AS t
    WHERE t.key = models_tagged.tag
    UNION
    -- no key has a "="
    SELECT t.model_id
    FROM governance.model_tags AS t
    WHERE t.key = pg_catalog.split_part(models_tagged.tag, '=', 1)
        AND pg_catalog.strpos(models_tagged.tag, '=') > 0
        AND t.value = pg_catalog.substr(models_tagged.tag, pg_catalog.strpos(models_tagged.tag, '=') + 1);
END;
COMMENT ON FUNCTION governance.models_tagged(text) IS
'Models with a label, or with a tag "key" or "key=value".';

CREATE TABLE governance.approval_history (
    model_id        text COLLATE "C" NOT NULL,
    version         text COLLATE "C" NOT NULL,
    approval_no     bigint NOT NULL,
    approval_status text NOT NULL,
    reviewer        text COLLATE "C" NOT NULL,
    reviewed_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    comments        text NOT NULL DEFAULT '',
    content_digest  text NOT NULL,
    principals      text[] COLLATE "C" NOT NULL DEFAULT '{}',
    backers         text[] COLLATE "C" NOT NULL DEFAULT '{}',
    by_group        jsonb,
    manifest_digest text COLLATE "C",
    CONSTRAINT approval_history_pkey PRIMARY KEY (model_id, version, approval_no),
    CONSTRAINT approval_history_version_fkey FOREIGN KEY (model_id, version)
        REFERENCES governance.model_versions,
    CONSTRAINT approval_history_status_check CHECK (approval_status IN ('pending', 'approved', 'rejected', 'requires_changes'))
);
COMMENT ON TABLE governance.approval_history IS
'Requests for approval (pending) and votes.  Only votes after the last request count.';
COMMENT ON COLUMN governance.approval_history.approval_status IS
'pending: a request for approval; else the vote: approved, rejected, requires_changes.';
COMMENT ON COLUMN governance.approval_history.by_group IS
'The group of a signed token whose role allowed it, with who mapped the group and when; NULL: no group did.';
COMMENT ON COLUMN governance.approval_history.manifest_digest IS
'The manifest of the signatures that the version had at that moment, as in model_signatures; NULL: it had none.';
COMMENT ON COLUMN governance.approval_history.approval_no IS
'The number of the row, counted for each version under its lock.';
COMMENT ON COLUMN governance.approval_history.principals IS
'Who asked or voted: see gov_acts_conflict().';
COMMENT ON COLUMN governance.approval_history.backers IS
'Who stood behind it: see gov_acts_conflict().';

CREATE TABLE governance.environments (
    name        text COLLATE "C" NOT NULL,
    rank        integer NOT NULL,
    description text NOT NULL DEFAULT '',
    CONSTRAINT environments_pkey PRIMARY KEY (name),
    CONSTRAINT environments_name_check CHECK (governance.is_id(name))
);
COMMENT ON TABLE governance.environments IS
'Where versions are deployed.  A higher rank is nearer to users; the rules for production hold from the rank of "production" up.';

CREATE TABLE governance.deployment_gates (
    gate_id     bigint GENERATED BY DEFAULT AS IDENTITY,
    environment text COLLATE "C" NOT NULL,
    metric      text COLLATE "C" NOT NULL,
    operator    text NOT NULL,
    threshold   numeric NOT NULL,
    model_id    text COLLATE "C",
    CONSTRAINT deployment_gates_pkey PRIMARY KEY (gate_id),
    CONSTRAINT deployment_gates_gate_key UNIQUE NULLS NOT DISTINCT (environment, metric, operator, model_id),
    CONSTRAINT deployment_gates_environment_fkey FOREIGN KEY (environment)
        REFERENCES governance.environments,
    CONSTRAINT deployment_gates_model_id_fkey FOREIGN KEY (model_id)
        REFERENCES governance.models,
    CONSTRAINT deployment_gates_operator_check CHECK (operator IN ('>=', '>', '<=', '<', '='))
);
COMMENT ON TABLE governance.deployment_gates IS
'Conditions on metrics that a version must meet before it enters an environment; model_id NULL: for every model.';
COMMENT ON COLUMN governance.deployment_gates.operator IS
'How the latest value must compare with the threshold: >=, >, <=, <, =.';
COMMENT ON COLUMN governance.deployment_gates.threshold IS
'In the unit of the metric, which whoever records it chooses.';

CREATE FUNCTION @extschema@.gov_create_environment(
    name text,
    rank integer,
    description text = '')
RETURNS governance.environments
AS 'MODULE_PATHNAME', 'gov_create_environment'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_create_environment(text, integer, text) IS
'Make an environment; returns it.  From the rank of "production" (100) up the rules for production hold; "staging" has 10.  Needs system:config; where it exists: 23505.';

CREATE FUNCTION @extschema@.gov_set_deployment_gate(
    environment text,
    metric text,
    operator text,
    threshold numeric,
    model_id text = NULL)
RETURNS governance.deployment_gates
AS 'MODULE_PATHNAME', 'gov_set_deployment_gate'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION @extschema@.gov_set_deployment_gate(
    environment text,
    metric text,
    operator text,
    threshold float8,
    model_id text = NULL)
RETURNS governance.deployment_gates
AS 'MODULE_PATHNAME', 'gov_set_deployment_gate'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_deployment_gate(text, text, text, float8, text) IS
'Set a gate on a metric by a threshold in binary, as drivers send theirs.  It is the shortest number that reads as this one; a literal or parameter of no type is this.  Needs system:config.';

COMMENT ON FUNCTION @extschema@.gov_set_deployment_gate(text, text, text, numeric, text) IS
'Let a metric decide which versions enter an environment.  From now on the latest value of the metric must stand so (>=, >, <=, <, =) to the threshold; model_id NULL: for every model.  Changes the threshold where there is such a gate.  Needs system:config; unknown environment or model: 42704.';

CREATE FUNCTION @extschema@.gov_drop_deployment_gate(gate_id bigint)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_deployment_gate'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_deployment_gate(bigint) IS
'Drop a gate; true if there was one.  Needs system:config.';

CREATE TABLE governance.deployment_history (
    model_id      text COLLATE "C" NOT NULL,
    -- The default is for who writes by hand: the guard speaks, not the column.
    deployment_no bigint NOT NULL DEFAULT 0,
    version       text COLLATE "C" NOT NULL,
    deployment_id text COLLATE "C" NOT NULL,
    environment   text COLLATE "C" NOT NULL,
    deployed_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    deployed_by   text COLLATE "C" NOT NULL,
    status        text NOT NULL DEFAULT 'active',
    ended_at      timestamptz,
    ended_by      text COLLATE "C",
    reason        text,
    notes         text NOT NULL DEFAULT '',
    request_id    uuid,
    gate_results  jsonb NOT NULL DEFAULT '[]',
    restores      bigint,
    principals    text[] COLLATE "C" NOT NULL DEFAULT '{}',
    backers       text[] COLLATE "C" NOT NULL DEFAULT '{}',
    CONSTRAINT deployment_history_pkey PRIMARY KEY (model_id, deployment_no),
    CONSTRAINT deployment_history_deployment_id_key UNIQUE (deployment_id),
    CONSTRAINT deployment_history_version_fkey FOREIGN KEY (model_id, version)
        REFERENCES governance.model_versions,
    CONSTRAINT deployment_history_environment_fkey FOREIGN KEY (environment)
        REFERENCES governance.environments,
    CONSTRAINT deployment_history_restores_fkey FOREIGN KEY (model_id, restores)
        REFERENCES governance.deployment_history,
    CONSTRAINT deployment_history_status_check CHECK (status IN ('active', 'superseded', 'rolled_back', 'undeployed')),
    CONSTRAINT deployment_history_ended_check CHECK ((status = 'active') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX deployment_history_active_key ON governance.deployment_history (model_id, environment) WHERE status = 'active';
CREATE INDEX deployment_history_deployed_at_idx ON governance.deployment_history (model_id, environment, deployed_at, deployment_no);
CREATE INDEX deployment_history_version_idx ON governance.deployment_history (model_id, version, deployment_no);
COMMENT ON TABLE governance.deployment_history IS
'Every deployment of a version to an environment, from deployed_at until ended_at.  At most one is active per model and environment.';
COMMENT ON COLUMN governance.deployment_history.status IS
'active; superseded by the next one; rolled_back; undeployed: ended without a successor.';
COMMENT ON COLUMN governance.deployment_history.deployment_no IS
'The number of the row, counted for each model under its lock.';
COMMENT ON COLUMN governance.deployment_history.restores IS
'The number of the earlier deployment that a rollback made active again with this row; NULL: this is no rollback.';
COMMENT ON COLUMN governance.deployment_history.principals IS
'Who deployed it, or rolled back to it: see gov_acts_conflict().';
COMMENT ON COLUMN governance.deployment_history.backers IS
'Who stood behind that: see gov_acts_conflict().';
COMMENT ON COLUMN governance.deployment_history.gate_results IS
'What each gate said when it was deployed: [{gate_id, metric, operator, threshold, value, met}].';

-- Registering, deciding, naming.

CREATE FUNCTION @extschema@.gov_register_model(
    model_id text,
    version text,
    description text = '',
    source_commit text = NULL,
    training_data_hash text = NULL,
    hyperparameters jsonb = '{}',
    model_path text = '',
    model_size_bytes bigint = 0,
    artifacts jsonb = '{}',
    metadata jsonb = '{}')
RETURNS governance.model_versions
AS 'MODULE_PATHNAME', 'gov_register_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_register_model(text, text, text, text, text, jsonb, text, bigint, jsonb, jsonb) IS
'Register a version, once; its status is registered, its approval pending.  The first one makes the model, owned by the actor.  hyperparameters and metadata: JSON objects; artifacts: object or array; size in bytes.  Needs model:register; a version that exists: 23505.';

CREATE FUNCTION @extschema@.gov_update_model(
    model_id text,
    description text = NULL,
    owner text = NULL,
    tags text[] = NULL)
RETURNS governance.models
AS 'MODULE_PATHNAME', 'gov_update_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_update_model(text, text, text, text[]) IS
'Describe a model; what is NULL stays as it was.  owner: up to 256 bytes; tags: up to 1000, each up to 128 bytes, none twice.  Needs model:register; unknown model: 42704.';

CREATE FUNCTION @extschema@.gov_record_model_metrics(
    model_id text,
    version text,
    metrics jsonb)
RETURNS governance.model_metrics
AS 'MODULE_PATHNAME', 'gov_record_model_metrics'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_record_model_metrics(text, text, jsonb) IS
'Record numbers of a version by name.  Any name, such as accuracy, precision, recall, f1_score, latency_ms, throughput_qps, error_rate, availability_percent.  The latest value of each name decides at a deployment gate.  Names of gov_record_measurement() are held against its rules (22023), but an error_rate may be a share of 1.  Needs model:register, model:deploy or sla:record; unknown version: 42704.';

CREATE FUNCTION @extschema@.gov_request_model_approval(
    model_id text,
    version text,
    comments text = '')
RETURNS governance.model_versions
AS 'MODULE_PATHNAME', 'gov_request_model_approval'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_request_model_approval(text, text, text) IS
'Submit a version for approval; votes count anew from here.  A version rolled back is registered again.  Needs model:register; unknown: 42704; approved already, or deprecated: 55000.';

CREATE FUNCTION @extschema@.gov_approve_model(
    model_id text,
    version text,
    comments text = '')
RETURNS governance.model_versions
AS 'MODULE_PATHNAME', 'gov_approve_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_approve_model(text, text, text) IS
'Vote for a version.  It is approved when as many different approvers as the policy model.required_approvals says have voted since the last request; until then it stays pending.  Needs model:approve; who registered or last submitted it: MG001; not pending, or voted already: 55000.';

CREATE FUNCTION @extschema@.gov_reject_model(
    model_id text,
    version text,
    reason text)
RETURNS governance.model_versions
AS 'MODULE_PATHNAME', 'gov_reject_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_reject_model(text, text, text) IS
'Vote against a version: one such vote rejects it.  The reason must say something.  Needs model:approve; not pending, or voted already: 55000.';

CREATE FUNCTION @extschema@.gov_request_model_changes(
    model_id text,
    version text,
    comments text)
RETURNS governance.model_versions
AS 'MODULE_PATHNAME', 'gov_request_model_changes'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_request_model_changes(text, text, text) IS
'Send a version back, saying what is missing.  Its approval becomes requires_changes.  Needs model:approve; not pending, or voted already: 55000.';

CREATE FUNCTION @extschema@.gov_deprecate_model(
    model_id text,
    version text,
    reason text = '')
RETURNS governance.model_versions
AS 'MODULE_PATHNAME', 'gov_deprecate_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_deprecate_model(text, text, text) IS
'Retire a version for good.  Needs model:deprecate; active in an environment, named by a protected alias, or deprecated already: 55000.';

CREATE FUNCTION @extschema@.gov_set_model_alias(
    model_id text,
    alias text,
    version text,
    protected boolean = NULL)
RETURNS governance.model_aliases
AS 'MODULE_PATHNAME', 'gov_set_model_alias'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_model_alias(text, text, text, boolean) IS
'Point an alias at a version.  protected NULL: as it was; a new one is not, but those that policy mlflow.protected_aliases names always are.  Needs model:register, for a protected one model:deploy too; a protected one on a version that is not approved: 55000; unknown version: 42704.';

CREATE FUNCTION @extschema@.gov_drop_model_alias(
    model_id text,
    alias text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_model_alias'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_model_alias(text, text) IS
'Remove an alias; false, with a notice, where there is none.  Needs model:register, for a protected one model:deploy too; unknown model: 42704.';

-- Reading.

CREATE FUNCTION @extschema@.gov_model_version(
    model_id text,
    version text)
RETURNS SETOF governance.model_versions
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('model_id', gov_model_version.model_id),
        governance.check_version('version', gov_model_version.version);
    SELECT governance.require_actor();
    SELECT v.*
    FROM governance.model_versions AS v
    WHERE v.model_id = gov_model_version.model_id
        AND v.version = gov_model_version.version AND v.deleted_at IS NULL;
END;
COMMENT ON FUNCTION @extschema@.gov_model_version(text, text) IS
'One version of a model; no row where there is none.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_model_versions(
    model_id text,
    limit_rows integer = 50,
    before timestamptz = NULL)
RETURNS SETOF governance.model_versions
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 50
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('model_id', gov_model_versions.model_id),
        governance.check_limit(gov_model_versions.limit_rows),
        governance.check_moment('before', gov_model_versions.before);
    SELECT governance.require_actor();
    SELECT v.*
    FROM governance.model_versions AS v
    WHERE v.model_id = gov_model_versions.model_id
        AND v.created_at < coalesce(gov_model_versions.before, 'infinity')
        AND v.deleted_at IS NULL
    ORDER BY v.created_at DESC, v.version DESC
    LIMIT coalesce(gov_model_versions.limit_rows, 50);
END;
COMMENT ON FUNCTION @extschema@.gov_model_versions(text, integer, timestamptz) IS
'The versions of a model, newest first; before: registered earlier than that.  limit_rows: 1 to 10000.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_latest_model(model_id text)
RETURNS SETOF governance.model_versions
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('model_id', gov_latest_model.model_id);
    SELECT governance.require_actor();
    SELECT v.*
    FROM governance.model_versions AS v
    WHERE v.model_id = gov_latest_model.model_id AND v.deleted_at IS NULL
    ORDER BY v.created_at DESC, v.version DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION @extschema@.gov_latest_model(text) IS
'The version registered last, whatever its status; no row where there is none.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_model_by_alias(
    model_id text,
    alias text)
RETURNS SETOF governance.model_versions
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('model_id', gov_model_by_alias.model_id),
        governance.check_id('alias', gov_model_by_alias.alias);
    SELECT governance.require_actor();
    SELECT v.*
    FROM governance.model_aliases AS a
    JOIN governance.model_versions AS v
        ON v.model_id = a.model_id AND v.version = a.version
    WHERE a.model_id = gov_model_by_alias.model_id
        AND a.alias = gov_model_by_alias.alias;
END;
COMMENT ON FUNCTION @extschema@.gov_model_by_alias(text, text) IS
'The version that an alias names now; no row where there is none.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_models(
    search text = NULL,
    owner text = NULL,
    tag text = NULL,
    status text = NULL,
    limit_rows integer = 100,
    after text = NULL)
RETURNS SETOF governance.models
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 100
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_word('status', gov_models.status,
            '{registered,approved,deployed_staging,deployed_production,rolled_back,deprecated}'),
        governance.check_limit(gov_models.limit_rows),
        governance.check_id('after', gov_models.after);
    SELECT governance.require_actor();
    -- one of the three is run: each has its index
    SELECT found.*
    FROM (
        (SELECT m.*
            FROM governance.models AS m
            CROSS JOIN (
                SELECT '%' || pg_catalog.regexp_replace(gov_models.search, '([\\%_])', '\\\1', 'g') || '%'
            ) AS s(pattern)
            WHERE gov_models.owner IS NOT NULL AND m.owner = gov_models.owner
                AND (gov_models.tag IS NULL OR m.model_id IN (SELECT governance.models_tagged(gov_models.tag)))
                AND (gov_models.search IS NULL
                    OR m.model_id ILIKE s.pattern OR m.description ILIKE s.pattern)
                AND (gov_models.status IS NULL OR EXISTS (
                    SELECT
                    FROM governance.model_versions AS v
                    WHERE v.model_id = m.model_id AND v.status = gov_models.status))
                AND m.model_id > coalesce(gov_models.after, '') AND m.deleted_at IS NULL
            ORDER BY m.model_id
            LIMIT coalesce(gov_models.limit_rows, 100))
        UNION ALL
        (SELECT m.*
            FROM governance.models AS m
            CROSS JOIN (
                SELECT '%' || pg_catalog.regexp_replace(gov_models.search, '([\\%_])', '\\\1', 'g') || '%'
            ) AS s(pattern)
            WHERE gov_models.owner IS NULL
                AND gov_models.tag IS NOT NULL
                AND m.model_id IN (SELECT governance.models_tagged(gov_models.tag))
                AND (gov_models.search IS NULL
                    OR m.model_id ILIKE s.pattern OR m.description ILIKE s.pattern)
                AND (gov_models.status IS NULL OR EXISTS (
                    SELECT
                    FROM governance.model_versions AS v
                    WHERE v.model_id = m.model_id AND v.status = gov_models.status))
                AND m.model_id > coalesce(gov_models.after, '') AND m.deleted_at IS NULL
            ORDER BY m.model_id
            LIMIT coalesce(gov_models.limit_rows, 100))
        UNION ALL
        (SELECT m.*
            FROM governance.models AS m
            CROSS JOIN (
                SELECT '%' || pg_catalog.regexp_replace(gov_models.search, '([\\%_])', '\\\1', 'g') || '%'
            ) AS s(pattern)
            WHERE gov_models.owner IS NULL AND gov_models.tag IS NULL
                AND (gov_models.search IS NULL
                    OR m.model_id ILIKE s.pattern OR m.description ILIKE s.pattern)
                AND (gov_models.status IS NULL OR EXISTS (
                    SELECT
                    FROM governance.model_versions AS v
                    WHERE v.model_id = m.model_id AND v.status = gov_models.status))
                AND m.model_id > coalesce(gov_models.after, '') AND m.deleted_at IS NULL
            ORDER BY m.model_id
            LIMIT coalesce(gov_models.limit_rows, 100))
    ) AS found
    ORDER BY found.model_id
    LIMIT coalesce(gov_models.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_models(text, text, text, text, integer, text) IS
'Models by model_id.  search: part of id or description, in any case, taken literally; tag: a label, or a tag ''key'' or ''key=value''; status: with a version of that status; after: the last model_id of the page before.  limit_rows: 1 to 10000.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_deployed_model(
    model_id text,
    environment text = 'production',
    as_of timestamptz = NULL)
RETURNS SETOF governance.model_versions
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('model_id', gov_deployed_model.model_id),
        governance.check_id('environment', gov_deployed_model.environment),
        governance.check_past('as_of', gov_deployed_model.as_of);
    SELECT governance.require_actor();
    -- one of the two is run; deployments to one environment do not overlap
    SELECT v.*
    FROM (
        (SELECT d.model_id, d.version
            FROM governance.deployment_history AS d
            WHERE gov_deployed_model.as_of IS NULL
                AND d.model_id = gov_deployed_model.model_id
                AND d.environment = coalesce(gov_deployed_model.environment, 'production')
                AND d.status = 'active')
        UNION ALL
        (SELECT l.model_id, l.version
            FROM (
                SELECT d.model_id, d.version, d.ended_at
                FROM governance.deployment_history AS d
                WHERE d.model_id = gov_deployed_model.model_id
                    AND d.environment = coalesce(gov_deployed_model.environment, 'production')
                    AND d.deployed_at <= gov_deployed_model.as_of
                ORDER BY d.deployed_at DESC, d.deployment_no DESC
                LIMIT 1
            ) AS l
            WHERE gov_deployed_model.as_of < coalesce(l.ended_at, 'infinity'))
    ) AS live
    JOIN governance.model_versions AS v
        ON v.model_id = live.model_id AND v.version = live.version;
END;
COMMENT ON FUNCTION @extschema@.gov_deployed_model(text, text, timestamptz) IS
'The version that is live in an environment, or was at that moment (as_of).  Its row is today''s.  No row where none was.  as_of more than 5 minutes ahead: 22023.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_model_history(
    model_id text,
    version text = NULL,
    limit_rows integer = 50,
    after bigint = NULL)
RETURNS SETOF governance.deployment_history
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 50
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('model_id', gov_model_history.model_id),
        governance.check_version('version', gov_model_history.version),
        governance.check_limit(gov_model_history.limit_rows);
    SELECT governance.require_actor();
    -- one of the two is run: each has its index
    SELECT found.*
    FROM (
        (SELECT d.*
            FROM governance.deployment_history AS d
            WHERE d.model_id = gov_model_history.model_id AND gov_model_history.version IS NULL
                AND d.deployment_no < coalesce(gov_model_history.after, 9223372036854775807)
            ORDER BY d.deployment_no DESC
            LIMIT coalesce(gov_model_history.limit_rows, 50))
        UNION ALL
        (SELECT d.*
            FROM governance.deployment_history AS d
            WHERE d.model_id = gov_model_history.model_id AND d.version = gov_model_history.version
                AND d.deployment_no < coalesce(gov_model_history.after, 9223372036854775807)
            ORDER BY d.deployment_no DESC
            LIMIT coalesce(gov_model_history.limit_rows, 50))
    ) AS found
    ORDER BY found.deployment_no DESC
    LIMIT coalesce(gov_model_history.limit_rows, 50);
END;
COMMENT ON FUNCTION @extschema@.gov_model_history(text, text, integer, bigint) IS
'Deployments of a model, or of one version, newest first.  limit_rows: 1 to 10000; after: the last deployment_no of the page before.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_model_approvals(
    model_id text,
    version text)
RETURNS SETOF governance.approval_history
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_id('model_id', gov_model_approvals.model_id),
        governance.check_version('version', gov_model_approvals.version);
    SELECT governance.require_actor();
    SELECT h.*
    FROM governance.approval_history AS h
    WHERE h.model_id = gov_model_approvals.model_id
        AND h.version = gov_model_approvals.version
    ORDER BY h.approval_no DESC;
END;
COMMENT ON FUNCTION @extschema@.gov_model_approvals(text, text) IS
'Requests for approval of a version (pending) and the votes, newest first.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_deploy_model(
    model_id text,
    version text,
    environment text = 'production',
    deployment_id text = NULL,
    notes text = '')
RETURNS governance.deployment_history
AS 'MODULE_PATHNAME', 'gov_deploy_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_deploy_model(text, text, text, text, text) IS
'Make a version the active one of an environment; the new deployment.  What was active there is superseded.  Needs model:deploy, and not to have approved it (MG001); an approved version, for production one deployed to staging before (55000); every gate met (MG003).  Unknown model, version or environment: 42704; a deployment_id that exists: 23505.';

CREATE FUNCTION @extschema@.gov_rollback_model(
    model_id text,
    reason text,
    environment text = 'production',
    to_version text = NULL)
RETURNS governance.deployment_history
AS 'MODULE_PATHNAME', 'gov_rollback_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_rollback_model(text, text, text, text) IS
'End the active deployment of an environment and go back to a version before.  The version that was active before it, or to_version, is active again.  Returns the deployment now active, NULL where none is.  The version rolled back must be approved again, unless it is still active in a higher-ranked environment; else its protected aliases move to the version now active, or are dropped.  Needs model:rollback and a reason; nothing active, or a to_version that was never active there or is not approved: 55000; unknown model, environment or to_version: 42704.';

CREATE FUNCTION @extschema@.gov_undeploy_model(
    model_id text,
    environment text,
    reason text = '')
RETURNS governance.deployment_history
AS 'MODULE_PATHNAME', 'gov_undeploy_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_undeploy_model(text, text, text) IS
'End the active deployment of an environment without a successor; returns it.  The version keeps its approval; deployed use-cases that can no longer be served are told of.  Needs model:rollback; nothing active: 55000; unknown model or environment: 42704.';

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
'As gov_rollback_model(), but only if that version is the active one.  Else 55000: for who decided on it while looking at an older state.  Needs model:rollback; unknown version: 42704.';

CREATE FUNCTION @extschema@.gov_hold_model_version(
    model_id text,
    version text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_hold_model_version'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_hold_model_version(text, text) IS
'Keep a version as it is until this transaction ends.  For a client that looks first and then decides (If-Match).  Needs one of the permissions that change a version; unknown: 42704.';

CREATE FUNCTION @extschema@.gov_model_version_json(model_version governance.model_versions)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
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
'A version as the web service shows it.  It has its columns; metrics, the latest value of each name (accuracy and latency_ms null until recorded), as many as 8 MB have room for; approved_by and approved_at, of the vote that approved it, null while it is not approved; deployed_at, deployed_by, deployment_id, of its highest-ranked active deployment, else of the last one; deployment_history, newest first, up to 1000 of them and 8 MB of notes and reasons: gov_model_history() has all.  Times in seconds since 1970.  Needs an active user.';
