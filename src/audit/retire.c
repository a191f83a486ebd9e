/*
 * retire.c
 *		gov_audit_retire(): deleting the rows of events past retention.
 *
 * It deletes the beginning of the log, up to the first event that must stay.
 * Leaf hashes, tiles and heads stay, so every proof can still be made, and
 * whoever kept an event can still show that it was in the log.
 *
 * Invariants: one retirement at a time, by a lock that its transaction keeps;
 * a row is deleted only after it gave the hash that was sealed, as otherwise a
 * change behind the triggers' back would be covered up; the event of the
 * retirement is written before the first row is deleted, by the same
 * transaction; only what a checkpoint covers is deleted, so others have a hash
 * of what was there.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "audit/checkpoint.h"
#include "audit/record.h"
#include "audit/retired.h"
#include "audit/seal.h"
#include "core/args.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/row_json.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_audit_retire);

#define RETIRE_MAX		50000	/* leaves a call */
#define DELETE_BATCH	10000	/* rows a statement */
#define RETIRE_LOCK		1		/* sub-object; the sealer's is 0 */

/*
 * Reportable incidents of which nothing has been reported to that authority.
 */
GOV_SQL(find_legal_hold, (),
		"SELECT d.incident_id, d.regime"
		" FROM governance.incident_deadlines AS d"
		" WHERE governance.tells_authority(d.regime, d.kind, d.stage)"
		" GROUP BY d.incident_id, d.regime, d.jurisdiction"
		" HAVING pg_catalog.bool_and(d.notified_at IS NULL)"
		" ORDER BY d.incident_id LIMIT 1");

/* The stored value, not an override of this transaction. */
GOV_SQL(find_retention, (),
		"SELECT CAST(p.value AS pg_catalog.int8)"
		" FROM governance.policies AS p"
		" WHERE p.name = 'audit.retention_days'");

GOV_SQL(find_flag, (INT8OID, INT8OID, BYTEAOID, BYTEAOID),
		"SELECT 1 FROM governance.audit_seal_flags AS f"
		" WHERE f.event_id = $1 AND f.leaf_index = $2"
		" AND f.stored_hash = $3 AND f.computed_hash = $4");

GOV_SQL(insert_retirement,
		(INT8OID, INT8OID, BYTEAOID, BYTEAOID, TIMESTAMPTZOID, INT8OID,
		 INT8OID, TEXTOID, TEXTOID),
		"INSERT INTO governance.audit_retirements (to_index, from_index,"
		" root, tree_root, older_than, checkpoint_size, event_id, reason,"
		" retired_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

typedef struct Retire
{
	GovRetirement range;
	TimestampTz older_than;
	int64		tree_size;
	int64		checkpoint_size;
	Snapshot	snapshot;
	GovTiles	tiles;
	GovLogScan	map;			/* by leaf index */
	AttrNumber	map_index;
	AttrNumber	map_event;
	GovEventScan events;
	GovTreeEdge edge;			/* of the leaves to go */
	bool		more;
	bool		wants_checkpoint;
} Retire;

static void
lock_retirement(void)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId,
					   gov_relation(GOV_REL_AUDIT_TREE_HEADS), RETIRE_LOCK);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

static GovParam
hash_param(const GovTreeHash *hash)
{
	return gov_bytes(hash->bytes, GOV_SHA256_LEN);
}

/* A suspension stops this, too, while reads, seals and checkpoints go on. */
static void
check_suspension(const char *resource)
{
	if (gov_run0(gov_sql("SELECT 1 FROM governance.system_state AS s"
						 " WHERE s.is_suspended")) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("governed operation is suspended"),
				 errdetail("Change of %s was refused.", resource),
				 errhint("Only reads, incidents, revocations and rollbacks go on until gov_resume().")));
}

/* Any event may be about the incident. */
static void
refuse_held(void)
{
	if (gov_run0(&find_legal_hold) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the audit trail is under legal hold"),
				 errdetail("An authority has not been told yet of incident \"%s\", which is reportable under \"%s\".",
						   gov_row_text(0, 1), gov_row_text(0, 2)),
				 errhint("gov_record_notification() records that the authority was told.")));
}

/* Events from this moment on are within the retention period. */
static TimestampTz
retention_limit(void)
{
	int64		days = gov_run0(&find_retention) > 0 ? gov_row_int8(0, 1) : 0;

	if (days <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("audit events are kept for ever"),
				 errdetail("Policy \"audit.retention_days\" is 0."),
				 errhint("Set the number of days to keep them first: gov_set_policy('audit.retention_days', ...).")));
	return GetCurrentTimestamp() - days * USECS_PER_DAY;
}

pg_noreturn static void
refuse_leaf(int64 leaf_index, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_GOV_TRAIL_UNVERIFIED),
			 errmsg("leaf " INT64_FORMAT " of the audit trail cannot be retired",
					leaf_index),
			 errdetail("%s", what),
			 errhint("Retiring it would hide what happened to it: gov_audit_verify() names everything that was altered.")));
}

/*
 * check_event
 *		Check that the scan's current row gives the hash that was sealed.
 *
 * A row that was altered before it was sealed has a flag for ever.
 */
static void
check_event(Retire *retire, int64 leaf_index, const GovTreeHash *sealed)
{
	GovEventScan *events = &retire->events;
	GovTreeHash computed;
	GovTreeHash stored;

	gov_event_leaf(events, &computed);
	gov_event_stored_leaf(events, &stored);
	if (memcmp(&stored, sealed, sizeof(stored)) == 0 &&
		memcmp(&computed, sealed, sizeof(computed)) == 0)
		return;
	if (memcmp(&stored, sealed, sizeof(stored)) == 0 &&
		gov_run(&find_flag, gov_int8(events->event_id), gov_int8(leaf_index),
				hash_param(&stored), hash_param(&computed)) > 0)
		return;
	refuse_leaf(leaf_index,
				psprintf("The row of event " INT64_FORMAT
						 " does not give the hash that was sealed.",
						 events->event_id));
}

/* Go to the row of a leaf; false where the log does not have so many. */
static bool
find_event(Retire *retire, int64 leaf_index)
{
	ScanKeyData key;
	int64		event_id;

	if (leaf_index >= retire->tree_size)
		return false;
	ScanKeyInit(&key, retire->map_index, BTEqualStrategyNumber, F_INT8EQ,
				Int64GetDatum(leaf_index));
	gov_log_scan_seek(&retire->map, 1, &key);
	if (!gov_log_scan_next(&retire->map))
		refuse_leaf(leaf_index, "The leaf map does not have it.");
	event_id = gov_log_scan_int8(&retire->map, retire->map_event);
	gov_event_seek_ids(&retire->events, event_id, event_id);
	if (!gov_event_next(&retire->events))
		refuse_leaf(leaf_index,
					psprintf("The row of event " INT64_FORMAT " is gone.",
							 event_id));
	return true;
}

/*
 * collect
 *		Find how far the range goes, and its roots.
 */
static void
collect(Retire *retire)
{
	GovRetirement *range = &retire->range;
	GovTreeRange all;
	int64		leaf_index = range->from;

	gov_tree_edge_init(&retire->edge);
	while (find_event(retire, leaf_index) &&
		   gov_event_time(&retire->events) < retire->older_than)
	{
		GovTreeHash sealed;

		if (leaf_index >= retire->checkpoint_size)
		{
			retire->wants_checkpoint = true;
			break;
		}
		if (leaf_index - range->from == RETIRE_MAX)
		{
			retire->more = true;
			break;
		}
		sealed = gov_tiles_leaf(&retire->tiles, leaf_index);
		check_event(retire, leaf_index, &sealed);
		gov_tree_must(gov_tree_edge_append(&retire->edge, &sealed));
		leaf_index++;
	}
	range->to = leaf_index;
	gov_tree_must(gov_tree_edge_root(&retire->edge, &range->root));
	all.first = 0;
	all.end = range->to;
	range->tree_root = gov_tiles_range_root(&retire->tiles, all);
}

/* Open everything under one snapshot, taken now, and find the range. */
static void
look(Retire *retire)
{
	GovTreeHead head;

	retire->snapshot = RegisterSnapshot(GetLatestSnapshot());
	gov_tree_head_last(retire->snapshot, &head);
	retire->tree_size = head.tree_size;
	retire->checkpoint_size = gov_checkpoint_check_last(retire->snapshot);
	retire->range.from = gov_retired_size(retire->snapshot);

	gov_tiles_open(&retire->tiles, retire->snapshot);
	gov_event_scan_open(&retire->events, false, retire->snapshot);
	gov_log_scan_open(&retire->map, GOV_REL_AUDIT_LEAVES,
					  GOV_REL_AUDIT_LEAVES_PKEY, retire->snapshot);
	retire->map_index = gov_log_scan_column(&retire->map, "leaf_index");
	retire->map_event = gov_log_scan_column(&retire->map, "event_id");
	collect(retire);
	gov_log_scan_close(&retire->map);
	gov_event_scan_close(&retire->events);
	gov_tiles_close(&retire->tiles);
	UnregisterSnapshot(retire->snapshot);
}

static void
push(JsonbParseState **state, const char *key, Datum value, bool isnull,
	 Oid type)
{
	gov_json_put(state, key, value, isnull, type);
}

/* Write the event of the retirement; returns its id. */
static int64
record(const Retire *retire, const char *resource, const char *reason)
{
	GovRetirementDetail details[GOV_RETIREMENT_DETAILS];
	JsonbParseState *state = NULL;
	int			i;

	gov_retirement_details(&retire->range, details);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < GOV_RETIREMENT_DETAILS; i++)
	{
		if (details[i].is_number)
			push(&state, details[i].key,
				 Int64GetDatum(strtoll(details[i].value, NULL, 10)), false,
				 INT8OID);
		else
			push(&state, details[i].key,
				 CStringGetTextDatum(details[i].value), false, TEXTOID);
	}
	push(&state, "older_than", TimestampTzGetDatum(retire->older_than), false,
		 TIMESTAMPTZOID);
	push(&state, "checkpoint_size", Int64GetDatum(retire->checkpoint_size),
		 false, INT8OID);
	push(&state, "reason", CStringGetTextDatum(reason), false, TEXTOID);
	return gov_audit_done(GOV_RETIRE_EVENT, "retire", resource, "audit_log",
						  gov_json_end(&state));
}

/* Delete the rows of the range, a limited number with each statement. */
static void
delete_rows(const GovRetirement *range)
{
	int64		deleted = 0;
	int64		first;

	gov_retire_delete_begin();
	for (first = range->from; first < range->to; first += DELETE_BATCH)
	{
		CHECK_FOR_INTERRUPTS();
		deleted += gov_run(gov_sql("DELETE FROM governance.audit_events AS e"
								   " USING governance.audit_leaves AS l"
								   " WHERE l.leaf_index >= $1"
								   " AND l.leaf_index < $2"
								   " AND e.event_id = l.event_id"),
						   gov_int8(first),
						   gov_int8(Min(first + DELETE_BATCH, range->to)));
	}
	gov_retire_delete_end();
	if (deleted != range->to - range->from)
		elog(ERROR, "retired " INT64_FORMAT " audit events instead of "
			 INT64_FORMAT, deleted, range->to - range->from);
}

static Datum
result(const Retire *retire)
{
	const GovRetirement *range = &retire->range;
	bool		none = range->to == range->from;
	JsonbParseState *state = NULL;
	char		root[2 * GOV_SHA256_LEN + 1];

	gov_hex(range->root.bytes, GOV_SHA256_LEN, root);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push(&state, "retired", Int64GetDatum(range->to - range->from), false,
		 INT8OID);
	push(&state, "from_index", Int64GetDatum(range->from), false, INT8OID);
	push(&state, "to_index", Int64GetDatum(range->to), false, INT8OID);
	push(&state, "root", none ? (Datum) 0 : CStringGetTextDatum(root), none,
		 TEXTOID);
	push(&state, "event_id", Int64GetDatum(range->event_id), none, INT8OID);
	push(&state, "older_than", TimestampTzGetDatum(retire->older_than), false,
		 TIMESTAMPTZOID);
	push(&state, "more", BoolGetDatum(retire->more), false, BOOLOID);
	return JsonbPGetDatum(gov_json_end(&state));
}

/*
 * gov_audit_retire(before, reason)
 */
Datum
gov_audit_retire(PG_FUNCTION_ARGS)
{
	TimestampTz before = gov_arg_time(fcinfo, 0, "before", false);
	const char *reason = gov_arg_reason(fcinfo, 1, "reason");
	const char *resource;
	GovActor	actor;
	Retire		retire = {0};
	GovRetirement *range = &retire.range;

	gov_refuse_read_only("gov_audit_retire()");
	resource = psprintf("audit_log/%s", gov_log_id());
	(void) gov_require(GOV_PERM_AUDIT_SEAL, resource);
	actor = gov_require_locking(GOV_PERM_SYSTEM_CONFIG, resource,
								(check_suspension(resource),
								 lock_retirement()));
	retire.older_than = Min(before, retention_limit());
	look(&retire);
	if (range->to > range->from)
	{
		refuse_held();
		range->event_id = record(&retire, resource, reason);
		gov_seal_write_begin();
		gov_run(&insert_retirement, gov_int8(range->to),
				gov_int8(range->from), hash_param(&range->root),
				hash_param(&range->tree_root), gov_time(retire.older_than),
				gov_int8(retire.checkpoint_size), gov_int8(range->event_id),
				gov_text(reason), gov_text(actor.user_id));
		gov_seal_write_end();
		delete_rows(range);
	}
	gov_spi_end();

	if (retire.wants_checkpoint)
		ereport(NOTICE,
				(errmsg("audit events past their retention stay: no checkpoint covers them"),
				 errdetail("The last checkpoint is of " INT64_FORMAT " leaves.",
						   retire.checkpoint_size),
				 errhint("gov_audit_checkpoint() gives one out; keep it outside of this database.")));
	PG_RETURN_DATUM(result(&retire));
}
