-- What the demonstration's people do, :rounds times over, by public functions
-- alone, for the tables of the two trees of test/bench/base may differ.  Each call
-- is a transaction, as people's are.  Schema bench is there.
\set ON_ERROR_STOP on
SET client_min_messages = error;
CREATE EXTENSION governance;
CREATE PROCEDURE bench.each(rounds int, VARIADIC calls text[]) LANGUAGE plpgsql AS $$
DECLARE call text;
BEGIN
    FOR i IN 1 .. rounds LOOP
        FOREACH call IN ARRAY calls LOOP
            EXECUTE replace(call, '%', i::text);
            COMMIT;
        END LOOP;
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA bench TO PUBLIC;
CREATE ROLE demo_dana LOGIN;
CREATE ROLE demo_amir LOGIN;
CREATE ROLE demo_olga LOGIN;
CREATE ROLE demo_bea LOGIN;
CREATE ROLE demo_carl LOGIN;
CREATE ROLE demo_nora LOGIN;
SELECT gov_create_user(substr(r, 6), NULL, r) FROM unnest('{demo_dana,demo_amir,demo_olga,demo_bea,demo_carl,demo_nora}'::text[]) AS r;
SELECT gov_create_role('data_scientist', 'trains and registers models', '{model:register}'),
    gov_create_role('product_owner', 'describes what models are used for', '{usecase:create}');
SELECT gov_assign_role('dana', 'data_scientist'), gov_assign_role('amir', 'approver'), gov_assign_role('olga', 'operator'),
    gov_assign_role('bea', 'approver'), gov_assign_role('carl', 'approver'), gov_assign_role('nora', 'product_owner');
CALL bench.each(:rounds,
    $$SELECT gov_create_user('user_%', NULL, NULL, '{"does": "trains models"}')$$,
    $$SELECT gov_assign_role('user_%', 'data_scientist', now() + interval '1 hour', 'Amir is on leave')$$,
    $$SELECT gov_revoke_role('user_%', 'data_scientist', 'no longer needed')$$,
    $$SELECT gov_assign_role('user_%', 'analyst')$$,
    $$SELECT gov_create_api_token('user_%', 'laptop')$$);
\connect - demo_dana
CALL bench.each(:rounds,
    $$SELECT gov_register_model('vehicle_classifier_%', '1.0.0', description => 'tells cars from trucks from bicycles', source_commit => '9f2c1e7', training_data_hash => 'sha256:6b86b273ff34', hyperparameters => '{"depth": 6, "learning_rate": 0.1}', model_path => 's3://models/vehicle_classifier/1.0.0', model_size_bytes => 48123904)$$,
    $$SELECT gov_request_model_approval('vehicle_classifier_%', '1.0.0', 'F1 0.94 on the March set')$$);
\connect - demo_amir
CALL bench.each(:rounds, $$SELECT gov_approve_model('vehicle_classifier_%', '1.0.0', 'read the evaluation, agree')$$);
\connect - demo_olga
CALL bench.each(:rounds,
    $$SELECT gov_deploy_model('vehicle_classifier_%', '1.0.0', 'staging')$$,
    $$SELECT gov_record_model_metrics('vehicle_classifier_%', '1.0.0', '{"latency_ms": 131}')$$,
    $$SELECT gov_record_model_metrics('vehicle_classifier_%', '1.0.0', '{"accuracy": 0.962}')$$,
    $$SELECT gov_deploy_model('vehicle_classifier_%', '1.0.0', 'production', notes => 'first release')$$);
\connect - demo_dana
CALL bench.each(:rounds, $$SELECT gov_register_model('vehicle_classifier_%', '2.0.0', 'now with motorcycles', source_commit => '41d0a55')$$);
\connect - demo_amir
CALL bench.each(:rounds, $$SELECT gov_approve_model('vehicle_classifier_%', '2.0.0', 'motorcycles look fine')$$);
\connect - demo_olga
CALL bench.each(:rounds,
    $$SELECT gov_deploy_model('vehicle_classifier_%', '2.0.0', 'staging')$$,
    $$SELECT gov_record_model_metrics('vehicle_classifier_%', '2.0.0', '{"accuracy": 0.971, "latency_ms": 92}')$$,
    $$SELECT gov_deploy_model('vehicle_classifier_%', '2.0.0', 'production')$$,
    $$SELECT gov_rollback_model('vehicle_classifier_%', 'motorcycles taken for bicycles at night')$$,
    $$SELECT gov_report_incident('safety', 'critical', 'A truck was taken for a car', 'the barrier opened', 'vehicle_classifier_%')$$,
    $$SELECT gov_resolve_incident(max(incident_id), 'a replica was down') FROM governance.incidents$$);
\connect - demo_nora
CALL bench.each(:rounds,
    $$SELECT gov_create_usecase('lights_%', 'Traffic lights', 'Times the lights by what it sees', owner => 'amir', model_ids => '{vehicle_classifier_%}', affected_systems => '{traffic_control}')$$,
    $$SELECT gov_submit_usecase('lights_%', 'trial on two junctions')$$);
\connect - demo_bea
CALL bench.each(:rounds, $$SELECT gov_approve_usecase('lights_%', 'with a fallback to fixed times')$$);
\connect - demo_olga
CALL bench.each(:rounds, $$SELECT gov_deploy_usecase('lights_%')$$,
    $$SELECT gov_log_event('note', 'read', 'model/vehicle_classifier_%', details => '{"page": 3}')$$);
\connect - postgres
CALL bench.each(:rounds, $$SELECT gov_deprecate_usecase('lights_%', 'the trial is over')$$);
SELECT gov_audit_seal();
