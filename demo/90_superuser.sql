-- Not even the superuser, by hand
\echo 'A superuser may write tables directly.  The guard is there, too:'
\echo
\set ON_ERROR_STOP off
UPDATE governance.model_versions SET status = 'deployed_production' WHERE version = '2.0.0';
\echo
UPDATE governance.model_versions SET source_commit = 'badc0de' WHERE version = '1.0.0';
\echo
DELETE FROM governance.audit_events WHERE actor = 'dana';
\set ON_ERROR_STOP on

\echo
\echo 'These are the moves there are; each belongs to one function and needs its right.'
\echo 'As a diagram, for any page that shows Mermaid:'
\echo
\pset tuples_only on
\pset format unaligned
SELECT gov_state_diagram('model_version');
