/*
 * merkle.h
 *		The Merkle tree of RFC 6962 and RFC 9162, section 2.1.
 *
 * Pure: no server, no allocation, no recursion; the unit tests and the
 * offline verifier use the same code as the extension.  (The functions are
 * gov_tree_*, because gov_merkle_* are the C symbols of the SQL functions of
 * those names.)
 *
 * Invariants: sizes and indexes count leaves, at most GOV_TREE_MAX_SIZE,
 * so that a tree is at most 63 levels high, every size is a bigint, and none
 * of the arithmetic can overflow.  Indexes begin at 0.  Results mean nothing
 * unless the status is GOV_TREE_OK.  One thread: see sha256.h.
 */
#ifndef GOV_MERKLE_H
#define GOV_MERKLE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tlog/sha256.h"

#define GOV_TREE_MAX_SIZE	((uint64_t) INT64_MAX)
#define GOV_TREE_MAX_HEIGHT 63

/* A consistency path has one hash a level, and may name its starting node. */
#define GOV_TREE_MAX_PATH	(GOV_TREE_MAX_HEIGHT + 1)

typedef struct GovTreeHash
{
	uint8_t		bytes[GOV_SHA256_LEN];
} GovTreeHash;

static inline bool
gov_tree_hash_equal(const GovTreeHash *a, const GovTreeHash *b)
{
	return memcmp(a, b, sizeof(GovTreeHash)) == 0;
}

typedef enum GovTreeStatus
{
	GOV_TREE_OK = 0,
	GOV_TREE_NOT_PROVEN,		/* well-formed, but proves nothing */
	GOV_TREE_BAD_ARGUMENT,		/* a size or index that no tree can have */
	GOV_TREE_HASH_FAILED		/* OpenSSL failed: no answer */
} GovTreeStatus;

/* The leaves from "first" to before "end"; as a tree of its own, one hash. */
typedef struct GovTreeRange
{
	uint64_t	first;
	uint64_t	end;
} GovTreeRange;

/*
 * A tree that grows at its right edge: the roots of the perfect subtrees that
 * it is made of, largest and leftmost first, one per bit set in "size".
 */
typedef struct GovTreeEdge
{
	uint64_t	size;
	int			depth;			/* how many of "node" are in use */
	GovTreeHash node[GOV_TREE_MAX_HEIGHT];
} GovTreeEdge;

extern GovTreeStatus gov_tree_leaf_hash(const void *data, size_t len,
										GovTreeHash *hash);
extern GovTreeStatus gov_tree_node_hash(const GovTreeHash *left,
										const GovTreeHash *right,
										GovTreeHash *hash);

/* Growing a tree leaf by leaf, in memory that does not grow. */
extern void gov_tree_edge_init(GovTreeEdge *edge);
extern GovTreeStatus gov_tree_edge_append(GovTreeEdge *edge,
										  const GovTreeHash *leaf);
extern GovTreeStatus gov_tree_edge_root(const GovTreeEdge *edge,
										GovTreeHash *root);

/*
 * What a path consists of: the ranges whose roots are its hashes, in the
 * path's order.  Whoever holds the leaves, or tiles of them, supplies those
 * roots.  "length" is at most GOV_TREE_MAX_PATH.
 */
extern GovTreeStatus gov_tree_inclusion_ranges(uint64_t leaf_index,
											   uint64_t tree_size,
											   GovTreeRange *ranges,
											   int *length);
extern GovTreeStatus gov_tree_consistency_ranges(uint64_t old_size,
												 uint64_t new_size,
												 GovTreeRange *ranges,
												 int *length);

/* The same from an array of leaf hashes. */
extern GovTreeStatus gov_tree_root(const GovTreeHash *leaves, uint64_t size,
								   GovTreeHash *root);
extern GovTreeStatus gov_tree_inclusion_path(const GovTreeHash *leaves,
											 uint64_t size,
											 uint64_t leaf_index,
											 GovTreeHash *path, int *length);
extern GovTreeStatus gov_tree_consistency_path(const GovTreeHash *leaves,
											   uint64_t size,
											   uint64_t old_size,
											   GovTreeHash *path, int *length);

/* Returns GOV_TREE_OK if the path proves it, GOV_TREE_NOT_PROVEN if not. */
extern GovTreeStatus gov_tree_verify_inclusion(const GovTreeHash *leaf_hash,
											   uint64_t leaf_index,
											   uint64_t tree_size,
											   const GovTreeHash *path,
											   size_t length,
											   const GovTreeHash *root);
extern GovTreeStatus gov_tree_verify_consistency(uint64_t old_size,
												 uint64_t new_size,
												 const GovTreeHash *path,
												 size_t length,
												 const GovTreeHash *old_root,
												 const GovTreeHash *new_root);

#endif							/* GOV_MERKLE_H */
