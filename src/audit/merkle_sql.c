/*
 * merkle_sql.c
 *		The gov_merkle_* functions: tlog/merkle.c for any SQL user and data.
 *
 * Invariants: nothing is read but the arguments, no actor is asked for, and
 * the functions are immutable.  Impossible arguments are an error (22023); for
 * a proof that proves nothing the answer is false.  Leaves are hashed as they
 * are needed, so that a large array costs no memory beyond its elements'
 * addresses, and every loop over one can be interrupted.
 */
#include "postgres.h"

#include <openssl/err.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"

#include "tlog/merkle.h"

PG_FUNCTION_INFO_V1(gov_merkle_leaf_hash);
PG_FUNCTION_INFO_V1(gov_merkle_root);
PG_FUNCTION_INFO_V1(gov_merkle_inclusion_path);
PG_FUNCTION_INFO_V1(gov_merkle_consistency_path);
PG_FUNCTION_INFO_V1(gov_merkle_verify_inclusion);
PG_FUNCTION_INFO_V1(gov_merkle_verify_consistency);

/*
 * answer
 *		Turn a status into true or false, or into an error where it is neither.
 */
static bool
answer(GovTreeStatus status)
{
	unsigned long code;
	const char *reason;

	switch (status)
	{
		case GOV_TREE_OK:
			return true;
		case GOV_TREE_NOT_PROVEN:
			return false;
		case GOV_TREE_BAD_ARGUMENT:
			break;
		case GOV_TREE_HASH_FAILED:
			code = ERR_get_error();
			reason = code == 0 ? NULL : ERR_reason_error_string(code);
			ERR_clear_error();
			ereport(ERROR,
					(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
					 errmsg("could not compute a SHA-256 hash"),
					 errdetail("OpenSSL reports: %s.",
							   reason ? reason : "no reason"),
					 errhint("SHA-256 must be among the algorithms that the server's OpenSSL configuration allows.")));
	}
	elog(ERROR, "unexpected Merkle tree status %d", (int) status);
	return false;				/* keep the compiler quiet */
}

/*
 * hash_bytea
 *		A hash as an SQL value.
 */
static bytea *
hash_bytea(const GovTreeHash *hash)
{
	bytea	   *result = palloc(VARHDRSZ + GOV_SHA256_LEN);

	SET_VARSIZE(result, VARHDRSZ + GOV_SHA256_LEN);
	memcpy(VARDATA(result), hash->bytes, GOV_SHA256_LEN);
	return result;
}

/*
 * hash_of
 *		An SQL value as a hash; "what" names it in the error where it is not
 *		one.
 */
static GovTreeHash
hash_of(bytea *value, const char *what)
{
	GovTreeHash hash;

	if (VARSIZE_ANY_EXHDR(value) != GOV_SHA256_LEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not a SHA-256 hash", what),
				 errdetail("Its length in bytes is %zu, not %d.",
						   (size_t) VARSIZE_ANY_EXHDR(value), GOV_SHA256_LEN),
				 errhint("Give the hash itself as bytea; from hexadecimal digits, decode(..., 'hex') makes it.")));
	memcpy(hash.bytes, VARDATA_ANY(value), GOV_SHA256_LEN);
	return hash;
}

/*
 * elements_of
 *		The elements of a bytea[] and their number.
 *
 * It refuses arrays of several dimensions and NULLs, which make no sense in a
 * list of leaves or hashes.  Errors count as the array's own subscripts do.
 */
static int
elements_of(ArrayType *array, const char *what, Datum **elements)
{
	bool	   *nulls;
	int			count;
	int			i;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array \"%s\" is not a list", what),
				 errdetail("It has %d dimensions.", ARR_NDIM(array)),
				 errhint("Give an array of one dimension.")));
	deconstruct_array(array, BYTEAOID, -1, false, TYPALIGN_INT,
					  elements, &nulls, &count);
	for (i = 0; ARR_HASNULL(array) && i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("array \"%s\" contains NULL", what),
					 errdetail("Element %d is NULL.",
							   ARR_LBOUND(array)[0] + i),
					 errhint("Give every element; an empty one is '\\x'.")));
	}
	return count;
}

/*
 * path_of
 *		The hashes of a path, and their number.
 */
static GovTreeHash *
path_of(ArrayType *array, size_t *length)
{
	Datum	   *elements;
	int			count = elements_of(array, "path", &elements);
	GovTreeHash *path = palloc(count * sizeof(GovTreeHash));
	int			i;

	for (i = 0; i < count; i++)
	{
		char		what[sizeof("path element -2147483648")];

		CHECK_FOR_INTERRUPTS();
		snprintf(what, sizeof(what), "path element %d",
				 ARR_LBOUND(array)[0] + i);
		path[i] = hash_of(DatumGetByteaPP(elements[i]), what);
	}
	*length = count;
	return path;
}

/*
 * range_root
 *		The root over a range of leaves, which are data.
 */
static GovTreeHash
range_root(Datum *leaves, GovTreeRange range)
{
	GovTreeEdge edge;
	GovTreeHash hash;
	uint64		i;

	gov_tree_edge_init(&edge);
	for (i = range.first; i < range.end; i++)
	{
		bytea	   *leaf = DatumGetByteaPP(leaves[i]);

		CHECK_FOR_INTERRUPTS();
		answer(gov_tree_leaf_hash(VARDATA_ANY(leaf), VARSIZE_ANY_EXHDR(leaf),
								  &hash));
		answer(gov_tree_edge_append(&edge, &hash));
		if ((Pointer) leaf != DatumGetPointer(leaves[i]))
			pfree(leaf);
	}
	answer(gov_tree_edge_root(&edge, &hash));
	return hash;
}

/*
 * path_array
 *		The roots over ranges of leaves, as a bytea[].
 */
static ArrayType *
path_array(Datum *leaves, const GovTreeRange *ranges, int length)
{
	Datum		path[GOV_TREE_MAX_PATH];
	int			i;

	for (i = 0; i < length; i++)
	{
		GovTreeHash root = range_root(leaves, ranges[i]);

		path[i] = PointerGetDatum(hash_bytea(&root));
	}
	return construct_array(path, length, BYTEAOID, -1, false, TYPALIGN_INT);
}

/*
 * check_tree_size
 *		Check that the tree has leaves.
 */
static void
check_tree_size(int64 size, const char *what)
{
	if (size < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s " INT64_FORMAT " is out of range", what, size),
				 errdetail("A proof is about a tree of at least one leaf."),
				 errhint("Give the number of leaves in the tree.")));
}

/*
 * check_leaf_index
 *		Check an index, which counts from 0.
 */
static void
check_leaf_index(int64 leaf_index, int64 tree_size)
{
	if (leaf_index < 0 || leaf_index >= tree_size)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("leaf index " INT64_FORMAT " is out of range",
						leaf_index),
				 errdetail("Number of leaves: " INT64_FORMAT ".", tree_size),
				 errhint("Give the position of a leaf in the tree, counted from 0.")));
}

/*
 * check_old_size
 *		Check that the old tree has leaves, and is not larger than the new one.
 */
static void
check_old_size(int64 old_size, int64 new_size)
{
	if (old_size < 1 || old_size > new_size)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("old size " INT64_FORMAT " is out of range", old_size),
				 errdetail("Number of leaves in the new tree: " INT64_FORMAT ".",
						   new_size),
				 errhint("Give a size from 1 to that of the new tree; every tree begins with the empty one, so from 0 there is nothing to prove.")));
}

/*
 * gov_merkle_leaf_hash(data)
 *		The leaf hash of some data.
 */
Datum
gov_merkle_leaf_hash(PG_FUNCTION_ARGS)
{
	bytea	   *data = PG_GETARG_BYTEA_PP(0);
	GovTreeHash hash;

	answer(gov_tree_leaf_hash(VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data),
							  &hash));
	PG_RETURN_BYTEA_P(hash_bytea(&hash));
}

/*
 * gov_merkle_root(leaves)
 *		The root of the tree over some data.
 */
Datum
gov_merkle_root(PG_FUNCTION_ARGS)
{
	Datum	   *leaves;
	GovTreeRange all = {0, 0};
	GovTreeHash root;

	all.end = elements_of(PG_GETARG_ARRAYTYPE_P(0), "leaves", &leaves);
	root = range_root(leaves, all);
	PG_RETURN_BYTEA_P(hash_bytea(&root));
}

/* Check the second argument and return the path that it asks for. */
static Datum
find_path(FunctionCallInfo fcinfo, void (*check) (int64 number, int64 size),
		  GovTreeStatus (*find_ranges) (uint64_t number, uint64_t size,
										GovTreeRange *ranges, int *length))
{
	int64		number = PG_GETARG_INT64(1);
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	Datum	   *leaves;
	int			size = elements_of(PG_GETARG_ARRAYTYPE_P(0), "leaves",
								   &leaves);
	int			length;

	check(number, size);
	answer(find_ranges(number, size, ranges, &length));
	PG_RETURN_ARRAYTYPE_P(path_array(leaves, ranges, length));
}

/*
 * gov_merkle_inclusion_path(leaves, leaf_index)
 *		The path that proves that a leaf is in the tree.
 */
Datum
gov_merkle_inclusion_path(PG_FUNCTION_ARGS)
{
	return find_path(fcinfo, check_leaf_index, gov_tree_inclusion_ranges);
}

/*
 * gov_merkle_consistency_path(leaves, old_size)
 *		The path that proves that the tree begins with an older one.
 */
Datum
gov_merkle_consistency_path(PG_FUNCTION_ARGS)
{
	return find_path(fcinfo, check_old_size, gov_tree_consistency_ranges);
}

/*
 * gov_merkle_verify_inclusion(leaf_hash, leaf_index, tree_size, path, root)
 *		Does the path prove the leaf?
 */
Datum
gov_merkle_verify_inclusion(PG_FUNCTION_ARGS)
{
	GovTreeHash leaf_hash = hash_of(PG_GETARG_BYTEA_PP(0), "leaf hash");
	int64		leaf_index = PG_GETARG_INT64(1);
	int64		tree_size = PG_GETARG_INT64(2);
	GovTreeHash root = hash_of(PG_GETARG_BYTEA_PP(4), "root");
	GovTreeHash *path;
	size_t		length;

	check_tree_size(tree_size, "tree size");
	check_leaf_index(leaf_index, tree_size);
	path = path_of(PG_GETARG_ARRAYTYPE_P(3), &length);
	PG_RETURN_BOOL(answer(gov_tree_verify_inclusion(&leaf_hash, leaf_index,
													tree_size, path, length,
													&root)));
}

/*
 * gov_merkle_verify_consistency(old_size, new_size, path, old_root, new_root)
 *		Does the path prove that the new tree begins with the old one?
 */
Datum
gov_merkle_verify_consistency(PG_FUNCTION_ARGS)
{
	int64		old_size = PG_GETARG_INT64(0);
	int64		new_size = PG_GETARG_INT64(1);
	GovTreeHash old_root = hash_of(PG_GETARG_BYTEA_PP(3), "old root");
	GovTreeHash new_root = hash_of(PG_GETARG_BYTEA_PP(4), "new root");
	GovTreeHash *path;
	size_t		length;

	check_tree_size(new_size, "new size");
	check_old_size(old_size, new_size);
	path = path_of(PG_GETARG_ARRAYTYPE_P(2), &length);
	PG_RETURN_BOOL(answer(gov_tree_verify_consistency(old_size, new_size,
													  path, length,
													  &old_root, &new_root)));
}
