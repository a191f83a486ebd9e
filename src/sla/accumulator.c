/*
 * accumulator.c
 *		Observations of this transaction that are not written yet.
 *
 * There is a level for each subtransaction that observed something, the
 * innermost first.  When a subtransaction commits, its level only gets another
 * owner, which cannot fail.  Levels of the same owner are merged at the next
 * look, where running out of memory is an error like any other.
 *
 * A bucket keeps single values as long as they take less room than a sketch,
 * because most transactions observe only a few.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "core/guc.h"
#include "core/relations.h"
#include "core/spi.h"
#include "core/work.h"
#include "core/xact.h"
#include "sla/accumulator.h"

#define FIRST_VALUES 4
#define MAX_VALUES 1024			/* half the room of a sketch */
#define SKETCH_PARAM 8			/* its place among those of insert_delta */

typedef struct BucketKey
{
	const GovSlaResource *resource;
	TimestampTz minute;
	Oid			deltas;			/* the table that it goes into */
	int32		revision;
} BucketKey;

struct GovSlaBucket
{
	BucketKey	key;
	int64		count;
	int64		failed;
	int64		over_p95;
	int64		over_p99;
	GovSketch  *sketch;			/* NULL: the values are here, */
	double	   *values;			/* all of them */
	int			room;
};

typedef struct BucketEntry
{
	BucketKey	key;
	GovSlaBucket *bucket;
	char		status;
} BucketEntry;

static inline uint32
hash_key(const BucketKey *key)
{
	uint64		h = (uint64) (uintptr_t) key->resource >> 4;

	h = h * UINT64CONST(0x9e3779b97f4a7c15) + (uint64) key->minute;
	h = h * UINT64CONST(0x9e3779b97f4a7c15) + (uint64) key->revision;
	return murmurhash32((uint32) (h >> 32)) ^ key->deltas;
}

static inline bool
same_key(const BucketKey *a, const BucketKey *b)
{
	return a->resource == b->resource && a->minute == b->minute &&
		a->revision == b->revision && a->deltas == b->deltas;
}

#define SH_PREFIX buckets
#define SH_ELEMENT_TYPE BucketEntry
#define SH_KEY_TYPE BucketKey
#define SH_KEY key
#define SH_HASH_KEY(tb, k) hash_key(&(k))
#define SH_EQUAL(tb, a, b) same_key(&(a), &(b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct Level
{
	struct Level *outer;
	SubTransactionId subid;		/* its owner */
	buckets_hash *buckets;
} Level;

/* In a child of TopTransactionContext. */
static MemoryContext context = NULL;
static Level *levels = NULL;
static Size used = 0;			/* of governance.accumulator_limit */
static GovSlaBucket *last = NULL;	/* of the innermost level */
static bool wrote_deltas = false;

GOV_SQL(insert_delta,
		(TEXTOID, TEXTOID, INT4OID, TIMESTAMPTZOID, INT8OID, INT8OID, INT8OID,
		 INT8OID, InvalidOid),
		"INSERT INTO governance.sla_deltas (resource_type, resource_id,"
		" revision, minute, observations, failed, over_p95, over_p99,"
		" sketch) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		.isolated = true);

static void
charge_memory(Size size)
{
	if (used + size > (Size) gov_accumulator_limit * 1024)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("observations of one transaction take more than governance.accumulator_limit"),
				 errdetail("The limit is %d kB; nothing of this transaction counts.",
						   gov_accumulator_limit),
				 errhint("Observe less in one transaction, or raise the limit: a resource and minute takes up to %d kB.",
						 (int) ((sizeof(GovSketch) + sizeof(GovSlaBucket)) /
								1024 + 1))));
	used += size;
}

/* --- buckets ------------------------------------------------------------- */

#define BUCKET_SIZE (sizeof(GovSlaBucket) + 2 * sizeof(BucketEntry))

static Size
bucket_size(const GovSlaBucket *bucket)
{
	return BUCKET_SIZE +
		(bucket->sketch != NULL ? sizeof(GovSketch) : 0) +
		bucket->room * sizeof(double);
}

static void
free_bucket(GovSlaBucket *bucket)
{
	used -= bucket_size(bucket);
	if (bucket->sketch != NULL)
		pfree(bucket->sketch);
	if (bucket->values != NULL)
		pfree(bucket->values);
	pfree(bucket);
}

/* Turn single values into a sketch. */
static void
make_sketch(GovSlaBucket *bucket)
{
	GovSketch  *sketch;

	charge_memory(sizeof(GovSketch));
	sketch = MemoryContextAlloc(context, sizeof(GovSketch));
	gov_sketch_init(sketch);
	gov_sketch_add_many(sketch, bucket->values, bucket->count);
	bucket->sketch = sketch;
	if (bucket->values != NULL)
		pfree(bucket->values);
	used -= bucket->room * sizeof(double);
	bucket->values = NULL;
	bucket->room = 0;
}

/* Make room for that many single values. */
static void
make_room(GovSlaBucket *bucket, size_t n)
{
	int			room = Max(bucket->room, FIRST_VALUES);

	while (room < n)
		room *= 2;
	if (room == bucket->room)
		return;
	charge_memory((room - bucket->room) * sizeof(double));
	if (bucket->values == NULL)
		bucket->values = MemoryContextAlloc(context, room * sizeof(double));
	else
		bucket->values = repalloc(bucket->values, room * sizeof(double));
	bucket->room = room;
}

void
gov_sla_bucket_add(GovSlaBucket *bucket, const double *latency, size_t n,
				   int64 failed, int64 over_p95, int64 over_p99)
{
	if (bucket->sketch == NULL)
	{
		if (bucket->count + n > MAX_VALUES)
			make_sketch(bucket);
		else
		{
			make_room(bucket, bucket->count + n);
			memcpy(bucket->values + bucket->count, latency,
				   n * sizeof(double));
		}
	}
	if (bucket->sketch != NULL)
		gov_sketch_add_many(bucket->sketch, latency, n);
	bucket->count += n;
	bucket->failed += failed;
	bucket->over_p95 += over_p95;
	bucket->over_p99 += over_p99;
}

/* If this fails nothing was added, so nothing of "from" counts twice. */
static void
merge_bucket(GovSlaBucket *into, const GovSlaBucket *from)
{
	if (from->sketch == NULL)
	{
		gov_sla_bucket_add(into, from->values, from->count, from->failed,
						   from->over_p95, from->over_p99);
		return;
	}
	if (into->sketch == NULL)
		make_sketch(into);
	gov_sketch_merge(into->sketch, from->sketch);
	into->count += from->count;
	into->failed += from->failed;
	into->over_p95 += from->over_p95;
	into->over_p99 += from->over_p99;
}

/* --- levels -------------------------------------------------------------- */

static void
free_level(Level *level)
{
	buckets_destroy(level->buckets);
	pfree(level);
	last = NULL;
}

/*
 * settle
 *		Merge levels that now have the same owner.
 *
 * If it fails, some observations are in the outer level and the rest still in
 * the inner one; both levels commit or abort together.
 */
static void
settle(void)
{
	while (levels != NULL && levels->outer != NULL &&
		   levels->outer->subid == levels->subid)
	{
		Level	   *inner = levels;
		buckets_iterator i;
		BucketEntry *entry;

		buckets_start_iterate(inner->buckets, &i);
		while ((entry = buckets_iterate(inner->buckets, &i)) != NULL)
		{
			bool		found;
			BucketEntry *target;

			if (entry->bucket == NULL)
				continue;
			target = buckets_insert(inner->outer->buckets, entry->key, &found);
			if (!found)
				target->bucket = NULL;
			if (target->bucket == NULL)
				target->bucket = entry->bucket;
			else
			{
				merge_bucket(target->bucket, entry->bucket);
				free_bucket(entry->bucket);
			}
			entry->bucket = NULL;
		}
		levels = inner->outer;
		free_level(inner);
	}
}

static Level *
current_level(void)
{
	SubTransactionId subid = GetCurrentSubTransactionId();
	Level	   *level;

	settle();
	if (likely(levels != NULL && levels->subid == subid))
		return levels;

	if (context == NULL)
		context = AllocSetContextCreate(TopTransactionContext,
										"governance observations",
										ALLOCSET_DEFAULT_SIZES);
	level = MemoryContextAlloc(context, sizeof(Level));
	level->subid = subid;
	level->buckets = buckets_create(context, 8, NULL);
	level->outer = levels;
	levels = level;
	last = NULL;
	return level;
}

static void
discard_innermost(void)
{
	Level	   *level = levels;
	buckets_iterator i;
	BucketEntry *entry;

	buckets_start_iterate(level->buckets, &i);
	while ((entry = buckets_iterate(level->buckets, &i)) != NULL)
	{
		if (entry->bucket != NULL)
			free_bucket(entry->bucket);
	}
	levels = level->outer;
	free_level(level);
}

GovSlaBucket *
gov_sla_bucket(const GovSlaResource *resource, int32 revision,
			   TimestampTz minute)
{
	Level	   *level = current_level();
	BucketKey	key;
	BucketEntry *entry;
	bool		found;

	key.resource = resource;
	key.minute = minute;
	key.deltas = gov_relation(GOV_REL_SLA_DELTAS);
	key.revision = revision;
	if (last != NULL && same_key(&last->key, &key))
		return last;

	entry = buckets_insert(level->buckets, key, &found);
	if (!found)
		entry->bucket = NULL;	/* until it is complete */
	if (entry->bucket == NULL)
	{
		GovSlaBucket *bucket;

		charge_memory(BUCKET_SIZE);
		bucket = MemoryContextAllocZero(context, sizeof(GovSlaBucket));
		bucket->key = key;
		entry->bucket = bucket;
	}
	last = entry->bucket;
	return last;
}

void
gov_sla_accumulated(const char *type, const char *id, TimestampTz from,
					TimestampTz until, GovSlaTotals *totals,
					GovSketch *sketch)
{
	Level	   *level;

	for (level = levels; level != NULL; level = level->outer)
	{
		buckets_iterator i;
		BucketEntry *entry;

		buckets_start_iterate(level->buckets, &i);
		while ((entry = buckets_iterate(level->buckets, &i)) != NULL)
		{
			const GovSlaBucket *bucket = entry->bucket;

			if (bucket == NULL || bucket->key.minute < from ||
				bucket->key.minute >= until ||
				bucket->key.deltas != gov_relation(GOV_REL_SLA_DELTAS) ||
				strcmp(bucket->key.resource->key.id, id) != 0 ||
				strcmp(bucket->key.resource->key.type, type) != 0)
				continue;
			gov_sla_totals_add(totals, bucket->key.revision, bucket->count,
							   bucket->failed, bucket->over_p95,
							   bucket->over_p99);
			if (sketch == NULL)
				continue;
			if (bucket->sketch != NULL)
				gov_sketch_merge(sketch, bucket->sketch);
			else
				gov_sketch_add_many(sketch, bucket->values, bucket->count);
		}
	}
}

/* --- writing ------------------------------------------------------------- */

/* The bucket's sketch as a value of type governance.sketch. */
static Datum
pack(const GovSlaBucket *bucket, GovSketch *scratch)
{
	const GovSketch *sketch = bucket->sketch;
	bytea	   *packed;
	size_t		size;

	if (sketch == NULL)
	{
		gov_sketch_init(scratch);
		gov_sketch_add_many(scratch, bucket->values, bucket->count);
		sketch = scratch;
	}
	size = gov_sketch_packed_size(sketch);
	packed = palloc(VARHDRSZ + size);
	SET_VARSIZE(packed, VARHDRSZ + size);
	(void) gov_sketch_pack(sketch, (uint8_t *) VARDATA(packed));
	return PointerGetDatum(packed);
}

/* The type has another OID if the extension was created again. */
static void
know_sketch_type(Oid deltas)
{
	Oid			type = get_atttype(deltas, get_attnum(deltas, "sketch"));

	if (insert_delta.argtypes[SKETCH_PARAM] == type)
		return;
	if (insert_delta.plan != NULL)
		SPI_freeplan(insert_delta.plan);
	insert_delta.plan = NULL;
	insert_delta.argtypes[SKETCH_PARAM] = type;
}

static void
write_bucket(const GovSlaBucket *bucket, GovSketch *scratch)
{
	(void) gov_run(&insert_delta, gov_text(bucket->key.resource->key.type),
				   gov_text(bucket->key.resource->key.id),
				   gov_int4(bucket->key.revision),
				   gov_time(bucket->key.minute), gov_int8(bucket->count),
				   gov_int8(bucket->failed), gov_int8(bucket->over_p95),
				   gov_int8(bucket->over_p99),
				   gov_datum(pack(bucket, scratch), false));
}

static void
write_level(Level *level, Oid deltas)
{
	GovSketch  *scratch;
	MemoryContext each;
	MemoryContext caller;
	buckets_iterator i;
	BucketEntry *entry;

	gov_spi_begin();
	know_sketch_type(deltas);
	scratch = palloc(sizeof(GovSketch));
	each = AllocSetContextCreate(CurrentMemoryContext, "governance delta",
								 ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(each);
	buckets_start_iterate(level->buckets, &i);
	while ((entry = buckets_iterate(level->buckets, &i)) != NULL)
	{
		const GovSlaBucket *bucket = entry->bucket;

		if (bucket == NULL || bucket->count == 0 ||
			bucket->key.deltas != deltas)
			continue;
		write_bucket(bucket, scratch);
		wrote_deltas = true;
		MemoryContextReset(each);
	}
	MemoryContextSwitchTo(caller);
	gov_spi_end();
}

/*
 * flush
 *		Write the deltas, as the owner.
 *
 * If the extension was dropped meanwhile, by this transaction or another one,
 * the observations are dropped too.  A transaction may have become read-only
 * after it observed; what it observed before is still written.
 */
static void
flush(void)
{
	Oid			deltas;
	Oid			save_userid;
	int			save_context;
	bool		save_read_only = XactReadOnly;

	if (levels == NULL)
		return;
	settle();
	deltas = gov_relation_or_invalid(GOV_REL_SLA_DELTAS);
	if (!OidIsValid(deltas))
		return;
	LockRelationOid(deltas, RowExclusiveLock);
	if (gov_relation_or_invalid(GOV_REL_SLA_DELTAS) != deltas)
		return;

	PushActiveSnapshot(GetTransactionSnapshot());
	GetUserIdAndSecContext(&save_userid, &save_context);
	SetUserIdAndSecContext(gov_owner(),
						   save_context | SECURITY_LOCAL_USERID_CHANGE);
	XactReadOnly = false;
	write_level(levels, deltas);
	XactReadOnly = save_read_only;
	SetUserIdAndSecContext(save_userid, save_context);
	PopActiveSnapshot();
}

static void
forget(void)
{
	context = NULL;				/* it goes with TopTransactionContext */
	levels = NULL;
	last = NULL;
	used = 0;
	wrote_deltas = false;
}

static void
xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			flush();
			break;
		case XACT_EVENT_COMMIT:
			if (wrote_deltas)
				gov_work_mark();
			forget();
			break;
		case XACT_EVENT_PREPARE:
			if (wrote_deltas)
				gov_work_mark_prepared();
			forget();
			break;
		case XACT_EVENT_ABORT:
			forget();
			break;
		default:
			break;
	}
}

static void
subxact_callback(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	GOV_SUBXACT_END(Level, levels, outer, discard_innermost());
	if (event == SUBXACT_EVENT_COMMIT_SUB)
		last = NULL;
}

void
gov_sla_accumulator_init(void)
{
	RegisterXactCallback(xact_callback, NULL);
	RegisterSubXactCallback(subxact_callback, NULL);
}
