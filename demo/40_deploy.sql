-- To staging, through the gates, to production
-- as: demo_olga
\echo 'Straight to production?  A version is tried in staging first:'
\echo
\set ON_ERROR_STOP off
SELECT gov_deploy_model('vehicle_classifier', '1.0.0');
\set ON_ERROR_STOP on
\echo
SELECT version, environment, status, deployed_by FROM gov_deploy_model('vehicle_classifier', '1.0.0', 'staging');

\echo 'An admin has set gates: what production demands of every model.'
\echo
\connect - postgres
SELECT environment, metric, operator, threshold FROM gov_set_deployment_gate('production', 'accuracy', '>=', 0.95);
SELECT environment, metric, operator, threshold FROM gov_set_deployment_gate('production', 'latency_ms', '<=', 100);

\echo 'Olga measures latency in staging and tries again:'
\echo
\connect - demo_olga
SELECT version, metrics FROM gov_record_model_metrics('vehicle_classifier', '1.0.0', '{"latency_ms": 131}');
\set ON_ERROR_STOP off
SELECT gov_deploy_model('vehicle_classifier', '1.0.0', 'production');
\set ON_ERROR_STOP on

\echo
\echo 'Dana records the accuracy of the last evaluation, Olga the latency on the machine'
\echo 'that it was meant for.  Now it passes.'
\echo
\connect - demo_dana
SELECT version, metrics FROM gov_record_model_metrics('vehicle_classifier', '1.0.0', '{"accuracy": 0.962}');
\connect - demo_olga
SELECT version, metrics FROM gov_record_model_metrics('vehicle_classifier', '1.0.0', '{"latency_ms": 84}');
SELECT version, environment, status, deployed_by FROM gov_deploy_model('vehicle_classifier', '1.0.0', 'production', notes => 'first release');
