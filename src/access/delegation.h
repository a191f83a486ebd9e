/*
 * delegation.h
 *		Ending loans of roles that the lender does not hold any more.
 */
#ifndef GOV_DELEGATION_H
#define GOV_DELEGATION_H

/*
 * End the loans of roles that the lender does not hold any more: of that
 * lender, or of all (NULL).  They stay ended when the lender holds the role
 * again.
 */
extern void gov_delegations_end_unbacked(const char *lender);

/* End everything that a user lends. */
extern void gov_delegations_end_all(const char *lender);

#endif							/* GOV_DELEGATION_H */
