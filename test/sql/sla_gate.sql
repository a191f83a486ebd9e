-- Policy gate.sla: production takes no version of a model whose error budget
-- is exhausted.
\set VERBOSITY default
CREATE ROLE regress_sla_gate_ops;
CREATE ROLE regress_sla_gate_ann;
SELECT user_id FROM gov_create_user('sla_gate_ops', NULL, 'regress_sla_gate_ops');
SELECT user_id FROM gov_create_user('sla_gate_ann', NULL, 'regress_sla_gate_ann');
SELECT role FROM gov_assign_role('sla_gate_ops', 'operator');
SELECT role FROM gov_assign_role('sla_gate_ann', 'approver');
CREATE FUNCTION pg_temp.staged(version text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gov_register_model('sla_gated', version);
    PERFORM set_config('role', 'regress_sla_gate_ann', true);
    PERFORM gov_approve_model('sla_gated', version);
    PERFORM set_config('role', 'regress_sla_gate_ops', true);
    PERFORM gov_deploy_model('sla_gated', version, 'staging');
    PERFORM set_config('role', 'none', true);
END
$$;
SELECT pg_temp.staged('1'), pg_temp.staged('2'), pg_temp.staged('3'), pg_temp.staged('4');

-- 99 per cent of 1000: ten may fail, and ten is all of it
SELECT revision FROM gov_define_sla('model', 'sla_gated', availability_target => 99, error_rate_target => 1);
SELECT gov_observe_many('model', 'sla_gated', array_fill(1::float8, '{1000}'), array_fill(false, '{10}') || array_fill(true, '{990}'));
SELECT r -> 'budget_left' AS budget_left, r ->> 'status' AS status FROM gov_sla_report('model', 'sla_gated') AS r;

-- off: nobody asks
SET ROLE regress_sla_gate_ops;
SELECT version, status, gate_results FROM gov_deploy_model('sla_gated', '1');
RESET ROLE;
SELECT value FROM gov_set_policy('gate.sla', 'true');
SET ROLE regress_sla_gate_ops;
SELECT gov_deploy_model('sla_gated', '2');                                  -- MG003
-- staging is free
SELECT version, environment FROM gov_deploy_model('sla_gated', '2', 'staging');
-- one observation more, and a little is left
SELECT gov_observe_many('model', 'sla_gated', array_fill(1::float8, '{100}'));
SELECT version, status, gate_results - 0 AS others, gate_results #> '{0,metric}' AS metric, round((gate_results #>> '{0,value}')::numeric, 2) AS value, gate_results #> '{0,met}' AS met
FROM gov_deploy_model('sla_gated', '2');
-- exhausted again
SELECT gov_observe_many('model', 'sla_gated', '{1,1}', '{false,false}');
SELECT gov_deploy_model('sla_gated', '3');                                  -- MG003
RESET ROLE;
-- of another gate it says, too
SELECT metric FROM gov_set_deployment_gate('production', 'accuracy', '>=', 0.9, 'sla_gated');
SET ROLE regress_sla_gate_ops;
\set VERBOSITY sqlstate
SELECT gov_deploy_model('sla_gated', '3');                                  -- MG003
RESET ROLE;
SELECT gov_drop_deployment_gate(gate_id) FROM governance.deployment_gates WHERE model_id = 'sla_gated';
-- the admin takes it upon himself for one transaction
BEGIN;
SELECT gov_override_policy('gate.sla', 'false', 'the fix for the failures');
SELECT version, status FROM gov_deploy_model('sla_gated', '3');
COMMIT;
SELECT gov_deploy_model('sla_gated', '4');                                  -- MG003
-- a redefinition forgives nothing that is past
SELECT revision FROM gov_define_sla('model', 'sla_gated', availability_target => 50, error_rate_target => 50);
SELECT gov_deploy_model('sla_gated', '4');                                  -- MG003
-- a model without a service level has nothing to exhaust
SELECT status FROM gov_register_model('sla_gateless', '1');
SET ROLE regress_sla_gate_ann;
SELECT status FROM gov_approve_model('sla_gateless', '1');
SET ROLE regress_sla_gate_ops;
SELECT status FROM gov_deploy_model('sla_gateless', '1', 'staging');
SELECT status, gate_results FROM gov_deploy_model('sla_gateless', '1');
RESET ROLE;
SELECT value FROM gov_set_policy('gate.sla', 'false');

SELECT is_active FROM gov_deactivate_user('sla_gate_ops');
SELECT is_active FROM gov_deactivate_user('sla_gate_ann');
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'sla\_gate\_%';
DROP ROLE regress_sla_gate_ops, regress_sla_gate_ann;
