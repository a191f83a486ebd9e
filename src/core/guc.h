/*
 * guc.h
 *		Settings.  None of them takes part in saying who acts.
 */
#ifndef GOV_GUC_H
#define GOV_GUC_H

extern bool gov_audit_denials;
extern bool gov_log_checks;

extern void gov_guc_init(void);

#endif							/* GOV_GUC_H */
