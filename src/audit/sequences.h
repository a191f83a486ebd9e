/*
 * sequences.h
 *		The identity sequences, where somebody has set them back.
 */
#ifndef GOV_SEQUENCES_H
#define GOV_SEQUENCES_H

#include "utils/jsonb.h"

/*
 * Lift each sequence to what its column holds.  The result says which, or is
 * NULL where none was behind.  The caller is in SPI.
 */
extern Jsonb *gov_sequences_lift(void);

#endif							/* GOV_SEQUENCES_H */
