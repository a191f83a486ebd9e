/*
 * rights.h
 *		Who may look at whose rights.
 */
#ifndef GOV_RIGHTS_H
#define GOV_RIGHTS_H

/*
 * About oneself everybody active may ask; about others it takes audit:read or
 * user:manage (42501).
 */
extern void gov_require_about(const char *user_id);

#endif							/* GOV_RIGHTS_H */
