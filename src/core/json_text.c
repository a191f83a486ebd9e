/*
 * json_text.c
 *		The text of a jsonb value, made fast.
 *
 * Most of the time that a leaf takes goes into this.  JsonbToCString() copies
 * every string and then looks at each of its bytes on the way; here runs of
 * bytes that need no escape are found many at a time and copied as they are.
 *
 * Invariants: the result is that of the cast to text.  A hash is computed over
 * it, so the two must never differ; the regression tests compare them. A value
 * that is short as stored may be long as text (1e131071 has 131,072 digits),
 * so where a text is handed over piece by piece, memory is bounded by a piece
 * and the longest number.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/json_text.h"

#define EVERY_BYTE(b)	(~UINT64CONST(0) / 255 * (b))

/* Is one of eight bytes zero?  Only bytes above a zero can be mistaken. */
static inline bool
has_zero(uint64 v)
{
	return ((v - EVERY_BYTE(0x01)) & ~v & EVERY_BYTE(0x80)) != 0;
}

static inline bool
needs_escape(unsigned char c)
{
	return c < ' ' || c == '"' || c == '\\';
}

/*
 * A block of bytes is copied before it is looked at, so the destination has
 * room for a whole block.
 */
#define WORD 8

/*
 * Copy eight bytes; does one need an escape?  Below a space, none of three
 * bits is set.
 */
static inline bool
copy_word(char *to, const char *from)
{
	uint64		v;

	memcpy(&v, from, sizeof(v));
	memcpy(to, &v, sizeof(v));
	return has_zero(v & EVERY_BYTE(0xe0)) ||
		has_zero(v ^ EVERY_BYTE('"')) || has_zero(v ^ EVERY_BYTE('\\'));
}

#ifdef __SSE2__
#define BLOCK 16

/* The same for sixteen bytes. */
static inline bool
copy_block(char *to, const char *from)
{
	__m128i		v = _mm_loadu_si128((const __m128i *) from);
	__m128i		below = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)),
									   v);
	__m128i		quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i		slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));

	_mm_storeu_si128((__m128i *) to, v);
	return _mm_movemask_epi8(_mm_or_si128(below,
										  _mm_or_si128(quote, slash))) != 0;
}
#else
#define BLOCK WORD
#define copy_block copy_word
#endif

/*
 * copy_plain
 *		Copy the first bytes, up to one that needs an escape; returns how many.
 *
 * An incomplete block at the end is not read byte by byte: it is looked at
 * once more together with bytes before it, because most strings are short.
 */
static inline int
copy_plain(char *to, const char *from, int len)
{
	int			i = 0;

	while (i + BLOCK <= len && !copy_block(to + i, from + i))
		i += BLOCK;
	if (i == len)
		return len;
	if (len >= BLOCK && i + BLOCK > len)
	{
		if (!copy_block(to + len - BLOCK, from + len - BLOCK))
			return len;
	}
	else if (len >= WORD && len < BLOCK)
	{
		if (!copy_word(to, from) &&
			!copy_word(to + len - WORD, from + len - WORD))
			return len;
	}
	for (; i < len && !needs_escape((unsigned char) from[i]); i++)
		to[i] = from[i];
	return i;
}

/* Make room for so many more bytes, mostly without a call. */
static inline void
reserve(StringInfo out, int len)
{
	if (out->len + len >= out->maxlen)
		enlargeStringInfo(out, len);
}

static inline void
append(StringInfo out, const char *s, int len)
{
	reserve(out, len);
	memcpy(out->data + out->len, s, len);
	out->len += len;
}

static void
append_escaped(StringInfo out, unsigned char c)
{
	switch (c)
	{
		case '\b':
			appendStringInfoString(out, "\\b");
			break;
		case '\f':
			appendStringInfoString(out, "\\f");
			break;
		case '\n':
			appendStringInfoString(out, "\\n");
			break;
		case '\r':
			appendStringInfoString(out, "\\r");
			break;
		case '\t':
			appendStringInfoString(out, "\\t");
			break;
		case '"':
			appendStringInfoString(out, "\\\"");
			break;
		case '\\':
			appendStringInfoString(out, "\\\\");
			break;
		default:
			appendStringInfo(out, "\\u%04x", c);
			break;
	}
}

static void
append_plainly(StringInfo out, const char *s, int len)
{
	for (;;)
	{
		int			plain;

		reserve(out, len + 1);
		plain = copy_plain(out->data + out->len, s, len);
		out->len += plain;
		if (plain == len)
			break;
		append_escaped(out, (unsigned char) s[plain]);
		s += plain + 1;
		len -= plain + 1;
	}
}

/* Hand over a piece if it is complete; false: no more is wanted. */
static inline bool
give(StringInfo out, GovTextTake take, void *arg)
{
	return out->len < GOV_TEXT_PIECE || take == NULL || take(out, arg);
}

static bool
append_string(StringInfo out, const char *s, int len, GovTextTake take,
			  void *arg)
{
	reserve(out, len < GOV_TEXT_PIECE ? len + 2 : 2);
	out->data[out->len++] = '"';
	while (len > GOV_TEXT_PIECE)
	{
		int			piece = pg_mbcliplen(s, len, GOV_TEXT_PIECE);

		append_plainly(out, s, piece);
		if (!give(out, take, arg))
			return false;
		s += piece;
		len -= piece;
	}
	append_plainly(out, s, len);
	append(out, "\"", 1);
	return true;
}

static bool
append_scalar(StringInfo out, const JsonbValue *v, GovTextTake take,
			  void *arg)
{
	char	   *number;
	Datum		value;

	switch (v->type)
	{
		case jbvNull:
			append(out, "null", 4);
			break;
		case jbvBool:
			if (v->val.boolean)
				append(out, "true", 4);
			else
				append(out, "false", 5);
			break;
		case jbvNumeric:
			value = NumericGetDatum(v->val.numeric);
			number = DatumGetCString(DirectFunctionCall1(numeric_out, value));
			append(out, number, strlen(number));
			pfree(number);
			break;
		case jbvString:
			return append_string(out, v->val.string.val, v->val.string.len,
								 take, arg);
		default:
			elog(ERROR, "unexpected jsonb scalar type %d", (int) v->type);
	}
	return true;
}

bool
gov_json_text(StringInfo out, Jsonb *jb, GovTextTake take, void *arg)
{
	JsonbIterator *it = JsonbIteratorInit(&jb->root);
	JsonbIteratorToken token;
	JsonbValue	v;
	bool		first = true;	/* nothing before it in its container */
	bool		raw_scalar = false;
	bool		more = true;

	while (more && (token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		if (!first && (token == WJB_BEGIN_ARRAY || token == WJB_BEGIN_OBJECT ||
					   token == WJB_KEY || token == WJB_ELEM))
			append(out, ", ", 2);
		first = false;
		switch (token)
		{
			case WJB_BEGIN_ARRAY:
				raw_scalar = v.val.array.rawScalar;
				if (!raw_scalar)
					append(out, "[", 1);
				first = true;
				break;
			case WJB_BEGIN_OBJECT:
				append(out, "{", 1);
				first = true;
				break;
			case WJB_KEY:
				more = append_string(out, v.val.string.val,
									 v.val.string.len, take, arg);
				append(out, ": ", 2);
				/* the value follows without a comma */
				first = true;
				break;
			case WJB_ELEM:
			case WJB_VALUE:
				more = append_scalar(out, &v, take, arg);
				break;
			case WJB_END_ARRAY:
				if (!raw_scalar)
					append(out, "]", 1);
				raw_scalar = false;
				break;
			case WJB_END_OBJECT:
				append(out, "}", 1);
				break;
			default:
				elog(ERROR, "unexpected jsonb token %d", (int) token);
		}
		more = more && give(out, take, arg);
	}
	return more;
}

typedef struct Count
{
	Size		len;
	Size		max;
} Count;

static bool
take_count(StringInfo out, void *arg)
{
	Count	   *count = arg;

	CHECK_FOR_INTERRUPTS();
	count->len += out->len;
	resetStringInfo(out);
	return count->len <= count->max;
}

bool
gov_json_exceeds(Jsonb *jb, Size max)
{
	StringInfoData piece;
	Count		count = {0, max};

	/* even if it were full of the longest numbers */
	if (VARSIZE(jb) < max / GOV_TEXT_MAX_GROWTH)
		return false;
	initStringInfo(&piece);
	(void) gov_json_text(&piece, jb, take_count, &count);
	count.len += piece.len;
	pfree(piece.data);
	return count.len > max;
}
