/*
 * drop_guard.h
 *		The extension is dropped by its owner, by nobody else's CASCADE.
 */
#ifndef GOV_DROP_GUARD_H
#define GOV_DROP_GUARD_H

extern void gov_drop_guard_init(void);

#endif							/* GOV_DROP_GUARD_H */
