/*
 * numbers.h
 *		Numbers that are about as long as text as they are when stored.
 *
 * A numeric may have 131,072 digits before the point and 16,383 after it, and
 * yet take a few bytes as stored (1e131071).  Such numbers make everybody pay
 * for their text, in every answer and in the audit trail.
 */
#ifndef GOV_NUMBERS_H
#define GOV_NUMBERS_H

#include "utils/jsonb.h"
#include "utils/numeric.h"

/* What is wrong with a number, or with any number in a value; or NULL. */
extern const char *gov_number_flaw(Numeric number);
extern const char *gov_json_flaw(const Jsonb *jb);

#define GOV_NUMBER_HINT \
	"Give as a string what is no number to calculate with."

#endif							/* GOV_NUMBERS_H */
