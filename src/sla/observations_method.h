/*
 * observations_method.h
 *		When governance.sla_observations has lost its access method.
 */
#ifndef GOV_OBSERVATIONS_METHOD_H
#define GOV_OBSERVATIONS_METHOD_H

/* Raise 55000 where the counting table has another access method. */
extern void gov_observations_check_method(void);

#endif							/* GOV_OBSERVATIONS_METHOD_H */
