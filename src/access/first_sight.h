/*
 * first_sight.h
 *		A user for a person whom an issuer knows and nobody has linked.
 */
#ifndef GOV_FIRST_SIGHT_H
#define GOV_FIRST_SIGHT_H

/*
 * A user without roles for who is not linked: its id, or NULL and why not.
 */
extern const char *gov_first_sight(const char *issuer, const char *subject,
								   const char **flaw);

#endif							/* GOV_FIRST_SIGHT_H */
