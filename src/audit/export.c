/*
 * export.c
 *		gov_audit_export(): the log as lines of JSON, for an offline verifier.
 *
 * SEALING.md has the format.  The verifier trusts nothing in it: it computes
 * leaves from the canonical bytes, and the root from the leaves.
 *
 * Invariants: one snapshot; lines go to a tuplestore, which spills to disk,
 * so memory does not grow with the range, nor with an event: a large one comes
 * in parts.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"

#include "access/require.h"
#include "audit/event_scan.h"
#include "audit/retired.h"
#include "audit/tiles.h"
#include "audit/tree_head.h"
#include "core/append_base64.h"
#include "core/args.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_audit_export);

#define EXPORT_FORMAT "governance-audit-export"
#define EXPORT_VERSION 1

/* Bytes of a part; three make four characters of base64. */
#define PART (3 * 1024 * 1024)

/* Events without a leaf, by id; xid as a number. */
static const char *const find_strays =
"SELECT e.event_id, e.incarnation, e.xid::pg_catalog.text::pg_catalog.int8"
" FROM governance.audit_events AS e"
" WHERE e.event_id OPERATOR(pg_catalog.>=) $1"
" AND (e.event_id OPERATOR(pg_catalog.<) $2"
" OR $2 OPERATOR(pg_catalog.=) 9223372036854775807)"
" AND NOT EXISTS (SELECT FROM governance.audit_leaves AS l"
" WHERE l.event_id OPERATOR(pg_catalog.=) e.event_id)"
" ORDER BY e.event_id";

static void
put_line(ReturnSetInfo *result, StringInfo line)
{
	Datum		value = PointerGetDatum(cstring_to_text_with_len(line->data,
																 line->len));
	bool		isnull = false;

	tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
	pfree(DatumGetPointer(value));
}

static void
append_hash(StringInfo line, const GovTreeHash *hash)
{
	char		hex[2 * GOV_SHA256_LEN + 1];

	gov_hex(hash->bytes, GOV_SHA256_LEN, hex);
	appendStringInfo(line, "\"%s\"", hex);
}

static void
append_hashes(StringInfo line, const GovTreeHash *hashes, int count)
{
	int			i;

	appendStringInfoChar(line, '[');
	for (i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(line, ',');
		append_hash(line, &hashes[i]);
	}
	appendStringInfoChar(line, ']');
}

/* Put the first line: what this is, and how far the log is sealed. */
static void
put_header(ReturnSetInfo *result, StringInfo line, GovTiles *tiles,
		   const GovTreeHead *head, int64 from, int64 to, int64 retired)
{
	GovTreeEdge edge;

	resetStringInfo(line);
	appendStringInfo(line, "{\"format\":\"%s\",\"version\":%d,\"log_id\":\"%s\","
					 "\"from\":" INT64_FORMAT ",\"to\":" INT64_FORMAT
					 ",\"tree_size\":" INT64_FORMAT ",\"root\":",
					 EXPORT_FORMAT, EXPORT_VERSION, gov_log_id(), from, to,
					 head->tree_size);
	append_hash(line, &head->root);
	/* the tree of the leaves before the range */
	gov_tiles_edge(tiles, from, &edge);
	appendStringInfoString(line, ",\"before\":");
	append_hashes(line, edge.node, edge.depth);
	if (retired > from)
		appendStringInfo(line, ",\"retired\":" INT64_FORMAT, retired);
	appendStringInfoChar(line, '}');
	put_line(result, line);
}

/*
 * Put the last line: the tree that ends with the range, and a proof that the
 * log extends it.
 */
static void
put_trailer(ReturnSetInfo *result, StringInfo line, GovTiles *tiles,
			const GovTreeHead *head, int64 from, int64 to)
{
	GovTreeRange all = {0, to};
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	GovTreeHash path[GOV_TREE_MAX_PATH];
	GovTreeHash root = gov_tiles_range_root(tiles, all);
	int			length = 0;
	int			i;

	if (to > 0 &&
		gov_tree_consistency_ranges(to, head->tree_size, ranges,
									&length) != GOV_TREE_OK)
		elog(ERROR, "trees of " INT64_FORMAT " and " INT64_FORMAT
			 " leaves have no path", to, head->tree_size);
	for (i = 0; i < length; i++)
		path[i] = gov_tiles_range_root(tiles, ranges[i]);

	resetStringInfo(line);
	appendStringInfo(line, "{\"leaves\":" INT64_FORMAT ",\"tree_size\":"
					 INT64_FORMAT ",\"root\":", to - from, to);
	append_hash(line, &root);
	appendStringInfoString(line, ",\"consistency\":");
	append_hashes(line, path, length);
	appendStringInfoChar(line, '}');
	put_line(result, line);
}

/* An event whose bytes come in parts. */
typedef struct Parts
{
	ReturnSetInfo *result;
	StringInfo	line;
	int64		leaf_index;
} Parts;

/* Put a line for each part but the last one. */
static bool
take_parts(StringInfo out, void *arg)
{
	Parts	   *parts = arg;
	int			given = 0;

	CHECK_FOR_INTERRUPTS();
	for (; out->len - given > PART; given += PART)
	{
		resetStringInfo(parts->line);
		appendStringInfo(parts->line, "{\"i\":" INT64_FORMAT ",\"part\":\"",
						 parts->leaf_index);
		gov_append_base64(parts->line, out->data + given, PART);
		appendStringInfoString(parts->line, "\"}");
		put_line(parts->result, parts->line);
	}
	memmove(out->data, out->data + given, out->len - given);
	out->len -= given;
	return true;
}

/*
 * put_leaf
 *		Put one leaf.  An event that the leaf map does not have, or a row that
 *		is gone, is null, so that the verifier sees that it is missing.
 */
static void
put_leaf(ReturnSetInfo *result, StringInfo line, GovTiles *tiles,
		 int64 leaf_index, const int64 *event_id, GovEventScan *events)
{
	GovTreeHash hash = gov_tiles_leaf(tiles, leaf_index);
	Parts		parts = {result, line, leaf_index};
	bool		is_there = false;

	if (event_id != NULL)
	{
		gov_event_seek_ids(events, *event_id, *event_id);
		is_there = gov_event_next(events);
	}
	if (is_there)
	{
		(void) gov_event_canonical(events, take_parts, &parts);
		(void) take_parts(&events->canonical, &parts);
	}
	resetStringInfo(line);
	appendStringInfo(line, "{\"i\":" INT64_FORMAT ",\"e\":", leaf_index);
	if (event_id == NULL)
		appendStringInfoString(line, "null");
	else
		appendStringInfo(line, INT64_FORMAT, *event_id);
	appendStringInfoString(line, ",\"h\":");
	append_hash(line, &hash);
	if (!is_there)
		appendStringInfoString(line, ",\"c\":null}");
	else
	{
		appendStringInfoString(line, ",\"c\":\"");
		gov_append_base64(line, events->canonical.data, events->canonical.len);
		appendStringInfoString(line, "\"}");
	}
	put_line(result, line);
}

/* The leaves of a range. */
static void
put_leaves(ReturnSetInfo *result, StringInfo line, GovTiles *tiles,
		   Snapshot snapshot, int64 from, int64 to)
{
	GovLogScan	map;
	GovEventScan events;
	AttrNumber	map_index;
	AttrNumber	map_event;
	ScanKeyData keys[2];
	int64		leaf_index = from;

	gov_log_scan_open(&map, GOV_REL_AUDIT_LEAVES, GOV_REL_AUDIT_LEAVES_PKEY,
					  snapshot);
	map_index = gov_log_scan_column(&map, "leaf_index");
	map_event = gov_log_scan_column(&map, "event_id");
	ScanKeyInit(&keys[0], map_index, BTGreaterEqualStrategyNumber, F_INT8GE,
				Int64GetDatum(from));
	ScanKeyInit(&keys[1], map_index, BTLessStrategyNumber, F_INT8LT,
				Int64GetDatum(to));
	gov_log_scan_seek(&map, 2, keys);
	gov_event_scan_open(&events, false, snapshot);
	while (gov_log_scan_next(&map))
	{
		int64		mapped = gov_log_scan_int8(&map, map_index);
		int64		event_id = gov_log_scan_int8(&map, map_event);

		while (leaf_index < mapped)
			put_leaf(result, line, tiles, leaf_index++, NULL, &events);
		put_leaf(result, line, tiles, leaf_index++, &event_id, &events);
	}
	while (leaf_index < to)
		put_leaf(result, line, tiles, leaf_index++, NULL, &events);
	gov_event_scan_close(&events);
	gov_log_scan_close(&map);
}

/* The event of a leaf, or what stands for it where the leaf map has none. */
static int64
event_of_leaf(Snapshot snapshot, int64 leaf_index, int64 otherwise)
{
	GovLogScan	map;
	ScanKeyData key;
	int64		event_id = otherwise;

	gov_log_scan_open(&map, GOV_REL_AUDIT_LEAVES, GOV_REL_AUDIT_LEAVES_PKEY,
					  snapshot);
	ScanKeyInit(&key, gov_log_scan_column(&map, "leaf_index"),
				BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(leaf_index));
	gov_log_scan_seek(&map, 1, &key);
	if (gov_log_scan_next(&map))
		event_id = gov_log_scan_int8(&map,
									 gov_log_scan_column(&map, "event_id"));
	gov_log_scan_close(&map);
	return event_id;
}

/*
 * put_strays
 *		Put events that should be in a leaf and are in none.
 *
 * A range covers the ids from its first leaf's event up to that of the first
 * leaf after it, so ranges that meet cover all ids.
 */
static void
put_strays(ReturnSetInfo *result, StringInfo line, Snapshot snapshot,
		   const GovTreeHead *head, int64 from, int64 to)
{
	Oid			types[2] = {INT8OID, INT8OID};
	Datum		values[2];
	Portal		portal;

	values[0] = Int64GetDatum(from == 0 ? PG_INT64_MIN :
							  event_of_leaf(snapshot, from, PG_INT64_MAX));
	values[1] = Int64GetDatum(to == head->tree_size ? PG_INT64_MAX :
							  event_of_leaf(snapshot, to, PG_INT64_MAX));
	if (from == to)
		return;
	gov_spi_begin();
	portal = SPI_cursor_open_with_args(NULL, find_strays, 2, types, values,
									   NULL, true, 0);
	for (;;)
	{
		uint64		i;

		SPI_cursor_fetch(portal, true, 1000);
		if (SPI_processed == 0)
			break;
		for (i = 0; i < SPI_processed; i++)
		{
			int64		event_id = gov_row_int8(i, 1);

			/* the others are still to be sealed */
			if (!gov_tree_head_covers(head, gov_row_int8(i, 2),
									  gov_row_int8(i, 3), event_id))
				continue;
			resetStringInfo(line);
			appendStringInfo(line, "{\"i\":null,\"e\":" INT64_FORMAT
							 ",\"h\":null,\"c\":null}", event_id);
			put_line(result, line);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	gov_spi_end();
}

/*
 * gov_audit_export(from_index, to_index)
 */
Datum
gov_audit_export(PG_FUNCTION_ARGS)
{
	int64		from = PG_ARGISNULL(0) ? 0 :
		gov_arg_int8(fcinfo, 0, "from_index", 0, PG_INT64_MAX);
	int64		to = PG_ARGISNULL(1) ? -1 :
		gov_arg_int8(fcinfo, 1, "to_index", 0, PG_INT64_MAX);
	Snapshot	snapshot = GetActiveSnapshot();
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	GovTreeHead head;
	GovTiles	tiles;
	StringInfoData line;

	if (to >= 0 && from > to)
		gov_bad_value("from_index", "It is larger than to_index.",
					  "The range ends before to_index.");
	(void) gov_require(GOV_PERM_AUDIT_READ, NULL);
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	gov_tree_head_last(snapshot, &head);
	gov_check_log_range(&from, &to, head.tree_size);

	initStringInfo(&line);
	gov_tiles_open(&tiles, snapshot);
	put_header(result, &line, &tiles, &head, from, to,
			   gov_retired_size(snapshot));
	put_leaves(result, &line, &tiles, snapshot, from, to);
	put_strays(result, &line, snapshot, &head, from, to);
	put_trailer(result, &line, &tiles, &head, from, to);
	gov_tiles_close(&tiles);
	PG_RETURN_NULL();
}
