/*
 * guc.h
 *		Settings.  None that a session can set has a say in who acts.
 */
#ifndef GOV_GUC_H
#define GOV_GUC_H

extern bool gov_audit_denials;
extern bool gov_log_checks;
extern int	gov_accumulator_limit;	/* kB */

/* These do something only where the library is preloaded. */
extern bool gov_worker_enabled;
extern int	gov_seal_interval;	/* milliseconds */
extern int	gov_sla_interval;	/* milliseconds */
extern int	gov_max_workers;
extern int	gov_denial_ring_size;	/* entries */
extern int	gov_denial_rate;	/* for each minute and login */

extern int	gov_control_timeout;	/* milliseconds; 0: none */
extern char *gov_checkpoint_key_file;	/* '' is none */
extern char *gov_attestation_key_file;

extern char *gov_jwks_file;		/* '' is none: no signed token is valid */
extern char *gov_jwt_audience;	/* the same */

/* Call it last: it reserves the prefix. */
extern void gov_guc_init(void);

#endif							/* GOV_GUC_H */
