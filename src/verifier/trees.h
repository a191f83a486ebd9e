/*
 * trees.h
 *		The trees that were seen, and which is the beginning of which.
 *
 * Every claimed root is added: a checkpoint's, a proof's, the export's.  There
 * can be only one root for each size; another one is a fork.
 *
 * Only one relation is kept, and it is proven: that a tree is the beginning of
 * another.  A common beginning does not make two trees one log, as they may go
 * on differently.  What follows is added: the beginning of a beginning is a
 * beginning, and of two beginnings of a tree the smaller is the beginning of
 * the larger.
 *
 * Pure: no allocation.
 */
#ifndef VERIFIER_TREES_H
#define VERIFIER_TREES_H

#include <stdbool.h>

#include "tlog/merkle.h"

#define TREES_MAX 32

typedef struct Tree
{
	char		name[160];		/* whose claim, for messages; may be cut */
	uint64_t	size;
	GovTreeHash root;
} Tree;

typedef struct Trees
{
	int			count;
	Tree		tree[TREES_MAX];
	bool		begins[TREES_MAX][TREES_MAX];	/* does [i] begin [j]? */
} Trees;

/*
 * Add a tree and return its place, or -1 where there is no room.  *other is
 * the place of a tree of the same size with another root, or -1.
 */
extern int	trees_add(Trees *trees, const char *name, uint64_t size,
					  const GovTreeHash *root, int *other);

/* Add that the larger tree was proven to begin with the smaller one. */
extern void trees_begin(Trees *trees, int smaller, int larger);

/*
 * Is one of them the beginning of the other?  A tree without leaves is the
 * beginning of every tree.
 */
extern bool trees_are_one_log(const Trees *trees, int a, int b);

#endif							/* VERIFIER_TREES_H */
