/*
 * compat.h
 *		Differences between the PostgreSQL versions that are supported.
 *
 * 15 is the version that the code is written against.
 */
#ifndef GOV_COMPAT_H
#define GOV_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "governance needs PostgreSQL 15 or later"
#endif

/* Since 16 the macros for varlena values have a header of their own. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* Since 18 noreturn is C11's and stands before the declaration. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* Callbacks of the JSON parser can say no since 16; ours never do. */
#if PG_VERSION_NUM >= 160000
#define GovSemResult JsonParseErrorType
#define GOV_SEM_RETURN return JSON_SUCCESS
#else
#define GovSemResult void
#define GOV_SEM_RETURN return
#endif

/* The lexer of a text, strings unescaped. */
#if PG_VERSION_NUM >= 170000
#define gov_json_lex(json, len, encoding) \
	makeJsonLexContextCstringLen(NULL, (json), (len), (encoding), true)
#else
#define gov_json_lex(json, len, encoding) \
	makeJsonLexContextCstringLen((json), (len), (encoding), true)
#endif

/* The number of this backend's transaction, also without an xid. */
#if PG_VERSION_NUM >= 170000
#define GOV_MY_LXID (MyProc->vxid.lxid)
#else
#define GOV_MY_LXID (MyProc->lxid)
#endif

/* File nodes became file locators. */
#if PG_VERSION_NUM >= 160000
#define RelFileNode RelFileLocator
#define relation_set_new_filenode relation_set_new_filelocator
#endif

/* Since 16 date parsing tells what else is wrong; it does not matter here. */
#if PG_VERSION_NUM >= 160000
#define GovDateTimeExtra DateTimeErrorExtra
#define gov_decode_datetime(field, ftype, nf, dtype, tm, fsec, tz, extra) \
	DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz, extra)
#else
#define GovDateTimeExtra int
#define gov_decode_datetime(field, ftype, nf, dtype, tm, fsec, tz, extra) \
	((void) (extra), DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz))
#endif

/*
 * The arguments that an access method gets for an insertion, and for the copy
 * of a table.
 */
#if PG_VERSION_NUM >= 190000
typedef uint32 GovInsertOptions;
#define GOV_COPY_SNAPSHOT , Snapshot snapshot
#else
typedef int GovInsertOptions;
#define GOV_COPY_SNAPSHOT
#endif

/* A slot that is in no executor's list. */
#if PG_VERSION_NUM >= 190000
#define gov_make_slot(desc, ops) MakeTupleTableSlot((desc), (ops), 0)
#else
#define gov_make_slot(desc, ops) MakeTupleTableSlot((desc), (ops))
#endif

/*
 * Is a key of a row that is to be inserted free, and its insertion into the
 * indexes, which may find that one is not.
 */
#if PG_VERSION_NUM >= 180000
#define gov_check_index_constraints(info, slot, estate, other) \
	ExecCheckIndexConstraints((info), (slot), (estate), (other), NULL, NIL)
#else
#define gov_check_index_constraints(info, slot, estate, other) \
	ExecCheckIndexConstraints((info), (slot), (estate), (other), NIL)
#endif
#if PG_VERSION_NUM >= 190000
#define gov_insert_index_tuples(info, slot, estate, is_taken) \
	ExecInsertIndexTuples((info), (estate), EIIT_NO_DUPE_ERROR, (slot), NIL, \
						  (is_taken))
#elif PG_VERSION_NUM >= 160000
#define gov_insert_index_tuples(info, slot, estate, is_taken) \
	ExecInsertIndexTuples((info), (slot), (estate), false, true, (is_taken), \
						  NIL, false)
#else
#define gov_insert_index_tuples(info, slot, estate, is_taken) \
	ExecInsertIndexTuples((info), (slot), (estate), false, true, (is_taken), \
						  NIL)
#endif

/* How an error would be told, for numbers that fit in any case. */
#if PG_VERSION_NUM >= 190000
#define numeric_mul_opt_error numeric_mul_safe
#define numeric_sub_opt_error numeric_sub_safe
#endif

/* Does a query read temporary tables of this session? */
#if PG_VERSION_NUM >= 190000
#define gov_query_uses_temp(query) \
	query_uses_temp_object((query), &(ObjectAddress) {0})
#else
#define gov_query_uses_temp(query) isQueryUsingTempRelation(query)
#endif

/* Ownership of every kind of object is asked in one way since 16. */
#if PG_VERSION_NUM >= 160000
#define GOV_OWNS_EXTENSION(extension, role) \
	object_ownercheck(ExtensionRelationId, (extension), (role))
#else
#define GOV_OWNS_EXTENSION(extension, role) \
	pg_extension_ownercheck((extension), (role))
#endif

/*
 * Since 19 JSON is made in a JsonbInState.  We use only its stack, as before:
 * the value is complete when the stack is empty again.
 */
#if PG_VERSION_NUM >= 190000
#include "utils/jsonb.h"

static inline JsonbValue *
gov_jsonb_push(JsonbParseState **stack, JsonbIteratorToken token,
			   JsonbValue *value)
{
	JsonbInState state = {0};

	state.parseState = *stack;
	pushJsonbValue(&state, token, value);
	*stack = state.parseState;
	return state.result;
}
#define pushJsonbValue gov_jsonb_push
#endif

/*
 * Since 19 planner hooks also get the EXPLAIN state, and there is a hook for
 * tables.
 */
#if PG_VERSION_NUM >= 190000
#define GOV_PLANNER_ES , ExplainState *es
#define GOV_PLANNER_ES_PASSED , es
#define gov_relation_hook build_simple_rel_hook
#define gov_relation_hook_type build_simple_rel_hook_type
#define GOV_RELATION_HOOK_ARGS \
	PlannerInfo *root, RelOptInfo *rel, RangeTblEntry *rte
#define GOV_RELATION_HOOK_PASSED root, rel, rte
#define GOV_RELATION_HOOK_RELID \
	(rte->rtekind == RTE_RELATION ? rte->relid : InvalidOid)
#else
#define GOV_PLANNER_ES
#define GOV_PLANNER_ES_PASSED
#define gov_relation_hook get_relation_info_hook
#define gov_relation_hook_type get_relation_info_hook_type
#define GOV_RELATION_HOOK_ARGS \
	PlannerInfo *root, Oid relid, bool inhparent, RelOptInfo *rel
#define GOV_RELATION_HOOK_PASSED root, relid, inhparent, rel
#define GOV_RELATION_HOOK_RELID relid
#endif

#endif							/* GOV_COMPAT_H */
