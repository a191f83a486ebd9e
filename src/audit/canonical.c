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
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "audit/canonical.h"

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

/* Where the bytes go. */
typedef struct Sink
{
	StringInfo	out;
	GovTextTake take;
	void	   *arg;
	bool		convert;		/* from the encoding of the database */
} Sink;

/* SQL_ASCII says nothing of what its bytes mean: they stay. */
static bool
must_convert(void)
{
	int			encoding = GetDatabaseEncoding();

	return encoding != PG_UTF8 && encoding != PG_SQL_ASCII;
}

static inline bool
give(Sink *sink)
{
	return sink->out->len < GOV_TEXT_PIECE || sink->take == NULL ||
		sink->take(sink->out, sink->arg);
}

/*
 * put_head
 *		A field's head, with room behind it for its content.
 */
static inline void
put_head(StringInfo out, int number, FieldType type, uint32 len)
{
	uint32		n = pg_hton32(len);
	int			room = HEAD_LEN + Min(len, GOV_TEXT_PIECE);
	char	   *head;

	if (out->len + room >= out->maxlen)
		enlargeStringInfo(out, room);
	head = out->data + out->len;
	head[0] = (char) number;
	head[1] = (char) type;
	memcpy(head + 2, &n, sizeof(n));
	out->len += HEAD_LEN;
}

/* A whole field, of bytes that are as they should be. */
static inline bool
put_bytes(Sink *sink, int number, FieldType type, const char *bytes,
		  uint32 len)
{
	StringInfo	out = sink->out;

	put_head(out, number, type, len);
	while (len > GOV_TEXT_PIECE)
	{
		appendBinaryStringInfo(out, bytes, GOV_TEXT_PIECE);
		if (!give(sink))
			return false;
		bytes += GOV_TEXT_PIECE;
		len -= GOV_TEXT_PIECE;
		if (out->len + GOV_TEXT_PIECE >= out->maxlen)
			enlargeStringInfo(out, GOV_TEXT_PIECE);
	}
	memcpy(out->data + out->len, bytes, len);
	out->len += len;
	return give(sink);
}

static bool
put_int(Sink *sink, int number, FieldType type, int64 value)
{
	uint64		n = pg_hton64((uint64) value);

	return put_bytes(sink, number, type, (const char *) &n, sizeof(n));
}

static bool
put_text(Sink *sink, int number, const char *s, int len)
{
	const char *utf8 = s;

	if (sink->convert)
	{
		utf8 = pg_server_to_any(s, len, PG_UTF8);
		if (utf8 != s)
			len = strlen(utf8);
	}
	return put_bytes(sink, number, TYPE_TEXT, utf8, len);
}

static bool
put_INT(Sink *sink, int number, Datum value)
{
	return put_int(sink, number, TYPE_INT, DatumGetInt64(value));
}

static bool
put_TIME(Sink *sink, int number, Datum value)
{
	return put_int(sink, number, TYPE_TIME,
				   DatumGetTimestampTz(value) + UNIX_EPOCH_USECS);
}

static bool
put_TEXT(Sink *sink, int number, Datum value)
{
	text	   *t = DatumGetTextPP(value);

	return put_text(sink, number, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

/* Ends the first attempt at a text. */
static bool
take_nothing(StringInfo out, void *arg)
{
	return false;
}

typedef struct Count
{
	Sink	   *sink;
	uint64		len;
} Count;

/* Counts, and asks whether to go on. */
static bool
take_count(StringInfo out, void *arg)
{
	Count	   *count = arg;

	count->len += out->len;
	resetStringInfo(out);
	return count->sink->take(out, count->sink->arg);
}

/* Pieces of a text to be converted end where a character does. */
typedef struct Conversion
{
	StringInfo	to;
	GovTextTake take;
	void	   *arg;
} Conversion;

static bool
take_converted(StringInfo out, void *arg)
{
	Conversion *conversion = arg;
	char	   *utf8 = pg_server_to_any(out->data, out->len, PG_UTF8);

	if (utf8 == out->data)
		appendBinaryStringInfo(conversion->to, utf8, out->len);
	else
	{
		appendStringInfoString(conversion->to, utf8);
		pfree(utf8);
	}
	resetStringInfo(out);
	return conversion->to->len < GOV_TEXT_PIECE || conversion->take == NULL ||
		conversion->take(conversion->to, conversion->arg);
}

/* The text of a value, in UTF-8; as gov_json_text(). */
static bool
utf8_json_text(Sink *sink, StringInfo out, Jsonb *jb, GovTextTake take,
			   void *arg)
{
	StringInfoData text;
	Conversion	conversion = {out, take, arg};
	bool		more;

	if (!sink->convert)
		return gov_json_text(out, jb, take, arg);
	initStringInfo(&text);
	more = gov_json_text(&text, jb, take_converted, &conversion) &&
		take_converted(&text, &conversion);
	pfree(text.data);
	return more;
}

/*
 * put_JSON
 *		Its length comes first and is known last: what is too long to be kept
 *		is made twice, and counted at first.
 */
static bool
put_JSON(Sink *sink, int number, Datum value)
{
	Jsonb	   *jb = DatumGetJsonbP(value);
	StringInfo	out = sink->out;
	StringInfoData piece;
	Count		count = {sink, 0};
	int			start = out->len;
	uint32		len;
	bool		more;

	put_head(out, number, TYPE_JSON, 0);
	if (utf8_json_text(sink, out, jb, sink->take ? take_nothing : NULL, NULL))
	{
		len = pg_hton32(out->len - start - HEAD_LEN);
		memcpy(out->data + start + HEAD_LEN - sizeof(len), &len, sizeof(len));
		return give(sink);
	}

	out->len = start;
	initStringInfo(&piece);
	more = utf8_json_text(sink, &piece, jb, take_count, &count);
	count.len += piece.len;
	pfree(piece.data);
	if (!more)
		return false;
	/* Of 4 GB and more nothing of ours ever was: any length will do there. */
	put_head(out, number, TYPE_JSON, (uint32) count.len);
	return utf8_json_text(sink, out, jb, sink->take, sink->arg) && give(sink);
}

static bool
put_INET(Sink *sink, int number, Datum value)
{
	char	   *s = DatumGetCString(DirectFunctionCall1(inet_out, value));

	return put_text(sink, number, s, strlen(s));
}

bool
gov_canonical_event(StringInfo out, const Datum *values, const bool *nulls,
					GovTextTake take, void *arg)
{
	Sink		sink = {out, take, arg, must_convert()};

	appendStringInfoChar(out, GOV_CANONICAL_VERSION);
#define GOV_AUDIT_FIELD(number, column, type) \
	if (!nulls[GOV_AUDIT_##column] && \
		!put_##type(&sink, number, values[GOV_AUDIT_##column])) \
		return false;
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
	return true;
}

/* A leaf in the making. */
typedef struct Leaf
{
	GovSha256  *hash;			/* NULL: all of it is in the buffer yet */
	GovLeafLimit *limit;
	Size		len;
} Leaf;

static bool
take_leaf(StringInfo out, void *arg)
{
	static GovSha256 *hash = NULL;
	Leaf	   *leaf = arg;
	GovLeafLimit *limit = leaf->limit;

	CHECK_FOR_INTERRUPTS();
	if (leaf->hash == NULL)
	{
		if (hash == NULL)
			hash = gov_sha256_new();
		if (hash == NULL || !gov_sha256_reset(hash))
			elog(ERROR, "could not compute SHA-256");
		leaf->hash = hash;
	}
	if (!gov_sha256_update(leaf->hash, out->data, out->len))
		elog(ERROR, "could not compute SHA-256");
	leaf->len += out->len;
	resetStringInfo(out);
	return limit == NULL ||
		(leaf->len <= limit->max &&
		 (limit->until == DT_NOEND || GetCurrentTimestamp() < limit->until));
}

bool
gov_canonical_leaf(StringInfo buf, const Datum *values, const bool *nulls,
				   GovLeafLimit *limit, uint8 leaf[GOV_SHA256_LEN])
{
	Leaf		making = {NULL, limit, 0};
	bool		hashed;

	buf->data[0] = '\0';
	buf->len = 1;
	if (!gov_canonical_event(buf, values, nulls, take_leaf, &making))
		return false;
	if (making.hash == NULL)
		hashed = gov_sha256(buf->data, buf->len, leaf);
	else
		hashed = gov_sha256_update(making.hash, buf->data, buf->len) &&
			gov_sha256_final(making.hash, leaf);
	if (!hashed)
		elog(ERROR, "could not compute SHA-256");
	making.len += buf->len - 1;
	if (limit == NULL)
		return true;
	limit->len = making.len;
	return making.len <= limit->max;
}
