/*
 * visit.c
 *		A function of test/beside that lets a visit of the worker in.
 *
 * visit(oid) brings forward the next visit of that database, wakes the
 * launcher and returns when the visit is over: one like any other, only that
 * the test chooses when.  This library is installed nowhere.
 *
 * It reads and writes the launcher's table without the lock, which only the
 * extension's library can name.  What it writes is one word, and it asks again
 * until the launcher has seen it.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"
#include "utils/wait_event.h"

#include "core/work.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(visit);

static GovWorkTable *
work_table(void)
{
	GovWorkTable *table;
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	table = ShmemInitStruct("governance work", sizeof(GovWorkTable), &found);
	LWLockRelease(AddinShmemInitLock);
	if (!found)
		elog(ERROR, "the library governance is not preloaded");
	return table;
}

/* The database's slot; NULL until the launcher has seen the database. */
static volatile GovWorkSlot *
find_slot(GovWorkTable *table, Oid dboid)
{
	int			i;

	for (i = 0; i < table->used; i++)
	{
		if (table->slots[i].dboid == dboid)
			return &table->slots[i];
	}
	return NULL;
}

/*
 * visit(database oid) → void
 */
Datum
visit(PG_FUNCTION_ARGS)
{
	GovWorkTable *table = work_table();
	TimestampTz asked_at = GetCurrentTimestamp();

	for (;;)
	{
		volatile GovWorkSlot *slot = find_slot(table, PG_GETARG_OID(0));
		Latch	   *launcher = *(Latch *volatile *) &table->launcher;

		if (slot != NULL)
		{
			bool		began = slot->began_at > asked_at;

			/* The launcher says that it runs first, and then since when. */
			pg_memory_barrier();
			if (!slot->is_running)
			{
				if (began && slot->is_done)
					PG_RETURN_VOID();
				slot->next_at = 0;
			}
		}
		if (launcher != NULL)
			SetLatch(launcher);
		(void) WaitLatch(MyLatch,
						 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 1, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}
