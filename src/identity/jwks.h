/*
 * jwks.h
 *		The keys that signed tokens are verified with, as a file has them.
 */
#ifndef GOV_JWKS_H
#define GOV_JWKS_H

#include "identity/jwk_set.h"

/* The keys of governance.jwks_file as they are now; none where it has none. */
extern const GovJwkSet *gov_jwks_file_keys(void);

#endif							/* GOV_JWKS_H */
