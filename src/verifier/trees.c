/*
 * trees.c
 *		The trees that were seen, and which is the beginning of which.
 *
 * There are only a few, so the simplest way will do.
 */
#include <stdio.h>
#include <string.h>

#include "verifier/trees.h"

/*
 * Add what follows from the relations of one tree; returns whether anything
 * did.
 */
static bool
add_consequences(Trees *trees, int via)
{
	bool		added = false;

	for (int i = 0; i < trees->count; i++)
	{
		for (int j = 0; j < trees->count; j++)
		{
			if (trees->begins[i][j] || !trees->begins[i][via])
				continue;
			trees->begins[i][j] = trees->begins[via][j] ||
				(trees->begins[j][via] &&
				 trees->tree[i].size <= trees->tree[j].size);
			added = added || trees->begins[i][j];
		}
	}
	return added;
}

void
trees_begin(Trees *trees, int smaller, int larger)
{
	bool		added;

	trees->begins[smaller][larger] = true;
	do
	{
		added = false;
		for (int i = 0; i < trees->count; i++)
			added = add_consequences(trees, i) || added;
	} while (added);
}

int
trees_add(Trees *trees, const char *name, uint64_t size,
		  const GovTreeHash *root, int *other)
{
	Tree	   *tree;
	int			place = trees->count;

	*other = -1;
	if (place == TREES_MAX)
		return -1;
	tree = &trees->tree[trees->count++];
	snprintf(tree->name, sizeof(tree->name), "%s", name);
	tree->size = size;
	tree->root = *root;
	for (int i = 0; i < place; i++)
	{
		if (trees->tree[i].size != size)
			continue;
		if (memcmp(&trees->tree[i].root, root, sizeof(*root)) == 0)
		{
			trees_begin(trees, i, place);
			trees_begin(trees, place, i);
		}
		else
			*other = i;
	}
	return place;
}

bool
trees_are_one_log(const Trees *trees, int a, int b)
{
	return a == b || trees->begins[a][b] || trees->begins[b][a] ||
		trees->tree[a].size == 0 || trees->tree[b].size == 0;
}
