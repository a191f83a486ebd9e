/*
 * json_text.h
 *		The text of a jsonb value, made fast, and in pieces.
 */
#ifndef GOV_JSON_TEXT_H
#define GOV_JSON_TEXT_H

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/*
 * Takes what "out" holds, or some of it, and removes it there; called whenever
 * it has GOV_TEXT_PIECE bytes, at the end of a character.  False: no more is
 * wanted.
 */
typedef bool (*GovTextTake) (StringInfo out, void *arg);

#define GOV_TEXT_PIECE (256 * 1024)

/*
 * Append what the cast to text gives, byte for byte, without a terminator.
 * False: "take" wanted no more.  Without one, all of it stays in "out".
 */
extern bool gov_json_text(StringInfo out, Jsonb *jb, GovTextTake take,
						  void *arg);

/*
 * Is the text longer than so many bytes?  A number of 16 bytes as stored may
 * have 131,072 + 1 + 16,383 digits and a sign.
 */
#define GOV_TEXT_MAX_GROWTH ((131072 + 16383 + 4) / 12)
extern bool gov_json_exceeds(Jsonb *jb, Size max);

#endif							/* GOV_JSON_TEXT_H */
