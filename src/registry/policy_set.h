/*
 * policy_set.h
 *		The values that a policy may have.
 */
#ifndef GOV_POLICY_SET_H
#define GOV_POLICY_SET_H

#include "utils/jsonb.h"

/* Raise 42704 or 22023 unless the policy exists and the value has its type. */
extern void gov_policy_check(const char *name, Jsonb *value);

#endif							/* GOV_POLICY_SET_H */
