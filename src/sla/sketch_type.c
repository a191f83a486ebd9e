/*
 * sketch_type.c
 *		The type governance.sketch: sketch.c for any SQL user, on any data.
 *
 * A value is a varlena whose payload is the packed form, in which equal
 * sketches are equal bytes: = and the hash look at nothing else.  Only the
 * functions here make one, but data on disk is not trusted: unpacking checks
 * it.
 *
 * The aggregates keep an unpacked sketch in the aggregate's memory, for each
 * group that has more than a few values.  Their states may be combined in any
 * order and number, in parallel workers too, and give the same bytes.
 *
 * Nothing but the arguments is read, and no actor is needed.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"

#include "core/args.h"
#include "sla/sketch.h"
#include "sla/sketch_text.h"

PG_FUNCTION_INFO_V1(gov_sql_sketch_in);
PG_FUNCTION_INFO_V1(gov_sql_sketch_out);
PG_FUNCTION_INFO_V1(gov_sql_sketch_recv);
PG_FUNCTION_INFO_V1(gov_sql_sketch_send);
PG_FUNCTION_INFO_V1(gov_sql_sketch_from_bytea);
PG_FUNCTION_INFO_V1(gov_sql_sketch_eq);
PG_FUNCTION_INFO_V1(gov_sql_sketch_ne);
PG_FUNCTION_INFO_V1(gov_sql_sketch_hash);
PG_FUNCTION_INFO_V1(gov_sql_sketch_hash_extended);
PG_FUNCTION_INFO_V1(gov_sql_sketch_plus);
PG_FUNCTION_INFO_V1(gov_sql_sketch_count);
PG_FUNCTION_INFO_V1(gov_sql_sketch_sum);
PG_FUNCTION_INFO_V1(gov_sql_sketch_min);
PG_FUNCTION_INFO_V1(gov_sql_sketch_max);
PG_FUNCTION_INFO_V1(gov_sql_sketch_quantile);
PG_FUNCTION_INFO_V1(gov_sql_sketch_quantiles);
PG_FUNCTION_INFO_V1(gov_sql_sketch_add);
PG_FUNCTION_INFO_V1(gov_sql_sketch_merge);
PG_FUNCTION_INFO_V1(gov_sql_sketch_combine);
PG_FUNCTION_INFO_V1(gov_sql_sketch_serialise);
PG_FUNCTION_INFO_V1(gov_sql_sketch_deserialise);
PG_FUNCTION_INFO_V1(gov_sql_sketch_final);

static Datum
packed(const GovSketch *sketch)
{
	Size		size = VARHDRSZ + gov_sketch_packed_size(sketch);
	struct varlena *value = palloc(size);

	SET_VARSIZE(value, size);
	gov_sketch_pack(sketch, (uint8_t *) VARDATA(value));
	return PointerGetDatum(value);
}

static void
damaged(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("a stored sketch is damaged")));
}

static void
too_many(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("the count of a sketch is out of range"),
			 errdetail("Together they count more than %lld values.",
					   (long long) PG_INT64_MAX)));
}

/* Read argument n, which is a sketch. */
static void
unpack_arg(FunctionCallInfo fcinfo, int n, GovSketch *sketch)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(n);

	if (!gov_sketch_unpack(sketch, (uint8_t *) VARDATA_ANY(value),
						   VARSIZE_ANY_EXHDR(value)))
		damaged();
	PG_FREE_IF_COPY(value, n);
}

/* Merge argument n into a sketch. */
static void
merge_arg(FunctionCallInfo fcinfo, int n, GovSketch *into)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(n);

	switch (gov_sketch_merge_packed(into, (uint8_t *) VARDATA_ANY(value),
									VARSIZE_ANY_EXHDR(value)))
	{
		case GOV_SKETCH_MERGED:
			break;
		case GOV_SKETCH_MALFORMED:
			damaged();
			break;
		case GOV_SKETCH_TOO_MANY:
			too_many();
	}
	PG_FREE_IF_COPY(value, n);
}

/* --- in and out --------------------------------------------------------- */

Datum
gov_sql_sketch_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	GovSketch	sketch;
	const char *wrong = gov_sketch_parse(&sketch, text);

	if (wrong != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						"governance.sketch",
						gov_excerpt(text, strlen(text))),
				 errdetail_internal("%s", wrong)));
	PG_RETURN_DATUM(packed(&sketch));
}

Datum
gov_sql_sketch_out(PG_FUNCTION_ARGS)
{
	char	   *text = palloc(GOV_SKETCH_MAX_TEXT);
	GovSketch	sketch;
	Size		length;

	unpack_arg(fcinfo, 0, &sketch);
	length = gov_sketch_print(&sketch, text);
	PG_RETURN_CSTRING(repalloc(text, length + 1));
}

/* A value from bytes that somebody gave us. */
static Datum
checked(const char *bytes, int len)
{
	GovSketch	sketch;
	struct varlena *value;

	if (!gov_sketch_unpack(&sketch, (const uint8_t *) bytes, len))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid bytes for type %s", "governance.sketch"),
				 errdetail("They are not the binary form of a sketch.")));
	/* the form is canonical: what has been read is what would be written */
	value = palloc(VARHDRSZ + len);
	SET_VARSIZE(value, VARHDRSZ + len);
	memcpy(VARDATA(value), bytes, len);
	return PointerGetDatum(value);
}

Datum
gov_sql_sketch_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			len = message->len - message->cursor;

	PG_RETURN_DATUM(checked(pq_getmsgbytes(message, len), len));
}

Datum
gov_sql_sketch_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}

Datum
gov_sql_sketch_from_bytea(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);

	PG_RETURN_DATUM(checked(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)));
}

/* --- = and hashing ------------------------------------------------------ */

static bool
is_same(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	Size		size = VARSIZE_ANY_EXHDR(a);
	bool		same = size == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), size) == 0;

	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return same;
}

Datum
gov_sql_sketch_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_same(fcinfo));
}

Datum
gov_sql_sketch_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(!is_same(fcinfo));
}

Datum
gov_sql_sketch_hash(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	Datum		hash = hash_any((unsigned char *) VARDATA_ANY(value),
								VARSIZE_ANY_EXHDR(value));

	PG_FREE_IF_COPY(value, 0);
	return hash;
}

Datum
gov_sql_sketch_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	Datum		hash = hash_any_extended((unsigned char *) VARDATA_ANY(value),
										 VARSIZE_ANY_EXHDR(value),
										 PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(value, 0);
	return hash;
}

/* --- questions ---------------------------------------------------------- */

Datum
gov_sql_sketch_plus(PG_FUNCTION_ARGS)
{
	GovSketch	sketch;

	unpack_arg(fcinfo, 0, &sketch);
	merge_arg(fcinfo, 1, &sketch);
	PG_RETURN_DATUM(packed(&sketch));
}

Datum
gov_sql_sketch_count(PG_FUNCTION_ARGS)
{
	GovSketch	sketch;

	unpack_arg(fcinfo, 0, &sketch);
	PG_RETURN_INT64(gov_sketch_count(&sketch));
}

Datum
gov_sql_sketch_sum(PG_FUNCTION_ARGS)
{
	GovSketch	sketch;
	double		sum;

	unpack_arg(fcinfo, 0, &sketch);
	sum = gov_sketch_sum(&sketch);
	if (isinf(sum))
		float_overflow_error();
	PG_RETURN_FLOAT8(sum);
}

Datum
gov_sql_sketch_min(PG_FUNCTION_ARGS)
{
	GovSketch	sketch;

	unpack_arg(fcinfo, 0, &sketch);
	if (gov_sketch_count(&sketch) == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(gov_sketch_min(&sketch));
}

Datum
gov_sql_sketch_max(PG_FUNCTION_ARGS)
{
	GovSketch	sketch;

	unpack_arg(fcinfo, 0, &sketch);
	if (gov_sketch_count(&sketch) == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(gov_sketch_max(&sketch));
}

static void
check_quantile(double q)
{
	/* written so that NaN fails */
	if (!(q >= 0 && q <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("quantile %s is not between 0 and 1",
						float8out_internal(q)),
				 errhint("The 95th percentile is the quantile 0.95.")));
}

Datum
gov_sql_sketch_quantile(PG_FUNCTION_ARGS)
{
	double		q = PG_GETARG_FLOAT8(1);
	GovSketch	sketch;

	check_quantile(q);
	unpack_arg(fcinfo, 0, &sketch);
	if (gov_sketch_count(&sketch) == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(gov_sketch_quantile(&sketch, q));
}

/*
 * sketch_quantiles(sketch, quantiles)
 *		An array of the same shape; NULL where NULL is asked for.
 */
Datum
gov_sql_sketch_quantiles(PG_FUNCTION_ARGS)
{
	ArrayType  *quantiles = PG_GETARG_ARRAYTYPE_P(1);
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	GovSketch	sketch;

	unpack_arg(fcinfo, 0, &sketch);
	deconstruct_array(quantiles, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		double		q;

		if (nulls[i])
			continue;
		q = DatumGetFloat8(elements[i]);
		check_quantile(q);
		nulls[i] = gov_sketch_count(&sketch) == 0;
		if (!nulls[i])
			elements[i] = Float8GetDatum(gov_sketch_quantile(&sketch, q));
	}
	if (count == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(FLOAT8OID));
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls,
											 ARR_NDIM(quantiles),
											 ARR_DIMS(quantiles),
											 ARR_LBOUND(quantiles),
											 FLOAT8OID, sizeof(float8),
											 FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

/* --- aggregates ---------------------------------------------------------- */

#define BUFFERED	63

/*
 * The state.  Values are buffered, so that groups of few values need little
 * memory and groups of many rarely touch their bins.
 */
typedef struct State
{
	MemoryContext context;		/* of the state, for the sketch */
	GovSketch  *sketch;			/* without those that wait; NULL if none */
	int			waiting;
	double		buffer[BUFFERED];
} State;

static State *
new_state(MemoryContext context)
{
	State	   *state = MemoryContextAlloc(context, sizeof(State));

	state->context = context;
	state->sketch = NULL;
	state->waiting = 0;
	return state;
}

/* The state; it is made where there is none yet. */
static State *
state_of(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (!PG_ARGISNULL(0))
		return (State *) PG_GETARG_POINTER(0);
	return new_state(context);
}

/* Without a state, and with nothing to add, there is still none. */
static Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* The sketch of a state, after adding all that was buffered. */
static GovSketch *
flush(State *state)
{
	if (state->sketch == NULL)
	{
		state->sketch = MemoryContextAlloc(state->context, sizeof(GovSketch));
		gov_sketch_init(state->sketch);
	}
	if (gov_sketch_count(state->sketch) > PG_INT64_MAX - state->waiting)
		too_many();
	gov_sketch_add_many(state->sketch, state->buffer, state->waiting);
	state->waiting = 0;
	return state->sketch;
}

/* The value of a state; that of few values stays small. */
static Datum
packed_state(State *state)
{
	GovSketch	sketch;

	if (state->sketch != NULL)
		return packed(flush(state));
	gov_sketch_init(&sketch);
	gov_sketch_add_many(&sketch, state->buffer, state->waiting);
	return packed(&sketch);
}

Datum
gov_sql_sketch_add(PG_FUNCTION_ARGS)
{
	State	   *state;
	double		value;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	value = PG_GETARG_FLOAT8(1);
	if (!gov_sketch_accepts(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a sketch cannot count the value %s",
						float8out_internal(value)),
				 errdetail("It counts finite numbers of 0 and above.")));
	state = state_of(fcinfo);
	if (state->waiting == BUFFERED)
		flush(state);
	state->buffer[state->waiting++] = value;
	PG_RETURN_POINTER(state);
}

Datum
gov_sql_sketch_merge(PG_FUNCTION_ARGS)
{
	State	   *state;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	state = state_of(fcinfo);
	merge_arg(fcinfo, 1, flush(state));
	PG_RETURN_POINTER(state);
}

Datum
gov_sql_sketch_combine(PG_FUNCTION_ARGS)
{
	State	   *state;
	GovSketch  *into;
	GovSketch  *from;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	state = state_of(fcinfo);
	into = flush(state);
	from = flush((State *) PG_GETARG_POINTER(1));
	if (!gov_sketch_can_merge(into, from))
		too_many();
	gov_sketch_merge(into, from);
	PG_RETURN_POINTER(state);
}

Datum
gov_sql_sketch_serialise(PG_FUNCTION_ARGS)
{
	return packed_state((State *) PG_GETARG_POINTER(0));
}

/* The state only has to last until it has been merged into another one. */
Datum
gov_sql_sketch_deserialise(PG_FUNCTION_ARGS)
{
	State	   *state = new_state(CurrentMemoryContext);

	merge_arg(fcinfo, 0, flush(state));
	PG_RETURN_POINTER(state);
}

Datum
gov_sql_sketch_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(packed_state((State *) PG_GETARG_POINTER(0)));
}
