/*
 * shared.h
 *		Areas of shared memory; they exist only where the library is preloaded.
 *
 * Invariants: an area is requested while the postmaster loads the library, and
 * made once for each life of the cluster's shared memory (after a crash it is
 * made again, empty); it has one LWLock; without preload area and lock stay
 * NULL, and users of them check that.
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

/* Call it first; the init functions of the rooms then add their areas. */
extern void gov_shared_init(void);

/*
 * Request an area; it does nothing where the library is not being preloaded.
 */
extern void gov_shared_add(const GovSharedArea *area);

#endif							/* GOV_SHARED_H */
