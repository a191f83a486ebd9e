/*
 * sequences.h
 *		Repairing identity sequences that somebody has set back.
 */
#ifndef GOV_SEQUENCES_H
#define GOV_SEQUENCES_H

#include "utils/jsonb.h"

/*
 * Set each sequence forward to the highest number in its column.  The result
 * says which, or is NULL where none was behind.  The caller is in SPI.
 */
extern Jsonb *gov_sequences_lift(void);

#endif							/* GOV_SEQUENCES_H */
