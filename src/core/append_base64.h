/*
 * append_base64.h Appending base64 to a text.
 */
#ifndef GOV_APPEND_BASE64_H
#define GOV_APPEND_BASE64_H

#include "lib/stringinfo.h"

/* RFC 4648, section 4, without line breaks. */
extern void gov_append_base64(StringInfo out, const void *bytes, size_t len);

#endif							/* GOV_APPEND_BASE64_H */
