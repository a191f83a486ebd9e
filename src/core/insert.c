/*
 * insert.c
 *		Rows that are written often, without a statement for each.
 *
 * A statement's executor parses each CHECK of its table anew, copies its
 * triggers and what its indexes are of; here that is kept.  The relations
 * themselves are not: they are opened for each row, so that nothing of ours
 * holds a table between two statements.
 *
 * Invariants: what is kept points to no relation, no transaction and no
 * resource owner; whoever uses it has taken it away from its place, so an
 * insertion that a trigger of this one makes builds another, and what an
 * error has passed through is thrown away.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/parallel.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "core/compat.h"
#include "core/insert.h"

#define GOV_KEYS_MAX 2

typedef struct GovInsertState
{
	MemoryContext context;		/* of all of it */
	uint64		catalog;		/* generations that it was made in */
	uint64		functions;
	bool		is_simple;		/* else the statement must run */
	AttrNumber	numbers[GOV_MAX_PARAMS];
	EState	   *estate;
	ResultRelInfo *info;
	TupleTableSlot *slot;
	TupleTableSlot *old;		/* of an update: where the row is */
	Oid		   *indexes;
} GovInsertState;

/* Moves with each function: those of triggers and CHECKs are kept. */
static uint64 functions_generation = 1;

static void
function_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	functions_generation++;
}

void
gov_insert_init(void)
{
	CacheRegisterSyscacheCallback(PROCOID, function_callback, (Datum) 0);
}

/* Nothing that a statement does for itself, or for what is not listed? */
static bool
has_no_rules(Relation rel)
{
	return rel->rd_rel->relkind == RELKIND_RELATION &&
		!rel->rd_rel->relispartition && !rel->rd_rel->relhasrules &&
		!rel->rd_rel->relforcerowsecurity;
}

static bool
has_row_triggers(const TriggerDesc *triggers)
{
	return triggers == NULL ||
		!(triggers->trig_insert_before_statement ||
		  triggers->trig_insert_after_statement ||
		  triggers->trig_insert_instead_row ||
		  triggers->trig_insert_new_table);
}

/* One that asks which columns a statement names is for a statement. */
static bool
has_row_triggers_of_update(const TriggerDesc *triggers)
{
	int			i;

	if (triggers == NULL)
		return true;
	for (i = 0; i < triggers->numtriggers; i++)
	{
		if (TRIGGER_FOR_UPDATE(triggers->triggers[i].tgtype) &&
			triggers->triggers[i].tgnattr > 0)
			return false;
	}
	return !(triggers->trig_update_before_row ||
			 triggers->trig_update_before_statement ||
			 triggers->trig_update_after_statement ||
			 triggers->trig_update_instead_row ||
			 triggers->trig_update_old_table ||
			 triggers->trig_update_new_table);
}

/*
 * find_columns
 *		The number of each column that is listed; false where a type is
 *		another one, or where a column that is not listed has a default.
 */
static bool
find_columns(const GovInsert *insert, TupleDesc desc, AttrNumber *numbers)
{
	char	   *names = pstrdup(insert->columns);
	char	   *state = NULL;
	char	   *name;
	int			count = 0;
	int			i;

	for (name = strtok_r(names, " ", &state); name != NULL;
		 name = strtok_r(NULL, " ", &state))
	{
		for (i = 0; i < desc->natts; i++)
		{
			if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
				break;
		}
		if (i == desc->natts || count >= GOV_MAX_PARAMS ||
			TupleDescAttr(desc, i)->atttypid !=
			insert->statement->argtypes[count] ||
			TupleDescAttr(desc, i)->atttypmod != -1)
			return false;
		numbers[count++] = i + 1;
	}
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		int			j;

		if (att->attisdropped ||
			!(att->attgenerated ||
			  (insert->nkeys == 0 && (att->atthasdef || att->attidentity))))
			continue;
		for (j = 0; j < count && numbers[j] != i + 1; j++)
			;
		if (j == count || att->attgenerated)
			return false;
	}
	return true;
}

/*
 * GIN and BRIN keep what belongs to the relation in hand: in the memory of the
 * row, see write_row().  Who knows what other methods do?
 */
static void
note_indexes(GovInsertState *state)
{
	int			count = state->info->ri_NumIndices;
	int			i;

	state->indexes = palloc(sizeof(Oid) * Max(count, 1));
	for (i = 0; i < count; i++)
	{
		Relation	index = state->info->ri_IndexRelationDescs[i];
		Oid			method = index->rd_rel->relam;

		state->indexes[i] = RelationGetRelid(index);
		state->info->ri_IndexRelationInfo[i]->ii_Context =
			GetPerTupleMemoryContext(state->estate);
		if (method != BTREE_AM_OID && method != HASH_AM_OID &&
			method != GIN_AM_OID && method != BRIN_AM_OID)
			state->is_simple = false;
	}
}

static GovInsertState *
make_state(const GovInsert *insert, Relation rel)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "governance insert",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	GovInsertState *state = palloc0(sizeof(GovInsertState));
	TupleDesc	desc;

	MemoryContextSetIdentifier(context, gov_relation_name(insert->table));
	state->context = context;
	state->catalog = gov_cache_generation(GOV_CACHE_CATALOG);
	state->functions = functions_generation;
	state->is_simple = has_no_rules(rel) &&
		(insert->nkeys > 0 ? has_row_triggers_of_update(rel->trigdesc) :
		 has_row_triggers(rel->trigdesc)) &&
		find_columns(insert, RelationGetDescr(rel), state->numbers);
	if (state->is_simple)
	{
		/* The relation's own is counted by a resource owner. */
		desc = CreateTupleDescCopyConstr(RelationGetDescr(rel));
		state->slot = gov_make_slot(desc, &TTSOpsVirtual);
		state->old = gov_make_slot(desc, &TTSOpsVirtual);
		state->estate = CreateExecutorState();
		MemoryContextSwitchTo(state->estate->es_query_cxt);
		state->info = makeNode(ResultRelInfo);
		InitResultRelInfo(state->info, rel, 0, NULL, 0);
		state->estate->es_opened_result_relations = list_make1(state->info);
		ExecOpenIndices(state->info, insert->unless_taken);
		note_indexes(state);
		ExecCloseIndices(state->info);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextSetParent(context, TopMemoryContext);
	return state;
}

/* Take what was kept, if it still holds, or make it. */
static GovInsertState *
take_state(GovInsert *insert, Relation rel)
{
	GovInsertState *state = insert->kept;

	insert->kept = NULL;
	if (state != NULL &&
		(state->catalog != gov_cache_generation(GOV_CACHE_CATALOG) ||
		 state->functions != functions_generation))
	{
		MemoryContextDelete(state->context);
		state = NULL;
	}
	return state != NULL ? state : make_state(insert, rel);
}

/* Put it back, without what belongs to this row. */
static void
keep_state(GovInsert *insert, GovInsertState *state)
{
	if (insert->kept != NULL)
		MemoryContextDelete(state->context);
	else
		insert->kept = state;
}

/* The row of the key, copied; NULL where there is none. */
static HeapTuple
find_row(const GovInsert *update, Relation rel, const GovParam *params)
{
	ScanKeyData keys[GOV_KEYS_MAX];
	char	   *names = pstrdup(update->columns);
	char	   *rest = NULL;
	char	   *name = strtok_r(names, " ", &rest);
	SysScanDesc scan;
	HeapTuple	tuple;
	int			i;

	Assert(update->nkeys <= GOV_KEYS_MAX);
	for (i = 0; i < update->nkeys; i++, name = strtok_r(NULL, " ", &rest))
		ScanKeyEntryInitialize(&keys[i], 0,
							   get_attnum(RelationGetRelid(rel), name),
							   BTEqualStrategyNumber, InvalidOid,
							   C_COLLATION_OID, F_TEXTEQ, params[i].value);
	scan = systable_beginscan(rel, gov_relation(update->key), true, NULL,
							  update->nkeys, keys);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		tuple = heap_copytuple(tuple);
	systable_endscan(scan);
	return tuple;
}

/* Hand out a row; it is what its slot or its tuple is. */
static Datum
keep_row(HeapTuple tuple, TupleDesc desc)
{
	return SPI_datumTransfer(heap_copy_tuple_as_datum(tuple, desc), false, -1);
}

static Datum
keep_slot(TupleTableSlot *slot)
{
	bool		is_copy;
	HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, true, &is_copy);
	Datum		row = keep_row(tuple, slot->tts_tupleDescriptor);

	if (is_copy)
		heap_freetuple(tuple);
	return row;
}

/*
 * insert_unless_taken
 *		ON CONFLICT DO NOTHING, as the executor does it; false: it did nothing.
 *
 * Whoever is inserting the same key is waited for.  Where somebody is quicker
 * by a hair, the row is taken back and looked for anew.
 */
static bool
insert_unless_taken(ResultRelInfo *info, EState *estate, TupleTableSlot *slot)
{
	TransactionId xid = GetCurrentTransactionId();
	Relation	rel = info->ri_RelationDesc;
	TriggerDesc *triggers = info->ri_TrigDesc;
	List	   *recheck = NIL;
	bool		is_taken;

	if (triggers != NULL && triggers->trig_insert_before_row &&
		!ExecBRInsertTriggers(estate, info, slot))
		return false;
	if (rel->rd_att->constr != NULL)
		ExecConstraints(info, slot, estate);
	do
	{
		ItemPointerData other;
		uint32		token;

		is_taken = false;
		if (!gov_check_index_constraints(info, slot, estate, &other))
			return false;
		token = SpeculativeInsertionLockAcquire(xid);
		table_tuple_insert_speculative(rel, slot, estate->es_output_cid, 0,
									   NULL, token);
		recheck = gov_insert_index_tuples(info, slot, estate, &is_taken);
		table_tuple_complete_speculative(rel, slot, token, !is_taken);
		SpeculativeInsertionLockRelease(xid);
	} while (is_taken);
	ExecARInsertTriggers(estate, info, slot, recheck, NULL);
	return true;
}

/* False where a key was taken. */
static bool
write_row(GovInsertState *state, const GovInsert *insert, Relation rel,
		  const GovParam *params, int nparams, Datum *row)
{
	TupleTableSlot *slot = state->slot;
	EState	   *estate = state->estate;
	HeapTuple	old = NULL;
	bool		is_written = true;
	int			i;

	state->info->ri_RelationDesc = rel;
	for (i = 0; i < state->info->ri_NumIndices; i++)
		state->info->ri_IndexRelationDescs[i] =
			index_open(state->indexes[i], RowExclusiveLock);

	ExecClearTuple(slot);
	if (insert->nkeys == 0)
		memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts);
	else
	{
		old = find_row(insert, rel, params);
		if (old == NULL)
			elog(ERROR, "row of table \"governance.%s\" is gone",
				 RelationGetRelationName(rel));
		heap_deform_tuple(old, slot->tts_tupleDescriptor, slot->tts_values,
						  slot->tts_isnull);
		state->old->tts_tid = old->t_self;
	}
	for (i = insert->nkeys; i < nparams; i++)
	{
		slot->tts_values[state->numbers[i] - 1] = params[i].value;
		slot->tts_isnull[state->numbers[i] - 1] = params[i].isnull;
	}
	ExecStoreVirtualTuple(slot);

	estate->es_output_cid = GetCurrentCommandId(true);
	AfterTriggerBeginQuery();
	if (insert->unless_taken)
		is_written = insert_unless_taken(state->info, estate, slot);
	else if (insert->nkeys == 0)
		ExecSimpleRelationInsert(state->info, estate, slot);
	else
	{
		/* Without triggers before the row nothing is evaluated again. */
		EPQState	none = {0};

		ExecSimpleRelationUpdate(state->info, estate, &none, state->old,
								 slot);
	}
	if (row != NULL)
	{
		if (!ItemPointerIsValid(&slot->tts_tid))
			elog(ERROR, "no row to return");
		*row = keep_slot(slot);
	}
	ExecCloseIndices(state->info);
	for (i = 0; i < state->info->ri_NumIndices; i++)
		state->info->ri_IndexRelationInfo[i]->ii_AmCache = NULL;
	AfterTriggerEndQuery(estate);
	ExecClearTuple(slot);

	/* Slots made for triggers hold on to the relation's descriptor. */
	ExecResetTupleTable(estate->es_tupleTable, true);
	estate->es_tupleTable = NIL;
	state->info->ri_TrigOldSlot = NULL;
	state->info->ri_TrigNewSlot = NULL;
	ResetPerTupleExprContext(estate);

	/* A statement's row can be read by the next one. */
	CommandCounterIncrement();
	return is_written;
}

/* write_row(); an error leaves nothing of the state. */
static bool
write_or_drop(GovInsertState *state, const GovInsert *insert, Relation rel,
			  const GovParam *params, int nparams, Datum *row)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile bool is_written = true;

	PG_TRY();
	{
		is_written = write_row(state, insert, rel, params, nparams, row);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(state->context);
		gov_spi_rethrow();
	}
	PG_END_TRY();
	return is_written;
}

/*
 * What the statement returns, without the connection that it is run in; false
 * where it did nothing.
 */
static bool
run_statement(const GovInsert *insert, const GovParam *params, int nparams,
			  Datum *row)
{
	bool		is_written;
	bool		isnull;

	gov_spi_begin();
	is_written = gov_spi_run(insert->statement, params, nparams) > 0;
	if (row != NULL)
	{
		if (SPI_processed == 0)
			elog(ERROR, "no row to return");
		*row = gov_spi_keep(0, 1, &isnull);
	}
	gov_spi_end();
	if (row != NULL)
		*row = SPI_datumTransfer(*row, false, -1);
	return is_written;
}

static bool
write_it(GovInsert *insert, const GovParam *params, int nparams, Datum *row)
{
	GovInsertState *state;
	Relation	rel;
	bool		has_snapshot = ActiveSnapshotSet();
	bool		is_written;

	PreventCommandIfReadOnly(insert->nkeys == 0 ? "INSERT" : "UPDATE");
	rel = table_open(gov_relation(insert->table), RowExclusiveLock);
	state = take_state(insert, rel);
	if (!state->is_simple || IsInParallelMode())
	{
		keep_state(insert, state);
		table_close(rel, NoLock);
		return run_statement(insert, params, nparams, row);
	}

	/* Triggers may want one; a query that calls us has one. */
	if (!has_snapshot)
		PushActiveSnapshot(GetTransactionSnapshot());
	is_written = write_or_drop(state, insert, rel, params, nparams, row);
	if (!has_snapshot)
		PopActiveSnapshot();
	keep_state(insert, state);
	table_close(rel, NoLock);
	return is_written;
}

void
gov_insert(GovInsert *insert, const GovParam *params, int nparams)
{
	(void) write_it(insert, params, nparams, NULL);
}

bool
gov_insert_unless_taken(GovInsert *insert, const GovParam *params, int nparams)
{
	return write_it(insert, params, nparams, NULL);
}

Datum
gov_insert_returning(GovInsert *insert, const GovParam *params, int nparams)
{
	Datum		row;

	(void) write_it(insert, params, nparams, &row);
	return row;
}

Datum
gov_update(GovInsert *update, const GovParam *params, int nparams)
{
	Datum		row;

	(void) write_it(update, params, nparams, &row);
	return row;
}

Datum
gov_read(const GovInsert *update, const GovParam *params)
{
	Relation	rel = gov_relation_open(update->table);
	HeapTuple	tuple = find_row(update, rel, params);
	Datum		row;

	if (tuple == NULL)
		elog(ERROR, "row of table \"governance.%s\" is gone",
			 RelationGetRelationName(rel));
	row = keep_row(tuple, RelationGetDescr(rel));
	table_close(rel, AccessShareLock);
	return row;
}
