/*
 * policy.h
 *		What the organisation has set: values of governance.policies.
 *
 * Invariants: an answer is right as of the newest commit this backend can
 * know of, whatever the isolation level, and uses no SPI.  An override counts
 * in this transaction of this backend only, wins over the table, ends with the
 * subtransaction that made it if that fails, and never outlives the
 * transaction.
 */
#ifndef GOV_POLICY_H
#define GOV_POLICY_H

#include "utils/jsonb.h"

extern void gov_policy_init(void);

/* The value that counts now; the policy is one of those in 43_policy.sql. */
extern bool gov_policy_bool(const char *name);
extern int64 gov_policy_int(const char *name);

/* Is the name in the list of names that is the policy's value? */
extern bool gov_policy_lists(const char *name, const char *word);

/* An interval in microseconds, a month being 30 days. */
extern int64 gov_policy_usecs(const char *name);

/*
 * The same as jsonb, palloc'd, and the type's name; NULL where there is no
 * such policy.  value_type may be NULL.
 */
extern Jsonb *gov_policy_value(const char *name, const char **value_type);

/* The names, sorted, comma-separated: for hints. */
extern char *gov_policy_names(void);

/*
 * Override the policy for the rest of this transaction.  The name may be one
 * that is not in the table (approval.<action>).  The caller has checked who
 * asks, and has recorded it.
 */
extern void gov_policy_override_set(const char *name, const Jsonb *value);

/* The override in force, or NULL. */
extern const Jsonb *gov_policy_override(const char *name);

#endif							/* GOV_POLICY_H */
