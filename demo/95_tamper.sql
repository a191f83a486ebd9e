-- And if somebody means it?
\echo 'Each committed event becomes a leaf of a Merkle tree.  The worker sees to that about'
\echo 'once a second; here it is done by hand, to see its root.'
\echo
SELECT s -> 'tree_size' AS tree_size, left(s ->> 'root', 16) || '...' AS root FROM gov_audit_seal() AS s;

\echo 'Ines checks the whole trail against the tree, and proves that one event is in it:'
\echo
\connect - demo_ines
SELECT check_name, ok FROM gov_audit_verify();
SELECT e.event_type, e.resource, p -> 'leaf_index' AS leaf, p -> 'tree_size' AS of, jsonb_array_length(p -> 'path') AS "hashes in the proof"
FROM gov_audit_trail(resource => 'model_version/vehicle_classifier:1.0.0', limit_rows => 1000) AS e,
    gov_audit_inclusion_proof(e.event_id) AS p
WHERE e.event_type = 'model_version.approve';

\echo 'Now a superuser turns the guards off and puts somebody else''s name to the approval.'
\echo 'Nothing in a database can stop that.  But it does not stay unseen:'
\echo
\connect - postgres
BEGIN;
ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
UPDATE governance.audit_events SET actor = 'olga'
WHERE event_type = 'model_version.approve' AND resource = 'model_version/vehicle_classifier:1.0.0';
SELECT check_name, split_part(detail, ':', 1) AS detail FROM gov_audit_verify() WHERE NOT ok;
ROLLBACK;
