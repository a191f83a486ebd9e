/*
 * trees.h
 *		The trees that were seen, and which of them begins which.
 *
 * Every root that somebody claims is put in: a checkpoint's, a proof's, the
 * export's.  Of one size there can be one root only; another is a fork.
 *
 * What is proven is that a tree begins another, and that alone is kept: two
 * logs that begin with one tree may go on in two ways, so a common beginning
 * makes no one log of them.  What follows is added: the beginning of a
 * beginning, and of two beginnings of one tree the smaller begins the larger.
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
 * Put a tree in and return its place; -1 where there is no room.  *other is
 * the place of a tree of the same size with another root, or -1.
 */
extern int	trees_add(Trees *trees, const char *name, uint64_t size,
					  const GovTreeHash *root, int *other);

/* It was proven that the larger tree begins with the smaller one. */
extern void trees_begin(Trees *trees, int smaller, int larger);

/*
 * Is one of them the beginning of the other?  A tree without leaves is the
 * beginning of every one.
 */
extern bool trees_are_one_log(const Trees *trees, int a, int b);

#endif							/* VERIFIER_TREES_H */
