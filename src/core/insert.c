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
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "core/compat.h"
#include "core/insert.h"

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
	TriggerDesc *triggers = rel->trigdesc;

	return rel->rd_rel->relkind == RELKIND_RELATION &&
		!rel->rd_rel->relispartition && !rel->rd_rel->relhasrules &&
		!rel->rd_rel->relforcerowsecurity &&
		(triggers == NULL ||
		 !(triggers->trig_insert_before_statement ||
		   triggers->trig_insert_after_statement ||
		   triggers->trig_insert_instead_row ||
		   triggers->trig_insert_new_table));
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
			!(att->atthasdef || att->attidentity || att->attgenerated))
			continue;
		for (j = 0; j < count && numbers[j] != i + 1; j++)
			;
		if (j == count || att->attgenerated)
			return false;
	}
	return true;
}

/* Other methods than btree keep what belongs to the relation in hand. */
static void
note_indexes(GovInsertState *state)
{
	int			count = state->info->ri_NumIndices;
	int			i;

	state->indexes = palloc(sizeof(Oid) * Max(count, 1));
	for (i = 0; i < count; i++)
	{
		Relation	index = state->info->ri_IndexRelationDescs[i];

		state->indexes[i] = RelationGetRelid(index);
		if (index->rd_rel->relam != BTREE_AM_OID)
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
		find_columns(insert, RelationGetDescr(rel), state->numbers);
	if (state->is_simple)
	{
		/* The relation's own is counted by a resource owner. */
		desc = CreateTupleDescCopyConstr(RelationGetDescr(rel));
		state->slot = gov_make_slot(desc, &TTSOpsVirtual);
		state->estate = CreateExecutorState();
		MemoryContextSwitchTo(state->estate->es_query_cxt);
		state->info = makeNode(ResultRelInfo);
		InitResultRelInfo(state->info, rel, 0, NULL, 0);
		state->estate->es_opened_result_relations = list_make1(state->info);
		ExecOpenIndices(state->info, false);
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

static void
insert_row(GovInsertState *state, Relation rel, const GovParam *params,
		   int nparams)
{
	TupleTableSlot *slot = state->slot;
	EState	   *estate = state->estate;
	int			i;

	state->info->ri_RelationDesc = rel;
	for (i = 0; i < state->info->ri_NumIndices; i++)
		state->info->ri_IndexRelationDescs[i] =
			index_open(state->indexes[i], RowExclusiveLock);

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts);
	for (i = 0; i < nparams; i++)
	{
		slot->tts_values[state->numbers[i] - 1] = params[i].value;
		slot->tts_isnull[state->numbers[i] - 1] = params[i].isnull;
	}
	ExecStoreVirtualTuple(slot);

	estate->es_output_cid = GetCurrentCommandId(true);
	AfterTriggerBeginQuery();
	ExecSimpleRelationInsert(state->info, estate, slot);
	AfterTriggerEndQuery(estate);
	ExecCloseIndices(state->info);
	ExecClearTuple(slot);

	/* Slots made for triggers hold on to the relation's descriptor. */
	ExecResetTupleTable(estate->es_tupleTable, true);
	estate->es_tupleTable = NIL;
	state->info->ri_TrigOldSlot = NULL;
	state->info->ri_TrigNewSlot = NULL;
	ResetPerTupleExprContext(estate);

	/* A statement's row can be read by the next one. */
	CommandCounterIncrement();
}

/* insert_row(); an error leaves nothing of the state. */
static void
insert_or_drop(GovInsertState *state, Relation rel, const GovParam *params,
			   int nparams)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		insert_row(state, rel, params, nparams);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(state->context);
		gov_spi_rethrow();
	}
	PG_END_TRY();
}

void
gov_insert(GovInsert *insert, const GovParam *params, int nparams)
{
	GovInsertState *state;
	Relation	rel;
	bool		has_snapshot = ActiveSnapshotSet();

	PreventCommandIfReadOnly("INSERT");
	rel = table_open(gov_relation(insert->table), RowExclusiveLock);
	state = take_state(insert, rel);
	if (!state->is_simple || IsInParallelMode())
	{
		keep_state(insert, state);
		table_close(rel, NoLock);
		gov_spi_begin();
		gov_spi_run(insert->statement, params, nparams);
		gov_spi_end();
		return;
	}

	/* Triggers may want one; a query that calls us has one. */
	if (!has_snapshot)
		PushActiveSnapshot(GetTransactionSnapshot());
	insert_or_drop(state, rel, params, nparams);
	if (!has_snapshot)
		PopActiveSnapshot();
	keep_state(insert, state);
	table_close(rel, NoLock);
}
