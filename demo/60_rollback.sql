-- Trouble: back to 1.0.0
-- as: demo_olga
\echo 'Motorcycles are taken for bicycles at night.  Olga rolls back; what was live before'
\echo 'is live again at once, and the reason is kept.'
\echo
SELECT version, environment, status FROM gov_rollback_model('vehicle_classifier', 'motorcycles taken for bicycles at night');
SELECT version, status, approval_status FROM gov_model_versions('vehicle_classifier');

\echo 'Version 2.0.0 has to be approved anew before it goes anywhere:'
\echo
\set ON_ERROR_STOP off
SELECT gov_deploy_model('vehicle_classifier', '2.0.0', 'production');
