-- Proofs of inclusion and consistency, for any size that the log has had.
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE FUNCTION pg_temp.path(proof jsonb) RETURNS bytea[]
RETURN ARRAY(SELECT decode(h, 'hex') FROM jsonb_array_elements_text(proof -> 'path') AS h);
CREATE FUNCTION pg_temp.included(proof jsonb) RETURNS boolean
RETURN gov_merkle_verify_inclusion(decode(proof ->> 'leaf_hash', 'hex'), (proof ->> 'leaf_index')::bigint,
    (proof ->> 'tree_size')::bigint, pg_temp.path(proof), decode(proof ->> 'root', 'hex'));
CREATE FUNCTION pg_temp.consistent(proof jsonb) RETURNS boolean
RETURN gov_merkle_verify_consistency((proof ->> 'old_size')::bigint, (proof ->> 'new_size')::bigint,
    pg_temp.path(proof), decode(proof ->> 'old_root', 'hex'), decode(proof ->> 'new_root', 'hex'));

-- more than one tile, and a batch for some of the sizes
DO $$
BEGIN
    FOR i IN 1..700 LOOP
        PERFORM gov_log_event('proof_test', 'e' || i, 'proofs');
    END LOOP;
    PERFORM gov_audit_seal();
END
$$;
SELECT FROM gov_audit_seal();
SELECT action FROM gov_log_event('proof_test', 'last', 'proofs');
SELECT FROM gov_audit_seal();
SELECT (gov_audit_status() ->> 'tree_size')::bigint AS size \gset
SELECT :size > 700 AS enough;

SELECT jsonb_object_keys(gov_audit_inclusion_proof(1)) AS key ORDER BY key;
SELECT jsonb_object_keys(gov_audit_consistency_proof(1)) AS key ORDER BY key;
-- the root is that of the tree over the leaves' bytes, at every size
CREATE TEMP TABLE leaves AS
SELECT (line::jsonb ->> 'i')::bigint AS i, (line::jsonb ->> 'e')::bigint AS event_id, decode(line::jsonb ->> 'c', 'base64') AS bytes
FROM gov_audit_export() AS line WHERE line::jsonb ? 'c';
SELECT count(*) FROM (VALUES (1), (2), (3), (255), (256), (257), (511), (512), (513), (600), (700), (:size)) AS s(size)
WHERE gov_audit_inclusion_proof((SELECT event_id FROM leaves WHERE i = 0), s.size) ->> 'root'
    = encode(gov_merkle_root((SELECT array_agg(bytes ORDER BY i) FROM leaves WHERE i < s.size)), 'hex');
SELECT bool_and(p ->> 'leaf_hash' = encode(gov_merkle_leaf_hash(l.bytes), 'hex')) AS leaf_hashes,
    bool_and((p ->> 'leaf_index')::bigint = l.i) AS indexes, bool_and(pg_temp.included(p)) AS proven
FROM leaves AS l, gov_audit_inclusion_proof(l.event_id) AS p;
-- every leaf in trees of many sizes; every pair of some sizes
SELECT bool_and(pg_temp.included(p)) AS proven
FROM leaves AS l, generate_series(1, :size, 61) AS s(size), gov_audit_inclusion_proof(l.event_id, s.size) AS p
WHERE l.i < s.size AND l.i % 13 = 0;
SELECT bool_and(pg_temp.consistent(gov_audit_consistency_proof(a, b))) AS proven
FROM unnest(ARRAY[1, 2, 3, 100, 255, 256, 257, 300, 511, 512, 513, 699, 700, :size]) AS a,
    unnest(ARRAY[1, 2, 3, 100, 255, 256, 257, 300, 511, 512, 513, 699, 700, :size]) AS b
WHERE a <= b;
-- the heads are of the same trees
SELECT bool_and(encode(h.root, 'hex') = gov_audit_consistency_proof(h.tree_size) ->> 'old_root') AS heads
FROM governance.audit_tree_heads AS h;

-- what has no proof
BEGIN;
SELECT event_id AS own FROM gov_log_event('proof_test', 'own', 'proofs') \gset
SELECT set_config('proofs.own', :'own', true) = :'own' AS set;
DO $$
BEGIN
    PERFORM gov_audit_inclusion_proof(current_setting('proofs.own')::bigint);
EXCEPTION WHEN object_not_in_prerequisite_state THEN
    RAISE NOTICE '%', regexp_replace(SQLERRM, '\d+', 'N');
END
$$;
ROLLBACK;
SELECT gov_audit_inclusion_proof(-1);   -- 42704
SELECT gov_audit_inclusion_proof(NULL);   -- 22023
SELECT gov_audit_inclusion_proof(1, 0);   -- 22023
SELECT gov_audit_inclusion_proof(-1, 0);   -- 22023: form before existence
SELECT gov_audit_consistency_proof(0);   -- 22023
SELECT gov_audit_consistency_proof(NULL);   -- 22023
SELECT gov_audit_consistency_proof(5, 4);   -- 22023
SELECT gov_audit_consistency_proof(5, 0);   -- 22023
\set VERBOSITY sqlstate
SELECT gov_audit_inclusion_proof(event_id, i) FROM leaves WHERE i = 300;   -- 22023: not in that tree
SELECT gov_audit_inclusion_proof(1, :size + 1000000);   -- 22023
SELECT gov_audit_consistency_proof(1, :size + 1000000);   -- 22023
SELECT gov_audit_consistency_proof(:size + 1000000);   -- 22023
DROP TABLE leaves;

-- one file needs a key: see 073_governance_verify
SELECT gov_audit_proof_file(1);   -- 55000
SELECT gov_audit_proof_file(NULL);   -- 22023
SELECT gov_audit_proof_file(9223372036854775807);   -- 42704
