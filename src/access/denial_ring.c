/*
 * denial_ring.c
 *		Denied attempts, kept in shared memory until somebody writes them.
 *
 * The entries lie in one array and their owners (database OIDs) in another, so
 * that counting a database's share and finding room read four bytes an entry.
 * Sequence numbers order them.
 *
 * The rate is a token bucket for each database, login and actor; bad
 * credentials, which come without an actor and in any number, have a bucket of
 * their own and so use up nobody's.  Buckets with nothing to report make room
 * for new ones, the longest unused first.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "access/denial_ring.h"
#include "core/guc.h"
#include "core/shared.h"
#include "core/work.h"
#include "core/xact.h"

#define BUCKETS 1024
#define REPORT_EVERY_MS (60 * 1000)
#define LOG_EVERY_MS (10 * 1000)
#define BAD_CREDENTIALS ":"		/* no user is called so */

typedef struct Bucket
{
	Oid			roleid;			/* InvalidOid: free */
	Oid			dboid;
	char		who[GOV_ID_LEN + 1];	/* the actor, '' or BAD_CREDENTIALS */
	double		tokens;
	TimestampTz refilled_at;
	TimestampTz reported_at;
	int64		lost_ever;
	TimestampTz lost_at;
	GovDenialSummary unreported;
} Bucket;

typedef struct Slot
{
	uint64		seq;
	GovDenialEntry entry;
} Slot;

typedef struct Ring
{
	int			size;
	int			used;
	uint64		next_seq;
	TimestampTz logged_at;
	Bucket		buckets[BUCKETS];
	/* then the owners, then the slots */
} Ring;

static Ring *ring = NULL;
static LWLock *ring_lock = NULL;

/* What this transaction wrote events of, in TopTransactionContext. */
typedef struct Taken
{
	struct Taken *next;
	SubTransactionId subid;		/* who took it; the parent at its commit */
	int			slot;			/* of an entry, or -1 */
	uint64		seq;
	Oid			roleid;			/* of a summary, likewise */
	char		who[GOV_ID_LEN + 1];
	int64		suppressed;
	int64		lost;
} Taken;

static Taken *taken = NULL;

static Size
ring_size(void)
{
	Size		size = MAXALIGN(sizeof(Ring));

	size = add_size(size, MAXALIGN(mul_size(gov_denial_ring_size,
											sizeof(Oid))));
	return add_size(size, mul_size(gov_denial_ring_size, sizeof(Slot)));
}

static void
init_ring(void *area)
{
	((Ring *) area)->size = gov_denial_ring_size;
	((Ring *) area)->next_seq = 1;
}

static inline Oid *
owners(void)
{
	return (Oid *) ((char *) ring + MAXALIGN(sizeof(Ring)));
}

static inline Slot *
slots(void)
{
	return (Slot *) ((char *) owners() +
					 MAXALIGN(ring->size * sizeof(Oid)));
}

/* The caller holds the lock. */
static void
free_slot(int i)
{
	owners()[i] = InvalidOid;
	ring->used--;
}

static Bucket *
find_bucket(Oid roleid, const char *who)
{
	int			i;

	for (i = 0; i < BUCKETS; i++)
	{
		if (ring->buckets[i].roleid == roleid &&
			ring->buckets[i].dboid == MyDatabaseId &&
			strcmp(ring->buckets[i].who, who) == 0)
			return &ring->buckets[i];
	}
	return NULL;
}

/* The entry's bucket, maybe a new one; NULL where there is no room for one. */
static Bucket *
get_bucket(const GovDenialEntry *entry, TimestampTz now)
{
	const char *who = entry->sqlerrcode ==
		ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION ? BAD_CREDENTIALS :
		entry->actor;
	Bucket	   *bucket = find_bucket(entry->login_oid, who);
	int			i;

	if (bucket != NULL)
		return bucket;
	for (i = 0; i < BUCKETS; i++)
	{
		Bucket	   *other = &ring->buckets[i];

		if (!OidIsValid(other->roleid))
		{
			bucket = other;
			break;
		}
		if (other->unreported.suppressed == 0 &&
			other->unreported.lost == 0 &&
			(bucket == NULL || other->refilled_at < bucket->refilled_at))
			bucket = other;
	}
	if (bucket == NULL)
		return NULL;
	memset(bucket, 0, sizeof(Bucket));
	bucket->roleid = entry->login_oid;
	bucket->dboid = MyDatabaseId;
	strlcpy(bucket->who, who, sizeof(bucket->who));
	bucket->tokens = gov_denial_rate;
	bucket->refilled_at = now;
	return bucket;
}

static bool
spend_token(Bucket *bucket, TimestampTz now)
{
	if (now > bucket->refilled_at)
		bucket->tokens += (double) (now - bucket->refilled_at) *
			gov_denial_rate / (60.0 * USECS_PER_SEC);
	bucket->tokens = Min(bucket->tokens, gov_denial_rate);
	bucket->refilled_at = now;
	if (bucket->tokens < 1.0)
		return false;
	bucket->tokens -= 1.0;
	return true;
}

/* The place of a free entry for this database, or -1. */
static int
find_room(void)
{
	int			room = -1;
	int			own = 0;
	int			i;

	for (i = 0; i < ring->size; i++)
	{
		if (owners()[i] == MyDatabaseId)
			own++;
		else if (room < 0 && !OidIsValid(owners()[i]))
			room = i;
	}
	return own < ring->size / 2 ? room : -1;
}

/* The count includes this attempt. */
static void
tell_of(GovDenialSummary *summary, const GovDenialEntry *entry)
{
	if (summary->suppressed + summary->lost == 1)
		summary->first_at = entry->occurred_at;
	summary->last_at = entry->occurred_at;
	summary->login = entry->login;
	summary->sqlerrcode = entry->sqlerrcode;
	strlcpy(summary->actor, entry->actor, sizeof(summary->actor));
}

static GovDenialFate
keep_locked(const GovDenialEntry *entry, bool *wake)
{
	TimestampTz now = entry->occurred_at;
	Bucket	   *bucket = get_bucket(entry, now);
	GovDenialSummary *unreported = bucket ? &bucket->unreported : NULL;
	int			room;

	*wake = true;
	if (bucket != NULL && !spend_token(bucket, now))
	{
		*wake = unreported->suppressed++ == 0;
		tell_of(unreported, entry);
		return GOV_DENIAL_SUPPRESSED;
	}

	room = bucket == NULL ? -1 : find_room();
	if (room >= 0)
	{
		owners()[room] = MyDatabaseId;
		slots()[room].seq = ring->next_seq++;
		slots()[room].entry = *entry;
		ring->used++;
		return GOV_DENIAL_KEPT;
	}

	if (bucket != NULL)
	{
		*wake = unreported->lost++ == 0;
		tell_of(unreported, entry);
		bucket->lost_ever++;
		bucket->lost_at = now;
	}
	if (ring->logged_at != 0 &&
		!TimestampDifferenceExceeds(ring->logged_at, now, LOG_EVERY_MS))
		return GOV_DENIAL_LOST_QUIETLY;
	ring->logged_at = now;
	return GOV_DENIAL_LOST;
}

/*
 * gov_denial_keep
 *		Leave an entry in the ring.
 *
 * A parallel worker and a standby only have the server log: the parallel
 * worker does not know which actor was bound, and on a standby nothing can be
 * written.
 */
GovDenialFate
gov_denial_keep(const GovDenialEntry *entry)
{
	GovDenialFate fate;
	bool		wake;

	if (ring == NULL || !IsUnderPostmaster || IsParallelWorker() ||
		RecoveryInProgress())
		return GOV_DENIAL_NO_RING;

	LWLockAcquire(ring_lock, LW_EXCLUSIVE);
	fate = keep_locked(entry, &wake);
	LWLockRelease(ring_lock);
	if (wake)
		gov_work_mark();
	return fate;
}

void
gov_denial_text(char *to, Size size, const char *from)
{
	int			len = from ? strlen(from) : 0;

	if (len < size)
	{
		memcpy(to, from ? from : "", len + 1);
		return;
	}
	len = pg_mbcliplen(from, len, size - 4);
	memcpy(to, from, len);
	memcpy(to + len, "...", 4);
}

/* --- taking ------------------------------------------------------------ */

static bool
is_taken(int slot, uint64 seq)
{
	const Taken *t;

	for (t = taken; t != NULL; t = t->next)
	{
		if (t->slot == slot && t->seq == seq)
			return true;
	}
	return false;
}

static void
remember(const Taken *what)
{
	Taken	   *t = MemoryContextAlloc(TopTransactionContext, sizeof(Taken));

	*t = *what;
	t->subid = GetCurrentSubTransactionId();
	t->next = taken;
	taken = t;
}

typedef struct Candidate
{
	int			slot;
	uint64		seq;
} Candidate;

static int
compare_candidates(const void *a, const void *b)
{
	uint64		x = ((const Candidate *) a)->seq;
	uint64		y = ((const Candidate *) b)->seq;

	return x < y ? -1 : x > y ? 1 : 0;
}

/*
 * gov_denial_take
 *		Copies of the oldest entries of this database.
 *
 * The caller holds a lock that keeps other takers in the database away.  A
 * second pass copies the texts, so that nothing is allocated under the lock.
 */
GovDenialEntry *
gov_denial_take(int max, int *count)
{
	GovDenialEntry *entries;
	Candidate  *candidates;
	int			found = 0;
	int			i;

	*count = 0;
	if (ring == NULL)
		return NULL;

	candidates = palloc(ring->size * sizeof(Candidate));
	LWLockAcquire(ring_lock, LW_SHARED);
	for (i = 0; i < ring->size && ring->used > 0; i++)
	{
		if (owners()[i] == MyDatabaseId && !is_taken(i, slots()[i].seq))
		{
			candidates[found].slot = i;
			candidates[found++].seq = slots()[i].seq;
		}
	}
	LWLockRelease(ring_lock);

	qsort(candidates, found, sizeof(Candidate), compare_candidates);
	found = Min(found, max);
	entries = palloc(Max(found, 1) * sizeof(GovDenialEntry));
	LWLockAcquire(ring_lock, LW_SHARED);
	for (i = 0; i < found; i++)
	{
		const Slot *slot = &slots()[candidates[i].slot];

		if (owners()[candidates[i].slot] == MyDatabaseId &&
			slot->seq == candidates[i].seq)
		{
			entries[*count] = slot->entry;
			candidates[(*count)++] = candidates[i];
		}
	}
	LWLockRelease(ring_lock);
	for (i = 0; i < *count; i++)
	{
		Taken		what = {0};

		what.slot = candidates[i].slot;
		what.seq = candidates[i].seq;
		remember(&what);
	}
	pfree(candidates);
	return entries;
}

GovDenialSummary *
gov_denial_take_summaries(bool all, int *count)
{
	GovDenialSummary *summaries;
	Taken	   *whats;
	TimestampTz now = GetCurrentTimestamp();
	const Taken *t;
	int			found = 0;
	int			i;

	*count = 0;
	if (ring == NULL)
		return NULL;

	/* A second look in the same transaction would report the same again. */
	for (t = taken; t != NULL; t = t->next)
	{
		if (t->slot < 0)
			return NULL;
	}

	summaries = palloc(BUCKETS * sizeof(GovDenialSummary));
	whats = palloc0(BUCKETS * sizeof(Taken));
	LWLockAcquire(ring_lock, LW_SHARED);
	for (i = 0; i < BUCKETS; i++)
	{
		const Bucket *bucket = &ring->buckets[i];

		if (bucket->dboid != MyDatabaseId ||
			(bucket->unreported.suppressed == 0 &&
			 bucket->unreported.lost == 0) ||
			(!all && bucket->reported_at != 0 &&
			 !TimestampDifferenceExceeds(bucket->reported_at, now,
										 REPORT_EVERY_MS)))
			continue;
		whats[found].slot = -1;
		whats[found].roleid = bucket->roleid;
		strlcpy(whats[found].who, bucket->who, sizeof(bucket->who));
		whats[found].suppressed = bucket->unreported.suppressed;
		whats[found].lost = bucket->unreported.lost;
		summaries[found++] = bucket->unreported;
	}
	LWLockRelease(ring_lock);
	for (i = 0; i < found; i++)
		remember(&whats[i]);
	pfree(whats);
	*count = found;
	return summaries;
}

/* The events are committed, so their entries leave the ring. */
static void
let_go(void)
{
	TimestampTz now = GetCurrentTimestamp();
	const Taken *t;

	LWLockAcquire(ring_lock, LW_EXCLUSIVE);
	for (t = taken; t != NULL; t = t->next)
	{
		Bucket	   *bucket;

		if (t->slot >= 0)
		{
			if (owners()[t->slot] == MyDatabaseId &&
				slots()[t->slot].seq == t->seq)
				free_slot(t->slot);
			continue;
		}
		bucket = find_bucket(t->roleid, t->who);
		if (bucket == NULL)
			continue;
		bucket->unreported.suppressed -= t->suppressed;
		bucket->unreported.lost -= t->lost;
		bucket->unreported.first_at = bucket->unreported.last_at;
		bucket->reported_at = now;
	}
	LWLockRelease(ring_lock);
}

static void
xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (taken != NULL)
				let_go();
			taken = NULL;
			break;
		case XACT_EVENT_ABORT:
			taken = NULL;
			break;
		case XACT_EVENT_PRE_PREPARE:
			if (taken != NULL)
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot PREPARE a transaction that has written denied attempts"),
						 errhint("Run gov_run_maintenance() in a transaction of its own.")));
			break;
		default:
			break;
	}
}

static void
subxact_callback(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	GOV_SUBXACT_END(Taken, taken, next, taken = taken->next);
}

void
gov_denial_ring_init(void)
{
	static const GovSharedArea area = {
		.name = "governance denied attempts",
		.size = ring_size,
		.init = init_ring,
		.area = (void **) &ring,
		.lock = &ring_lock
	};

	gov_shared_add(&area);
	RegisterXactCallback(xact_callback, NULL);
	RegisterSubXactCallback(subxact_callback, NULL);
}

int
gov_denial_forget(Oid dboid)
{
	int			forgotten = 0;
	int			i;

	if (ring == NULL)
		return 0;
	LWLockAcquire(ring_lock, LW_EXCLUSIVE);
	for (i = 0; i < ring->size && ring->used > 0; i++)
	{
		if (owners()[i] == dboid)
		{
			free_slot(i);
			forgotten++;
		}
	}
	for (i = 0; i < BUCKETS; i++)
	{
		if (ring->buckets[i].dboid == dboid)
			memset(&ring->buckets[i], 0, sizeof(Bucket));
	}
	LWLockRelease(ring_lock);
	return forgotten;
}

int64
gov_denial_lost(TimestampTz *last_at)
{
	int64		lost = 0;
	int			i;

	*last_at = 0;
	if (ring == NULL)
		return 0;
	LWLockAcquire(ring_lock, LW_SHARED);
	for (i = 0; i < BUCKETS; i++)
	{
		const Bucket *bucket = &ring->buckets[i];

		if (bucket->dboid != MyDatabaseId || bucket->lost_ever == 0)
			continue;
		lost += bucket->lost_ever;
		*last_at = Max(*last_at, bucket->lost_at);
	}
	LWLockRelease(ring_lock);
	return lost;
}
