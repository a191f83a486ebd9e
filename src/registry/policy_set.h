/*
 * policy_set.h
 *		What a policy may be set to.
 */
#ifndef GOV_POLICY_SET_H
#define GOV_POLICY_SET_H

#include "utils/jsonb.h"

/* 42704 or 22023 unless the policy exists and the value is of its type. */
extern void gov_policy_check(const char *name, Jsonb *value);

#endif							/* GOV_POLICY_SET_H */
