/*
 * verify.c
 *		gov_audit_verify(): computing the log again from its rows.
 *
 * Leaves are read in order, a stretch at a time.  The events of a stretch are
 * read by a range of their ids, which are nearly in the same order, so that
 * every event between two sealed ones is seen once, even one that has no leaf.
 * Ids before that range are looked up one by one.
 *
 * Invariants: one snapshot; memory does not grow with the log; nothing is
 * written but, where writing is allowed, one row of progress; what is found
 * is reported, not raised.
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "audit/retired.h"
#include "audit/seal.h"
#include "audit/verify.h"
#include "core/args.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_audit_verify);

#define STRETCH 1024			/* leaves at a time: 4 tiles stay in cache */

GOV_SQL(insert_progress,
		(INT8OID, INT8OID, INT8OID, BYTEAOID, INT8OID, TIMESTAMPTZOID,
		 TEXTOID),
		"INSERT INTO governance.audit_verify_progress (from_index,"
		" to_index, tree_size, root, failures, started_at, verified_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)",
		.isolated = true);

/* A leaf of the stretch. */
typedef struct Leaf
{
	int64		event_id;
	bool		is_mapped;		/* the leaf map has it */
	bool		is_sealed;		/* the tile has it: "sealed" */
	bool		is_found;		/* its event's row is there */
	GovTreeHash sealed;
	GovTreeHash computed;
	GovTreeHash stored;
} Leaf;

typedef struct Position
{
	int64		event_id;
	int			leaf;			/* in the stretch */
} Position;

typedef struct Walk
{
	GovVerify	verify;
	uint64		next_xid;		/* no transaction from here on is visible */
	uint64		own_xid;
	int64		incarnation;
	GovLogScan	map;			/* by leaf index */
	AttrNumber	map_index;
	AttrNumber	map_event;
	GovLogScan	by_event;		/* the same by event */
	GovLogScan	flags;
	GovEventScan events;
	int64		seen_upto;		/* events up to this id were gone through */
	int64		first;			/* leaf index of the stretch */
	int			count;
	Leaf		leaves[STRETCH];
	Position	positions[STRETCH];	/* ascending by event id */
	int			mapped;			/* positions in use */
} Walk;

static int
compare_positions(const void *a, const void *b)
{
	int64		x = ((const Position *) a)->event_id;
	int64		y = ((const Position *) b)->event_id;

	return x < y ? -1 : x > y;
}

/* The leaf map of the stretch. */
static void
read_map(Walk *walk)
{
	ScanKeyData keys[2];

	walk->mapped = 0;
	memset(walk->leaves, 0, sizeof(Leaf) * walk->count);
	ScanKeyInit(&keys[0], walk->map_index, BTGreaterEqualStrategyNumber,
				F_INT8GE, Int64GetDatum(walk->first));
	ScanKeyInit(&keys[1], walk->map_index, BTLessStrategyNumber, F_INT8LT,
				Int64GetDatum(walk->first + walk->count));
	gov_log_scan_seek(&walk->map, 2, keys);
	while (gov_log_scan_next(&walk->map))
	{
		int			i = gov_log_scan_int8(&walk->map, walk->map_index) -
			walk->first;
		Position   *position;

		if (walk->leaves[i].is_mapped)
		{
			gov_verify_failed(&walk->verify, GOV_CHECK_LEAF_MAP,
							  "leaf " INT64_FORMAT " is in the leaf map twice",
							  walk->first + i);
			continue;
		}
		walk->leaves[i].is_mapped = true;
		walk->leaves[i].event_id = gov_log_scan_int8(&walk->map,
													 walk->map_event);
		position = &walk->positions[walk->mapped++];
		position->event_id = walk->leaves[i].event_id;
		position->leaf = i;
	}
	qsort(walk->positions, walk->mapped, sizeof(Position), compare_positions);
}

/* The tiles of the stretch. */
static void
read_tiles(Walk *walk)
{
	GovVerify  *verify = &walk->verify;
	int64		end = walk->first + walk->count;
	int64		tile_index;

	for (tile_index = walk->first / GOV_TILE_WIDTH;
		 tile_index * GOV_TILE_WIDTH < end; tile_index++)
	{
		const GovTile *tile = gov_tiles_find(&verify->tiles, 0, tile_index);
		int			width = gov_verify_tile_width(verify, 0, tile_index);
		int			i;

		if (tile->width != width)
			gov_verify_failed(verify, GOV_CHECK_TILES,
							  "tile " INT64_FORMAT " of level 0 (leaves "
							  INT64_FORMAT " to " INT64_FORMAT
							  ") was removed or altered: it has %d hashes where %d belong",
							  tile_index, tile_index * GOV_TILE_WIDTH,
							  tile_index * GOV_TILE_WIDTH + width - 1,
							  tile->width, width);
		for (i = 0; i < tile->width; i++)
		{
			int64		leaf_index = tile_index * GOV_TILE_WIDTH + i;
			Leaf	   *leaf = &walk->leaves[leaf_index - walk->first];

			if (leaf_index < walk->first || leaf_index >= end)
				continue;
			leaf->is_sealed = true;
			leaf->sealed = tile->hash[i];
		}
	}
}

static void
take_event(Walk *walk, Leaf *leaf)
{
	leaf->is_found = true;
	gov_event_leaf(&walk->events, &leaf->computed);
	gov_event_stored_leaf(&walk->events, &leaf->stored);
}

/*
 * judge_stray
 *		Judge the scan's current row, which has no leaf in the stretch: has it
 *		a leaf elsewhere, or is it still to be sealed?
 */
static void
judge_stray(Walk *walk)
{
	GovVerify  *verify = &walk->verify;
	GovEventScan *event = &walk->events;
	ScanKeyData key;

	if (gov_tree_head_covers(&verify->head, event->incarnation, event->xid,
							 event->event_id))
	{
		ScanKeyInit(&key, walk->map_event, BTEqualStrategyNumber, F_INT8EQ,
					Int64GetDatum(event->event_id));
		gov_log_scan_seek(&walk->by_event, 1, &key);
		if (!gov_log_scan_next(&walk->by_event))
			gov_verify_failed(verify, GOV_CHECK_ADDED,
							  "event " INT64_FORMAT
							  " is in no leaf, though what its transaction "
							  UINT64_FORMAT " wrote is sealed: it was added, or its entry in the leaf map removed",
							  event->event_id, event->xid);
	}
	else if (event->incarnation > walk->incarnation ||
			 (event->incarnation == walk->incarnation &&
			  event->xid >= walk->next_xid && event->xid != walk->own_xid))
		gov_verify_failed(verify, GOV_CHECK_ADDED,
						  "event " INT64_FORMAT
						  " was added: its transaction " UINT64_FORMAT
						  " has not begun yet",
						  event->event_id, event->xid);
}

/* Read the events, up to an id, that no stretch has seen yet. */
static void
scan_events(Walk *walk, int position, int64 last)
{
	if (last <= walk->seen_upto && walk->seen_upto != PG_INT64_MIN)
		return;
	gov_event_seek_ids(&walk->events,
					   walk->seen_upto == PG_INT64_MIN ?
					   PG_INT64_MIN : walk->seen_upto + 1, last);
	while (gov_event_next(&walk->events))
	{
		while (position < walk->mapped &&
			   walk->positions[position].event_id < walk->events.event_id)
			position++;
		if (position < walk->mapped &&
			walk->positions[position].event_id == walk->events.event_id)
			take_event(walk, &walk->leaves[walk->positions[position].leaf]);
		else
			judge_stray(walk);
	}
	walk->seen_upto = last;
}

/* The events of the stretch. */
static void
read_events(Walk *walk)
{
	int			i;

	for (i = 0; i < walk->mapped &&
		 walk->positions[i].event_id <= walk->seen_upto; i++)
	{
		int64		event_id = walk->positions[i].event_id;

		gov_event_seek_ids(&walk->events, event_id, event_id);
		if (gov_event_next(&walk->events))
			take_event(walk, &walk->leaves[walk->positions[i].leaf]);
	}
	if (i < walk->mapped)
		scan_events(walk, i, walk->positions[walk->mapped - 1].event_id);
}

/* Was it flagged when it was sealed? */
static bool
is_flagged(Walk *walk, int64 event_id)
{
	ScanKeyData key;

	ScanKeyInit(&key, gov_log_scan_column(&walk->flags, "event_id"),
				BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(event_id));
	gov_log_scan_seek(&walk->flags, 1, &key);
	return gov_log_scan_next(&walk->flags);
}

/* Report what is wrong with a leaf whose event has its row. */
static void
judge_altered(Walk *walk, int i)
{
	GovVerify  *verify = &walk->verify;
	Leaf	   *leaf = &walk->leaves[i];
	const GovTreeHash *expected = leaf->is_sealed ?
		&leaf->sealed : &leaf->stored;
	char		computed[2 * GOV_SHA256_LEN + 1];
	char		sealed[2 * GOV_SHA256_LEN + 1];
	int			j;

	gov_hex(leaf->computed.bytes, GOV_SHA256_LEN, computed);
	gov_hex(expected->bytes, GOV_SHA256_LEN, sealed);
	if (gov_tree_hash_equal(&leaf->computed, expected))
	{
		if (!gov_tree_hash_equal(&leaf->stored, expected))
			gov_verify_failed(verify, GOV_CHECK_EVENTS,
							  "event " INT64_FORMAT " (leaf " INT64_FORMAT
							  ") was altered: its leaf_hash is not the one that was sealed",
							  leaf->event_id, walk->first + i);
		return;
	}
	for (j = 0; j < walk->count; j++)
	{
		if (j != i && walk->leaves[j].is_sealed &&
			gov_tree_hash_equal(&walk->leaves[j].sealed, &leaf->computed))
		{
			gov_verify_failed(verify, GOV_CHECK_LEAF_MAP,
							  "event " INT64_FORMAT " was moved: the leaf map says leaf "
							  INT64_FORMAT ", it was sealed as leaf "
							  INT64_FORMAT,
							  leaf->event_id, walk->first + i,
							  walk->first + j);
			return;
		}
	}
	gov_verify_failed(verify, GOV_CHECK_EVENTS,
					  "event " INT64_FORMAT " (leaf " INT64_FORMAT
					  ") was altered%s: its row gives leaf hash %s, sealed is %s",
					  leaf->event_id, walk->first + i,
					  is_flagged(walk, leaf->event_id) ?
					  " before it was sealed" : "",
					  computed, sealed);
}

static void
judge_stretch(Walk *walk)
{
	GovVerify  *verify = &walk->verify;
	int			i;

	for (i = 0; i < walk->count; i++)
	{
		Leaf	   *leaf = &walk->leaves[i];
		const GovTreeHash *hash;

		if (!leaf->is_mapped)
			gov_verify_failed(verify, GOV_CHECK_LEAF_MAP,
							  "leaf " INT64_FORMAT
							  " is in the leaf map no more: its entry was removed",
							  walk->first + i);
		else if (!leaf->is_found && walk->first + i < verify->retired)
			verify->retired_seen++;
		else if (!leaf->is_found)
			gov_verify_failed(verify, GOV_CHECK_EVENTS,
							  "event " INT64_FORMAT " (leaf " INT64_FORMAT
							  ") was removed: it is sealed, its row is gone",
							  leaf->event_id, walk->first + i);
		else if (walk->first + i < verify->retired)
			gov_verify_failed(verify, GOV_CHECK_ADDED,
							  "event " INT64_FORMAT " (leaf " INT64_FORMAT
							  ") was added: it was retired, its row is there again",
							  leaf->event_id, walk->first + i);
		else if (!leaf->is_sealed ||
				 !gov_tree_hash_equal(&leaf->computed, &leaf->sealed) ||
				 !gov_tree_hash_equal(&leaf->stored, &leaf->sealed))
			judge_altered(walk, i);
		hash = leaf->is_sealed ? &leaf->sealed : &leaf->computed;
		gov_verify_tree_append(verify, hash);
		gov_verify_retired_append(verify, hash);
	}
}

/* Report entries of the leaf map that are not leaves of the tree. */
static void
check_map_ends(Walk *walk, StrategyNumber strategy, RegProcedure operator,
			   int64 limit)
{
	ScanKeyData key;

	ScanKeyInit(&key, walk->map_index, strategy, operator,
				Int64GetDatum(limit));
	gov_log_scan_seek(&walk->map, 1, &key);
	while (gov_log_scan_next(&walk->map))
		gov_verify_failed(&walk->verify, GOV_CHECK_LEAF_MAP,
						  "event " INT64_FORMAT " is leaf " INT64_FORMAT
						  " in the leaf map, but the last tree head has "
						  INT64_FORMAT " leaves: the entry was added, or heads were removed",
						  gov_log_scan_int8(&walk->map, walk->map_event),
						  gov_log_scan_int8(&walk->map, walk->map_index),
						  walk->verify.head.tree_size);
}

/* The event of the first leaf after the range, where the next range begins. */
static int64
event_of_leaf(Walk *walk, int64 leaf_index)
{
	ScanKeyData key;

	ScanKeyInit(&key, walk->map_index, BTEqualStrategyNumber, F_INT8EQ,
				Int64GetDatum(leaf_index));
	gov_log_scan_seek(&walk->map, 1, &key);
	return gov_log_scan_next(&walk->map) ?
		gov_log_scan_int8(&walk->map, walk->map_event) : PG_INT64_MIN;
}

/*
 * walk_leaves
 *		Go through a range of leaves and the events in it.
 */
static void
walk_leaves(Walk *walk)
{
	GovVerify  *verify = &walk->verify;

	walk->seen_upto = PG_INT64_MIN;
	for (walk->first = verify->from; walk->first < verify->to;
		 walk->first += walk->count)
	{
		int64		next = (walk->first / STRETCH + 1) * STRETCH;
		char		activity[100];

		walk->count = Min(next, verify->to) - walk->first;
		snprintf(activity, sizeof(activity),
				 "gov_audit_verify: leaf " INT64_FORMAT " of " INT64_FORMAT
				 " to " INT64_FORMAT,
				 walk->first, verify->from, verify->to);
		pgstat_report_activity(STATE_RUNNING, activity);

		read_map(walk);
		/* What comes before the first leaf belongs to the range before. */
		if (walk->first == verify->from && verify->from > 0 &&
			walk->mapped > 0)
			walk->seen_upto = walk->positions[0].event_id - 1;
		read_tiles(walk);
		read_events(walk);
		judge_stretch(walk);
	}
	walk->count = 0;
	walk->mapped = 0;
	if (verify->to == verify->head.tree_size)
	{
		if (verify->from < verify->to || verify->to == 0)
			scan_events(walk, 0, PG_INT64_MAX);
		check_map_ends(walk, BTGreaterEqualStrategyNumber, F_INT8GE,
					   verify->to);
	}
	else if (verify->from < verify->to)
		scan_events(walk, 0, event_of_leaf(walk, verify->to));
	if (verify->from == 0)
		check_map_ends(walk, BTLessStrategyNumber, F_INT8LT, 0);
}

/* The last head's snapshot was taken by a transaction of the past. */
static void
check_snapshot(Walk *walk)
{
	GovTreeHead *head = &walk->verify.head;

	if (!RecoveryInProgress() && head->tree_size > 0 &&
		head->incarnation == walk->incarnation &&
		head->snapshot.xmax > walk->next_xid)
		gov_verify_failed(&walk->verify, GOV_CHECK_TREE_HEADS,
						  "the tree head of size " INT64_FORMAT
						  " was altered: its snapshot has transaction "
						  UINT64_FORMAT ", the server is at " UINT64_FORMAT,
						  head->tree_size, head->snapshot.xmax,
						  walk->next_xid);
}

static void
write_progress(GovVerify *verify, TimestampTz started, const char *user_id)
{
	int64		failures = gov_verify_failures(verify);

	gov_spi_begin();
	gov_seal_write_begin();
	gov_run(&insert_progress, gov_int8(verify->from), gov_int8(verify->to),
			gov_int8(verify->head.tree_size),
			gov_bytes(verify->head.root.bytes, GOV_SHA256_LEN),
			gov_int8(failures),
			gov_time(started), gov_text(user_id));
	gov_seal_write_end();
	gov_spi_end();
}

/*
 * verify_range
 *		Verify a range under a snapshot, and report.
 */
static void
verify_range(Walk *walk, int64 from, int64 to, Snapshot snapshot)
{
	GovVerify  *verify = &walk->verify;
	FullTransactionId own = GetTopFullTransactionIdIfAny();

	verify->snapshot = snapshot;
	gov_tree_head_last(snapshot, &verify->head);
	gov_check_log_range(&from, &to, verify->head.tree_size);
	verify->from = from;
	verify->to = to;
	walk->incarnation = gov_log_incarnation();
	walk->next_xid = gov_xid_snapshot_of(snapshot).xmax;
	walk->own_xid = FullTransactionIdIsValid(own) ?
		U64FromFullTransactionId(own) : 0;

	gov_tiles_open(&verify->tiles, snapshot);
	gov_log_scan_open(&walk->map, GOV_REL_AUDIT_LEAVES,
					  GOV_REL_AUDIT_LEAVES_PKEY, snapshot);
	walk->map_index = gov_log_scan_column(&walk->map, "leaf_index");
	walk->map_event = gov_log_scan_column(&walk->map, "event_id");
	gov_log_scan_open(&walk->by_event, GOV_REL_AUDIT_LEAVES,
					  GOV_REL_AUDIT_LEAVES_EVENT_ID_KEY, snapshot);
	gov_log_scan_open(&walk->flags, GOV_REL_AUDIT_SEAL_FLAGS,
					  GOV_REL_AUDIT_SEAL_FLAGS_PKEY, snapshot);
	gov_event_scan_open(&walk->events, false, snapshot);

	gov_verify_retired(verify);
	gov_verify_tree_begin(verify);
	gov_verify_retired_begin(verify);
	walk_leaves(walk);
	gov_verify_retired_end(verify);
	gov_verify_tree_end(verify);
	if (to == verify->head.tree_size)
		check_snapshot(walk);
	gov_verify_report(verify);

	gov_event_scan_close(&walk->events);
	gov_log_scan_close(&walk->flags);
	gov_log_scan_close(&walk->by_event);
	gov_log_scan_close(&walk->map);
	gov_tiles_close(&verify->tiles);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);
}

/*
 * gov_audit_verify(from_index, to_index)
 *		Report what was altered in that range of leaves.
 */
Datum
gov_audit_verify(PG_FUNCTION_ARGS)
{
	int64		from = PG_ARGISNULL(0) ? 0 :
		gov_arg_int8(fcinfo, 0, "from_index", 0, PG_INT64_MAX);
	int64		to = PG_ARGISNULL(1) ? -1 :
		gov_arg_int8(fcinfo, 1, "to_index", 0, PG_INT64_MAX);
	TimestampTz started = GetCurrentTimestamp();
	GovActor	actor;
	Walk	   *walk;

	if (to >= 0 && from > to)
		gov_bad_value("from_index", "It is larger than to_index.",
					  "The range ends before to_index.");
	actor = gov_require(GOV_PERM_AUDIT_READ, NULL);
	InitMaterializedSRF(fcinfo, 0);

	walk = palloc0(sizeof(Walk));
	walk->verify.result = (ReturnSetInfo *) fcinfo->resultinfo;
	verify_range(walk, from, to, GetActiveSnapshot());
	if (!XactReadOnly && !RecoveryInProgress())
		write_progress(&walk->verify, started, actor.user_id);
	PG_RETURN_NULL();
}

int64
gov_audit_verify_all(StringInfo named)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	Walk	   *walk = palloc0(sizeof(Walk));
	int64		failures;

	walk->verify.named = named;
	verify_range(walk, 0, -1, snapshot);
	failures = gov_verify_failures(&walk->verify);
	pfree(walk);
	UnregisterSnapshot(snapshot);
	return failures;
}
