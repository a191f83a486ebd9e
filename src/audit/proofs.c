/*
 * proofs.c
 *		What the log can prove: inclusion and consistency; and its status.
 *
 * Invariants: one call reads under one snapshot.  Every size up to the
 * present one can be asked for, not only those that had a head.  A proof is
 * made from tiles; whoever checks it trusts neither them nor this code.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "audit/event_scan.h"
#include "audit/proofs.h"
#include "audit/tiles.h"
#include "audit/tree_head.h"
#include "core/args.h"
#include "core/row_json.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_audit_inclusion_proof);
PG_FUNCTION_INFO_V1(gov_audit_consistency_proof);
PG_FUNCTION_INFO_V1(gov_audit_status);
PG_FUNCTION_INFO_V1(gov_sql_audit_status);

/*
 * The events that former incarnations left unsealed: their number, and the
 * oldest one's time.
 */
GOV_SQL(count_tail, (INT8OID),
		"SELECT pg_catalog.count(*), pg_catalog.min(e.occurred_at)"
		" FROM governance.audit_events AS e"
		" WHERE e.incarnation OPERATOR(pg_catalog.<) $1"
		" AND NOT EXISTS (SELECT FROM governance.audit_leaves AS l"
		" WHERE l.event_id OPERATOR(pg_catalog.=) e.event_id)",
		.isolated = true);

/* The largest checkpoint given out, preferably a signed one. */
GOV_SQL(last_checkpoint, (),
		"SELECT c.tree_size, pg_catalog.encode(c.root, 'hex'), c.origin,"
		" nullif(c.key_id, ''), c.created_at"
		" FROM governance.audit_checkpoints AS c"
		" ORDER BY c.tree_size DESC, c.key_id <> '' DESC,"
		" c.checkpoint_id DESC LIMIT 1",
		.isolated = true);

GOV_SQL(witnessed_size, (),
		"SELECT pg_catalog.max(c.tree_size)"
		" FROM governance.audit_cosignatures AS c",
		.isolated = true);

static void
push_null(JsonbParseState **state, const char *key)
{
	gov_json_put(state, key, (Datum) 0, true, TEXTOID);
}

static Datum
hash_text(const GovTreeHash *hash)
{
	char		hex[2 * GOV_SHA256_LEN + 1];

	gov_hex(hash->bytes, GOV_SHA256_LEN, hex);
	return CStringGetTextDatum(hex);
}

static void
push_hash(JsonbParseState **state, const char *key, const GovTreeHash *hash)
{
	gov_json_put(state, key, hash_text(hash), false, TEXTOID);
}

/* The roots of a path's ranges, as an array of hex. */
static void
push_path(JsonbParseState **state, GovTiles *tiles,
		  const GovTreeRange *ranges, int length)
{
	int			i;

	gov_json_push_key(state, "path");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < length; i++)
	{
		GovTreeHash root = gov_tiles_range_root(tiles, ranges[i]);

		gov_json_push(state, WJB_ELEM, hash_text(&root), false, TEXTOID);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* A tree's root at some size. */
static GovTreeHash
root_at(GovTiles *tiles, int64 size)
{
	GovTreeRange all = {0, size};

	return gov_tiles_range_root(tiles, all);
}

int64
gov_log_leaf_of(int64 event_id, Snapshot snapshot)
{
	GovLogScan	leaves;
	ScanKeyData key;
	int64		leaf_index = -1;

	gov_log_scan_open(&leaves, GOV_REL_AUDIT_LEAVES,
					  GOV_REL_AUDIT_LEAVES_EVENT_ID_KEY, snapshot);
	ScanKeyInit(&key, gov_log_scan_column(&leaves, "event_id"),
				BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(event_id));
	gov_log_scan_seek(&leaves, 1, &key);
	if (gov_log_scan_next(&leaves))
		leaf_index = gov_log_scan_int8(&leaves,
									   gov_log_scan_column(&leaves,
														   "leaf_index"));
	gov_log_scan_close(&leaves);
	return leaf_index;
}

/*
 * gov_log_find_leaf
 *		Find the event's place in the log; an error where it has none.
 */
int64
gov_log_find_leaf(int64 event_id, Snapshot snapshot)
{
	GovEventScan events;
	int64		leaf_index = gov_log_leaf_of(event_id, snapshot);
	bool		exists;

	if (leaf_index >= 0)
		return leaf_index;

	gov_event_scan_open(&events, false, snapshot);
	gov_event_seek_ids(&events, event_id, event_id);
	exists = gov_event_next(&events);
	gov_event_scan_close(&events);
	if (!exists)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("audit event " INT64_FORMAT " does not exist",
						event_id),
				 errhint("gov_audit_trail() lists events with their event_id.")));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("audit event " INT64_FORMAT " is not sealed yet",
					event_id),
			 errdetail("It is under no tree head, so there is no proof of it."),
			 errhint("gov_audit_seal(), in a transaction after the one that wrote it, or the worker seals it.")));
	return -1;					/* keep the compiler quiet */
}

void
gov_log_require_leaf(int64 event_id, int64 leaf_index, int64 tree_size)
{
	if (leaf_index >= tree_size)
		gov_bad_value("tree_size",
					  psprintf("Audit event " INT64_FORMAT " is leaf "
							   INT64_FORMAT ", which a tree of " INT64_FORMAT
							   " leaves does not have.",
							   event_id, leaf_index, tree_size),
					  "Leaves are counted from 0: ask for a tree that is larger than the leaf's index.");
}

/* Check that the log has had the size that somebody asks for. */
static void
check_size(const char *name, int64 size, int64 tree_size)
{
	if (size > tree_size)
		gov_bad_value(name,
					  psprintf("The log has " INT64_FORMAT " leaves, not "
							   INT64_FORMAT ".", tree_size, size),
					  "gov_audit_status() says how many there are.");
}

Jsonb *
gov_log_inclusion_proof(int64 leaf_index, int64 tree_size, Snapshot snapshot)
{
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	JsonbParseState *state = NULL;
	GovTreeHash hash;
	GovTiles	tiles;
	int			length;

	if (gov_tree_inclusion_ranges(leaf_index, tree_size, ranges,
								  &length) != GOV_TREE_OK)
		elog(ERROR, "leaf " INT64_FORMAT " has no path", leaf_index);

	gov_tiles_open(&tiles, snapshot);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_int8(&state, "leaf_index", leaf_index);
	hash = gov_tiles_leaf(&tiles, leaf_index);
	push_hash(&state, "leaf_hash", &hash);
	gov_json_put_int8(&state, "tree_size", tree_size);
	hash = root_at(&tiles, tree_size);
	push_hash(&state, "root", &hash);
	push_path(&state, &tiles, ranges, length);
	gov_tiles_close(&tiles);
	return gov_json_end(&state);
}

/*
 * gov_audit_inclusion_proof(event_id, tree_size)
 */
Datum
gov_audit_inclusion_proof(PG_FUNCTION_ARGS)
{
	int64		event_id = gov_arg_int8(fcinfo, 0, "event_id", PG_INT64_MIN,
										PG_INT64_MAX);
	int64		tree_size = PG_ARGISNULL(1) ? 0 :
		gov_arg_int8(fcinfo, 1, "tree_size", 1, PG_INT64_MAX);
	GovTreeHead head;
	Snapshot	snapshot = GetActiveSnapshot();
	int64		leaf_index;

	(void) gov_require(GOV_PERM_AUDIT_READ, NULL);
	leaf_index = gov_log_find_leaf(event_id, snapshot);
	gov_tree_head_last(snapshot, &head);
	check_size("tree_size", tree_size, head.tree_size);
	if (tree_size == 0)
		tree_size = head.tree_size;
	gov_log_require_leaf(event_id, leaf_index, tree_size);
	PG_RETURN_JSONB_P(gov_log_inclusion_proof(leaf_index, tree_size,
											  snapshot));
}

/*
 * gov_audit_consistency_proof(old_size, new_size)
 */
Datum
gov_audit_consistency_proof(PG_FUNCTION_ARGS)
{
	int64		old_size = gov_arg_int8(fcinfo, 0, "old_size", 1,
										PG_INT64_MAX);
	int64		new_size = PG_ARGISNULL(1) ? 0 :
		gov_arg_int8(fcinfo, 1, "new_size", 1, PG_INT64_MAX);
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	JsonbParseState *state = NULL;
	GovTreeHead head;
	GovTreeHash hash;
	GovTiles	tiles;
	Snapshot	snapshot = GetActiveSnapshot();
	JsonbValue *result;
	int			length;

	if (new_size > 0 && old_size > new_size)
		gov_bad_value("old_size", "It is larger than new_size.",
					  "Give the smaller tree first.");
	(void) gov_require(GOV_PERM_AUDIT_READ, NULL);
	gov_tree_head_last(snapshot, &head);
	check_size("new_size", new_size, head.tree_size);
	if (new_size == 0)
		new_size = head.tree_size;
	check_size("old_size", old_size, new_size);
	if (gov_tree_consistency_ranges(old_size, new_size, ranges,
									&length) != GOV_TREE_OK)
		elog(ERROR, "trees of " INT64_FORMAT " and " INT64_FORMAT
			 " leaves have no path", old_size, new_size);

	gov_tiles_open(&tiles, snapshot);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_int8(&state, "old_size", old_size);
	gov_json_put_int8(&state, "new_size", new_size);
	hash = root_at(&tiles, old_size);
	push_hash(&state, "old_root", &hash);
	hash = root_at(&tiles, new_size);
	push_hash(&state, "new_root", &hash);
	push_path(&state, &tiles, ranges, length);
	gov_tiles_close(&tiles);
	result = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(result));
}

/* Count the events of some transactions that a head does not cover. */
static int64
count_unsealed(const GovXidSnapshot *from, const GovXidSnapshot *to,
			   const GovTreeHead *head, GovEventScan *events,
			   int64 incarnation, TimestampTz *oldest)
{
	GovXidRange *ranges;
	int64		result = 0;
	int			count;
	int			i;

	ranges = gov_xid_ranges(from, to, 0, 0, &count);
	for (i = 0; i < count; i++)
	{
		gov_event_seek_xids(events, incarnation, ranges[i].xid_from,
							ranges[i].xid_to, ranges[i].after_event);
		while (gov_event_next(events))
		{
			if (gov_tree_head_covers(head, events->incarnation, events->xid,
									 events->event_id))
				continue;
			result++;
			*oldest = Min(*oldest, gov_event_time(events));
		}
	}
	return result;
}

/*
 * push_checkpoints
 *		Add what has been given to the world outside, and what it has
 *		confirmed.
 */
static void
push_checkpoints(JsonbParseState **state)
{
	static const struct
	{
		const char *key;
		Oid			type;
	}			columns[] = {
		{"tree_size", INT8OID}, {"root", TEXTOID}, {"origin", TEXTOID},
		{"key_id", TEXTOID}, {"created_at", TIMESTAMPTZOID}
	};
	Datum		values[lengthof(columns)];
	bool		nulls[lengthof(columns)];
	bool		is_given;
	int64		witnessed;
	int			i;

	gov_spi_begin();
	is_given = gov_run0(&last_checkpoint) > 0;
	for (i = 0; is_given && i < lengthof(columns); i++)
		values[i] = gov_spi_keep(0, i + 1, &nulls[i]);
	(void) gov_run0(&witnessed_size);
	witnessed = gov_row_null(0, 1) ? -1 : gov_row_int8(0, 1);
	gov_spi_end();

	if (is_given)
	{
		gov_json_push_key(state, "last_checkpoint");
		pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
		for (i = 0; i < lengthof(columns); i++)
		{
			gov_json_put(state, columns[i].key, values[i], nulls[i],
						 columns[i].type);
		}
		pushJsonbValue(state, WJB_END_OBJECT, NULL);
	}
	else
		push_null(state, "last_checkpoint");
	if (witnessed >= 0)
		gov_json_put_int8(state, "witnessed_size", witnessed);
	else
		push_null(state, "witnessed_size");
}

static Jsonb *
describe_log(void)
{
	GovXidSnapshot none = gov_xid_snapshot_none();
	GovXidSnapshot all = gov_xid_snapshot_all();
	JsonbParseState *state = NULL;
	Snapshot	snapshot;
	GovTreeHead head;
	GovEventScan events;
	JsonbValue *result;
	TimestampTz oldest = DT_NOEND;
	int64		incarnation;
	int64		unsealed = 0;
	float8		age = 0;

	snapshot = GetActiveSnapshot();
	gov_tree_head_last(snapshot, &head);
	incarnation = gov_log_incarnation();
	if (head.incarnation < incarnation)
	{
		gov_spi_begin();
		gov_run(&count_tail, gov_int8(incarnation));
		unsealed = gov_row_int8(0, 1);
		oldest = gov_row_time(0, 2);
		gov_spi_end();
	}

	gov_event_scan_open(&events, true, snapshot);
	if (head.incarnation < incarnation)
		unsealed += count_unsealed(&none, &all, &head, &events, incarnation,
								   &oldest);
	else
		unsealed += count_unsealed(head.is_partial ?
								   &head.base : &head.snapshot,
								   &all, &head, &events, incarnation,
								   &oldest);
	gov_event_scan_close(&events);
	if (unsealed > 0)
		age = Max((GetCurrentTimestamp() - oldest) / 1000000.0, 0);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_int8(&state, "tree_size", head.tree_size);
	push_hash(&state, "root", &head.root);
	gov_json_put_int8(&state, "unsealed_events", unsealed);
	gov_json_put(&state, "oldest_unsealed_seconds", Float8GetDatum(age), false,
				 FLOAT8OID);
	push_checkpoints(&state);
	result = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(result);
}

/*
 * gov_audit_status()
 *		The status of the log.
 */
Datum
gov_audit_status(PG_FUNCTION_ARGS)
{
	(void) gov_require(GOV_PERM_AUDIT_READ, NULL);
	PG_RETURN_JSONB_P(describe_log());
}

/*
 * governance.audit_status(): the same for gov_metrics(), which has checked the
 * right.
 */
Datum
gov_sql_audit_status(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(describe_log());
}
