-- Policies: defaults that an organisation may make stricter or looser.

-- Empty: carries the invalidation of policy caches.
CREATE TABLE governance.policy_generation ();
COMMENT ON TABLE governance.policy_generation IS
'Empty: carries the invalidation of policy caches.';

CREATE TABLE governance.policies (
    name          text COLLATE "C" NOT NULL,
    value         jsonb NOT NULL,
    default_value jsonb NOT NULL,
    value_type    text NOT NULL,
    description   text NOT NULL,
    CONSTRAINT policies_pkey PRIMARY KEY (name),
    CONSTRAINT policies_value_type_check CHECK (value_type IN ('boolean', 'count', 'positive', 'interval', 'names')),
    CONSTRAINT policies_value_check CHECK (
        CASE value_type
            WHEN 'boolean' THEN pg_catalog.jsonb_typeof(value) = 'boolean'
            WHEN 'count' THEN value::text ~ '^([0-9]{1,6}|1000000)$'
            WHEN 'positive' THEN value::text ~ '^([1-9][0-9]{0,2}|1000)$'
            WHEN 'names' THEN pg_catalog.jsonb_typeof(value) = 'array'
            ELSE pg_catalog.jsonb_typeof(value) = 'string'
        END)
);
COMMENT ON TABLE governance.policies IS
'Settings of the organisation, changed by gov_set_policy() and in the trail.';
COMMENT ON COLUMN governance.policies.value_type IS
'boolean: true or false; count: an integer from 0 to 1000000; positive: one from 1 to 1000; interval: a string such as "7 days", at most 3650 days; names: a list of at most 100 of them.';

INSERT INTO governance.policies (name, value, default_value, value_type, description)
SELECT p.name, p.value, p.value, p.value_type, p.description
FROM (VALUES
    ('model.required_approvals', '1'::jsonb, 'positive', 'distinct approvers of a model version'),
    ('model.require_staging', 'true', 'boolean', 'a model version is deployed to staging before production'),
    ('usecase.require_staging', 'false', 'boolean', 'a use-case is deployed to staging before production'),
    ('usecase.require_deployed_models', 'true', 'boolean', 'every model of a use-case is live in production before the use-case is'),
    ('usecase.required_approvals.low', '1', 'positive', 'distinct approvers of a use-case of impact level low'),
    ('usecase.required_approvals.medium', '1', 'positive', 'distinct approvers of a use-case of impact level medium'),
    ('usecase.required_approvals.high', '1', 'positive', 'distinct approvers of a use-case of impact level high'),
    ('usecase.required_approvals.critical', '2', 'positive', 'distinct approvers of a use-case of impact level critical'),
    ('sod.registrar_may_approve', 'false', 'boolean', 'who registered or submitted a model version may approve it'),
    ('sod.approver_may_deploy', 'false', 'boolean', 'who approved a model version may deploy it'),
    ('gate.sla', 'false', 'boolean', 'refuse production while the error budget of the model is exhausted'),
    ('gate.signature', '[]', 'names', 'environments that take only versions with a signature that counts'),
    ('mlflow.protected_aliases', '["champion"]', 'names', 'aliases that are protected whoever sets them'),
    ('sla.violated_after', '5', 'positive', 'violations that make a period violated'),
    ('sla.evaluation_window', '"1 hour"', 'interval', 'time before an evaluation whose observations it judges'),
    ('sla.max_lateness', '"7 days"', 'interval', 'age of the oldest observation that is accepted'),
    ('sla.keep_raw', 'false', 'boolean', 'keep raw observations'),
    ('approval.response_hours', '0', 'count', 'hours after which a pending request is an approval_overdue event; 0: never'),
    ('identity.new_users_per_day', '20', 'count', 'users that the first tokens of one issuer''s people may make in a day'),
    ('audit.retention_days', '0', 'count', 'days that audit events are kept; 0: for ever'),
    ('events.retention_days', '30', 'count', 'days that published events of the outbox are kept; 0: for ever'),
    ('sla.minute_retention_days', '35', 'count', 'days that observations are kept by minute, then by hour; 0: for ever'),
    ('sla.hour_retention_days', '400', 'count', 'days that observations are kept by hour, then by day; 0: for ever'),
    ('sla.day_retention_days', '0', 'count', 'days that observations are kept by day; 0: for ever'),
    ('sla.raw_retention_days', '7', 'count', 'days that raw observations are kept; 0: for ever')
) AS p(name, value, value_type, description);

CREATE FUNCTION @extschema@.gov_set_policy(
    name text,
    value jsonb,
    reason text = '')
RETURNS governance.policies
AS 'MODULE_PATHNAME', 'gov_set_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION @extschema@.gov_set_policy(
    name text,
    value text,
    reason text = '')
RETURNS governance.policies
AS 'MODULE_PATHNAME', 'gov_set_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_policy(text, text, text) IS
'Set a policy by JSON as text.  A literal or parameter of no type is this.  Needs system:config.';

CREATE FUNCTION @extschema@.gov_set_policy(
    name text,
    value anyelement,
    reason text = '')
RETURNS governance.policies
AS 'MODULE_PATHNAME', 'gov_set_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_policy(text, anyelement, text) IS
'Set a policy by a value as drivers send it: a number, a boolean or an interval.  Needs system:config.';

COMMENT ON FUNCTION @extschema@.gov_set_policy(text, jsonb, text) IS
'Set a policy; returns its row.  The value it has already writes nothing.  Needs system:config; unknown policy: 42704; a value of another type or out of range: 22023.';

CREATE FUNCTION @extschema@.gov_policy(name text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_policy'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_policy(text) IS
'The value of a policy that counts now.  By the newest commit or an override of this transaction.  Needs an active user; unknown policy: 42704.';
