/*
 * canonical.c
 *		The bytes of an audit event that its leaf hash covers.
 *
 * A version byte; then for each field that is not NULL, in the order of its
 * number: number (1 byte), type code (1 byte), length (4 bytes, big-endian),
 * content.  Integers are 8 bytes big-endian; times are microseconds since
 * 1970-01-01 00:00 UTC as such an integer; text is UTF-8; jsonb is the text
 * that PostgreSQL shows for the stored value; an address is its text.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "audit/canonical.h"
#include "audit/json_text.h"

/* Type codes are part of the format. */
typedef enum FieldType
{
	TYPE_INT = 'i',
	TYPE_TIME = 't',
	TYPE_TEXT = 's',
	TYPE_JSON = 'j'
} FieldType;

#define UNIX_EPOCH_USECS \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* number, type, length */
#define HEAD_LEN 6

/* SQL_ASCII says nothing of what its bytes mean: they stay. */
static bool
must_convert(void)
{
	return GetDatabaseEncoding() != PG_UTF8 &&
		GetDatabaseEncoding() != PG_SQL_ASCII;
}

/*
 * put_head
 *		A field's head, with room behind it for its content.
 */
static inline void
put_head(StringInfo out, int number, FieldType type, uint32 len)
{
	uint32		n = pg_hton32(len);
	char	   *head;

	if (out->len + HEAD_LEN + len >= out->maxlen)
		enlargeStringInfo(out, HEAD_LEN + len);
	head = out->data + out->len;
	head[0] = (char) number;
	head[1] = (char) type;
	memcpy(head + 2, &n, sizeof(n));
	out->len += HEAD_LEN;
}

/* A whole field, of bytes that are as they should be. */
static inline void
put_bytes(StringInfo out, int number, FieldType type, const void *bytes,
		  uint32 len)
{
	put_head(out, number, type, len);
	memcpy(out->data + out->len, bytes, len);
	out->len += len;
}

static void
put_int(StringInfo out, int number, FieldType type, int64 value)
{
	uint64		n = pg_hton64((uint64) value);

	put_bytes(out, number, type, &n, sizeof(n));
}

static void
put_text(StringInfo out, int number, FieldType type, const char *s, int len)
{
	const char *utf8 = s;

	if (must_convert())
	{
		utf8 = pg_server_to_any(s, len, PG_UTF8);
		if (utf8 != s)
			len = strlen(utf8);
	}
	put_bytes(out, number, type, utf8, len);
}

static void
put_INT(StringInfo out, int number, Datum value)
{
	put_int(out, number, TYPE_INT, DatumGetInt64(value));
}

static void
put_TIME(StringInfo out, int number, Datum value)
{
	put_int(out, number, TYPE_TIME,
			DatumGetTimestampTz(value) + UNIX_EPOCH_USECS);
}

static void
put_TEXT(StringInfo out, int number, Datum value)
{
	text	   *t = DatumGetTextPP(value);

	put_text(out, number, TYPE_TEXT, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

static void
put_NAME(StringInfo out, int number, Datum value)
{
	const char *s = NameStr(*DatumGetName(value));

	put_text(out, number, TYPE_TEXT, s, strlen(s));
}

static void
put_JSON(StringInfo out, int number, Datum value)
{
	Jsonb	   *jb = DatumGetJsonbP(value);
	int			start = out->len;
	uint32		len;

	/* Its length is known afterwards; most databases need no conversion. */
	put_head(out, number, TYPE_JSON, 0);
	gov_json_text(out, jb);
	if (must_convert())
	{
		int			text_len = out->len - start - HEAD_LEN;
		char	   *text = pnstrdup(out->data + start + HEAD_LEN, text_len);

		out->len = start;
		put_text(out, number, TYPE_JSON, text, text_len);
		pfree(text);
		return;
	}
	len = pg_hton32(out->len - start - HEAD_LEN);
	memcpy(out->data + start + HEAD_LEN - sizeof(len), &len, sizeof(len));
}

static void
put_INET(StringInfo out, int number, Datum value)
{
	char	   *s = DatumGetCString(DirectFunctionCall1(inet_out, value));

	put_text(out, number, TYPE_TEXT, s, strlen(s));
}

void
gov_canonical_event(StringInfo out, const Datum *values, const bool *nulls)
{
	appendStringInfoChar(out, GOV_CANONICAL_VERSION);
#define GOV_AUDIT_FIELD(number, column, type) \
	if (!nulls[GOV_AUDIT_##column]) \
		put_##type(out, number, values[GOV_AUDIT_##column]);
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
}

void
gov_canonical_leaf(const Datum *values, const bool *nulls,
				   uint8 leaf[GOV_SHA256_LEN])
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '\0');
	gov_canonical_event(&buf, values, nulls);
	if (!gov_sha256(buf.data, buf.len, leaf))
		elog(ERROR, "could not compute SHA-256");
	pfree(buf.data);
}
