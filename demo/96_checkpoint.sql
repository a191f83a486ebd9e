-- And if she rewrites the tree as well?
\getenv files DEMO_FILES
\echo 'Who can edit rows can compute the tree anew.  So its root leaves the house: signed, with a'
\echo 'key that only the server reads, for whoever wants to keep it.  Ines does:'
\echo
SELECT s -> 'tree_size' AS tree_size FROM gov_audit_seal() AS s;
\connect - demo_ines
\set checkpoint :files '/checkpoint'
SELECT rtrim(gov_audit_checkpoint(), E'\n') \g (format=unaligned tuples_only=on) :checkpoint
\! cat "$DEMO_FILES/checkpoint"

\echo 'She takes a proof that the approval is under that root, and the trail up to there:'
\echo
SELECT split_part(note, E'\n', 2) AS size FROM governance.audit_checkpoints ORDER BY checkpoint_id DESC LIMIT 1 \gset
\set proof :files '/proof.json'
SELECT p FROM gov_audit_trail(resource => 'model_version/vehicle_classifier:1.0.0', limit_rows => 1000) AS e,
    gov_audit_inclusion_proof(e.event_id, :size) AS p
WHERE e.event_type = 'model_version.approve' \g (format=unaligned tuples_only=on) :proof
\set export :files '/export.jsonl'
SELECT gov_audit_export(0, :size) \g (format=unaligned tuples_only=on) :export

\echo 'On her own machine there is no database, just the public key:'
\echo
\echo '$ governance-verify --key public.pem --checkpoint checkpoint --inclusion proof.json export.jsonl'
\set verdict `cd "$DEMO_FILES" && governance-verify --key public.pem --checkpoint checkpoint --inclusion proof.json export.jsonl 2>&1`
\echo :verdict
\echo
\set ECHO none
SELECT :'verdict' NOT LIKE 'holds: %(event %) is in the log of%' AS is_wrong \gset
\if :is_wrong
    DO $$ BEGIN RAISE EXCEPTION 'that was not to be'; END $$;
\endif
\set ECHO queries

\echo 'The next day the trail is longer.  What she keeps says nothing of the rest, and so does the verdict:'
\echo
\connect - postgres
SELECT event_type FROM gov_log_event('note', 'write', 'vehicle_classifier');
SELECT s -> 'sealed' AS sealed FROM gov_audit_seal() AS s \g /dev/null
\set later :files '/later.jsonl'
SELECT gov_audit_export() \g (format=unaligned tuples_only=on) :later
\echo '$ governance-verify --key public.pem --checkpoint checkpoint later.jsonl'
\set verdict `cd "$DEMO_FILES" && governance-verify --key public.pem --checkpoint checkpoint later.jsonl 2>&1`
\echo :verdict
\echo
\set ECHO none
SELECT :'verdict' NOT LIKE 'holds up to leaf %; nothing vouches for lea%' AS is_wrong \gset
\if :is_wrong
    DO $$ BEGIN RAISE EXCEPTION 'that was not to be'; END $$;
\endif
\set ECHO queries

\echo 'Months later she is handed another copy.  Somebody had turned the guards off before:'
\echo
\set tampered :files '/tampered.jsonl'
BEGIN;
ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
UPDATE governance.audit_events SET actor = 'olga'
WHERE event_type = 'model_version.approve' AND resource = 'model_version/vehicle_classifier:1.0.0';
SELECT gov_audit_export(0, :size) \g (format=unaligned tuples_only=on) :tampered
ROLLBACK;
\echo
\echo '$ governance-verify --key public.pem --checkpoint checkpoint tampered.jsonl'
\set verdict `cd "$DEMO_FILES" && governance-verify --key public.pem --checkpoint checkpoint tampered.jsonl 2>&1`
\echo :verdict
\set ECHO none
SELECT :'verdict' NOT LIKE 'does not hold: event % was altered%' AS is_wrong \gset
\if :is_wrong
    DO $$ BEGIN RAISE EXCEPTION 'that was not to be'; END $$;
\endif
