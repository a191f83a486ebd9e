/*
 * uuid.c
 *		UUIDs made from names, so that a document made twice has the same ones
 *		(RFC 9562, 5.5).
 */
#include "postgres.h"

#include <openssl/evp.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "core/compat.h"

PG_FUNCTION_INFO_V1(gov_uuid_of);

#define UUID_BYTES 16
#define SHA1_BYTES 20

/* 6ba7b811-9dad-11d1-80b4-00c04fd430c8, the namespace of URLs */
static const uint8 url_namespace[UUID_BYTES] = {
	0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1,
	0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8
};

/*
 * governance.uuid_of(name) → text
 */
Datum
gov_uuid_of(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	Size		len = VARSIZE_ANY_EXHDR(name);
	uint8	   *input = palloc(UUID_BYTES + len);
	uint8		hash[EVP_MAX_MD_SIZE];
	unsigned int hash_len = 0;
	StringInfoData buf;
	int			i;

	memcpy(input, url_namespace, UUID_BYTES);
	memcpy(input + UUID_BYTES, VARDATA_ANY(name), len);
	if (EVP_Digest(input, UUID_BYTES + len, hash, &hash_len, EVP_sha1(),
				   NULL) != 1 || hash_len != SHA1_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute a SHA-1 digest")));
	hash[6] = (hash[6] & 0x0f) | 0x50;
	hash[8] = (hash[8] & 0x3f) | 0x80;

	initStringInfo(&buf);
	for (i = 0; i < UUID_BYTES; i++)
		appendStringInfo(&buf, "%s%02x",
						 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
						 hash[i]);
	PG_RETURN_DATUM(CStringGetTextDatum(buf.data));
}
