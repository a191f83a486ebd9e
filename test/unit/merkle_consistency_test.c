/*
 * merkle_consistency_test.c
 *		Consistency proofs: made as defined, and proving only what is so.
 */
#include "merkle_naive.h"

static GovTreeStatus
consistency_wanted(uint64_t old_size, uint64_t new_size, const char *steps)
{
	char		theirs[GOV_TREE_MAX_PATH + 2];

	if (new_size > GOV_TREE_MAX_SIZE || old_size == 0 || old_size > new_size)
		return GOV_TREE_BAD_ARGUMENT;
	consistency_steps(old_size, new_size, true, theirs);
	return strcmp(theirs, steps) == 0 ? GOV_TREE_OK : GOV_TREE_NOT_PROVEN;
}

static void
consistency_paths(void)
{
	GovTreeHash path[GOV_TREE_MAX_PATH];
	GovTreeHash want[GOV_TREE_MAX_PATH];
	GovTreeHash old_root;
	GovTreeHash new_root;
	int			length;

	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		new_root = naive_root(leaves, n);
		for (uint64_t m = 1; m <= n; m++)
		{
			int			want_length = naive_subproof(m, leaves, n, true,
													 want);

			old_root = naive_root(leaves, m);
			expect(gov_tree_consistency_path(leaves, n, m, path,
											 &length) == GOV_TREE_OK &&
				   same_path(path, length, want, want_length),
				   "path from %d to %d", (int) m, (int) n);
			expect(gov_tree_verify_consistency(m, n, want, want_length,
											   &old_root,
											   &new_root) == GOV_TREE_OK,
				   "proof from %d to %d", (int) m, (int) n);
		}
	}
	none_wrong("consistency from every size to every size up to 130");
}

static void
consistency_flips(void)
{
	GovTreeHash path[GOV_TREE_MAX_PATH];
	GovTreeHash old_root;
	GovTreeHash new_root;
	char		steps[GOV_TREE_MAX_PATH + 2];
	unsigned	bit = 0;

	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		new_root = naive_root(leaves, n);
		for (uint64_t m = 1; m <= n; m++)
		{
			int			length = naive_subproof(m, leaves, n, true, path);
			bool		every_bit = n == 1 || n == 2 || n == 7 || n == 11;

			old_root = naive_root(leaves, m);
			for (int h = -2; h < length; h++)
			{
				GovTreeHash *hash = h == -2 ? &old_root :
					h == -1 ? &new_root : &path[h];

				for (int b = 0; b < (every_bit ? 256 : 1); b++)
				{
					bit = every_bit ? (unsigned) b : (bit + 101) % 256;
					hash->bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
					expect(gov_tree_verify_consistency(m, n, path, length,
													   &old_root,
													   &new_root) ==
						   GOV_TREE_NOT_PROVEN,
						   "%d to %d with bit %u of hash %d",
						   (int) m, (int) n, bit, h);
					hash->bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
				}
			}
		}
	}
	none_wrong("no consistency with one bit of a hash turned");

	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		new_root = naive_root(leaves, n);
		for (uint64_t m = 1; m <= n; m++)
		{
			int			length = naive_subproof(m, leaves, n, true, path);

			old_root = naive_root(leaves, m);
			consistency_steps(m, n, true, steps);
			for (int b = 0; b < 64; b = next_bit(b))
			{
				uint64_t	turned = UINT64_C(1) << b;

				expect(gov_tree_verify_consistency(m ^ turned, n, path,
												   length, &old_root,
												   &new_root) ==
					   consistency_wanted(m ^ turned, n, steps),
					   "%d to %d with bit %d of the old size",
					   (int) m, (int) n, b);
				expect(gov_tree_verify_consistency(m, n ^ turned, path,
												   length, &old_root,
												   &new_root) ==
					   consistency_wanted(m, n ^ turned, steps),
					   "%d to %d with bit %d of the new size",
					   (int) m, (int) n, b);
			}
		}
	}
	none_wrong("no consistency between other shapes of tree");
}

static void
consistency_lengths(void)
{
	GovTreeHash path[1000];
	GovTreeHash old_root;
	GovTreeHash new_root;

	for (uint64_t n = 1; n <= LARGEST; n++)
	{
		new_root = naive_root(leaves, n);
		for (uint64_t m = 1; m <= n; m++)
		{
			int			length = naive_subproof(m, leaves, n, true, path);

			old_root = naive_root(leaves, m);
			for (int l = 0; l < length; l++)
				expect(gov_tree_verify_consistency(m, n, path, l, &old_root,
												   &new_root) ==
					   GOV_TREE_NOT_PROVEN, "%d to %d, %d of %d",
					   (int) m, (int) n, l, length);
			if (length > 0)
				expect(gov_tree_verify_consistency(m, n, path + 1, length - 1,
												   &old_root, &new_root) ==
					   GOV_TREE_NOT_PROVEN, "%d to %d without its first",
					   (int) m, (int) n);
			for (int more = 0; more < 3; more++)
			{
				size_t		longer = more == 0 ? length + 1 :
					more == 1 ? 65 : 1000;

				for (size_t i = length; i < longer; i++)
					path[i] = leaves[i % LARGEST];
				expect(gov_tree_verify_consistency(m, n, path, longer,
												   &old_root, &new_root) ==
					   GOV_TREE_NOT_PROVEN, "%d to %d, %zu for %d",
					   (int) m, (int) n, longer, length);
			}
		}
	}
	none_wrong("no consistency by a path too short or too long");

	for (uint64_t n = 2; n <= LARGEST; n++)
	{
		GovTreeHash above = leaves[LARGEST];

		new_root = naive_root(leaves, n);
		for (uint64_t m = 1; m < n; m++)
		{
			int			length = naive_subproof(m, leaves, n, true, path);
			GovTreeHash old_over_left;
			GovTreeHash over_left = naive_node(above, new_root);
			GovTreeHash over_right = naive_node(new_root, above);

			old_root = naive_root(leaves, m);
			old_over_left = naive_node(above, old_root);
			path[length] = above;
			expect(gov_tree_verify_consistency(m, n, path, length + 1,
											   &old_over_left, &over_left) ==
				   GOV_TREE_NOT_PROVEN &&
				   gov_tree_verify_consistency(m, n, path, length + 1,
											   &old_root, &over_right) ==
				   GOV_TREE_NOT_PROVEN, "%d to %d", (int) m, (int) n);
		}
	}
	none_wrong("no consistency of roots above the trees'");
	is_int(gov_tree_verify_consistency(3, 5, NULL, 0, leaves, leaves),
		   GOV_TREE_NOT_PROVEN, "no path at all");
}

/* A log that changed its past has no path to show, whichever it tries. */
static void
consistency_of_a_rewritten_log(void)
{
	GovTreeHash rewritten[LARGEST];
	GovTreeHash path[GOV_TREE_MAX_PATH];
	GovTreeHash old_root;
	GovTreeHash new_root;
	int			length;

	for (uint64_t n = 2; n <= 40; n++)
	{
		for (uint64_t m = 1; m < n; m++)
		{
			old_root = naive_root(leaves, m);
			for (uint64_t changed = 0; changed < m; changed++)
			{
				memcpy(rewritten, leaves, sizeof(rewritten));
				rewritten[changed] = leaves[LARGEST];
				new_root = naive_root(rewritten, n);
				gov_tree_consistency_path(rewritten, n, m, path, &length);
				expect(gov_tree_verify_consistency(m, n, path, length,
												   &old_root, &new_root) ==
					   GOV_TREE_NOT_PROVEN, "%d to %d, leaf %d",
					   (int) m, (int) n, (int) changed);
				gov_tree_consistency_path(leaves, n, m, path, &length);
				expect(gov_tree_verify_consistency(m, n, path, length,
												   &old_root, &new_root) ==
					   GOV_TREE_NOT_PROVEN, "%d to %d, leaf %d, honest path",
					   (int) m, (int) n, (int) changed);
			}
		}
	}
	none_wrong("no consistency where an old leaf was changed");
}

static void
large_consistency(void)
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
			uint64_t	covered = 0;
			GovTreeHash old_root = leaves[70];
			GovTreeHash new_root;
			int			used = 0;
			int			got_length = -1;

			if (m == 0)
				continue;
			consistency_steps(m, n, true, steps);
			if (steps[0] == 'P')
				old_root = leaves[used++];
			else
				covered = m;
			new_root = old_root;
			for (const char *step = steps + 1; *step; step++, used++)
			{
				if (*step == 'L')
				{
					old_root = naive_node(leaves[used], old_root);
					new_root = naive_node(leaves[used], new_root);
				}
				else
					new_root = naive_node(new_root, leaves[used]);
			}
			expect(gov_tree_verify_consistency(m, n, leaves, used, &old_root,
											   &new_root) == GOV_TREE_OK,
				   "%" PRIu64 " to %" PRIu64, m, n);
			expect(gov_tree_verify_consistency(m, n, leaves, used - 1,
											   &old_root, &new_root) ==
				   GOV_TREE_NOT_PROVEN,
				   "%" PRIu64 " to %" PRIu64 ", short", m, n);
			expect(gov_tree_verify_consistency(m, n, leaves, used + 1,
											   &old_root, &new_root) ==
				   GOV_TREE_NOT_PROVEN,
				   "%" PRIu64 " to %" PRIu64 ", long", m, n);

			expect(gov_tree_consistency_ranges(m, n, ranges, &got_length) ==
				   GOV_TREE_OK && got_length == used,
				   "length %d from %" PRIu64 " to %" PRIu64,
				   got_length, m, n);
			for (int j = 0; j < got_length; j++)
				covered += ranges[j].end - ranges[j].first;
			expect(covered == n, "ranges from %" PRIu64 " to %" PRIu64, m, n);
			if (got_length > longest)
				longest = got_length;
		}
	}
	none_wrong("consistency of trees of up to 2^63 - 1 leaves");
	gov_tree_consistency_ranges(3, GOV_TREE_MAX_SIZE, ranges, &longest);
	is_int(longest, GOV_TREE_MAX_PATH, "the longest path fits exactly");
}

int
main(void)
{
	make_leaves();
	consistency_paths();
	consistency_flips();
	consistency_lengths();
	consistency_of_a_rewritten_log();
	large_consistency();
	return unit_done();
}
