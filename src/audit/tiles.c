/*
 * tiles.c
 *		The tree's hashes as tiles of 256, and roots computed from them.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "audit/tiles.h"
#include "core/errors.h"
#include "core/spi.h"

GOV_SQL(write_tiles, (INT4ARRAYOID, INT8ARRAYOID, BYTEAARRAYOID),
		"INSERT INTO governance.audit_tiles (level, tile_index, hashes)"
		" SELECT t.level, t.tile_index, t.hashes"
		" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2),"
		" pg_catalog.unnest($3)) AS t(level, tile_index, hashes)"
		" ON CONFLICT (level, tile_index)"
		" DO UPDATE SET hashes = EXCLUDED.hashes",
		.isolated = true);

/* Raise an error where OpenSSL failed to compute a hash. */
void
gov_tree_must(GovTreeStatus status)
{
	if (status != GOV_TREE_OK)
		elog(ERROR, "could not compute a tree hash: status %d", (int) status);
}

void
gov_tiles_open(GovTiles *tiles, Snapshot snapshot)
{
	gov_log_scan_open(&tiles->log, GOV_REL_AUDIT_TILES,
					  GOV_REL_AUDIT_TILES_PKEY, snapshot);
	tiles->level_column = gov_log_scan_column(&tiles->log, "level");
	tiles->index_column = gov_log_scan_column(&tiles->log, "tile_index");
	tiles->hashes_column = gov_log_scan_column(&tiles->log, "hashes");
	memset(tiles->cache, 0, sizeof(tiles->cache));
}

void
gov_tiles_close(GovTiles *tiles)
{
	int			level;

	gov_log_scan_close(&tiles->log);
	for (level = 0; level < GOV_TILE_LEVELS; level++)
	{
		if (tiles->cache[level][0])
			pfree(tiles->cache[level][0]);
		if (tiles->cache[level][1])
			pfree(tiles->cache[level][1]);
	}
}

/* Read a tile of the table; width 0 where there is none. */
static void
load_tile(GovTiles *tiles, int level, int64 tile_index, GovTile *tile)
{
	ScanKeyData keys[2];
	bool		isnull;
	Datum		value;
	bytea	   *bytes;

	tile->tile_index = tile_index;
	tile->width = 0;
	ScanKeyInit(&keys[0], tiles->level_column, BTEqualStrategyNumber,
				F_INT4EQ, Int32GetDatum(level));
	ScanKeyInit(&keys[1], tiles->index_column, BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(tile_index));
	gov_log_scan_seek(&tiles->log, 2, keys);
	if (!gov_log_scan_next(&tiles->log))
		return;
	value = gov_log_scan_value(&tiles->log, tiles->hashes_column, &isnull);
	if (isnull)
		return;
	bytes = DatumGetByteaPP(value);
	if (VARSIZE_ANY_EXHDR(bytes) <= sizeof(tile->hash) &&
		VARSIZE_ANY_EXHDR(bytes) % GOV_SHA256_LEN == 0)
	{
		tile->width = VARSIZE_ANY_EXHDR(bytes) / GOV_SHA256_LEN;
		memcpy(tile->hash, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	}
	if ((Pointer) bytes != DatumGetPointer(value))
		pfree(bytes);
}

const GovTile *
gov_tiles_find(GovTiles *tiles, int level, int64 tile_index)
{
	GovTile   **slot = &tiles->cache[level][tile_index & 1];

	if (*slot == NULL)
	{
		*slot = palloc(sizeof(GovTile));
		(*slot)->tile_index = -1;
	}
	if ((*slot)->tile_index != tile_index)
		load_tile(tiles, level, tile_index, *slot);
	return *slot;
}

/* Read the hashes of a tile that must be there. */
static const GovTreeHash *
tile_hashes(GovTiles *tiles, int level, int64 first, int count)
{
	int64		tile_index = first / GOV_TILE_WIDTH;
	int			offset = first % GOV_TILE_WIDTH;
	const GovTile *tile = gov_tiles_find(tiles, level, tile_index);

	if (tile->width < offset + count)
		ereport(ERROR,
				(errcode(ERRCODE_GOV_TRAIL_UNVERIFIED),
				 errmsg("the audit trail is damaged"),
				 errdetail("Tile " INT64_FORMAT " of level %d has %d hashes where at least %d belong.",
						   tile_index, level, tile->width, offset + count),
				 errhint("gov_audit_verify() says what else was altered.")));
	return &tile->hash[offset];
}

GovTreeHash
gov_tiles_leaf(GovTiles *tiles, int64 leaf_index)
{
	return *tile_hashes(tiles, 0, leaf_index, 1);
}

/* The root of the 2 ^ bits leaves from "first", a multiple of that. */
static GovTreeHash
subtree_root(GovTiles *tiles, int64 first, int bits)
{
	int			level = bits / GOV_TILE_BITS;
	int			count = 1 << (bits % GOV_TILE_BITS);
	GovTreeHash root;

	gov_tree_must(gov_tree_root(tile_hashes(tiles, level,
								   first >> (level * GOV_TILE_BITS), count),
					   count, &root));
	return root;
}

/* The perfect subtrees that a range consists of, largest first. */
static void
range_edge(GovTiles *tiles, GovTreeRange range, GovTreeEdge *edge)
{
	uint64		first = range.first;
	int			bits;

	gov_tree_edge_init(edge);
	edge->size = range.end - range.first;
	for (bits = GOV_TREE_MAX_HEIGHT - 1; bits >= 0; bits--)
	{
		if ((edge->size & (UINT64CONST(1) << bits)) == 0)
			continue;
		edge->node[edge->depth++] = subtree_root(tiles, first, bits);
		first += UINT64CONST(1) << bits;
	}
}

GovTreeHash
gov_tiles_range_root(GovTiles *tiles, GovTreeRange range)
{
	GovTreeEdge edge;
	GovTreeHash root;

	range_edge(tiles, range, &edge);
	gov_tree_must(gov_tree_edge_root(&edge, &root));
	return root;
}

void
gov_tiles_edge(GovTiles *tiles, int64 size, GovTreeEdge *edge)
{
	GovTreeRange all = {0, size};

	range_edge(tiles, all, edge);
}

/*
 * gov_tile_last_width
 *		The width of a level's last tile; 0 and -1 where the level has none.
 */
int
gov_tile_last_width(int level, int64 tree_size, int64 *tile_index)
{
	int64		hashes = tree_size >> (level * GOV_TILE_BITS);

	*tile_index = (hashes - 1) / GOV_TILE_WIDTH;
	if (hashes == 0)
	{
		*tile_index = -1;
		return 0;
	}
	return hashes - *tile_index * GOV_TILE_WIDTH;
}

/* The hashes and tiles that gov_tiles_append() collects. */
typedef struct TileWriter
{
	Datum	   *levels;
	Datum	   *indexes;
	Datum	   *hashes;
	int			count;
} TileWriter;

static void
add_tile(TileWriter *writer, int level, const GovTile *tile)
{
	size_t		len = tile->width * sizeof(GovTreeHash);
	bytea	   *bytes = palloc(VARHDRSZ + len);

	SET_VARSIZE(bytes, VARHDRSZ + len);
	memcpy(VARDATA(bytes), tile->hash, len);
	writer->levels[writer->count] = Int32GetDatum(level);
	writer->indexes[writer->count] = Int64GetDatum(tile->tile_index);
	writer->hashes[writer->count++] = PointerGetDatum(bytes);
}

/*
 * append_level
 *		Append hashes to those of a level; returns the roots of the tiles that
 *		this filled, and how many.
 */
static GovTreeHash *
append_level(GovTiles *tiles, TileWriter *writer, int level, int64 size,
			 const GovTreeHash *hashes, int count, int *filled)
{
	GovTreeHash *roots = palloc(sizeof(GovTreeHash) *
								(count / GOV_TILE_WIDTH + 1));
	GovTile    *tile = palloc(sizeof(GovTile));
	int			done = 0;

	*filled = 0;
	tile->tile_index = size / GOV_TILE_WIDTH;
	tile->width = size % GOV_TILE_WIDTH;
	if (tile->width > 0)
		memcpy(tile->hash,
			   tile_hashes(tiles, level, size - tile->width, tile->width),
			   tile->width * sizeof(GovTreeHash));
	while (done < count)
	{
		int			n = Min(count - done, GOV_TILE_WIDTH - tile->width);

		memcpy(&tile->hash[tile->width], &hashes[done],
			   n * sizeof(GovTreeHash));
		tile->width += n;
		done += n;
		add_tile(writer, level, tile);
		if (tile->width == GOV_TILE_WIDTH)
		{
			gov_tree_must(gov_tree_root(tile->hash, GOV_TILE_WIDTH,
							   &roots[(*filled)++]));
			tile->tile_index++;
			tile->width = 0;
		}
	}
	pfree(tile);
	return roots;
}

/*
 * gov_tiles_append
 *		Append leaves to a tree of that size.
 */
void
gov_tiles_append(int64 tree_size, const GovTreeHash *leaves, int count,
				 Snapshot snapshot)
{
	/* A level has at most a 256th of the tiles of the level below. */
	int			room = count / (GOV_TILE_WIDTH - 1) + 2 * GOV_TILE_LEVELS;
	const GovTreeHash *hashes = leaves;
	TileWriter	writer;
	GovTiles	tiles;
	int			level;

	writer.levels = palloc(sizeof(Datum) * room);
	writer.indexes = palloc(sizeof(Datum) * room);
	writer.hashes = palloc(sizeof(Datum) * room);
	writer.count = 0;

	gov_tiles_open(&tiles, snapshot);
	for (level = 0; count > 0; level++)
		hashes = append_level(&tiles, &writer, level,
							  tree_size >> (level * GOV_TILE_BITS), hashes,
							  count, &count);
	gov_tiles_close(&tiles);

#define ARRAY(values, type, len, byval, align) \
	gov_datum(PointerGetDatum(construct_array((values), writer.count, (type), \
											  (len), (byval), (align))), \
			  false)
	gov_run(&write_tiles,
			ARRAY(writer.levels, INT4OID, 4, true, TYPALIGN_INT),
			ARRAY(writer.indexes, INT8OID, 8, FLOAT8PASSBYVAL,
				  TYPALIGN_DOUBLE),
			ARRAY(writer.hashes, BYTEAOID, -1, false, TYPALIGN_INT));
#undef ARRAY
}
