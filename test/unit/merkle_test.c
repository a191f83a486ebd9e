/*
 * merkle_test.c
 *		The Merkle tree: published values, hashes, roots, bad arguments.
 */
#include "merkle_naive.h"

/* The certificate-transparency project's test vectors for RFC 6962. */
static const struct
{
	const char *data;
	size_t		len;
	const char *root;			/* of the tree that ends with this leaf */
}			reference[] =
{
	{"", 0,
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
	{"\x00", 1,
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
	{"\x10", 1,
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
	{"\x20\x21", 2,
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
	{"\x30\x31", 2,
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
	{"\x40\x41\x42\x43", 4,
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
	{"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
	{"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

#define REFERENCE_SIZE (sizeof(reference) / sizeof(reference[0]))

static void
published_values(void)
{
	GovTreeHash leaf[REFERENCE_SIZE];
	GovTreeHash root;
	GovTreeHash path[GOV_TREE_MAX_PATH];
	int			length;
	char		what[80];

	is_int(gov_tree_leaf_hash("L123456", 7, &root), GOV_TREE_OK, "a leaf");
	is_hex(root.bytes, sizeof(root.bytes),
		   "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56",
		   "hash of leaf L123456");
	is_int(gov_tree_root(NULL, 0, &root), GOV_TREE_OK, "no leaves");
	is_hex(root.bytes, sizeof(root.bytes),
		   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		   "root of no leaves");
	for (size_t i = 0; i < REFERENCE_SIZE; i++)
	{
		gov_tree_leaf_hash(reference[i].data, reference[i].len, &leaf[i]);
		gov_tree_root(leaf, i + 1, &root);
		snprintf(what, sizeof(what), "root of the first %zu reference leaves",
				 i + 1);
		is_hex(root.bytes, sizeof(root.bytes), reference[i].root, what);
		root = naive_root(leaf, i + 1);
		snprintf(what, sizeof(what), "the same by definition, %zu", i + 1);
		is_hex(root.bytes, sizeof(root.bytes), reference[i].root, what);
	}

	is_int(gov_tree_inclusion_path(leaf, 8, 5, path, &length), GOV_TREE_OK,
		   "inclusion path of leaf 5 in 8");
	is_int(length, 3, "has three hashes");
	is_hex(path, 3 * sizeof(path[0]),
		   "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
		   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
		   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		   "and these");
	is_int(gov_tree_consistency_path(leaf, 8, 6, path, &length), GOV_TREE_OK,
		   "consistency path from 6 to 8");
	is_int(length, 3, "has three hashes");
	is_hex(path, 3 * sizeof(path[0]),
		   "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
		   "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
		   "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		   "and these");
	gov_tree_consistency_path(leaf, 5, 2, path, &length);
	is_int(length, 2, "consistency path from 2 to 5 has two hashes");
	is_hex(path, 2 * sizeof(path[0]),
		   "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
		   "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		   "and these");
}

static void
hashes_and_roots(void)
{
	GovTreeHash hash;
	GovTreeHash want;
	GovTreeEdge edge;
	uint8_t		both[2 * GOV_SHA256_LEN];

	for (size_t i = 0; i < LEAVES; i++)
	{
		uint8_t		data[LEAVES];

		memset(data, (int) i, i);
		expect(gov_tree_leaf_hash(data, i, &hash) == GOV_TREE_OK &&
			   same(&hash, &leaves[i]), "leaf of %zu bytes", i);
	}
	none_wrong("leaf hashes of 0 to 329 bytes");

	want = naive_node(leaves[3], leaves[4]);
	hash = leaves[3];
	ok(gov_tree_node_hash(&hash, &leaves[4], &hash) == GOV_TREE_OK &&
	   same(&hash, &want), "a node hash in place of its left");
	hash = leaves[4];
	ok(gov_tree_node_hash(&leaves[3], &hash, &hash) == GOV_TREE_OK &&
	   same(&hash, &want), "a node hash in place of its right");
	memcpy(both, &leaves[3], 32);
	memcpy(both + 32, &leaves[4], 32);
	gov_tree_leaf_hash(both, sizeof(both), &hash);
	ok(!same(&hash, &want), "a node cannot be passed off as a leaf");

	gov_tree_edge_init(&edge);
	for (uint64_t n = 0; n <= LARGEST + 150; n++)
	{
		want = naive_root(leaves, n);
		expect(gov_tree_root(leaves, n, &hash) == GOV_TREE_OK &&
			   same(&hash, &want), "root of %d", (int) n);
		expect(gov_tree_edge_root(&edge, &hash) == GOV_TREE_OK &&
			   same(&hash, &want) && edge.size == n, "edge of %d", (int) n);
		expect(edge.depth == __builtin_popcountll(n),
			   "depth %d at %d", edge.depth, (int) n);
		gov_tree_edge_append(&edge, &leaves[n]);
	}
	none_wrong("roots of 0 to 280 leaves, at once and one by one");
}

/* The arithmetic of appending where no test can get to by appending. */
static void
edge_at_the_limit(void)
{
	GovTreeEdge edge;
	GovTreeEdge before;
	GovTreeHash hash;
	GovTreeHash want;

	memset(&edge, 0, sizeof(edge));
	edge.size = GOV_TREE_MAX_SIZE - 1;
	edge.depth = 62;
	for (int i = 0; i < 62; i++)
		edge.node[i] = leaves[i];
	is_int(gov_tree_edge_append(&edge, &leaves[62]), GOV_TREE_OK,
		   "the last leaf that fits");
	ok(edge.size == GOV_TREE_MAX_SIZE && edge.depth == 63, "is counted");
	want = leaves[62];
	for (int i = 61; i >= 0; i--)
		want = naive_node(leaves[i], want);
	ok(gov_tree_edge_root(&edge, &hash) == GOV_TREE_OK && same(&hash, &want),
	   "and is in the root");
	before = edge;
	is_int(gov_tree_edge_append(&edge, &leaves[63]), GOV_TREE_BAD_ARGUMENT,
		   "one more does not fit");
	ok(memcmp(&edge, &before, sizeof(edge)) == 0, "and changes nothing");

	/* a carry through 62 levels */
	edge.size = (UINT64_C(1) << 62) - 1;
	edge.depth = 62;
	want = leaves[62];
	for (int i = 61; i >= 0; i--)
		want = naive_node(edge.node[i], want);
	is_int(gov_tree_edge_append(&edge, &leaves[62]), GOV_TREE_OK,
		   "a leaf that completes a tree of 2^62");
	ok(edge.size == UINT64_C(1) << 62 && edge.depth == 1 &&
	   same(&edge.node[0], &want), "leaves one subtree");
}

static void
bad_arguments(void)
{
	const uint64_t over = GOV_TREE_MAX_SIZE + 1;
	const GovTreeHash *h = leaves;
	GovTreeHash out[GOV_TREE_MAX_PATH];
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	int			length;

	is_int(gov_tree_root(h, over, out), GOV_TREE_BAD_ARGUMENT,
		   "root of 2^63");

	is_int(gov_tree_inclusion_path(h, 0, 0, out, &length),
		   GOV_TREE_BAD_ARGUMENT, "path in no leaves");
	is_int(gov_tree_inclusion_path(h, 8, 8, out, &length),
		   GOV_TREE_BAD_ARGUMENT, "path of leaf 8 in 8");
	is_int(gov_tree_inclusion_ranges(0, over, ranges, &length),
		   GOV_TREE_BAD_ARGUMENT, "path in 2^63");
	is_int(gov_tree_inclusion_ranges(UINT64_MAX, UINT64_MAX, ranges, &length),
		   GOV_TREE_BAD_ARGUMENT, "path of the largest number");

	is_int(gov_tree_consistency_path(h, 8, 0, out, &length),
		   GOV_TREE_BAD_ARGUMENT, "consistency from no leaves");
	is_int(gov_tree_consistency_path(h, 8, 9, out, &length),
		   GOV_TREE_BAD_ARGUMENT, "consistency backwards");
	is_int(gov_tree_consistency_path(h, 0, 0, out, &length),
		   GOV_TREE_BAD_ARGUMENT, "consistency of nothing");
	is_int(gov_tree_consistency_ranges(1, over, ranges, &length),
		   GOV_TREE_BAD_ARGUMENT, "consistency to 2^63");

	is_int(gov_tree_verify_inclusion(h, 0, 0, h, 0, h), GOV_TREE_BAD_ARGUMENT,
		   "a leaf in no leaves");
	is_int(gov_tree_verify_inclusion(h, 1, 1, h, 0, h), GOV_TREE_BAD_ARGUMENT,
		   "leaf 1 in 1");
	is_int(gov_tree_verify_inclusion(h, 0, over, h, 63, h),
		   GOV_TREE_BAD_ARGUMENT, "a leaf in 2^63");
	is_int(gov_tree_verify_consistency(0, 1, h, 0, h, h),
		   GOV_TREE_BAD_ARGUMENT, "no leaves as old tree");
	is_int(gov_tree_verify_consistency(0, 0, h, 0, h, h),
		   GOV_TREE_BAD_ARGUMENT, "no leaves as both");
	is_int(gov_tree_verify_consistency(2, 1, h, 0, h, h),
		   GOV_TREE_BAD_ARGUMENT, "a new tree that is smaller");
	is_int(gov_tree_verify_consistency(1, over, h, 63, h, h),
		   GOV_TREE_BAD_ARGUMENT, "2^63 as new tree");

	is_int(gov_tree_verify_consistency(5, 5, h, 0, h, h), GOV_TREE_OK,
		   "a tree is consistent with itself");
	is_int(gov_tree_verify_consistency(5, 5, h, 0, h, h + 1),
		   GOV_TREE_NOT_PROVEN, "but not with another of its size");
	is_int(gov_tree_verify_consistency(5, 5, h, 1, h, h),
		   GOV_TREE_NOT_PROVEN, "and needs no path for it");
}

int
main(void)
{
	make_leaves();
	published_values();
	hashes_and_roots();
	edge_at_the_limit();
	bad_arguments();
	return unit_done();
}
