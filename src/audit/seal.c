/*
 * seal.c
 *		Sealing: putting committed events under tree heads.
 *
 * Events get dense leaf indexes by snapshot difference: those whose
 * transaction has ended in the snapshot of this seal, but had not in that of
 * the last.  So a long or prepared transaction delays its own events and no
 * others, and none is missed however late it commits; a watermark over ids
 * would lose it.
 *
 * Invariants: one sealer at a time, by a lock that its transaction keeps; the
 * last head and the snapshot are read after the lock.  Leaves, tiles, head and
 * snapshot are written by one transaction, which waits for its commit record
 * to be flushed, so a crash undoes a whole batch.  Events of the sealer's own
 * transaction are left for a later one.  Where a batch ends before the
 * difference does, the head keeps both snapshots and the place, and the next
 * batch goes on from there: what has ended stays as it is.
 *
 * An event's sealed hash is the one that its own transaction stored.  Where
 * the row no longer gives that hash, it was altered before it was sealed, and
 * sealing the row's hash would cover that up.  So it is sealed as committed,
 * flagged and reported, and verification names it for ever.
 *
 * If one event took longer than a visit of the worker may last, the visit
 * would be undone, and tried again, for ever.  Such an event is sealed as
 * committed, too, and reported; verification has the time to compute it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "audit/event_scan.h"
#include "audit/seal.h"
#include "audit/tiles.h"
#include "audit/tree_head.h"
#include "core/args.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "core/work.h"

PG_FUNCTION_INFO_V1(gov_audit_seal);

#define MAX_NAMED 5				/* flagged events that a warning names */

GOV_SQL(insert_leaves, (INT8OID, INT8ARRAYOID),
		"INSERT INTO governance.audit_leaves (leaf_index, event_id)"
		" SELECT $1 OPERATOR(pg_catalog.+) u.n, u.event_id"
		" FROM pg_catalog.unnest($2) WITH ORDINALITY AS u(event_id, n)",
		.isolated = true);

GOV_SQL(insert_flag, (INT8OID, INT8OID, BYTEAOID, BYTEAOID),
		"INSERT INTO governance.audit_seal_flags"
		" (event_id, leaf_index, stored_hash, computed_hash)"
		" VALUES ($1, $2, $3, $4)",
		.isolated = true);

GOV_SQL(insert_head,
		(INT8OID, INT8OID, BYTEAOID, INT8OID, TEXTOID, TEXTOID, XID8OID,
		 INT8OID),
		"INSERT INTO governance.audit_tree_heads (tree_size,"
		" previous_size, root, incarnation, snapshot, base_snapshot,"
		" cursor_xid, cursor_event_id)"
		" VALUES ($1, $2, $3, $4, CAST($5 AS pg_catalog.pg_snapshot),"
		" CAST($6 AS pg_catalog.pg_snapshot), $7, $8)",
		.isolated = true);

/* What a former incarnation left unsealed. */
GOV_SQL(select_tail, (INT8OID, INT8OID),
		"SELECT e.event_id FROM governance.audit_events AS e"
		" WHERE e.incarnation OPERATOR(pg_catalog.<) $1"
		" AND NOT EXISTS (SELECT FROM governance.audit_leaves AS l"
		" WHERE l.event_id OPERATOR(pg_catalog.=) e.event_id)"
		" ORDER BY e.event_id LIMIT $2");

typedef struct Flag
{
	int64		event_id;
	int			position;		/* in the batch */
	GovTreeHash stored;
	GovTreeHash computed;
} Flag;

/* One batch in the making. */
typedef struct Batch
{
	Snapshot	snapshot;
	GovTreeHead head;			/* before it, then of it */
	int64		incarnation;	/* of the log now */
	int			max;			/* events at most */
	TimestampTz until;			/* no event is begun after; DT_NOEND: ever */
	TimestampTz event_until;	/* by then the last one is computed */
	bool		is_full;
	int			count;
	Datum	   *event_ids;
	GovTreeHash *leaves;
	List	   *flags;
	uint64		last_xid;
	bool		took_snapshot;	/* the difference is up to now */
	bool		is_drained;		/* ... and nothing is left of it */
} Batch;

/* What a run of batches did. */
typedef struct SealResult
{
	int64		sealed;
	int64		tree_size;
	GovTreeHash root;
	int64		flagged;
	StringInfoData named;		/* the first flagged events */
} SealResult;

/* Add the scan's current row to the batch. */
static void
add_event(Batch *batch, GovEventScan *events)
{
	GovTreeHash *leaf = &batch->leaves[batch->count];
	GovTreeHash computed;

	gov_event_stored_leaf(events, leaf);
	if (!gov_event_leaf_until(events, batch->event_until, &computed))
		ereport(WARNING,
				(errmsg("audit event " INT64_FORMAT " is sealed as it was committed, its row unread",
						events->event_id),
				 errdetail("Its leaf takes longer to compute than there is time for."),
				 errhint("gov_audit_verify() computes it.")));
	else if (memcmp(leaf, &computed, sizeof(computed)) != 0)
	{
		Flag	   *flag = palloc(sizeof(Flag));

		flag->event_id = events->event_id;
		flag->position = batch->count;
		flag->stored = *leaf;
		flag->computed = computed;
		batch->flags = lappend(batch->flags, flag);
	}
	batch->event_ids[batch->count++] = Int64GetDatum(events->event_id);
	batch->last_xid = events->xid;
	batch->is_full = batch->count == batch->max ||
		(batch->until != DT_NOEND && GetCurrentTimestamp() >= batch->until);
}

/*
 * collect_difference
 *		Collect events of transactions that ended between two snapshots, after
 *		the cursor, until the batch is full.
 */
static void
collect_difference(Batch *batch, const GovXidSnapshot *from,
				   const GovXidSnapshot *to, uint64 cursor_xid,
				   int64 cursor_event)
{
	GovEventScan events;
	GovXidRange *ranges;
	int			count;
	int			i;

	ranges = gov_xid_ranges(from, to, cursor_xid, cursor_event, &count);
	gov_event_scan_open(&events, true, batch->snapshot);
	for (i = 0; i < count && !batch->is_full; i++)
	{
		gov_event_seek_xids(&events, batch->incarnation, ranges[i].xid_from,
							ranges[i].xid_to, ranges[i].after_event);
		while (!batch->is_full && gov_event_next(&events))
		{
			if (gov_xid_snapshot_ended(to, events.xid))
				add_event(batch, &events);
		}
	}
	gov_event_scan_close(&events);
}

/*
 * collect_tail
 *		Collect events of former incarnations that no head covers; their
 *		transaction ids mean nothing here.
 */
static void
collect_tail(Batch *batch)
{
	GovEventScan events;
	uint64		found;
	uint64		i;

	found = gov_run(&select_tail, gov_int8(batch->incarnation),
					gov_int8(batch->max));
	gov_event_scan_open(&events, false, batch->snapshot);
	for (i = 0; i < found && !batch->is_full; i++)
	{
		int64		event_id = gov_row_int8(i, 1);

		gov_event_seek_ids(&events, event_id, event_id);
		if (!gov_event_next(&events))
			elog(ERROR, "audit event " INT64_FORMAT " vanished", event_id);
		add_event(batch, &events);
	}
	gov_event_scan_close(&events);
}

/*
 * collect
 *		Fill the batch and move its head's snapshots and cursor.
 */
static void
collect(Batch *batch)
{
	GovTreeHead *head = &batch->head;
	GovXidSnapshot now;

	if (head->incarnation < batch->incarnation)
	{
		head->is_partial = false;
		collect_tail(batch);
		if (batch->count > 0)
		{
			if (head->tree_size == 0)
				head->incarnation = batch->incarnation - 1;
			return;
		}
		/*
		 * All are sealed: now this incarnation's own transactions, from the
		 * first.
		 */
		head->incarnation = batch->incarnation;
		head->snapshot = gov_xid_snapshot_none();
	}

	if (head->is_partial)
	{
		collect_difference(batch, &head->base, &head->snapshot,
						   head->cursor_xid, head->cursor_event);
		if (batch->is_full)
			return;
		head->is_partial = false;
		if (batch->count > 0)
			return;
	}

	batch->took_snapshot = true;
	now = gov_xid_snapshot_of(batch->snapshot);
	if (now.xmax < head->snapshot.xmax)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the audit log was sealed by transactions that this server has not had yet"),
				 errdetail("Sealed up to transaction " UINT64_FORMAT ", the server is at " UINT64_FORMAT ".",
						   head->snapshot.xmax, now.xmax),
				 errhint("The log was restored from another server: gov_post_restore() begins a new incarnation of it.")));
	collect_difference(batch, &head->snapshot, &now, 0, 0);
	if (batch->is_full)
	{
		head->is_partial = true;
		head->base = head->snapshot;
	}
	else
		batch->is_drained = true;
	head->snapshot = now;
}

static GovParam
hash_param(const GovTreeHash *hash)
{
	return gov_bytes(hash->bytes, GOV_SHA256_LEN);
}

static void
write_flags(Batch *batch, SealResult *result)
{
	ListCell   *lc;

	foreach(lc, batch->flags)
	{
		Flag	   *flag = lfirst(lc);

		gov_run(&insert_flag, gov_int8(flag->event_id),
				gov_int8(batch->head.tree_size + flag->position),
				hash_param(&flag->stored), hash_param(&flag->computed));
		if (result->flagged++ < MAX_NAMED)
			appendStringInfo(&result->named, "%s" INT64_FORMAT,
							 result->named.len > 0 ? ", " : "",
							 flag->event_id);
	}
}

/*
 * write_batch
 *		Store leaves, tiles and the head.
 */
static void
write_batch(Batch *batch, SealResult *result)
{
	GovTreeHead *head = &batch->head;
	int64		old_size = head->tree_size;
	GovTreeRange all = {0, old_size + batch->count};
	ArrayType  *event_ids;
	GovTiles	tiles;
	Snapshot	snapshot;

	event_ids = construct_array(batch->event_ids, batch->count, INT8OID, 8,
								FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	gov_seal_write_begin();
	/* ordinality counts from 1 */
	gov_run(&insert_leaves, gov_int8(old_size - 1),
			gov_datum(PointerGetDatum(event_ids), false));
	gov_tiles_append(old_size, batch->leaves, batch->count, batch->snapshot);
	write_flags(batch, result);

	snapshot = RegisterSnapshot(GetLatestSnapshot());
	gov_tiles_open(&tiles, snapshot);
	head->root = gov_tiles_range_root(&tiles, all);
	gov_tiles_close(&tiles);
	UnregisterSnapshot(snapshot);

	head->tree_size = all.end;
	head->previous_size = old_size;
	head->cursor_xid = batch->last_xid;
	head->cursor_event =
		DatumGetInt64(batch->event_ids[batch->count - 1]);
	gov_run(&insert_head, gov_int8(head->tree_size), gov_int8(old_size),
			hash_param(&head->root), gov_int8(head->incarnation),
			gov_text(gov_xid_snapshot_text(&head->snapshot)),
			gov_text(head->is_partial ?
					 gov_xid_snapshot_text(&head->base) : NULL),
			gov_datum(UInt64GetDatum(head->cursor_xid), !head->is_partial),
			gov_datum(Int64GetDatum(head->cursor_event), !head->is_partial));
	gov_seal_write_end();
	ForceSyncCommit();
}

/*
 * seal_batch
 *		Seal one batch; returns whether everything that had ended by now is
 *		sealed.
 *
 * Inside SPI and under the lock.  *took_snapshot says that the present
 * snapshot was used; otherwise the difference to an older one is not finished
 * yet.
 */
static bool
seal_batch(int max, int max_ms, SealResult *result, bool *took_snapshot)
{
	MemoryContext context;
	MemoryContext caller;
	TimestampTz now = GetCurrentTimestamp();
	Batch		batch = {0};

	context = AllocSetContextCreate(CurrentMemoryContext, "audit seal batch",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	batch.max = max;
	batch.until = max_ms == 0 ? DT_NOEND :
		TimestampTzPlusMilliseconds(now, max_ms);
	batch.event_until = max_ms == 0 ? DT_NOEND :
		TimestampTzPlusMilliseconds(now, 2 * max_ms);
	batch.event_ids = palloc(sizeof(Datum) * max);
	batch.leaves = palloc(sizeof(GovTreeHash) * max);
	batch.incarnation = gov_log_incarnation();
	batch.snapshot = RegisterSnapshot(GetLatestSnapshot());
	gov_tree_head_last(batch.snapshot, &batch.head);
	collect(&batch);
	if (batch.count > 0)
		write_batch(&batch, result);
	UnregisterSnapshot(batch.snapshot);

	result->sealed += batch.count;
	result->tree_size = batch.head.tree_size;
	result->root = batch.head.root;
	*took_snapshot |= batch.took_snapshot;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);

	/*
	 * Once the present snapshot was used, what a batch leaves belongs to it.
	 */
	return batch.is_drained || (*took_snapshot && !batch.took_snapshot &&
								!batch.head.is_partial);
}

static void
check_isolation(void)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the audit trail cannot be sealed at this isolation level"),
				 errdetail("The transaction's snapshot may be older than the last seal."),
				 errhint("Seal in a transaction at READ COMMITTED.")));
}

static void
begin_result(SealResult *result)
{
	memset(result, 0, sizeof(*result));
	initStringInfo(&result->named);
}

static void
warn_flagged(SealResult *result)
{
	if (result->flagged > 0)
		ereport(WARNING,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("audit events were altered before they were sealed: " INT64_FORMAT,
						result->flagged),
				 errdetail("Events: %s%s.", result->named.data,
						   result->flagged > MAX_NAMED ? ", ..." : ""),
				 errhint("governance.audit_seal_flags has the hashes; the log keeps the one that was committed.")));
}

int64
gov_audit_seal_batch(bool wait, int max, int max_ms, bool *more)
{
	SealResult	result;
	bool		took_snapshot = false;

	*more = false;
	check_isolation();
	if (!gov_work_lock_table(GOV_REL_AUDIT_TREE_HEADS, wait, "sealing"))
		return 0;
	begin_result(&result);
	gov_spi_begin();
	*more = !seal_batch(Min(max, GOV_SEAL_BATCH), max_ms, &result,
						&took_snapshot);
	gov_spi_end();
	warn_flagged(&result);
	return result.sealed;
}

/*
 * gov_audit_seal()
 *		Seal everything that had committed when the call began.
 */
Datum
gov_audit_seal(PG_FUNCTION_ARGS)
{
	JsonbParseState *state = NULL;
	SealResult	result;
	bool		took_snapshot = false;
	char		root[2 * GOV_SHA256_LEN + 1];

	gov_refuse_read_only("gov_audit_seal()");
	(void) gov_require(GOV_PERM_AUDIT_SEAL, NULL);
	check_isolation();

	(void) gov_work_lock_table(GOV_REL_AUDIT_TREE_HEADS, true, "sealing");
	(void) gov_require(GOV_PERM_AUDIT_SEAL, NULL);
	begin_result(&result);
	gov_spi_begin();
	while (!seal_batch(GOV_SEAL_BATCH, 0, &result, &took_snapshot))
		CHECK_FOR_INTERRUPTS();
	gov_spi_end();
	warn_flagged(&result);

	gov_hex(result.root.bytes, GOV_SHA256_LEN, root);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_int8(&state, "sealed", result.sealed);
	gov_json_put_int8(&state, "tree_size", result.tree_size);
	gov_json_put_text(&state, "root", root);
	gov_json_put_int8(&state, "flagged", result.flagged);
	PG_RETURN_JSONB_P(gov_json_end(&state));
}
