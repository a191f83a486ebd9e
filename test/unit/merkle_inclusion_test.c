/*
 * merkle_inclusion_test.c
 *		Inclusion proofs: made as defined, and proving only what is so.
 */
#include "merkle_naive.h"

/* What a question about (index, size) must answer to a proof with "steps". */
static GovTreeStatus
inclusion_wanted(uint64_t index, uint64_t size, const char *steps)
{
	char		theirs[GOV_TREE_MAX_PATH + 2];

	if (size > GOV_TREE_MAX_SIZE || index >= size)
		return GOV_TREE_BAD_ARGUMENT;
	inclusion_steps(index, size, theirs);
	return strcmp(theirs, steps) == 0 ? GOV_TREE_OK : GOV_TREE_NOT_PROVEN;
}

static void
inclusion_paths(void)
{
	GovTreeHash path[GOV_TREE_MAX_PATH];
	GovTreeHash want[GOV_TREE_MAX_PATH];
	GovTreeHash root;
	int			length;

	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		root = naive_root(leaves, n);
		for (uint64_t m = 0; m < n; m++)
		{
			int			want_length = naive_path(m, leaves, n, want);

			expect(gov_tree_inclusion_path(leaves, n, m, path,
										   &length) == GOV_TREE_OK &&
				   same_path(path, length, want, want_length),
				   "path of %d in %d", (int) m, (int) n);
			expect(gov_tree_verify_inclusion(&leaves[m], m, n, want,
											 want_length,
											 &root) == GOV_TREE_OK,
				   "proof of %d in %d", (int) m, (int) n);
		}
	}
	none_wrong("inclusion of every leaf of every tree up to 130");
}

static void
inclusion_flips(void)
{
	GovTreeHash path[GOV_TREE_MAX_PATH + 2];
	GovTreeHash leaf;
	GovTreeHash root;
	char		steps[GOV_TREE_MAX_PATH + 2];
	unsigned	bit = 0;

	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		root = naive_root(leaves, n);
		for (uint64_t m = 0; m < n; m++)
		{
			int			length = naive_path(m, leaves, n, path);
			bool		every_bit = n == 1 || n == 2 || n == 7 || n == 11;

			leaf = leaves[m];
			for (int h = -2; h < length; h++)
			{
				GovTreeHash *hash = h == -2 ? &leaf :
					h == -1 ? &root : &path[h];

				for (int b = 0; b < (every_bit ? 256 : 1); b++)
				{
					bit = every_bit ? (unsigned) b : (bit + 101) % 256;
					hash->bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
					expect(gov_tree_verify_inclusion(&leaf, m, n, path, length,
													 &root) ==
						   GOV_TREE_NOT_PROVEN,
						   "%d in %d with bit %u of hash %d",
						   (int) m, (int) n, bit, h);
					hash->bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
				}
			}
			expect(gov_tree_verify_inclusion(&leaf, m, n, path, length,
											 &root) == GOV_TREE_OK,
				   "%d in %d after all that", (int) m, (int) n);
		}
	}
	none_wrong("no inclusion with one bit of a hash turned");

	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		root = naive_root(leaves, n);
		for (uint64_t m = 0; m < n; m++)
		{
			int			length = naive_path(m, leaves, n, path);

			inclusion_steps(m, n, steps);
			for (int b = 0; b < 64; b = next_bit(b))
			{
				uint64_t	turned = UINT64_C(1) << b;

				expect(gov_tree_verify_inclusion(&leaves[m], m ^ turned, n,
												 path, length, &root) ==
					   inclusion_wanted(m ^ turned, n, steps),
					   "%d in %d with bit %d of the index",
					   (int) m, (int) n, b);
				expect(gov_tree_verify_inclusion(&leaves[m], m, n ^ turned,
												 path, length, &root) ==
					   inclusion_wanted(m, n ^ turned, steps),
					   "%d in %d with bit %d of the size",
					   (int) m, (int) n, b);
			}
			for (uint64_t other = 0; other < n; other++)
			{
				if (other != m)
					expect(gov_tree_verify_inclusion(&leaves[m], other, n,
													 path, length, &root) ==
						   GOV_TREE_NOT_PROVEN, "%d in %d as %d",
						   (int) m, (int) n, (int) other);
			}
		}
	}
	none_wrong("no inclusion at another index, or in another shape of tree");
}

static void
inclusion_lengths(void)
{
	GovTreeHash path[1000];
	GovTreeHash root;

	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		root = naive_root(leaves, n);
		for (uint64_t m = 0; m < n; m++)
		{
			int			length = naive_path(m, leaves, n, path);

			for (int l = 0; l < length; l++)
				expect(gov_tree_verify_inclusion(&leaves[m], m, n, path, l,
												 &root) ==
					   GOV_TREE_NOT_PROVEN, "%d in %d, %d of %d",
					   (int) m, (int) n, l, length);
			if (length > 0)
				expect(gov_tree_verify_inclusion(&leaves[m], m, n, path + 1,
												 length - 1, &root) ==
					   GOV_TREE_NOT_PROVEN, "%d in %d without its first",
					   (int) m, (int) n);
			for (int more = 0; more < 3; more++)
			{
				size_t		longer = more == 0 ? length + 1 :
					more == 1 ? 65 : 1000;

				for (size_t i = length; i < longer; i++)
					path[i] = leaves[i % LARGEST];
				expect(gov_tree_verify_inclusion(&leaves[m], m, n, path,
												 longer, &root) ==
					   GOV_TREE_NOT_PROVEN, "%d in %d, %zu for %d",
					   (int) m, (int) n, longer, length);
			}
		}
	}
	none_wrong("no inclusion by a path too short or too long");

	/* ... not even if the root is made to fit the hash that is too many */
	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		GovTreeHash over_left = naive_node(leaves[LARGEST],
										   naive_root(leaves, n));
		GovTreeHash over_right = naive_node(naive_root(leaves, n),
											leaves[LARGEST]);

		for (uint64_t m = 0; m < n; m++)
		{
			int			length = naive_path(m, leaves, n, path);

			path[length] = leaves[LARGEST];
			expect(gov_tree_verify_inclusion(&leaves[m], m, n, path,
											 length + 1, &over_left) ==
				   GOV_TREE_NOT_PROVEN &&
				   gov_tree_verify_inclusion(&leaves[m], m, n, path,
											 length + 1, &over_right) ==
				   GOV_TREE_NOT_PROVEN, "%d in %d", (int) m, (int) n);
		}
	}
	none_wrong("no inclusion under a root above the tree's");
}

/*
 * The hashes of a path are made up; the roots that make it a proof follow from
 * the steps.
 */
static void
large_inclusion(void)
{
	uint64_t	numbers[3 * 63];
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	char		steps[GOV_TREE_MAX_PATH + 2];
	int			longest = 0;

	for (size_t s = 0; s < LARGE_SIZES; s++)
	{
		uint64_t	n = large_sizes[s];
		int			count = numbers_below(n, numbers);

		for (int i = 0; i < count; i++)
		{
			uint64_t	m = numbers[i];
			uint64_t	covered = 1;
			GovTreeHash root = leaves[64];
			int			length = inclusion_steps(m, n, steps);
			int			got_length = -1;

			for (int j = 0; j < length; j++)
				root = steps[j] == 'L' ? naive_node(leaves[j], root) :
					naive_node(root, leaves[j]);
			expect(gov_tree_verify_inclusion(&leaves[64], m, n, leaves, length,
											 &root) == GOV_TREE_OK,
				   "%" PRIu64 " in %" PRIu64, m, n);
			expect(gov_tree_verify_inclusion(&leaves[64], m, n, leaves,
											 length - 1, &root) ==
				   GOV_TREE_NOT_PROVEN,
				   "%" PRIu64 " in %" PRIu64 ", short", m, n);
			expect(gov_tree_verify_inclusion(&leaves[64], m, n, leaves,
											 length + 1, &root) ==
				   GOV_TREE_NOT_PROVEN,
				   "%" PRIu64 " in %" PRIu64 ", long", m, n);

			expect(gov_tree_inclusion_ranges(m, n, ranges, &got_length) ==
				   GOV_TREE_OK && got_length == length,
				   "length %d of %" PRIu64 " in %" PRIu64,
				   got_length, m, n);
			for (int j = 0; j < got_length; j++)
			{
				expect(steps[j] == 'L' ? ranges[j].end <= m :
					   ranges[j].first > m,
					   "range %d of %" PRIu64 " in %" PRIu64, j, m, n);
				covered += ranges[j].end - ranges[j].first;
			}
			expect(covered == n, "ranges of %" PRIu64 " in %" PRIu64, m, n);
			if (got_length > longest)
				longest = got_length;
		}
	}
	none_wrong("inclusion in trees of up to 2^63 - 1 leaves");
	is_int(longest, GOV_TREE_MAX_HEIGHT, "the longest path as tall as a tree");
}

int
main(void)
{
	make_leaves();
	inclusion_paths();
	inclusion_flips();
	inclusion_lengths();
	large_inclusion();
	return unit_done();
}
