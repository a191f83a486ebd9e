/*
 * tiles.h
 *		The tree's hashes as tiles of 256, and roots computed from them.
 *
 * The shape is that of C2SP's tlog-tiles: tile (0, n) holds the hashes of the
 * leaves from 256 * n on; tile (level, n) those of the full tiles of the level
 * below.  So the root of any perfect subtree is in one tile, and the root of
 * any range of a path, or of any earlier tree, takes O(log size) tiles.
 *
 * Invariants: a full tile is never written again; the last tile of each level
 * grows.  Reading is under the caller's snapshot.
 */
#ifndef GOV_TILES_H
#define GOV_TILES_H

#include "audit/log_scan.h"
#include "tlog/merkle.h"

#define GOV_TILE_WIDTH	256
#define GOV_TILE_BITS	8
#define GOV_TILE_LEVELS 8		/* there cannot be 256 ^ 8 leaves */

typedef struct GovTile
{
	int64		tile_index;		/* -1: none loaded */
	int			width;			/* hashes in it; 0 where there is no tile */
	GovTreeHash hash[GOV_TILE_WIDTH];
} GovTile;

typedef struct GovTiles
{
	GovLogScan	log;
	AttrNumber	level_column;
	AttrNumber	index_column;
	AttrNumber	hashes_column;
	GovTile    *cache[GOV_TILE_LEVELS][2];
} GovTiles;

extern void gov_tiles_open(GovTiles *tiles, Snapshot snapshot);
extern void gov_tiles_close(GovTiles *tiles);

/*
 * A tile, which stays valid during the next call for its level.  Its width is
 * 0 where there is none, or where it does not consist of hashes.
 */
extern const GovTile *gov_tiles_find(GovTiles *tiles, int level,
									 int64 tile_index);

/* The hash of one leaf, and the root of a range; MG005 where missing. */
extern GovTreeHash gov_tiles_leaf(GovTiles *tiles, int64 leaf_index);
extern GovTreeHash gov_tiles_range_root(GovTiles *tiles, GovTreeRange range);

/* The roots of the perfect subtrees that the first "size" leaves make. */
extern void gov_tiles_edge(GovTiles *tiles, int64 size, GovTreeEdge *edge);

/* The tile's number, or -1, of each level's last tile in a tree. */
extern int	gov_tile_last_width(int level, int64 tree_size,
								int64 *tile_index);

/* Append leaves to a tree of that size.  Inside SPI; only the sealer. */
extern void gov_tiles_append(int64 tree_size, const GovTreeHash *leaves,
							 int count, Snapshot snapshot);

/* Raise an error where OpenSSL failed to compute a hash. */
extern void gov_tree_must(GovTreeStatus status);

#endif							/* GOV_TILES_H */
