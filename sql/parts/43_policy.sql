-- Policies: what an organisation may set stricter or looser than the default.

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
    CONSTRAINT policies_value_type_check CHECK (value_type IN ('boolean', 'count', 'positive', 'interval'))
);
COMMENT ON TABLE governance.policies IS
'Settings of the organisation, changed by gov_set_policy() and in the trail.  boolean: true or false; count: an integer from 0; positive: from 1; interval: a string such as "7 days".';

INSERT INTO governance.policies (name, value, default_value, value_type, description)
SELECT p.name, p.value, p.value, p.value_type, p.description
FROM (VALUES
    ('model.required_approvals', '1'::jsonb, 'positive', 'distinct approvers of a model version'),
    ('model.require_staging', 'true', 'boolean', 'a model version is deployed to staging before production'),
    ('sod.registrar_may_approve', 'false', 'boolean', 'who registered or submitted a model version may approve it'),
    ('sod.approver_may_deploy', 'false', 'boolean', 'who approved a model version may deploy it')
) AS p(name, value, value_type, description);
