/*
 * append_base64.c
 *		Appending base64 to a text.
 */
#include "postgres.h"

#include "core/append_base64.h"
#include "tlog/base64.h"

void
gov_append_base64(StringInfo out, const void *bytes, size_t len)
{
	enlargeStringInfo(out, GOV_BASE64_ROOM(len));
	gov_base64_encode(bytes, len, out->data + out->len);
	out->len += strlen(out->data + out->len);
}
