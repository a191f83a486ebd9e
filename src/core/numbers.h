/*
 * numbers.h
 *		Numbers that are as long as text as they look.
 *
 * A numeric may have 131,072 digits before the point and 16,383 behind it,
 * and be a few bytes as stored (1e131071).  Whoever gives such numbers makes
 * everybody pay for their text, in every answer and in the audit trail.
 */
#ifndef GOV_NUMBERS_H
#define GOV_NUMBERS_H

#include "utils/jsonb.h"
#include "utils/numeric.h"

/* NULL, or what is wrong with a number, or with one anywhere in a value. */
extern const char *gov_number_flaw(Numeric number);
extern const char *gov_json_flaw(const Jsonb *jb);

#define GOV_NUMBER_HINT \
	"Give as a string what is no number to calculate with."

#endif							/* GOV_NUMBERS_H */
