/*
 * cached.c
 *		What this backend caches of a few tables: loaded whole, dropped whole.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "core/cached.h"

/*
 * How often to read again when the generation moved meanwhile.  After that the
 * content serves this look-up and is stale for the next one.  A server that
 * discards caches at every chance moves it each time, so once is enough there.
 */
#define MAX_ATTEMPTS 8

bool
gov_cached_is_settled(const GovCached *cached, int attempt)
{
	return gov_cache_is_current(cached->cache, cached->generation) ||
		attempt >= (debug_discard_caches > 0 ? 1 : MAX_ATTEMPTS);
}

/*
 * gov_cached_load
 *		Load the content, and load it again if it may mix two states.
 */
void *
gov_cached_load(GovCached *cached)
{
	int			attempt;

	for (attempt = 1;; attempt++)
	{
		GovCached	fresh = *cached;
		MemoryContext caller;

		CHECK_FOR_INTERRUPTS();
		fresh.generation = gov_cache_generation_to_load(cached->cache);
		fresh.context = AllocSetContextCreate(CurrentMemoryContext,
											  "governance cache",
											  ALLOCSET_START_SMALL_SIZES);
		MemoryContextSetIdentifier(fresh.context, cached->name);
		caller = MemoryContextSwitchTo(fresh.context);
		fresh.content = cached->load();
		MemoryContextSwitchTo(caller);

		if (!gov_cached_is_settled(&fresh, attempt))
		{
			MemoryContextDelete(fresh.context);
			continue;
		}
		MemoryContextSetParent(fresh.context, TopMemoryContext);
		if (cached->context != NULL)
			MemoryContextDelete(cached->context);
		*cached = fresh;
		return cached->content;
	}
}
