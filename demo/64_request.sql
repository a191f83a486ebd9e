-- A production deployment that needs two more signatures
-- as: postgres
\echo 'After that night the organisation wants more than a right: production needs a'
\echo 'request, approved by two.'
\echo
SELECT action, required_role, required_count, enabled FROM gov_set_approval_policy('model_deploy_production', required_count => 2);
\o /dev/null
\set ECHO none
CREATE ROLE demo_bea LOGIN;
CREATE ROLE demo_carl LOGIN;
SELECT gov_create_user('bea', NULL, 'demo_bea', '{"does": "decides on risks"}');
SELECT gov_create_user('carl', NULL, 'demo_carl', '{"does": "decides on risks"}');
SELECT gov_assign_role('bea', 'approver');
SELECT gov_assign_role('carl', 'approver');
\o
\set ECHO queries
\connect - demo_dana
SELECT version, status FROM gov_register_model('vehicle_classifier', '2.1.0', 'motorcycles at night', source_commit => '77ab3c0');
\connect - demo_amir
SELECT version, status FROM gov_approve_model('vehicle_classifier', '2.1.0');
\connect - demo_olga
SELECT version, environment FROM gov_deploy_model('vehicle_classifier', '2.1.0', 'staging');
SELECT version, metrics FROM gov_record_model_metrics('vehicle_classifier', '2.1.0', '{"accuracy": 0.969, "latency_ms": 88}');
\set ON_ERROR_STOP off
SELECT gov_deploy_model('vehicle_classifier', '2.1.0');
\set ON_ERROR_STOP on
\echo
\echo 'The hint is the call to make.'
\echo
SELECT request_id, status FROM gov_request_approval('model_deploy_production',
    '{"model_id": "vehicle_classifier", "version": "2.1.0"}', 'fixes the motorcycles') \gset
\connect - demo_bea
SELECT status FROM gov_approve_request(:'request_id', 'saw the night tests');
\connect - demo_carl
SELECT status FROM gov_approve_request(:'request_id');
\connect - demo_olga
SELECT version, environment, status, request_id IS NOT NULL AS "by request" FROM gov_deploy_model('vehicle_classifier', '2.1.0');
\echo 'The request is used up, in the same transaction:'
\echo
SELECT r ->> 'status' AS status, r ->> 'consumed_by' AS "used by", jsonb_path_query_array(r, '$.approvals[*].approver') AS "approved by"
FROM gov_approval_request(:'request_id') AS r;
