/*
 * verify_tree.c
 *		The part of gov_audit_verify() that computes tiles and heads again.
 *
 * Each hash is compared with the stored one, and then the stored one is used
 * on the next level: so a failure is reported where it is, and not again on
 * each level and in each later head.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "utils/fmgroids.h"

#include "audit/verify.h"

int
gov_verify_tile_width(GovVerify *verify, int level, int64 tile_index)
{
	int64		hashes = verify->head.tree_size >> (level * GOV_TILE_BITS);

	return Max(Min(hashes - tile_index * GOV_TILE_WIDTH, GOV_TILE_WIDTH), 0);
}

/*
 * gov_verify_tree_begin
 *		Start from the tree of the first "from" leaves, as stored.
 */
void
gov_verify_tree_begin(GovVerify *verify)
{
	GovRollup  *rollup = &verify->rollup;
	int			level;

	rollup->size = verify->from;
	for (level = 0; level < GOV_TILE_LEVELS; level++)
	{
		int64		hashes = verify->from >> (level * GOV_TILE_BITS);
		int			count = hashes % GOV_TILE_WIDTH;
		const GovTile *tile;
		GovTreeHash zero = {{0}};
		int			i;

		gov_tree_edge_init(&rollup->level[level]);
		if (count == 0)
			continue;
		tile = gov_tiles_find(&verify->tiles, level, hashes / GOV_TILE_WIDTH);
		for (i = 0; i < count; i++)
			gov_tree_must(gov_tree_edge_append(&rollup->level[level],
									  i < tile->width ?
									  &tile->hash[i] : &zero));
	}
	verify->last_head_size = gov_tree_head_size_upto(verify->from,
													 verify->snapshot);
	gov_head_scan_open(&verify->heads, verify->from, verify->snapshot);
	verify->has_head = gov_head_scan_next(&verify->heads);
}

void
gov_verify_tree_root(GovVerify *verify, GovTreeHash *root)
{
	GovRollup  *rollup = &verify->rollup;
	GovTreeEdge all;
	int			level;
	int			i;

	gov_tree_edge_init(&all);
	all.size = rollup->size;
	for (level = GOV_TILE_LEVELS - 1; level >= 0; level--)
	{
		for (i = 0; i < rollup->level[level].depth; i++)
			all.node[all.depth++] = rollup->level[level].node[i];
	}
	gov_tree_must(gov_tree_edge_root(&all, root));
}

/* Compare the head of the present size with the tree computed so far. */
static void
check_head(GovVerify *verify)
{
	GovHeadScan *heads = &verify->heads;
	GovTreeHash root;

	gov_verify_tree_root(verify, &root);
	if (!heads->has_root || !gov_tree_hash_equal(&root, &heads->root))
		gov_verify_failed(verify, GOV_CHECK_TREE_HEADS,
						  "the root of the tree head of size " INT64_FORMAT
						  " does not follow from the tiles",
						  heads->tree_size);
}

/* Check that heads follow one another without a gap. */
static void
pass_heads(GovVerify *verify)
{
	GovHeadScan *heads = &verify->heads;

	while (verify->has_head && heads->tree_size <= verify->rollup.size)
	{
		if (heads->previous_size != verify->last_head_size)
			gov_verify_failed(verify, GOV_CHECK_TREE_HEADS,
							  "the tree head of size " INT64_FORMAT
							  " follows one of size " INT64_FORMAT
							  ", but the one before it has size "
							  INT64_FORMAT ": a head was removed, added or altered",
							  heads->tree_size, heads->previous_size,
							  verify->last_head_size);
		check_head(verify);
		verify->heads_checked++;
		verify->last_head_size = heads->tree_size;
		verify->has_head = gov_head_scan_next(heads);
	}
}

/* Put a hash into the tile that is being filled, and its root above it. */
static void
push(GovVerify *verify, int level, const GovTreeHash *hash)
{
	GovTreeEdge *edge = &verify->rollup.level[level];
	const GovTile *parent;
	GovTreeHash root;
	int64		tile_index;
	int			slot;
	int			bits;

	gov_tree_must(gov_tree_edge_append(edge, hash));
	if (edge->size < GOV_TILE_WIDTH)
		return;

	gov_tree_must(gov_tree_edge_root(edge, &root));
	gov_tree_edge_init(edge);
	bits = (level + 1) * GOV_TILE_BITS;
	tile_index = (verify->rollup.size >> bits) - 1;
	slot = tile_index % GOV_TILE_WIDTH;
	parent = gov_tiles_find(&verify->tiles, level + 1,
							tile_index / GOV_TILE_WIDTH);
	if (slot >= parent->width ||
		!gov_tree_hash_equal(&root, &parent->hash[slot]))
		gov_verify_failed(verify, GOV_CHECK_TILES,
						  "tile " INT64_FORMAT " of level %d (leaves "
						  INT64_FORMAT " to " INT64_FORMAT
						  ") does not give its entry in tile " INT64_FORMAT
						  " of level %d: one of them was altered",
						  tile_index, level,
						  tile_index << bits, ((tile_index + 1) << bits) - 1,
						  tile_index / GOV_TILE_WIDTH, level + 1);
	push(verify, level + 1,
		 slot < parent->width ? &parent->hash[slot] : &root);
}

void
gov_verify_tree_append(GovVerify *verify, const GovTreeHash *leaf)
{
	verify->rollup.size++;
	push(verify, 0, leaf);
	if (verify->has_head && verify->heads.tree_size <= verify->rollup.size)
		pass_heads(verify);
}

/* Report tiles that the tree does not have. */
static void
check_no_tiles(GovVerify *verify, int nkeys, ScanKey keys)
{
	GovLogScan *log = &verify->tiles.log;

	gov_log_scan_seek(log, nkeys, keys);
	while (gov_log_scan_next(log))
	{
		bool		isnull;
		Datum		level = gov_log_scan_value(log,
											   verify->tiles.level_column,
											   &isnull);

		gov_verify_failed(verify, GOV_CHECK_TILES,
						  "tile " INT64_FORMAT " of level %d was added: a tree of "
						  INT64_FORMAT " leaves has no such tile",
						  gov_log_scan_int8(log, verify->tiles.index_column),
						  DatumGetInt32(level), verify->head.tree_size);
	}
}

/*
 * gov_verify_tree_end
 *		Check the end of the log, after which nothing comes.
 */
void
gov_verify_tree_end(GovVerify *verify)
{
	GovTiles   *tiles = &verify->tiles;
	ScanKeyData keys[2];
	int			level;

	gov_head_scan_close(&verify->heads);
	if (verify->to < verify->head.tree_size)
		return;

	/* The lowest level was checked with its leaves. */
	for (level = 1; level < GOV_TILE_LEVELS; level++)
	{
		int64		last;
		int			width = gov_tile_last_width(level, verify->head.tree_size,
												&last);

		if (last >= 0 && gov_tiles_find(tiles, level, last)->width != width)
			gov_verify_failed(verify, GOV_CHECK_TILES,
							  "tile " INT64_FORMAT " of level %d was removed or altered: it has %d hashes where %d belong",
							  last, level,
							  gov_tiles_find(tiles, level, last)->width,
							  width);
	}
	for (level = 0; level < GOV_TILE_LEVELS; level++)
	{
		int64		last;

		(void) gov_tile_last_width(level, verify->head.tree_size, &last);
		ScanKeyInit(&keys[0], tiles->level_column, BTEqualStrategyNumber,
					F_INT4EQ, Int32GetDatum(level));
		ScanKeyInit(&keys[1], tiles->index_column, BTGreaterStrategyNumber,
					F_INT8GT, Int64GetDatum(last));
		check_no_tiles(verify, 2, keys);
		ScanKeyInit(&keys[0], tiles->level_column, BTEqualStrategyNumber,
					F_INT4EQ, Int32GetDatum(level));
		ScanKeyInit(&keys[1], tiles->index_column, BTLessStrategyNumber,
					F_INT8LT, Int64GetDatum(0));
		check_no_tiles(verify, 2, keys);
	}
	ScanKeyInit(&keys[0], tiles->level_column, BTLessStrategyNumber,
				F_INT4LT, Int32GetDatum(0));
	check_no_tiles(verify, 1, keys);
	ScanKeyInit(&keys[0], tiles->level_column, BTGreaterEqualStrategyNumber,
				F_INT4GE, Int32GetDatum(GOV_TILE_LEVELS));
	check_no_tiles(verify, 1, keys);
}
