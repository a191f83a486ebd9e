-- Dana registers version 1.0.0 - once
-- as: demo_dana
SELECT model_id, version, status, approval_status
FROM gov_register_model('vehicle_classifier', '1.0.0',
    description => 'tells cars from trucks from bicycles',
    source_commit => '9f2c1e7',
    training_data_hash => 'sha256:6b86b273ff34',
    hyperparameters => '{"depth": 6, "learning_rate": 0.1}',
    model_path => 's3://models/vehicle_classifier/1.0.0',
    model_size_bytes => 48123904);

\echo 'A version is written once.  A second attempt, with another commit, changes nothing:'
\echo
\set ON_ERROR_STOP off
SELECT gov_register_model('vehicle_classifier', '1.0.0', source_commit => 'badc0de');
\set ON_ERROR_STOP on
\echo
SELECT version, source_commit, left(content_digest, 16) AS digest, created_by
FROM gov_model_version('vehicle_classifier', '1.0.0');

\echo 'She asks for approval.'
\echo
SELECT version, approval_status FROM gov_request_model_approval('vehicle_classifier', '1.0.0', 'F1 0.94 on the March set');
