-- Merkle trees over any data: pure functions, hashing as the audit trail's.

CREATE FUNCTION @extschema@.gov_merkle_leaf_hash(
    data bytea
) RETURNS bytea
AS 'MODULE_PATHNAME', 'gov_merkle_leaf_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_merkle_leaf_hash(bytea) IS
'The hash of a leaf with this content.  SHA-256 of a byte 0 and the data, 32 bytes (RFC 6962, RFC 9162 2.1.1).  Needs nothing.';

CREATE FUNCTION @extschema@.gov_merkle_root(
    leaves bytea[]
) RETURNS bytea
AS 'MODULE_PATHNAME', 'gov_merkle_root'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_merkle_root(bytea[]) IS
'The root of the Merkle tree over leaves.  They are data and not hashes; the root has 32 bytes; of no leaves, SHA-256 of nothing (RFC 6962, RFC 9162 2.1.1). A NULL leaf, or more than one dimension: 22023.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_merkle_inclusion_path(
    leaves     bytea[],
    leaf_index bigint
) RETURNS bytea[]
AS 'MODULE_PATHNAME', 'gov_merkle_inclusion_path'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_merkle_inclusion_path(bytea[], bigint) IS
'The hashes that prove a leaf to be in the tree over all leaves.  Leaves are data, counted from 0; the hashes go from the leaf upwards (RFC 6962 2.1.1, RFC 9162 2.1.3.1); empty for a tree of one leaf. An index out of range, a NULL leaf, or more than one dimension: 22023.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_merkle_consistency_path(
    leaves   bytea[],
    old_size bigint
) RETURNS bytea[]
AS 'MODULE_PATHNAME', 'gov_merkle_consistency_path'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_merkle_consistency_path(bytea[], bigint) IS
'The hashes that prove a tree to be the beginning of another.  The tree over leaves (data) begins with that over the first old_size of them (RFC 6962 2.1.2, RFC 9162 2.1.4.1); empty where both are the same tree. A size below 1 or above the number of leaves, a NULL leaf, or more than one dimension: 22023.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_merkle_verify_inclusion(
    leaf_hash  bytea,
    leaf_index bigint,
    tree_size  bigint,
    path       bytea[],
    root       bytea
) RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_merkle_verify_inclusion'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_merkle_verify_inclusion(bytea, bigint, bigint, bytea[], bytea) IS
'Does path prove a leaf to be in a tree?  The one with leaf_hash, at leaf_index (counted from 0), in the tree of tree_size leaves with this root (RFC 9162 2.1.3.2). False for a proof that does not prove. A hash that is not 32 bytes, an index or size out of range, a NULL in path, or more than one dimension: 22023.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_merkle_verify_consistency(
    old_size bigint,
    new_size bigint,
    path     bytea[],
    old_root bytea,
    new_root bytea
) RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_merkle_verify_consistency'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_merkle_verify_consistency(bigint, bigint, bytea[], bytea, bytea) IS
'Does path prove a tree to be the beginning of another?  The tree of new_size leaves with new_root begins with that of old_size leaves with old_root (RFC 9162 2.1.4.2); of equal sizes, the roots are equal and path is empty. False for a proof that does not prove. A hash that is not 32 bytes, a size below 1, old_size above new_size, a NULL in path, or more than one dimension: 22023.  Needs nothing.';
