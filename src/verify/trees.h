/*
 * trees.h
 *		The trees that were seen, and which of them are proven to be one log.
 *
 * Every root that somebody claims is put in: a checkpoint's, a proof's, the
 * export's.  Of one size there can be one root only; another is a fork.
 * Trees are one log where they are the same, or where a consistency path was
 * verified between them.
 *
 * Pure: no allocation.
 */
#ifndef VERIFY_TREES_H
#define VERIFY_TREES_H

#include <stdbool.h>

#include "audit/merkle.h"

#define TREES_MAX 32

typedef struct Tree
{
	char		name[160];		/* whose claim, for messages; may be cut */
	uint64_t	size;
	GovTreeHash root;
	int			log;			/* trees with the same are one log */
} Tree;

typedef struct Trees
{
	int			count;
	Tree		tree[TREES_MAX];
} Trees;

/*
 * Put a tree in and return its place; -1 where there is no room.  *other is
 * the place of a tree of the same size with another root, or -1.
 */
extern int	trees_add(Trees *trees, const char *name, uint64_t size,
					  const GovTreeHash *root, int *other);

/* Two trees were proven to be one log. */
extern void trees_join(Trees *trees, int a, int b);

/* A tree not proven to be one log with this one, or -1: there is none. */
extern int	trees_stranger(const Trees *trees, int tree);

#endif							/* VERIFY_TREES_H */
