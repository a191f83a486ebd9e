/*
 * json_text.h
 *		The text of a jsonb value, made fast.
 */
#ifndef GOV_JSON_TEXT_H
#define GOV_JSON_TEXT_H

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* Append what the cast to text gives, byte for byte, without a terminator. */
extern void gov_json_text(StringInfo out, Jsonb *jb);

#endif							/* GOV_JSON_TEXT_H */
