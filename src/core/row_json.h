/*
 * row_json.h
 *		A row as jsonb, the same whatever the session's settings are.
 */
#ifndef GOV_ROW_JSON_H
#define GOV_ROW_JSON_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "core/compat.h"

/* "2026-01-31", whatever DateStyle is. */
extern char *gov_date_text(DateADT day);

/* Push one value of a type; times become seconds since 1970. */
extern void gov_json_push(JsonbParseState **state, JsonbIteratorToken token,
						  Datum value, bool isnull, Oid type);
extern void gov_json_push_key(JsonbParseState **state, const char *key);

/* End the object and return it. */
extern Jsonb *gov_json_end(JsonbParseState **state);

/* A key and its value. */
extern void gov_json_put(JsonbParseState **state, const char *key,
						 Datum value, bool isnull, Oid type);
extern void gov_json_put_text(JsonbParseState **state, const char *key,
							  const char *value);	/* NULL is null */
extern void gov_json_put_int8(JsonbParseState **state, const char *key,
							  int64 value);

/*
 * A value that is longer than this as text is not shown; its size is told
 * instead.  No argument may be nearly as long: such a value was written by
 * SQL, or accepted by an older release.
 */
#define GOV_SHOWN_MAX (8 * 1024 * 1024)

/* The value, or {"left_out": ...} in its place. */
extern Jsonb *gov_json_shown(Jsonb *jb);

typedef struct GovColumn
{
	AttrNumber	number;
	int			len;			/* of its name */
	const char *name;
} GovColumn;

/* A row taken apart: column n is at n - 1. */
typedef struct GovRow
{
	TupleDesc	desc;
	Datum	   *values;
	bool	   *nulls;
	int			ncolumns;		/* without those that were dropped, */
	GovColumn  *columns;		/* in the order of a jsonb's keys */
} GovRow;

/*
 * "like" is another one of the same table, or NULL.  What is made of a row
 * points into it.
 */
extern void gov_row_take_apart(GovRow *row, HeapTuple tuple, TupleDesc desc,
							   const GovRow *like);

/* What is equal as stored does not differ. */
extern bool gov_row_differs(const GovRow *a, const GovRow *b,
							AttrNumber column);

/* The row as an object, without the hidden column (0 for none). */
extern Jsonb *gov_row_image(const GovRow *row, AttrNumber hidden);
extern Jsonb *gov_row_to_jsonb(HeapTuple tuple, TupleDesc desc,
							   AttrNumber hidden);

/* The new values of the columns that differ, but those of hidden. */
extern Jsonb *gov_row_changes(const GovRow *before, const GovRow *after,
							  AttrNumber hidden);

#endif							/* GOV_ROW_JSON_H */
