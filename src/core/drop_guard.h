/*
 * drop_guard.h
 *		Only its owner drops the extension; nobody else's CASCADE does.
 */
#ifndef GOV_DROP_GUARD_H
#define GOV_DROP_GUARD_H

extern void gov_drop_guard_init(void);

#endif							/* GOV_DROP_GUARD_H */
