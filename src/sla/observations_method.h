/*
 * observations_method.h
 *		governance.sla_observations without its access method.
 */
#ifndef GOV_OBSERVATIONS_METHOD_H
#define GOV_OBSERVATIONS_METHOD_H

/* 55000 where the table that counts has another access method. */
extern void gov_observations_check_method(void);

#endif							/* GOV_OBSERVATIONS_METHOD_H */
