/*
 * suspension.h
 *		Governed operation can be suspended: only reads, incidents,
 *		revocations and rollbacks go on.
 *
 * Invariant: the answer is that of the newest commit this backend can know
 * of; the guard asks at every governed write made by a function.
 */
#ifndef GOV_SUSPENSION_H
#define GOV_SUSPENSION_H

extern bool gov_is_suspended(void);

/* May this kind of change go on while suspended? */
extern bool gov_suspension_allows(const char *kind, const char *verb);

/* 55000, naming what was refused. */
extern void gov_refuse_suspended(const char *resource);

#endif							/* GOV_SUSPENSION_H */
