/*
 * shared.c
 *		Areas of shared memory; they exist only where the library is preloaded.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"

#include "core/shared.h"

#define TRANCHE "governance"
#define MAX_AREAS 4

static GovSharedArea areas[MAX_AREAS];
static int	area_count = 0;

static shmem_request_hook_type next_request_hook = NULL;
static shmem_startup_hook_type next_startup_hook = NULL;

static void
request_shared(void)
{
	int			i;

	if (next_request_hook != NULL)
		next_request_hook();
	for (i = 0; i < area_count; i++)
		RequestAddinShmemSpace(MAXALIGN(areas[i].size()));
	RequestNamedLWLockTranche(TRANCHE, area_count);
}

static void
start_shared(void)
{
	LWLockPadded *locks;
	int			i;

	if (next_startup_hook != NULL)
		next_startup_hook();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	locks = GetNamedLWLockTranche(TRANCHE);
	for (i = 0; i < area_count; i++)
	{
		Size		size = areas[i].size();
		bool		found;
		void	   *memory = ShmemInitStruct(areas[i].name, size, &found);

		if (!found)
		{
			memset(memory, 0, size);
			areas[i].init(memory);
		}
		*areas[i].area = memory;
		*areas[i].lock = &locks[i].lock;
	}
	LWLockRelease(AddinShmemInitLock);
}

void
gov_shared_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	next_request_hook = shmem_request_hook;
	shmem_request_hook = request_shared;
	next_startup_hook = shmem_startup_hook;
	shmem_startup_hook = start_shared;
}

void
gov_shared_add(const GovSharedArea *area)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	if (area_count >= MAX_AREAS)
		elog(ERROR, "too many areas of shared memory");
	areas[area_count++] = *area;
}
