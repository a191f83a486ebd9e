-- Nobody approves their own work
-- as: demo_dana
\echo 'Dana has no right to approve, so she is refused:'
\echo
\set ON_ERROR_STOP off
SELECT gov_approve_model('vehicle_classifier', '1.0.0');
\set ON_ERROR_STOP on

\echo
\echo 'Suppose an admin gives her the right for an hour, while Amir is away ...'
\echo
\connect - postgres
SELECT user_id, role, reason FROM gov_assign_role('dana', 'approver', now() + interval '1 hour', 'Amir is on leave');

\echo '... then it is still her own version:'
\echo
\connect - demo_dana
\set ON_ERROR_STOP off
SELECT gov_approve_model('vehicle_classifier', '1.0.0');
\set ON_ERROR_STOP on

\echo
\echo 'The admin takes the right back; Amir, who had no part in it, returns and approves.'
\echo
\connect - postgres
SELECT gov_revoke_role('dana', 'approver', 'no longer needed');
\connect - demo_amir
SELECT version, status, approval_status FROM gov_approve_model('vehicle_classifier', '1.0.0', 'read the evaluation, agree');
SELECT reviewer, approval_status, comments FROM gov_model_approvals('vehicle_classifier', '1.0.0');
