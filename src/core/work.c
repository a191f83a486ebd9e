/*
 * work.c
 *		Which databases have work for the worker, and waking it.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "core/shared.h"
#include "core/work.h"

#define FIRST_BACKOFF_MS	1000

GovWorkTable *gov_work = NULL;
LWLock	   *gov_work_lock = NULL;

static GovWorkSlot *own_slot = NULL;
static bool ignore_own = false;
static const char *kept_from = NULL;

static Size
work_size(void)
{
	return sizeof(GovWorkTable);
}

static void
init_work(void *area)
{
	GovWorkTable *table = area;
	int			i;

	for (i = 0; i < GOV_WORK_SLOTS; i++)
	{
		pg_atomic_init_u32(&table->slots[i].pending, 0);
		pg_atomic_init_u32(&table->slots[i].prepared, 0);
	}
}

void
gov_work_init(void)
{
	static const GovSharedArea area = {
		.name = "governance work",
		.size = work_size,
		.init = init_work,
		.area = (void **) &gov_work,
		.lock = &gov_work_lock
	};

	gov_shared_add(&area);
}

/*
 * gov_work_slot
 *		The database's slot; a new one where it has none.
 */
GovWorkSlot *
gov_work_slot(Oid dboid)
{
	GovWorkSlot *slot = NULL;
	int			i;

	Assert(LWLockHeldByMeInMode(gov_work_lock, LW_EXCLUSIVE));
	for (i = 0; i < gov_work->used; i++)
	{
		if (gov_work->slots[i].dboid == dboid)
			return &gov_work->slots[i];
		if (slot == NULL && !OidIsValid(gov_work->slots[i].dboid))
			slot = &gov_work->slots[i];
	}
	if (slot == NULL)
	{
		if (gov_work->used == GOV_WORK_SLOTS)
			return NULL;
		slot = &gov_work->slots[gov_work->used++];
	}
	pg_atomic_write_u32(&slot->pending, 0);
	pg_atomic_write_u32(&slot->prepared, 0);
	slot->presence = GOV_PRESENCE_UNKNOWN;
	slot->is_running = slot->is_done = false;
	slot->failures = slot->absences = slot->missed = 0;
	slot->began_at = slot->succeeded_at = slot->next_at = 0;
	slot->kept_from[0] = '\0';
	memset(slot->jobs, 0, sizeof(slot->jobs));
	slot->known_since = GetCurrentTimestamp();
	slot->dboid = dboid;
	return slot;
}

/* The slot of this database; it stays while somebody is connected. */
static GovWorkSlot *
find_own_slot(void)
{
	if (gov_work == NULL || ignore_own || !OidIsValid(MyDatabaseId))
		return NULL;
	if (own_slot == NULL || own_slot->dboid != MyDatabaseId)
	{
		LWLockAcquire(gov_work_lock, LW_EXCLUSIVE);
		own_slot = gov_work_slot(MyDatabaseId);
		LWLockRelease(gov_work_lock);
	}
	return own_slot;
}

/*
 * gov_work_mark
 *		Note that this database has work, and wake the launcher once.
 *
 * It may run in a transaction callback, so it raises no error.
 */
void
gov_work_mark(void)
{
	GovWorkSlot *slot = find_own_slot();
	Latch	   *launcher;

	if (slot == NULL)
		return;

	/* Whoever finds the flag down must see what was written before. */
	pg_memory_barrier();
	if (pg_atomic_read_u32(&slot->pending) != 0 ||
		pg_atomic_exchange_u32(&slot->pending, 1) != 0)
		return;

	/*
	 * The latch of an exited process is still valid memory; the wake-up is
	 * just lost.
	 */
	launcher = *(Latch *volatile *) &gov_work->launcher;
	if (launcher != NULL)
		SetLatch(launcher);
}

void
gov_work_mark_prepared(void)
{
	GovWorkSlot *slot = find_own_slot();

	if (slot != NULL)
		pg_atomic_write_u32(&slot->prepared, 1);
}

bool
gov_work_lock_turn(const LOCKTAG *tag, bool wait, const char *what)
{
	if (LockAcquire(tag, ExclusiveLock, false, !wait) !=
		LOCKACQUIRE_NOT_AVAIL)
		return true;
	kept_from = what;
	return false;
}

bool
gov_work_lock_table(GovRelation table, bool wait, const char *what)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, RelationRelationId,
					   gov_relation(table), 0);
	return gov_work_lock_turn(&tag, wait, what);
}

/* Called under the exclusive lock, at the end of a visit. */
void
gov_work_take_kept(GovWorkSlot *slot)
{
	if (kept_from == NULL)
		slot->kept_from[0] = '\0';
	else if (slot->kept_from[0] == '\0')
	{
		strlcpy(slot->kept_from, kept_from, sizeof(slot->kept_from));
		slot->kept_since = GetCurrentTimestamp();
	}
}

/* After one second first, then after twice as long each time, up to "most". */
TimestampTz
gov_work_backoff(uint32 failures, int most_ms)
{
	int64		ms = FIRST_BACKOFF_MS;

	while (failures-- > 1 && ms < most_ms)
		ms *= 2;
	return TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
									   Min(ms, most_ms));
}

void
gov_work_ignore_own(void)
{
	ignore_own = true;
}
