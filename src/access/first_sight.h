/*
 * first_sight.h
 *		A user for a person whom an issuer knows and nobody has linked.
 */
#ifndef GOV_FIRST_SIGHT_H
#define GOV_FIRST_SIGHT_H

/*
 * Make a user without roles for a subject that is not linked.  Returns the
 * user's id; or NULL, and *flaw says why.
 */
extern const char *gov_first_sight(const char *issuer, const char *subject,
								   const char **flaw);

#endif							/* GOV_FIRST_SIGHT_H */
