/*
 * merkle.c
 *		The Merkle tree of RFC 6962 and RFC 9162, section 2.1.
 *
 * The tree of n > 1 leaves has as its left subtree the first k leaves, k the
 * largest power of two below n, and as its right subtree the rest.  A leaf is
 * hashed with a byte 0 before it and a node with a byte 1, so that neither can
 * be passed off as the other.
 *
 * Making a path is done in two steps: first which ranges of leaves its hashes
 * stand for (arithmetic only), then the root of each range.  The second step
 * depends on what the caller has: an array here, tiles or rows elsewhere.
 *
 * Invariants: see merkle.h.  Nothing here keeps state between calls.
 */
#include <string.h>

#include "tlog/merkle.h"

/* The bytes before the hashed ones: RFC 9162, 2.1.1. */
#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

/*
 * split_of
 *		The largest power of two below "size", which is at least 2.
 */
static uint64_t
split_of(uint64_t size)
{
	uint64_t	split = 1;

	while (split < size - split)
		split <<= 1;
	return split;
}

static bool
same_hash(const GovTreeHash *a, const GovTreeHash *b)
{
	return memcmp(a->bytes, b->bytes, GOV_SHA256_LEN) == 0;
}

/*
 * gov_tree_leaf_hash
 *		The hash of a leaf with this content.
 */
GovTreeStatus
gov_tree_leaf_hash(const void *data, size_t len, GovTreeHash *hash)
{
	static const uint8_t prefix = LEAF_PREFIX;

	if (!gov_sha256_two(&prefix, 1, data, len, hash->bytes))
		return GOV_TREE_HASH_FAILED;
	return GOV_TREE_OK;
}

/*
 * gov_tree_node_hash
 *		The hash of the node above two others.
 *
 * "hash" may be one of the two.
 */
GovTreeStatus
gov_tree_node_hash(const GovTreeHash *left, const GovTreeHash *right,
				   GovTreeHash *hash)
{
	uint8_t		input[1 + 2 * GOV_SHA256_LEN];

	input[0] = NODE_PREFIX;
	memcpy(input + 1, left->bytes, GOV_SHA256_LEN);
	memcpy(input + 1 + GOV_SHA256_LEN, right->bytes, GOV_SHA256_LEN);
	if (!gov_sha256(input, sizeof(input), hash->bytes))
		return GOV_TREE_HASH_FAILED;
	return GOV_TREE_OK;
}

/*
 * gov_tree_edge_init
 *		The tree without leaves.
 */
void
gov_tree_edge_init(GovTreeEdge *edge)
{
	edge->size = 0;
	edge->depth = 0;
}

/*
 * gov_tree_edge_append
 *		Add one leaf, given by its hash.
 *
 * As in a binary counter: each bit that carries joins two subtrees of equal
 * size.  Where the status is not GOV_TREE_OK, the tree is as it was.
 */
GovTreeStatus
gov_tree_edge_append(GovTreeEdge *edge, const GovTreeHash *leaf)
{
	GovTreeHash hash = *leaf;
	int			depth = edge->depth;
	uint64_t	carry;

	if (edge->size >= GOV_TREE_MAX_SIZE)
		return GOV_TREE_BAD_ARGUMENT;
	for (carry = edge->size; carry & 1; carry >>= 1)
	{
		GovTreeStatus status;

		status = gov_tree_node_hash(&edge->node[depth - 1], &hash, &hash);
		if (status != GOV_TREE_OK)
			return status;
		depth--;
	}
	edge->node[depth] = hash;
	edge->depth = depth + 1;
	edge->size++;
	return GOV_TREE_OK;
}

/*
 * gov_tree_edge_root
 *		The root of the tree so far; the tree can still grow.
 */
GovTreeStatus
gov_tree_edge_root(const GovTreeEdge *edge, GovTreeHash *root)
{
	GovTreeHash hash;
	int			i;

	if (edge->depth == 0)
		return gov_sha256(NULL, 0, root->bytes) ?
			GOV_TREE_OK : GOV_TREE_HASH_FAILED;

	hash = edge->node[edge->depth - 1];
	for (i = edge->depth - 2; i >= 0; i--)
	{
		GovTreeStatus status;

		status = gov_tree_node_hash(&edge->node[i], &hash, &hash);
		if (status != GOV_TREE_OK)
			return status;
	}
	*root = hash;
	return GOV_TREE_OK;
}

/*
 * reverse_ranges
 *		The ranges were found from the root down; a path goes upwards.
 */
static void
reverse_ranges(GovTreeRange *ranges, int length)
{
	int			low = 0;
	int			high = length - 1;

	while (low < high)
	{
		GovTreeRange swap = ranges[low];

		ranges[low++] = ranges[high];
		ranges[high--] = swap;
	}
}

/*
 * descend
 *		Step from "at" into its half with leaf "target"; returns the other
 *		half.
 */
static GovTreeRange
descend(GovTreeRange *at, uint64_t target)
{
	uint64_t	middle = at->first + split_of(at->end - at->first);
	GovTreeRange other = *at;

	if (target < middle)
	{
		other.first = middle;
		at->end = middle;
	}
	else
	{
		other.end = middle;
		at->first = middle;
	}
	return other;
}

/*
 * gov_tree_inclusion_ranges
 *		PATH(m, D_n) of RFC 6962, 2.1.1, as ranges.
 */
GovTreeStatus
gov_tree_inclusion_ranges(uint64_t leaf_index, uint64_t tree_size,
						  GovTreeRange *ranges, int *length)
{
	GovTreeRange at = {0, tree_size};
	int			n = 0;

	if (tree_size > GOV_TREE_MAX_SIZE || leaf_index >= tree_size)
		return GOV_TREE_BAD_ARGUMENT;
	while (at.end - at.first > 1)
		ranges[n++] = descend(&at, leaf_index);
	reverse_ranges(ranges, n);
	*length = n;
	return GOV_TREE_OK;
}

/*
 * gov_tree_consistency_ranges
 *		PROOF(m, D_n) of RFC 6962, 2.1.2, as ranges.
 *
 * The way down follows the last leaf of the old tree until a subtree ends
 * where the old tree ends.  That subtree is the start of the verifier's way
 * up; it is left out where it is the whole old tree, whose root the verifier
 * has.
 */
GovTreeStatus
gov_tree_consistency_ranges(uint64_t old_size, uint64_t new_size,
							GovTreeRange *ranges, int *length)
{
	GovTreeRange at = {0, new_size};
	int			n = 0;

	if (new_size > GOV_TREE_MAX_SIZE || old_size == 0 || old_size > new_size)
		return GOV_TREE_BAD_ARGUMENT;
	while (at.end != old_size)
		ranges[n++] = descend(&at, old_size - 1);
	if (at.first != 0)
		ranges[n++] = at;
	reverse_ranges(ranges, n);
	*length = n;
	return GOV_TREE_OK;
}

/*
 * gov_tree_root
 *		The root over an array of leaf hashes; SHA-256 of nothing if it is
 *		empty.
 */
GovTreeStatus
gov_tree_root(const GovTreeHash *leaves, uint64_t size, GovTreeHash *root)
{
	GovTreeEdge edge;
	uint64_t	i;

	if (size > GOV_TREE_MAX_SIZE)
		return GOV_TREE_BAD_ARGUMENT;
	gov_tree_edge_init(&edge);
	for (i = 0; i < size; i++)
	{
		GovTreeStatus status = gov_tree_edge_append(&edge, &leaves[i]);

		if (status != GOV_TREE_OK)
			return status;
	}
	return gov_tree_edge_root(&edge, root);
}

/*
 * range_roots
 *		Compute the roots of ranges of an array of leaf hashes.
 */
static GovTreeStatus
range_roots(GovTreeStatus status, const GovTreeHash *leaves,
			const GovTreeRange *ranges, const int *length,
			GovTreeHash *roots)
{
	int			i;

	for (i = 0; status == GOV_TREE_OK && i < *length; i++)
		status = gov_tree_root(leaves + ranges[i].first,
							   ranges[i].end - ranges[i].first, &roots[i]);
	return status;
}

/*
 * gov_tree_inclusion_path
 *		The path that proves a leaf to be in the tree over "leaves".
 *
 * "path" has room for GOV_TREE_MAX_PATH.
 */
GovTreeStatus
gov_tree_inclusion_path(const GovTreeHash *leaves, uint64_t size,
						uint64_t leaf_index, GovTreeHash *path, int *length)
{
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	GovTreeStatus status = gov_tree_inclusion_ranges(leaf_index, size, ranges,
													 length);

	return range_roots(status, leaves, ranges, length, path);
}

/*
 * gov_tree_consistency_path
 *		The path that proves that the tree over "leaves" begins with the tree
 *		over the first "old_size" of them.
 *
 * "path" has room for GOV_TREE_MAX_PATH.
 */
GovTreeStatus
gov_tree_consistency_path(const GovTreeHash *leaves, uint64_t size,
						  uint64_t old_size, GovTreeHash *path, int *length)
{
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	GovTreeStatus status = gov_tree_consistency_ranges(old_size, size, ranges,
													   length);

	return range_roots(status, leaves, ranges, length, path);
}

/*
 * skip_lone_levels
 *		Skip the levels on which the last node of the tree has no sibling.
 *
 * The last part of step 4.b of RFC 9162, 2.1.3.2, and 6.b of 2.1.4.2.
 */
static void
skip_lone_levels(uint64_t *fn, uint64_t *sn)
{
	while ((*fn & 1) == 0 && *fn != 0)
	{
		*fn >>= 1;
		*sn >>= 1;
	}
}

/*
 * gov_tree_verify_inclusion
 *		RFC 9162, 2.1.3.2: does "path" prove the leaf to be in the tree?
 *
 * The names fn, sn and r are the RFC's.
 */
GovTreeStatus
gov_tree_verify_inclusion(const GovTreeHash *leaf_hash, uint64_t leaf_index,
						  uint64_t tree_size, const GovTreeHash *path,
						  size_t length, const GovTreeHash *root)
{
	uint64_t	fn = leaf_index;
	uint64_t	sn = tree_size - 1;
	GovTreeHash r = *leaf_hash;
	size_t		i;

	if (tree_size > GOV_TREE_MAX_SIZE || leaf_index >= tree_size)
		return GOV_TREE_BAD_ARGUMENT;
	for (i = 0; i < length; i++)
	{
		GovTreeStatus status;

		if (sn == 0)
			return GOV_TREE_NOT_PROVEN;
		if ((fn & 1) || fn == sn)
		{
			status = gov_tree_node_hash(&path[i], &r, &r);
			skip_lone_levels(&fn, &sn);
		}
		else
			status = gov_tree_node_hash(&r, &path[i], &r);
		if (status != GOV_TREE_OK)
			return status;
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same_hash(&r, root) ? GOV_TREE_OK : GOV_TREE_NOT_PROVEN;
}

/*
 * gov_tree_verify_consistency
 *		RFC 9162, 2.1.4.2: does "path" prove that the new tree begins with the
 *		old one?
 *
 * The names fn, sn, fr and sr are the RFC's.  Of equal sizes only the empty
 * path and equal roots prove anything.
 */
GovTreeStatus
gov_tree_verify_consistency(uint64_t old_size, uint64_t new_size,
							const GovTreeHash *path, size_t length,
							const GovTreeHash *old_root,
							const GovTreeHash *new_root)
{
	uint64_t	fn = old_size - 1;
	uint64_t	sn = new_size - 1;
	GovTreeHash fr;
	GovTreeHash sr;
	size_t		i = 0;

	if (new_size > GOV_TREE_MAX_SIZE || old_size == 0 || old_size > new_size)
		return GOV_TREE_BAD_ARGUMENT;
	if (old_size == new_size)
		return length == 0 && same_hash(old_root, new_root) ?
			GOV_TREE_OK : GOV_TREE_NOT_PROVEN;
	if (length == 0)
		return GOV_TREE_NOT_PROVEN;

	/* An old tree of 2^k leaves is itself the node to start from. */
	fr = (old_size & (old_size - 1)) == 0 ? *old_root : path[i++];
	sr = fr;
	while (fn & 1)
	{
		fn >>= 1;
		sn >>= 1;
	}
	for (; i < length; i++)
	{
		GovTreeStatus status;

		if (sn == 0)
			return GOV_TREE_NOT_PROVEN;
		if ((fn & 1) || fn == sn)
		{
			status = gov_tree_node_hash(&path[i], &fr, &fr);
			if (status == GOV_TREE_OK)
				status = gov_tree_node_hash(&path[i], &sr, &sr);
			skip_lone_levels(&fn, &sn);
		}
		else
			status = gov_tree_node_hash(&sr, &path[i], &sr);
		if (status != GOV_TREE_OK)
			return status;
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && same_hash(&fr, old_root) && same_hash(&sr, new_root) ?
		GOV_TREE_OK : GOV_TREE_NOT_PROVEN;
}
