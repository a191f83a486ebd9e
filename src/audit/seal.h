/*
 * seal.h
 *		Sealing: putting committed events under tree heads.
 */
#ifndef GOV_SEAL_H
#define GOV_SEAL_H

#define GOV_SEAL_BATCH 50000	/* most events under one head */

/*
 * gov_audit_seal_batch
 *		Seal at most max (and GOV_SEAL_BATCH) events; returns how many.
 *
 * The caller has a transaction at READ COMMITTED and no SPI connection; what
 * is sealed counts once it commits.  One at a time: if another transaction is
 * sealing, wait for its end, or seal nothing.  *more: not everything that had
 * committed by now is sealed yet.  After max_ms milliseconds (0: no limit) no
 * further event is read, and after twice that time no further byte of the last
 * one, which is sealed as it was committed.
 */
extern int64 gov_audit_seal_batch(bool wait, int max, int max_ms, bool *more);

/* Allow writing to the tables of the sealed log; everybody else is refused. */
extern void gov_seal_write_begin(void);
extern void gov_seal_write_end(void);
extern void gov_seal_guard_init(void);

/* Between begin and end the guard lets gov_audit_retire() delete events. */
extern void gov_retire_delete_begin(void);
extern void gov_retire_delete_end(void);
extern bool gov_retire_is_deleting(void);

#endif							/* GOV_SEAL_H */
