/*
 * tree_head.c
 *		Tree heads: how far the log is sealed, and by which snapshot.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"

#include "audit/tree_head.h"
#include "core/args.h"
#include "core/restoring.h"
#include "core/scan.h"

static bool
read_snapshot(GovLogScan *scan, const char *column, GovXidSnapshot *result)
{
	bool		isnull;
	Datum		value;

	value = gov_log_scan_value(scan, gov_log_scan_column(scan, column),
							   &isnull);
	if (isnull)
		*result = gov_xid_snapshot_none();
	else
	{
		value = DirectFunctionCall1(pg_snapshot_out, value);
		*result = gov_xid_snapshot_parse(DatumGetCString(value));
	}
	return !isnull;
}

void
gov_tree_head_last(Snapshot snapshot, GovTreeHead *head)
{
	GovLogScan	scan;

	memset(head, 0, sizeof(*head));
	gov_log_scan_open(&scan, GOV_REL_AUDIT_TREE_HEADS,
					  GOV_REL_AUDIT_TREE_HEADS_PKEY, snapshot);
	gov_log_scan_seek(&scan, 0, NULL);
	if (gov_log_scan_previous(&scan))
	{
#define INT8(name) gov_log_scan_int8(&scan, gov_log_scan_column(&scan, name))
		head->tree_size = INT8("tree_size");
		head->previous_size = INT8("previous_size");
		head->incarnation = INT8("incarnation");
		head->cursor_xid = (uint64) INT8("cursor_xid");
		head->cursor_event = INT8("cursor_event_id");
#undef INT8
		(void) gov_log_scan_hash(&scan, gov_log_scan_column(&scan, "root"),
						 &head->root);
		(void) read_snapshot(&scan, "snapshot", &head->snapshot);
		head->is_partial = read_snapshot(&scan, "base_snapshot", &head->base);
	}
	else
	{
		head->snapshot = gov_xid_snapshot_none();
		(void) gov_tree_root(NULL, 0, &head->root);
	}
	gov_log_scan_close(&scan);
}

int64
gov_tree_head_committed(Snapshot snapshot, GovTreeHash *root)
{
	GovLogScan	scan;
	int64		tree_size = 0;

	(void) gov_tree_root(NULL, 0, root);
	gov_log_scan_open(&scan, GOV_REL_AUDIT_TREE_HEADS,
					  GOV_REL_AUDIT_TREE_HEADS_PKEY, snapshot);
	gov_log_scan_seek(&scan, 0, NULL);
	while (gov_log_scan_previous(&scan))
	{
		TransactionId xmin = HeapTupleHeaderGetXmin(scan.tuple->t_data);

		if (TransactionIdIsCurrentTransactionId(xmin))
			continue;
		tree_size = gov_log_scan_int8(&scan, gov_log_scan_column(&scan,
																 "tree_size"));
		(void) gov_log_scan_hash(&scan,
								 gov_log_scan_column(&scan, "root"), root);
		break;
	}
	gov_log_scan_close(&scan);
	return tree_size;
}

int64
gov_tree_head_size_upto(int64 size, Snapshot snapshot)
{
	GovLogScan	scan;
	AttrNumber	column;
	ScanKeyData key;
	int64		result = 0;

	gov_log_scan_open(&scan, GOV_REL_AUDIT_TREE_HEADS,
					  GOV_REL_AUDIT_TREE_HEADS_PKEY, snapshot);
	column = gov_log_scan_column(&scan, "tree_size");
	ScanKeyInit(&key, column, BTLessEqualStrategyNumber, F_INT8LE,
				Int64GetDatum(size));
	gov_log_scan_seek(&scan, 1, &key);
	if (gov_log_scan_previous(&scan))
		result = gov_log_scan_int8(&scan, column);
	gov_log_scan_close(&scan);
	return result;
}

void
gov_head_scan_open(GovHeadScan *scan, int64 after, Snapshot snapshot)
{
	ScanKeyData key;

	gov_log_scan_open(&scan->log, GOV_REL_AUDIT_TREE_HEADS,
					  GOV_REL_AUDIT_TREE_HEADS_PKEY, snapshot);
	scan->size_column = gov_log_scan_column(&scan->log, "tree_size");
	scan->previous_column = gov_log_scan_column(&scan->log, "previous_size");
	scan->root_column = gov_log_scan_column(&scan->log, "root");
	ScanKeyInit(&key, scan->size_column, BTGreaterStrategyNumber, F_INT8GT,
				Int64GetDatum(after));
	gov_log_scan_seek(&scan->log, 1, &key);
}

bool
gov_head_scan_next(GovHeadScan *scan)
{
	if (!gov_log_scan_next(&scan->log))
		return false;
	scan->tree_size = gov_log_scan_int8(&scan->log, scan->size_column);
	scan->previous_size = gov_log_scan_int8(&scan->log,
											scan->previous_column);
	scan->has_root = gov_log_scan_hash(&scan->log, scan->root_column,
									   &scan->root);
	return true;
}

void
gov_head_scan_close(GovHeadScan *scan)
{
	gov_log_scan_close(&scan->log);
}

void
gov_check_log_range(int64 *from, int64 *to, int64 tree_size)
{
	const char *hint = "gov_audit_status() says how many there are; to_index is one after the last leaf of the range.";

	if (*to < 0)
		*to = tree_size;
	if (*to > tree_size)
		gov_bad_value("to_index",
					  psprintf("The log has " INT64_FORMAT " leaves.",
							   tree_size), hint);
	if (*from > *to)
		gov_bad_value("from_index",
					  psprintf("The log has " INT64_FORMAT " leaves.",
							   tree_size), hint);
}

/*
 * gov_tree_head_covers
 *		By this head, must an event at that place be sealed?
 *
 * Events of earlier incarnations are sealed before the first of a new one.
 */
bool
gov_tree_head_covers(const GovTreeHead *head, int64 incarnation, uint64 xid,
					 int64 event_id)
{
	if (incarnation != head->incarnation)
		return incarnation < head->incarnation;
	if (!gov_xid_snapshot_ended(&head->snapshot, xid))
		return false;
	return !head->is_partial ||
		gov_xid_snapshot_ended(&head->base, xid) ||
		xid < head->cursor_xid ||
		(xid == head->cursor_xid && event_id <= head->cursor_event);
}

/* Add a range, or what of it comes after the cursor. */
static void
add_range(GovXidRange *ranges, int *count, uint64 from, uint64 to,
		  uint64 cursor_xid, int64 cursor_event)
{
	if (from <= cursor_xid && cursor_xid < to)
	{
		ranges[*count].xid_from = cursor_xid;
		ranges[*count].xid_to = cursor_xid + 1;
		ranges[(*count)++].after_event = cursor_event;
		from = cursor_xid + 1;
	}
	if (from < to && from > cursor_xid)
	{
		ranges[*count].xid_from = from;
		ranges[*count].xid_to = to;
		ranges[(*count)++].after_event = 0;
	}
}

GovXidRange *
gov_xid_ranges(const GovXidSnapshot *from, const GovXidSnapshot *to,
			   uint64 cursor_xid, int64 cursor_event, int *count)
{
	GovXidRange *ranges = palloc(sizeof(GovXidRange) * (from->nxip + 3));
	int			i;

	*count = 0;
	for (i = 0; i < from->nxip; i++)
	{
		if (gov_xid_snapshot_ended(to, from->xip[i]))
			add_range(ranges, count, from->xip[i], from->xip[i] + 1,
					  cursor_xid, cursor_event);
	}
	if (from->xmax < to->xmax)
		add_range(ranges, count, from->xmax, to->xmax, cursor_xid,
				  cursor_event);
	return ranges;
}

char *
gov_log_id(void)
{
	GovScan		scan;
	bool		isnull;
	char	   *id;

	gov_scan_begin(&scan, GOV_REL_AUDIT_LOG);
	if (!gov_scan_next(&scan))
	{
		gov_refuse_restoring();
		elog(ERROR, "table \"governance.audit_log\" is empty");
	}
	id = DatumGetCString(DirectFunctionCall1(uuid_out,
											 gov_scan_datum(&scan, "log_id",
															&isnull)));
	gov_scan_end(&scan);
	return id;
}

int64
gov_log_incarnation(void)
{
	GovScan		scan;
	int64		incarnation;
	bool		isnull;

	gov_scan_begin(&scan, GOV_REL_AUDIT_LOG);
	if (!gov_scan_next(&scan))
	{
		gov_refuse_restoring();
		elog(ERROR, "table \"governance.audit_log\" is empty");
	}
	incarnation = DatumGetInt64(gov_scan_datum(&scan, "incarnation", &isnull));
	gov_scan_end(&scan);
	return incarnation;
}
