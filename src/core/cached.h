/*
 * cached.h
 *		What this backend caches of a few tables: loaded whole, dropped whole.
 *
 * Invariants: a look-up reads shared invalidation messages first, and loading
 * scans on snapshots of its own (core/scan.h); so the content is right as of
 * the newest commit that this backend can know of, in the middle of a
 * REPEATABLE READ transaction too, and on a hot standby.  It is built aside,
 * below TopMemoryContext, and swapped in when complete: an error in the middle
 * leaves the old content, marked stale.
 */
#ifndef GOV_CACHED_H
#define GOV_CACHED_H

#include "core/relations.h"

typedef struct GovCached
{
	GovCache	cache;			/* whose generation counts */
	const char *name;			/* of its memory context */
	void	   *(*load) (void); /* makes the content, in the current context */

	/* The rest starts as zero and belongs to cached.c. */
	MemoryContext context;		/* of the content; more may be kept in it */
	void	   *content;
	uint64		generation;		/* 0: nothing is kept */
} GovCached;

extern void *gov_cached_load(GovCached *cached);

/* The content as it is now, valid until the next look-up. */
static inline void *
gov_cached(GovCached *cached)
{
	if (likely(gov_cache_is_current(cached->cache, cached->generation)))
		return cached->content;
	return gov_cached_load(cached);
}

/*
 * For entries that are read one by one into the content: did nothing change
 * while this one was read?  If false, the caller looks the content up again
 * and reads again.  The last attempt (they count from 1) is always true.
 */
extern bool gov_cached_is_settled(const GovCached *cached, int attempt);

#endif							/* GOV_CACHED_H */
