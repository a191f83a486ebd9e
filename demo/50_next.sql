-- Version 2.0.0 takes over
-- as: demo_dana
SELECT version, status FROM gov_register_model('vehicle_classifier', '2.0.0', 'now with motorcycles', source_commit => '41d0a55');
\connect - demo_amir
SELECT version, status FROM gov_approve_model('vehicle_classifier', '2.0.0', 'motorcycles look fine');
\connect - demo_olga
SELECT version, environment FROM gov_deploy_model('vehicle_classifier', '2.0.0', 'staging');
SELECT version, metrics FROM gov_record_model_metrics('vehicle_classifier', '2.0.0', '{"accuracy": 0.971, "latency_ms": 92}');
SELECT version, environment FROM gov_deploy_model('vehicle_classifier', '2.0.0', 'production');

\echo 'There is one active version in each environment, and never two:'
\echo
SELECT environment, version, status, deployed_by, ended_by FROM gov_model_history('vehicle_classifier');
SELECT version, status FROM gov_model_versions('vehicle_classifier');
