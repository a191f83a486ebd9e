/*
 * args.h
 *		Arguments of gov_* functions, checked for form before anything else.
 *
 * Every accessor names the argument in its error (22023) and says in words
 * what is allowed.  Results are palloc'd in the current context.
 */
#ifndef GOV_ARGS_H
#define GOV_ARGS_H

#include "fmgr.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/compat.h"
#include "core/moment.h"

#define GOV_ID_LEN		128		/* longest id that people choose */
#define GOV_TEXT_MAX	(1024 * 1024)	/* longest free text, bytes */
#define GOV_ARRAY_MAX	1000	/* most elements of an array argument */

/* ^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$; versions may contain + too */
extern bool gov_id_is_valid(const char *s, int len);
extern bool gov_version_is_valid(const char *s, int len);

extern const char *gov_arg_id(FunctionCallInfo fcinfo, int n,
							  const char *name);
extern const char *gov_arg_id_or_null(FunctionCallInfo fcinfo, int n,
									  const char *name);
extern const char *gov_arg_version(FunctionCallInfo fcinfo, int n);
extern const char *gov_arg_version_or_null(FunctionCallInfo fcinfo, int n,
										   const char *name);

/* Free text; NULL gives "missing" (which may be NULL). */
extern const char *gov_arg_text(FunctionCallInfo fcinfo, int n,
								const char *name, const char *missing);

/* Free text that must say something: neither NULL nor only blanks. */
extern const char *gov_arg_reason(FunctionCallInfo fcinfo, int n,
								  const char *name);

/* The place of a word in a closed set, -1 if it is not there. */
extern int	gov_word_index(const char *const *words, const char *word);

/*
 * One of a closed set of words.  NULL gives "missing"; if that is NULL too, it
 * is an error.
 */
extern const char *gov_arg_word(FunctionCallInfo fcinfo, int n,
								const char *name, const char *const *words,
								const char *missing);

/*
 * JSON whose numbers are plain (core/numbers.h) and whose text is no longer
 * than a free text.  gov_arg_json takes any value, also one of another type,
 * or text that is JSON; gov_arg_object an object, where NULL gives {} or, with
 * or_null, NULL; gov_arg_document an object or an array.  gov_arg_number takes
 * a numeric or float8 of the same kind.
 */
extern Jsonb *gov_arg_json(FunctionCallInfo fcinfo, int n, const char *name);
extern Jsonb *gov_arg_object(FunctionCallInfo fcinfo, int n, const char *name,
							 bool or_null);
extern Jsonb *gov_arg_document(FunctionCallInfo fcinfo, int n,
							   const char *name, bool or_null);
extern Numeric gov_arg_number(FunctionCallInfo fcinfo, int n,
							  const char *name);

/* The elements of a text[] as char *, without NULLs; NULL has none. */
extern List *gov_array_texts(const ArrayType *array);

/* text[] without NULLs and of one dimension; NULL gives *count = -1. */
extern const char **gov_arg_text_array(FunctionCallInfo fcinfo, int n,
									   const char *name, int *count);
/* The same, each element an id, duplicates refused. */
extern const char **gov_arg_id_array(FunctionCallInfo fcinfo, int n,
									 const char *name, int *count);

extern int32 gov_arg_int4(FunctionCallInfo fcinfo, int n, const char *name,
						  int32 min, int32 max);
extern int64 gov_arg_int8(FunctionCallInfo fcinfo, int n, const char *name,
						  int64 min, int64 max);

/* The words as 'a', 'b', 'c', for hints. */
extern char *gov_word_list(const char *const *words);

/* Check an id (or a version) that did not come as an argument. */
extern void gov_check_name(const char *s, const char *name, bool is_version);

/* The beginning of a bad value: enough to recognise it in an error. */
extern char *gov_excerpt(const char *s, int len);

pg_noreturn extern void gov_bad_value(const char *name, const char *detail,
									  const char *hint);
pg_noreturn extern void gov_missing_value(const char *name);

/*
 * Raise 42501 where code of a relation's owner or of a control runs (see
 * identity/actor.c): in somebody else's transaction it must neither write nor
 * decide who acts.
 */
extern void gov_refuse_restricted(const char *function);

/*
 * Writers call this first: it refuses there too, in recovery and in read-only
 * transactions.
 */
extern void gov_refuse_read_only(const char *function);

#endif							/* GOV_ARGS_H */
