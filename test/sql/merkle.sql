-- Merkle trees over any data, as RFC 6962 and RFC 9162 hash them.  They ask
-- for no actor.

SELECT p.proname, pg_get_function_arguments(p.oid) AS arguments,
       pg_get_function_result(p.oid) AS result,
       p.provolatile, p.proisstrict, p.proparallel
FROM pg_proc p
WHERE p.proname LIKE 'gov\_merkle\_%'
ORDER BY p.proname COLLATE "C";

CREATE ROLE regress_merkle_stranger;
SET ROLE regress_merkle_stranger;
SELECT gov_merkle_root('{}') = sha256('') AS a_stranger_may;
RESET ROLE;
DROP ROLE regress_merkle_stranger;

-- the leaves of the certificate-transparency project's test vectors
SELECT ARRAY['\x', '\x00', '\x10', '\x2021', '\x3031', '\x40414243',
             '\x5051525354555657',
             '\x606162636465666768696a6b6c6d6e6f']::bytea[] AS leaves \gset
SELECT n, gov_merkle_root((:'leaves'::bytea[])[:n]) AS root
FROM generate_series(0, 8) AS n;
SELECT gov_merkle_leaf_hash('L123456');

-- paths, from the leaf upwards
SELECT unnest(gov_merkle_inclusion_path(:'leaves', 5));
SELECT unnest(gov_merkle_consistency_path(:'leaves', 6));
SELECT unnest(gov_merkle_consistency_path((:'leaves'::bytea[])[:5], old_size => 2));
SELECT gov_merkle_inclusion_path('{"\\x00"}', leaf_index => 0) AS of_one_leaf,
       gov_merkle_consistency_path(:'leaves', 8) AS of_the_same_tree;

-- every proof of every tree up to 33 leaves proves, and the root is the one
-- that the definition gives
CREATE FUNCTION pg_temp.root_by_definition(leaves bytea[]) RETURNS bytea
LANGUAGE plpgsql AS $$
DECLARE
    n int := cardinality(leaves);
    k int := 1;
BEGIN
    IF n = 0 THEN
        RETURN sha256('');
    ELSIF n = 1 THEN
        RETURN sha256('\x00'::bytea || leaves[1]);
    END IF;
    WHILE k * 2 < n LOOP
        k := k * 2;
    END LOOP;
    RETURN sha256('\x01'::bytea
        || pg_temp.root_by_definition(leaves[:k])
        || pg_temp.root_by_definition(leaves[k + 1:]));
END
$$;
CREATE TEMP TABLE trees AS
SELECT n::bigint AS size, leaves, gov_merkle_root(leaves) AS root
FROM generate_series(0, 33) AS n,
     LATERAL (SELECT coalesce(array_agg(convert_to('leaf ' || i, 'UTF8') ORDER BY i), '{}') AS leaves
              FROM generate_series(1, n) AS i) AS l;
SELECT count(*) AS trees,
       bool_and(root = pg_temp.root_by_definition(leaves)) AS as_defined
FROM trees;
SELECT count(*) AS proofs,
       bool_and(gov_merkle_verify_inclusion(gov_merkle_leaf_hash(leaves[i + 1]),
                                            i, size,
                                            gov_merkle_inclusion_path(leaves, i),
                                            root)) AS all_prove
FROM trees, generate_series(0, size - 1) AS i;
SELECT count(*) AS proofs,
       bool_and(gov_merkle_verify_consistency(o.size, n.size,
                                              gov_merkle_consistency_path(n.leaves, o.size),
                                              o.root, n.root)) AS all_prove
FROM trees AS n, trees AS o
WHERE o.size BETWEEN 1 AND n.size;

-- a proof proves nothing else: another leaf, index, size, path, root
SELECT gov_merkle_leaf_hash((:'leaves'::bytea[])[3]) AS leaf,
       gov_merkle_inclusion_path((:'leaves'::bytea[])[:7], 2) AS path,
       gov_merkle_root((:'leaves'::bytea[])[:7]) AS root,
       gov_merkle_root((:'leaves'::bytea[])[:3]) AS old_root,
       gov_merkle_consistency_path((:'leaves'::bytea[])[:7], 3) AS way,
       gov_merkle_root(:'leaves') AS other \gset
SELECT gov_merkle_verify_inclusion(:'leaf', 2, 7, :'path', :'root') AS proves,
       gov_merkle_verify_inclusion(:'other', 2, 7, :'path', :'root') AS leaf,
       gov_merkle_verify_inclusion(:'leaf', 3, 7, :'path', :'root') AS index,
       gov_merkle_verify_inclusion(:'leaf', 2, 4, :'path', :'root') AS size,
       gov_merkle_verify_inclusion(:'leaf', 2, 9223372036854775807, :'path', :'root') AS huge,
       gov_merkle_verify_inclusion(:'leaf', 2, 7, '{}', :'root') AS empty,
       gov_merkle_verify_inclusion(:'leaf', 2, 7, (:'path'::bytea[])[:2], :'root') AS short,
       gov_merkle_verify_inclusion(:'leaf', 2, 7, :'path'::bytea[] || :'other'::bytea, :'root') AS long,
       gov_merkle_verify_inclusion(:'leaf', 2, 7, :'path', :'other') AS root;
SELECT gov_merkle_verify_consistency(3, 7, :'way', :'old_root', :'root') AS proves,
       gov_merkle_verify_consistency(4, 7, :'way', :'old_root', :'root') AS old_size,
       gov_merkle_verify_consistency(3, 9, :'way', :'old_root', :'root') AS new_size,
       gov_merkle_verify_consistency(3, 7, '{}', :'old_root', :'root') AS empty,
       gov_merkle_verify_consistency(3, 7, (:'way'::bytea[])[2:], :'old_root', :'root') AS short,
       gov_merkle_verify_consistency(3, 7, :'way'::bytea[] || :'other'::bytea, :'old_root', :'root') AS long,
       gov_merkle_verify_consistency(3, 7, :'way', :'other', :'root') AS old_root,
       gov_merkle_verify_consistency(3, 7, :'way', :'old_root', :'other') AS new_root;
SELECT gov_merkle_verify_consistency(7, 7, '{}', :'root', :'root') AS itself,
       gov_merkle_verify_consistency(7, 7, '{}', :'root', :'other') AS same_size,
       gov_merkle_verify_consistency(7, 7, :'way', :'root', :'root') AS needless;

-- a node is no leaf
SELECT gov_merkle_root(ARRAY[gov_merkle_leaf_hash('a') || gov_merkle_leaf_hash('b')])
       <> gov_merkle_root('{a,b}') AS told_apart;

-- data as tables keep it: with short headers, compressed, out of line
CREATE TEMP TABLE stored (n int, leaf bytea, leaves bytea[]);
INSERT INTO stored
SELECT n, convert_to(repeat('x', n), 'UTF8'),
       ARRAY[convert_to(repeat('x', n), 'UTF8'), 'y']
FROM unnest('{0,1,126,127,3000,1000000}'::int[]) AS n;
SELECT n, gov_merkle_leaf_hash(leaf) = sha256('\x00' || leaf) AS leaf,
       gov_merkle_root(leaves) = pg_temp.root_by_definition(leaves) AS root
FROM stored ORDER BY n;
-- subscripts do not matter, the order does
SELECT gov_merkle_root('[5:6]={a,b}') = gov_merkle_root('{a,b}') AS subscripts,
       gov_merkle_root('{b,a}') = gov_merkle_root('{a,b}') AS "order";

-- NULL makes NULL
SELECT gov_merkle_leaf_hash(NULL) IS NULL AS leaf_hash,
       gov_merkle_root(NULL) IS NULL AS root,
       gov_merkle_verify_inclusion(:'leaf', 2, 7, NULL, :'root') IS NULL AS verify;

-- what cannot be a question is an error, and says why
SELECT gov_merkle_inclusion_path(:'leaves', 8);
\echo :SQLSTATE
SELECT gov_merkle_consistency_path(:'leaves', 0);
\echo :SQLSTATE
SELECT gov_merkle_verify_inclusion('\x00', 2, 7, :'path', :'root');
\echo :SQLSTATE
SELECT gov_merkle_verify_inclusion(:'leaf', 2, 7, :'path'::bytea[] || '\x'::bytea, :'root');
\echo :SQLSTATE
SELECT gov_merkle_verify_inclusion(:'leaf', 2, 0, :'path', :'root');
\echo :SQLSTATE
SELECT gov_merkle_root('{a,NULL,c}');
\echo :SQLSTATE
SELECT gov_merkle_root('{{a,b},{c,d}}');
\echo :SQLSTATE

\set VERBOSITY sqlstate
-- index
SELECT gov_merkle_inclusion_path('{}', 0);
SELECT gov_merkle_inclusion_path(:'leaves', -1);
SELECT gov_merkle_inclusion_path(:'leaves', -9223372036854775808);
SELECT gov_merkle_inclusion_path(:'leaves', 9223372036854775807);
SELECT gov_merkle_verify_inclusion(:'leaf', -1, 7, :'path', :'root');
SELECT gov_merkle_verify_inclusion(:'leaf', 7, 7, :'path', :'root');
-- size
SELECT gov_merkle_verify_inclusion(:'leaf', 0, -1, :'path', :'root');
SELECT gov_merkle_consistency_path('{}', 0);
SELECT gov_merkle_consistency_path(:'leaves', -1);
SELECT gov_merkle_consistency_path(:'leaves', 9);
SELECT gov_merkle_verify_consistency(0, 7, :'way', :'old_root', :'root');
SELECT gov_merkle_verify_consistency(0, 0, '{}', :'root', :'root');
SELECT gov_merkle_verify_consistency(-1, 7, :'way', :'old_root', :'root');
SELECT gov_merkle_verify_consistency(8, 7, :'way', :'old_root', :'root');
SELECT gov_merkle_verify_consistency(-9223372036854775808, -9223372036854775808, '{}', :'root', :'root');
-- hash
SELECT gov_merkle_verify_inclusion(:'leaf', 2, 7, :'path', :'root'::bytea || '\x00');
SELECT gov_merkle_verify_consistency(3, 7, :'way', '\x', :'root');
SELECT gov_merkle_verify_consistency(3, 7, :'way', :'old_root', '\x');
SELECT gov_merkle_verify_consistency(3, 7, '{a}', :'old_root', :'root');
-- array
SELECT gov_merkle_inclusion_path('{NULL}', 0);
SELECT gov_merkle_inclusion_path('{{a}}', 0);
SELECT gov_merkle_consistency_path('{a,NULL}', 1);
SELECT gov_merkle_consistency_path('{{a}}', 1);
SELECT gov_merkle_verify_inclusion(:'leaf', 2, 7, '{NULL}', :'root');
SELECT gov_merkle_verify_inclusion(:'leaf', 2, 7, ARRAY[:'path'::bytea[]], :'root');
SELECT gov_merkle_verify_consistency(3, 7, '{NULL}', :'old_root', :'root');
SELECT gov_merkle_verify_consistency(3, 7, ARRAY[:'way'::bytea[]], :'old_root', :'root');
\set VERBOSITY default

DROP TABLE trees, stored;
DROP FUNCTION pg_temp.root_by_definition(bytea[]);
