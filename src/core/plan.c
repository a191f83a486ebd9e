/*
 * plan.c
 *		Plans of kept statements that are right whatever the tables hold.
 *
 * A plan is kept for the backend's life, while the table it was made for
 * grows from nothing to millions of rows.  So it must not depend on how large
 * the table is that day, nor on what ANALYZE has seen in it: for an empty
 * table a sequential scan is the best plan, and a day later it is the worst
 * one.  Each of the extension's tables is planned for as if it had ROWS rows
 * of which nothing else is known.
 *
 * Invariants: only the statement that gov_plan_expect() named, by its text, is
 * planned like this; what users, their triggers and other extensions plan
 * meanwhile is not touched.
 */
#include "postgres.h"

#include "jit/jit.h"
#include "optimizer/cost.h"
#include "optimizer/pathnode.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "core/compat.h"
#include "core/plan.h"
#include "core/relations.h"

#define ROWS 100000.0
#define ROWS_PER_PAGE 20
#define ENTRIES_PER_PAGE 200

static const char *expected = NULL;
static bool is_ours = false;

static planner_hook_type next_planner = NULL;
static gov_relation_hook_type next_relation = NULL;
static get_relation_stats_hook_type next_stats = NULL;
static get_index_stats_hook_type next_index_stats = NULL;

const char *
gov_plan_expect(const char *sql)
{
	const char *outer = expected;

	expected = sql;
	return outer;
}

static PlannedStmt *
call_planner(Query *parse, const char *query_string, int options,
			 ParamListInfo params GOV_PLANNER_ES)
{
	if (next_planner != NULL)
		return next_planner(parse, query_string, options,
							params GOV_PLANNER_ES_PASSED);
	return standard_planner(parse, query_string, options,
							params GOV_PLANNER_ES_PASSED);
}

/*
 * plan
 *		Plan a statement of ours for what its tables will be.
 *
 * JIT is off because the scan of a whole table, where there is no other way,
 * would cost more than jit_above_cost and yet is not worth compiling.
 */
static PlannedStmt *
plan(Query *parse, const char *query_string, int options,
	 ParamListInfo params GOV_PLANNER_ES)
{
	bool		was_ours = is_ours;
	bool		seqscan = enable_seqscan;
	bool		hashjoin = enable_hashjoin;
	bool		mergejoin = enable_mergejoin;
	bool		jit = jit_enabled;
	PlannedStmt *result;

	/* Something planned within ours, for a constant, is not ours. */
	is_ours = expected != NULL && query_string != NULL &&
		strcmp(query_string, expected) == 0;
	PG_TRY();
	{
		if (is_ours)
		{
			enable_seqscan = false;
			enable_hashjoin = false;
			enable_mergejoin = false;
			jit_enabled = false;
		}
		result = call_planner(parse, query_string, options,
							  params GOV_PLANNER_ES_PASSED);
	}
	PG_FINALLY();
	{
		if (is_ours)
		{
			enable_seqscan = seqscan;
			enable_hashjoin = hashjoin;
			enable_mergejoin = mergejoin;
			jit_enabled = jit;
		}
		is_ours = was_ours;
	}
	PG_END_TRY();
	return result;
}

/* Is it a table of the extension, in a statement of ours? */
static bool
is_pretended(Oid relid)
{
	return is_ours && OidIsValid(relid) &&
		get_rel_namespace(relid) == gov_schema();
}

static void
pretend_size(Oid relid, RelOptInfo *rel)
{
	ListCell   *lc;

	if (!is_pretended(relid))
		return;
	rel->tuples = ROWS;
	rel->pages = ROWS / ROWS_PER_PAGE;
	rel->allvisfrac = 0;
	foreach(lc, rel->indexlist)
	{
		IndexOptInfo *index = lfirst(lc);

		index->tuples = ROWS;
		index->pages = ROWS / ENTRIES_PER_PAGE;
		index->tree_height = 2;
	}
}

static void
set_size(GOV_RELATION_HOOK_ARGS)
{
	if (next_relation != NULL)
		next_relation(GOV_RELATION_HOOK_PASSED);
	pretend_size(GOV_RELATION_HOOK_RELID, rel);
}

/* Pretend that there are no statistics. */
static bool
set_stats(PlannerInfo *root, RangeTblEntry *rte, AttrNumber attnum,
		  VariableStatData *vardata)
{
	if (rte->rtekind == RTE_RELATION && is_pretended(rte->relid))
		return true;
	return next_stats != NULL && next_stats(root, rte, attnum, vardata);
}

static bool
set_index_stats(PlannerInfo *root, Oid index, AttrNumber attnum,
				VariableStatData *vardata)
{
	if (is_pretended(index))
		return true;
	return next_index_stats != NULL &&
		next_index_stats(root, index, attnum, vardata);
}

void
gov_plan_init(void)
{
	next_planner = planner_hook;
	planner_hook = plan;
	next_relation = gov_relation_hook;
	gov_relation_hook = set_size;
	next_stats = get_relation_stats_hook;
	get_relation_stats_hook = set_stats;
	next_index_stats = get_index_stats_hook;
	get_index_stats_hook = set_index_stats;
}
