-- What drivers send: numbers and booleans in binary, and values of no type.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;

BEGIN;
-- a threshold in binary is the shortest number that is that one
SET LOCAL extra_float_digits = 0;
PREPARE gate (float8) AS SELECT threshold FROM gov_set_deployment_gate('staging', 'drivers', '>=', $1);
EXECUTE gate (0.9);
EXECUTE gate (0.1::float8 + 0.2::float8);
EXECUTE gate (1e-7);
SAVEPOINT s;
EXECUTE gate ('NaN');   -- 22023
ROLLBACK TO s;
EXECUTE gate ('-Infinity');   -- 22023
ROLLBACK TO s;
EXECUTE gate (NULL);   -- 22023
ROLLBACK TO s;
-- as are literals, of a type or of none
SELECT threshold FROM gov_set_deployment_gate('staging', 'drivers', '>=', 0.12345678901234567890);
SELECT threshold FROM gov_set_deployment_gate('staging', 'drivers', '>=', '0.9');
SELECT threshold FROM gov_set_deployment_gate('staging', 'drivers', '>=', 3);
SELECT threshold FROM gov_set_deployment_gate('staging', 'drivers', '>=', 3::bigint, model_id => NULL);
SELECT threshold FROM gov_set_deployment_gate('staging', 'drivers', '>=', 0.5::real);
ROLLBACK;

-- a policy's value
BEGIN;
SELECT value FROM gov_set_policy('model.required_approvals', 2);
SELECT value FROM gov_set_policy('model.required_approvals', 3::smallint, 'why');
SELECT value FROM gov_set_policy('model.required_approvals', 4::bigint, reason => 'why');
SELECT value FROM gov_set_policy('model.required_approvals', 5::float8);
SELECT value FROM gov_set_policy('model.required_approvals', 6::numeric);
SELECT value FROM gov_set_policy('model.required_approvals', '7');
SELECT value FROM gov_set_policy('model.required_approvals', '8'::text);
SELECT value FROM gov_set_policy('model.required_approvals', '9'::varchar);
SELECT value FROM gov_set_policy('model.required_approvals', '1'::json);
SELECT value FROM gov_set_policy('model.required_approvals', '2'::jsonb);
SELECT value FROM gov_set_policy('model.require_staging', false);
SELECT value FROM gov_set_policy('sla.max_lateness', interval '7 days');
PREPARE policy AS SELECT value FROM gov_set_policy($1, $2, $3);
EXECUTE policy ('model.require_staging', 'true', 'why');
SAVEPOINT s;
SELECT gov_set_policy('model.required_approvals', 1.5);   -- 22023
ROLLBACK TO s;
SELECT gov_set_policy('model.required_approvals', 'NaN'::float8);   -- 22023
ROLLBACK TO s;
SELECT gov_set_policy('model.required_approvals', true);   -- 22023
ROLLBACK TO s;
SELECT gov_set_policy('model.required_approvals', '{2}'::int[]);   -- 22023
ROLLBACK TO s;
SELECT gov_set_policy('model.required_approvals', 'two');   -- 22P02
ROLLBACK TO s;
SELECT gov_set_policy('model.required_approvals', NULL);   -- 22023
ROLLBACK TO s;
SELECT gov_set_policy('model.required_approvals', NULL::int);   -- 22023
ROLLBACK TO s;
SELECT gov_override_policy('model.required_approvals', 5, 'why');
SELECT gov_policy('model.required_approvals');
SELECT gov_override_policy('model.require_staging', false, 'why');
SELECT gov_override_policy('model.require_staging', 'true', 'why');
SELECT gov_policy('model.require_staging');
ROLLBACK;

-- the first revision of a service level is from the beginning: NULL, no infinity
BEGIN;
SELECT revision, valid_from, valid_to FROM gov_define_sla('system', 'drivers');
SELECT revision, isfinite(valid_from) AS finite FROM gov_define_sla('system', 'drivers', 400);
SELECT revision, valid_from IS NULL AS first, isfinite(valid_to) AS ended FROM governance.sla_targets WHERE resource_id = 'drivers' ORDER BY revision;
SELECT gov_observe('system', 'drivers', 450, observed_at => now() - interval '10 min');
SELECT gov_observe('system', 'drivers', 450, observed_at => now() + interval '1 min');
ROLLBACK;
