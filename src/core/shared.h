/*
 * shared.h
 *		Areas of shared memory, there only where the library is preloaded.
 *
 * Invariants: an area is asked for while the postmaster loads the library and
 * made once for each life of the cluster's shared memory (a crash makes it
 * anew, empty); it has one LWLock; area and lock stay NULL without preload,
 * and whoever uses them asks.
 */
#ifndef GOV_SHARED_H
#define GOV_SHARED_H

#include "storage/lwlock.h"

typedef struct GovSharedArea
{
	const char *name;
	Size		(*size) (void);
	void		(*init) (void *area);	/* the memory is zeroed already */
	void	  **area;			/* where to put the address */
	LWLock	  **lock;			/* and its lock */
} GovSharedArea;

/* Call it first: the rooms' inits then add their areas. */
extern void gov_shared_init(void);

/* Keep an area; nothing happens where the library is not being preloaded. */
extern void gov_shared_add(const GovSharedArea *area);

#endif							/* GOV_SHARED_H */
