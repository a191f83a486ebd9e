/*
 * retired.c
 *		Reading the retirements, and the part of gov_audit_verify() that checks
 *		each by its event and the tree.
 *
 * A retirement counts only where its event exists, is unaltered and has the
 * same content, or where the event was itself retired by a later retirement
 * that counts. Where none counts, the rows are gone without an explanation:
 * the walk through the leaves names each.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "audit/retired.h"

static void
read_retirement(GovLogScan *log, GovRetirement *retirement)
{
	retirement->from =
		gov_log_scan_int8(log, gov_log_scan_column(log, "from_index"));
	retirement->to =
		gov_log_scan_int8(log, gov_log_scan_column(log, "to_index"));
	retirement->event_id =
		gov_log_scan_int8(log, gov_log_scan_column(log, "event_id"));
	retirement->has_roots =
		gov_log_scan_hash(log, gov_log_scan_column(log, "root"),
						  &retirement->root);
	retirement->has_roots &=
		gov_log_scan_hash(log, gov_log_scan_column(log, "tree_root"),
						  &retirement->tree_root);
}

int64
gov_retired_size(Snapshot snapshot)
{
	GovLogScan	log;
	int64		result = 0;

	gov_log_scan_open(&log, GOV_REL_AUDIT_RETIREMENTS,
					  GOV_REL_AUDIT_RETIREMENTS_PKEY, snapshot);
	gov_log_scan_seek(&log, 0, NULL);
	if (gov_log_scan_previous(&log))
		result = gov_log_scan_int8(&log, gov_log_scan_column(&log,
															 "to_index"));
	gov_log_scan_close(&log);
	return result;
}

void
gov_retirement_details(const GovRetirement *retirement,
					   GovRetirementDetail *details)
{
	static const char *const keys[GOV_RETIREMENT_DETAILS] = {
		"from_index", "to_index", "count", "root", "tree_root"
	};
	int64		numbers[3];
	int			i;

	numbers[0] = retirement->from;
	numbers[1] = retirement->to;
	numbers[2] = retirement->to - retirement->from;
	for (i = 0; i < GOV_RETIREMENT_DETAILS; i++)
	{
		details[i].key = keys[i];
		details[i].is_number = i < 3;
		if (i < 3)
			snprintf(details[i].value, sizeof(details[i].value), INT64_FORMAT,
					 numbers[i]);
	}
	gov_hex(retirement->root.bytes, GOV_SHA256_LEN, details[3].value);
	gov_hex(retirement->tree_root.bytes, GOV_SHA256_LEN, details[4].value);
}

/* Does the document have that value for the key? */
static bool
says(Jsonb *document, const GovRetirementDetail *detail)
{
	JsonbValue	found;
	char	   *text;

	if (!JB_ROOT_IS_OBJECT(document) ||
		getKeyJsonValueFromContainer(&document->root, detail->key,
									 strlen(detail->key), &found) == NULL)
		return false;
	if (detail->is_number)
	{
		if (found.type != jbvNumeric)
			return false;
		text = numeric_normalize(found.val.numeric);
	}
	else
	{
		if (found.type != jbvString)
			return false;
		text = pnstrdup(found.val.string.val, found.val.string.len);
	}
	return strcmp(text, detail->value) == 0;
}

/* Is the event, the scan's current row, the one of this retirement? */
static bool
tells_of(GovEventScan *event, const GovRetirement *retirement)
{
	GovRetirementDetail details[GOV_RETIREMENT_DETAILS];
	GovTreeHash computed;
	GovTreeHash stored;
	Jsonb	   *document;
	int			i;

	gov_event_leaf(event, &computed);
	gov_event_stored_leaf(event, &stored);
	if (!gov_tree_hash_equal(&computed, &stored) ||
		event->nulls[GOV_AUDIT_event_type] ||
		event->nulls[GOV_AUDIT_details] ||
		strcmp(TextDatumGetCString(event->values[GOV_AUDIT_event_type]),
			   GOV_RETIRE_EVENT) != 0)
		return false;
	document = DatumGetJsonbP(event->values[GOV_AUDIT_details]);
	gov_retirement_details(retirement, details);
	for (i = 0; i < GOV_RETIREMENT_DETAILS; i++)
	{
		if (!says(document, &details[i]))
			return false;
	}
	return true;
}

/* Was the event itself among the first "size" leaves? */
static bool
is_leaf_before(GovLogScan *by_event, int64 event_id, int64 size)
{
	ScanKeyData key;

	ScanKeyInit(&key, gov_log_scan_column(by_event, "event_id"),
				BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(event_id));
	gov_log_scan_seek(by_event, 1, &key);
	return gov_log_scan_next(by_event) &&
		gov_log_scan_int8(by_event, gov_log_scan_column(by_event,
														"leaf_index")) < size;
}

/* Check one retirement; later ones have been checked. */
static bool
check_retirement(GovVerify *verify, GovEventScan *events,
				 GovLogScan *by_event, const GovRetirement *retirement)
{
	if (!retirement->has_roots || retirement->from < 0 ||
		retirement->to <= retirement->from ||
		retirement->to > verify->head.tree_size)
	{
		gov_verify_failed(verify, GOV_CHECK_RETIREMENTS,
						  "the retirement of leaves " INT64_FORMAT " to "
						  INT64_FORMAT
						  " was altered: there is no such range of leaves",
						  retirement->from, retirement->to - 1);
		return false;
	}
	gov_event_seek_ids(events, retirement->event_id, retirement->event_id);
	if (gov_event_next(events) ? tells_of(events, retirement) :
		is_leaf_before(by_event, retirement->event_id, verify->retired))
		return true;
	gov_verify_failed(verify, GOV_CHECK_RETIREMENTS,
					  "the retirement of leaves " INT64_FORMAT " to "
					  INT64_FORMAT " was added or altered: event " INT64_FORMAT
					  " does not tell of it",
					  retirement->from, retirement->to - 1,
					  retirement->event_id);
	return false;
}

/*
 * gov_verify_retired
 *		How many leaves are retired, by records that count.
 *
 * It goes backwards from the newest one, which alone must have its event's
 * row.
 */
void
gov_verify_retired(GovVerify *verify)
{
	GovEventScan events;
	GovLogScan	by_event;
	GovLogScan	log;
	int64		next_from = -1;

	gov_event_scan_open(&events, false, verify->snapshot);
	gov_log_scan_open(&by_event, GOV_REL_AUDIT_LEAVES,
					  GOV_REL_AUDIT_LEAVES_EVENT_ID_KEY, verify->snapshot);
	gov_log_scan_open(&log, GOV_REL_AUDIT_RETIREMENTS,
					  GOV_REL_AUDIT_RETIREMENTS_PKEY, verify->snapshot);
	gov_log_scan_seek(&log, 0, NULL);
	while (gov_log_scan_previous(&log))
	{
		GovRetirement retirement;

		read_retirement(&log, &retirement);
		if (next_from >= 0 && retirement.to != next_from)
			gov_verify_failed(verify, GOV_CHECK_RETIREMENTS,
							  "the retirement that begins at leaf " INT64_FORMAT
							  " follows one that ends before leaf " INT64_FORMAT
							  ": one was removed, added or altered",
							  next_from, retirement.to);
		next_from = retirement.from;
		if (check_retirement(verify, &events, &by_event, &retirement))
			verify->retired = Max(verify->retired, retirement.to);
		verify->retirements++;
	}
	if (next_from > 0)
		gov_verify_failed(verify, GOV_CHECK_RETIREMENTS,
						  "no retirement begins at leaf 0, the first one at leaf "
						  INT64_FORMAT ": one was removed or altered",
						  next_from);
	gov_log_scan_close(&log);
	gov_log_scan_close(&by_event);
	gov_event_scan_close(&events);
}

/* --- roots, while the leaves are gone through ---------------------------- */

/*
 * The retirement in which the walk is, or the next one.
 */
static void
next_retirement(GovVerify *verify)
{
	GovRetirement retirement;

	verify->retirement_to = 0;
	if (!gov_log_scan_next(&verify->retired_log))
		return;
	read_retirement(&verify->retired_log, &retirement);
	verify->retirement_from = retirement.from;
	verify->retirement_to = retirement.to;
	verify->retirement_root = retirement.root;
	verify->retirement_tree_root = retirement.tree_root;
	gov_tree_edge_init(&verify->retirement_edge);
}

void
gov_verify_retired_begin(GovVerify *verify)
{
	ScanKeyData key;

	gov_log_scan_open(&verify->retired_log, GOV_REL_AUDIT_RETIREMENTS,
					  GOV_REL_AUDIT_RETIREMENTS_PKEY, verify->snapshot);
	ScanKeyInit(&key, gov_log_scan_column(&verify->retired_log, "to_index"),
				BTGreaterStrategyNumber, F_INT8GT,
				Int64GetDatum(verify->from));
	gov_log_scan_seek(&verify->retired_log, 1, &key);
	next_retirement(verify);
}

void
gov_verify_retired_end(GovVerify *verify)
{
	gov_log_scan_close(&verify->retired_log);
}

/*
 * gov_verify_retired_append
 *		The leaf that makes the tree as large as rollup.size says.
 *
 * The root of a retirement's own leaves is known only where the walk began
 * before them; that of the whole tree always is.
 */
void
gov_verify_retired_append(GovVerify *verify, const GovTreeHash *leaf)
{
	GovTreeHash root;
	bool		ok;

	if (verify->retirement_to == 0)
		return;
	if (verify->from <= verify->retirement_from &&
		verify->rollup.size > verify->retirement_from)
		gov_tree_must(gov_tree_edge_append(&verify->retirement_edge, leaf));
	if (verify->rollup.size < verify->retirement_to)
		return;

	gov_verify_tree_root(verify, &root);
	ok = gov_tree_hash_equal(&root, &verify->retirement_tree_root);
	if (verify->from <= verify->retirement_from)
	{
		gov_tree_must(gov_tree_edge_root(&verify->retirement_edge, &root));
		ok &= gov_tree_hash_equal(&root, &verify->retirement_root);
	}
	if (!ok)
		gov_verify_failed(verify, GOV_CHECK_RETIREMENTS,
						  "the retirement of leaves " INT64_FORMAT " to "
						  INT64_FORMAT
						  " has roots that do not follow from the tiles: one of them was altered",
						  verify->retirement_from, verify->retirement_to - 1);
	next_retirement(verify);
}
