/*
 * observations_am.c
 *		governance.sla_observations: a table that counts what is inserted.
 *
 * The table access method is heap's, except for the functions that insert. So
 * COPY and INSERT work as for any table and report how many rows there were;
 * there is no trigger to switch off, and nothing is stored: the heap stays
 * empty, and whoever reads, updates or deletes finds no row.
 *
 * Everybody has the INSERT privilege; the right is checked here, once for each
 * command and for each batch that COPY hands over.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/multixact.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "core/compat.h"
#include "core/relations.h"
#include "sla/accumulator.h"
#include "sla/observe.h"
#include "sla/raw.h"

PG_FUNCTION_INFO_V1(gov_observations_am_handler);

#define TABLE_NAME "sla_observations"

/* The columns, by number from 0. */
enum
{
	COLUMN_TYPE,
	COLUMN_ID,
	COLUMN_AT,
	COLUMN_LATENCY,
	COLUMN_SUCCESS,
	COLUMNS
};

static const Oid column_types[COLUMNS] = {
	TEXTOID, TEXTOID, TIMESTAMPTZOID, FLOAT8OID, BOOLOID
};

static TableAmRoutine routine;

/* The command that is inserting. */
static struct
{
	LocalTransactionId lxid;
	SubTransactionId subid;
	CommandId	cid;
	GovObserving observing;
	int64		rows;			/* so far */
}			command;

pg_noreturn static void
refuse(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot %s table \"%s\"", what, TABLE_NAME),
			 errdetail("It counts what is inserted and stores no row."),
			 errhint("gov_sla_series() shows what was observed; policy \"sla.keep_raw\" keeps observations in governance.sla_raw_observations.")));
}

/* Are the columns the ones that we made? */
static bool
has_form(TupleDesc desc)
{
	bool		ok = desc->natts == COLUMNS;
	int			i;

	for (i = 0; ok && i < COLUMNS; i++)
		ok = !TupleDescAttr(desc, i)->attisdropped &&
			TupleDescAttr(desc, i)->atttypid == column_types[i];
	return ok;
}

/*
 * check_form
 *		Check that the table is as we made it, because its datums are not
 *		converted.
 */
static void
check_form(Relation rel)
{
	if (!has_form(RelationGetDescr(rel)) ||
		RelationGetRelid(rel) != gov_relation(GOV_REL_SLA_OBSERVATIONS))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"%s\" is not as the extension made it",
						RelationGetRelationName(rel)),
				 errdetail("Its columns were altered, or it is another table.")));
}

/* Bytes of a text datum. */
static const char *
bytes_of(Datum value, int *len)
{
	text	   *t = DatumGetTextPP(value);

	*len = VARSIZE_ANY_EXHDR(t);
	return VARDATA_ANY(t);
}

/*
 * begin
 *		Check who inserts: always for a batch, once a command for single rows.
 */
static void
begin(Relation rel, CommandId cid, TupleTableSlot *slot, bool is_batch)
{
	bool		is_new = command.lxid != GOV_MY_LXID ||
		command.subid != GetCurrentSubTransactionId() || command.cid != cid;
	const char *type = "";
	const char *id = "";
	int			type_len = 0;
	int			id_len = 0;

	if (!is_new && !is_batch)
		return;
	check_form(rel);
	gov_refuse_read_only("INSERT");
	if (!slot->tts_isnull[COLUMN_TYPE])
		type = bytes_of(slot->tts_values[COLUMN_TYPE], &type_len);
	if (!slot->tts_isnull[COLUMN_ID])
		id = bytes_of(slot->tts_values[COLUMN_ID], &id_len);
	command.lxid = InvalidLocalTransactionId;
	gov_observe_begin(&command.observing, type, type_len, id, id_len);
	command.lxid = GOV_MY_LXID;
	command.subid = GetCurrentSubTransactionId();
	command.cid = cid;
	if (is_new)
		command.rows = 0;
}

pg_noreturn static void
refuse_type(const char *type, int len, int64 row)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for column \"resource_type\""),
			 errdetail("Row " INT64_FORMAT
					   ": \"%s\" is not one of the allowed words.",
					   row, gov_excerpt(type, len)),
			 errhint("Allowed: %s.", gov_word_list(gov_sla_types))));
}

/* The resource of a row, which mostly is that of the row before. */
static const GovSlaResource *
find_resource(const Datum *values, const GovSlaResource *before, int64 row)
{
	const GovSlaResource *resource;
	const char *type;
	const char *id;
	int			type_len;
	int			id_len;

	type = bytes_of(values[COLUMN_TYPE], &type_len);
	id = bytes_of(values[COLUMN_ID], &id_len);
	if (before != NULL && id_len <= GOV_ID_LEN &&
		before->key.id[id_len] == '\0' &&
		memcmp(before->key.id, id, id_len) == 0 &&
		type_len < sizeof(before->key.type) &&
		before->key.type[type_len] == '\0' &&
		memcmp(before->key.type, type, type_len) == 0)
		return before;
	resource = gov_sla_resource(type, type_len, id, id_len);
	if (resource == NULL)
	{
		if (!gov_sla_is_type(type, type_len))
			refuse_type(type, type_len, row);
		gov_sla_no_resource(pnstrdup(type, type_len), pnstrdup(id, id_len));
	}
	return resource;
}

/*
 * take
 *		Check one row and count it.
 */
static const GovSlaResource *
take(TupleTableSlot *slot, const GovSlaResource *before)
{
	const Datum *values = slot->tts_values;
	GovObservationPlace place = {true, ++command.rows};
	const GovSlaResource *resource;
	double		latency;
	TimestampTz at;
	bool		success;
	int			i;

	for (i = 0; i < COLUMNS; i++)
	{
		/* NOT NULL was checked before, unless somebody dropped it. */
		if (unlikely(slot->tts_isnull[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NOT_NULL_VIOLATION),
					 errmsg("null value in observation " INT64_FORMAT,
							place.number)));
	}
	latency = DatumGetFloat8(values[COLUMN_LATENCY]);
	at = DatumGetTimestampTz(values[COLUMN_AT]);
	success = DatumGetBool(values[COLUMN_SUCCESS]);

	gov_observe_check_latency(latency, &place);
	resource = find_resource(values, before, place.number);
	gov_observe_check_time(&command.observing, at, &place);
	if (unlikely(command.observing.keep_raw))
		gov_observe_keep_raw(resource, &at, &latency, &success, 1);
	gov_observe_add_at(resource, at, &latency, &success, 1);
	return resource;
}

/* Give the row no place, as it is not stored. */
static void
set_nowhere(Relation rel, TupleTableSlot *slot)
{
	slot->tts_tableOid = RelationGetRelid(rel);
	ItemPointerSetInvalid(&slot->tts_tid);
}

static void
tuple_insert(Relation rel, TupleTableSlot *slot, CommandId cid,
			 GovInsertOptions options, struct BulkInsertStateData *bistate)
{
	slot_getallattrs(slot);
	begin(rel, cid, slot, false);
	(void) take(slot, NULL);
	set_nowhere(rel, slot);
}

static void
multi_insert(Relation rel, TupleTableSlot **slots, int nslots, CommandId cid,
			 GovInsertOptions options, struct BulkInsertStateData *bistate)
{
	const GovSlaResource *resource = NULL;
	int			i;

	for (i = 0; i < nslots; i++)
	{
		slot_getallattrs(slots[i]);
		if (i == 0)
			begin(rel, cid, slots[0], true);
		resource = take(slots[i], resource);
		set_nowhere(rel, slots[i]);
	}
}

/* --- the rest ------------------------------------------------------------ */

static const TupleTableSlotOps *
slot_callbacks(Relation rel)
{
	return &TTSOpsVirtual;
}

static bool
scan_getnextslot(TableScanDesc scan, ScanDirection direction,
				 TupleTableSlot *slot)
{
	ExecClearTuple(slot);
	return false;
}

static bool
scan_getnextslot_tidrange(TableScanDesc scan, ScanDirection direction,
						  TupleTableSlot *slot)
{
	ExecClearTuple(slot);
	return false;
}

static bool
tuple_fetch_row_version(Relation rel, ItemPointer tid, Snapshot snapshot,
						TupleTableSlot *slot)
{
	return false;
}

static void
tuple_insert_speculative(Relation rel, TupleTableSlot *slot, CommandId cid,
						 GovInsertOptions options,
						 struct BulkInsertStateData *bistate, uint32 token)
{
	refuse("insert with ON CONFLICT into");
}

static double
index_build_range_scan(Relation table, Relation index,
					   struct IndexInfo *index_info, bool allow_sync,
					   bool anyvisible, bool progress, BlockNumber start,
					   BlockNumber count, IndexBuildCallback callback,
					   void *callback_state, TableScanDesc scan)
{
	const char *name = RelationGetRelationName(index);
	Oid			schema = RelationGetNamespace(index);

	/* an index built concurrently, or made under another access method */
	if (!index->rd_index->indisvalid ||
		ReindexIsProcessingIndex(RelationGetRelid(index)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("table \"%s\" cannot have index \"%s\"", TABLE_NAME,
						name),
				 errdetail("It counts what is inserted and stores no row; the index was left behind."),
				 errhint("DROP INDEX %s;",
						 quote_qualified_identifier(get_namespace_name(schema),
													name))));
	refuse("create an index on");
	return 0;
}

/*
 * relation_set_new_filenode
 *		Storage for the table when it is made; no TRUNCATE, no other table.
 *
 * A table that is being created is not in pg_class yet.  VACUUM FULL creates a
 * second one for a moment; that is allowed, so that VACUUM FULL of a whole
 * database does not fail here.  ALTER TABLE creates one too, but of another
 * form.
 */
static void
relation_set_new_filenode(Relation rel, const RelFileNode *node,
						  char persistence, TransactionId *freeze_xid,
						  MultiXactId *min_multi)
{
	const char *name = RelationGetRelationName(rel);
	Oid			ours = gov_relation_or_invalid(GOV_REL_SLA_OBSERVATIONS);
	char		transient[NAMEDATALEN];

	snprintf(transient, sizeof(transient), "pg_temp_%u", ours);
	if (SearchSysCacheExists1(RELOID,
							  ObjectIdGetDatum(RelationGetRelid(rel))) ||
		persistence != RELPERSISTENCE_PERMANENT ||
		(strcmp(name, transient) == 0 && !has_form(RelationGetDescr(rel))))
		refuse("truncate or rewrite");
	if (RelationGetNamespace(rel) != gov_schema() ||
		!((strcmp(name, TABLE_NAME) == 0 &&
		   (creating_extension || IsBinaryUpgrade)) ||
		  (OidIsValid(ours) && strcmp(name, transient) == 0)))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("access method \"governance_observations\" is for table \"governance.%s\" alone",
						TABLE_NAME)));
	GetHeapamTableAmRoutine()->relation_set_new_filenode(rel, node,
														 persistence,
														 freeze_xid,
														 min_multi);
}

static void
relation_nontransactional_truncate(Relation rel)
{
	refuse("truncate or rewrite");
}

static void
relation_copy_for_cluster(Relation old_table, Relation new_table,
						  Relation index, bool use_sort,
						  TransactionId oldest_xmin GOV_COPY_SNAPSHOT,
						  TransactionId *xid_cutoff,
						  MultiXactId *multi_cutoff, double *num_tuples,
						  double *tups_vacuumed,
						  double *tups_recently_dead)
{
	*num_tuples = *tups_vacuumed = *tups_recently_dead = 0;
}

static bool
relation_needs_toast_table(Relation rel)
{
	return false;
}

/*
 * gov_observations_am_handler
 */
Datum
gov_observations_am_handler(PG_FUNCTION_ARGS)
{
	if (routine.type != T_TableAmRoutine)
	{
		memcpy(&routine, GetHeapamTableAmRoutine(), sizeof(routine));
		routine.slot_callbacks = slot_callbacks;
		routine.scan_getnextslot = scan_getnextslot;
		routine.scan_getnextslot_tidrange = scan_getnextslot_tidrange;
		routine.tuple_fetch_row_version = tuple_fetch_row_version;
		routine.tuple_insert = tuple_insert;
		routine.tuple_insert_speculative = tuple_insert_speculative;
		routine.multi_insert = multi_insert;
		routine.index_build_range_scan = index_build_range_scan;
		routine.relation_set_new_filenode = relation_set_new_filenode;
		routine.relation_nontransactional_truncate =
			relation_nontransactional_truncate;
		routine.relation_copy_for_cluster = relation_copy_for_cluster;
		routine.relation_needs_toast_table = relation_needs_toast_table;
	}
	PG_RETURN_POINTER(&routine);
}
