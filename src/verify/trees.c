/*
 * trees.c
 *		The trees that were seen, and which of them are proven to be one log.
 *
 * There are a handful, so the plainest way will do.  A tree without leaves is
 * the beginning of every log.
 */
#include <stdio.h>
#include <string.h>

#include "verify/trees.h"

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
	tree->log = place;
	for (int i = 0; i < place; i++)
	{
		if (trees->tree[i].size != size)
			continue;
		if (memcmp(&trees->tree[i].root, root, sizeof(*root)) == 0)
			trees_join(trees, i, place);
		else
			*other = i;
	}
	return place;
}

void
trees_join(Trees *trees, int a, int b)
{
	int			from = trees->tree[b].log;
	int			to = trees->tree[a].log;

	for (int i = 0; i < trees->count; i++)
	{
		if (trees->tree[i].log == from)
			trees->tree[i].log = to;
	}
}

int
trees_stranger(const Trees *trees, int tree)
{
	for (int i = 0; i < trees->count; i++)
	{
		if (trees->tree[i].log != trees->tree[tree].log &&
			trees->tree[i].size > 0)
			return i;
	}
	return -1;
}
