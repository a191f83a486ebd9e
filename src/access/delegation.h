/*
 * delegation.h
 *		The end of what is lent, when the lender does not hold it any more.
 */
#ifndef GOV_DELEGATION_H
#define GOV_DELEGATION_H

/*
 * End what is lent and not the lender's any more, by that lender
 * or by anybody (NULL).  What has ended stays so when the lender holds the
 * role again.
 */
extern void gov_delegations_end_unbacked(const char *lender);

/* End everything that a user lends. */
extern void gov_delegations_end_all(const char *lender);

#endif							/* GOV_DELEGATION_H */
